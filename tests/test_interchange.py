"""Annotated documents: gold in, JSON lines out, and what is wrong with a file said by file and line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pipeline.interchange import (
    FORMS,
    AnnotatedDocument,
    Annotation,
    GoldError,
    read_gold,
    to_json,
    validate,
    write_gold,
)

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
        ("T1\tSampleSize 0 3\tSix\nA1\tstage T1 cured\n", "line 2", "stage cannot be 'cured'"),
        ("T1\tSampleSize 0 3\tSix\nA1\tsize T1 big\n", "line 2", "a SampleSize has no 'size'"),
        (
            "T1\tSampleSize 0 3\tSix\n#1\tAnnotatorNotes T1\tvalue=six\n",
            "line 2",
            "value is not a number",
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
    "line", ["{", "[]", '{"id": "x"}', '{"id": "x", "text": "y", "mentions": [{"label": "PValue"}]}']
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
    with pytest.raises(GoldError, match="no annotations: neither"):
        list(read_gold(tmp_path))


def test_json_has_null_for_what_is_empty() -> None:
    annotation = Annotation(
        "AdverseEvent", 1, 2, "x", {"count": 0, "percent": None, "grade": "", "status": "absent"}, "r"
    )
    assert json.loads(json.dumps(to_json(annotation))) == {
        "label": "AdverseEvent", "start": 1, "end": 2, "text": "x",
        "count": 0, "percent": None, "grade": None, "status": "absent",
    }  # fmt: skip


# An astral character moves offsets where a tool counts in UTF-16; a heading stands on a line of its own.
LONG = (
    "Cells for knees\n\nRESULTS: In 𝑛 = 12 knees 2–4 × 10^6 cells/kg were given; no fever (0/12),"
    " 𝑃 = 1.2e-05 | [all] a_b."
)


def annotation(label: str, text: str, **values: Any) -> Annotation:
    start = LONG.index(text)
    return Annotation(label, start, start + len(text), text, values)


DOCUMENTS = (
    AnnotatedDocument(
        "a",
        LONG,
        (
            annotation("SampleSize", "12", value=12, stage="treated", scope="total"),
            annotation("CellDose", "2–4 × 10^6 cells/kg", cells=2e6, cells_high=4e6, per="kg", total=False),
            annotation("AdverseEvent", "fever", status="absent", count=0, percent=None, grade="3-4", seriousness=None),
            annotation("PValue", "𝑃 = 1.2e-05", comparator="=", value=1.2e-05),
        ),
    ),
    AnnotatedDocument("b", "Nothing to mark.", ()),
)


def shown(document: AnnotatedDocument) -> tuple[str, list[tuple[str, int, int, str, dict[str, Any]]]]:
    """A document as it is compared over forms: what has no value is left out."""
    found = [
        (a.label, a.start, a.end, a.text, {k: v for k, v in a.values.items() if v is not None})
        for a in document.annotations
    ]
    return document.id, found


@pytest.mark.parametrize("form", FORMS)
def test_every_form_comes_back_as_it_went(form: str, tmp_path: Path) -> None:
    path = tmp_path / f"gold{FORMS[form].suffix}"
    write_gold(DOCUMENTS, path, form)
    again = list(read_gold(path))
    assert [shown(each) for each in again] == [shown(each) for each in DOCUMENTS]
    for before, after in zip(DOCUMENTS, again, strict=True):
        assert len(before.text) == len(after.text)
        assert before.text.split() == after.text.split()
    assert validate(path) == (2, [])


@pytest.mark.parametrize("form", [form for form in FORMS if form not in ("pubtator", "webanno")])
def test_forms_that_hold_line_breaks_keep_the_text(form: str, tmp_path: Path) -> None:
    path = tmp_path / f"gold{FORMS[form].suffix}"
    write_gold(DOCUMENTS, path, form)
    assert [each.text for each in read_gold(path)] == [each.text for each in DOCUMENTS]


def test_all_faults_are_named_at_once(tmp_path: Path) -> None:
    mentions = [
        {"label": "SampleSize", "start": 4, "end": 7, "text": "Six", "value": 6},
        {"label": "SampleSize", "start": 0, "end": 3, "text": "Six", "value": "6"},
        {"label": "SampleSize", "start": 0, "end": 3, "text": "Six", "value": True},
        {"label": "People", "start": 0, "end": 3, "text": "Six"},
        {"label": "PValue", "start": 22, "end": 29, "text": "P = .03", "comparator": "~"},
        {"label": "PValue", "start": 22, "end": 29, "text": "P = .03", "p": 1},
        {"label": "SampleSize", "start": 0, "end": 3, "text": "Six", "value": 6},
        {"label": "SampleSize", "start": 0, "end": 3, "text": "Six", "value": 7},
    ]
    path = tmp_path / "gold.jsonl"
    line = json.dumps({"id": "a", "text": TEXT, "mentions": mentions})
    path.write_text(f"{line}\n{{\n{json.dumps({'id': 'a', 'text': ''})}\n", "utf-8")
    documents, faults = validate(path)
    assert documents == 2
    assert [fault.removeprefix(f"{path}, line 1: ") for fault in faults[:7]] == [
        "SampleSize [4, 7) says 'Six', the text 'peo'; the nearest such text is at [0, 3)",
        "SampleSize [0, 3): value is not a number from 0 on: '6'",
        "SampleSize [0, 3): value is not a number from 0 on: True",
        "People [0, 3): unknown label 'People'",
        "PValue [22, 29): comparator cannot be '~', only <, <=, =, >, >=, ns",
        "PValue [22, 29): a PValue has no 'p'",
        "SampleSize [0, 3): twice",
    ]
    assert "line 2: not an annotated document" in faults[7]
    assert "the document a is there twice" in faults[8]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_brat_of_windows(newline: str, mark: str, tmp_path: Path) -> None:
    """Offsets of files with two characters a line break count both, or one, as the tool that made them did."""
    text = f"Six{newline}people"
    (tmp_path / "a.txt").write_bytes((mark + text).encode())
    for start in {text.index("people"), 4}:
        ann = f"T1\tAdverseEvent {start} {start + 6}\tpeople{newline}"
        (tmp_path / "a.ann").write_bytes((mark + ann).encode())
        (document,) = read_gold(tmp_path)
        (found,) = document.annotations
        assert document.text[found.start : found.end] == "people"


def test_brat_fragments_are_read_as_what_they_reach_over(tmp_path: Path) -> None:
    (document,) = read_gold(brat(tmp_path, "T1\tAdverseEvent 0 3;11 14\tSix had\n"))
    assert document.annotations[0].text == "Six people had"


def test_label_studio_in_characters_or_utf_16(tmp_path: Path) -> None:
    region = {"id": "r", "from_name": "label", "to_name": "text", "type": "labels"}
    tasks = [
        {"data": {"text": "𝑃 fever"}, "annotations": [{"result": [{**region, "value": value}]}]}
        for value in (
            {"start": 2, "end": 7, "text": "fever", "labels": ["AdverseEvent"]},
            {"start": 3, "end": 8, "text": "fever", "labels": ["AdverseEvent"]},
            {"start": 3, "end": 8, "labels": ["AdverseEvent"]},
        )
    ]
    (tmp_path / "export.json").write_text(json.dumps(tasks), "utf-8")
    spans = [(a.start, a.end) for document in read_gold(tmp_path / "export.json") for a in document.annotations]
    assert spans == [(2, 7)] * 3


def test_webanno_of_the_named_entity_layer(tmp_path: Path) -> None:
    tsv = (
        "#FORMAT=WebAnno TSV 3.3\n#T_SP=de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity|identifier|value\n\n\n"
        "#Text=Grade 3 fever\n1-1\t0-5\tGrade\t_\t_\t\n1-2\t6-7\t3\t*\tSampleSize\t\n"
        "1-3\t8-13\tfever\t*[2]\tAdverseEvent[2]\t\n"
    )
    (tmp_path / "a.tsv").write_text(tsv, "utf-8")
    (document,) = read_gold(tmp_path)
    assert [(a.label, a.text) for a in document.annotations] == [("SampleSize", "3"), ("AdverseEvent", "fever")]


def test_bioc_with_entities_of_its_own_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_text('<!DOCTYPE c [<!ENTITY a "b">]><collection>&a;</collection>', "utf-8")
    with pytest.raises(GoldError, match="refused: it declares entities"):
        list(read_gold(tmp_path))


def test_two_documents_of_one_name_are_refused(tmp_path: Path) -> None:
    documents = [AnnotatedDocument("a/b", "x", ()), AnnotatedDocument("a:b", "y", ())]
    with pytest.raises(GoldError, match="two documents would be called a_b"):
        write_gold(documents, tmp_path, "brat")
