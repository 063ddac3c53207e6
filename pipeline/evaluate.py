"""Output against gold: spans, values, attributes, and each error in its place.

Mentions of one label are paired one to one, largest intersection over union first, then by start and end. Strict:
same span. Overlap: paired. Value: paired, and the values that the gold mention has are equal (`_VALUES`) to a relative
1e-6. Events whose status is `assessed` are not counted. The scorer sees annotations only, not how they came about.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import regex

from pipeline.extract.study_size import GROUNDS, StudySize
from pipeline.interchange import LABELS, AnnotatedDocument, Annotation, attributes
from pipeline.records import Zone

LEVELS = ("strict", "overlap", "value")
ERRORS = ("missed", "spurious", "wrong value", "wrong exponent", "wrong attribute", "boundary")
"""What can be wrong with a pair, the worst first; `boundary` is a span that is not the same, all else being right."""

RESAMPLES = 1_000
RELATIVE_TOLERANCE = 1e-6

_VALUES: Mapping[str, tuple[str, ...]] = {
    "SampleSize": ("value",),
    "CellDose": ("cells", "cells_high"),
    "PValue": ("comparator", "value"),
    "AdverseEvent": ("status",),
}


@dataclass(frozen=True, slots=True)
class Compared:
    """A gold document with the output for its text."""

    document: AnnotatedDocument
    output: tuple[Annotation, ...]
    study_size: StudySize | None = None
    zones: tuple[Zone, ...] = ()


@dataclass(frozen=True, slots=True)
class Pair:
    """A gold mention with the output mention that it was paired with; one of them is None where it has no partner."""

    document: AnnotatedDocument
    gold: Annotation | None
    output: Annotation | None

    @property
    def label(self) -> str:
        """The label of either."""
        return self.place.label

    @property
    def place(self) -> Annotation:
        """The gold mention, or the output where there is none."""
        one = self.gold or self.output
        assert one is not None
        return one

    @property
    def error(self) -> str:
        """The class of `ERRORS` that the pair belongs to, empty if nothing is wrong with it."""
        if self.output is None:
            return "missed"
        if self.gold is None:
            return "spurious"
        if not self.agrees("value"):
            return "wrong exponent" if self._differs_by_powers_of_ten() else "wrong value"
        if any(
            not equal(value, self.output.values.get(name))
            for name, value in self.gold.values.items()
            if value is not None
        ):
            return "wrong attribute"
        return "" if self.agrees("strict") else "boundary"

    def _differs_by_powers_of_ten(self) -> bool:
        assert self.gold is not None
        assert self.output is not None
        pairs = [(self.gold.values.get(name), self.output.values.get(name)) for name in _VALUES[self.label]]
        wrong = [(one, other) for one, other in pairs if not equal(one, other)]
        return bool(wrong) and all(
            isinstance(one, (int, float))
            and isinstance(other, (int, float))
            and one > 0
            and other > 0
            and math.isclose(math.log10(one / other), round(math.log10(one / other)), abs_tol=1e-9)
            for one, other in wrong
        )

    def agrees(self, level: str) -> bool:
        """Whether the pair counts as found at a level of `LEVELS`."""
        if self.gold is None or self.output is None:
            return False
        if level == "strict":
            return (self.gold.start, self.gold.end) == (self.output.start, self.output.end)
        return level == "overlap" or all(
            equal(self.gold.values[name], self.output.values.get(name))
            for name in _VALUES[self.label]
            if name in self.gold.values
        )


@dataclass(frozen=True, slots=True)
class Score:
    """Counts of gold mentions, output mentions and agreements, with the ratios of them (None where undefined)."""

    gold: int
    output: int
    right: int

    @property
    def precision(self) -> float | None:
        """Share of the output that is right."""
        return self.right / self.output if self.output else None

    @property
    def recall(self) -> float | None:
        """Share of gold that was found."""
        return self.right / self.gold if self.gold else None

    @property
    def f1(self) -> float | None:
        """Harmonic mean of precision and recall."""
        return 2 * self.right / (self.gold + self.output) if self.gold + self.output else None


@dataclass(frozen=True, slots=True)
class Coverage:
    """Of the documents whose gold states a size of the study: how many were answered, and how many of these exactly."""

    asked: int
    answered: int
    exact: int

    @property
    def coverage(self) -> float | None:
        """Share of those asked that were answered."""
        return self.answered / self.asked if self.asked else None

    @property
    def exactness(self) -> float | None:
        """Share of those answered that are exact."""
        return self.exact / self.answered if self.answered else None


@dataclass(frozen=True, slots=True)
class Evaluation:
    """All pairs of a comparison."""

    pairs: tuple[Pair, ...] = field(repr=False)
    documents: tuple[Compared, ...] = field(repr=False)

    def score(self, label: str, level: str) -> Score:
        """The score of a label at a level of `LEVELS`."""
        return _score([pair for pair in self.pairs if pair.label == label], level)

    def interval(self, label: str, level: str) -> tuple[float, float] | None:
        """The 95 % interval of F1 by bootstrap over documents (percentiles, `RESAMPLES` draws, always the same).

        None where there are fewer than two documents or F1 is undefined in a draw.
        """
        import numpy as np

        place = {id(each.document): number for number, each in enumerate(self.documents)}
        counts = np.zeros((len(place), 3))
        for pair in self.pairs:
            if pair.label == label:
                row = counts[place[id(pair.document)]]
                row += pair.gold is not None, pair.output is not None, pair.agrees(level)
        if len(place) < 2:
            return None
        size = len(place)
        drawn = np.random.default_rng(size).multinomial(size, np.full(size, 1 / size), RESAMPLES)
        gold, output, right = (drawn @ counts).T
        if not (gold + output).all():
            return None
        low, high = np.percentile(2 * right / (gold + output), (2.5, 97.5))
        return float(low), float(high)

    def by_document(self, label: str, level: str) -> dict[str, Score]:
        """The score of a label at a level in each document that has a mention of it."""
        return self._by(label, level, lambda pair: pair.document.id)

    def by_section(self, label: str, level: str) -> dict[str, Score]:
        """The score of a label at a level in each section, by where the gold mention stands, or else the output."""
        zones = {id(each.document): each.zones for each in self.documents}

        def section(pair: Pair) -> str:
            start = pair.place.start
            return next((zone.section for zone in zones[id(pair.document)] if zone.start <= start < zone.end), "")

        return self._by(label, level, section)

    def _by(self, label: str, level: str, key: Callable[[Pair], str]) -> dict[str, Score]:
        groups: dict[str, list[Pair]] = defaultdict(list)
        for pair in self.pairs:
            if pair.label == label:
                groups[key(pair)].append(pair)
        return {name: _score(pairs, level) for name, pairs in groups.items()}

    def error_classes(self, label: str) -> Counter[str]:
        """How many pairs of a label have each error of `ERRORS`."""
        return Counter(pair.error for pair in self.pairs if pair.label == label and pair.error)

    def mean_f1(self, label: str, level: str) -> float | None:
        """The F1 of single documents, averaged over those that have the label in gold or output."""
        scores = [score.f1 or 0.0 for score in self.by_document(label, level).values()]
        return sum(scores) / len(scores) if scores else None

    def labels(self) -> list[str]:
        """The labels that gold has, in the order of the guideline."""
        present = {pair.label for pair in self.pairs if pair.gold}
        return [label for label in LABELS if label in present]

    def attribute(self, label: str, name: str) -> Score:
        """How many of the paired mentions whose gold fills the attribute have it right."""
        filled = [
            pair
            for pair in self.pairs
            if pair.label == label and pair.gold and pair.output and pair.gold.values.get(name) is not None
        ]
        right = sum(equal(p.gold.values[name], p.output.values.get(name)) for p in filled if p.gold and p.output)
        return Score(len(filled), len(filled), right)

    def attributes(self) -> Iterator[tuple[str, str, Score]]:
        """Label, attribute and score of every attribute that some gold fills."""
        for label in self.labels():
            for name in attributes(label):
                score = self.attribute(label, name)
                if score.gold:
                    yield label, name, score

    def rules(self) -> dict[tuple[str, str], Score]:
        """By label and rule: output, and how much of it is right at value level."""
        outputs: Counter[tuple[str, str]] = Counter()
        right: Counter[tuple[str, str]] = Counter()
        for pair in self.pairs:
            if pair.output:
                outputs[pair.label, pair.output.rule] += 1
                right[pair.label, pair.output.rule] += pair.agrees("value")
        return {key: Score(0, outputs[key], right[key]) for key in sorted(outputs)}

    def study_sizes(self) -> list[tuple[Compared, int]]:
        """The documents whose gold states the size of the study (`study_size`), and that size."""
        stated = ((each, each.document.extra.get("study_size")) for each in self.documents)
        return [(each, size) for each, size in stated if size]

    def study_size(self, *grounds: str) -> Coverage:
        """How the size of the study is answered where only the given grounds count, all of them where none is given."""
        asked = self.study_sizes()
        answered = [
            (each.study_size.value, stated)
            for each, stated in asked
            if each.study_size and (not grounds or each.study_size.grounds in grounds)
        ]
        return Coverage(len(asked), len(answered), sum(found == stated for found, stated in answered))

    def curve(self) -> list[tuple[str, Coverage]]:
        """Coverage against exactness of the study's size: its grounds, the surest first, each with those before it."""
        return [(grounds, self.study_size(*GROUNDS[: place + 1])) for place, grounds in enumerate(GROUNDS)]

    def errors(self) -> list[Pair]:
        """The pairs that do not agree in value: missed, spurious, or of another value."""
        return [pair for pair in self.pairs if not pair.agrees("value")]


