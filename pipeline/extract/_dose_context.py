"""What is said of a dose: for what it is, of which cells, by which route, how often, in how much, in which arm."""

from __future__ import annotations

import regex

from pipeline.document import Document
from pipeline.extract._dose_grammar import ARM, NO_QUALIFIER, NUMBER, SIZE, VOLUME, compile_cells
from pipeline.quantities import NUMBER_WORDS, decimal, integer
from pipeline.records import Mention
from pipeline.rules import compile_pattern
from pipeline.vocabulary import table, words

_SITES = words("cell_sites")
_MILLILITRE = compile_pattern(r"m[l1] | mls | cc | cm | milli")


def per(mention: Mention) -> str:
    printed = " ".join(mention.part("per").lower().split())
    if volume := mention.part("volume"):
        unit = "ml" if _MILLILITRE.match(volume) else "µl"
        amount = mention.part("amount")
        return f"{amount} {unit}" if amount and amount != "1" else unit
    if printed.startswith(("kg", "kilo")):
        return "kg"
    if regex.match(r"cm|square (?:cm|centi)", printed):
        return "cm2"
    if regex.match(r"m ?[\^²2(]|square m|met(?:er|re) |body s|bsa", printed):
        return "m2"
    return "site" if printed.removesuffix("s").split(" ")[-1] in _SITES else "administration"


_SUM = compile_pattern(r"\b (?: cumulative | total | sum ) \b [^.;\d]{0,30} \Z")
_CUMULATIVE = compile_pattern(r"\b (?: cumulative | in \s total | sum ) \b")
_SEVERAL = compile_pattern(
    r"""\b (?: \d{1,2} | two | three | four | five | six | seven | eight | nine | ten | twelve | several | multiple
        | repeated ) \s++
        (?: (?! doses? \b ) [\p{L}-]+ \s++ ){0,2} (?: infusions | administrations | doses | vaccinations
            | treatments | courses | cycles ) \b
      | \b (?: divided | split | spread ) \b [^.;]{0,20} \b (?: over | into | across )"""
)


def is_total(mention: Mention) -> bool:
    """Whether the number is called a sum, and there is more than one administration to sum."""
    match = _SUM.search(mention.before[-60:])
    return bool(match and (_CUMULATIVE.search(match[0]) or _SEVERAL.search(mention.sentence.text)))


_NO_NAME = rf"""(?: {NO_QUALIFIER}
    | (?: infus | inject | transplant | administ | receiv | deliver | implant | treat | given | giv | us(?:ed|ing)
        | plus
        | and | single | one | two | three | low | high | median | mean | average | total | maximum | minimum | target
        | number | million | dose | these | this | their | both | all | either | escalating | increasing | randomi
        | allocat | assign | prepar | contain ) \p{{L}}* \b )"""
_NAMED = compile_cells(
    rf"""(?<! [\p{{L}}\d-] ) (?= \p{{L}} )
         (?P<name> (?: (?! {_NO_NAME} ) [\p{{L}}\d] [\p{{L}}\d+/⁺\-‐‑–']{{0,40}}+ \s++ ){{0,6}}?
                   (?&head_) (?: [\s-]*+ (?&head_) ){{0,2}} )
         (?! [\s-]*+ (?: lymphoma | leuk | cancer | carcinoma | disease | an(?:a)?emia | counts? \b | malignan | tumou?r
                       | neoplas ) )""",
)
_OF = compile_pattern(r"[\s)]*+ (?: of \s++ )? (?: the \s++ )?")
_NO_CELL_TYPE = compile_pattern(
    r"(?: (?: total | live | these | the | all | nucleated | single | own | donor ) \s )* cells? \Z | [x×*] \s? \d"
)


def cell_type(mention: Mention) -> str:
    """The words that name the cells: in the unit, right behind it, or else the last before it in the sentence."""
    after = mention.after[:120]
    of = _OF.match(after)
    behind = _NAMED.match(after, of.end() if of else 0)
    before = reversed(list(_NAMED.finditer(mention.before[-250:])))
    names = [
        regex.sub(r"\([^()]*\)", "", mention.part("noun")),
        *(match["name"] for match in (behind, *before) if match),
    ]
    return next((name for each in names if (name := " ".join(each.split())) and not _NO_CELL_TYPE.match(name)), "")


