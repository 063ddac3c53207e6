"""JATS and NLM XML (`.nxml`), the articles of PubMed Central and of publishers.

Read by `xml`, with lxml: the packages for JATS on the index give a text in which `<sup>` is gone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from pipeline.read import bibliography, xml
from pipeline.read.rendering import (
    Rendering,
    article,
    inline_of,
    labelled,
    local_name,
    plain,
    statuses,
)
from pipeline.read.source import Options, ReadError, Source
from pipeline.read.zones import section_of
from pipeline.records import Article

ROOTS = frozenset({"article", "articles", "pmc-articleset", "OAI-PMH"})

_NO_ABSTRACT = frozenset(
    {
        "graphical", "teaser", "toc", "web-summary", "video", "plain-language-summary", "key-points", "highlights",
        "executive-summary", "editor-summary", "editors-summary", "author-highlights", "synopsis-graphic", "impact",
    }
)  # fmt: skip
"""Kinds of abstracts that repeat the abstract in other words."""
_NO_PROSE = frozenset(
    {"title", "label", "fn-group", "ref-list", "ack", "sec-meta", "fig-group", "supplementary-material"}
)
_SECTIONS = {
    "intro": "background",
    "introduction": "background",
    "background": "background",
    "materials": "methods",
    "methods": "methods",
    "materials|methods": "methods",
    "subjects": "methods",
    "results": "results",
    "discussion": "conclusions",
    "conclusions": "conclusions",
}


def read_jats(source: Source, options: Options) -> Iterator[Article | ReadError]:
    """The articles of a file, mostly one; with `full_text` their bodies and tables too.

    Raises:
        ReadError: the file is cut off or refused.
    """
    single = xml.root(source.head) == "article"
    for record in xml.records(source, ("article",)):
        if isinstance(record, ReadError):
            yield record
            continue
        try:
            yield _article(record, source, single, options)
        except ReadError as error:
            yield ReadError(error.reason, f"record {record.number}, line {record.line}")


def _article(record: xml.Record, source: Source, single: bool, options: Options) -> Article:
    whole = record.element
    for element in whole.iter():  # MathML has a namespace, and in some files all have one
        element.tag = local_name(element)
    meta = whole.find("front/article-meta")
    if meta is None:
        raise ReadError("not JATS: an article without front and article-meta")
    ids = {each.get("pub-id-type", ""): plain(each) for each in meta.iterfind("article-id")}
    types = tuple(filter(None, [whole.get("article-type", "")]))
    related = [each.get("related-article-type", "") for each in meta.iterfind("related-article")]
    registered = [plain(each) for each in meta.iter("related-object", "ext-link") if _is_registration(each)]
    language = next((value for name, value in whole.attrib.items() if str(name).endswith("}lang")), "")
    years = [
        int(found[0]) for each in meta.iterfind("pub-date/year") if (found := re.search(r"(?:19|20)\d\d", plain(each)))
    ]
    rendering = _render(whole, meta)
    if options.full_text:
        for body in whole.iterfind("body"):
            _add_body(rendering, body, "body")
        for floats in whole.iterfind("floats-group"):
            _add_body(rendering, floats, "body")
    return article(
        rendering,
        source,
        "jats",
        record.data,
        None if single else record.number,
        pmid=ids.get("pmid", ""),
        pmcid=bibliography.pmcid([_pmc(ids)]),
        doi=bibliography.doi([ids.get("doi", "")]),
        registry_ids=bibliography.registry_ids(" ".join(registered)),
        journal=plain(whole.find("front/journal-meta//journal-title")),
        year=min(years, default=None),
        publication_types=types,
        record_status=statuses([*types, *related]),
        language=str(language),
        encoding=record.encoding,
    )


def _pmc(ids: dict[str, str]) -> str:
    number = ids.get("pmcid") or ids.get("pmc", "")
    return number if number.upper().startswith("PMC") or not number else f"PMC{number}"


def _is_registration(element: etree._Element) -> bool:
    kinds = (element.get(name, "") for name in ("document-id-type", "source-type", "ext-link-type", "content-type"))
    return any(re.search("clinical|trial|regist|nct", kind, re.I) for kind in kinds)


def _render(whole: etree._Element, meta: etree._Element) -> Rendering:
    rendering = Rendering()
    title = meta.find("title-group/article-title")
    if title is not None:
        rendering.add_title(inline_of(title))
    for abstract in meta.iterfind("abstract"):
        if abstract.get("abstract-type", "").lower() not in _NO_ABSTRACT:
            _add_abstract(rendering, abstract, "")
    return rendering


def _add_abstract(rendering: Rendering, part: etree._Element, section: str) -> None:
    """The paragraphs of an abstract; the title of a section is the label of its first."""
    label = plain(part.find("title")).rstrip(":.")
    if local_name(part) == "abstract" and section_of(label) in ("abstract", None):
        label = ""
    section = labelled(label) if label else section
    for child in part:
        name = local_name(child)
        if name == "sec":
            _add_abstract(rendering, child, section)
        elif name not in _NO_PROSE:
            for paragraph in _paragraphs(child):
                rendering.add(paragraph, section, label)
                label = ""


def _paragraphs(element: etree._Element) -> Iterator[list[tuple[str, bool]]]:
    """The words of an element in pieces, cut where its lists and blocks begin a line."""
    piece: list[tuple[str, bool]] = []
    for words, raised in inline_of(element):
        if words == "\n" and not raised:
            yield piece
            piece = []
        else:
            piece.append((words, raised))
    yield piece


def _add_body(rendering: Rendering, part: etree._Element, section: str) -> None:
    """The sections of a body, with their tables and the captions of figures."""
    title = plain(part.find("title"))
    if title:
        rendering.add_heading(title)
    for child in part:
        name = local_name(child)
        if name == "sec":
            own = section_of(plain(child.find("title"))) or _SECTIONS.get(child.get("sec-type", "").lower())
            _add_body(rendering, child, own or section)
        elif name in ("table-wrap", "table-wrap-group", "fig", "fig-group", "boxed-text"):
            _add_float(rendering, child, section)
        elif name not in _NO_PROSE:
            floats = [each for each in child.iter("table-wrap", "fig") if each is not child]
            for each in floats:
                parent = each.getparent()
                assert parent is not None
                each_tail = etree.Element("x")  # keeps the words behind it
                each_tail.tail = each.tail
                parent.replace(each, each_tail)
            for paragraph in _paragraphs(child):
                rendering.add(paragraph, section)
            for each in floats:
                _add_float(rendering, each, section)


def _add_float(rendering: Rendering, element: etree._Element, section: str) -> None:
    """The caption and the rows of a table, cell beside cell; the caption of a figure."""
    for caption in element.iter("caption"):
        for paragraph in _paragraphs(caption):
            rendering.add(paragraph, section)
    for row in element.iter("tr"):
        line: list[tuple[str, bool]] = []
        for cell in row:
            words = inline_of(cell)
            if "".join(each for each, _ in words).strip():
                line += [(" | ", False), *words] if line else words
        rendering.add(line, section)
    for note in element.iterfind("table-wrap-foot//p"):
        rendering.add(inline_of(note), section)
