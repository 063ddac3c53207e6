"""An evaluation as Markdown: scores, attributes, rules, and every miss and false hit in its sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache

import regex

from pipeline import __version__
from pipeline.document import Document
from pipeline.evaluate import ERRORS, LEVELS, Evaluation, Pair, Score, every_number
from pipeline.interchange import Annotation, Doubt
from pipeline.quantities import plain
from pipeline.read import make_article
from pipeline.records import Sentence


def markdown(evaluation: Evaluation, gold: str, doubts: Iterable[Doubt] = ()) -> str:
    """The report on an evaluation against the gold of that name, with the doubts about its documents."""
    return "\n".join(_lines(evaluation, gold, doubts)) + "\n"


def _lines(evaluation: Evaluation, gold: str, doubts: Iterable[Doubt]) -> Iterator[str]:
    yield "# Evaluation"
    yield ""
    yield f"trialsift {__version__} against `{gold}`, {len(evaluation.documents)} documents."
    yield ""
    yield "Strict: same span. Overlap: spans share characters. Value: overlap, and the value is right."
    yield ""
    yield "The interval is that of F1, 95 %, by bootstrap over documents. Beside it the trivial baseline: every number"
    yield "of the texts taken for the entity (nothing taken for it has recall 0)."
    yield ""
    yield "| entity | level | gold | output | right | precision | recall | F1 | interval | every number |"
    yield "|---|---|--:|--:|--:|--:|--:|--:|---|--:|"
    baseline = every_number(each.document for each in evaluation.documents)
    for label in evaluation.labels():
        for level in LEVELS:
            score, trivial = evaluation.score(label, level), baseline.score(label, level).f1
            interval = evaluation.interval(label, level)
            shown = f"{interval[0]:.3f}–{interval[1]:.3f}" if interval else ""
            yield f"| {label} | {level} | {_counts(score)} | {shown} | {ratio(trivial)} |"
    yield ""
    yield "## Errors"
    yield ""
    yield f"| entity | {' | '.join(ERRORS)} |"
    yield f"|---|{'--:|' * len(ERRORS)}"
    for label in evaluation.labels():
        classes = evaluation.error_classes(label)
        yield f"| {label} | {' | '.join(str(classes[name]) for name in ERRORS)} |"
    yield ""
    yield "## Sections"
    yield ""
    yield from _table_by("section", evaluation, Evaluation.by_section)
    yield "## Documents"
    yield ""
    yield "Those with an error, value level."
    yield ""
    yield from _table_by("document", evaluation, Evaluation.by_document, lambda score: score.f1 != 1)
    yield "## Attributes"
    yield ""
    yield "Of the mentions found whose gold fills the attribute, those that have it right."
    yield ""
    yield "| entity | attribute | filled | right | share |"
    yield "|---|---|--:|--:|--:|"
    for label, name, score in evaluation.attributes():
        yield f"| {label} | {name} | {score.gold} | {score.right} | {ratio(score.recall)} |"
    yield ""
    yield from _study_size_lines(evaluation)
    yield "## Rules"
    yield ""
    yield "| entity | rule | output | right | precision |"
    yield "|---|---|--:|--:|--:|"
    for (label, rule), score in evaluation.rules().items():
        yield f"| {label} | {rule} | {score.output} | {score.right} | {ratio(score.precision)} |"
    yield ""
    yield "## Missed, spurious, and of another value"
    yield ""
    documents = {each.document.id for each in evaluation.documents}
    doubted = sorted({each for each in doubts if each.document in documents}, key=lambda doubt: doubt.document)
    in_doubt = {(each.document, each.label) for each in doubted}
    errors = evaluation.errors()
    if not errors:
        yield "None."
    for pair in errors:
        before, mention, after = map(_escape, in_sentence(pair))
        mark = " (gold in doubt)" if (pair.document.id, pair.label) in in_doubt else ""
        kind, place = _escape(describe(pair)), _escape(pair.document.id)
        yield f"- **{kind}** in {place}{mark}: {before}**\\[{mention}\\]**{after}"
    if doubted:
        yield ""
        yield "## Gold in doubt"
        yield ""
        yield "| document | entity | reason |"
        yield "|---|---|---|"
        for each in doubted:
            yield f"| {_escape(each.document)} | {each.label} | {_escape(each.reason)} |"


def _counts(score: Score) -> str:
    ratios = " | ".join(map(ratio, (score.precision, score.recall, score.f1)))
    return f"{score.gold} | {score.output} | {score.right} | {ratios}"


def _table_by(
    heading: str,
    evaluation: Evaluation,
    scores: Callable[[Evaluation, str, str], Mapping[str, Score]],
    wanted: Callable[[Score], bool] = lambda score: True,
) -> Iterator[str]:
    yield f"| entity | {heading} | gold | output | right | precision | recall | F1 |"
    yield "|---|---|--:|--:|--:|--:|--:|--:|"
    for label in evaluation.labels():
        for name, score in sorted(scores(evaluation, label, "value").items()):
            if wanted(score):
                yield f"| {label} | {_escape(name)} | {_counts(score)} |"
    yield ""


def _study_size_lines(evaluation: Evaluation) -> Iterator[str]:
    asked = evaluation.study_sizes()
    if not asked:
        return
    yield "## Size of the study"
    yield ""
    yield f"Coverage against exactness over the {len(asked)} documents whose gold states the size of the study: each"
    yield "line with all above it, the surest grounds first."
    yield ""
    yield "| grounds | answered | exact | coverage | exactness | |"
    yield "|---|--:|--:|--:|--:|---|"
    for grounds, size in evaluation.curve():
        counts, ratios = f"{size.answered} | {size.exact}", f"{ratio(size.coverage)} | {ratio(size.exactness)}"
        yield f"| {grounds} | {counts} | {ratios} | {'█' * round(20 * (size.coverage or 0))} |"
    yield ""
    for each, stated in asked:
        found = each.study_size
        if found is None or found.value != stated:
            answer = f"{found.value} ({found.grounds})" if found else "not answered"
            yield f"- {_escape(each.document.id)}: {answer}, gold has {stated}"
    yield ""


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
    one = pair.place
    text = pair.document.text
    around = [each for each in sentences_of(pair.document.text) if each.start < one.end and one.start < each.end]
    start = min((each.start for each in around), default=max(0, one.start - 100))
    end = max((each.end for each in around), default=one.end + 100)
    pieces = text[start : one.start], one.text, text[one.end : end]
    before, mention, after = (regex.sub(r"\s+", " ", piece) for piece in pieces)
    return before, mention, after


@cache
def sentences_of(text: str) -> tuple[Sentence, ...]:
    """The sentences of a text, those of its furniture left out."""
    return Document(make_article(text, "", "", "")).sentences


def _escape(text: str) -> str:
    return str(regex.sub(r"([\\`*_{}\[\]<>#|])", r"\\\1", text))
