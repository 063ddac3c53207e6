"""How many people did the study, or one of its groups, have?

What may count people is found first (`_size_grammar`) and read with its clause (`_size_clause`). Whether it is a sample
is decided by that clause, and by the other numbers where it does not say (`_size_samples`); then at which stage of the
study, and whether they are all or a group (`_size_stage`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from pipeline.document import Document
from pipeline.extract._size_grammar import RULES, UNITS
from pipeline.extract._size_group import read_group
from pipeline.extract._size_samples import find_samples
from pipeline.extract._size_stage import near, read_scope, read_stages
from pipeline.extract.extractor import Extractor
from pipeline.records import Mention


@dataclass(frozen=True, slots=True)
class SampleSize:
    """A number of people (or of the eyes, knees … that were assigned), at a stage, in all or in a group.

    `group` are the words of the text that name the group, `unit` is `people` or what else was counted.
    """

    value: int
    stage: str
    scope: str
    group: str = ""
    unit: str = "people"

    def __str__(self) -> str:
        return " ".join(part for part in (str(self.value), self.unit, self.stage, self.scope, self.group) if part)


@lru_cache(maxsize=1)
def _sizes(document: Document) -> dict[int, SampleSize]:
    """The sample sizes of a document by where they begin."""
    samples = find_samples(document)
    stages = read_stages(samples)
    sizes = {}
    for place, count in enumerate(samples):
        scope = read_scope(count, near(samples, place), stages)
        unit = UNITS.get(count.mention.part("unit").lower(), "people")
        sizes[count.start] = SampleSize(count.value, stages[count.start], scope, read_group(count, scope), unit)
    return sizes


def find(document: Document) -> Iterator[Mention]:
    """The numbers of people that are samples, in the order of the text.

    A single person is one only among those who left: elsewhere it is someone with an event or an exception.
    """
    sizes = _sizes(document)
    for count in find_samples(document):
        if count.value > 1 or sizes[count.start].stage == "discontinued":
            yield count.mention


def normalise(mention: Mention, document: Document) -> SampleSize:
    """The number; stage, scope and group by the words around it and by the document's other numbers."""
    return _sizes(document)[mention.start]


EXTRACTOR = Extractor("sample_size", "SampleSize", SampleSize, RULES, normalise, find=find)
