"""What in a text is title, abstract, and furniture.

Made for text as people have it: a plain abstract, a bibliographic record, or a page copied out of a browser with its
menus, counters, references and citing articles. Nothing is cut: what is not the article's own words lies in zones of
furniture, so offsets stay those of the file.

The abstract begins at an "Abstract" heading with prose below, else at the first prose or section label after the
title, and ends at the first line that can only head another part of the page. Section headings stand on a line of
their own or before a colon, in capitals before a sentence, or in plain words before one where at least two kinds do.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import regex

from pipeline.records import Span, Zone
from pipeline.vocabulary import table

PAGE = frozenset({"furniture", "references"})
"""Sections of a page that are not the article's own words."""

_PROSE_LENGTH = 80
_TITLE_LENGTHS = range(40, 400)
_HEADING_LENGTH = 90

# Headings that, capitalised, begin a sentence even without a colon ("Methods A total of 309 patients").
_SENTENCE_HEADINGS = frozenset(
    {
        "aim", "aims", "background", "conclusion", "conclusions", "discussion", "findings", "hypothesis",
        "interpretation", "introduction", "materials and methods", "methods", "objective", "objectives",
        "patients and methods", "purpose", "results", "study design",
    }
)  # fmt: skip

_AFTER_SENTENCE = r"""(?: (?<= [.?!;:\])"”’\d%] \s{0,4} ) | ^ [^\S\n]*+ )"""
_LABEL = regex.compile(
    rf"""{_AFTER_SENTENCE} (?P<heading> \p{{Lu}} (?: [\p{{L}}’'&/,\ ()-] | \.(?=\p{{Lu}}{{3}}) ){{2,70}}? )
         (?: \s{{0,2}} [:：] (?!\d) | \s? [—–] \s | \. (?=\p{{Lu}}{{3}}) )""",
    regex.VERBOSE | regex.MULTILINE,
)
_CAPITALS = regex.compile(
    rf"""{_AFTER_SENTENCE} (?P<words> \p{{Lu}}{{3,}} (?: (?: \ (?:&\ )? | / | ,\  ) \p{{Lu}}{{2,}} )*+ )
         (?= \s+ [\p{{Lu}}\d(] )""",
    regex.VERBOSE | regex.MULTILINE,
)
_CAPITALISED = regex.compile(
    rf"""{_AFTER_SENTENCE} (?P<words> \p{{Lu}}\p{{Ll}}+ (?: \  (?:and\ )? \p{{L}}\p{{Ll}}+ ){{0,2}} )
         (?= \s+ [\p{{Lu}}\d] )""",
    regex.VERBOSE | regex.MULTILINE,
)
_ABSTRACT_WORD = regex.compile(
    rf"^[^\S\n]*+(?:abstract|ABSTRACT|Abstract)[.:]?\s+(?=[\p{{Lu}}\d][^\n]{{{_PROSE_LENGTH},}})", regex.MULTILINE
)
_TITLE_LABEL = regex.compile(r"\s*title\s*:\s*(?=\S)", regex.IGNORECASE)
_BULLET = regex.compile(r"\A\s*+[-–•·»«*#>|]++\s*+")
_PAGE_LINE = regex.compile(
    r"""\s* (?: [•»«|·,#] | [-*]\s
      | (?: PMID | PMCID | PMC | DOI | ISSN | Epub | Abstract\ (?:number|no) | Meeting | Date | Session | Title
          | Journal | Published | Received | Accepted | Citations? | Views | Downloads | Altmetric | CrossRef
          | Pages? | Volume | Article\ (?:ID|views) | https? | www | Authors? ) \b
        (?= \s*[:.\d|/] | \s*$ | \s\S+(?:\s\S+){0,4}$ )
      | [\d\s,.]+ $ )""",
    regex.VERBOSE | regex.IGNORECASE,
)
_COPYRIGHT = regex.compile(
    r"""(?: (?<= [.?!)] \s{1,3} ) | ^[^\S\n]* )
        (?: © | \(C\)\s?(?:19|20)\d\d | Copyright\b\s*(?:©|\(c\)|\d{4}|of|by|held) | All\ rights\ reserved ) [^\n]*""",
    regex.VERBOSE | regex.MULTILINE | regex.IGNORECASE,
)
_QUOTES = regex.compile(r"[’'()]")
_BETWEEN_WORDS = regex.compile(r"[\s/,-]+")
_BETWEEN_PARTS = regex.compile(r"[/,.]|\sand\s")
_SENTENCE_END = regex.compile(r"[.?!]\s+\p{Lu}")


class _Line(NamedTuple):
    start: int
    end: int
    text: str

    def is_page(self) -> bool:
        return _PAGE_LINE.match(self.text) is not None

    def is_prose(self) -> bool:
        return len(self.text) >= _PROSE_LENGTH and self.text.rstrip()[-1] in ".?!)]" and not self.is_page()


class _Heading(NamedTuple):
    start: int
    end: int
    section: str
    runs_on: bool  # text follows on the same line


def zone(text: str) -> tuple[tuple[Zone, ...], str]:
    """The zones of a text, in order, all but space covered, and its title (empty where none stands apart)."""
    lines = [_Line(match.start(), match.end(), match[0]) for match in regex.finditer(r"[^\n]*\S[^\n]*", text)]
    title = _title(lines)
    start = _abstract_start(text, lines, title[1] if title else 0)
    zones = []
    if title:
        zones = [*_piece(text, 0, title[0], "furniture"), Zone(*title, "title")]
    zones += _piece(text, title[1] if title else 0, start, "furniture")
    zones += sections(text, start)
    return tuple(zones), " ".join(text[slice(*title)].split()) if title else ""


