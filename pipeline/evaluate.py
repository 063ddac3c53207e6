"""Output against gold: spans, values, attributes, and each error in its place.

Mentions of one label are paired one to one, largest intersection over union first, then by start and end. Strict:
same span. Overlap: paired. Value: paired, and the values that the gold mention has are equal (`_VALUES`) to a relative
1e-6. Events whose status is `assessed` are not counted. The scorer sees annotations only, not how they came about.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pipeline.interchange import LABELS, AnnotatedDocument, Annotation, attributes

LEVELS = ("strict", "overlap", "value")
RELATIVE_TOLERANCE = 1e-6

_VALUES: Mapping[str, tuple[str, ...]] = {
    "SampleSize": ("value",),
    "CellDose": ("cells", "cells_high"),
    "PValue": ("comparator", "value"),
    "AdverseEvent": ("status",),
}


@dataclass(frozen=True, slots=True)
class Pair:
    """A gold mention with the output mention that it was paired with; one of them is None where it has no partner."""

    document: AnnotatedDocument
    gold: Annotation | None
    output: Annotation | None

    @property
    def label(self) -> str:
        """The label of either."""
        one = self.gold or self.output
        assert one is not None
        return one.label

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
class Evaluation:
    """All pairs of a comparison."""

    pairs: tuple[Pair, ...] = field(repr=False)
    documents: int

    def score(self, label: str, level: str) -> Score:
        """The score of a label at a level of `LEVELS`."""
        pairs = [pair for pair in self.pairs if pair.label == label]
        return Score(
            sum(pair.gold is not None for pair in pairs),
            sum(pair.output is not None for pair in pairs),
            sum(pair.agrees(level) for pair in pairs),
        )

    def mean_f1(self, label: str, level: str) -> float | None:
        """The F1 of single documents, averaged over those that have the label in gold or output."""
        by_document: dict[str, list[Pair]] = defaultdict(list)
        for pair in self.pairs:
            if pair.label == label:
                by_document[pair.document.id].append(pair)
        scores = [Evaluation(tuple(pairs), 1).score(label, level).f1 or 0.0 for pairs in by_document.values()]
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

    def errors(self) -> list[Pair]:
        """The pairs that do not agree in value: missed, spurious, or of another value."""
        return [pair for pair in self.pairs if not pair.agrees("value")]


def evaluate(compared: Iterable[tuple[AnnotatedDocument, Iterable[Annotation]]]) -> Evaluation:
    """Compare each gold document with the output for its text."""
    pairs: list[Pair] = []
    documents = 0
    for document, output in compared:
        documents += 1
        counted = [each for each in output if each.values.get("status") != "assessed"]
        pairs += _pair(document, counted)
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
    one = pair.gold or pair.output
    assert one is not None
    return one.start, one.end, one.label


def _overlap(one: Annotation, other: Annotation) -> float:
    """Intersection over union of the two spans."""
    shared = min(one.end, other.end) - max(one.start, other.start)
    return shared / (max(one.end, other.end) - min(one.start, other.start)) if shared > 0 else 0.0


def equal(one: Any, other: Any) -> bool:
    """Whether two values are the same: numbers to a relative 1e-6, nothing and the empty text alike."""
    if isinstance(one, (int, float)) and isinstance(other, (int, float)):
        return math.isclose(one, other, rel_tol=RELATIVE_TOLERANCE)
    return (one if one != "" else None) == (other if other != "" else None)
