"""Which untoward events were seen in the people studied, or looked for and not seen?"""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.document import Document
from pipeline.extract.extractor import Extractor
from pipeline.records import Mention
from pipeline.rules import rule


@dataclass(frozen=True, slots=True)
class AdverseEvent:
    """An event: whether it occurred, in how many, how bad, and the vocabulary's name for it."""

    status: str
    term: str
    preferred_term: str = ""
    organ_class: str = ""
    count: int | None = None
    denominator: int | None = None
    percent: float | None = None
    percent_text: str = ""
    seriousness: str = ""
    grade: str = ""
    relatedness: str = ""
    group: str = ""
    timeframe: str = ""
    trigger: str = ""

    def __str__(self) -> str:
        return f"{self.term} {self.status}"


RULES = (
    rule(
        "general term",
        r"\b (?: serious \s+ )? adverse \s+ (?: events | effects )",
        "no [[serious adverse events]] were seen",
    ),
)


def normalise(mention: Mention, document: Document) -> AdverseEvent:
    """The event as said."""
    return AdverseEvent("occurred", mention.text)


EXTRACTOR = Extractor("adverse_event", "AdverseEvent", AdverseEvent, RULES, normalise)