@dataclass(frozen=True, slots=True)
class Change:
    """A row of output that an earlier run did not have (`gained`), or had (lost)."""

    pair: Pair
    gained: bool

    @property
    def right(self) -> bool:
        """Whether the row agrees with gold in span and value."""
        return self.pair.agrees("value")


def gained_and_lost(earlier: Evaluation, now: Evaluation) -> list[Change]:
    """What changed in the output between two evaluations of one gold, in the order of its documents and texts."""
    rows = [{_row(pair): pair for pair in each.pairs if pair.output} for each in (earlier, now)]
    changes = [Change(pair, False) for row, pair in rows[0].items() if row not in rows[1]]
    changes += [Change(pair, True) for row, pair in rows[1].items() if row not in rows[0]]
    return sorted(changes, key=lambda each: (each.pair.document.id, _position(each.pair), each.gained))


def _row(pair: Pair) -> tuple[object, ...]:
    assert pair.output is not None
    values = sorted((name, str(value)) for name, value in pair.output.values.items() if value not in (None, ""))
    return pair.document.id, pair.label, pair.output.start, pair.output.end, *values


def _score(pairs: Sequence[Pair], level: str) -> Score:
    return Score(
        sum(pair.gold is not None for pair in pairs),
        sum(pair.output is not None for pair in pairs),
        sum(pair.agrees(level) for pair in pairs),
    )


