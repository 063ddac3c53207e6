"""PDF, through pdfplumber, in a process of its own: see `pdf_pages` for why, and for how lines are found.

Here lines become paragraphs: words broken over lines are healed, paragraphs go on over columns and pages, running
heads and feet, page numbers and margin texts are furniture, set behind the paragraph that they would interrupt. The
rendered text is the article's text; where each word is printed goes with it.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import zip_longest
from pathlib import Path
from typing import Any

import regex

from pipeline.read.paper import Paper, Paragraph, Style, articles
from pipeline.read.raised import write_raised
from pipeline.read.source import ReadError
from pipeline.records import Article, Place, Span
from pipeline.vocabulary import words as word_list

PAGES = 300
"""Pages of a file that are read; a thesis has fewer."""

MEMORY = 2_000_000_000
"""Bytes of address space that reading a file may take."""

SECONDS = 20.0
"""Processor time that opening a file, or reading one of its pages, may take."""

_PROGRAM = Path(__file__).with_name("pdf_pages.py")
_MARGIN = 0.13  # of the page's height: where running heads and feet stand
_ROWS = 3  # of running heads, and of feet, at most
_EDGE = 0.07  # of it: where hardly any page has its own text
_PAGE_NUMBER = regex.compile(
    r"[-–—|\s]* (?: p(?:age)?\.? \s* )? (?: \d{1,5} | [ivxl]{1,6} ) (?: \s* (?: of | / ) \s* \d{1,5} )? [-–—|\s]*",
    regex.VERBOSE | regex.IGNORECASE,
)
_HYPHENS = "-\u2010\u00ad"
_SENTENCE_END = regex.compile(r"[.?!:;] [”\"’)\]]* (?: \s? \^ [\d,–-]+ )? \Z", regex.VERBOSE)
_TAIL = 4_096  # bytes: where a file that is whole has its end mark
_UNMAPPED = 0.3  # of the characters: more and the text is not readable


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    raised: tuple[tuple[int, int], ...]
    x0: float
    x1: float


@dataclass(frozen=True, slots=True)
class _Line:
    page: int
    column: int
    x0: float
    top: float
    x1: float
    bottom: float
    style: Style
    words: tuple[_Word, ...]

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)


@dataclass(frozen=True, slots=True)
class _Page:
    number: int
    height: float
    lines: tuple[_Line, ...]
    margins: tuple[str, ...]


def read_pdf(data: bytes, name: str, stem: str, *, full_text: bool = False) -> Iterator[Article | ReadError]:
    """The article of a PDF, or the articles of a book of abstracts; then what of the file could not be read.

    Only title and abstract are read for facts, with `full_text` the body too; the text holds all of it either way.

    Raises:
        ReadError: nothing of the file can be read: damaged, protected by a password, or without text.
    """
    pages: list[_Page] = []
    failure: ReadError | None = None
    title, count = "", 0
    try:
        for record in _records(data):
            if "pages" in record:
                title, count = " ".join(record["title"].split()), record["pages"]
            else:
                pages.append(_page(len(pages) + 1, record))
            if len(pages) == PAGES < count:
                failure = ReadError(f"only the first {PAGES} of {count:,} pages are read", f"page {PAGES + 1}")
                break
    except ReadError as error:
        failure = error
    if not failure and b"%%EOF" not in data[-_TAIL:]:
        failure = ReadError("damaged: the end of the file is missing")
    _check(pages, failure)
    source = Paper(stem, name, data, "pdf", title)
    yield from articles(list(_paragraphs(pages)), source, full_text=full_text)
    if failure:
        yield failure


def _records(data: bytes) -> Iterator[dict[str, Any]]:
    """What the program says of the file and of each page.

    Raises:
        ReadError: it ends early.
    """
    command = [sys.executable, "-P", str(_PROGRAM), str(MEMORY), str(SECONDS)]
    with subprocess.Popen(  # noqa: S603  our own program
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            try:
                process.stdin.write(data)
                process.stdin.close()
            except BrokenPipeError:  # it ended before it had read all; its exit code says why
                pass
            number = -1
            for line in process.stdout:
                record = json.loads(line)
                if "error" in record:
                    raise ReadError(record["error"], f"page {number + 1}" if number >= 0 else "")
                number += 1
                yield record
            if code := process.wait():
                reason = "takes too long" if code == -signal.SIGPROF else f"the reader of PDF was stopped ({code})"
                raise ReadError(reason, f"page {number + 1}" if number >= 0 else "")
        finally:
            process.kill()


def _page(number: int, record: dict[str, Any]) -> _Page:
    lines = tuple(
        _Line(number, column, x0, top, x1, bottom, _style(size, font), tuple(map(_word, words)))
        for x0, top, x1, bottom, size, font, column, words in record["lines"]
    )
    return _Page(number, record["height"], lines, tuple(record["margins"]))


def _style(size: float, font: str) -> Style:
    name = font.lower()
    bold = regex.search(r"bold|black|heavy|demi|-bd|cmbx|lmb|bx\d", name) is not None
    return Style(round(size * 2) / 2, bold, regex.search(r"ital|obli|cmti|lmri|-it\b", name) is not None)


def _word(record: list[Any]) -> _Word:
    """A word, its raised pieces written as `write_raised` says."""
    x0, x1, *pieces = record
    text = ""
    spans = []
    for number, piece in enumerate(pieces):
        if number % 2:
            written, marked = write_raised(text, piece)
            text += written
            if marked:
                spans.append((len(text) - len(piece), len(text)))
        else:
            text += piece
    return _Word(text, tuple(spans), x0, x1)


def _check(pages: list[_Page], failure: ReadError | None) -> None:
    """Raise what went wrong where nothing was read."""
    text = "".join(word.text for page in pages for line in page.lines for word in line.words)
    if not text:
        raise failure or ReadError(
            "no text: a scan, to be put through text recognition first" if pages else "damaged: no pages"
        )
    if text.count("\ufffd") > _UNMAPPED * len(text):
        raise ReadError("no readable text: its fonts do not say which letters their glyphs are")


def _furniture(pages: list[_Page]) -> set[_Line]:
    """Running heads and feet and page numbers: lines at the edge of a page that say the same on another page, are a
    number, or stand far from all others.
    """
    sizes = Counter(line.style.size for page in pages for line in page.lines)
    main = sizes.most_common(1)[0][0] if sizes else 0
    at_edge: dict[str, list[_Line]] = defaultdict(list)
    for page in pages:
        heights = sorted({line.bottom for line in page.lines})
        outermost = {*heights[:_ROWS], *heights[-_ROWS:]}
        for line in page.lines:
            inside = _MARGIN * page.height < (line.top + line.bottom) / 2 < (1 - _MARGIN) * page.height
            if line.bottom in outermost and not inside:
                at_edge[_key(line.text)].append(line)
    alone = {line for page in pages for line in _alone_at_edge(page) if line.style.size <= main}
    return alone | {
        line
        for lines in at_edge.values()
        for line in lines
        if _PAGE_NUMBER.fullmatch(line.text)
        or any(each.page != line.page and abs(each.top - line.top) < 1.5 * line.style.size for each in lines)
    }


def _alone_at_edge(page: _Page) -> Iterator[_Line]:
    """The outermost lines of a page, in its margin and with more than a line's space to the next."""
    for lines in (sorted(page.lines, key=lambda line: line.top), sorted(page.lines, key=lambda line: -line.bottom)):
        if not lines:
            return
        edge = lines[0]
        row = [line for line in lines if abs(line.bottom - edge.bottom) < 0.5 * edge.style.size]
        inner = next((line for line in lines if line not in row), None)
        outside = min(edge.bottom, page.height - edge.top) < _EDGE * page.height
        if inner and outside and abs(inner.bottom - edge.bottom) > 2 * max(edge.style.size, inner.style.size):
            yield from row


