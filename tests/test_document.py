"""Sentences and abbreviations."""

from __future__ import annotations

import time

import pytest

from tests.marked import document

SENTENCES = [
    ["Nine patients (n = 9) had a fall of 7.9 mm/h (p = .0517).", "Another two did not."],
    ["Cells were given vs. saline.", "E. coli grew in one flask."],
    ["Pain fell at 2-year follow-up.", "The first part had three groups."],
    ["It rose to 1.5 mg/dl, i.e. by a third.", "No one died."],
    ["The patients in group A.", "The others were in group B."],
    ["One had fever (38.5 °C. It passed within a day) and a rash."],
    ["Did it work? it did, e.g. in knees."],
]


@pytest.mark.parametrize("expected", SENTENCES, ids=lambda sentences: sentences[0][:30])
@pytest.mark.parametrize("gap", [" ", "\n", "  "], ids=["space", "line", "two spaces"])
def test_sentences(expected: list[str], gap: str) -> None:
    text = gap.join(expected)
    found = document(text).sentences
    assert [each.text for each in found] == expected
    assert all(text[each.start : each.end] == each.text for each in found)


def test_a_space_behind_a_decimal_point_ends_no_sentence() -> None:
    text = "Each got 2. 5 x 10^6 cells/kg in 7. 5 ml (P < 0. 001). Those in group 2. 5 % fell ill, at week 4. 9 x"
    assert [each.text for each in document(text).sentences] == [
        "Each got 2. 5 x 10^6 cells/kg in 7. 5 ml (P < 0. 001).",
        "Those in group 2.",
        "5 % fell ill, at week 4.",
        "9 x",
    ]


def test_no_space_between_sentences() -> None:
    text = "Nobody fell ill at follow-up.The second part had ten patients [12].Methods were as before."
    assert [each.text for each in document(text).sentences] == [
        "Nobody fell ill at follow-up.",
        "The second part had ten patients [12].",
        "Methods were as before.",
    ]


def test_an_empty_line_ends_a_sentence() -> None:
    assert [each.text for each in document("Of 12 patients\n\nSix were men and went home early").sentences] == [
        "Of 12 patients",
        "Six were men and went home early",
    ]


def test_abbreviations() -> None:
    doc = document("Graft-versus-host disease (GVHD) was rare. Serious adverse events (SAEs) were not.")
    assert dict(doc.abbreviations) == {"GVHD": "Graft-versus-host disease", "SAEs": "Serious adverse events"}


def test_time_grows_with_length_only() -> None:
    start = time.process_time()
    found = document('"' * 100_000).sentences
    assert sum(len(each.text) for each in found) == 100_000
    assert time.process_time() - start < 30
