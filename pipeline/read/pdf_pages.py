"""The lines of a PDF's pages, in reading order: a program of its own, from standard input to standard output.

pdfplumber (on pdfminer.six) is used because it gives each glyph with its box, size and text matrix, from which raised
exponents can be seen; pypdf and pypdfium2 give text in which they are lost. It works in pure Python without any limit:
a kilobyte that unpacks to gigabytes, forms that draw each other and tables of widths with a billion entries would
take all memory or hours. So `pipeline.read.pdf` runs this file as a process with limits on memory and on the seconds
of each page, and what happens to the process happens to one file. It imports nothing of the project.

Its arguments are the limits: bytes of memory, and seconds of processor time to open the file or read a page.

The first line of the output is `{"pages": n, "title": …}`, each further one a page: `{"height": …, "lines": […],
"margins": […]}`. A line is `[x0, top, x1, bottom, size, font, column, words]` in points from the top left corner, a
word `[x0, x1, text, raised, text, raised, …]`, plain and raised text by turns. `margins` are numbers of lines and texts
that do not run from left to right. `{"error": …}` ends the output.
"""

from __future__ import annotations

import contextlib
import io
import json
import logging
import resource
import signal
import sys
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import groupby, pairwise
from typing import Any, NamedTuple

_GLYPHS = 60_000  # of a page: many times what a page of a newspaper holds
_WHITE = 1.8  # of the size: lines of one part of a page are not that far apart
_NUMBERED = 4  # numbers in the margin: so many are those of lines, not of references or pages
_FARTHEST = 20_000.0  # points: no page is that large, and no sum of such numbers overflows
_LIGATURES = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"})
_GAP = 0.16  # of the size: the narrowest space between words; letters of a word stand closer
_BREAK = 1.0  # of the size: what is further apart may stand in another column
_RAISED = 0.12  # of the size: a smaller glyph whose baseline is that much higher is raised
_CELL = 15  # letters: lines that are shorter on average are cells of a table, not lines of a column,
_SIDE = 7  # or lines of a narrow column close under each other, beside one whose lines hold
_WIDE = 30  # that many letters on average


class TooMuchError(Exception):
    """A page that holds more than any page of a paper does."""


class Glyph(NamedTuple):
    """What was drawn with one code of a font, in points from the page's top left corner."""

    text: str
    x0: float
    x1: float
    y: float  # of the baseline, from the top
    size: float
    font: str
    spaced: bool  # a space was drawn before it


class Run:
    """Glyphs that were drawn one after the other on one line: a line, or a piece of one."""

    def __init__(self, glyphs: list[Glyph]) -> None:
        self.glyphs = glyphs
        sizes: Counter[float] = Counter()
        for glyph in glyphs:
            sizes[round(glyph.size, 1)] += len(glyph.text)
        # A line of little more than marks is as large as its largest common size.
        self.size = max(sizes, key=lambda size: (sizes[size] * size, size))
        own = [glyph for glyph in glyphs if round(glyph.size, 1) == self.size]
        self.y = Counter(round(glyph.y, 1) for glyph in own).most_common(1)[0][0]
        self.font = Counter(glyph.font for glyph in own).most_common(1)[0][0]
        self.x0 = min(glyph.x0 for glyph in glyphs)
        self.x1 = max(glyph.x1 for glyph in glyphs)

    @property
    def top(self) -> float:
        """Where its capitals reach to."""
        return self.y - 0.8 * self.size

    @property
    def bottom(self) -> float:
        """Where its descenders reach to."""
        return self.y + 0.25 * self.size

    @property
    def letters(self) -> int:
        """How many letters it has, and other signs."""
        return sum(len(glyph.text) for glyph in self.glyphs)


