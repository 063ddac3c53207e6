"""What gold is and what output is compared as: labelled spans of a text with the attributes of the guideline."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import regex

from pipeline.quantities import plain

if TYPE_CHECKING:
    from pipeline.extract.extractor import Fact

_BOOLEAN = ("true", "false")

CHOICES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "SampleSize": {
        "stage": ("screened", "enrolled", "randomized", "treated", "analyzed", "completed", "discontinued"),
        "scope": ("total", "group"),
    },
    "CellDose": {"total": _BOOLEAN},
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
    """Facts as annotations, but for those that the guideline has no label for."""
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
        if fact.label in LABELS
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


def of_json(mention: Mapping[str, Any]) -> Annotation:
    """The annotation that `to_json` wrote; its attributes are not checked."""
    values = {name: value for name, value in mention.items() if name not in ("label", "start", "end", "text")}
    return Annotation(mention["label"], mention["start"], mention["end"], mention["text"], values)


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


Fault = Callable[[str], None]
"""What is done with a fault of a file, said with file, place and reason."""


def refuse(fault: str) -> None:
    """The strict way with a fault: the file is not read."""
    raise GoldError(fault)


def checked(document: AnnotatedDocument, places: Iterable[str], fault: Fault) -> AnnotatedDocument:
    """The document with those of its annotations that are right; each other one is a fault.

    `places` say where each annotation stands in its file. An annotation is wrong if its label or an attribute is
    unknown, a value is of another kind, its span is not its text, or the same span has its label twice.
    """
    right: dict[tuple[str, int, int], Annotation] = {}
    for each, place in zip(document.annotations, places, strict=False):
        where = f"{place}: {each.label} [{each.start}, {each.end})"
        if each.label not in LABELS:
            fault(f"{where}: unknown label {each.label!r}")
        elif wrong := _wrong_span(each, document.text):
            fault(f"{where} {wrong}")
        elif wrong := next(filter(None, (wrong_value(each.label, *value) for value in each.values.items())), ""):
            fault(f"{where}: {wrong}")
        elif (each.label, each.start, each.end) in right:
            fault(f"{where}: twice")
        else:
            right[each.label, each.start, each.end] = each
    in_order = sorted(right.values(), key=lambda each: (each.start, each.end, each.label))
    return replace(document, annotations=tuple(in_order))


def _wrong_span(annotation: Annotation, text: str) -> str:
    there = text[max(annotation.start, 0) : max(annotation.end, 0)]
    if there == annotation.text and there:
        return ""
    places = [match.start() for match in regex.finditer(regex.escape(annotation.text), text)] if annotation.text else []
    start = min(places, key=lambda place: abs(place - annotation.start), default=None)
    nearest = "" if start is None else f"; the nearest such text is at [{start}, {start + len(annotation.text)})"
    return f"says {annotation.text!r}, the text {there!r}{nearest}"


def wrong_value(label: str, name: str, value: Any) -> str:
    """What is wrong with an attribute of a known label, empty if nothing is."""
    if name not in attributes(label):
        return f"a {label} has no {name!r}"
    if value is None:
        return ""
    if name in NUMBERS[label]:
        number = isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
        return "" if number and value >= 0 else f"{name} is not a number from 0 on: {value!r}"
    if name in WORDS[label]:
        return "" if isinstance(value, str) else f"{name} is not a text: {value!r}"
    choices = CHOICES[label][name]
    if choices == _BOOLEAN:
        return "" if isinstance(value, bool) else f"{name} is neither true nor false: {value!r}"
    return "" if value in choices else f"{name} cannot be {value!r}, only {', '.join(choices)}"


def value_of(label: str, name: str, text: str) -> Any:
    """An attribute's value from its text, as forms without numbers and truth values write it; see `text_of`.

    What cannot be read stays a text, for `checked` to name.
    """
    if not text and (name in NUMBERS.get(label, ()) or name in WORDS.get(label, ())):
        return None
    if name in NUMBERS.get(label, ()):
        try:
            return float(text)
        except ValueError:
            return text
    if CHOICES.get(label, {}).get(name) == _BOOLEAN:
        return {"true": True, "false": False}.get(text.lower(), text)
    return text


def text_of(value: Any) -> str:
    """A value as a text: numbers plain, `true` and `false`."""
    if isinstance(value, bool):
        return str(value).lower()
    return plain(value) if isinstance(value, float) else str(value)


def stated(annotation: Annotation) -> dict[str, Any]:
    """The attributes that have a value."""
    return {name: value for name, value in annotation.values.items() if value not in (None, "")}
