"""How far annotators agree."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pipeline.agreement import agreements, alpha
from pipeline.interchange import AnnotatedDocument, Annotation, write_gold
from tests.test_commands import trialsift

TEXT = "Six of 12 people had fever and 14 did not."


def size(text: str, stage: str) -> Annotation:
    start = TEXT.index(text)
    return Annotation("SampleSize", start, start + len(text), text, {"value": int(text), "stage": stage})


ANNA = AnnotatedDocument("d", TEXT, (size("12", "treated"), size("14", "treated")))
BEN = AnnotatedDocument("d", TEXT, (size("12", "enrolled"),))


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([("a", "a"), ("b", "b")], 1.0),
        ([("a", "b"), ("b", "a")], -0.5),
        ([("a", "a"), ("a", "a"), ("b", "b"), ("a", "b")], 1 - 7 * 2 / 30),  # 1 - (n - 1) * o / (2 * na * nb)
        ([("a", "a")], None),
        ([(1, 1.0), (2, 2)], 1.0),
    ],
)
def test_alpha(values: list[tuple[Any, Any]], expected: float | None) -> None:
    assert alpha(values) == (None if expected is None else pytest.approx(expected))


def test_two_annotators() -> None:
    (pair,) = agreements({"anna": [ANNA, AnnotatedDocument("e", "", ())], "ben": [BEN]})
    assert pair.score("SampleSize", "value").f1 == pytest.approx(2 / 3)
    assert pair.only_one == ("e",)
    assert [(label, name, count) for label, name, count, _ in pair.alphas()] == [
        ("SampleSize", "value", 1),
        ("SampleSize", "stage", 1),
    ]
    assert [each.error for each in pair.disagreements()] == ["wrong attribute", "missed"]


def test_the_order_of_annotators_does_not_matter() -> None:
    (one,) = agreements({"anna": [ANNA], "ben": [BEN]})
    (other,) = agreements({"ben": [BEN], "anna": [ANNA]})
    assert one.score("SampleSize", "value").f1 == other.score("SampleSize", "value").f1


def test_three_annotators_are_three_pairs() -> None:
    assert [(each.one, each.other) for each in agreements({"a": [ANNA], "b": [BEN], "c": [ANNA]})] == [
        ("a", "b"),
        ("a", "c"),
        ("b", "c"),
    ]


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        (AnnotatedDocument("d", "Another text", ()), "another text for d"),
        (AnnotatedDocument("e", TEXT, ()), "no document in common"),
    ],
)
def test_what_cannot_be_compared_is_named(other: AnnotatedDocument, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        agreements({"anna": [ANNA], "ben": [other]})


def test_the_command_prints_each_disagreement(tmp_path: Path) -> None:
    write_gold([ANNA], tmp_path / "anna", "brat")
    write_gold([BEN], tmp_path / "ben.jsonl", "jsonl")
    done = trialsift("gold", "agree", tmp_path / "anna", tmp_path / "ben.jsonl", COLUMNS="200")
    assert done.returncode == 0
    assert "SampleSize in d: 12 value=12 stage=treated | 12 value=12 stage=enrolled" in done.stdout
    assert "SampleSize in d: 14 value=14 stage=treated | nothing" in done.stdout
    assert "0.667" in done.stdout
