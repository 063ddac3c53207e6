"""How doses of cells are written: numbers with their powers of ten, the cells, and what they are given to.

Fragments are for use inside verbose patterns; those that name cells are compiled by `compile_cells`. `read_amount`
reads what they matched.
"""

from __future__ import annotations

from decimal import Decimal

import regex

from pipeline.quantities import NUMBER_WORDS, TIMES, decimal, integer
from pipeline.records import Mention
from pipeline.rules import compile_pattern
from pipeline.vocabulary import words

# Numbers. Spaces are possessive throughout: a run of them is never tried twice.

_NAMES = {"cells": words("cells"), "names": words("cell_short_names"), "lookalikes": words("cell_lookalikes")}
"""The word lists that `_HEAD` refers to."""

START = r"""(?= [\d.·\\${] )
    (?<! [\p{L}\d£€] | \$ (?! [^$\n]{1,30} \$ ) | \d[.·^] | (?<= \d ) (?<! 10 \d ) , | \p{L}[-‐‑–]
       | (?: \d \s? [x×*∗·•∙⋅] | \\times ) \s? (?= 10 (?! 0 ) ) | [×*] \s? \( \s? )"""
"""A number begins here, not the tail of another or of a name (`IL-2`), nor a power that a factor stands before."""

NO_LABEL = r"""(?<! \b (?: days? | weeks? | months? | years? | d | visits? | cohorts? | groups? | arms? | levels?
                          | panels? | phases? | parts? | steps? | grades? | stages? | ages?
                              | patients? ) [\s#]{0,2} )"""
"""What stands here does not number something (`on days 0 and 7`)."""

NUMBER = r"""(?: \d{1,3} (?: , \d{3} )++ (?! \d )
    | \d{1,4}+ (?: [.,·∙•] \d{1,4}+
                 | \.\ \d{1,2}+ (?= \s*+ (?: [x×*e] | million | [-–~] | (?: m[l1] | to | and | or ) \b ) ) )?
    | [.·] \d{1,3}+ )"""
"""A factor; `7. 5 ×` is 7.5 in exports of registries, which put a space behind each point."""

SPREAD = rf"(?: \s*+ \(? (?: ± | \+ \s? / \s? [-−–] | \+[-−–] ) \s*+ {NUMBER} \s?%? \)? )?"

_TIMES = rf"(?: {TIMES} | times? (?= \s++ 10 ) | \. (?= \s? 10 \s? [\^(e⁰¹²³⁴⁵⁶⁷⁸⁹*] ) )"
"""Between a factor and a power of ten."""

_EXPONENT = r"""(?: \s? (?P<caret> \^ | \*{1,2} (?! \s? 10 \s? [\d^*(e⁰¹²³⁴⁵⁶⁷⁸⁹] ) | [ˆ˄＾] | exp ) \s?
                    (?: (?P<exponent> 1?\d ) (?! \d ) | [{(] \s? (?P<exponent> 1?\d ) \s? [})] )
                  | (?P<markup> <sup> ) \s*+ (?P<exponent> 1?\d ) \s*+ </sup>
                  | (?P<unicode> [⁰¹²³⁴⁵⁶⁷⁸⁹]{1,2} )
                  | \s? [(\[] \s? (?P<parenthesis> 1?\d ) \s? [)\]]
                  | \s? e \s? \+? 0? (?P<e_notation> 1?\d ) (?! \d )
                  | \s++ to \s++ the \s++ (?: power \s++ (?: of \s++ )? )? (?P<words> 1?\d ) (?! \d ) (?: th )? )"""
_LOST_EXPONENT = r"(?P<inferred> [3-9] | 1[0-3] ) (?! \d | [.] \d )"
_TEN = r"(?: (?: \\\( | \$ ) \s*+ )? \{? 10 \}?"
_TEN_END = r"(?: \s*+ (?: \\\) | \$ ) )?"
_BARE = rf"(?: {_TEN} {_EXPONENT} {_TEN_END} )"
"""A power of ten alone: `10^6 MSCs/kg`."""

MILLION = r"[\s-]{0,3} (?P<million> millions? | billions? | mio | mln | milion ) (?! \p{L} )"

# Units: the cells and what they are given to.

