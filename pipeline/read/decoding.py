"""Bytes into text: by byte order mark, as UTF-8, as declared, or as detected (charset-normalizer), and said so."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from dataclasses import replace

from pipeline.read.source import ReadError, Source, chunks

_SIGNATURES = {
    b"%PDF": "PDF",
    b"PK\x03\x04": "a zip archive or an Office document",
    b"\x1f\x8b": "gzip",
    b"BZh": "bzip2",
    b"\xfd7zXZ\0": "xz",
    b"7z\xbc\xaf\x27\x1c": "a 7z archive",
    b"Rar!\x1a\x07": "a rar archive",
    b"\xd0\xcf\x11\xe0": "an old Office document",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"{\\rtf": "RTF",
    b"\x7fELF": "a program",
    b"SQLite format 3": "a database",
}
_MARKS = {b"\xff\xfe\0\0": "utf-32", b"\0\0\xfe\xff": "utf-32", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_WIDE_XML = {b"<\0?\0": "utf-16-le", b"\0<\0?": "utf-16-be"}


def refuse_binary(data: bytes) -> None:
    """Nothing, for what may be text.

    Raises:
        ReadError: empty, or a known format that is no text.
    """
    if not data.strip():
        raise ReadError("empty file")
    for signature, kind in _SIGNATURES.items():
        if data.startswith(signature):
            raise ReadError(f"not a known format: {kind}")
    if data[257:262] == b"ustar":
        raise ReadError("not a known format: a tar archive")


def decode(data: bytes) -> tuple[str, str]:
    r"""The text of a file, newlines as `\n` and without byte order mark, and the encoding it was in.

    UTF-16 and UTF-32 by their byte order marks, else UTF-8, else detected by charset-normalizer (Windows code pages,
    other scripts).

    Raises:
        ReadError: empty, binary or a known format that is no text, or in no encoding that fits.
    """
    refuse_binary(data)
    text, encoding = _decoded(data)
    sample = text[:100_000]
    if "\0" in text or sum(1 for c in sample if c < " " and c not in "\t\n\r\f\v") > len(sample) / 50:
        raise ReadError("not a known format: binary data")
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n"), encoding


def _decoded(data: bytes) -> tuple[str, str]:
    for mark, encoding in _MARKS.items():
        if data.startswith(mark):
            try:
                return data.decode(encoding), encoding
            except UnicodeDecodeError as error:
                raise ReadError(
                    f"not {encoding} as its first bytes say: {error.reason}", f"byte {error.start}"
                ) from None
    try:
        return data.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError as error:
        undecodable = error
    if b"\0" in data:
        raise ReadError("not a known format: binary data")
    from charset_normalizer import from_bytes

    matches = from_bytes(data)
    best = matches.best()
    if best is None:
        raise ReadError(f"no encoding fits: not UTF-8 ({undecodable.reason})", f"byte {undecodable.start}")
    # Code pages of western Europe cannot be told apart by a few signs; cp1252 is what papers are saved in.
    plausible = {name for match in matches for name in (match.encoding, *match.could_be_from_charset)}
    encoding = "cp1252" if "cp1252" in plausible else best.encoding
    return data.decode(encoding), f"{encoding} (detected)"


def decode_declared(data: bytes, declared: str) -> tuple[str, str]:
    """The text of a record, or of a page, that declares an encoding, and the one it was in.

    What is valid UTF-8 is UTF-8, whatever is declared: text in another encoding hardly ever happens to be.

    Raises:
        ReadError: neither the declared encoding nor any other fits.
    """
    try:
        return data.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError:
        pass
    try:
        # A record that was in UTF-16 or UTF-32 has been made UTF-8 before it comes here.
        if declared and not codecs.lookup(declared).name.startswith("utf-"):
            # What declares Latin-1 is Windows' code page, as browsers know: Latin-1 has controls where that has signs.
            encoding = {"iso8859-1": "cp1252", "ascii": "cp1252"}.get(codecs.lookup(declared).name, declared.lower())
            return data.decode(encoding), encoding
    except (LookupError, UnicodeDecodeError, ValueError):
        pass
    return _decoded(data)


class _Transcoded(io.RawIOBase):
    """A stream of UTF-16 or UTF-32 as UTF-8."""

    def __init__(self, source: Source, encoding: str) -> None:
        self._chunks = chunks(source.stream)
        self._decoder = codecs.getincrementaldecoder(encoding)()
        self._encoding = encoding
        self._rest = b""
        self._is_first = True

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]
        while not self._rest:
            chunk = next(self._chunks, b"")
            try:
                text = self._decoder.decode(chunk, final=not chunk)
                self._rest = (text.removeprefix("\ufeff") if self._is_first else text).encode()
                self._is_first = self._is_first and not text
            except UnicodeError as error:
                raise ReadError(f"not {self._encoding} as its first bytes say: {error}") from None
            if not chunk:
                break
        taken = self._rest[: len(view)]
        view[: len(taken)] = taken
        self._rest = self._rest[len(taken) :]
        return len(taken)


def _wide(head: bytes) -> str:
    """The encoding of bytes in which a sign of ASCII takes more than one, else empty."""
    marks = _MARKS | _WIDE_XML
    return next((marks[mark] for mark in marks if head.startswith(mark)), "")


def ascii_head(head: bytes) -> bytes:
    """The first bytes of a document as they would be in UTF-8, without byte order mark, to choose its format by."""
    encoding = _wide(head)
    if not encoding:
        return head.removeprefix(b"\xef\xbb\xbf")
    return head.decode(encoding, "ignore").removeprefix("\ufeff").encode("utf-8", "ignore")


def narrow(source: Source) -> Source:
    """The source as bytes in which a sign of ASCII is one byte, and so markup can be seen; without byte order mark."""
    if source.head.startswith(b"\xef\xbb\xbf"):
        source.stream.read(3)
        return replace(source, head=source.head[3:])
    encoding = _wide(source.head)
    if not encoding:
        return source
    stream = io.BufferedReader(_Transcoded(source, encoding), len(source.head))
    name = encoding.removesuffix("-le").removesuffix("-be")
    return replace(source, stream=stream, head=stream.peek(), encoding=name)


def lines(source: Source) -> Iterator[tuple[str, str]]:
    r"""The lines of a text without their ends, however many, and the encoding of each; form feeds end no line.

    The encoding is that of the first bytes; a line that is not in it is decoded by itself.

    Raises:
        ReadError: a line is longer than a hundred megabytes, or in no encoding that fits.
    """
    usual = "utf-8"
    try:
        source.head[: source.head.rfind(b"\n") + 1].decode("utf-8-sig")
    except UnicodeDecodeError:
        usual = _decoded(source.head)[1].removesuffix(" (detected)")
    longest = 100_000_000
    while line := source.stream.readline(longest):
        if len(line) == longest:
            raise ReadError(f"a line longer than {longest:,} bytes")
        try:
            text, encoding = line.decode("utf-8-sig"), "utf-8"
        except UnicodeDecodeError:
            try:
                text, encoding = line.decode(usual), f"{usual} (detected)"
            except UnicodeDecodeError:
                text, encoding = _decoded(line)
        yield text.removesuffix("\n").removesuffix("\r"), source.encoding or encoding