def evaluate(compared: Iterable[Compared]) -> Evaluation:
    """Compare each gold document with the output for its text."""
    documents = tuple(compared)
    pairs: list[Pair] = []
    for each in documents:
        counted = [annotation for annotation in each.output if annotation.values.get("status") != "assessed"]
        pairs += _pair(each.document, counted)
    return Evaluation(tuple(pairs), documents)


def _pair(document: AnnotatedDocument, output: list[Annotation]) -> Iterator[Pair]:
    by_label: dict[str, list[Annotation]] = defaultdict(list)
    for each in output:
        by_label[each.label].append(each)
    pairs = []
    for label in LABELS:
        gold = [each for each in document.annotations if each.label == label]
        candidates = sorted(
            (-_overlap(one, other), one.start, one.end, other.start, other.end, i, j)
            for i, one in enumerate(gold)
            for j, other in enumerate(by_label[label])
            if _overlap(one, other) > 0
        )
        gold_left, output_left = set(range(len(gold))), set(range(len(by_label[label])))
        for *_, i, j in candidates:
            if i in gold_left and j in output_left:
                gold_left.remove(i)
                output_left.remove(j)
                pairs.append(Pair(document, gold[i], by_label[label][j]))
        pairs += [Pair(document, gold[i], None) for i in sorted(gold_left)]
        pairs += [Pair(document, None, by_label[label][j]) for j in sorted(output_left)]
    yield from sorted(pairs, key=_position)


def _position(pair: Pair) -> tuple[int, int, str]:
    return pair.place.start, pair.place.end, pair.label


_NUMBER = regex.compile(r"\d+(?:[.,]\d+)*")


def every_number(documents: Iterable[AnnotatedDocument]) -> Evaluation:
    """The trivial baseline: every number of the texts is output for each label, its value as it is printed."""
    return evaluate(
        Compared(
            each,
            tuple(
                Annotation(label, *number.span(), number[0], {"value": float(number[0].replace(",", ""))})
                for label in LABELS
                for number in _NUMBER.finditer(each.text)
                if number[0].count(".") < 2
            ),
        )
        for each in documents
    )


def _overlap(one: Annotation, other: Annotation) -> float:
    """Intersection over union of the two spans."""
    shared = min(one.end, other.end) - max(one.start, other.start)
    return shared / (max(one.end, other.end) - min(one.start, other.start)) if shared > 0 else 0.0


def equal(one: Any, other: Any) -> bool:
    """Whether two values are the same: numbers to a relative 1e-6, nothing and the empty text alike."""
    if isinstance(one, (int, float)) and isinstance(other, (int, float)):
        return math.isclose(one, other, rel_tol=RELATIVE_TOLERANCE)
    return (one if one != "" else None) == (other if other != "" else None)
