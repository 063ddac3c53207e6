"""Which P-values are reported for a result?"""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.document import Document
from pipeline.extract.extractor import Extractor
from pipeline.quantities import DECIMAL, decimal
from pipeline.records import Mention
from pipeline.rules import rule


@dataclass(frozen=True, slots=True)
class PValue:
    """A P-value as printed (`value_text`) and as a number."""

    comparator: str
    value: float | None
    value_text: str
    kind: str = "plain"
    outcome: str = ""
    comparison: str = ""
    timepoint: str = ""

    def __str__(self) -> str:
        return f"P {self.comparator} {self.value_text}".strip()


RULES = (
    rule(
        "p compared",
        rf"\b p \s* (?P<comparator> [<=>≤≥] ) \s* (?P<value> {DECIMAL} )",
        "decreased ([[P<0.05]])",
    ),
)


def normalise(mention: Mention, document: Document) -> PValue:
    """Comparator and value."""
    return PValue(mention.part("comparator"), float(decimal(mention.part("value"))), mention.part("value"))


EXTRACTOR = Extractor("p_value", "PValue", PValue, RULES, normalise)
