"""What is said of a dose: for what it is, of which cells, by which route, how often, in how much, in which arm."""

from __future__ import annotations

from dataclasses import dataclass

import regex

from pipeline.document import Document
from pipeline.extract._dose_grammar import ARM, NO_QUALIFIER, NUMBER, SIZE, VOLUME, compile_cells
from pipeline.quantities import NUMBER_WORDS, decimal, integer
from pipeline.records import Mention
from pipeline.rules import compile_pattern
from pipeline.vocabulary import table, words

_CLAUSE_END = compile_pattern(r"[;|] | (?<= [\p{L}\d)\]]{2} ) \. \s (?= \p{L} ) | \s{3}")
_AROUND = 250
"""Characters on either side of a dose that are its clause at most."""


@dataclass(frozen=True, slots=True)
class _Clause:
    """The clause of a sentence that a dose stands in, and where it stands there."""

    text: str
    start: int
    end: int

    @classmethod
    def of(cls, mention: Mention) -> _Clause:
        before, after = mention.before[-_AROUND:], mention.after[:_AROUND]
        ends = [match.end() for match in _CLAUSE_END.finditer(before)]
        before = before[ends[-1] if ends else 0 :]
        if end := _CLAUSE_END.search(after):
            after = after[: end.start()]
        return cls(before + mention.text + after, len(before), len(before) + len(mention.text))

    def nearest(self, pattern: regex.Pattern[str]) -> list[regex.Match[str]]:
        """What a pattern matches outside the dose, the nearest to it first."""
        found = [
            (min(abs(self.start - match.end()), abs(match.start() - self.end)), match)
            for match in pattern.finditer(self.text)
            if match.end() <= self.start or self.end <= match.start()
        ]
        return [match for _, match in sorted(found, key=lambda each: each[0])]


_SITES = words("cell_sites")
_MILLILITRE = compile_pattern(r"m[l1] | mls | cc | cm | milli")


def per(mention: Mention) -> str:
    """What the number is for: `administration`, `kg`, `m2`, `cm2`, `site`, `ml`, or the volume or length as printed."""
    printed = " ".join(mention.part("per").lower().split())
    if volume := mention.part("volume"):
        if mention.part("amount") not in ("", "1"):
            return printed
        return "ml" if _MILLILITRE.match(volume) else "µl"
    if printed.startswith(("kg", "kilo")):
        return "kg"
    if regex.match(r"cm ?[\^²2(]|square (?:cm|centi)", printed):
        return "cm2"
    if regex.match(r"m ?[\^²2(]|square m|met(?:er|re) |body s|bsa", printed):
        return "m2"
    if printed in ("cm", "mm"):
        return printed
    return "site" if printed.removesuffix("s").split(" ")[-1] in _SITES else "administration"


_SUM_BEFORE = compile_pattern(r"\b (?: cumulative | total | sum ) \b [^.;\d]{0,30} \Z")
_SUM_BEHIND = compile_pattern(r"[^.;:,\d]{0,12} \b total \b (?! \s volume | (?: \s \p{L}+ ){0,2} [\s:]+ \d )")
_CUMULATIVE = compile_pattern(r"\b (?: cumulative | in \s total | sum ) \b")
_SEVERAL = compile_pattern(
    r"""\b (?: \d{1,2} | two | three | four | five | six | seven | eight | nine | ten | twelve | several | multiple
          | repeated ) \s++ (?: (?! doses? \b ) [\p{L}-]+ \s++ ){0,2}
          (?: infusions | injections | administrations | doses | vaccinations | treatments | courses | cycles ) \b
      | \b (?: divided | split | spread ) \b [^.;]{0,20} \b (?: over | into | across )
      | \b (?: split | divided | fractionated ) [- ]dos(?:e|es|ing) \b"""
)


def is_total(mention: Mention) -> bool:
    """Whether the number is called a sum, and there is more than one administration to sum."""
    said = _SUM_BEFORE.search(mention.before[-60:]) or _SUM_BEHIND.match(mention.after)
    return bool(said and (_CUMULATIVE.search(said[0]) or _SEVERAL.search(mention.sentence.text)))


_NO_NAME = rf"""(?: {NO_QUALIFIER}
    | (?: infus | inject | transplant | administ | receiv | deliver | implant | treat | given | giv | us(?:ed|ing) | and
        | plus | single | one | two | three | low | high | median | mean | average | total | maximum | minimum | target
        | number | million | dose | these | this | their | both | all | either | escalating | increasing | randomi
        | allocat | assign | prepar | contain | placebo | saline | solution | separat | isolat | cultur | expand
        | intra(?!cell) )
      \p{{L}}* \b )"""
