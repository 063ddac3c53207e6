"""What holds for every extractor on any text: nothing raises, spans are true and apart, time grows with length only."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.document import Document
from pipeline.extract import EXTRACTORS, extract
from pipeline.extract.extractor import Extractor
from pipeline.extract.p_value import EXTRACTOR as P_VALUE
from pipeline.extract.p_value import PValue
from pipeline.records import Article, Mention, Sentence, Zone
from tests.marked import document

each_extractor = pytest.mark.parametrize("extractor", EXTRACTORS, ids=lambda extractor: extractor.table)
steady = settings(derandomize=True, deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])

VOCABULARY = """P p = < > ≤ &lt; ( ) [ ] , ; : . % / - – − × x ^ · ± + ~ * ¼ Ã— <i> </i> 10 0.05 .03 0,2 1e-5 10−4 107
n N 12 1,204 0 47 six sixty-four hundred and or of to in at per for trend NS n.s. not significant no patients people
eyes group placebo cells kg mL million CAR-T received given died adverse events grade 3 fever Methods: Results:
± +/- SD mean median (SD) 95% CI range IQR HR 0.65 OR difference t(23) F(1, 45) χ2 df 26.7% (n = 5) years mm/h
Background weeks months was were less than respectively both all total serious death 3/12"""

PIECES = [*VOCABULARY.split(), "\n", "\u00a0", "\u2009"]
"""What the rules look for, to be put together in ways that no paper has."""

texts = st.one_of(
    st.text(max_size=200),
    st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=3)), max_size=60).map(" ".join),
    st.lists(st.sampled_from(PIECES), max_size=60).map("".join),
)

REPEATED = (
    *(
        "1 ",
        "9",
        "(",
        ")",
        "[",
        " ",
        "\n",
        ".",
        ", ",
        "a ",
        "word ",
        "A. ",
        "p ",
        "P",
        "p = ",
        "p<0.05 ",
        "P = .02, ",
        "p:",
        "10-",
    ),
    *(
        "n = ",
        "n=12, ",
        "(n = 3) ",
        "12/34 ",
        "50% ",
        "1,204 ",
        "one ",
        "one hundred and ",
        "twelve patients ",
        "patients ",
    ),
    *("1 x 10", "2 × 10^6 cells/kg ", "1-2-", "1, 2, 3, ", "10^", "million ", "cells ", "per kg "),
    *(
        "no ",
        "not significant ",
        "(NS, ",
        "adverse events ",
        "fever, ",
        "in 3 of 12 ",
        "grade 3 ",
        "died, ",
        "neither nor ",
    ),
    *("1 ± 2 ", "HR 0.65 ", "(95% CI ", "95% CI 1 to 2 ", "mean ", "median 3 ", "t(2) = ", "1 (2) ", "3 (50%) ", "SD "),
    *("<", "&lt;", "<i>", "\u2009", "é", "😀", "P for trend ", "significance was set at ", "group A (n=3) vs "),
)
"""What an adversary would repeat: what the rules begin with, and what they take any number of."""


def one_sentence(text: str) -> Document:
    """A document whose text is a single sentence, the worst that splitting could leave to the rules."""
    doc = Document(Article("case", "case", "", "text", text, (Zone(0, len(text), "abstract"),)))
    doc.__dict__["sentences"] = (Sentence(0, len(text), text, "abstract"),)
    return doc


def read_all(extractor: Extractor, doc: Document) -> Iterator[Mention]:
    """The mentions of a document, each of which is normalised or refused with a reason."""
    for mention in extractor.mentions(doc):
        try:
            assert isinstance(extractor.normalise(mention, doc), extractor.record)
        except ValueError as error:
            assert str(error)  # noqa: PT017  (a refusal is allowed, and says why)
        yield mention


def check_spans(mentions: list[Mention], text: str) -> None:
    spans = sorted((mention.start, mention.end) for mention in mentions)
    assert all(start < end for start, end in spans)
    assert all(end <= start for (_, end), (start, _) in pairwise(spans))
    assert all(text[mention.start : mention.end] == mention.text for mention in mentions)


@each_extractor
@given(text=texts)
@steady
def test_no_text_raises_and_spans_are_true_and_apart(extractor: Extractor, text: str) -> None:
    doc = document(text)
    check_spans(list(read_all(extractor, doc)), doc.article.text)


@given(text=texts)
@steady
def test_facts_are_numbered_in_the_order_of_the_text(text: str) -> None:
    facts, rejected = extract(document(text))
    assert [fact.number for fact in facts] == list(range(1, len(facts) + 1))
    assert [fact.mention.start for fact in facts] == sorted(fact.mention.start for fact in facts)
    assert all(each.reason for each in rejected)


@each_extractor
@pytest.mark.parametrize("repeated", REPEATED)
def test_repetition_does_no_harm(extractor: Extractor, repeated: str) -> None:
    text = repeated * (1_000 // len(repeated))
    check_spans(list(read_all(extractor, one_sentence(text))), text)


@pytest.mark.slow
@each_extractor
@pytest.mark.parametrize("repeated", REPEATED)
def test_time_grows_with_length_only(extractor: Extractor, repeated: str) -> None:
    """Ten times the text takes about ten times as long; quadratic would be a hundred."""
    list(read_all(extractor, one_sentence("Of 12 patients 2 had fever (P = .03) after 2 × 10^6 cells/kg.")))  # compiles
    short, long = (one_sentence(repeated * (length // len(repeated))) for length in (2_000, 20_000))
    assert seconds(extractor, long) < 30 * seconds(extractor, short) + 1


def seconds(extractor: Extractor, doc: Document) -> float:
    """How long all mentions of a document take, read and normalised."""
    start = time.process_time()
    list(read_all(extractor, doc))
    return time.process_time() - start


def read_p(printed: str) -> PValue:
    doc = document(f"Gait was better ({printed}).")
    (mention,) = P_VALUE.mentions(doc)
    assert mention.text == printed
    record = P_VALUE.normalise(mention, doc)
    assert isinstance(record, PValue)
    return record


SIGNS = {
    "<": ("<", "&lt;", "＜", "less than"),
    "<=": ("≤", "⩽", "</=", "< or =", "<or=", "&le;", "less than or equal to"),
    "=": ("=", "＝", ":", "¼", "of"),
    ">": (">", "&gt;", "greater than"),
    ">=": ("≥", "⩾", ">/=", "> or =", "&ge;"),
}


@given(
    letter=st.sampled_from(["p", "P", "P value", "p-value", "P-value"]),
    comparator=st.sampled_from(sorted(SIGNS)),
    choice=st.integers(0, 10),
    digits=st.text("0123456789", min_size=1, max_size=8),
    zero=st.sampled_from(["0", ""]),
    point=st.sampled_from([".", "·", "∙"]),
    space=st.sampled_from([" ", "\u00a0", "\u2009", "\u202f", "  "]),
)
@settings(steady, max_examples=150)
def test_a_printed_p_value_is_read_and_printed_again_the_same(
    letter: str, comparator: str, choice: int, digits: str, zero: str, point: str, space: str
) -> None:
    sign = SIGNS[comparator][choice % len(SIGNS[comparator])]
    number = f"{zero}{point}{digits}"
    record = read_p(f"{letter}{space}{sign}{space}{number}")
    assert (record.comparator, record.value_text) == (comparator, number)
    assert record.value == pytest.approx(float(f"0.{digits}"), rel=1e-12)
    assert str(read_p(str(record))) == str(record)


@given(factor=st.decimals("0.1", "9.9", places=1), power=st.integers(1, 30), sign=st.sampled_from(["×", "x", "·", "*"]))
@steady
def test_a_power_of_ten_is_read_and_printed_again_the_same(factor: object, power: int, sign: str) -> None:
    forms = (f"10^-{power}", f"10−{power}", f"10-{power}", f"10(-{power})")
    records = [read_p(f"P = {factor} {sign} {form}") for form in forms]
    assert {str(record) for record in records} == {str(records[0])}
    assert records[0].value == pytest.approx(float(f"{factor}e-{power}"), rel=1e-12)
    assert str(read_p(str(records[0]))) == str(records[0])
