"""brat standoff: `<id>.txt` beside `<id>.ann`, the native form of gold.

Closed choices are attributes (`A1<TAB>stage T1 treated`), numbers and free words notes
(`#1<TAB>AnnotatorNotes T1<TAB>value=9`). A span of several fragments is read as what they reach over.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import regex

from pipeline.interchange.annotations import (
    CHOICES,
    LABELS,
    AnnotatedDocument,
    Annotation,
    Fault,
    checked,
    stated,
    text_of,
    value_of,
    wrong_value,
)

_SPAN = regex.compile(r"(?P<key>T\d+)\t(?P<label>\w+) (?P<places>\d+ \d+(?:;\d+ \d+)*)\t(?P<text>.+)")
_ATTRIBUTE = regex.compile(r"A\d+\t(?P<name>\w+) (?P<key>T\d+)(?: (?P<value>\S+))?")
_NOTE = regex.compile(r"#\d+\tAnnotatorNotes (?P<key>T\d+)\t(?P<name>\w+)=(?P<value>.*)")


def read(path: Path, fault: Fault) -> Iterator[AnnotatedDocument]:
    """The document of an `.ann` file, or of each in a folder and its subfolders."""
    for file in sorted(path.rglob("*.ann")) if path.is_dir() else [path]:
        beside = file.with_suffix(".txt")
        if beside.exists():
            yield _read(file, beside, fault)
        else:
            fault(f"{file}: no {beside.name} beside it")


def _read(file: Path, beside: Path, fault: Fault) -> AnnotatedDocument:
    spans: dict[str, tuple[int, str, int, int, str]] = {}
    values: dict[str, dict[str, Any]] = {}
    for number, line in enumerate(file.read_text("utf-8-sig").splitlines(), 1):
        place = f"{file}, line {number}"
        if span := _SPAN.fullmatch(line):
            ends = [int(each) for each in regex.split("[ ;]", span["places"])]
            spans[span["key"]] = number, span["label"], ends[0], ends[-1], span["text"]
            values[span["key"]] = {}
        elif said := _ATTRIBUTE.fullmatch(line) or _NOTE.fullmatch(line):
            if said["key"] in spans:
                label, name = spans[said["key"]][1], said["name"]
                value = value_of(label, name, "true" if said["value"] is None else said["value"])
                if label in LABELS and (wrong := wrong_value(label, name, value)):
                    fault(f"{place}: {wrong}")
                else:
                    values[said["key"]][name] = value
            else:
                fault(f"{place}: {said['key']} is not above")
        elif line.strip():
            fault(f"{place}: neither a span, an attribute nor a note of the form name=value: {line!r}")
    text = _text(beside, [(start, end, covered) for _, _, start, end, covered in spans.values()])
    found = []
    for key, (_, label, start, end, covered) in spans.items():
        # Fragments are printed with a space between them, whatever stands there in the text.
        whole = text[start:end] if len(covered) != end - start and _same_ends(covered, text[start:end]) else covered
        found.append(Annotation(label, start, end, whole, values[key]))
    places = (f"{file}, line {number}" for number, *_ in spans.values())
    return checked(AnnotatedDocument(file.stem, text, tuple(found)), places, fault)


def _same_ends(one: str, other: str) -> bool:
    return one.split()[0] == other[: len(one.split()[0])] and one.split()[-1] == other[-len(one.split()[-1]) :]


def _text(path: Path, spans: list[tuple[int, int, str]]) -> str:
    r"""The text, newlines as `\n` unless the offsets count `\r\n` as two characters."""
    as_is = path.read_bytes().decode("utf-8-sig")
    text = as_is.replace("\r\n", "\n")
    fits = [sum(each[start:end] == covered for start, end, covered in spans) for each in (text, as_is)]
    return text if fits[0] >= fits[1] else as_is


def write(documents: Iterable[AnnotatedDocument], folder: Path) -> None:
    """Write a `.txt` and an `.ann` for each document into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for document in documents:
        (folder / f"{document.id}.txt").write_text(document.text, "utf-8", newline="")
        lines = []
        attributes = notes = 0
        for number, each in enumerate(document.annotations, 1):
            shown = regex.sub(r"[\r\n]", " ", each.text)
            lines.append(f"T{number}\t{each.label} {each.start} {each.end}\t{shown}")
            for name, value in stated(each).items():
                if name not in CHOICES[each.label]:
                    notes += 1
                    lines.append(f"#{notes}\tAnnotatorNotes T{number}\t{name}={text_of(value)}")
                else:
                    attributes += 1
                    lines.append(f"A{attributes}\t{name} T{number} {text_of(value)}")
        (folder / f"{document.id}.ann").write_text("".join(f"{line}\n" for line in lines), "utf-8", newline="")
