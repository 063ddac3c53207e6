"""The number that a curator would put down as "n of the trial", from an article's sample sizes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.extract.sample_size import SampleSize

GROUNDS = ("agreed", "alone", "one of several", "later stage")
"""What a study's size rests on, the surest first: said twice or the sum of its groups; the only total; one of totals
that differ; said only of people treated, analyzed or followed up."""


@dataclass(frozen=True, slots=True)
class StudySize:
    """How many people the study had, and which of `GROUNDS` says so."""

    value: int
    grounds: str


def study_size(sizes: Sequence[SampleSize]) -> StudySize | None:
    """The size of the study that has these sample sizes, in the order of its text.

    It is the largest total of people randomized, where most of those enrolled were, else enrolled, else at a later
    stage; None where the article gives no total, only one of a few people, or a group that is larger.
    """
    people = [size for size in sizes if size.unit == "people"]
    groups = [size.value for size in people if size.scope == "group"]

    def totals(*stages: str) -> list[int]:
        return [size.value for size in people if size.scope == "total" and size.stage in stages]

    entered = totals("randomized", "enrolled")
    later = totals("treated", "analyzed", "completed")
    enrolled, randomized = max(entered, default=0), max(totals("randomized"), default=0)
    size = (randomized if 3 * randomized > 2 * enrolled else enrolled) or max(later, default=0)
    if size < max(groups, default=3):
        return None
    if (entered or later).count(size) > 1 or _is_sum(size, groups):
        return StudySize(size, "agreed")
    if not entered:
        return StudySize(size, "later stage")
    return StudySize(size, "alone" if len({*entered, *later}) == 1 else "one of several")


def _is_sum(size: int, groups: Sequence[int]) -> bool:
    """Whether two or more groups that follow each other add up to the size."""
    return any(size in list(accumulate(groups[start:]))[1:] for start in range(len(groups)))
