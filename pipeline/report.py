"""An evaluation as Markdown: scores, attributes, rules, and every miss and false hit in its sentence."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import regex

from pipeline import __version__
from pipeline.document import Document
from pipeline.evaluate import LEVELS, Evaluation, Pair
from pipeline.interchange import Annotation
from pipeline.quantities import plain
from pipeline.read import make_article
from pipeline.records import Sentence


def markdown(evaluation: Evaluation, gold: str) -> str:
    """The report on an evaluation against the gold of that name."""
    return "\n".join(_lines(evaluation, gold)) + "\n"


def _lines(evaluation: Evaluation, gold: str) -> Iterator[str]:
    yield "# Evaluation"
    yield ""
    yield f"trialsift {__version__} against `{gold}`, {evaluation.documents} documents."
    yield ""
    yield "Strict: same span. Overlap: spans share characters. Value: overlap, and the value is right."
    yield ""
    yield "| entity | level | gold | output | right | precision | recall | F1 |"
    yield "|---|---|--:|--:|--:|--:|--:|--:|"
    for label in evaluation.labels():
        for level in LEVELS:
            score = evaluation.score(label, level)
            ratios = " | ".join(map(ratio, (score.precision, score.recall, score.f1)))
            yield f"| {label} | {level} | {score.gold} | {score.output} | {score.right} | {ratios} |"
    yield ""
    yield "## Attributes"
    yield ""
    yield "Of the mentions found whose gold fills the attribute, those that have it right."
    yield ""
    yield "| entity | attribute | filled | right | share |"
    yield "|---|---|--:|--:|--:|"
    for label, name, score in evaluation.attributes():
        yield f"| {label} | {name} | {score.gold} | {score.right} | {ratio(score.recall)} |"
    yield ""
    yield "## Rules"
    yield ""
    yield "| entity | rule | output | right | precision |"
    yield "|---|---|--:|--:|--:|"
    for (label, rule), score in evaluation.rules().items():
        yield f"| {label} | {rule} | {score.output} | {score.right} | {ratio(score.precision)} |"
    yield ""
    yield "## Missed, spurious, and of another value"
    yield ""
    errors = evaluation.errors()
    if not errors:
        yield "None."
    for pair in errors:
        before, mention, after = map(_escape, in_sentence(pair))
        yield f"- **{_escape(describe(pair))}** in {_escape(pair.document.id)}: {before}**\\[{mention}\\]**{after}"


def ratio(value: float | None) -> str:
    """A ratio with three decimals, empty where it is undefined."""
    return "" if value is None else f"{value:.3f}"


def describe(pair: Pair) -> str:
    """What is wrong with a pair, in a few words."""
    if pair.output is None:
        return f"missed {pair.label}"
    if pair.gold is None:
        return f"spurious {pair.label} ({pair.output.rule})"
    return f"{pair.label} read as {_values(pair.output, pair.gold)}, gold has {_values(pair.gold, pair.gold)}"


def _values(annotation: Annotation, named: Annotation) -> str:
    return " ".join(
        plain(value) if isinstance(value, float) else str(value)
        for value in (annotation.values.get(name) for name in named.values)
        if value not in (None, "", False)
    )


def in_sentence(pair: Pair) -> tuple[str, str, str]:
    """The sentence of a pair up to its mention, the mention, and the rest, each without line breaks."""
    one = pair.gold or pair.output
    assert one is not None
    text = pair.document.text
    around = [each for each in _sentences(pair.document.text) if each.start < one.end and one.start < each.end]
    start = min((each.start for each in around), default=max(0, one.start - 100))
    end = max((each.end for each in around), default=one.end + 100)
    pieces = text[start : one.start], one.text, text[one.end : end]
    before, mention, after = (regex.sub(r"\s+", " ", piece) for piece in pieces)
    return before, mention, after


@cache
def _sentences(text: str) -> tuple[Sentence, ...]:
    return Document(make_article(text, "", "", "")).sentences


def _escape(text: str) -> str:
    return str(regex.sub(r"([\\`*_{}\[\]<>#|])", r"\\\1", text))
