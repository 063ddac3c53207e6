"""How many cells were given to a person, or were to be given?"""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.document import Document
from pipeline.extract.extractor import Extractor
from pipeline.quantities import DECIMAL, decimal
from pipeline.records import Mention
from pipeline.rules import rule


@dataclass(frozen=True, slots=True)
class CellDose:
    """A number of cells given, `cells_high` the upper end of a range, for each `per`."""

    cells: int
    cells_high: int | None
    per: str
    total: bool
    exponent_source: str = ""
    cell_type: str = ""
    route: str = ""
    administrations: int | None = None
    interval: str = ""
    volume_ml: float | None = None
    cells_per_administration: int | None = None
    group: str = ""

    def __str__(self) -> str:
        high = f" to {self.cells_high}" if self.cells_high is not None else ""
        return f"{self.cells}{high} cells per {self.per}" + (" in total" if self.total else "")


RULES = (
    rule(
        "power of ten",
        rf"(?<![\d.]) (?P<factor> {DECIMAL} ) \s* [×x*] \s* 10 (?P<exponent> \d{{1,2}} ) \s+ cells",
        "infusion of [[2 × 107 cells]] was",
    ),
)


def normalise(mention: Mention, document: Document) -> CellDose:
    """The number with its exponent restored."""
    cells = int(decimal(mention.part("factor")) * 10 ** int(mention.part("exponent")))
    return CellDose(cells, None, "administration", False)


EXTRACTOR = Extractor("cell_dose", "CellDose", CellDose, RULES, normalise)
