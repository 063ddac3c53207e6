"""What in a text is title, abstract, and furniture.

Written for text as people have it: a plain abstract, a bibliographic record, or a page copied out of a browser with
its menus, counters, references and citing articles. Nothing is cut: each character outside the zones of the
article's own words lies in a furniture zone, so offsets stay those of the file.

The abstract begins at an "Abstract" heading that prose follows, else at the first section label, else after the
title; it ends at the first heading that can only belong to the page. Section headings stand on a line of their own or
before a colon, in capitals before a sentence, or (only if at least two kinds of them do) in plain words before one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import regex

from pipeline.records import Zone
from pipeline.vocabulary import table

_PROSE_LENGTH = 80
_TITLE_LENGTH = 400
_PLAIN_HEADINGS = frozenset(
    {
        "background", "introduction", "objective", "objectives", "purpose", "aim", "aims", "hypothesis", "study design",
        "methods", "materials and methods", "patients and methods", "results", "findings", "conclusion", "conclusions",
        "discussion", "interpretation",
    }
)  # fmt: skip
_PAGE = frozenset({"furniture", "references"})

_LABEL = regex.compile(
    r"""(?: (?<= [.?!;:\])"”’\d%] \s{0,4} | \A \s* | \n \s* ) )
        (?P<heading> \p{Lu} [\p{L}’'&/,\ ()-]{2,70}? ) (?P<mark> \s{0,2} [:：] (?! \d ) | \s? [—–] \s | \.[ ]*\n | \.(?=\p{Lu}{3}) )""",
    regex.VERBOSE,
)
_CAPITALS = regex.compile(
    r"(?:(?<=[.?!:\])\d%]\s{1,4}|\A\s*|\n\s*))(?P<words>\p{Lu}{3,}(?:(?:\s(?:&\s)?|/|,\s)\p{Lu}{2,})*+)(?=\s+[\p{Lu}\d(])"
)
_PLAIN = regex.compile(r"(?:(?<=[.?!\])]\s{1,2}|\A\s*|\n\s*))(?P<words>\p{Lu}\p{Ll}+(?:\s(?:and\s)?\p{L}\p{Ll}+){0,2})(?=\s+[\p{Lu}\d])")
_ABSTRACT_WORD = regex.compile(r"^\s*(?:abstract|ABSTRACT|Abstract)[.:]?\s+(?=[\p{Lu}\d])", regex.MULTILINE)
_TITLE_LABEL = regex.compile(r"\s*title\s*:\s*", regex.IGNORECASE)
_BULLET = regex.compile(r"\s*[-–•·»«*#>|]+\s*")
_PAGE_LINE = regex.compile(
    r"""\s* (?: [•»«|·] | [-*]\s | , | \#
      | (?: PMID | PMCID | PMC | DOI | ISSN | Epub | Abstract\ (?:number|no) | Meeting | Date | Session | Title | Journal | Published | Received
          | Accepted | Citations? | Views | Downloads | Altmetric | Pages? | Volume | Article\ ID | https? | www | Author(?:s|\ information)?
          | Article\ views ) \b (?= \s*[:.\d|/] | \s*$ | \s\S+(?:\s\S+){0,4}$ )
      | [\d\s,.]+ $ )""",
    regex.VERBOSE | regex.IGNORECASE,
)
_COPYRIGHT = regex.compile(
    r"(?:(?<=[.?!)]\s{1,3})|^[^\S\n]*)(?:©|\([Cc]\)\s?(?:19|20)\d\d|Copyright\b\s*(?:©|\(c\)|\d{4}|of|by|held)|All rights reserved)[^\n]*",
    regex.MULTILINE | regex.IGNORECASE,
)
_SENTENCE_END = regex.compile(r"[.?!]\s+\p{Lu}")


@dataclass(frozen=True, slots=True)
class Line:
    start: int
    end: int
    text: str

    @property
    def is_prose(self) -> bool:
        return len(self.text) >= _PROSE_LENGTH and not _PAGE_LINE.match(self.text)


def zone(text: str) -> tuple[tuple[Zone, ...], str]:
    """The zones of a text, in order and without gaps but for space, and its title (empty where none stands apart)."""
    lines = [Line(m.start(), m.end(), m[0]) for m in regex.finditer(r"[^\n]+", text) if m[0].strip()]
    if not lines:
        return (), ""
    title, first = _find_title(lines)
    start = _find_abstract(text, lines, first)
    if start is None:
        start = next((line.start for line in lines[first:] if line.is_prose), lines[min(first, len(lines) - 1)].start)
        if all(len(line.text) < _TITLE_LENGTH and not _PAGE_LINE.match(line.text) for line in lines[first:]):
            start = lines[first].start if first < len(lines) else len(text)
    zones = list(_furniture(text, 0, title[0])) if title else []
    if title:
        zones.append(Zone(*title, "title"))
    zones += _furniture(text, title[1] if title else 0, start)
    for zone_ in _sections(text, start):
        zones += _without_copyright(text, zone_)
    return tuple(zones), " ".join(text[slice(*title)].split()) if title else ""


def _find_title(lines: list[Line]) -> tuple[tuple[int, int] | None, int]:
    """The span of the title and the index of the line after it."""
    for index, line in enumerate(lines[:60]):
        label = _TITLE_LABEL.match(line.text)
        if label and len(line.text) > label.end() and index < 3:
            return (line.start + label.end(), line.end), index + 1
        if _section_of(line.text) is not None or _LABEL.match(line.text) and _section_of(_LABEL.match(line.text)["heading"]):
            return None, index
        if _ABSTRACT_WORD.match(line.text) or len(line.text) > _TITLE_LENGTH:
            return None, index
        words = len(line.text.split())
        if words >= 4 and not _PAGE_LINE.match(line.text) and len(_SENTENCE_END.findall(line.text)) < 2:
            if len(lines) == 1:
                return None, index
            return (line.start, line.end), index + 1
    return None, 0


def _find_abstract(text: str, lines: list[Line], first: int) -> int | None:
    """Where the abstract begins, if a heading or a label says so."""
    for index, line in enumerate(lines):
        if _section_of(_BULLET.sub("", line.text, count=1)) == "abstract":
            following = lines[index + 1 : index + 5]
            if any(each.is_prose for each in following):
                return line.end
    word = _ABSTRACT_WORD.search(text)
    if word:
        return word.end()
    for line in lines[first:]:
        label = _LABEL.match(line.text)
        section = _section_of(label["heading"]) if label else _section_of(line.text)
        if section and section not in _PAGE and section != "registration":
            if label is None or len(line.text) > _PROSE_LENGTH or label.end() == len(line.text):
                return line.start
    return None


def _section_of(heading: str) -> str | None:
    """The section that a heading begins, None if it is no heading. The first part of `Background/Purpose` decides."""
    sections = table("headings")
    words = " ".join(regex.sub(r"[’'()]", "", heading.lower().replace("&", " and ")).strip(" \t:.：-–—•").split())
    if len(words) > 70:
        return None
    whole = regex.sub(r"[\s/,-]+", " ", words)
    if whole in sections:
        return sections[whole][0]
    parts = [part.strip() for part in regex.split(r"\s*[/,.]\s*|\s+and\s+", words) if part.strip()]
    if len(parts) > 1 and all(part in sections for part in parts):
        return sections[parts[0]][0]
    return None


def _headings(text: str, start: int) -> Iterator[tuple[int, int, str, bool]]:
    """Start and end of each heading from `start` on, its section, and whether text follows it on its line."""
    for match in regex.finditer(r"^[^\n]{3,90}$", text, regex.MULTILINE, pos=start):
        section = _section_of(_BULLET.sub("", match[0], count=1))
        if section:
            yield match.start(), match.end(), section, False
    for match in _LABEL.finditer(text, start):
        section = _section_of(match["heading"])
        if section:
            yield match.start("heading"), match.end("mark") - (match["mark"] == "."), section, True
    for match in _CAPITALS.finditer(text, start):
        words = match["words"]
        while words:
            section = _section_of(words)
            if section and section not in _PAGE:
                yield match.start("words"), match.start("words") + len(words), section, True
                break
            words = words.rpartition(" ")[0]
    plain = []
    for match in _PLAIN.finditer(text, start):
        words = match["words"]
        while words:
            if words.lower() in _PLAIN_HEADINGS:
                plain.append((match.start("words"), match.start("words") + len(words), str(_section_of(words)), True))
                break
            words = words.rpartition(" ")[0]
    if len({section for _, _, section, _ in plain}) > 1:
        yield from plain


def _sections(text: str, start: int) -> Iterator[Zone]:
    """The zones from the start of the abstract to the end of the text."""
    section, position, on_page = "abstract", start, False
    for heading_start, heading_end, name, runs_on in sorted(_headings(text, start)):
        if heading_start < position or (on_page and (not runs_on or name in _PAGE and section == "references")):
            continue
        yield from _zone(text, position, heading_start, section)
        yield from _furniture(text, heading_start, heading_end)
        on_page = on_page or (name in _PAGE and text.rfind("\n", 0, heading_start) >= _line_break(text, heading_start))
        section, position = name, heading_end
        on_page = name in _PAGE
    yield from _zone(text, position, len(text), section)


def _line_break(text: str, position: int) -> int:
    return text.rfind("\n", 0, position)


def _zone(text: str, start: int, end: int, section: str) -> Iterator[Zone]:
    if text[start:end].strip():
        yield Zone(start, end, section)


def _furniture(text: str, start: int, end: int) -> Iterator[Zone]:
    yield from _zone(text, start, end, "furniture")


def _without_copyright(text: str, whole: Zone) -> Iterator[Zone]:
    """The zone in pieces: copyright notices and lines of the page in it are furniture."""
    if whole.section in _PAGE:
        yield whole
        return
    position = whole.start
    for notice in _COPYRIGHT.finditer(text, whole.start, whole.end):
        yield from _zone(text, position, notice.start(), whole.section)
        yield from _furniture(text, notice.start(), notice.end())
        position = notice.end()
    yield from _zone(text, position, whole.end, whole.section)
