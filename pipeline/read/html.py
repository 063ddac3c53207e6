"""Saved pages of any publisher: what a reader sees, with the abstract found in it.

lxml.html, as it keeps the tree in which superscripts, style sheets and the element of the abstract can be seen;
trafilatura and its like give the main text of a page without its superscripts. tinycss2 and cssselect2 read the style
sheets that a page carries, for what they hide and what they raise.

The page's text is kept whole, menus and all, and the abstract is a zone in it: that of the element which names itself
so, else what `zones` makes of the page as if copied out of a browser.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import cssselect2
import tinycss2
from lxml import etree
from lxml import html as lxml_html

from pipeline.read import bibliography
from pipeline.read.decoding import decode, decode_declared, refuse_binary
from pipeline.read.rendering import Inline, Rendering, article, as_reference, inline_of, render
from pipeline.read.source import ReadError, Source
from pipeline.read.zones import zone
from pipeline.records import Article, Span, Zone

_LARGEST = 50_000_000
_CHARSET = re.compile(rb"""<meta[^>]*?charset\s*=\s*["']?\s*([\w-]+)""", re.IGNORECASE)
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>", re.IGNORECASE)

_HIDDEN = frozenset(
    {"head", "script", "style", "noscript", "template", "svg", "iframe", "object", "embed", "select", "button",
     "textarea", "canvas", "audio", "video", "dialog", "datalist", "link", "meta", "title", "input"}
)  # fmt: skip
_PARAGRAPHS = frozenset(
    {"p", "div", "section", "article", "main", "header", "footer", "nav", "aside", "h1", "h2", "h3", "h4", "h5", "h6",
     "ul", "ol", "dl", "table", "blockquote", "figure", "figcaption", "form", "fieldset", "pre", "hr", "address",
     "body"}
)  # fmt: skip
_LINES = frozenset({"li", "dt", "dd", "tr", "caption", "option", "br", "summary", "thead", "tbody"})

_IS_ABSTRACT = re.compile(r"abstract", re.IGNORECASE)
_OF_AN_ABSTRACT = re.compile(
    r"link|btn|button|tab(?!le)|nav|toggle|head|title|icon|share|list|search|views?\b|menu|number|download|related|metadata|keyword",
    re.IGNORECASE,
)
"""In the name of an element that calls itself abstract: what leads to an abstract, or is a part of one."""
_OTHER_ABSTRACT = re.compile(r"graphical|highlight|\blay\b|plain-?language|video|teaser|popup", re.IGNORECASE)
_SHORTEST_ABSTRACT = 150
_ITS_HEADING = re.compile(r"(?:abstract|summary|synopsis)[ :]*\n", re.IGNORECASE)