def main(memory: int, seconds: float) -> None:
    """Read a PDF from standard input and write its pages."""
    logging.disable(logging.CRITICAL)
    with contextlib.suppress(ValueError, OSError):  # not every system has this limit
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    _allow(seconds)
    import pdfplumber
    from pdfminer.pdftypes import resolve1

    try:
        pdf = pdfplumber.open(io.BytesIO(sys.stdin.buffer.read()))
        pages = pdf.pages
        title = pdf.metadata.get("Title")
        tree = resolve1(pdf.doc.catalog.get("Pages"))
        stated = tree.get("Count") if isinstance(tree, dict) else None
        _write({"pages": len(pages), "title": title[:1000] if isinstance(title, str) else ""})
        descents: dict[str, Counter[float]] = defaultdict(Counter)
        for page in pages:
            _allow(seconds)
            _write({"height": float(page.height), **page_lines(*glyphs_of(page, descents))})
            page.close()
        if isinstance(stated, int) and stated > len(pages):
            _write({"error": f"damaged: {stated - len(pages):,} of {stated:,} pages are missing"})
    except Exception as error:
        _write({"error": _reason(error)})


def _reason(error: Any) -> str:
    from pdfminer.pdfdocument import PDFPasswordIncorrect
    from pdfplumber.utils.exceptions import PdfminerException

    if isinstance(error, PdfminerException) and error.args:
        error = error.args[0]
    if isinstance(error, TooMuchError):
        return str(error)
    for kind, reason in {
        PDFPasswordIncorrect: "protected by a password",
        MemoryError: "takes too much memory",
        RecursionError: "nested too deeply",
    }.items():
        if isinstance(error, kind):
            return reason
    said = " ".join(str(error).split())[:100]
    return f"damaged: {type(error).__name__}{f' ({said})' if said else ''}"


def _allow(seconds: float) -> None:
    """Have the system end the process, also inside of C code, after so many seconds of work from now."""
    signal.setitimer(signal.ITIMER_PROF, seconds)


def _write(record: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(record) + "\n")
    sys.stdout.flush()


def glyphs_of(page: Any, descents: dict[str, Counter[float]]) -> tuple[list[Glyph], list[str]]:
    """The glyphs of a page that run from left to right, in the order of drawing, and the texts that do not.

    `descents` counts, over all pages so far, how far each font's box reaches below the origin of its glyphs: what is
    further up was raised by the text rise (PDF 32000-1, 9.3.7), which pdfminer adds to the box and not to the matrix.

    Raises:
        TooMuchError: there are more than `_GLYPHS`.
    """
    from pdfminer.layout import LTChar

    height = float(page.height)
    upright: list[tuple[Any, str, bool, float]] = []
    turned: list[str] = []
    spaced = False
    last_turned = None
    seen = set()
    for count, char in enumerate(_chars(page.layout, LTChar)):
        if count > _GLYPHS:
            raise TooMuchError(f"more than {_GLYPHS:,} characters on a page")
        text, size, font = char.get_text()[:20], char.size, char.fontname
        if not text or text.isspace():
            spaced = True
        elif not all(abs(each) < _FARTHEST for each in (char.x0, char.x1, char.y0, char.y1, char.matrix[5])):
            continue
        elif not char.upright or size <= 0:
            near = 4 * max(char.height, char.width, 1)
            apart = last_turned is None or abs(char.x0 - last_turned.x0) + abs(char.y0 - last_turned.y0) > near
            turned += [text] if apart else [turned.pop() + " " * spaced + text]
            last_turned, spaced = char, False
        else:
            # Bold that is made by drawing twice; the narrowest letter is wider than the step of this grid.
            step = 0.15 * size
            place = (text, int(char.x0 / step), int(char.y0 / step))
            if place not in seen:
                seen.add(place)
                below = (char.y0 - char.matrix[5]) / size
                descents[font][int(100 * below) / 100] += 1
                upright.append((char, text, spaced, below))
            spaced = False
    glyphs = []
    usual = {font: counts.most_common(1)[0][0] for font, counts in descents.items()}
    for char, text, after_space, below in upright:
        rise = below - usual[char.fontname]
        baseline = height - char.matrix[5] - (rise * char.size if abs(rise) > 0.05 else 0)
        shown = "\ufffd" if text.startswith("(cid:") else text.translate(_LIGATURES)
        glyphs.append(Glyph(shown, char.x0, char.x1, baseline, char.size, str(char.fontname)[:100], after_space))
    return glyphs, turned


