"""From the paragraphs of a laid-out paper to articles: what is its title, abstract, body, references, and furniture.

Shared by the readers that see how a text is set (PDF, DOCX). Where `zones` must guess from words alone, size and
weight of the type say more: the title is set larger than the rest, headings stand apart, and the abstract of a full
paper ends where its type changes, where keywords have been given, or where an introduction begins. What follows is
the body. Facts come from title and abstract; the body is furniture unless it is asked for. A book of abstracts, in
which titles of one type each head an abstract with sections of its own, is as many articles.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate

import regex

from pipeline.read import bibliography
from pipeline.read.languages import language
from pipeline.read.rendering import LONGEST_ARTICLE
from pipeline.read.source import ReadError
from pipeline.read.zones import PAGE, section_of, zone
from pipeline.records import Article, Place, Span, Zone

_PROSE = 80
"""Characters of the shortest paragraph that is prose."""

_LONG = 7_000
"""Characters of text behind an introduction that no abstract has: it is the body of a paper."""

_LONGEST_ABSTRACT = 8_000
_TITLE_WORDS = 4
_TITLE_LENGTH = 400

_MASTHEAD_WORDS = 8
_MASTHEAD = regex.compile(
    r"\b (?: journal | annals | archives | proceedings | abstracts ) \b", regex.VERBOSE | regex.IGNORECASE
)
_NUMBERING = regex.compile(r"\s* (?: \d{1,2} (?: \.\d{1,2} )* \.? | [IVX]{1,4} \. ) \s+ (?= \p{Lu} )", regex.VERBOSE)
_KEYWORDS = regex.compile(
    r"\s* (?: key \s? -?words | index \s terms | mesh \s terms | subject \s terms ) \b",
    regex.VERBOSE | regex.IGNORECASE,
)
_LABEL = regex.compile(r"\s* (?P<label> \p{Lu} [\p{L}’'&/,\ -]{2,60}? ) \s? (?: [:：—–] | \. \s ) \s*", regex.VERBOSE)


@dataclass(frozen=True, slots=True)
class Style:
    """How a paragraph is set. `size` in points, rounded."""

    size: float
    bold: bool = False
    italic: bool = False


@dataclass(slots=True)
class Paragraph:
    """A paragraph or heading; `raised` and `places` count from its own start."""

    text: str
    style: Style
    raised: list[Span] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    furniture: bool = False

    @property
    def is_prose(self) -> bool:
        """Whether it is long enough, and ends as sentences do."""
        return len(self.text) >= _PROSE and self.text.rstrip()[-1] in ".?!)]:"

    @property
    def heading(self) -> str | None:
        """The section that the whole paragraph heads."""
        return section_of(_NUMBERING.sub("", self.text, count=1)) if len(self.text) <= 90 else None

    @property
    def label(self) -> str | None:
        """The section that the paragraph's first words label (`Results: …`)."""
        match = _LABEL.match(self.text)
        return section_of(match["label"]) if match else None


@dataclass(frozen=True, slots=True)
class Paper:
    """The file that paragraphs are from: what articles are called, and what its metadata give as title."""

    stem: str
    name: str
    data: bytes
    form: str
    title: str = ""


def articles(paragraphs: Sequence[Paragraph], source: Paper, *, full_text: bool) -> Iterator[Article | ReadError]:
    """The article of some paragraphs, or each article of a book of abstracts."""
    main = _main_style(paragraphs)
    pieces = _abstracts_of_a_book(paragraphs, main)
    if not pieces:
        yield _article(paragraphs, main, source, source.stem, full_text=full_text)
        return
    for number, piece in enumerate(pieces, 1):
        part = replace(source, title="")
        yield _article(piece, main, part, f"{source.stem}-{number}", full_text=full_text)


def _main_style(paragraphs: Iterable[Paragraph]) -> Style:
    """The style of most of the text."""
    letters: Counter[Style] = Counter()
    for each in paragraphs:
        if not each.furniture:
            letters[each.style] += len(each.text)
    return max(letters, key=lambda style: (letters[style], style.size), default=Style(10))


def _article(
    paragraphs: Sequence[Paragraph], main: Style, source: Paper, identifier: str, *, full_text: bool
) -> Article | ReadError:
    title = _title(paragraphs, main, source.title)
    if title:
        paragraphs = _without_bylines(paragraphs, title[1])
    body = _body(paragraphs, main, title[1] if title else 0)
    text, bounds = _text(paragraphs)
    if len(text) > LONGEST_ARTICLE:
        return ReadError(f"longer than {LONGEST_ARTICLE:,} characters: {len(text):,}")
    outside = [
        (start, start + len(paragraph.text))
        for paragraph, start in zip(paragraphs, bounds, strict=False)
        if paragraph.furniture
    ]
    own = text  # with furniture blank, as long as the text
    for start, end in outside:
        if start < bounds[body]:
            own = own[:start] + " " * (end - start) + own[end:]
    if title:
        begin, end = bounds[title[0]], bounds[title[1] - 1] + len(paragraphs[title[1] - 1].text)
        words = " ".join(own[begin:end].split())
        zones = [*_piece(text, 0, begin, "furniture"), Zone(begin, end, "title")]
        for each in zone(own[end : bounds[body]])[0]:
            section = "furniture" if each.section == "title" else each.section
            zones.append(Zone(end + each.start, end + each.end, section))
    else:
        found, words = zone(own[: bounds[body]])
        zones = list(found)
    zones += _body_zones(paragraphs, bounds, text, body, full_text=full_text)
    carved = sorted(_carved(text, zones, outside), key=lambda each: each.start)
    return _made(text, tuple(carved), words or source.title, paragraphs, bounds, source, identifier)


