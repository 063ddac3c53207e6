"""PubTator: `id|t|title`, `id|a|abstract`, then a line with tabs for each annotation.

The format has no line breaks inside a text and no attributes: breaks after the first line are written as spaces, and
attributes stand in the column of the concept (`value=9;stage=treated`). The reader of the package `bioc` strips the
title, which moves every offset behind it where a title ends in a space; so these lines are read here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import regex

from pipeline.interchange.annotations import AnnotatedDocument, Annotation, Fault, checked, stated, text_of, value_of

_TEXT = regex.compile(r"(?P<id>[^|\t]+)\|(?P<part>[ta])\|(?P<text>.*)")


def read(path: Path, fault: Fault) -> Iterator[AnnotatedDocument]:
    """The documents of a file, blank lines between them."""
    lines: list[tuple[int, str]] = []
    for number, line in enumerate([*path.read_text("utf-8-sig").split("\n"), ""], 1):
        if line.strip():
            lines.append((number, line.removesuffix("\r")))
        elif lines:
            yield _document(lines, path, fault)
            lines = []


def _document(lines: list[tuple[int, str]], path: Path, fault: Fault) -> AnnotatedDocument:
    identifier, parts, found, places = path.stem, {"t": "", "a": ""}, [], []
    for number, line in lines:
        place = f"{path}, line {number}"
        cells = line.split("\t")
        if said := _TEXT.fullmatch(line):
            identifier, parts[said["part"]] = said["id"], said["text"]
        elif len(cells) >= 5 and cells[1].isdigit() and cells[2].isdigit():
            pairs = [pair.partition("=") for pair in cells[5].split(";")] if len(cells) > 5 else []
            values = {name: value_of(cells[4], name, value) for name, sign, value in pairs if sign}
            found.append(Annotation(cells[4], int(cells[1]), int(cells[2]), cells[3], values))
            places.append(place)
        elif len(cells) not in (4, 5):  # relations, which gold has none of
            fault(f"{place}: neither a text nor an annotation: {line[:80]!r}")
    text = parts["t"] + ("\n" + parts["a"] if parts["a"] else "")
    return checked(AnnotatedDocument(identifier, text, tuple(found)), places, fault)


def write(documents: Iterable[AnnotatedDocument], path: Path) -> None:
    """Write a file; offsets stay as they are."""
    blocks = []
    for document in documents:
        identifier = regex.sub(r"[|\t\n]", "_", document.id)
        title, _, abstract = document.text.partition("\n")
        lines = [f"{identifier}|t|{title}", f"{identifier}|a|{_one_line(abstract)}"]
        for each in document.annotations:
            values = ";".join(f"{name}={text_of(value)}" for name, value in stated(each).items())
            cells = identifier, str(each.start), str(each.end), _one_line(each.text), each.label, values
            lines.append("\t".join(cells))
        blocks.append("\n".join(lines) + "\n")
    path.write_text("\n".join(blocks), "utf-8", newline="")


def _one_line(text: str) -> str:
    return regex.sub(r"[\n\t]", " ", text)