ARM = r"(?: dose \s++ level | cohort | group | arm | panel | tier | part | stratum | level )"
SIZE = r"""(?: very[-\s] )? (?: low(?:er|est)? | mid | middle | medium | intermediate | moderate | high(?:er|est)? )"""

NO_QUALIFIER = r"""(?: in | on | at | by | of | to | as | is | was | were | are | be | had | has | have | if | it
    | a | an | the
    | than | after | for | from | with | without | when | while | during | until | into | via | per | each | every
        | or | i\.?v
    | [mnµμu]?g | ml | m?iu | u | units? | versus | vs | followed | then | days? | weeks? | months? | patients?
        | subjects?
    | groups? | doses? | infusions? | injections? | will | would | may | can | not ) \b"""
"""A word that cannot stand between a number and its cells."""

_HEAD = r"""(?: (?: [\p{L}\d]+ \+? [-‐‑–] ){0,4}
    (?: \L<cells> | (?-i: \L<names> ) | (?-i: (?! \L<lookalikes> (?! [\p{L}\d] ) ) [\p{L}\d]{0,10} \p{Lu} C s? )
      | \p{L}{0,6} mscs? | CD \d{1,3} \p{L}? \s? [+⁺]* )
    (?: '?s )? (?: [-‐‑] (?-i: \p{Lu} [\p{L}\d]{0,4} ) )?
    (?! [\p{L}\d] | [-‐‑–] (?: positive | negative | derived | depleted | enriched | selected | based | specific
        | like ) ) )"""
_QUALIFIER = rf"""(?: (?! {NO_QUALIFIER} | [x×*] \s | \d[\d.,]*+ [x×*\s±–] )
    (?: [\p{{L}}\d] [\p{{L}}\d+/.,⁺\-‐‑–−']{{0,40}}+ | [+⁺] | \( (?! {ARM} | {SIZE} ) [^()]{{1,40}} \) ) \s++ )"""
_DEFINED = rf"""(?(DEFINE)
    (?P<head_> {_HEAD} )
    (?P<cells_> (?! and \b ) {_QUALIFIER}{{0,8}}? (?&head_) (?: [\s-]*+ (?&head_) ){{0,2}}
        (?: \s++ (?: and | & | plus ) \s++ (?&head_) )? ) )"""
"""Behind a pattern that calls them: what the many places that name cells would each repeat, and each compile."""

CELLS = r"(?: (?&cells_) )"
"""Cells with the words that say which: `autologous CD34+ cells`, `hUCB-MSCs`, `CAR T-cell`."""


def compile_cells(pattern: str) -> regex.Pattern[str]:
    """Compile a pattern that may name cells."""
    return compile_pattern(rf"(?: {pattern} ) {_DEFINED}", **_NAMES)


_AREA = r"""c?m (?: \^? 2 | ² | \s? \( 2 \) ) (?! \d ) | square \s++ (?: cm | (?: centi )? met(?:er|re) )
    | met(?:er|re) \s++ squared
          | body \s surface | bsa"""
VOLUME = r"(?P<volume> m[l1] | mls | cc | cm3 | cm³ | [µμ]l | ul | millilit(?:er|re)s? ) (?! \p{L} )"
PER = rf"""(?: \s*+ (?: / | ÷ | \b (?: per | for \s++ (?: each | every ) ) \b ) \s*+
        (?P<per> (?: kgs? | kilos? | kilogram(?:me)?s? ) (?! \p{{L}} )
               | (?: (?P<amount> {NUMBER} ) \s*+ )? {VOLUME}
               | {_AREA}
               | \p{{L}}+ (?: \s (?: dose | site | patient | infusion | injection | administration ) )? )
      | \s*+ [·.*]? \s*+ (?P<per> kg ) (?: \s? bw )? \s? \^? (?: [-−–] \s? 1 | ⁻¹ ) )"""

GLOSS = r"""(?: \s*+ \( \s*+ [±~≈=]? \s*+ \d [^()\n]{0,28} (?: \( \d{1,2} \) )? [^()\n]{0,10} \)
               | \s*+ (?: ± \s*+ )? \d{1,2} \s? % )"""
