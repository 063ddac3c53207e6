"""How many people did the study, or one of its groups, have?"""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.document import Document
from pipeline.extract.extractor import Extractor
from pipeline.quantities import INTEGER, NUMBER_WORDS, integer
from pipeline.records import Mention
from pipeline.rules import rule


@dataclass(frozen=True, slots=True)
class SampleSize:
    """A number of people (or of the eyes, knees … that were assigned)."""

    value: int
    stage: str
    scope: str
    group: str = ""
    unit: str = "people"

    def __str__(self) -> str:
        return " ".join(part for part in (str(self.value), self.unit, self.stage, self.scope, self.group) if part)


RULES = (
    rule(
        "n equals",
        rf"\b n \s* = \s* (?P<mention> {INTEGER} )",
        "changes at 4 weeks (n = [[9]]) were small",
    ),
    rule(
        "number of patients",
        rf"(?<![\d.]) (?P<mention> {INTEGER} | {NUMBER_WORDS} ) \s+ (?: patients | subjects | participants )",
        "[[Twelve]] patients were treated",
    ),
)


def normalise(mention: Mention, document: Document) -> SampleSize:
    """The number; stage and scope by the words around it."""
    return SampleSize(integer(mention.text), "enrolled", "total")


EXTRACTOR = Extractor("sample_size", "SampleSize", SampleSize, RULES, normalise)