def read_html(source: Source) -> Iterator[Article | ReadError]:
    """The one article of a page.

    Raises:
        ReadError: it is no text, or too large.
    """
    data = source.read(_LARGEST)
    refuse_binary(data)
    declared = _CHARSET.search(data, 0, 4096)
    text, found = decode_declared(data, declared[1].decode() if declared else "")
    if "\0" in text:
        text, found = decode(data)
    parser = lxml_html.HTMLParser(remove_comments=True, remove_pis=True, no_network=True)
    try:
        root = lxml_html.document_fromstring(_DECLARATION.sub("", text), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise ReadError(f"not HTML: {error}") from None
    try:
        page = _Page(*_styles(root))
        page.visit(root)
        yield _article(page.rendered(), page, root, source, data, source.encoding or found)
    except RecursionError:
        raise ReadError("not HTML: its elements lie too deep in each other") from None


def _article(
    rendered: tuple[str, list[Span], dict[etree._Element, Span]],
    page: _Page,
    root: etree._Element,
    source: Source,
    data: bytes,
    encoding: str,
) -> Article:
    text, raised, spans = rendered
    meta = _meta(root)
    title = meta.get("citation_title") or meta.get("dc.title") or meta.get("og:title", "")
    heading = _heading(text, spans, title)
    if abstract := _abstract(text, spans, heading):
        pieces = [Zone(0, abstract[0], "furniture"), Zone(*abstract, ""), Zone(abstract[1], len(text), "references")]
    else:
        found, above = zone(text)
        pieces, title = list(found), above or title
    if heading and not any(each.section == "title" for each in pieces):
        title = text[slice(*heading)]
        pieces = [part for each in pieces for part in _with_title(each, heading)]
    pieces = [each for each in pieces if text[each.start : each.end].strip()]
    own = "\n".join(text[each.start : each.end] for each in pieces if each.section != "references")
    return article(
        Rendering(text, raised, " ".join(title.split()), pieces),
        source,
        "html",
        data,
        None,
        own_id=False,
        pmid=meta.get("citation_pmid") or bibliography.pmid([own]),
        pmcid=bibliography.pmcid([meta.get("citation_pmcid", ""), own]),
        doi=bibliography.doi([meta.get("citation_doi") or meta.get("dc.identifier", ""), own]),
        journal=meta.get("citation_journal_title") or bibliography.journal(own),
        year=_year(meta) or bibliography.year(own),
        publication_types=tuple(filter(None, [meta.get("citation_article_type", "")])),
        language=meta.get("citation_language", ""),
        encoding=encoding,
    )


def _meta(root: etree._Element) -> dict[str, str]:
    found: dict[str, str] = {}
    for each in root.iter("meta"):
        name = (each.get("name") or each.get("property") or "").lower()
        found.setdefault(name, " ".join((each.get("content") or "").split()))
    return found


def _year(meta: dict[str, str]) -> int | None:
    for name in ("citation_publication_date", "citation_date", "citation_online_date", "citation_year", "dc.date"):
        if year := re.search(r"\b(?:19|20)\d\d\b", meta.get(name, "")):
            return int(year[0])
    return None


def _heading(text: str, spans: dict[etree._Element, Span], title: str) -> Span | None:
    """The heading that is the title: the one in the words of the page's metadata, else the first."""

    def letters(words: str) -> str:
        return "".join(filter(str.isalnum, words)).lower()

    headings = [span for element, span in spans.items() if element.tag == "h1" and text[slice(*span)].strip()]
    same = [span for span in headings if title and letters(text[slice(*span)]) == letters(title)]
    found = next(iter(same or headings), None)
    return _stripped(text, found) if found else None


def _with_title(piece: Zone, heading: Span) -> list[Zone]:
    """The zone, cut where the heading lies in it, if it is what is not read otherwise."""
    start, end = heading
    if piece.section != "furniture" or not piece.start <= start < end <= piece.end:
        return [piece]
    return [Zone(piece.start, start, "furniture"), Zone(start, end, "title"), Zone(end, piece.end, "furniture")]


def _abstract(text: str, spans: dict[etree._Element, Span], heading: Span | None) -> Span | None:
    """The first element that calls itself abstract, has the length of one, and holds neither the title nor another."""
    others = [span for element, span in spans.items() if _is_other_abstract(_names(element))]
    for element, span in spans.items():
        if element.tag not in ("div", "section", "article", "p", "dd", "blockquote"):
            continue
        own = any(_IS_ABSTRACT.search(name) and not _OF_AN_ABSTRACT.search(name) for name in _names(element))
        within = [*others, heading] if heading else others
        if not (own or element.get("role") == "doc-abstract") or any(span[0] <= each[0] < span[1] for each in within):
            continue
        start, end = _stripped(text, span)
        if label := _ITS_HEADING.match(text, start, end):
            start, end = _stripped(text, (label.end(), end))
        if end - start >= _SHORTEST_ABSTRACT:
            return start, end
    return None


def _is_other_abstract(names: list[str]) -> bool:
    return any(map(_IS_ABSTRACT.search, names)) and any(map(_OTHER_ABSTRACT.search, names))


def _names(element: etree._Element) -> list[str]:
    """What an element is called by."""
    return [*(element.get("class") or "").split(), element.get("id") or "", element.get("data-title") or ""]


def _stripped(text: str, span: Span) -> Span:
    words = text[slice(*span)]
    start = span[0] + len(words) - len(words.lstrip())
    return start, max(start, span[1] - (len(words) - len(words.rstrip())))


@dataclass
class _Page:
    """The text of a page while it is read: lines of words, and where each element of a kind begins and ends."""

    hidden: set[etree._Element]
    raised: set[etree._Element]
    lines: list[Inline] = field(default_factory=lambda: [[]])
    spans: dict[etree._Element, tuple[int, int]] = field(default_factory=dict)

    def visit(self, element: etree._Element, up: bool = False) -> None:
        name = element.tag
        if not isinstance(name, str) or name in _HIDDEN or element in self.hidden:
            return
        if name == "math":
            self.lines[-1] += inline_of(element)
            return
        blank = 2 if name in _PARAGRAPHS else 1 if name in _LINES else 0
        self._break(blank)
        first = len(self.lines) - 1
        is_up = element in self.raised
        if is_up and _is_link(element):
            self.lines[-1].append((as_reference("".join(map(str, element.itertext()))), False))
            return
        up = up or is_up
        self.lines[-1].append((element.text or "", up))
        for child in element:
            self.visit(child, up)
            if name == "tr" and child.tag in ("td", "th"):
                self.lines[-1].append(("\t", False))
            self.lines[-1].append((child.tail or "", up))
        self._break(blank)
        if blank == 2:
            self.spans[element] = first, len(self.lines) - 1

    def _break(self, lines: int) -> None:
        if lines and any(words.strip() for words, _ in self.lines[-1]):
            self.lines.append([])
        elif lines:
            self.lines[-1] = []
        if lines == 2 and len(self.lines) > 1 and self.lines[-2]:
            self.lines[-1:] = [[], []]

    def rendered(self) -> tuple[str, list[Span], dict[etree._Element, Span]]:
        """The text, what is raised in it, and the spans of elements in document order."""
        text, raised, starts = "", [], []
        pieces = []
        length = 0
        for line in self.lines:
            words, spans = render(line)
            starts.append(length)
            raised += [(length + start, length + end) for start, end in spans]
            pieces.append(words)
            length += len(words) + 1
        text = "\n".join(pieces).rstrip()
        found = {
            element: (min(starts[a], len(text)), min(starts[b], len(text))) for element, (a, b) in self.spans.items()
        }
        return text, raised, dict(sorted(found.items(), key=lambda each: (each[1][0], -each[1][1])))


def _is_link(element: etree._Element) -> bool:
    """Whether all that is raised here leads to another place of the page, as a reference does."""
    parent = element.getparent()
    links = [each for each in element.iter("a") if each.get("href")]
    if parent is not None and parent.tag == "a" and parent.get("href"):
        links.append(parent)
    return bool(links)


def _styles(root: etree._Element) -> tuple[set[etree._Element], set[etree._Element]]:
    """The elements that are hidden, and those that are raised, by kind, attributes and the page's style sheets."""
    matcher = cssselect2.Matcher()
    for sheet in root.iter("style"):
        for rule in tinycss2.parse_stylesheet(sheet.text or "", skip_comments=True, skip_whitespace=True):
            if rule.type == "at-rule" and rule.lower_at_keyword == "media" and rule.content:
                if re.search(r"\b(?:all|screen)\b", tinycss2.serialize(rule.prelude)):
                    for inner in tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True):
                        _add_rule(matcher, inner)
            else:
                _add_rule(matcher, rule)
    hidden, raised = set(), set()
    for wrapper in cssselect2.ElementWrapper.from_html_root(root).iter_subtree():
        element = wrapper.etree_element
        said: dict[str, str] = {}
        for *_, declared in matcher.match(wrapper):
            said |= declared
        said |= _declared(tinycss2.parse_declaration_list(element.get("style") or ""))
        if (
            said.get("display") == "none"
            or said.get("visibility") in ("hidden", "collapse")
            or (element.get("hidden") is not None and "display" not in said)
            or "clip" in said
        ):
            hidden.add(element)
        if element.tag == "sup" or _is_raised(said.get("vertical-align", "")):
            raised.add(element)
    return hidden, raised


def _add_rule(matcher: cssselect2.Matcher, rule: tinycss2.ast.Node) -> None:
    if rule.type != "qualified-rule":
        return
    declared = _declared(tinycss2.parse_declaration_list(rule.content))
    if not declared:
        return
    try:
        for selector in cssselect2.compile_selector_list(rule.prelude):
            matcher.add_selector(selector, declared)
    except cssselect2.SelectorError:
        return  # one that this page's browser may not know either


def _declared(nodes: list[tinycss2.ast.Node]) -> dict[str, str]:
    """What is declared of the properties that matter here."""
    wanted = ("display", "visibility", "vertical-align", "clip", "position")
    found = {
        node.lower_name: tinycss2.serialize(node.value).strip().lower()
        for node in nodes
        if node.type == "declaration" and node.lower_name in wanted
    }
    if "clip" in found and found["clip"] == "auto":
        del found["clip"]
    return found


def _is_raised(value: str) -> bool:
    length = re.fullmatch(r"\+?(\d*\.?\d+)(?:em|ex|px|pt|rem|%)", value)
    return value in ("super", "text-top") or (length is not None and float(length[1]) > 0)