def _chars(container: Any, kind: type) -> Iterator[Any]:
    waiting = [iter(container)]
    while waiting:
        for each in waiting[-1]:
            if isinstance(each, kind):
                yield each
            elif hasattr(each, "__iter__"):
                waiting.append(iter(each))
                break
        else:
            waiting.pop()


def page_lines(glyphs: list[Glyph], turned: list[str]) -> dict[str, Any]:
    """The lines of a page in reading order; numbers of lines in its left margin are apart."""
    found = list(runs(glyphs))
    numbers = [run for run in found if run.letters < 5 and all(glyph.text.isdecimal() for glyph in run.glyphs)]
    edge = min((run.x0 for run in found if run not in numbers), default=0)
    numbers = [run for run in numbers if run.x1 < edge]
    if len(numbers) >= _NUMBERED:
        found = [run for run in found if run.x1 >= edge]
        turned = [*turned, " ".join("".join(glyph.text for glyph in run.glyphs) for run in numbers)]
    lines = []
    for number, column in enumerate(columns(found)):
        for line in joined(column):
            box = (round(each, 1) for each in (line.x0, line.top, line.x1, line.bottom))
            lines.append([*box, line.size, line.font, number, list(words(line))])
    return {"lines": lines, "margins": [text.strip() for text in turned if text.strip()]}


def runs(glyphs: list[Glyph]) -> Iterator[Run]:
    """The glyphs in runs: a new one begins where the pen jumps back, up or down, or far ahead."""
    current: list[Glyph] = []
    for glyph in glyphs:
        if current:
            last = current[-1]
            size = max(last.size, glyph.size)
            near = -0.5 * size < glyph.x0 - last.x1 < _BREAK * size and glyph.x0 > last.x0 - 0.1 * size
            if not near or abs(glyph.y - last.y) > 0.6 * size:
                yield Run(current)
                current = []
        current.append(glyph)
    if current:
        yield Run(current)


def columns(found: list[Run]) -> Iterator[list[Run]]:
    """The runs of each column, in reading order: what crosses the gap between two columns is read before or after
    what stands beside the gap below or above it, and the left column before the right one.
    """
    gap = _gap_between_columns(found)
    if gap is None:
        if found:
            yield found
        return
    for strip, side_by_side in _strips(found, gap):
        if side_by_side:
            yield from columns([run for run in strip if run.x0 < gap - 2])
            yield from columns([run for run in strip if run.x0 >= gap - 2])
        elif len(strip) < len(found):
            yield from columns(strip)
        else:
            yield strip


def _gap_between_columns(found: list[Run]) -> float | None:
    """Where the right one of two columns begins: the left edge of most lines that have a line to their left."""
    edges = Counter(round(run.x0 / 3) for run in found)
    best: tuple[int, float | None] = (3, None)
    for edge, count in sorted(edges.most_common(40)):
        if count + edges[edge + 1] < 3:
            continue
        x = 3.0 * edge - 1.5
        right = [run for run in found if run.x0 >= x - 2]
        left = [run for run in found if run.x1 <= x - 0.3 * run.size]
        beside = min(_beside(left, right), key=len, default=[])
        if len(beside) > best[0] and _are_columns(*_beside(left, right)):
            best = (len(beside), x)
    return best[1]