def _made(
    text: str,
    zones: tuple[Zone, ...],
    title: str,
    paragraphs: Sequence[Paragraph],
    bounds: Sequence[int],
    source: Paper,
    identifier: str,
) -> Article:
    read = [each for each in zones if each.section not in PAGE]
    own = [text[each.start : each.end] for each in zones if each.section != "references"]
    header = text[: next((each.start for each in read if each.section != "title"), 0)]
    return Article(
        id=identifier,
        given_id=identifier,
        file=source.name,
        sha256=hashlib.sha256(source.data).hexdigest(),
        format=source.form,
        text=text,
        zones=zones,
        raised=tuple(
            (offset + start, offset + end)
            for paragraph, offset in zip(paragraphs, bounds, strict=False)
            for start, end in paragraph.raised
        ),
        places=tuple(_places(paragraphs, bounds, read)),
        title=title,
        pmid=bibliography.pmid(own),
        pmcid=bibliography.pmcid(own),
        doi=bibliography.doi(own),
        registry_ids=bibliography.registry_ids("\n".join(own)),
        journal=bibliography.journal(header),
        year=bibliography.year(header),
        language=language(" ".join(text[each.start : each.end] for each in read)),
    )


def _places(paragraphs: Sequence[Paragraph], bounds: Sequence[int], read: Sequence[Zone]) -> Iterator[Place]:
    """The places of what is read; those of furniture nobody asks for."""
    for paragraph, offset in zip(paragraphs, bounds, strict=False):
        end = offset + len(paragraph.text)
        if any(each.start < end and offset < each.end for each in read):
            for place in paragraph.places:
                yield replace(place, start=offset + place.start, end=offset + place.end)


def _text(paragraphs: Sequence[Paragraph]) -> tuple[str, list[int]]:
    """The text of all paragraphs, and where each begins, then where it ends."""
    text = "\n\n".join(paragraph.text for paragraph in paragraphs)
    starts = accumulate((len(paragraph.text) + 2 for paragraph in paragraphs), initial=0)
    return text, [*list(starts)[:-1], len(text)]


def _title(paragraphs: Sequence[Paragraph], main: Style, stated: str) -> Span | None:
    """The paragraphs of the title, end excluded: what the metadata say, or what is set largest above the abstract."""
    wanted = _letters(stated)
    best: tuple[float, int] | None = None
    for index, each in enumerate(paragraphs):
        if each.furniture:
            continue
        if each.heading is not None and each.heading != "furniture":
            break
        if each.is_prose and each.style == main and index > 3:
            break
        if len(wanted) > 20 and _letters(each.text) == wanted:
            return index, index + 1
        stands_out = each.style.size >= 1.1 * main.size or (
            each.style.bold and not main.bold and each.style.size >= main.size
        )
        if stands_out and _can_be_title(each):
            is_masthead = len(each.text.split()) <= _MASTHEAD_WORDS and _MASTHEAD.search(each.text)
            size = 0.0 if is_masthead else each.style.size
            if best is None or size > best[0]:
                best = (size, index)
    if best is None:
        return None
    end = best[1] + 1
    while end < len(paragraphs) and paragraphs[end].style == paragraphs[best[1]].style and end < best[1] + 3:
        if paragraphs[end].heading is not None or paragraphs[end].furniture:
            break
        end += 1
    return best[1], end


def _can_be_title(paragraph: Paragraph) -> bool:
    return (
        not paragraph.furniture
        and len(paragraph.text.split()) >= _TITLE_WORDS
        and len(paragraph.text) <= _TITLE_LENGTH
        and paragraph.heading is None
        and not paragraph.label
    )


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))


def _without_bylines(paragraphs: Sequence[Paragraph], after: int) -> Sequence[Paragraph]:
    """The paragraphs, authors and affiliations behind the title made furniture: most of their words are capitalised."""
    changed = list(paragraphs)
    for index in range(after, len(paragraphs)):
        each = paragraphs[index]
        words = [word for word in regex.findall(r"\p{L}{2,}", each.text) if word not in {"and", "of", "the", "for"}]
        if each.heading or each.label or (words and sum(word[0].isupper() for word in words) <= len(words) / 2):
            break
        changed[index] = replace(each, furniture=True)
    return changed


