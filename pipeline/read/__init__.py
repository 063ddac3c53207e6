"""Raw files into articles.

`read` takes one file, plain, in gzip or in a zip archive, and chooses how to read it by its content:

PubMed XML (`pubmed`), JATS (`jats`), BioC XML and JSON (`bioc`), EndNote XML, MEDLINE, RIS and BibTeX (`references`),
CSV, TSV and XLSX of screening tools (`sheets`), saved pages (`html`), PDF (`pdf`), DOCX (`docx`), JSON lines with `id`
and `text`, and any other text (`text`).

Formats of many records are read record by record; one that cannot be read is named, and the others follow. Those that
have markup are rendered by `rendering`: their text is what offsets point into, and raised exponents are `10^7` in it.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TypeAlias

import regex

from pipeline.read import bioc, docx, html, jats, pdf, pubmed, references, sheets, xml
from pipeline.read.decoding import ascii_head, decode, narrow
from pipeline.read.languages import language
from pipeline.read.rendering import LONGEST_ARTICLE, safe_id
from pipeline.read.source import Options, ReadError, Source, open_file, open_stream
from pipeline.read.text import make_article, read_json_lines, read_text
from pipeline.records import Article

__all__ = [
    "LONGEST_ARTICLE",
    "Options",
    "ReadError",
    "decode",
    "language",
    "make_article",
    "read",
    "read_stream",
    "safe_id",
]

_HTML_SUFFIXES = (".html", ".htm", ".xhtml")
_Reader: TypeAlias = Callable[[Source], Iterator[Article | ReadError]]

_HTML = regex.compile(
    rb"""\s*+ (?: <\?xml[^>]*+> \s*+ )? (?: <!--.*?--> \s*+ )*+
         (?: <!doctype\s+html\b | < (?:html|head|body|title|meta|main|section|div|h1|p)\b )""",
    regex.VERBOSE | regex.IGNORECASE | regex.DOTALL,
)
_TAGGED: Mapping[regex.Pattern[bytes], _Reader] = {
    regex.compile(rb"\s*+(?:[^\n]{0,200}+\n\s*+){0,5}?PMID ?- *\d"): references.read_medline,
    regex.compile(rb"\s*+(?:[^\n]{0,200}+\n\s*+){0,20}?TY {1,2}- [A-Z]"): references.read_ris,
    regex.compile(
        rb"(?:\s*+(?:%|@(?:comment|preamble|string)\b)[^\n]*+\n)*+\s*+@[a-z]+\s*+[{(]\s*+[^\s{}=,]++\s*+,",
        regex.IGNORECASE,
    ): references.read_bibtex,
}
"""How formats of tagged lines begin, what a database may say above its records aside."""


def read(path: Path, name: str, options: Options | None = None) -> Iterator[Article | ReadError]:
    """The articles of a file; a record that cannot be read is a `ReadError` among them, and the others follow.

    `name` is what tables and failures call the file.

    Raises:
        ReadError: the file cannot be read, or not from some place on.
    """
    yield from _read_all(open_file(path, name), options or Options())


def read_stream(data: bytes, options: Options | None = None) -> Iterator[Article | ReadError]:
    """The articles of standard input, as those of a file; a plain text has the identifier `-`.

    Raises:
        ReadError: it cannot be read.
    """
    for result in _read_all(open_stream(io.BytesIO(data), "-", "-"), options or Options()):
        if isinstance(result, Article) and result.file == "-" and result.format in ("text", "html"):
            yield replace(result, id="-", given_id="-")
        else:
            yield result


def _read_all(sources: Iterator[Source | ReadError], options: Options) -> Iterator[Article | ReadError]:
    for source in sources:
        if isinstance(source, ReadError):
            yield source
            continue
        results = 0
        try:
            for result in _read(source, options):
                results += 1
                yield _in_member(result, source.member) if isinstance(result, ReadError) else result
            if not results:
                raise ReadError("no article in it")  # noqa: TRY301  one way out of a document
        except ReadError as error:
            if not source.member:
                raise
            yield _in_member(error, source.member)


def _in_member(error: ReadError, member: str) -> ReadError:
    return ReadError(error.reason, ", ".join(filter(None, (member, error.place))))


def _read(source: Source, options: Options) -> Iterator[Article | ReadError]:
    """The articles of a document, by the reader that its content calls for."""
    if "xl/workbook.xml" in source.parts:
        return sheets.read_xlsx(source, options)
    if "word/document.xml" in source.parts:
        return docx.read_docx(source.read(), source.name, safe_id(source.stem), full_text=options.full_text)
    if source.parts:
        raise ReadError("not a known format: an Office document")
    if b"%PDF-" in source.head[:1024]:
        return pdf.read_pdf(source.read(), source.name, safe_id(source.stem), full_text=options.full_text)
    reader = _reader(ascii_head(source.head), source.suffix, options)
    return reader(narrow(source)) if reader else read_text(source)


def _reader(head: bytes, suffix: str, options: Options) -> _Reader | None:
    """What reads a document that begins with these bytes; None where it is a plain text, or nothing known."""
    begins = head.lstrip()
    if _HTML.match(head) or (suffix in _HTML_SUFFIXES and b"<" in head):
        return html.read_html
    is_xml = begins.startswith((b"<?xml", b"<!DOCTYPE"))
    if is_xml or (begins.startswith(b"<") and xml.root(head)):
        return _xml_reader(head, is_xml or suffix in (".xml", ".nxml"), options)
    if begins.startswith((b"{", b"[")) and b'"passages"' in head:
        return partial(bioc.read_bioc_json, options=options)
    if suffix in (".jsonl", ".ndjson") or _is_json_lines(begins):
        return read_json_lines
    for pattern, reader in _TAGGED.items():
        if pattern.match(head):
            return reader
    if suffix in (".csv", ".tsv", ".tab") or sheets.delimiter_of(begins.split(b"\n")[0].decode("utf-8", "replace")):
        return partial(sheets.read_csv, options=options)
    return None


def _xml_reader(head: bytes, is_xml: bool, options: Options) -> _Reader | None:
    root = xml.root(head)
    if root in pubmed.ROOTS:
        return pubmed.read_pubmed
    if root in jats.ROOTS:
        return partial(jats.read_jats, options=options)
    if root in bioc.ROOTS:
        return partial(bioc.read_bioc_xml, options=options)
    if root in ("xml", "records") and b"<record>" in head:
        return references.read_endnote
    if is_xml:
        xml.refuse_entities(head)
        raise ReadError(f"not a known format: XML with the root element {root!r}" if root else "XML without an element")
    return None  # a text that happens to begin with a tag


def _is_json_lines(begins: bytes) -> bool:
    first = begins.split(b"\n")[0]
    try:
        return isinstance(json.loads(first), dict)
    except (ValueError, RecursionError):
        return first.startswith(b"{") and b'"text"' in first
