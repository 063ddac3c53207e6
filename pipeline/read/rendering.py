"""Text out of marked up documents: a title line, a blank line, paragraphs `LABEL: words`, as a plain abstract has them.

What is raised is written as `raised` does, and the spans of what that marks are kept; levels of expression
(`CD25high`) stand without a mark, as in plain abstracts, and what is raised because it leads to a reference or a note
becomes `[12]`.
"""

from __future__ import annotations

import hashlib
import html
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import regex
from lxml import etree

from pipeline.read import bibliography
from pipeline.read.languages import language, language_code
from pipeline.read.raised import write_raised
from pipeline.read.source import ReadError, Source
from pipeline.read.zones import PAGE, section_of, sections, without_copyright
from pipeline.records import Article, Span, Zone
from pipeline.vocabulary import table

LONGEST_ARTICLE = 10_000_000
"""Characters of the longest article that is read."""

_LONGEST_ID = 150  # bytes: file systems allow 255, and a mark may follow
Inline: TypeAlias = list[tuple[str, bool]]
"""Words in their order, each with whether it is raised."""

_YEAR = regex.compile(r"\b(?:19|20)\d\d\b")
_UNSAFE = regex.compile(r"[^\p{L}\p{M}\p{N}._~-]+")
_SPACE = regex.compile(r"[ \t\n\r\f\v]+")
_LEVEL = regex.compile(r"TM | high | hi | bright | int | dim | low | lo | neg | pos", regex.VERBOSE | regex.IGNORECASE)
_REFERENCES = regex.compile(r"\s*\[?\s*(?:\d+|\p{L})(?:\s*[,;–-]\s*(?:\d+|\p{L}))*\s*\]?\s*")
_MARK = regex.compile(r"[\s*†‡§¶#✉]+")  # of a note that is not shown
_TAG = regex.compile(
    r"<(/?)(sup|sub|superscript|subscript|i|b|u|em|strong|italic|bold|underline|sc|p|br|div|span|h[1-6]|ul|ol|li|inf"
    r"|(?:jats|mml):[a-z]+)(?:\s[^<>]*)?/?>",
    regex.IGNORECASE,
)
_CHARACTER = regex.compile(r"&(?:\#\d{1,7}|\#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,30});", regex.IGNORECASE)
_BLOCKS = frozenset({"p", "br", "div", "h1", "h2", "h3", "h4", "h5", "h6", "li", "jats:p", "jats:title", "jats:sec"})

_RAISED = frozenset({"sup", "superscript"})
_SKIPPED = frozenset({"tex-math", "annotation", "annotation-xml", "inline-graphic", "graphic", "fn", "object-id"})
_MATHS = frozenset(
    {"math", "mrow", "mstyle", "mpadded", "semantics", "mn", "mi", "mo", "mtext", "ms", "msup", "msub", "mfenced"}
)
_APART = frozenset({"p", "title", "list-item", "def", "disp-quote", "disp-formula", "break", "br", "sec"})


def marked(text: str) -> Inline:
    """A field that is text but in which tags and named characters of a page were left (`10<sup>7</sup>`, `&lt;`)."""
    inline: Inline = []
    position = depth = 0
    for tag in _TAG.finditer(text):
        inline.append((text[position : tag.start()], depth > 0))
        name = tag[2].lower().removeprefix("jats:")
        if name in _RAISED:
            depth = max(0, depth + (-1 if tag[1] else 1))
        elif name in _BLOCKS and not depth:
            inline.append(("\n", False))
        position = tag.end()
    inline.append((text[position:], depth > 0))
    return [(_CHARACTER.sub(lambda found: html.unescape(found[0]), words), raised) for words, raised in inline if words]


def inline_of(element: etree._Element) -> Inline:
    """The words of an XML element, with what `<sup>` and MathML raise in it."""
    return list(_inline(element, raised=False))


