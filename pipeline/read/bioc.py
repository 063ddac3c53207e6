"""BioC, the XML and JSON of PubMed Central's text mining collection and of PubTator.

Read by `xml` (lxml), and ijson, which gives document by document whatever the size of the file. The package `bioc`
would hold a file in memory, wants every optional key, and drops what stands inside of `<text>`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

import ijson
import regex

from pipeline.read import bibliography, xml
from pipeline.read.decoding import lines
from pipeline.read.rendering import Inline, Rendering, article, inline_of, labelled, marked, plain
from pipeline.read.source import Options, ReadError, Source
from pipeline.read.zones import section_of
from pipeline.records import Article

ROOTS = frozenset({"collection"})

_SECTIONS = {
    "intro": "background",
    "methods": "methods",
    "results": "results",
    "discuss": "conclusions",
    "concl": "conclusions",
}
_LISTED = regex.compile(rb'\{\s*"(\w+)"\s*:\s*\[\s*\{')
_LINES = regex.compile(rb'[\[{]\s*+(?:\{\s*+)?"[^"]*+"[^\n]*"passages"[^\n]*+(?<=\}|\}\r)\n\s*+\{')
_NO_PROSE = frozenset(
    {"ref", "ack_fund", "auth_cont", "comp_int", "abbr", "appendix", "suppl", "keyword", "review_info", "references"}
)


class _Passage(NamedTuple):
    infons: dict[str, str]
    words: Inline


class _Document(NamedTuple):
    identifier: str
    passages: list[_Passage]


def read_bioc_xml(source: Source, options: Options) -> Iterator[Article | ReadError]:
    """The documents of a collection; with `full_text` all their passages but references.

    Raises:
        ReadError: the file is cut off or refused.
    """
    for record in xml.records(source, ("document",)):
        if isinstance(record, ReadError):
            yield record
            continue
        passages = [
            _Passage(
                {each.get("key", ""): plain(each) for each in passage.iterfind("infon")},
                [run for text in passage.iterfind(".//text") if _is_own(text) for run in _xml_words(text)],
            )
            for passage in record.element.iterfind("passage")
        ]
        document = _Document(plain(record.element.find("id")), passages)
        try:
            yield _article(document, source, record.data, record.number, record.encoding, options)
        except ReadError as error:
            yield ReadError(error.reason, f"record {record.number}, line {record.line}")


def _is_own(text: Any) -> bool:
    """Whether a text is of a passage or of its sentences, not of an annotation of them."""
    return text.getparent().tag in ("passage", "sentence")


def _xml_words(text: Any) -> Inline:
    return [part for words, up in inline_of(text) for part in ([(words, up)] if up else marked(words))] + [(" ", False)]


def read_bioc_json(source: Source, options: Options) -> Iterator[Article | ReadError]:
    """The documents of a collection, of a list of collections, or of lines of either.

    Raises:
        ReadError: the file is cut off, or no JSON.
    """
    number = 0
    for document in _json_documents(source):
        number += 1
        if isinstance(document, ReadError):
            yield document
            continue
        try:
            passages = [_json_passage(each) for each in document["passages"]]
            data = json.dumps(document, ensure_ascii=False, default=str).encode("utf-8", "surrogatepass")
            identifier = document.get("id") or document.get("_id") or ""
            yield _article(_Document(str(identifier), passages), source, data, number, "", options)
        except ReadError as error:
            yield ReadError(error.reason, f"record {number}")
        except (KeyError, TypeError, AttributeError) as error:
            yield ReadError(f"not a BioC document: {type(error).__name__} {error}", f"record {number}")


def _json_documents(source: Source) -> Iterator[Any]:
    head = source.head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not _LINES.match(head):
        prefix = "item.documents.item" if head.startswith(b"[") else "documents.item"
        if b'"documents"' not in head:
            listed = _LISTED.match(head)  # PubTator's name of the list
            prefix = "item" if head.startswith(b"[") else f"{listed[1].decode()}.item" if listed else ""
        number = 0
        try:
            for number, document in enumerate(ijson.items(source.stream, prefix, use_float=True), 1):  # noqa: B007
                yield document
        except (ijson.JSONError, UnicodeError, ValueError) as error:
            raise ReadError(f"not JSON: {error}", f"after record {number}") from None
        return
    for number, (line, _) in enumerate(lines(source), 1):
        if line.strip():
            try:
                found = json.loads(line)
            except (ValueError, RecursionError) as error:
                yield ReadError(f"not JSON: {error}", f"line {number}")
            else:
                yield from found.get("documents", [found]) if isinstance(found, dict) else [found]


def _json_passage(passage: Any) -> _Passage:
    texts = [passage.get("text") or "", *(each.get("text") or "" for each in passage.get("sentences") or [])]
    infons = {str(key): str(value) for key, value in (passage.get("infons") or {}).items()}
    return _Passage(infons, marked(" ".join(filter(None, map(str, texts)))))


def _article(document: _Document, source: Source, data: bytes, number: int, encoding: str, options: Options) -> Article:
    rendering = Rendering()
    infons: dict[str, str] = {}
    label, section = "", ""
    for passage in document.passages:
        infons = passage.infons | infons
        kind = passage.infons.get("type", "").lower()
        part = passage.infons.get("section_type", passage.infons.get("section", "")).lower()
        words = "".join(each for each, _ in passage.words)
        is_abstract = part == "abstract" or kind.startswith("abstract") or (not part and kind in ("", "paragraph"))
        if not rendering.title and not rendering.text and (part == "title" or kind in ("title", "front")):
            rendering.add_title(passage.words)
        elif is_abstract and "title" in kind:
            label = words.strip().rstrip(":.")
            if section_of(label) == "abstract":
                label = ""
            section = labelled(label) if label else ""
        elif is_abstract:
            rendering.add(passage.words, section, label)
            label = ""
        elif options.full_text and part not in _NO_PROSE and kind not in ("ref", "front"):
            own = _SECTIONS.get(part, "body")
            if "title" in kind and "caption" not in kind:
                rendering.add_heading(" ".join(words.split()))
            else:
                rendering.add(passage.words, own)
    identifier = document.identifier
    years = [value for value in (infons.get("year", ""), infons.get("date", "")) if value]
    found = regex.search(r"\b(?:19|20)\d\d\b", " ".join(years))
    pmid = infons.get("article-id_pmid", "")
    pmc = infons.get("article-id_pmc", "")
    if not pmid and not pmc:
        pmid = identifier if identifier.isdigit() else ""
    pmc = pmc or (identifier if identifier.upper().startswith("PMC") else "")
    return article(
        rendering,
        source,
        "bioc",
        data,
        number,
        record_id="" if identifier == pmid else identifier,
        pmid=pmid,
        pmcid=bibliography.pmcid([pmc if pmc.upper().startswith("PMC") or not pmc else f"PMC{pmc}"]),
        doi=bibliography.doi([infons.get("article-id_doi", "")]),
        journal=regex.split(r"[;.]\s", infons.get("journal-title", "") or infons.get("journal", ""))[0],
        year=int(found[0]) if found else None,
        encoding=encoding,
    )
