"""Raw files into articles.

`read` takes one file: a text (`.txt`, `.text`, `.md` or no suffix: any file that decodes as text and is no known
other format), JSON lines (`.jsonl`: one article a line with `id` and `text`), PDF or DOCX.
"""

from __future__ import annotations

import hashlib
import json
import stat
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import regex

from pipeline.read import bibliography
from pipeline.read.zones import PAGE, zone
from pipeline.records import Article

LONGEST_ARTICLE = 10_000_000
"""Characters of the longest article that is read."""

LARGEST_FILE = 2_000_000_000
"""Bytes of the largest file that is read whole."""

_SIGNATURES = {
    b"%PDF": "PDF",
    b"PK\x03\x04": "a zip archive or an Office document",
    b"\x1f\x8b": "gzip",
    b"\xd0\xcf\x11\xe0": "an old Office document",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"{\\rtf": "RTF",
    b"\x7fELF": "a program",
    b"SQLite format 3": "a database",
}
_UNSAFE = regex.compile(r"[^\p{L}\p{M}\p{N}._~-]+")


class ReadError(Exception):
    """A file, or an article in it, that cannot be read. `place` is where in the file, empty for all of it."""

    def __init__(self, reason: str, place: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.place = place


def read(path: Path, name: str) -> Iterator[Article | ReadError]:
    """The articles of a file; a record that cannot be read is a `ReadError` among them, and the others follow.

    `name` is what tables and failures call the file.

    Raises:
        ReadError: the file as a whole cannot be read.
    """
    data = _bytes(path)
    if reader := _reader_of_pages(data):
        yield from reader(data, name, safe_id(path.stem))
        return
    text, encoding = decode(data)
    if path.suffix.lower() in (".jsonl", ".ndjson"):
        yield from _read_json_lines(text, name, safe_id(path.stem))
    else:
        yield make_article(text, safe_id(path.stem), name, hashlib.sha256(data).hexdigest(), encoding=encoding)


def read_stream(data: bytes) -> Iterator[Article | ReadError]:
    """The articles of standard input: JSON lines if it begins with `{`, else one text with the identifier `-`.

    Raises:
        ReadError: it cannot be read.
    """
    if reader := _reader_of_pages(data):
        yield from reader(data, "-", "-")
        return
    text, encoding = decode(data)
    if text.lstrip().startswith("{"):
        yield from _read_json_lines(text, "-", "-")
    else:
        yield make_article(text, "-", "-", hashlib.sha256(data).hexdigest(), encoding=encoding)


def _reader_of_pages(data: bytes) -> Callable[[bytes, str, str], Iterator[Article | ReadError]] | None:
    """The reader for a laid-out document, None for what is none. Imported here, as they build on this module."""
    if b"%PDF-" in data[:1024]:
        from pipeline.read.pdf import read_pdf

        return read_pdf
    if data.startswith(b"PK\x03\x04") and b"word/document.xml" in data:
        from pipeline.read.docx import read_docx

        return read_docx
    return None


def _bytes(path: Path) -> bytes:
    try:
        if path.is_symlink() and not path.exists():
            raise ReadError("broken link")
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise ReadError("not a file")
        if status.st_size > LARGEST_FILE:
            raise ReadError(f"larger than {LARGEST_FILE:,} bytes")
        return path.read_bytes()
    except OSError as error:
        raise ReadError(error.strerror or str(error)) from error


def decode(data: bytes) -> tuple[str, str]:
    r"""The text of a file, newlines as `\n` and without byte order mark, and the encoding it was in.

    UTF-16 and UTF-32 by their byte order marks, else UTF-8, else detected by charset-normalizer (Windows code pages,
    other scripts).

    Raises:
        ReadError: empty, binary or a known format that is no text, or in no encoding that fits.
    """
    if not data.strip():
        raise ReadError("empty file")
    for signature, kind in _SIGNATURES.items():
        if data.startswith(signature):
            raise ReadError(f"not a known format: {kind}")
    text, encoding = _decoded(data)
    if (
        text.count("\0")
        or sum(1 for c in text[:100_000] if c < " " and c not in "\t\n\r\f\v") > len(text[:100_000]) / 50
    ):
        raise ReadError("not a known format: binary data")
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n"), encoding


def _decoded(data: bytes) -> tuple[str, str]:
    marks = {b"\xff\xfe\0\0": "utf-32", b"\0\0\xfe\xff": "utf-32", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
    for mark, encoding in marks.items():
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


def _read_json_lines(text: str, name: str, stem: str) -> Iterator[Article | ReadError]:
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            record: Any = json.loads(line)
            if not isinstance(record, dict) or not isinstance(record.get("text"), str):
                raise ReadError('not an article: no object with "id" and "text"')  # noqa: TRY301  one way out of a line
            given = record.get("id")
            identifier = f"{stem}-{number}" if given is None else given if isinstance(given, str) else json.dumps(given)
            sha256 = hashlib.sha256(record["text"].encode()).hexdigest()
            article = make_article(record["text"], identifier, name, sha256, form="jsonl")
            yield replace(article, given_id=identifier if given is None else given)
        except ReadError as error:
            yield ReadError(error.reason, f"line {number}")
        except UnicodeEncodeError:
            yield ReadError("text with a lone surrogate", f"line {number}")
        except (ValueError, RecursionError) as error:
            yield ReadError(f"not JSON: {error}", f"line {number}")


def make_article(
    text: str, identifier: str, file: str, sha256: str, *, form: str = "text", encoding: str = ""
) -> Article:
    """An article from its text: zones, title, identifiers and language.

    Raises:
        ReadError: the text is longer than `LONGEST_ARTICLE`.
    """
    if len(text) > LONGEST_ARTICLE:
        raise ReadError(f"longer than {LONGEST_ARTICLE:,} characters: {len(text):,}")
    zones, title = zone(text)
    pieces = [(each.section, text[each.start : each.end]) for each in zones]
    own = [piece for section, piece in pieces if section != "references"]
    abstract = " ".join(piece for section, piece in pieces if section not in PAGE)
    header = text[: next((each.start for each in zones if each.section not in {*PAGE, "title"}), 0)]
    return Article(
        id=identifier,
        given_id=identifier,
        file=file,
        sha256=sha256,
        format=form,
        text=text,
        zones=zones,
        title=title,
        pmid=bibliography.pmid(own),
        pmcid=bibliography.pmcid(own),
        doi=bibliography.doi(own),
        registry_ids=bibliography.registry_ids("\n".join(own)),
        journal=bibliography.journal(header),
        year=bibliography.year(header),
        language=language(abstract),
        encoding=encoding,
    )


@cache
def _language_identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_pickled_model(MODEL_FILE, norm_probs=True)


def language(text: str) -> str:
    """The language of a text as ISO 639-1, empty where there is too little of it to tell."""
    sample = text[:2000]
    if sum(map(str.isalpha, sample)) < 40:
        return ""
    code, _ = _language_identifier().classify(sample)
    return str(code)


def safe_id(stem: str) -> str:
    """An identifier that can be a file name: letters of any script, digits, `.`, `_`, `~`, `-`."""
    return _UNSAFE.sub("_", stem).strip(".") or "_"
