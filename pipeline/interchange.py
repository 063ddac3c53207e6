"""Annotated documents: what gold is and what output is compared as, and their forms on disk.

brat standoff is the native form of gold: `<id>.txt` beside `<id>.ann`, in which closed choices are attributes
(`A1<TAB>stage T1 treated`) and numbers and free words are notes (`#1<TAB>AnnotatorNotes T1<TAB>value=9`). JSON lines
(`{"id", "text", "mentions": [{"label", "start", "end", "text", ...}]}`) are what `trialsift extract` writes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import regex

if TYPE_CHECKING:
    from pipeline.extract.extractor import Fact

CHOICES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "SampleSize": {
        "stage": ("screened", "enrolled", "randomized", "treated", "analyzed", "completed", "discontinued"),
        "scope": ("total", "group"),
    },
    "CellDose": {"total": ("true", "false")},
    "PValue": {"comparator": ("<", "<=", "=", ">", ">=", "ns")},
    "AdverseEvent": {"status": ("occurred", "absent", "assessed"), "seriousness": ("serious", "nonserious")},
}
"""Attributes of each label whose values are a closed choice."""

NUMBERS: Mapping[str, tuple[str, ...]] = {
    "SampleSize": ("value",),
    "CellDose": ("cells", "cells_high"),
    "PValue": ("value",),
    "AdverseEvent": ("count", "percent"),
}
"""Attributes of each label that are numbers."""

WORDS: Mapping[str, tuple[str, ...]] = {
    "SampleSize": (),
    "CellDose": ("per",),
    "PValue": (),
    "AdverseEvent": ("grade",),
}
"""Attributes of each label that are free words."""

LABELS = tuple(CHOICES)


@dataclass(frozen=True, slots=True)
class Annotation:
    """A labelled span `[start, end)` of a document's text with its attributes; `rule` says which rule gave it."""

    label: str
    start: int
    end: int
    text: str
    values: Mapping[str, Any] = field(default_factory=dict)
    rule: str = ""


