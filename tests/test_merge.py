"""Corrections taken back into gold."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pipeline.interchange import AnnotatedDocument, Annotation, GoldError, read_gold, to_json, write_gold
from pipeline.interchange.merge import merge
from tests.test_commands import trialsift

TEXT = "Six of 12 people had fever and 14 did not."


def size(text: str, **values: Any) -> Annotation:
    start = TEXT.index(text)
    return Annotation("SampleSize", start, start + len(text), text, values)


def of(*annotations: Annotation, decisions: list[dict[str, Any]] | None = None) -> AnnotatedDocument:
    return AnnotatedDocument("d", TEXT, annotations, {} if decisions is None else {"decisions": decisions})


def decision(kind: str, gold: Annotation | None, output: Annotation | None) -> dict[str, Any]:
    return {"decision": kind, "gold": gold and to_json(gold), "output": output and to_json(output)}


TWELVE, FOURTEEN, OTHER_TWELVE = size("12", value=12.0), size("14", value=14.0), size("12", value=120.0)


@pytest.mark.parametrize(
    ("decisions", "expected", "conflicts"),
    [
        ([decision("accepted", None, FOURTEEN)], [TWELVE, FOURTEEN], 0),
        ([decision("rejected", None, FOURTEEN)], [TWELVE], 0),
        ([decision("accepted", TWELVE, None)], [], 0),
        ([decision("accepted", TWELVE, OTHER_TWELVE)], [OTHER_TWELVE], 0),
        ([decision("accepted", None, TWELVE)], [TWELVE], 0),  # it is there already
        ([decision("accepted", None, OTHER_TWELVE)], [TWELVE, OTHER_TWELVE], 1),
        ([decision("accepted", FOURTEEN, None)], [TWELVE], 1),  # gone since
    ],
)
def test_decisions(decisions: list[dict[str, Any]], expected: list[Annotation], conflicts: int) -> None:
    (document,), listed = merge([of(TWELVE)], [of(decisions=decisions)])
    assert [(a.text, a.values["value"]) for a in document.annotations] == [
        (a.text, a.values["value"]) for a in expected
    ]
    assert len(listed) == conflicts


def test_annotations_without_decisions_are_added() -> None:
    (document,), conflicts = merge([of(TWELVE)], [of(FOURTEEN, TWELVE)])
    assert document.annotations == (TWELVE, FOURTEEN)
    assert conflicts == []


@pytest.mark.parametrize(
    ("corrected", "reason"),
    [
        (AnnotatedDocument("e", TEXT, ()), "e: gold has no such document"),
        (AnnotatedDocument("d", TEXT + " Later.", ()), "d: its text is another in gold"),
    ],
)
def test_what_cannot_be_merged_is_named(corrected: AnnotatedDocument, reason: str) -> None:
    with pytest.raises(GoldError, match=reason):
        merge([of(TWELVE)], [corrected])


def test_the_command(tmp_path: Path) -> None:
    gold, back = tmp_path / "gold", tmp_path / "back.jsonl"
    write_gold([of(TWELVE)], gold, "brat")
    back.write_text(
        json.dumps(
            {"id": "d", "text": TEXT, "mentions": [], "decisions": [decision("accepted", TWELVE, OTHER_TWELVE)]}
        ),
        "utf-8",
    )
    assert trialsift("gold", "merge", gold, back, "--out", gold).returncode == 0
    (document,) = read_gold(gold)
    assert document.annotations == (OTHER_TWELVE,)
    again = trialsift("gold", "merge", gold, back, "--out", tmp_path / "again")
    assert again.returncode == 1
    assert "is not in gold now" in again.stderr