_NAMED = compile_cells(
    rf"""(?<! [\p{{L}}\d/-] ) (?= \p{{L}} )
         (?P<name> (?: (?! {_NO_NAME} ) [\p{{L}}\d] [\p{{L}}\d+/⁺\-‐‑–']{{0,40}}+ \s++ ){{0,6}}?
                   (?&head_) (?: [\s-]*+ (?&head_) ){{0,2}} )
         (?! [\s-]*+ (?: lymphoma | leuk | cancer | carcinoma | disease | an(?:a)?emia | counts? \b | malignan | tumou?r
                       | neoplas | grafts? \b | engraft | recover ) )""",
)
_BEHIND = compile_cells(r"[\s)]*+ (?: of \s++ )? (?: the \s++ )?")
_QUANTIFIED = compile_pattern(r"\A (?: (?: total | these | those | the | all ) \s )++")
_NO_CELL_TYPE = compile_pattern(
    r"(?: (?: total | live | these | the | all | nucleated | single | own | donor ) \s )* cells? \Z | [x×*] \s? \d"
)


def cell_type(mention: Mention) -> str:
    """The words that name the cells: in the unit, right behind it, or else the last before it in the clause."""
    clause = _Clause.of(mention)
    of = _BEHIND.match(clause.text, clause.end)
    behind = _NAMED.match(clause.text, of.end() if of else clause.end)
    before = reversed(list(_NAMED.finditer(clause.text, max(0, clause.start - 250), clause.start)))
    names = [
        regex.sub(r"\([^()]*\)", "", mention.part("noun")),
        *(match["name"] for match in (behind, *before) if match),
    ]
    named = (_QUANTIFIED.sub("", " ".join(each.split())) for each in names)
    return next((name for name in named if name and not _NO_CELL_TYPE.match(name)), "")


_ROUTES = table("routes")
_ROUTE = compile_pattern(
    r"""(?<! [\p{L}-] ) (?<! \b (?: class | phase | stage | grade | type ) \s )
        (?: (?: intra | trans | sub | supra | epi | endo | peri | para | retro | per ) [-\s]? \p{L}{4,}
            | i\.?\ ?v \b | s\.\ ?c \b
            | i\.\ ?[pm] \b | topical(?:ly)? | (?: carotid | coronary | femoral | hepatic ) \s arter(?:y|ies)
          | (?: portal | peripheral | central ) \s vein | lumbar \s puncture )"""
)


_DRUG = compile_pattern(
    r"""[\s,]*+ (?: injections? | infusions? | administration | doses? | therapy )? \s*+ (?: of | with )? \s*+
        (?: [\p{L}\d-]+ \s )?? (?: \p{L}* (?: mab | nib | abine | phamide | stim | leukin | parin | globulin ) \b
          | IL-?2 \b | GM?-?CSF \b | insulin | chemotherapy | an(?:a)?esthe | sedation )"""
)
"""What else a route can be that of."""


def route(mention: Mention, document: Document) -> str:
    """The route that the clause names nearest, else the only one of its sentence or of the 300 characters before it."""
    for match in _Clause.of(mention).nearest(_ROUTE):
        if (name := _route_name(match[0])) and not _DRUG.match(match.string, match.end()):
            return name
    sentence, text = mention.sentence, document.article.text
    said = max(sentence.start, mention.start - 2 * _AROUND), min(sentence.end, mention.end + 2 * _AROUND)
    for start, end in (said, (max(0, sentence.start - 300), sentence.start)):
        named = {
            name
            for match in _ROUTE.finditer(text, start, end)
            if (name := _route_name(match[0])) and not _DRUG.match(text, match.end())
        }
        if named:
            return named.pop() if len(named) == 1 else ""
    return ""


def _route_name(printed: str) -> str:
    compact = regex.sub(r"[\W_]", "", printed.lower())
    for form in (compact, compact.removesuffix("ly"), compact.removesuffix("ally"), compact.removesuffix("ily") + "y"):
        if form in _ROUTES:
            return _ROUTES[form][0]
    return ""


_TIMES_GIVEN = compile_pattern(
    rf"""\b (?P<number> single | {NUMBER_WORDS} | \d{{1,2}} ) [\s-]++
         (?: (?! {NO_QUALIFIER} | dose | different | escalating | increasing | ascending ) [\p{{L}}-]+ \s++ ){{0,3}}
         (?: (?: infusion | injection | administration | vaccination | immunization | transfusion
             | transplantation ) s? | (?P<doses> doses? )
           | times \b (?! [\s-]++ (?: a | per | the | as | more | \d ) \b ) ) (?! \s*+ (?: levels? | groups?
               | cohorts? | escalat | sites? | [-:] ) )
       | \b (?P<adverb> once | twice ) \b (?! [\s-]++ (?: a | per | every | daily | weekly | monthly | the ) \b )"""
)
_ADVERBS = {"single": 1, "once": 1, "twice": 2}
_NEXT_TO = compile_pattern(
    r"""\s*+ (?: (?: of | at | with | each | containing | comprising | about | approximately | up | to | least
             | ~ | ≥ ) \s*+ )*+"""
)