def _key(text: str) -> str:
    return regex.sub(r"\d+", "#", "".join(text.casefold().split()))


def _paragraphs(pages: list[_Page]) -> Iterator[Paragraph]:
    """The paragraphs of all pages; furniture behind the paragraph that it stands in."""
    furniture = _furniture(pages)
    joiner = _Joiner([line for page in pages for line in page.lines if line not in furniture])
    aside: list[Paragraph] = []
    for page in pages:
        for line in page.lines:
            if line in furniture:
                aside.append(Paragraph(line.text, line.style, furniture=True))
            elif done := joiner.add(line):
                yield from [*done, *aside]
                aside = []
        aside += [Paragraph(text, Style(0), furniture=True) for text in page.margins]
    yield from [*joiner.end(), *aside]


class _Joiner:
    """Lines into paragraphs, by what all lines of the file have in common.

    Lines of smaller type that stand between two pieces of a paragraph, at the end of a column as a rule, are footnotes
    or belong to a figure or table: they wait until it is known whether the paragraph goes on behind them.
    """

    def __init__(self, lines: list[_Line]) -> None:
        self.open: list[_Line] = []
        self.interrupted: list[_Line] = []
        self.notes: list[list[_Line]] = []
        self.set_aside: list[Paragraph] = []
        sizes: Counter[float] = Counter()
        self.known: Counter[str] = Counter()
        self.edges: dict[tuple[int, int, float], float] = defaultdict(float)
        distances: dict[float, Counter[float]] = defaultdict(Counter)
        for line, following in zip_longest(lines, lines[1:]):
            sizes[line.style.size] += len(line.text)
            self.edges[self._kind(line)] = max(self.edges[self._kind(line)], line.x1)
            broken = line.words[-1].text[-1] in _HYPHENS
            self.known.update(_bare(word.text) for word in line.words[1 : -1 if broken else None])
            if following and (line.page, line.column) == (following.page, following.column):
                distances[line.style.size][round((following.bottom - line.bottom) * 2) / 2] += 1
        self.main = sizes.most_common(1)[0][0] if sizes else 0.0
        self.leading = {
            size: min((each for each in counts.most_common(3) if each[0] > 0.9 * size), default=(1.25 * size, 0))[0]
            for size, counts in distances.items()
        }

    def add(self, line: _Line) -> list[Paragraph]:
        """Take the next line; the paragraphs that have ended by it."""
        size = self.interrupted[-1].style.size if self.interrupted else self.main
        smaller = line.style.size < size - 0.4
        done: list[Paragraph] = []
        if not self.open or self.goes_on(self.open, line):
            pass
        elif self.interrupted and self.goes_on(self.interrupted, line):
            self.set_aside += [self.paragraph(note, furniture=True) for note in (*self.notes, self.open)]
            self.open, self.interrupted, self.notes = self.interrupted, [], []
        elif self.interrupted and smaller:
            self.notes.append(self.open)
            self.open = []
        elif not self.interrupted and smaller and self._is_unfinished():
            self.interrupted, self.open = self.open, []
        else:
            done = self.end()
        self.open.append(line)
        return done

    def end(self) -> list[Paragraph]:
        """The paragraphs that nothing can go on."""
        lines = [each for each in (self.interrupted, *self.notes, self.open) if each]
        self.open, self.interrupted, self.notes = [], [], []
        done = [*map(self.paragraph, lines), *self.set_aside]
        self.set_aside = []
        return done

    def _is_unfinished(self) -> bool:
        """Whether the open paragraph is of the main text and stops within a sentence."""
        last = self.open[-1]
        return abs(last.style.size - self.main) < 0.6 and _SENTENCE_END.search(last.text) is None

    def goes_on(self, lines: list[_Line], line: _Line) -> bool:
        """Whether a line continues the paragraph of the lines before it."""
        last = lines[-1]
        if abs(last.style.size - line.style.size) > 0.5 or last.style.bold != line.style.bold:
            return False
        before, after = last.text, line.text
        ended = _SENTENCE_END.search(before) is not None
        runs_on = after[0].islower() or before[-1] in _HYPHENS or not (ended or after[0].isupper())
        if (last.page, last.column) != (line.page, line.column):
            return runs_on or (not ended and self._is_full(last, line) and line.style.size <= self.main)
        distance = line.bottom - last.bottom
        if not 0 < distance < 1.3 * self.leading.get(line.style.size, 1.25 * line.style.size) + 1:
            return False
        if line.style.size > 1.1 * self.main:
            return True
        left = min(each.x0 for each in lines if (each.page, each.column) == (line.page, line.column))
        if ended and line.x0 > left + 0.8 * line.style.size:
            return False
        return runs_on or self._is_full(last, line)

    @staticmethod
    def _kind(line: _Line) -> tuple[int, int, float]:
        """Lines of one kind end at the same edge."""
        return line.page, line.column, line.style.size

    def _is_full(self, last: _Line, line: _Line) -> bool:
        """Whether the next word had no room on the line, which then did not end because its paragraph does."""
        first = line.words[0]
        return last.x1 + (first.x1 - first.x0) + 0.2 * last.style.size > self.edges[self._kind(last)]

    def paragraph(self, lines: list[_Line], *, furniture: bool = False) -> Paragraph:
        """The lines as one text."""
        text = ""
        raised: list[Span] = []
        places: list[Place] = []
        for line in lines:
            for number, word in enumerate(line.words):
                if number == 0 and text:
                    kept, link = self._link(text, word.text)
                    if not kept:
                        text = text[:-1]
                        places[-1] = replace(places[-1], end=len(text))
                    text += link
                elif text:
                    text += " "
                start = len(text)
                text += word.text
                raised += [(start + begin, start + end) for begin, end in word.raised]
                places.append(Place(start, len(text), line.page, word.x0, line.top, word.x1, line.bottom))
        return Paragraph(text, lines[0].style, raised, places, furniture)

    def _link(self, text: str, after: str) -> tuple[bool, str]:
        """Whether the last sign of a line stays, and what stands between it and the next line."""
        last = text[-1]
        before = text.rsplit(None, 1)[-1]
        if last == "\u00ad":
            return False, ""
        if last in "-\u2010" and len(before) > 1 and before[-2].isalnum():
            return self._keeps_hyphen(before, after), ""
        if last in "–/" and before[-2:-1].isalnum() and (last == "/" or (before[-2].isdigit() and after[0].isdigit())):
            return True, ""
        return True, " "

    def _keeps_hyphen(self, before: str, after: str) -> bool:
        """Whether a hyphen at the end of a line is the word's own (`dose-limiting`, `IL-6`, `T-cell`).

        What the rest of the file prints decides, then whether either part is one that compounds are made of.
        """
        first, second = _bare(before.rstrip(_HYPHENS).replace("\u2010", "-")), _bare(after)
        if not after[0].islower() or not first.isalpha() or len(first) == 1:
            return True
        whole, compound = self.known[first + second], self.known[f"{first}-{second}"]
        if whole or compound:
            return compound > whole
        return first in word_list("compound_beginnings") or second.split("-")[0] in word_list("compound_ends")


def _bare(word: str) -> str:
    """A word without the punctuation around it, by which it is compared."""
    return word.casefold().replace("\u2010", "-").strip(".,;:?!()[]{}\"'“”‘’")