def _are_columns(left: list[Run], right: list[Run]) -> bool:
    """Whether these are lines of running text, not the cells of a table or labels before it."""
    narrow, wide = sorted(((_letters(left), left), (_letters(right), right)), key=lambda side: side[0])
    if narrow[0] >= _CELL:
        return True
    heights = sorted(run.y for run in narrow[1])
    close = sum(after - before < 2 * narrow[1][0].size for before, after in pairwise(heights))
    return narrow[0] >= _SIDE and wide[0] >= _WIDE and close >= 0.7 * (len(heights) - 1)


def _letters(side: list[Run]) -> float:
    """Letters of a line on average."""
    return sum(run.letters for run in side) / len(side)


def _beside(left: list[Run], right: list[Run]) -> tuple[list[Run], list[Run]]:
    """Those of either list that have one of the other beside them."""
    return _level(left, right), _level(right, left)


def _level(ones: list[Run], others: list[Run]) -> list[Run]:
    heights = sorted(run.y for run in others)
    result = []
    for run in ones:
        place = bisect_left(heights, run.y - run.size)
        if place < len(heights) and heights[place] <= run.y + run.size:
            result.append(run)
    return result


def _strips(found: list[Run], gap: float) -> Iterator[tuple[list[Run], bool]]:
    """The runs from top to bottom in strips across the page, by turns of columns side by side and of all else.

    What crosses the gap is no column, nor is what stands level with it, nor a part of the page that has nothing on the
    other side.
    """
    crossing = [run for run in found if run.x0 < gap - 2 and run.x1 > gap - 0.3 * run.size]
    heights = sorted((run.y, run.top) for run in crossing)
    strips: list[tuple[list[Run], bool]] = []
    for run in sorted(found, key=lambda run: (run.y, run.x0)):
        place = bisect_left(heights, (run.top, 0.0))
        beside = not (place < len(heights) and heights[place][1] < run.bottom)
        if not strips or strips[-1][1] != beside or run.top - strips[-1][0][-1].bottom > _WHITE * run.size:
            strips.append(([], beside))
        strips[-1][0].append(run)
    for beside, group in groupby(
        strips, key=lambda strip: strip[1] and len({run.x0 < gap - 2 for run in strip[0]}) == 2
    ):
        yield [run for strip, _ in group for run in strip], beside


def joined(column: list[Run]) -> Iterator[Run]:
    """The lines of a column from top to bottom, their runs joined; small marks go with the line that they stand in."""
    lines: list[list[Run]] = []
    for run in sorted(column, key=lambda run: (-round(run.size), run.y)):
        for line in lines:
            if _in_line(run, line):
                line.append(run)
                break
        else:
            lines.append([run])
    for line in sorted(lines, key=lambda line: (line[0].y, line[0].x0)):
        yield Run(sorted((glyph for run in line for glyph in run.glyphs), key=lambda glyph: glyph.x0))


def _in_line(run: Run, line: list[Run]) -> bool:
    first = line[0]
    if abs(run.y - first.y) < 0.1 * first.size:
        return True
    near = any(-1 * first.size < max(run.x0 - each.x1, each.x0 - run.x1) < 0.5 * first.size for each in line)
    return near and run.size < 0.9 * first.size and -0.2 * first.size < first.y - run.y < 0.6 * first.size


def words(line: Run) -> Iterator[list[Any]]:
    """The words of a line: left and right edge, then plain and raised text by turns."""
    word: list[Any] = []
    last = None
    for glyph in line.glyphs:
        up = line.y - glyph.y
        raised = up > _RAISED * line.size and (glyph.size < 0.93 * line.size or up > 0.25 * line.size)
        if last is not None and (glyph.spaced or glyph.x0 - last.x1 > _GAP * max(glyph.size, last.size)):
            yield word
            word = []
        if not word:
            word = [round(glyph.x0, 1), 0, ""]
        if raised == bool(len(word) % 2):
            word.append("")
        word[-1] += glyph.text
        word[1] = round(glyph.x1, 1)
        last = glyph
    if word:
        yield word


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]))
