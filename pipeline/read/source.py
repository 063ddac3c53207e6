"""Where a reader reads from: the bytes of one document, out of a file, a gzip file or a member of a zip archive.

Nothing is unpacked to disk and nothing is read ahead of its reader but the first bytes, by which the format is chosen.
An archive that unpacks to far more than it holds, a name in it that leaves its folder, an encrypted member and an
archive in an archive are refused; the other members are read.
"""

from __future__ import annotations

import gzip
import io
import re
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import IO, Any

LARGEST_WHOLE = 500_000_000
"""Bytes of the largest document of a format that has to be read whole."""

HEAD = 65_536
"""Bytes at the start of a document that its format is chosen by."""

_RATIO = 200
_HARMLESS = 10_000_000
_CHUNK = 1 << 20


class ReadError(Exception):
    """A file, or an article in it, that cannot be read. `place` is where in the file, empty for all of it."""

    def __init__(self, reason: str, place: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.place = place


@dataclass(frozen=True, slots=True)
class Options:
    """What the user says about reading.

    `full_text`: read the body of an article too, where the format has it. `columns`: what (`title`, `abstract`,
    `pmid` …) stands in which column of a table, where its name does not say so.
    """

    full_text: bool = False
    columns: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Source:
    """One document: its bytes as a stream, and what tables call it.

    `head` are its first bytes, which the stream still gives. `parts` are the members of a document that is a zip file
    itself, as those of an office are. `member` is its name in the archive that it comes from, `encoding` what it was in
    before it was made UTF-8 to be read.
    """

    stream: io.BufferedReader[Any]
    head: bytes
    name: str
    stem: str
    suffix: str
    member: str = ""
    parts: frozenset[str] = frozenset()
    encoding: str = ""

    def read(self, limit: int = LARGEST_WHOLE) -> bytes:
        """All bytes.

        Raises:
            ReadError: there are more than `limit`.
        """
        data = self.stream.read(limit + 1)
        if len(data) > limit:
            raise ReadError(f"larger than {limit:,} bytes")
        return data


class _Checked(io.RawIOBase):
    """A stream that fills what it is asked for, and turns what can go wrong in unpacking into a `ReadError`."""

    def __init__(self, stream: IO[bytes] | gzip.GzipFile, packed: Callable[[], int] | None = None) -> None:
        self._stream = stream
        self._packed = packed
        self._unpacked = 0
        self._error: ReadError | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]
        filled = 0
        while filled < len(view) and not self._error:
            try:
                data = self._read(len(view) - filled)
            except ReadError as error:
                self._error = error  # what came before it is given first
                break
            if not data:
                break
            view[filled : filled + len(data)] = data
            filled += len(data)
            self._unpacked += len(data)
        if self._error and not filled:
            raise self._error
        if self._packed and self._unpacked > max(_HARMLESS, _RATIO * self._packed()):
            raise ReadError(f"refused: unpacks to more than {_RATIO} times its size")
        return filled

    def _read(self, size: int) -> bytes:
        try:
            return self._stream.read1(size) if isinstance(self._stream, gzip.GzipFile) else self._stream.read(size)
        except EOFError:
            raise ReadError("cut off: the compressed data has no end", self._place()) from None
        except (OSError, zlib.error, zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:
            raise ReadError(f"damaged: {getattr(error, 'strerror', None) or error}", self._place()) from error

    def _place(self) -> str:
        return f"byte {self._unpacked:,} of what it unpacks to" if self._packed else f"byte {self._unpacked:,}"


def open_file(path: Path, name: str) -> Iterator[Source | ReadError]:
    """The documents of a file: itself, what its gzip holds, or the members of its zip archive.

    Raises:
        ReadError: the file cannot be read, is empty or is refused.
    """
    try:
        if path.is_symlink() and not path.exists():
            raise ReadError("broken link")
        if not stat.S_ISREG(path.stat().st_mode):
            raise ReadError("not a file")
        stream = path.open("rb")
    except OSError as error:
        raise ReadError(error.strerror or str(error)) from error
    with stream:
        yield from open_stream(stream, name, path.name)


def open_stream(stream: IO[bytes], name: str, file_name: str) -> Iterator[Source | ReadError]:
    """The documents of a stream that can be rewound, as `open_file`; `file_name` gives them their stem."""
    start = stream.read(4)
    stream.seek(0)
    if start.startswith(b"\x1f\x8b"):
        packed = gzip.GzipFile(fileobj=stream)
        inner = _source(_Checked(packed, stream.tell), name, re.sub(r"\.gz(ip)?$", "", file_name, flags=re.I))
        yield _not_an_archive(inner)
    elif start.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        yield from _open_zip(stream, name, file_name)
    else:
        yield _source(_Checked(stream), name, file_name)


def _source(raw: io.RawIOBase, name: str, file_name: str, member: str = "") -> Source:
    stream = io.BufferedReader(raw, HEAD)
    path = PurePosixPath(file_name)
    return Source(stream, stream.peek(HEAD)[:HEAD], name, path.stem, path.suffix.lower(), member)


def _not_an_archive(source: Source) -> Source:
    if source.head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _document_of_parts(source)
    if source.head.startswith(b"\x1f\x8b"):
        raise ReadError("an archive in an archive: unpack the outer one first")
    return source


def _document_of_parts(source: Source) -> Source:
    """A zip file inside an archive, which only a document of an office may be."""
    data = io.BytesIO(source.read())
    with _zip(data) as archive:
        if not _is_one_document(archive):
            raise ReadError("an archive in an archive: unpack the outer one first")
    (document,) = _open_zip(data, source.name, source.stem + source.suffix)
    assert isinstance(document, Source)
    return document


def _zip(stream: IO[bytes]) -> zipfile.ZipFile:
    try:
        archive = zipfile.ZipFile(stream)
    except (zipfile.BadZipFile, ValueError, OSError, EOFError, NotImplementedError, RuntimeError) as error:
        raise ReadError(f"damaged zip archive: {error}") from error
    size = stream.seek(0, io.SEEK_END)
    stream.seek(0)
    if sum(each.file_size for each in archive.infolist()) > max(_HARMLESS, _RATIO * size):
        raise ReadError(f"refused: a zip archive that unpacks to more than {_RATIO} times its size")
    return archive


def _is_one_document(archive: zipfile.ZipFile) -> bool:
    return not {"[Content_Types].xml", "mimetype"}.isdisjoint(archive.namelist())


def _open_zip(stream: IO[bytes], name: str, file_name: str) -> Iterator[Source | ReadError]:
    with _zip(stream) as archive:
        if _is_one_document(archive):
            path = PurePosixPath(file_name)
            whole = io.BufferedReader(_Checked(stream), HEAD)
            parts = frozenset(archive.namelist())
            yield Source(whole, whole.peek(4), name, path.stem, path.suffix.lower(), parts=parts)
            return
        members = [each for each in archive.infolist() if not each.is_dir() and not _is_hidden(each.filename)]
        if not members:
            raise ReadError("empty archive")
        for member in members:
            shown = member.filename.encode("utf-8", "backslashreplace").decode()
            try:
                with _open_member(archive, member) as inside:
                    file_name = PurePosixPath(shown).name
                    inner = _not_an_archive(_source(_Checked(inside), f"{name}/{shown}", file_name))
                    yield replace(inner, member=shown)
            except ReadError as error:
                yield ReadError(error.reason, f"{shown}, {error.place}" if error.place else shown)


def _is_hidden(name: str) -> bool:
    """Whether a member is what systems leave in archives, not a document."""
    parts = PurePosixPath(name.replace("\\", "/")).parts
    return "__MACOSX" in parts or any(part.startswith(".") and part != ".." for part in parts)


def _open_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> IO[bytes]:
    name = member.filename.replace("\\", "/")
    if name.startswith("/") or ".." in name.split("/") or re.match(r"[A-Za-z]:", name):
        raise ReadError("refused: a name that leads out of the archive")
    if stat.S_ISLNK(member.external_attr >> 16):
        raise ReadError("refused: a link")
    if member.flag_bits & 1:
        raise ReadError("encrypted: needs a password")
    try:
        return archive.open(member)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, ValueError) as error:
        raise ReadError(f"damaged: {error}") from error


def chunks(stream: io.BufferedReader[Any]) -> Iterator[bytes]:
    """The bytes of a stream, piece by piece; what comes before an error is given first."""
    while data := stream.read1(_CHUNK):
        yield data