def _body(paragraphs: Sequence[Paragraph], main: Style, after: int) -> int:
    """The first paragraph behind title and abstract; the number of paragraphs where no body follows."""
    rest = [*accumulate((0 if each.furniture else len(each.text) for each in reversed(paragraphs)), initial=0)][::-1]
    begun = False  # a heading "Abstract" has been seen
    first = keywords = None  # where prose and keywords begin
    own: Style | None = None  # of the abstract
    sections: set[str] = set()
    for index in range(after, len(paragraphs)):
        each = paragraphs[index]
        if each.furniture:
            continue
        heading = each.heading
        if heading == "references":
            return index
        if heading == "abstract" or (heading and not sections and each.text.casefold().startswith("summary")):
            begun, first, keywords, own, sections = True, None, None, None, set()
        elif heading and heading not in PAGE:
            again = heading in sections and (heading == "background" or "conclusions" in sections)
            opens = heading == "background" and not sections and (begun or rest[index] > _LONG)
            if first is not None and (keywords or again or opens or _NUMBERING.match(each.text)):
                return keywords or index
            sections.add(heading)
        elif first is not None and (_KEYWORDS.match(each.text) or (heading == "furniture" and begun)):
            keywords = keywords or index
        elif each.is_prose:
            label = each.label if each.label not in PAGE else None
            again = label in sections and "conclusions" in sections
            if first is not None and (again or (keywords and not label and (begun or rest[index] > _LONG))):
                return keywords or index
            if own and own != main and each.style == main and not label:
                return index
            first = index if first is None else first
            own = own or each.style
            sections |= {label} if label else set()
            if rest[first] - rest[index] > _LONGEST_ABSTRACT:
                return index if begun or sections or not after else first
    return len(paragraphs)


def _body_zones(
    paragraphs: Sequence[Paragraph], bounds: Sequence[int], text: str, body: int, *, full_text: bool
) -> Iterator[Zone]:
    """The zones behind the abstract: furniture and references, or with `full_text` the sections by their headings."""
    section = "furniture"
    for index in range(body, len(paragraphs)):
        each = paragraphs[index]
        start, end = bounds[index], bounds[index] + len(each.text)
        heading = None if each.furniture else each.heading
        if heading == "references" or section == "references":
            section = "references"
        elif full_text and heading:
            section = heading
            yield from _piece(text, start, end, "furniture")
            continue
        elif full_text and index == body:
            section = each.label or "background"
        yield from _piece(text, start, end, section)


def _piece(text: str, start: int, end: int, section: str) -> Iterator[Zone]:
    if text[start:end].strip():
        yield Zone(start, end, section)


def _carved(text: str, zones: Iterable[Zone], outside: Sequence[Span]) -> Iterator[Zone]:
    """The zones without these spans, which become furniture."""
    for each in zones:
        position = each.start
        for start, end in outside:
            if start < each.end and end > each.start:
                yield from _piece(text, position, start, each.section)
                position = end
        yield from _piece(text, position, each.end, each.section)
    for start, end in outside:
        yield Zone(start, end, "furniture")


def _abstracts_of_a_book(paragraphs: Sequence[Paragraph], main: Style) -> list[Sequence[Paragraph]]:
    """The abstracts of a book of abstracts, each from its title on; empty where the paper is no such book.

    What stands before the first title goes with the first.
    """
    by_style: dict[Style, list[int]] = {}
    for index, each in enumerate(paragraphs):
        apart = each.style.size >= main.size and each.style != main
        if apart and _can_be_title(each):
            by_style.setdefault(each.style, []).append(index)
    for style in sorted(by_style, key=lambda style: -style.size):
        titles = [
            index
            for index in by_style[style]
            if index == 0 or paragraphs[index - 1].style != style or paragraphs[index - 1].heading is not None
        ]
        if len(titles) < 2:
            continue
        pieces = [
            paragraphs[start:end] for start, end in zip([0, *titles[1:]], [*titles[1:], len(paragraphs)], strict=True)
        ]
        if all(_is_abstract(piece) for piece in pieces):
            return pieces
    return []


def _is_abstract(paragraphs: Iterable[Paragraph]) -> bool:
    """Whether these are one abstract: sections of at least two kinds, or one heading of its own, and not too long."""
    kinds = set()
    letters = 0
    for each in paragraphs:
        if each.furniture:
            continue
        letters += len(each.text)
        kinds |= {each.heading, each.label} - {None, "furniture", "references"}
        kinds |= {
            section
            for label in regex.finditer(r"(?<=[.;:] )\p{Lu}[\p{L} ]{3,30}(?=:)", each.text)
            if (section := section_of(label[0])) and section not in PAGE
        }
    return letters < _LONGEST_ABSTRACT and (len(kinds) > 1 or "abstract" in kinds)