@dataclass(frozen=True, slots=True)
class AnnotatedDocument:
    """A text with its annotations in the order of the text. `extra` is what else its file says of it."""

    id: str
    text: str
    annotations: tuple[Annotation, ...]
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why a reader of gold believes that its mentions of a label in a document are wrong or incomplete."""

    document: str
    label: str
    reason: str


class GoldError(ValueError):
    """Gold that cannot be read; says file, line and reason."""


def attributes(label: str) -> tuple[str, ...]:
    """The attributes of a label, in the order of the guideline."""
    return (*NUMBERS[label], *WORDS[label], *CHOICES[label])


def annotate(facts: Iterable[Fact]) -> tuple[Annotation, ...]:
    """Facts as annotations."""
    return tuple(
        Annotation(
            fact.label,
            fact.mention.start,
            fact.mention.end,
            fact.mention.text,
            {name: getattr(fact.record, name) for name in attributes(fact.label)},
            fact.mention.rule,
        )
        for fact in facts
    )


def to_json(annotation: Annotation) -> dict[str, Any]:
    """An annotation as it stands in JSON lines: empty attributes are null, numbers are numbers."""
    values = {name: None if value == "" else value for name, value in annotation.values.items()}
    return {
        "label": annotation.label,
        "start": annotation.start,
        "end": annotation.end,
        "text": annotation.text,
        **values,
    }


def read_gold(path: Path) -> Iterator[AnnotatedDocument]:
    """The annotated documents of a brat folder (with its subfolders), a JSON lines file, or a folder of such files.

    Raises:
        GoldError: nothing to read, or something that is not of its form; with file, line and reason.
    """
    if path.is_file():
        yield from _read_json_lines(path)
        return
    files = sorted([*path.rglob("*.ann"), *path.rglob("*.jsonl")]) if path.is_dir() else []
    if not files:
        raise GoldError(f"{path}: no .ann and no .jsonl file")
    for file in files:
        if file.suffix == ".ann":
            yield _read_brat(file)
        else:
            yield from _read_json_lines(file)


def read_doubts(path: Path) -> tuple[Doubt, ...]:
    """The doubts of a file that has one a line: document, label and reason, tabs between them, `#` before a remark.

    Raises:
        GoldError: a line of another form; with file, line and reason.
    """
    doubts = []
    for number, line in enumerate(path.read_text(encoding="utf-8-sig").splitlines(), 1):
        if not line or line.startswith("#"):
            continue
        cells = line.split("\t")
        if len(cells) != 3 or cells[1] not in LABELS:
            raise GoldError(f"{path}, line {number}: not a document, a label and a reason: {line!r}")
        doubts.append(Doubt(*cells))
    return tuple(doubts)


def _read_json_lines(path: Path) -> Iterator[AnnotatedDocument]:
    with path.open(encoding="utf-8-sig", newline="\n") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            place = f"{path}, line {number}"
            try:
                record = json.loads(line)
                text = record.pop("text")
                mentions = record.pop("mentions", None) or []
                found = tuple(
                    _checked(Annotation(m.pop("label"), m.pop("start"), m.pop("end"), m.pop("text"), m), text, place)
                    for m in mentions
                )
                yield AnnotatedDocument(str(record.pop("id")), text, found, record)
            except (json.JSONDecodeError, KeyError, AttributeError, TypeError) as error:
                raise GoldError(f"{place}: not an annotated document: {error!r}") from error


def _checked(annotation: Annotation, text: str, place: str) -> Annotation:
    if annotation.label not in LABELS:
        raise GoldError(f"{place}: unknown label {annotation.label!r}")
    there = text[annotation.start : annotation.end]
    if there != annotation.text or not there:
        raise GoldError(
            f"{place}: {annotation.label} [{annotation.start}, {annotation.end}) says {annotation.text!r},"
            f" the text {there!r}"
        )
    return annotation


def _read_brat(path: Path) -> AnnotatedDocument:
    beside = path.with_suffix(".txt")
    if not beside.exists():
        raise GoldError(f"{path}: no {beside.name} beside it")
    text = beside.read_text(encoding="utf-8-sig")
    spans: dict[str, tuple[int, str, int, int, str]] = {}
    values: dict[str, dict[str, Any]] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8-sig").splitlines(), 1):
        place = f"{path}, line {number}"
        if not line.strip():
            continue
        if span := regex.fullmatch(r"(T\d+)\t(\w+) (\d+) (\d+)\t(.+)", line):
            spans[span[1]] = (number, span[2], int(span[3]), int(span[4]), span[5])
            values[span[1]] = {}
            continue
        attribute = regex.fullmatch(r"A\d+\t(?P<name>\w+) (?P<target>T\d+)(?: (?P<value>\S+))?", line)
        attribute = attribute or regex.fullmatch(
            r"#\d+\tAnnotatorNotes (?P<target>T\d+)\t(?P<name>\w+)=(?P<value>.*)", line
        )
        if attribute is None:
            raise GoldError(f"{place}: neither a span, an attribute nor a note of the form name=value: {line!r}")
        if attribute["target"] not in spans:
            raise GoldError(f"{place}: {attribute['target']} is not above")
        label, name = spans[attribute["target"]][1], attribute["name"]
        stated = "true" if attribute["value"] is None else attribute["value"]
        values[attribute["target"]][name] = _value(label, name, stated, place)
    found = [
        _checked(Annotation(label, start, end, covered, values[key]), text, f"{path}, line {number}")
        for key, (number, label, start, end, covered) in spans.items()
    ]
    return AnnotatedDocument(path.stem, text, tuple(sorted(found, key=lambda each: (each.start, each.end, each.label))))


def _value(label: str, name: str, text: str, place: str) -> Any:
    if name in CHOICES.get(label, {}):
        if text not in CHOICES[label][name]:
            raise GoldError(f"{place}: {name} of a {label} cannot be {text!r}, only {', '.join(CHOICES[label][name])}")
        return text == "true" if CHOICES[label][name] == ("true", "false") else text
    if name in NUMBERS.get(label, ()):
        try:
            return float(text) if text else None
        except ValueError:
            raise GoldError(f"{place}: {name} of a {label} is not a number: {text!r}") from None
    if name in WORDS.get(label, ()):
        return text or None
    raise GoldError(f"{place}: a {label} has no {name!r}")
