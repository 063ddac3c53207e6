"""DOCX (Office Open XML), as meetings take abstracts and authors send manuscripts.

python-docx opens the package, resolves styles and gives the core properties. Its paragraphs leave out what stands in
content controls, tracked insertions, text boxes and equations, so text is taken from the elements themselves:
`w:t`, tabs and breaks of every run that was not deleted, `w:vertAlign` and raised `w:position` as superscripts, and
`m:sSup` of equations as powers. Rows of tables are paragraphs, their cells apart by tabs. Heads and feet of pages,
footnotes and comments are no part of the body and are not read.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import TYPE_CHECKING, Any, TypeAlias

from pipeline.read.paper import Paper, Paragraph, Style, articles
from pipeline.read.raised import write_raised
from pipeline.read.source import ReadError
from pipeline.records import Article, Span

if TYPE_CHECKING:
    from docx.document import Document

_Element: TypeAlias = Any  # of lxml, which carries no types

LARGEST_PART = 100_000_000
"""Bytes that all parts of a package may take unpacked, its pictures aside."""

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_ALTERNATIVE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_SKIPPED = frozenset(
    {f"{_W}del", f"{_W}moveFrom", f"{_W}instrText", f"{_W}delText", f"{_W}pPr", f"{_W}rPr", _ALTERNATIVE}
)
_MARKS = {f"{_W}tab": "\t", f"{_W}br": " ", f"{_W}cr": " ", f"{_W}noBreakHyphen": "-"}
# Signs that Word takes from its font Symbol.
_SYMBOLS = {
    "F02D": "−", "F061": "α", "F062": "β", "F067": "γ", "F06D": "μ", "F0A3": "≤", "F0B0": "°", "F0B1": "±", "F0B3": "≥",
    "F0B4": "×",
}  # fmt: skip
_SIZES = {"Title": 20.0, "Heading 1": 14.0, "Heading 2": 13.0, "Heading 3": 12.0}


def read_docx(data: bytes, name: str, stem: str, *, full_text: bool = False) -> Iterator[Article | ReadError]:
    """The article of a DOCX file, or the articles of a book of abstracts.

    Only title and abstract are read for facts, with `full_text` the body too; the text holds all of it either way.

    Raises:
        ReadError: damaged, too large once unpacked, or without text.
    """
    document = _opened(data)
    paragraphs = [each for each in _paragraphs(document) if each.text]
    if not paragraphs:
        raise ReadError("no text")
    title = " ".join((document.core_properties.title or "").split())
    yield from articles(paragraphs, Paper(stem, name, data, "docx", title), full_text=full_text)


def _opened(data: bytes) -> Document:
    import docx

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            size = sum(each.file_size for each in package.infolist() if "/media/" not in each.filename)
            largest = max((each.file_size for each in package.infolist()), default=0)
        if max(size, largest) > LARGEST_PART:
            raise ReadError(f"larger than {LARGEST_PART:,} bytes once unpacked: {max(size, largest):,}")  # noqa: TRY301  one way out of a file
        return docx.Document(io.BytesIO(data))
    except ReadError:
        raise
    except MemoryError:
        raise ReadError("takes too much memory") from None
    except Exception as error:  # zipfile, lxml and python-docx each raise what a damaged file provokes
        said = " ".join(str(error).split())[:100]
        raise ReadError(f"damaged: {type(error).__name__}{f' ({said})' if said else ''}") from error


def _paragraphs(document: Document) -> Iterator[Paragraph]:
    """The paragraphs of the body and the rows of its tables, in order."""
    styles = {style.style_id: style for style in document.styles}
    for element in _blocks(document.element.body):
        if element.tag == f"{_W}tr":
            cells = [_pieces(paragraph, styles) for paragraph in element.iter(f"{_W}p")]
            yield _paragraph([piece for cell in cells for piece in (*cell, ("\t", False))], Style(10))
        else:
            yield _paragraph(_pieces(element, styles), _style(element, styles))


def _blocks(body: _Element) -> Iterator[_Element]:
    """The paragraphs and the rows of tables, in order; what a row holds is the row's, a text box is its own."""
    waiting = [body]
    while waiting:
        element = waiting.pop()
        if element.tag in _SKIPPED:
            continue
        if element.tag in {f"{_W}p", f"{_W}tr"}:
            yield element
        if element.tag != f"{_W}tr":
            waiting += reversed(element)


def _pieces(element: _Element, styles: Mapping[str, Any], *, raised: bool = False) -> Iterator[tuple[str, bool]]:
    """The text of a paragraph in pieces, and whether each is raised."""
    for child in element:
        if child.tag in _SKIPPED or child.tag == f"{_W}p":
            continue
        if child.tag in {f"{_W}t", f"{_M}t"}:
            yield child.text or "", raised
        elif child.tag in _MARKS:
            yield _MARKS[child.tag], raised
        elif child.tag == f"{_W}sym":
            yield _SYMBOLS.get(child.get(f"{_W}char", "").upper(), "\ufffd"), raised
        else:
            up = raised or child.tag == f"{_M}sup" or (child.tag == f"{_W}r" and _is_raised(child, styles))
            yield from _pieces(child, styles, raised=up)


def _is_raised(run: _Element, styles: Mapping[str, Any]) -> bool:
    aligned = run.find(f"{_W}rPr/{_W}vertAlign")
    if aligned is not None:
        return bool(aligned.get(f"{_W}val") == "superscript")
    position = run.find(f"{_W}rPr/{_W}position")
    if position is not None and (position.get(f"{_W}val") or "").isdecimal():
        return int(position.get(f"{_W}val") or 0) > 0
    style = run.find(f"{_W}rPr/{_W}rStyle")
    named = styles.get(style.get(f"{_W}val", "")) if style is not None else None
    return named is not None and bool(named.font.superscript)


def _paragraph(pieces: Iterable[tuple[str, bool]], style: Style) -> Paragraph:
    text = ""
    spans: list[Span] = []
    for raised, group in groupby(pieces, key=lambda piece: piece[1]):
        written = "".join(piece for piece, _ in group)
        if raised and written.strip():
            mark = written.strip()
            shown, marked = write_raised(text, mark)
            text += shown
            if marked:
                spans.append((len(text) - len(mark), len(text)))
            written = written[len(written.rstrip()) :]
        text += written
    return Paragraph(text.rstrip(), style, spans)


def _style(element: _Element, styles: Mapping[str, Any]) -> Style:
    """Size and weight of a paragraph: those that all its runs are given, else those of its style."""
    named = element.find(f"{_W}pPr/{_W}pStyle")
    style = styles.get(named.get(f"{_W}val", "") if named is not None else "Normal")
    size, bold = 11.0, False
    if style is not None:
        given = style.font.size or (style.base_style.font.size if getattr(style, "base_style", None) else None)
        size = _SIZES.get(style.name) or (given.pt if given else size)
        bold = bool(style.font.bold) or style.name in _SIZES
    runs = [run for run in element.iter(f"{_W}r") if run.find(f"{_W}t") is not None]
    sizes = {each.get(f"{_W}val") for run in runs for each in run.iterfind(f"{_W}rPr/{_W}sz")}
    if len(sizes) == 1 and all(run.find(f"{_W}rPr/{_W}sz") is not None for run in runs):
        (half_points,) = sizes
        size = int(half_points) / 2 if (half_points or "").isdecimal() else size
    weights = [run.find(f"{_W}rPr/{_W}b") for run in runs]
    if runs and all(each is not None and each.get(f"{_W}val") not in {"0", "false"} for each in weights):
        bold = True
    return Style(size, bold)
