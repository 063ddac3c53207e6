"""Annotated documents: gold in, JSON lines out, and what is wrong with a file said by file and line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.interchange import Annotation, GoldError, read_gold, to_json

TEXT = "Six people had cells (P = .03)."
ANN = (
    "T1\tSampleSize 0 3\tSix\nA1\tstage T1 treated\nA2\tscope T1 total\n#1\tAnnotatorNotes T1\tvalue=6\n"
    "T2\tPValue 22 29\tP = .03\nA3\tcomparator T2 =\n#2\tAnnotatorNotes T2\tvalue=0.03\n"
)


def brat(folder: Path, ann: str, text: str = TEXT) -> Path:
    (folder / "a.txt").write_text(text, "utf-8")
    (folder / "a.ann").write_text(ann, "utf-8")
    return folder


def test_brat(tmp_path: Path) -> None:
    (document,) = read_gold(brat(tmp_path, ANN))
    assert (document.id, document.text) == ("a", TEXT)
    assert document.annotations == (
        Annotation("SampleSize", 0, 3, "Six", {"stage": "treated", "scope": "total", "value": 6.0}),
        Annotation("PValue", 22, 29, "P = .03", {"comparator": "=", "value": 0.03}),
    )


def test_brat_of_a_dose(tmp_path: Path) -> None:
    ann = (
        "T1\tCellDose 0 10\t2-4 × 10^6\nA1\ttotal T1\n#1\tAnnotatorNotes T1\tper=20 ml\n"
        "#2\tAnnotatorNotes T1\tcells=2e6\n#3\tAnnotatorNotes T1\tcells_high=\n"
    )
    (document,) = read_gold(brat(tmp_path, ann, "2-4 × 10^6 per 20 mL"))
    assert document.annotations[0].values == {"total": True, "per": "20 ml", "cells": 2e6, "cells_high": None}


@pytest.mark.parametrize(
    ("ann", "place", "reason"),
    [
        ("T1\tSampleSize 0 3\tSox\n", "line 1", "says 'Sox', the text 'Six'"),
        ("T1\tSampleSize 90 93\tSix\n", "line 1", "the text ''"),
        ("T1\tPeople 0 3\tSix\n", "line 1", "unknown label 'People'"),
        ("T1\tSampleSize 0 3\tSix\nA1\tstage T1 cured\n", "line 2", "stage of a SampleSize cannot be 'cured'"),
        ("T1\tSampleSize 0 3\tSix\nA1\tsize T1 big\n", "line 2", "a SampleSize has no 'size'"),
        (
            "T1\tSampleSize 0 3\tSix\n#1\tAnnotatorNotes T1\tvalue=six\n",
            "line 2",
            "value of a SampleSize is not a number",
        ),
        ("A1\tstage T1 treated\n", "line 1", "T1 is not above"),
        ("R1\tbinds Arg1:T1 Arg2:T2\n", "line 1", "neither a span, an attribute nor a note"),
    ],
)
def test_bad_brat(ann: str, place: str, reason: str, tmp_path: Path) -> None:
    with pytest.raises(GoldError) as error:
        list(read_gold(brat(tmp_path, ann)))
    assert f"a.ann, {place}" in str(error.value)
    assert reason in str(error.value)


@pytest.mark.parametrize(
    "line", ["{", "[]", '{"id": "x"}', '{"id": "x", "text": "y", "mentions": [{"label": "PValue"}]}', '{"text": "y"}']
)
def test_bad_json_lines(line: str, tmp_path: Path) -> None:
    path = tmp_path / "gold.jsonl"
    path.write_text('{"id": "fine", "text": ""}\n' + line + "\n")
    with pytest.raises(GoldError, match=r"gold\.jsonl, line 2: not an annotated document"):
        list(read_gold(path))


def test_an_annotation_file_without_its_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "b.ann").write_text("")
    with pytest.raises(GoldError, match=r"b\.ann: no b\.txt beside it"):
        list(read_gold(tmp_path))


def test_nothing_to_read(tmp_path: Path) -> None:
    with pytest.raises(GoldError, match=r"no \.ann and no \.jsonl"):
        list(read_gold(tmp_path))


def test_json_has_null_for_what_is_empty() -> None:
    annotation = Annotation(
        "AdverseEvent", 1, 2, "x", {"count": 0, "percent": None, "grade": "", "status": "absent"}, "r"
    )
    assert json.loads(json.dumps(to_json(annotation))) == {
        "label": "AdverseEvent", "start": 1, "end": 2, "text": "x",
        "count": 0, "percent": None, "grade": None, "status": "absent",
    }  # fmt: skip
