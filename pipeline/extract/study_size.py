"""Which one number would a curator put down as "n of the trial"?"""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.extract.sample_size import SampleSize


def study_size(sizes: Sequence[SampleSize]) -> int | None:
    """The size of the study, from an article's sample sizes.

    It is the largest total of people randomized, where most of those enrolled were, else enrolled, else at a later
    stage; None where the article gives no total, only one of a few people, or a group that is larger.
    """
    people = [size for size in sizes if size.unit == "people"]

    def largest(*stages: str) -> int:
        return max((size.value for size in people if size.scope == "total" and size.stage in stages), default=0)

    entered = largest("randomized", "enrolled")
    size = largest("randomized") if 3 * largest("randomized") > 2 * entered else entered
    size = size or largest("treated", "analyzed", "completed")
    return size if size >= max((size.value for size in people if size.scope == "group"), default=3) else None