"""The same number once more, or its tolerance: `(20 million)`, `(±20%)`."""

OF_CELLS = rf"""{GLOSS}? ,? \s*+ (?: of \s++ )? [-‐]? (?P<noun> {CELLS} )
                 (?: \s*+ \( [^()]{{1,40}} \) (?= \s*+ / ) )? {PER}?"""
UNIT = rf"(?P<unit> {OF_CELLS} | {GLOSS}? {PER} )"

# Amounts: a number with its scale, or a range of two.

TO = r"""(?: \s*+ (?: [-‐‑–—−~∼～] | \b (?: up \s++ )? to \b
    | (?<= \b between \b [^.;]{1,40} ) and ) \s*+ [<≤]? \s*+ )"""
AND = r"(?: \s*+ [,;/]? \s*+ (?: and/or | and | or | versus | vs\.? | & ) \s*+ | \s*+ / \s*+ )"
COMMA = r"\s*+ [,;] \s*+"
SCALE = rf"""(?P<scale>
        \s*+ {_TIMES} \s*+ {_TEN} (?: {_EXPONENT} | \s? {_LOST_EXPONENT} ) {_TEN_END}
      | \s*+ (?<! (?<! [\d.,] ) 10 ) e \+? 0? (?P<e_notation> 1?\d ) (?! \d )
      | \s++ {_TEN} {_EXPONENT} {_TEN_END}                           # the sign is lost: 1 10^6
      | \s++ 10 (?P<inferred> [4-9] ) (?! \d ) (?= {UNIT} )          # and the superscript too: 1 106 cells
      | \s*+ [x×*] \s? (?P<digits> 1 (?: ,?000 ){{2,3}} ) (?! \d )
      | {MILLION}
      | \s? (?P<million> (?-i: M ) ) (?= \s++ {CELLS} | / | (?: {COMMA} | {AND} ) {NUMBER} \s? M \b ) )"""
RANGE = rf"{NUMBER} (?: {TO} {NUMBER} )?"
AMOUNT = rf"""(?: (?: {NUMBER} (?: {SPREAD} {SCALE} {UNIT}?? )? {TO} | {_BARE} {UNIT}?? {TO} )?
                   (?: {NUMBER} {SPREAD} {SCALE} | {_BARE} ) )"""
DIGITS = r"""(?: [1-9]\d{0,2} (?: (?: ,\s? | [\s.] ) \d{3} ){1,3}+ (?! [,.]?\d )
                | [1-9]\d*00 (?! \d | [,.]\d ) (?<= \d{4} )
                | [1-9]\d{5,9}+ (?! [,.]\d ) )"""
"""A number printed in full, grouped or round or long: `300,000`, `5 000 000`, `50000`, not a year."""

LONG_DIGITS = r"(?: [1-9]\d{0,2} (?: ,\d{3} ){2,3}+ (?! [,.]?\d ) )"

# Other things that are counted in such numbers.

_OTHER = r"""(?: (?-i: U | IE | IEQ | IU | MIU | PFU | CFU | FFU | VP | vp | vg | GC | EID | TCID | CCID | Bq | Hz | Da
      | eq ) (?! \p{Ll} )
    | units? | international | colon(?:y|ies) | plaque | cop(?:y|ies) | genomes? | islets? | platelets? | plt
    | neutrophils? | viral | virus(?:es)? | virions? | vectors? | particles? | infectious | bacteria | bacilli
    | organisms? | spores? | oocysts? | sporozoites? | parasites? | phages? | plasmids? | molecules? | exosomes?
    | vesicles? | erythrocytes? | reticulocytes? | BCG | lactobacill\p{L}+ | bifido\p{L}+ | tissue \s culture
    | cell \s (?: culture \s )? infect\p{L}+ | live \s attenuated | m?mol | [mnµμ]?g | dyn\p{L}* | c?m/s | s )
        (?! \p{L} )"""
_FOR_SO_MUCH = r"""(?: \s*+ (?: / | per ) \s*+
        (?: L | (?<= / \s? ) 1 (?! [\d.,] | \s? (?: m[l1] | cc | [µμu]l ) ) | lit(?:er|re) | [µμ]l | ul | microl\p{L}*
          | dl | mm \s? \^? \s? [3³(] | cmm | cubic | wells? | plates? | flasks? | dish(?:es)? | tubes? | chambers? | g
          | grams? | field | hpf | high-power ) (?! \p{L} )
      | \s*+ [·.]? \s*+ L \s? \^? [-−–⁻] \s? [1¹] )"""
