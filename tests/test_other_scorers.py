"""Our counts beside those of other scorers: where these are right they are ours, and where not it is said why."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st
from nervaluate.evaluator import Evaluator

from pipeline.evaluate import Compared, Score, evaluate
from pipeline.interchange import AnnotatedDocument, Annotation

TEXT = "x" * 1_000
Spans = Sequence[tuple[int, int]]


def ours(gold: Spans, output: Spans, level: str, values: tuple[float, float] = (1.0, 1.0)) -> Score:
    marked = [
        tuple(Annotation("PValue", start, end, TEXT[start:end], {"value": value}) for start, end in spans)
        for spans, value in zip((gold, output), values, strict=True)
    ]
    return evaluate([Compared(AnnotatedDocument("d", TEXT, marked[0]), marked[1])]).score("PValue", level)


def nervaluates(gold: Spans, output: Spans, scheme: str) -> tuple[int, int, int]:
    spans = [[[{"label": "PValue", "start": start, "end": end} for start, end in each]] for each in (gold, output)]
    result = Evaluator(*spans, tags=["PValue"], loader="dict").evaluate()["overall"][scheme]
    return result.possible, result.actual, result.correct


@st.composite
def far_apart(draw: st.DrawFn) -> tuple[Spans, Spans]:
    """Gold and output of which each mention meets one of the other at most, and none touches the next."""
    gold, output = [], []
    for place in range(0, 100 * draw(st.integers(1, 8)), 100):
        one = draw(st.none() | st.tuples(st.integers(10, 30), st.integers(31, 60)))
        other = draw(st.none() | st.just(one) | st.tuples(st.integers(10, 29), st.integers(32, 60)))
        gold += [(place + one[0], place + one[1])] if one else []
        output += [(place + other[0], place + other[1])] if other else []
    return gold, output


@given(far_apart())
def test_nervaluate_counts_as_we_do_where_mentions_are_apart(spans: tuple[Spans, Spans]) -> None:
    for level, scheme in (("strict", "strict"), ("overlap", "ent_type")):
        score = ours(*spans, level)
        assert (score.gold, score.output, score.right) == nervaluates(*spans, scheme)


@given(far_apart())
def test_exact_matches_are_what_sets_have_in_common(spans: tuple[Spans, Spans]) -> None:
    """The count that brateval and seqeval make."""
    assert ours(*spans, "strict").right == len(set(spans[0]) & set(spans[1]))


def test_spans_that_only_touch_do_not_overlap() -> None:
    """nervaluate takes the end of a span as a part of it, which ours, half-open, is not."""
    assert nervaluates([(0, 5)], [(5, 9)], "ent_type") == (1, 1, 1)
    assert ours([(0, 5)], [(5, 9)], "overlap").right == 0


def test_values_are_compared() -> None:
    """No other scorer looks at what a mention says."""
    assert ours([(0, 5)], [(0, 5)], "value").right == 1
    assert ours([(0, 5)], [(0, 5)], "value", (1.0, 10.0)).right == 0
