"""Corrected annotations taken back into gold.

A document that carries `decisions` (the page of a report exports them) changes gold by these alone: a decision
`accepted` puts what was output in the place of what gold had. A document without them adds what gold does not have.
Where gold has another mention in the place, or no longer the one that was decided on, both are kept and listed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from pipeline.interchange.annotations import AnnotatedDocument, Annotation, GoldError, of_json, stated


def merge(
    gold: Iterable[AnnotatedDocument], corrected: Iterable[AnnotatedDocument]
) -> tuple[list[AnnotatedDocument], list[str]]:
    """Gold with the corrections in it, and the conflicts in words.

    Raises:
        GoldError: a corrected document is not in gold, or has another text there.
    """
    documents = {each.id: each for each in gold}
    conflicts: list[str] = []
    for each in corrected:
        if each.id not in documents:
            raise GoldError(f"{each.id}: gold has no such document")
        if documents[each.id].text != each.text:
            raise GoldError(f"{each.id}: its text is another in gold: decide again on the text of now")
        documents[each.id] = _merged(documents[each.id], each, conflicts)
    return list(documents.values()), conflicts


def _merged(gold: AnnotatedDocument, corrected: AnnotatedDocument, conflicts: list[str]) -> AnnotatedDocument:
    annotations = list(gold.annotations)
    if "decisions" in corrected.extra:
        accepted = (each for each in corrected.extra["decisions"] if each.get("decision") == "accepted")
        changes = [(_side(each["gold"]), _side(each["output"])) for each in accepted]
    else:
        changes = [(None, each) for each in corrected.annotations]
    for old, new in changes:
        there = next((each for each in annotations if old and _same(each, old)), None)
        if there:
            annotations.remove(there)
        elif old:
            conflicts.append(f"{gold.id}: {_shown(old)} was decided on and is not in gold now")
        if new is None or any(_same(each, new) for each in annotations):
            continue
        beside = [each for each in annotations if each.label == new.label and _overlap(each, new)]
        conflicts += [f"{gold.id}: {_shown(new)} beside {_shown(each)}: both kept" for each in beside]
        annotations.append(new)
    return replace(gold, annotations=tuple(sorted(annotations, key=lambda each: (each.start, each.end, each.label))))


def _side(mention: Mapping[str, Any] | None) -> Annotation | None:
    return of_json(mention) if mention else None


def _same(one: Annotation, other: Annotation) -> bool:
    return (one.label, one.start, one.end, stated(one)) == (other.label, other.start, other.end, stated(other))


def _overlap(one: Annotation, other: Annotation) -> bool:
    return one.start < other.end and other.start < one.end


def _shown(annotation: Annotation) -> str:
    values = "".join(f" {name}={value}" for name, value in stated(annotation).items())
    return f"{annotation.label} [{annotation.start}, {annotation.end}) {annotation.text!r}{values}"