"""Of blood or of a culture."""

OTHER_TAIL = rf"""(?: [\s-]*+ (?: {CELLS} )?? (?: {_FOR_SO_MUCH} | \s*+ (?: / | \b per \b ) \s*+ {AMOUNT} )
    | [\s-]*+ (?: of \s )? (?: (?! {NO_QUALIFIER} ) [\p{{L}}-]+ \s++ ){{0,2}} {_OTHER} )"""
"""What stands behind a number of something else."""

# Reading.

_ONE_AMOUNT = compile_cells(
    rf"""(?: (?P<number> {NUMBER} ) {SPREAD} {SCALE} | {_BARE} | (?P<number> {NUMBER_WORDS} ) {MILLION}
           | (?P<number> {NUMBER} ) {SPREAD} )""",
)
_ONE_SCALE = compile_cells(SCALE)
_ONE_UNIT = compile_cells(UNIT)
_ONE_TO = compile_pattern(TO)
_ONE_PRINTED = compile_pattern(DIGITS)
_FORMS = ("caret", "markup", "unicode", "parenthesis", "e_notation", "words", "inferred")
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")


def read_amount(mention: Mention) -> tuple[int, int | None, str]:
    """The number, the upper end of its range, and how the exponent is written."""
    text, offset = mention.sentence.text, mention.sentence.start
    start, end = mention.start - offset, mention.end - offset
    if "unit" in mention.parts and mention.parts["unit"][0] < mention.end:
        end = mention.parts["unit"][0] - offset
    if "digits" in mention.rule:
        printed = [int(regex.sub(r"\D", "", number[0])) for number in _ONE_PRINTED.finditer(text, start, end)]
        return printed[0], printed[1] if len(printed) > 1 else None, ""
    if "scale" not in mention.parts and "inferred" in mention.parts:
        return 10 ** int(mention.part("inferred")), None, "inferred"
    amounts = _amounts(text, start, end)
    scales = [_scale_of(amount) for amount in amounts]
    shared = scales[-1]
    if shared is None and "scale" in mention.parts:
        match = _ONE_SCALE.match(text, mention.parts["scale"][0] - offset)
        shared = _scale_of(match) if match else None
    if shared is None:
        raise ValueError("a number without a scale")
    numbers = [int(_factor(amount) * (scale or shared)[0]) for amount, scale in zip(amounts, scales, strict=True)]
    return numbers[0], numbers[1] if len(numbers) > 1 else None, shared[1]


def _amounts(text: str, start: int, end: int) -> list[regex.Match[str]]:
    """The number at `start` and, where it is a range, the one at its upper end."""
    first = _ONE_AMOUNT.match(text, start)
    if first is None:
        raise ValueError("a number without a scale")
    position = first.end()
    if (unit := _ONE_UNIT.match(text, position)) and unit.end() < end and _ONE_TO.match(text, unit.end()):
        position = unit.end()
    to = _ONE_TO.match(text, position)
    second = _ONE_AMOUNT.match(text, to.end()) if to and to.end() < end else None
    return [first, second] if second else [first]


def _scale_of(match: regex.Match[str]) -> tuple[int, str] | None:
    """What a number is multiplied by, and how that is written; None where it has no scale."""
    for form in _FORMS:
        if match[form]:
            exponent = match["exponent"] if form in ("caret", "markup") else match[form]
            return 10 ** int(exponent.translate(_SUPERSCRIPTS)), "explicit" if form == "caret" else form
    if match["digits"]:
        return int(match["digits"].replace(",", "")), ""
    if match["million"]:
        return 10**9 if match["million"][0] in "bB" else 10**6, "words"
    return None


def _factor(amount: regex.Match[str]) -> Decimal:
    printed: str | None = amount["number"]
    if printed is None:
        return Decimal(1)
    return Decimal(integer(printed)) if printed[0].isalpha() else decimal(printed)
