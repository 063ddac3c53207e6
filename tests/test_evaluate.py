"""Pairing and scores."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from pipeline.evaluate import Compared, Evaluation, evaluate, every_number, gained_and_lost
from pipeline.extract.study_size import StudySize
from pipeline.interchange import AnnotatedDocument, Annotation, GoldError, read_doubts
from pipeline.records import Zone
from pipeline.report import markdown

TEXT = "In all 12 of 30 people and 14 others were seen (P = 0.03), fever in two."


def size(start: int, end: int, value: int, **values: Any) -> Annotation:
    return Annotation("SampleSize", start, end, TEXT[start:end], {"value": value, **values}, "some rule")


def event(start: int, end: int, status: str) -> Annotation:
    return Annotation("AdverseEvent", start, end, TEXT[start:end], {"status": status}, "some rule")


def compare(gold: list[Annotation], output: list[Annotation]) -> Evaluation:
    return evaluate([Compared(AnnotatedDocument("d", TEXT, tuple(gold)), tuple(output))])


@pytest.mark.parametrize(
    ("gold", "output", "counts"),
    [
        ([size(7, 9, 12)], [size(7, 9, 12)], (1, 1, 1)),
        ([size(7, 9, 12)], [size(7, 9, 13)], (1, 1, 0)),
        ([size(7, 9, 12)], [size(7, 15, 12)], (0, 1, 1)),
        ([size(7, 9, 12)], [size(9, 12, 12)], (0, 0, 0)),  # half-open spans that touch do not overlap
        ([size(7, 9, 12)], [], (0, 0, 0)),
        ([], [size(7, 9, 12)], (0, 0, 0)),
        ([size(7, 8, 12), size(8, 15, 30)], [size(7, 15, 30)], (0, 1, 1)),  # one to one, the nearest first
        ([size(7, 15, 12)], [size(7, 9, 1), size(7, 15, 12)], (1, 1, 1)),
    ],
)
def test_levels(gold: list[Annotation], output: list[Annotation], counts: tuple[int, int, int]) -> None:
    evaluation = compare(gold, output)
    assert tuple(evaluation.score("SampleSize", level).right for level in ("strict", "overlap", "value")) == counts


def test_undefined_ratios_are_none() -> None:
    score = compare([], []).score("PValue", "strict")
    assert (score.precision, score.recall, score.f1) == (None, None, None)


def test_assessed_events_are_not_counted() -> None:
    evaluation = compare([event(59, 64, "occurred")], [event(59, 64, "occurred"), event(0, 2, "assessed")])
    assert evaluation.score("AdverseEvent", "value").output == 1


def test_only_what_gold_has_is_compared() -> None:
    gold = Annotation("PValue", 48, 56, "P = 0.03", {"comparator": "="})
    output = Annotation("PValue", 48, 56, "P = 0.03", {"comparator": "=", "value": 0.5})
    assert compare([gold], [output]).score("PValue", "value").right == 1


@pytest.mark.parametrize(
    ("stated", "found", "right"), [(0.03, 0.03 * (1 + 1e-7), 1), (0.03, 0.03 * (1 + 1e-5), 0), (None, 0.03, 0)]
)
def test_tolerance(stated: float | None, found: float, right: int) -> None:
    gold = Annotation("PValue", 48, 56, "P = 0.03", {"value": stated})
    output = Annotation("PValue", 48, 56, "P = 0.03", {"value": found})
    assert compare([gold], [output]).score("PValue", "value").right == right


def test_attributes_are_scored_where_gold_fills_them() -> None:
    gold = [size(7, 9, 12, stage="treated"), size(13, 15, 30, stage=None)]
    output = [size(7, 9, 12, stage="enrolled"), size(13, 15, 30, stage="enrolled")]
    score = compare(gold, output).attribute("SampleSize", "stage")
    assert (score.gold, score.right) == (1, 0)


def test_order_does_not_matter() -> None:
    gold = [size(7, 9, 12), size(7, 15, 30), size(13, 15, 30), size(27, 29, 14), event(59, 64, "occurred")]
    output = [size(7, 12, 12), size(9, 15, 30), size(13, 15, 31), size(27, 36, 14), event(59, 64, "absent")]
    shuffled = random.Random(7)
    expected = markdown(compare(gold, output), "gold")
    for _ in range(20):
        shuffled.shuffle(gold)
        shuffled.shuffle(output)
        assert markdown(compare(gold, output), "gold") == expected


def test_report_shows_each_error_in_its_sentence() -> None:
    text = markdown(compare([size(7, 9, 12), size(13, 15, 30)], [size(13, 15, 31), size(68, 71, 2)]), "my gold")
    assert "- **missed SampleSize** in d: In all **\\[12\\]** of 30 people" in text
    assert "- **SampleSize read as 31, gold has 30** in d: In all 12 of **\\[30\\]** people" in text
    assert "- **spurious SampleSize (some rule)** in d: " in text


def sized(stated: int | None, found: StudySize | None) -> Compared:
    return Compared(AnnotatedDocument("d", TEXT, (), {"study_size": stated}), (), found)


def test_study_size_is_a_curve_of_coverage_against_exactness() -> None:
    documents = [
        sized(30, StudySize(30, "agreed")),
        sized(30, StudySize(31, "alone")),
        sized(30, None),
        sized(None, StudySize(12, "agreed")),  # gold does not say
    ]
    evaluation = evaluate(documents)
    assert [(grounds, each.answered, each.exact) for grounds, each in evaluation.curve()[:2]] == [
        ("agreed", 1, 1),
        ("alone", 2, 1),
    ]
    assert evaluation.study_size().coverage == pytest.approx(2 / 3)
    assert evaluation.study_size().exactness == 0.5
    assert "| alone | 2 | 1 | 0.667 | 0.500 | █████████████ |" in markdown(evaluation, "gold")


def test_gold_in_doubt_is_marked_and_listed(tmp_path: Path) -> None:
    (tmp_path / "doubts.tsv").write_text(
        "# why\nd\tSampleSize\tthe 14 is not marked\nother\tPValue\tnot here\n", "utf-8"
    )
    report = markdown(compare([], [size(27, 29, 14)]), "gold", read_doubts(tmp_path / "doubts.tsv"))
    assert "- **spurious SampleSize (some rule)** in d (gold in doubt): " in report
    assert "| d | SampleSize | the 14 is not marked |" in report
    assert "not here" not in report


def test_a_doubt_of_another_form_is_named(tmp_path: Path) -> None:
    (tmp_path / "doubts.tsv").write_text("d\tSampleSize\n", "utf-8")
    with pytest.raises(GoldError, match=r"doubts\.tsv, line 1: not a document, a label and a reason"):
        read_doubts(tmp_path / "doubts.tsv")


@pytest.mark.parametrize(
    ("gold", "output", "error"),
    [
        ([size(7, 9, 12)], [], "missed"),
        ([], [size(7, 9, 12)], "spurious"),
        ([size(7, 9, 12)], [size(7, 9, 13)], "wrong value"),
        ([size(7, 9, 12)], [size(7, 9, 1200)], "wrong exponent"),
        ([size(7, 9, 12, stage="treated")], [size(7, 9, 12, stage="enrolled")], "wrong attribute"),
        ([size(7, 9, 12)], [size(7, 12, 12)], "boundary"),
        ([size(7, 9, 12, stage=None)], [size(7, 9, 12, stage="enrolled")], None),
    ],
)
def test_error_classes(gold: list[Annotation], output: list[Annotation], error: str | None) -> None:
    assert compare(gold, output).error_classes("SampleSize") == ({error: 1} if error else {})


def test_interval_holds_the_score_and_is_always_the_same() -> None:
    found = random.Random(3)
    documents = [
        Compared(AnnotatedDocument(str(n), TEXT, (size(7, 9, 12),)), (size(7, 9, 12),) if found.random() < 0.8 else ())
        for n in range(50)
    ]
    evaluation = evaluate(documents)
    interval = evaluation.interval("SampleSize", "value")
    f1 = evaluation.score("SampleSize", "value").f1
    assert interval is not None
    assert f1 is not None
    assert interval[0] < f1 < interval[1]
    assert interval == evaluate(documents).interval("SampleSize", "value")
    assert 0.05 < interval[1] - interval[0] < 0.3


def test_no_interval_for_one_document() -> None:
    assert compare([size(7, 9, 12)], [size(7, 9, 12)]).interval("SampleSize", "value") is None


def test_scores_by_document_and_section() -> None:
    zones = (Zone(0, 30, "methods"), Zone(30, 80, "results"))
    document = AnnotatedDocument("d", TEXT, (size(7, 9, 12), size(27, 29, 14)))
    evaluation = evaluate([Compared(document, (size(7, 9, 12), size(68, 71, 2)), zones=zones)])
    methods = evaluation.by_section("SampleSize", "value")
    assert {name: (each.gold, each.output, each.right) for name, each in methods.items()} == {
        "methods": (2, 1, 1),
        "results": (0, 1, 0),
    }
    assert evaluation.by_document("SampleSize", "value") == {"d": evaluation.score("SampleSize", "value")}


def test_every_number_finds_each_size_and_much_else() -> None:
    score = every_number([AnnotatedDocument("d", TEXT, (size(7, 9, 12), size(13, 15, 30)))]).score(
        "SampleSize", "value"
    )
    assert (score.gold, score.output, score.right) == (2, 4, 2)


def test_rows_gained_and_lost() -> None:
    gold = [size(7, 9, 12), size(13, 15, 30)]
    earlier = compare(gold, [size(7, 9, 12), size(27, 29, 14)])
    now = compare(gold, [size(7, 9, 12, stage="treated"), size(13, 15, 31)])
    changes = [(each.gained, each.pair.place.text, each.right) for each in gained_and_lost(earlier, now)]
    assert changes == [(False, "12", True), (True, "12", True), (True, "30", False), (False, "14", False)]
