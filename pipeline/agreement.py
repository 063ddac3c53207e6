"""Agreement of annotators: pairwise F1 of their mentions, and Krippendorff's alpha of the values of those they share.

F1 of two annotators is the same whichever is taken for gold; chance plays no part in it, as no one marks spans at
random (Hripcsak and Rothschild 2005). The values of mentions that both have are categories, whose agreement by chance
alpha takes off (Krippendorff 2011, nominal; numbers are compared as categories too, as 12 for 120 is no near miss).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

from pipeline.evaluate import Compared, Evaluation, Pair, Score, evaluate
from pipeline.interchange import LABELS, AnnotatedDocument, attributes


@dataclass(frozen=True, slots=True)
class Agreement:
    """Two annotators compared over the documents that both annotated; the first is in gold's place."""

    one: str
    other: str
    evaluation: Evaluation
    only_one: tuple[str, ...]
    only_other: tuple[str, ...]

    def score(self, label: str, level: str) -> Score:
        """Their agreement on a label; its F1 is that of the pair."""
        return self.evaluation.score(label, level)

    def by_document(self, label: str) -> dict[str, Score]:
        """Their agreement on where a label is, in each document with a mention of it."""
        return self.evaluation.by_document(label, "overlap")

    def alphas(self) -> Iterator[tuple[str, str, int, float | None]]:
        """Label, attribute, number of shared mentions with a value, and alpha; None where all values are the same."""
        for label in LABELS:
            shared = [pair for pair in self.evaluation.pairs if pair.label == label and pair.gold and pair.output]
            for name in attributes(label):
                values = [
                    (one, other)
                    for pair in shared
                    if pair.gold and pair.output
                    for one, other in [(pair.gold.values.get(name), pair.output.values.get(name))]
                    if one is not None or other is not None
                ]
                if values:
                    yield label, name, len(values), alpha(values)

    def disagreements(self) -> list[Pair]:
        """The mentions that only one has, or that have other spans or values."""
        return [pair for pair in self.evaluation.pairs if pair.error]


def alpha(values: Iterable[tuple[object, object]]) -> float | None:
    """Krippendorff's alpha of the categories that two annotators gave, None if there is only one category."""
    from krippendorff import alpha as krippendorffs_alpha

    listed = [tuple(float(each) if isinstance(each, (int, float)) else each for each in pair) for pair in values]
    codes = {value: code for code, value in enumerate(dict.fromkeys(each for pair in listed for each in pair))}
    if len(codes) < 2:
        return None
    ratings = [[codes[pair[side]] for pair in listed] for side in (0, 1)]
    return float(krippendorffs_alpha(reliability_data=ratings, level_of_measurement="nominal"))


def agreements(annotators: Mapping[str, Iterable[AnnotatedDocument]]) -> list[Agreement]:
    """Every two of the annotators compared, by name; documents are the same if their identifiers are.

    Raises:
        ValueError: two annotators have another text for a document, or no document in common.
    """
    by_name = {name: {each.id: each for each in documents} for name, documents in annotators.items()}
    found = []
    for (one, ones), (other, others) in combinations(by_name.items(), 2):
        shared = [identifier for identifier in ones if identifier in others]
        if not shared:
            raise ValueError(f"{one} and {other} have no document in common")
        for identifier in shared:
            if ones[identifier].text != others[identifier].text:
                raise ValueError(f"{one} and {other} have another text for {identifier}")
        evaluation = evaluate(Compared(ones[each], others[each].annotations) for each in shared)
        missing = (tuple(sorted(a.keys() - b.keys())) for a, b in ((ones, others), (others, ones)))
        found.append(Agreement(one, other, evaluation, *missing))
    return found