_ROUTES = table("routes")
_ROUTE = compile_pattern(
    r"""(?<! [\p{L}-] ) (?<! \b (?: class | phase | stage | grade | type ) \s )
        (?: (?: intra | trans | sub | supra | epi | endo | peri | para | retro | per ) [-\s]? \p{L}{4,}
            | i\.?\ ?v \b | s\.\ ?c \b
          | i\.\ ?[pm] \b | topical(?:ly)? | (?: carotid | coronary | femoral | hepatic ) \s arter(?:y|ies)
          | (?: portal | peripheral | central ) \s vein | lumbar \s puncture )"""
)


def route(mention: Mention, document: Document) -> str:
    """The route that is named nearest in the sentence, else last in the 300 characters before it."""
    sentence, start, end = (
        mention.sentence,
        mention.start - mention.sentence.start,
        mention.end - mention.sentence.start,
    )
    near = [
        (min(abs(start - match.end()), abs(match.start() - end)), name)
        for match in _ROUTE.finditer(sentence.text, max(0, start - 400), end + 400)
        if (name := _route_name(match[0]))
    ]
    if near:
        return min(near)[1]
    earlier = _ROUTE.finditer(document.article.text, max(0, sentence.start - 300), sentence.start)
    return next((name for name in reversed([_route_name(match[0]) for match in earlier]) if name), "")


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
    """How often the dose was given, by the nearest words of its sentence that say so."""
    text, start, end = (
        mention.sentence.text,
        mention.start - mention.sentence.start,
        mention.end - mention.sentence.start,
    )
    near = []
    for match in _TIMES_GIVEN.finditer(text, max(0, start - 150), end + 150):
        if start < match.end() and match.start() < end:
            continue
        number = match["number"] or match["adverb"]
        count = _ADVERBS.get(number.lower()) or integer(number)
        several_doses = match["doses"] and count > 1
        if several_doses and match.end() <= start and not _NEXT_TO.fullmatch(text, match.end(), start):
            continue  # `two doses of MSCs (…)` are two sizes
        near.append((min(abs(start - match.end()), abs(match.start() - end)), count))
    return min(near)[1] if near else None


_COUNT = rf"(?: {NUMBER_WORDS} | \d{{1,3}} )"
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
    """The nearest words of the sentence that say how long after one another."""
    text, start, end = (
        mention.sentence.text,
        mention.start - mention.sentence.start,
        mention.end - mention.sentence.start,
    )
    near = [
        (min(abs(start - match.end()), abs(match.start() - end)), match[0])
        for match in _INTERVAL.finditer(text, max(0, start - 150), end + 150)
    ]
    return " ".join(min(near)[1].split()) if near else ""


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


_GROUP_BEFORE = compile_pattern(
    rf"""(?P<group> \b {ARM} \s++ (?: [A-Z] | \d{{1,2}} | [IVX]+ | one | two | three | four )
                  | \b {SIZE} (?: [-\s]++ dos(?:e|age) )? (?: \s++ {ARM} )? -? )
         \s*+ [):]? \s*+ (?: [(:=,–-] | of | with | at | received | receives? | will \s receive | is ) \s*+ \Z"""
)
_GROUP_AFTER = compile_pattern(
    rf"""\s*+ (?: [(\[] \s*+ (?P<group> {ARM} \s++ \w{{1,5}} | {SIZE} [-\s]++ dose [^()]{{0,20}}
        | {ARM} \s++ \w{{1,5}} ) \s*+ [)\]]
                | (?: for | in ) \s++ (?: the \s++ )? (?P<group> {ARM} \s++ (?: [A-Z] | \d{{1,2}} ) (?! \w )
                                                           | {SIZE} [-\s]++ dose (?: \s++ {ARM} )? ) )"""
)


def group(mention: Mention) -> str:
    """The words that name the arm, right before the number or right behind it."""
    match = _GROUP_AFTER.match(mention.after[:80]) or _GROUP_BEFORE.search(mention.before[-60:])
    return " ".join(match["group"].split()).rstrip("-") if match else ""