def _inline(element: etree._Element, raised: bool) -> Iterator[tuple[str, bool]]:
    name = local_name(element)
    if name in _SKIPPED:
        return
    if name in ("msup", "msubsup") and len(element) > 1:
        for child in list(element)[:-1]:
            yield from _inline(child, raised)
        yield from ((words.strip(), True) for words, _ in _inline(element[-1], raised=True))
        return
    if name == "mfrac" and len(element) > 1:
        yield from [*_inline(element[0], raised), ("/", raised), *_inline(element[1], raised)]
        return
    is_reference = name == "xref"  # to literature, a footnote, a table
    raised = (raised or name in _RAISED) and not is_reference
    words = [(element.text or "", raised)]
    for child in element:
        words += _inline(child, raised)
        words.append((child.tail or "", raised))
    if is_reference and _MARK.fullmatch("".join(each for each, _ in words)):
        return
    cites = name in _RAISED and any(local_name(child) == "xref" for child in element)
    if cites or (is_reference and [local_name(child) for child in element] == ["sup"]):
        words = [(as_reference("".join(each for each, _ in words)), False)]
    if name in _MATHS:  # its space is layout
        words = [(each.strip(), up) for each, up in words]
    yield from words
    if name in _APART:
        yield "\n", False


def as_reference(words: str) -> str:
    """What was raised because it cites, in brackets."""
    return f"[{words.strip(' []')}]" if _REFERENCES.fullmatch(words) else words


def local_name(element: etree._Element | None) -> str:
    """The name of an element without its namespace."""
    return "" if element is None or not isinstance(element.tag, str) else element.tag.rpartition("}")[2]


def plain(element: etree._Element | None) -> str:
    """The words of an XML element on one line, nothing where there is none."""
    return " ".join("".join(map(str, element.itertext())).split()) if element is not None else ""


def render(inline: Iterable[tuple[str, bool]]) -> tuple[str, list[Span]]:
    """Words on one line with `^` before what is raised, and the spans of that, the sign apart."""
    merged: Inline = []
    for words, raised in inline:
        if merged and merged[-1][1] == raised:
            merged[-1] = merged[-1][0] + words, raised
        elif words:
            merged.append((words, raised))
    text = ""
    spans = []
    for words, raised in merged:
        words = _SPACE.sub(" ", words)
        if not raised or not words.strip():
            text += words.lstrip(" ") if text.endswith(" ") or not text else words
            continue
        mark = words.strip()
        written, is_marked = (mark, False) if _LEVEL.fullmatch(mark) else write_raised(text.rstrip(" ^"), mark)
        text = (text.rstrip(" ^") if is_marked else text) + written
        if is_marked:
            spans.append((len(text) - len(mark), len(text)))
        text += " " if words.endswith(" ") else ""
    return text.rstrip(" "), spans


@dataclass
class Rendering:
    """A text while it is put together."""

    text: str = ""
    raised: list[Span] = field(default_factory=list)
    title: str = ""
    pieces: list[Zone] = field(default_factory=list)  # those without a section are searched for headings

    def add_title(self, inline: Iterable[tuple[str, bool]]) -> None:
        """The title, on a line of its own."""
        self.title = self._add(render(inline), "title")

    def add_heading(self, words: str) -> None:
        """A heading of the body, on a line of its own."""
        self._add((words, []), "furniture")

    def add(self, inline: Iterable[tuple[str, bool]], section: str = "", label: str = "") -> None:
        """A paragraph, with its label before a colon. Without a section its own headings say what it is."""
        words, raised = render(inline)
        if not words:
            return
        if label:
            self._add((f"{label}:", []), "furniture")
            self._add((f" {words}", [(start + 1, end + 1) for start, end in raised]), section, gap="")
        else:
            self._add((words, raised), section)

    def _add(self, rendered: tuple[str, list[Span]], section: str, gap: str = "\n\n") -> str:
        words, raised = rendered
        if words:
            self.text += gap if self.text else ""
            start = len(self.text)
            self.text += words
            self.raised += [(start + begin, start + end) for begin, end in raised]
            last = self.pieces[-1] if self.pieces else None
            if last and not section and not last.section:
                self.pieces[-1] = Zone(last.start, len(self.text), "")
            else:
                self.pieces.append(Zone(start, len(self.text), section))
        return words

    def zones(self) -> Iterator[Zone]:
        """What the text is, piece by piece."""
        for piece in self.pieces:
            if piece.section:
                yield from without_copyright(self.text, piece)
            else:
                for each in sections(self.text[piece.start : piece.end]):
                    yield Zone(piece.start + each.start, piece.start + each.end, each.section)