def administrations(mention: Mention) -> int | None:
    """How often the dose was given, by the nearest words of its clause that say so."""
    clause = _Clause.of(mention)
    for match in clause.nearest(_TIMES_GIVEN):
        number = match["number"] or match["adverb"]
        count = _ADVERBS.get(number.lower()) or integer(number)
        ahead = match.end() <= clause.start
        if match["doses"] and count > 1 and ahead and not _NEXT_TO.fullmatch(clause.text, match.end(), clause.start):
            continue  # `two doses of MSCs (…)` are two sizes
        return count
    return None


_COUNT = r"(?: \d{1,3} | one | two | three | four | five | six | seven | eight | nine | ten | twelve )"
_INTERVAL = compile_pattern(
    rf"""\b (?: every \s++ (?: (?: {_COUNT} | other | second | third ) [\s-]++ )? (?: days? | weeks? | months?
        | years? )
          | (?: at | with | in ) \s++ (?: an? \s++ )? (?: {_COUNT} [\s-]++ )? (?: \p{{L}}+ \s++ )? intervals?
            (?: \s++ of \s++ {_COUNT} \s++ (?: days? | weeks? | months? ) )?
          | {_COUNT} [\s-]++ (?: days? | weeks? | months? ) \s++ apart
          | (?: once | twice | (?: {_COUNT} ) \s++ times ) (?: \s++ (?: a | per | every | each ) \s++ (?: day
              | week | month | year ) | \s++ weekly )
          | (?: bi-? )? weekly | monthly | daily | quarterly | fortnightly ) \b"""
)


def interval(mention: Mention) -> str:
    """The nearest words of the clause that say how long after one another."""
    near = _Clause.of(mention).nearest(_INTERVAL)
    return " ".join(near[0][0].split()) if near else ""


_VOLUME_AFTER = compile_pattern(
    rf"""[^.;\d]{{0,40}}? (?: \b (?: in | with | into | of ) \s++ (?: a \s++ )? (?: [^.;\d\s]+ \s++ ){{0,3}}?
        | [x×*(] \s*+ ) (?P<number> {NUMBER} ) [\s-]*+ {VOLUME}"""
)
_VOLUME_BEFORE = compile_pattern(
    rf"""(?<! [\d.,] ) (?P<number> {NUMBER} ) [\s-]*+ {VOLUME} (?! \s*+ / ) \s [^.;:\d]{{0,50}} (?: suspension
        | product | solution | infusion | injection ) \s*+ [\p{{L}}\s]{{0,12}} \(? \s*+ \Z"""
)


def volume_ml(mention: Mention) -> float | None:
    """Millilitres of one administration, where they stand right behind the dose or the dose stands behind them."""
    match = _VOLUME_AFTER.match(mention.after[:100]) or _VOLUME_BEFORE.search(mention.before[-100:])
    return _millilitres(match["number"], match["volume"]) if match else None


def _millilitres(number: str, unit: str) -> float:
    return float(decimal(number)) * (1 if _MILLILITRE.match(unit) else 0.001)


def cells_per_administration(mention: Mention, cells: int, volume: float | None) -> int | None:
    """A concentration times the volume."""
    if not mention.part("volume") or volume is None:
        return None
    return round(cells * volume / _millilitres(mention.part("amount") or "1", mention.part("volume")))


_ARM_NAME = rf"{ARM} \s++ (?: [A-Z] | -?\d{{1,2}}[a-z]? | [IVX]+ | one | two | three | four ) (?! \w )"
_GROUP_BEFORE = compile_pattern(
    rf"""(?P<group> \b {_ARM_NAME} | \b dose \s++ (?: [A-E] | \d ) (?! \w )
                  | \b {SIZE} (?: [-\s]++ dos(?:e|age) )? (?: \s++ {ARM} )? -? )
         \s*+ (?: \( [^()]{{1,20}} \) )? [):]? \s*+
         (?: [(:=,–-] | of | with | at | received | receives? | will \s receive | is ) \s*+ \Z"""
)
_GROUP_AFTER = compile_pattern(
    rf"""\s*+ (?: [(\[] \s*+ (?P<group> {ARM} \s++ \w{{1,5}} | {SIZE} [-\s]++ dose [^()]{{0,20}} ) \s*+ [)\]]
                | (?: for | in ) \s++ (?: the \s++ )? (?P<group> {_ARM_NAME} | {SIZE} [-\s]++ dose (?: \s++ {ARM} )? )
              )"""
)


def group(mention: Mention) -> str:
    """The words that name the arm, right before the number or right behind it."""
    match = _GROUP_AFTER.match(mention.after[:80]) or _GROUP_BEFORE.search(mention.before[-60:])
    return " ".join(match["group"].split()).rstrip("-") if match else ""
