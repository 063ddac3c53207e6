"""Scores on the gold and corpora beside the checkout, and the floors that they hold.

What each file's annotators marked decides what may be scored on it: where only some mentions are marked, recall.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from pipeline.evaluate import Evaluation
from pipeline.interchange import read_gold
from pipeline.run import evaluate_gold

GOLD = ("gold/celltherapy", "gold/transplant", "gold/trials")


@cache
def evaluated(shared: Path, *names: str) -> Evaluation:
    return evaluate_gold(document for name in names for document in read_gold(shared / f"{name}.jsonl"))


def test_every_mention_of_the_seeds_is_found(shared: Path) -> None:
    evaluation = evaluated(shared, "gold/seeds")
    missed = [(pair.document.id, pair.gold) for pair in evaluation.errors() if pair.gold]
    assert missed == []
    assert sum(evaluation.score(label, "value").right for label in evaluation.labels()) == 49


def test_at_most_two_spurious_mentions_in_the_seeds(shared: Path) -> None:
    spurious = [(pair.document.id, pair.output) for pair in evaluated(shared, "gold/seeds").errors() if not pair.gold]
    assert len(spurious) <= 2, spurious


# entity, level, ratio, floor, files
FLOORS = []


@pytest.mark.parametrize(("label", "level", "ratio", "floor", "names"), FLOORS, ids=lambda value: str(value))
def test_floor(label: str, level: str, ratio: str, floor: float, names: tuple[str, ...], shared: Path) -> None:
    score = evaluated(shared, *names).score(label, level)
    reached = getattr(score, ratio)
    assert reached >= floor, score


@pytest.mark.parametrize(
    ("label", "attribute", "floor", "names"),
    [],
)
def test_floor_of_an_attribute(label: str, attribute: str, floor: float, names: tuple[str, ...], shared: Path) -> None:
    score = evaluated(shared, *names).attribute(label, attribute)
    assert score.recall is not None
    assert score.recall >= floor, score