def labelled(label: str, category: str = "") -> str:
    """The section that a label of an abstract begins, else the one that its category does, else `abstract`."""
    return section_of(label) or section_of(category) or "abstract"


def article(
    rendering: Rendering,
    source: Source,
    form: str,
    data: bytes,
    number: int | None,
    *,
    own_id: bool = True,
    version: str = "",
    **known: Any,
) -> Article:
    """The article of a record, by what was rendered and what is known of it (fields of `Article`, those not empty).

    `number` is that of the record, None where the file is one article. `data` is what the record was read from.
    Without `own_id` the article is called by its file, else by its PMID, DOI or registry number if it has one.

    Raises:
        ReadError: the text is longer than `LONGEST_ARTICLE`.
    """
    text = rendering.text
    if len(text) > LONGEST_ARTICLE:
        raise ReadError(f"longer than {LONGEST_ARTICLE:,} characters: {len(text):,}")
    zones = tuple(rendering.zones())
    own = "\n".join(text[each.start : each.end] for each in zones if each.section != "references")
    words = " ".join(text[each.start : each.end] for each in zones if each.section not in PAGE)
    known = {name: value for name, value in known.items() if value}
    stated = known.get("language", "")
    registered = tuple(known.pop("registry_ids", ()))
    record_id = known.pop("record_id", "")
    pmid = f"{known['pmid']}.{version}" if "pmid" in known and version not in ("", "1") else known.get("pmid", "")
    stem = safe_id(source.stem)
    own_number = record_id or ("" if number is None else str(number))
    stated_id = (pmid or known.get("doi") or next(iter(registered), "")) if own_id else ""
    identifier = stated_id or (f"{stem}-{own_number}" if own_number else stem)
    fields: dict[str, Any] = known | {
        "registry_ids": tuple(dict.fromkeys([*registered, *bibliography.registry_ids(own)])),
        "language": language_code(stated) or language(words),
    }
    return Article(
        id=safe_id(identifier).encode()[:_LONGEST_ID].decode("utf-8", "ignore"),
        given_id=identifier,
        file=source.name,
        sha256=hashlib.sha256(data).hexdigest(),
        format=form,
        text=text,
        zones=zones,
        raised=tuple(rendering.raised),
        title=rendering.title,
        **fields,
    )


def record_article(
    source: Source, form: str, data: str, number: int, title: Inline, abstract: Inline, encoding: str, **known: Any
) -> Article:
    """An article from a title, an abstract in one piece, and what else a record says of it.

    Raises:
        ReadError: the text is too long.
    """
    rendering = Rendering()
    rendering.add_title(title)
    rendering.add(abstract)
    raw = data.encode("utf-8", "surrogatepass")
    return article(rendering, source, form, raw, number, encoding=encoding, **known)


def year_in(*texts: str) -> int | None:
    """The first year in the texts."""
    found = _YEAR.search(" ".join(texts))
    return int(found[0]) if found else None


def statuses(codes: Iterable[str]) -> str:
    """What became of a record (`retracted`, `corrected` …), by the words of its source for that, each once."""
    known: Mapping[str, tuple[str, ...]] = table("record_statuses")
    found = (known[code.lower()][0] for code in codes if code.lower() in known)
    return "; ".join(dict.fromkeys(found))


def safe_id(stem: str) -> str:
    """An identifier that can be a file name: letters of any script, digits, `.`, `_`, `~`, `-`."""
    return _UNSAFE.sub("_", stem).strip(".") or "_"