def sections(text: str, start: int = 0) -> Iterator[Zone]:
    """The zones of a text from where its abstract starts: what its headings say, copyright notices apart."""
    for each in _sections(text, start):
        yield from without_copyright(text, each)


def _title(lines: list[_Line]) -> Span | None:
    """The first line, before the abstract, that is long enough, of one sentence, and not of the page."""
    for line in lines[: len(lines) - 1]:
        label = _TITLE_LABEL.match(line.text)
        if label and line is lines[0]:
            return line.start + label.end(), line.end
        if _heading_on(line) or len(line.text) >= _TITLE_LENGTHS.stop:
            return None
        if len(line.text.strip()) in _TITLE_LENGTHS and not line.is_page() and not _SENTENCE_END.search(line.text[:-1]):
            return line.start, line.end
    return None


def _heading_on(line: _Line) -> str | None:
    """The section that a line's heading or label begins, of those that an abstract has."""
    label = _LABEL.match(line.text)
    section = section_of(_BULLET.sub("", line.text, count=1)) or (section_of(label["heading"]) if label else None)
    return None if section in PAGE else section


def _abstract_start(text: str, lines: list[_Line], after: int) -> int:
    below = [line for line in lines if line.start >= after]
    for index, line in enumerate(below):
        if section_of(_BULLET.sub("", line.text, count=1)) == "abstract" and any(
            each.is_prose() for each in below[index + 1 : index + 5]
        ):
            return line.end
    if word := _ABSTRACT_WORD.search(text, after):
        return int(word.end())
    for line in below:
        if _heading_on(line) or line.is_prose():
            return line.start
    return next((line.start for line in below if not line.is_page()), after)


def section_of(heading: str) -> str | None:
    """The section that a heading begins, None if it is no heading; of `Background/Purpose` the first part decides."""
    sections = table("headings")
    if len(heading) > _HEADING_LENGTH:
        return None
    words = _QUOTES.sub("", heading.lower().replace("&", " and ")).strip(" \t:.：-–—•")
    whole = " ".join(_BETWEEN_WORDS.split(words))
    if whole in sections:
        return sections[whole][0]
    parts = [" ".join(part.split()) for part in _BETWEEN_PARTS.split(words) if part.strip()]
    if len(parts) > 1 and all(part in sections for part in parts):
        return sections[parts[0] if parts[0] != "abstract" else parts[1]][0]
    return None


def _headings(text: str, start: int) -> Iterator[_Heading]:
    for line in regex.finditer(rf"^[^\n]{{3,{_HEADING_LENGTH}}}$", text, regex.MULTILINE, pos=start):
        if section := section_of(_BULLET.sub("", line[0], count=1)):
            yield _Heading(line.start(), line.end(), section, runs_on=False)
    for label in _LABEL.finditer(text, start):
        if section := section_of(label["heading"]):
            yield _Heading(label.start("heading"), label.end(), section, runs_on=True)
    for match in _CAPITALS.finditer(text, start):
        for words in _prefixes(match["words"]):
            if (section := section_of(words)) and section not in PAGE:
                begin = match.start("words")
                yield _Heading(begin, begin + len(words), section, runs_on=True)
                break
    capitalised = [
        _Heading(match.start("words"), match.start("words") + len(words), str(section_of(words)), runs_on=True)
        for match in _CAPITALISED.finditer(text, start)
        for words in _prefixes(match["words"])
        if words.lower() in _SENTENCE_HEADINGS
    ]
    if len({heading.section for heading in capitalised}) > 1:
        yield from capitalised


def _prefixes(words: str) -> Iterator[str]:
    """The words, then all but the last of them, and so on."""
    while words:
        yield words
        words = words.rpartition(" ")[0]


def _sections(text: str, start: int) -> Iterator[Zone]:
    """The zones from the start of the abstract to the end of the text.

    Once a part of the page has begun on a line of its own, only a labelled section of the abstract can follow it
    (keywords may stand before "Conclusion: …"), and nothing follows references.
    """
    section, position = "abstract", start
    for heading in sorted(_headings(text, start)):
        resumes = heading.runs_on and heading.section not in PAGE and section != "references"
        if heading.start < position or (section in PAGE and not resumes and heading.section != "references"):
            continue
        yield from _piece(text, position, heading.start, section)
        yield from _piece(text, heading.start, heading.end, "furniture")
        section, position = heading.section, heading.end
    yield from _piece(text, position, len(text), section)


def _piece(text: str, start: int, end: int, section: str) -> Iterator[Zone]:
    if text[start:end].strip():
        yield Zone(start, end, section)


def without_copyright(text: str, whole: Zone) -> Iterator[Zone]:
    """The zone in pieces, its copyright notices furniture."""
    position = whole.start
    if whole.section not in PAGE:
        for notice in _COPYRIGHT.finditer(text, whole.start, whole.end):
            yield from _piece(text, position, notice.start(), whole.section)
            yield from _piece(text, notice.start(), notice.end(), "furniture")
            position = notice.end()
    yield from _piece(text, position, whole.end, whole.section)
