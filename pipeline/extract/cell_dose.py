"""How many cells were given to a person, or were to be given?

Rules find numbers that can be doses (their grammar is in `_dose_grammar`). `find` then lets the numbers of a list
share the unit at its end, and keeps what the words around say was given (`_dose_given`); `_dose_context` reads what is
said of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from pipeline.document import Document
from pipeline.extract._dose_context import (
    administrations,
    cell_type,
    cells_per_administration,
    group,
    interval,
    is_total,
    per,
    route,
    volume_ml,
)
from pipeline.extract._dose_given import is_given
from pipeline.extract._dose_grammar import (
    AMOUNT,
    AND,
    CELLS,
    COMMA,
    DIGITS,
    GLOSS,
    LONG_DIGITS,
    MILLION,
    NO_LABEL,
    NUMBER,
    OF_CELLS,
    OTHER_TAIL,
    PER,
    RANGE,
    SCALE,
    SPREAD,
    START,
    TO,
    UNIT,
    compile_cells,
    read_amount,
)
from pipeline.extract.extractor import Extractor
from pipeline.quantities import NUMBER_WORDS
from pipeline.records import Mention
from pipeline.rules import Rule, compile_pattern, find_mentions, rule


@dataclass(frozen=True, slots=True)
class CellDose:
    """A number of cells given, `cells_high` the upper end of a range, for each `per`.

    `exponent_source` is empty where all digits are printed. `volume_ml` is that of one administration, and
    `cells_per_administration` is derived from it and a concentration.
    """

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


_PEOPLE = r"patients? | participants? | subjects? | cases? | men \b | women | individuals | people | donors? | surviv"


def _rule(name: str, pattern: str, *examples: str, exclusion: bool = False) -> Rule:
    """A rule whose pattern names cells."""
    return Rule(name, compile_cells(pattern), examples, exclusion)


RULES = (
    _rule(
        "a factor that is not said",
        rf"\b n \s*+ [x×*] \s*+ \(? \s*+ {AMOUNT}",
        "between [[n × (10(5)–10(6)]]) cells",
        exclusion=True,
    ),
    _rule(
        "for so many cells",
        rf"""(?: / | \b per | \b among | out \s of ) \s*+ (?: {AMOUNT} | 10 \s? [3-9] (?! \d ) ) \s*+
            (?: {CELLS} )?""",
        "spots [[per 10^6 PBMC]]",
        "events [[per 105 cells]]",
        exclusion=True,
    ),
    _rule(
        "power of ten of another thing",
        rf"{START} {AMOUNT} {GLOSS}? {OTHER_TAIL}",
        "neutrophils above [[0.7 × 10(9)/L]]",
        "given [[8 × 107 IU]]/m2",
        "[[5 x 10^3 CD4 cells per µL]]",
        exclusion=True,
    ),
    _rule(
        "numbers that share a scale",
        rf"""{START} {NO_LABEL} (?P<mention> {RANGE} ) (?: {COMMA} (?P<mention> {RANGE} ) ){{0,8}}+
             {AND} (?P<mention> {RANGE} {SCALE} {UNIT}? )""",
        "[[0.2]], [[0.6]], or [[1.2 × 108 CD8+ cells/kg]]",
        "myoblasts ([[30]] or [[60 million]])",
    ),
    _rule(
        "value and range before their scale",
        rf"""{START} (?P<mention> {NUMBER} {SPREAD} ) \s*+ \( (?: range | iqr | interquartile \s range )? [\s,:]*+
             (?P<mention> {NUMBER} {TO} {NUMBER} \s*+ \) {SCALE} {UNIT}? )""",
        "a median of [[1.4]] (range [[0.6–8) 10^6 cells/kg]]",
        "[[2.5]] ([[1 to 7) x 10(8)/kg]]",
    ),
    _rule(
        "scaled number with its unit",
        rf"{START} (?P<mention> {AMOUNT} {UNIT} )",
        "a dose of [[3.5 × 10^7 autologous MSCs]] was",
        "[[2–4 × 106 cells/kg]]",
        "[[150 million cells]]",
    ),
    _rule(
        "lost superscript without a factor",
        rf"{START} {NO_LABEL} (?P<mention> 10 \s? (?P<inferred> [4-9] ) (?! \d ) {UNIT} )",
        "were given [[106 MSCs/kg]]",
    ),
    _rule(
        "millions in words",
        rf"(?<! [\p{{L}}-] ) (?P<mention> {NUMBER_WORDS} (?P<scale> {MILLION} ) {UNIT}? )",
        "received [[two million cells per kg]]",
    ),
    _rule(
        "scaled number",
        rf"{START} (?P<mention> {AMOUNT} )",
        "groups ([[3.5 × 10^7]]) of",
    ),
    _rule(
        "digits with their unit",
        rf"""{START} {NO_LABEL}
             (?P<mention> (?: {DIGITS} {TO} )?
                          (?: {DIGITS} (?P<unit> (?= \s? \p{{L}} ) {OF_CELLS} ) | {LONG_DIGITS}
                              (?P<unit> {PER} ) ) )
             (?! \s*+ (?: {_PEOPLE} ) )""",
        "injected [[300,000 cells]] into",
    ),
    rule(
        "long digits",
        rf"{START} (?P<mention> {LONG_DIGITS} )",
        "hMSCs ([[30,000,000]] or [[90,000,000]])",
    ),
)

_SCALED = compile_pattern(
    r"""10 \s? (?: [\^*{⁰¹²³⁴-⁹<ˆe] | [(\[] \s? 1?\d \s? [)\]] | [3-9] (?! \d ) | 1[0-3] (?! \d ) | exp | to\ | \} )
      | \d \s? e \+? \d | illion | \b mio \b | \b mln \b | \d \s? M (?: \s | / )"""
)
_MANY_DIGITS = compile_pattern(r"\d [,\s.] \d{3} (?! \d ) | \d{4}")
_ANY_CELL = compile_pattern(r"cell | cyte | blast | phage | (?-i: \p{Lu}Cs? \b )")
"""A sentence needs a scaled number, or a long one and a cell: quickly tested, and few have them."""

_LIST_GAP = compile_pattern(r"[^.;\n]{0,45}")
_EACH = compile_pattern(r"[^.;\d]{0,45}? \b (?: (?: for | in | into | to ) \s++ each | per ) \s++ (?P<per> \p{L}+ )")

_SHARED = ("unit", "noun", "per", "amount", "volume")


def find(document: Document) -> Iterator[Mention]:
    """The numbers of cells of a document that were given, those of a list with the unit at its end."""
    for sentence in document.sentences:
        text = sentence.text
        if _SCALED.search(text) or (_MANY_DIGITS.search(text) and _ANY_CELL.search(text)):
            found = sorted(find_mentions(RULES, sentence), key=lambda mention: mention.start)
            yield from _given(found, document)


def _given(found: list[Mention], document: Document) -> list[Mention]:
    """Of the mentions of a sentence those given; a number without a unit shares that of its list, and its fate."""
    given: list[Mention] = []
    following: Mention | None = None
    following_given = True
    for position in reversed(range(len(found))):
        mention = found[position]
        bare = "unit" not in mention.parts or mention.parts["unit"][0] >= mention.end
        listed = following is not None and _LIST_GAP.fullmatch(_between(mention, following)) is not None
        if bare:
            mention = _with_unit(mention, found[position - 1] if position else None, following if listed else None)
        kept = is_given(mention, document) and (following_given or not bare or not listed)
        if kept:
            given.append(mention)
        following, following_given = mention, kept
    return given[::-1]


def _with_unit(mention: Mention, before: Mention | None, after: Mention | None) -> Mention:
    """A mention that has no unit with the unit that it shares, if any."""
    parts = {name: span for name, span in mention.parts.items() if name not in _SHARED or span[0] >= mention.end}
    if each := _EACH.match(mention.after):
        parts["per"] = (mention.end + each.start("per"), mention.end + each.end("per"))
    if after:
        parts |= {name: span for name, span in after.parts.items() if name in _SHARED}
    elif before and _LIST_GAP.fullmatch(_between(before, mention)):
        parts |= {name: span for name, span in before.parts.items() if name in _SHARED and name not in parts}
    return replace(mention, parts=parts)


def _between(first: Mention, second: Mention) -> str:
    return first.sentence.text[first.end - first.sentence.start : second.start - first.sentence.start]


def normalise(mention: Mention, document: Document) -> CellDose:
    """The number with its exponent restored, and what the text says about how it was given.

    Raises:
        ValueError: the number is zero, or has no scale.
    """
    low, high, source = read_amount(mention)
    if not low:
        raise ValueError("no cells")
    if source == "explicit" and any(
        start < mention.end and mention.start < end for start, end in document.article.raised
    ):
        source = "markup"
    volume = volume_ml(mention)
    return CellDose(
        cells=low,
        cells_high=high,
        per=per(mention),
        total=is_total(mention),
        exponent_source=source,
        cell_type=cell_type(mention),
        route=route(mention, document),
        administrations=administrations(mention),
        interval=interval(mention),
        volume_ml=volume,
        cells_per_administration=cells_per_administration(mention, low, volume),
        group=group(mention),
    )


_PLAUSIBLE = {"kg": (10**3, 10**10)}
_PLAUSIBLE_OTHERWISE = (10**4, 10**11)
"""Numbers of cells for a kilogram, and for an administration, that a restored exponent can give without a doubt."""

_TWO_READINGS = compile_pattern(r"(?P<space> \d+\.\ \d ) | (?P<sign> \d+ \s 10 )")


def doubt(mention: Mention, record: CellDose) -> str:
    """Why a curator should look: a restored number that is implausible, or a text that can be read in two ways."""
    lowest, highest = _PLAUSIBLE.get(record.per, _PLAUSIBLE_OTHERWISE)
    if (
        record.exponent_source == "inferred"
        and not lowest <= record.cells <= (record.cells_high or record.cells) <= highest
    ):
        return "restored exponent gives an implausible number of cells"
    if record.cells_high is not None and record.cells_high < record.cells:
        return "the range runs downwards"
    if two := _TWO_READINGS.match(mention.text):
        return "a space inside the number: two readings" if two["space"] else "restored multiplication sign"
    return ""


EXTRACTOR = Extractor("cell_dose", "CellDose", CellDose, RULES, normalise, doubt, find)
