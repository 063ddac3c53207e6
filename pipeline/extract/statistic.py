"""Which means, medians, differences, ratios, proportions and test statistics are reported?

The number is found first and what it is told by the words before it. A mention goes from the number (a test statistic:
from its letter) to the end of what stands with it: spread, interval, unit, percentage.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import regex

from pipeline.document import Document
from pipeline.extract.extractor import Extractor
from pipeline.quantities import INTEGER, NUMBER_WORDS, decimal, integer, plain
from pipeline.records import Mention
from pipeline.rules import compile_pattern, find_mentions, rule
from pipeline.vocabulary import words


@dataclass(frozen=True, slots=True)
class Statistic:
    """A number that describes people or compares them, with what the text prints beside it.

    `kind` is `mean`, `median`, `difference` (also a change), `ratio`, `proportion` or `statistic` (of a test);
    `measure` says which of its kind (`HR`, `OR`, `change`, `t`, `chi2`, …). `value` is empty where only a count and its
    denominator are given. `spread` is a standard deviation, standard error or the width of a range, `spread_kind`
    `sd`, `se`, `iqr`, `range` or `ci`, empty where the text does not say what follows the ±. `low` and `high` bound the
    range or interval, `level_percent` is the confidence of the interval. Of a proportion `count` is the number of
    those who had it and `n` of how many; `df` are the degrees of freedom of a test, as `1, 45`.
    """

    kind: str
    value: float | None
    value_text: str
    spread: float | None = None
    spread_kind: str = ""
    low: float | None = None
    high: float | None = None
    unit: str = ""
    n: int | None = None
    group: str = ""
    outcome: str = ""
    timepoint: str = ""
    measure: str = ""
    count: int | None = None
    df: str = ""
    level_percent: float | None = None

    def __str__(self) -> str:
        name = self.measure if self.kind in ("ratio", "statistic") else self.kind
        df = f"({self.df})" if self.df else ""
        value = "" if self.value is None else plain(self.value) + ("%" if self.unit == "%" else "")
        counted = "" if self.count is None else f"{self.count}" + ("" if self.n is None else f"/{self.n}")
        unit = "" if self.unit == "%" else self.unit
        spread = "" if self.spread is None else f"{self.spread_kind or '±'} {plain(self.spread)}"
        interval = ""
        if self.low is not None and self.high is not None:
            interval = f"{self.spread_kind} {plain(self.low)} to {plain(self.high)}"
        n = f"n {self.n}" if self.n is not None and self.count is None else ""
        return " ".join(part for part in (f"{name}{df}", counted, value, unit, spread, interval, n) if part)


UNITS = words("measure_units")

_MINUS = r"(?: [-+\u2212\u2010\u2011] | (?<= [\s(\[,=:] ) \u2013 ) \s?"
_NUMBER = r"(?: [1-9]\d{0,2} (?: ,\d{3} )++ (?: [.·]\d++ )? | \d++ (?: [.·∙‧] \d++ )? | (?<! \d ) [.·] \d++ )"
_ENDS = r"(?! \d | [.,·∙‧]\d )"
_STARTS = r"""(?<! [\p{L}\p{N}_^.·∙] | \d [.,·∙/:] | [<>≤≥×] \s? | [<>] \s? /? \s? = \s? | \b p \s? = \s? | \d \. \s
    | \s [x*] \s )"""
_DASHED = r"(?<! \d \s? [-–−] | \p{L} - )"
_NO_LABEL = r"""(?<! (?: \d | \b (?: one | two | three | four | five | six | seven | eight | nine | ten ) )
        \s (?: to | of ) \s (?: the \s )?
    | \s out \s of \s (?: the \s )? | \s of \s the \s
    | \b (?: grades? | weeks? | days? | stage | phase | type | level | months? | years? | visit | cycles?
        | groups? | arms? | cohorts? | class | table | part | step | patient | case | protocol | method | session )
        \s )"""
_AT_A_NUMBER = r"(?= [\d.·+\u2212\u2013-] )"  # tried before what looks back
_VALUE = rf"{_AT_A_NUMBER} (?P<value> (?: {_STARTS} {_MINUS} )?+ {_STARTS} {_DASHED} {_NUMBER} {_ENDS} )"
_SIGNED = rf"(?: (?: {_MINUS} )?+ {_NUMBER} {_ENDS} )"
_ONE_UNIT = r"(?: mm \s? Hg | cm \s? H2O | percentage \s points? | log\s?10 | \L<units> (?! \p{L} ) )"
_UNIT_END = r"(?: \s? (?: 2 | ² | \^ 2 | \(2\) ) (?! \d ) )?"
_UNIT = rf"""(?: (?P<unit> % (?: \s? points? )? | {_ONE_UNIT} {_UNIT_END}
    (?: (?: \s? / \s? (?: [\d.]++ \s? )? | \s per \s (?: [\d.]++ \s )? ) {_ONE_UNIT} {_UNIT_END} ){{0,3}} )
    (?! \p{{L}} ) )"""
_SPACE_UNIT = rf"(?: [\s-]? {_UNIT} )?+"
_SAME_UNIT = rf"(?: \s? (?: % | {_ONE_UNIT} {_UNIT_END} (?: / [\p{{L}}\d.]++ )?+ ) (?! \p{{L}} ) )?+"
_IS = r"(?: \s? [=:,;] \s? | \s? (?: of | was | is | from | between | rang(?:e[ds]?|ing) (?: \s from )? ) \s | \s )"
_TO = r"(?: (?<= [\s(\[] \d [\d.]{0,6} ) -- | \s? (?: to | and | through ) \s | \s? [-–—−‐‑] \s? | \s? [,;] \s? )"
_INTERVAL = rf"(?P<low> {_SIGNED} ) {_SAME_UNIT} {_TO} (?P<high> {_SIGNED} ) (?! [-–]\d )"
_CI = r"(?: (?: CI | CrI ) s? | (?: confidence | credib(?:le|ility) ) [\s-] (?: intervals? | limits? ) )"
_LEVEL = r"(?: (?P<level> \d\d (?: [.·]\d+ )? ) \s? (?: % | percent ) [\s-]? )"
_NAMED_CI = rf"(?: {_LEVEL} {_CI} | {_CI} \s? [,:]? \s? (?: {_LEVEL} )? ) (?: \s? [(\[] \s? {_CI} \s? [)\]] )?"
_APART = r"\s? [,;:]? \s? (?P<open> [(\[] )? \s? (?: (?: with \s )? (?: an? | the | and ) \s )?"
_CLOSE = r"(?(open) (?: \s? [)\]] )? )"
_SPREAD_NAME = r"""(?P<spread_name> standard \s (?: deviations? | errors? (?: \s of \s (?: the \s )? mean )? )
    | S \.? D \.? s? | S \.? E \.? (?: M \.? )? s? ) (?! \p{L} )"""
_RANGE_NAME = r"(?P<range_name> IQRs? | inter-?\s?quartile \s ranges? | quartiles | Q1 \s? [-–,] \s? Q3 | range )"

_COUNT = rf"""(?: (?= \d ) {_NO_LABEL} (?<! [\p{{L}}\p{{N}}] | \d [.,·/:] | [-–−<>≤≥=~] )
    {INTEGER} {_ENDS} (?! \s? % | [-–]\d ) )"""
_COUNT_WORD = rf"(?: (?= ze|on|tw|th|fo|fi|si|se|ei|ni|te|el|hu|an?\s ) (?<! [\p{{L}}\p{{N}}-] ) {NUMBER_WORDS} )"
_DETERMINER = r"(?: (?: the | all | a \s total \s of | these | those | our ) \s )"
_OF = rf"(?: \s? / \s? | \s (?: out \s of | of ) \s {_DETERMINER}{{0,2}} )"
_WHOLE = rf"(?P<n> {INTEGER} ) {_ENDS} (?! [-–/]\d | \s? (?: % | mm ) )"
_ONE_WORD = r"""(?: \s (?! (?: and | or | but | versus | vs | in | of | to | had | was | were | who ) \b )
    \p{L} [\p{L}\d'’-]*+ )"""
_THOSE = rf"{_ONE_WORD}{{0,4}}?"
_FEW = rf"(?: \s \L<people> \b {_THOSE} | {_ONE_WORD}?? )"
_MEASURED = r"""(?: [mµμnk]?g | mcg | [md]?l | [cm]?m | days? | weeks? | months? | years? | hours? | min | h | Gy | IU )
    (?! \p{L} )"""
_PERCENT = r"(?P<value> \d{1,4} (?: [.·∙‧,] \d{1,3} )? ) \s? (?P<unit> % ) (?! [\s-]? (?: CI | CrI | confid ) )"
_PERCENT_IN = rf"\s? [(\[,;=] \s? (?: \s? = \s? )? {_PERCENT} (?: \s? [)\]] )?"

_DF_NUMBER = r"\d{1,6} (?: [.·] \d{1,3} )?"
_DF = rf"(?P<df> {_DF_NUMBER} (?: \s? , \s? {_DF_NUMBER} )? )"
_DF_NAME = r"(?: d \.? f \.? | degrees? \s of \s freedom ) \s? [=:]? \s?"
_TEST = r"""(?P<test> (?-i:t) | (?-i:F) | [Zz] | (?-i:r) (?: \s? s | _s )? | rho | ρ
    | (?: χ | \u03a7 ) \s? \^? \s? (?: 2 | ² | \(2\) )? | chi [\s-]? squared? | (?-i:X) (?: 2 | ² | \^2 | \(2\) ) )"""

_MEASURES = {
    "HR": r"hazards? \s ratios? | (?-i:[as]?HRs?)",
    "OR": r"odds \s ratios? | (?-i:[ac]?ORs?)",
    "RR": r"(?: relative \s risks? | risk \s ratios? | rate \s ratios? | (?-i:[a]?RRs?) )",
    "IRR": r"incidence \s rate \s ratios? | (?-i:a?IRRs?)",
    "ratio": r"ratios?",
}
_RATIO_NAME = " | ".join(_MEASURES.values())
_HAS_RATIO_NAME = rf"""{_AT_A_NUMBER} (?<= (?<! \p{{L}} ) (?: {_RATIO_NAME} ) (?: \s? [)\]] )?
    (?: \s? [=:,;(\[] \s? | \s (?: (?: of | was | is ) \s )? ) )"""
_HAS_NAMED_RATIO = _HAS_RATIO_NAME.replace(f" | {_MEASURES['ratio']}", "")
_TELLS = r"""(?: \s? [=:,] \s?
    | \s (?: was | were | of | is | being ) \s (?: (?: about | only | approximately ) \s )? )"""
_MEASURED_WORD = r"(?: age | follow-?up | follow \s up | survival | duration | OS | PFS | DFS | time | stay | weight )"

RULES = (
    rule(
        "dose of cells or size of a window",
        rf"""{_VALUE} {_SPACE_UNIT} \s? (?: ± | \+ \s? / \s? [-–−] ) \s? {_NUMBER}
             (?= \s? [×x*] \s? 10 | \s (?: million | billion ) )
           | (?<= \b (?: weeks? | days? | visit | months? ) \s ) {_VALUE} \s? (?: ± | \+ \s? / \s? [-–−] ) \s? {_NUMBER}
             (?= \s? (?: days? | weeks? | d ) \b )""",
        "they got [[2.1 ± 0.4]] × 10^6 cells",
        "at week [[12 ± 2]] days",
        exclusion=True,
        units=UNITS,
    ),
    rule(
        "plus and minus",
        rf"""{_VALUE} {_SPACE_UNIT} \s? (?: ± | \+ \s? / \s? [-–−] | &plusmn; ) \s? (?: {_SPREAD_NAME} \s? )?
             (?P<spread> {_NUMBER} {_ENDS} ) (?: (?: \s? \( {_SPREAD_NAME} \) )? [\s-]? {_UNIT} )?+""",
        "fell by [[7.9 ± 10.4 mmHg]] in",
        "mean of [[12 +/- 3%]] and",
        units=UNITS,
    ),
    rule(
        "estimate and its named interval",
        rf"""{_AT_A_NUMBER} (?! \d\d (?: [.·]\d+ )? \s? (?: % | percent )? ,? [\s-]? {_CI} )
             {_NO_LABEL} {_VALUE} {_SPACE_UNIT}
             {_APART} {_NAMED_CI} {_IS} [(\[]? {_INTERVAL} {_SAME_UNIT} {_CLOSE}""",
        "HR [[0.65; 95% CI 0.48 to 0.87]]",
        "OR = [[2.1 (95% CI, 1.2–3.6)]]",
        "a difference of [[-1.2 mmHg (95% confidence interval -2.0 to -0.4)]]",
        units=UNITS,
    ),
    rule(
        "estimate and its named spread",
        rf"""{_VALUE} {_SPACE_UNIT} (?: \s? (?P<open> [(\[] ) \s? | \s? [,;] \s? ) (?: with \s an? \s )? (?: ± \s? )?
             (?: {_SPREAD_NAME} {_IS} (?: ± \s? )? (?P<spread> {_NUMBER} {_ENDS} ) {_SAME_UNIT}
               | (?P<spread> {_NUMBER} {_ENDS} ) {_SAME_UNIT} \s {_SPREAD_NAME} ) {_CLOSE}""",
        "a mean of [[12.3 (SD 4.5)]] and",
        "M = [[12.3, SD = 4.5]]",
        units=UNITS,
    ),
    rule(
        "estimate and its named range",
        rf"{_VALUE} {_SPACE_UNIT} {_APART} {_RANGE_NAME} \]? {_IS} [(\[]? {_INTERVAL} {_SAME_UNIT} {_CLOSE}",
        "median [[14 months (range 3–40)]]",
        "a median of [[6 (IQR, 4 to 9)]]",
        units=UNITS,
    ),
    rule(
        "part of a whole and its percentage",
        rf"(?P<count> {_COUNT} | {_COUNT_WORD} ) (?: \s \p{{L}}++ )?? {_OF} {_WHOLE} {_THOSE} {_PERCENT_IN}",
        "[[12 of 45 (26.7%)]]",
        "[[12/45 patients (27%)]]",
    ),
    rule(
        "part with its percentage, of a whole",
        rf"(?P<count> {_COUNT} | {_COUNT_WORD} ) {_THOSE} \s? [(\[] \s? {_PERCENT} \s? [)\]] {_OF} {_WHOLE}",
        "[[37 (27%) of 137]] patients",
    ),
    rule(
        "percentage, and the part of a whole",
        rf"""(?= \d ) (?<! \d | \d [.,·] ) {_PERCENT} {_THOSE} \s? [(\[,] \s? (?: n \s? = \s? )?
             (?P<count> {INTEGER} ) {_OF} {_WHOLE} (?: {_THOSE} \s? [)\]] )?""",
        "[[45% (18/40)]]",
        "in [[45% (18 of 40 patients)]] of",
    ),
    rule(
        "percentage, and its count",
        rf"(?= \d ) (?<! \d | \d [.,·] ) {_PERCENT} \s? [(\[] \s? n \s? = \s? (?P<count> {INTEGER} ) {_ENDS} \s? [)\]]",
        "[[55.6% (n = 5)]]",
    ),
    rule(
        "count and its percentage",
        rf"(?P<count> {_COUNT} | {_COUNT_WORD} ) (?! \s? {_MEASURED} ) {_FEW} \s? [(\[] \s? {_PERCENT} \s? [)\]]",
        "[[12 (26.7%)]] of them",
        "[[Five patients (56%)]] did",
        people=words("people"),
    ),
    rule(
        "percentage of people",
        rf"""(?= \d ) (?<! \d | \d [.,·] | [-–] ) {_PERCENT} \s (?: out \s )? of \s {_DETERMINER}{{0,2}} {_WHOLE}
             (?= {_THOSE} \s \L<people> \b )""",
        "[[30% of 7]] patients",
        people=words("people"),
    ),
    rule(
        "part of people",
        rf"(?P<count> {_COUNT} | {_COUNT_WORD} ) {_OF} {_WHOLE} (?= {_THOSE} \s \L<people> \b )",
        "[[9/12]] patients",
        people=words("people"),
    ),
    rule(
        "test statistic",
        rf"""(?<! [\p{{L}}\p{{N}}_.] | [-–] ) {_TEST}
             (?: \s? [(\[{{_] \s? (?: {_DF_NAME} )? {_DF} (?: \s? , \s? n \s? = \s? (?P<n> {INTEGER} ) )?
                 \s? [)\]}}]? | (?P<df> \d{{1,3}} , \s? \d{{1,6}} (?: \.\d )? ) )?
             \s? [=＝] \s? (?P<value> {_SIGNED} )
             (?: \s? [,;(] \s? {_DF_NAME} {_DF} )?""",
        "([[t(23) = 2.4]], P < .05)",
        "[[F(1, 45) = 5.2]]",
        "[[χ2 = 4.1, df = 1]]",
        "[[r = .45]]",
    ),
    rule(
        "ratio with an interval in parentheses",
        rf"{_HAS_RATIO_NAME} {_VALUE} \s? [(\[] \s? {_INTERVAL} \s? [)\]]",
        "OR [[2.1 (1.2–3.6)]]",
        units=UNITS,
    ),
    rule(
        "estimate with a range in parentheses",
        rf"{_VALUE} {_SPACE_UNIT} \s? [(\[] \s? {_INTERVAL} {_SAME_UNIT} \s? [)\]]",
        "median (IQR) was [[14 (3–40)]]",
        units=UNITS,
    ),
    rule(
        "estimate with a spread in parentheses",
        rf"""{_VALUE} {_SPACE_UNIT} \s? [(\[] \s? (?: ± \s? | \+/- \s? )? (?P<spread> {_NUMBER} {_ENDS} ) {_SAME_UNIT}
             \s? [)\]]""",
        "mean (SD) of [[12.3 (4.5)]]",
        units=UNITS,
    ),
    rule(
        "ratio",
        rf"{_HAS_NAMED_RATIO} {_VALUE} (?! \s? [%:] | -\p{{L}} | \s? (?: to | - | – ) \s? \d )",
        "a hazard ratio of [[0.65]]",
    ),
    rule(
        "mean or median",
        rf"""{_AT_A_NUMBER} (?! \d++ (?: -\p{{L}} | % \]? \s? CI ) ) (?<= (?<! by \s ) \b (?: means? | medians? )
                 (?: (?: \s [^\s.;:()\d=]++ ){{0,7}}? {_TELLS}
                   | \s (?: (?: \p{{L}}++ \s ){{0,4}}? {_MEASURED_WORD} \s )? ) )
             {_NO_LABEL} {_VALUE} {_SPACE_UNIT}
             (?! \p{{L}} | \s? [-–(\[/:×] \s? \d | \s? (?: to | and | or | x ) \s \d )""",
        "median follow-up was [[26 months]].",
        "the mean age of [[54 years]] was",
        units=UNITS,
    ),
)

# What a sentence must hold for a rule to find anything in it: the rules are many, and few are called for.
_PLUS_MINUS = ("±", "+/", "+ /", "&plusmn;")
_SPREADS = ("SD", "S.D", "s.d", "SE", "S.E", "s.e", "tandard ")
_RANGES = ("range", "Range", "IQR", "uartile", "Q1")
_INTERVALS = ("CI", "CrI", "onfidence", "redib")
_RATIOS = (" ratio", "Ratio", "HR", "OR", "RR", "elative risk")
_LITERALS = {
    "dose of cells or size of a window": _PLUS_MINUS,
    "plus and minus": _PLUS_MINUS,
    "estimate and its named interval": _INTERVALS,
    "estimate and its named spread": _SPREADS,
    "estimate and its named range": _RANGES,
    "part of a whole and its percentage": ("%",),
    "part with its percentage, of a whole": ("%",),
    "percentage, and the part of a whole": ("%",),
    "percentage, and its count": ("%",),
    "count and its percentage": ("%)", "%]", "% )"),
    "percentage of people": ("% of ", "% out of "),
    "part of people": ("/", "of "),
    "test statistic": ("=", "＝"),
    "ratio with an interval in parentheses": _RATIOS,
    "estimate with a range in parentheses": _INTERVALS + _RANGES,
    "estimate with a spread in parentheses": _SPREADS,
    "ratio": _RATIOS,
    "mean or median": ("mean", "Mean", "edian"),
}
_CALLING = frozenset(_LITERALS.values())
_A_WHOLE = compile_pattern(
    r"(?: / \s? | \b of \s (?: (?: the | all | a \s total \s of | these | those | our ) \s ){0,2} ) \d"
)
_OF_WHOLES = ("part of a whole and its percentage", "part with its percentage, of a whole", "part of people")
_DIGIT = regex.compile(r"\d")
_REACH = 250  # characters before a number that may say what it is


def _ends(pattern: str) -> regex.Pattern[str]:
    """A pattern for the end of what stands before a number, tried from there backwards."""
    return compile_pattern(rf"(?r) (?: {pattern} ) \s* \Z")


_CHANGE_CUE = r"""(?P<difference> differences? | changes? | reductions? | decreases? | increases? | improvements?
    | gains? | loss(?:es)? | declines? | rise | fall | drop | (?-i:[SW]?MD)
    | (?: changed | reduced | decreased | increased | improved | declined | fell | rose | dropped | moved | lower(?:ed)?
        | gained | lost | longer | higher | shorter | greater )
        (?: \s (?: on \s average | an \s average | a \s mean ) )? \s (?: by | of ) )"""
_AVERAGE_CUE = r"(?P<median> medians? ) | (?P<mean> means? | average[ds]? )"
_KIND = compile_pattern(
    rf"""(?r) \b (?: (?P<ratio> (?: {_RATIO_NAME} ) ) | {_CHANGE_CUE} | {_AVERAGE_CUE}
        | (?P<proportion> rates? | incidences? | proportions? | percentages? | prevalence | probabilit(?:y|ies)
            | sensitivity | specificity | frequency ) ) (?! \p{{L}} )"""
)
_AVERAGE = compile_pattern(rf"(?r) \b (?: {_CHANGE_CUE} | {_AVERAGE_CUE} ) (?! \p{{L}} )")
_TOLD_RANGE = compile_pattern(rf"(?r) \b (?: (?P<ci> (?: {_LEVEL} )? {_CI} ) | {_RANGE_NAME} ) \b")
_TOLD_SPREAD = compile_pattern(
    rf"(?r) (?<! \p{{L}} ) (?: means? | averages? | \b M ) \s? [,(\[/±+-]* \s? [±+/–−-]* \s? {_SPREAD_NAME}"
)
_MEASURE_PATTERNS = {name: compile_pattern(pattern) for name, pattern in _MEASURES.items()}
_MOST_PEOPLE = 20_000
_CUT = regex.compile(r"\d\.\s*\Z")  # a number whose point was taken for the end of a sentence
_COEFFICIENT = compile_pattern(r"(?: [βδΔ] | \b (?: beta | b | d | coefficient ) ) \s? [=,:]? \s? \Z")
_APART_FROM = compile_pattern(r".{80} | \b (?: when | where | which | except | compared ) \b")
_COMPARED = compile_pattern(r"\b (?: vs | versus | v | and | to | with | than ) \.? (?: \s \p{L}+ ){0,3} \s? \Z")
_FROM_OR_TO = compile_pattern(
    r"\b (?: from | to | vs\.? | versus | than ) \s \Z | \b from \s [^;]*? \d [^;]*? \b to \s"
)
_OPENED = compile_pattern(r"\p{L} \s? [(\[] [^()\[\]]* \Z")
_RATIO = compile_pattern(rf"(?r) (?<! \p{{L}} ) (?: {_RATIO_NAME} ) (?! \p{{L}} )")
_DIFFERENCE = compile_pattern(r"differences? | [SW]?MD")
_SPREAD_KINDS = {
    "sd": compile_pattern(r"standard \s dev | S \.? D"),
    "se": compile_pattern(r"standard \s err | S \.? E"),
}
_OF_THE_DOCUMENT = compile_pattern(rf"(?: ± | \+ \s? / \s? [-–−] ) \s? (?: the \s )? {_SPREAD_NAME}")
_N_BEHIND = compile_pattern(rf"\s? [(\[,;]? \s? n \s? = \s? (?P<n> {INTEGER} ) {_ENDS}")
_GROUP_NOUN = r"(?: group | arm | cohort )"
_GROUP_WORDS = r"""(?: (?! (?: and | or | vs | versus | in | for | the | than | from | to ) \b )
    [\p{L}\d] [\p{L}\d/+-]* \s ){1,3}"""
_GROUP_BEHIND = compile_pattern(
    rf"""\s? [,(\[]? \s? (?: (?: in | for | with | on | among ) \s )? (?: the \s )?
         (?P<group> {_GROUP_WORDS}? {_GROUP_NOUN} | {_GROUP_NOUN} \s [A-Z\d] ) (?! \p{{L}} )"""
)
_GROUP_BEFORE = _ends(
    rf"""\b (?: in | for | the ) \s (?: the \s )? (?P<group> {_GROUP_WORDS} {_GROUP_NOUN} | {_GROUP_NOUN} \s [A-Z\d] )
         ,? (?: \s (?: was | were | had | it \s was ) )?"""
)
_OUTCOME = _ends(
    r"""\b (?: means? | medians? | average | ratios? \s for | (?-i:[HOR]R) \s for )
        (?: \s? [(\[] [^()\[\]]{0,30} [)\]] )?
        \s (?P<outcome> (?! (?: of | was | were | for | and ) \b ) \p{L} [\p{L}\d'’/-]*
            (?: \s (?! (?: was | were | of | from | ranging | (?: de | in ) creased | fell | rose ) \b )
                [\p{L}\d'’/-]+ ){0,6} )
        (?: \s? [=:,(\[] | \s (?: was | were | of | is | at ) )?"""
)
_TIME = r"(?: hours? | h | minutes? | days? | weeks? | wks? | months? | years? ) \b"
_TIMEPOINT = compile_pattern(
    rf"""\b (?: (?: at | after | by | to | until ) \s (?: week | month | day | year | visit )s? \s \d++
              | (?: at | after | within ) \s (?: \d++ | {NUMBER_WORDS} ) [\s-] {_TIME} | at \s baseline \b )"""
)


def normalise(mention: Mention, document: Document) -> Statistic:
    """The numbers of a mention and what the words around it say of them.

    Raises:
        ValueError: a number that cannot be read.
    """
    kind, measure = _kind(mention)
    low, high, level = (_number(mention.part(name)) for name in ("low", "high", "level"))
    count, whole = (integer(part) if part else None for part in (mention.part("count"), mention.part("n")))
    if whole is None and kind != "proportion" and (behind := _N_BEHIND.match(mention.after[:40])):
        whole = integer(behind["n"])
    spread_kind = _spread_kind(mention, document)
    if spread_kind == "ci" and level is None and (told := _told(mention)) and told["level"]:
        level = float(decimal(told["level"]))
    before = mention.before[-_REACH:]
    group = _GROUP_BEHIND.match(mention.after[:80]) or _GROUP_BEFORE.search(before)
    outcome = _OUTCOME.search(before)
    times = {found[0] for found in _TIMEPOINT.finditer(before + mention.after[:60])}
    return Statistic(
        kind=kind,
        value=_number(mention.part("value")),
        value_text=mention.part("value"),
        spread=_number(mention.part("spread")),
        spread_kind=spread_kind,
        low=low,
        high=high,
        unit=mention.part("unit"),
        n=whole,
        group=group["group"] if group else "",
        outcome=outcome["outcome"] if outcome else "",
        timepoint=times.pop() if len(times) == 1 else "",
        measure=measure,
        count=count,
        df=regex.sub(r"\s*,\s*", ", ", mention.part("df")),
        level_percent=level,
    )


def _number(text: str) -> float | None:
    return float(decimal(text.replace("‐", "-").replace("‑", "-").replace("+", ""))) if text else None


def _kind(mention: Mention) -> tuple[str, str]:
    """Kind and measure; both empty where nothing says what the number is."""
    if test := mention.part("test"):
        return "statistic", _test(test)
    if "count" in mention.parts or "n" in mention.parts:
        return "proportion", ""
    before, unit, spread = mention.before[-_REACH:], mention.part("unit"), "spread" in mention.parts
    cue = (_AVERAGE if mention.rule == "mean or median" else _KIND).search(before)
    kind = next((name for name, part in cue.groupdict().items() if part), "") if cue else ""
    between = before[cue.end() :] if cue else ""
    named = None if unit else _RATIO.search(before)
    is_difference = kind == "difference" and cue is not None and _DIFFERENCE.fullmatch(cue["difference"]) is not None
    if named and not spread and (mention.rule.startswith("ratio") or (kind == "difference" and not is_difference)):
        kind = "ratio"  # "the ratio for loss of sight was 0.7": a ratio, no change
    if kind == "difference" and (_is_level(mention, between) or (spread and _APART_FROM.search(between))):
        return "mean" if spread or unit != "%" else "proportion", ""
    if kind == "difference":
        return kind, "difference" if is_difference else "change"
    if spread:
        return "mean", ""
    if kind == "ratio":
        names = (name for name, pattern in _MEASURE_PATTERNS.items() if named and pattern.fullmatch(named[0]))
        return ("", "") if unit else (kind, next(names, "ratio"))
    if kind in ("proportion", ""):
        return ("proportion" if unit == "%" and "low" in mention.parts else ""), ""
    return kind, ""


def _is_level(mention: Mention, between: str) -> bool:
    """Whether a number behind a word of change is what was before or after it, not by how much ("fell from 9 to 7")."""
    unsigned = mention.part("value")[0].isdigit()
    return _FROM_OR_TO.search(between) is not None or (unsigned and _OPENED.search(between) is not None)


def _test(name: str) -> str:
    if name[0] in "tFzZ":
        return name.replace("Z", "z")
    if name.startswith("r"):
        return "r" if name == "r" else "rho"
    return "rho" if name == "ρ" else "chi2"


def _told(mention: Mention) -> regex.Match[str] | None:
    """The words before a mention that say what its parenthesis holds."""
    pattern = _TOLD_SPREAD if "spread" in mention.parts else _TOLD_RANGE
    return pattern.search(mention.before[-_REACH:])


def _spread_kind(mention: Mention, document: Document) -> str:
    if "spread" in mention.parts:
        name = mention.part("spread_name")
        if not name and (told := _told(mention) or _OF_THE_DOCUMENT.search(_around(mention))):
            name = told["spread_name"]
        kinds = _kinds_of(name) if name else _kinds_of_document(document.article.text)
        return kinds[0] if len(kinds) == 1 else ""
    if "low" not in mention.parts:
        return ""
    if mention.rule == "estimate and its named interval":
        return "ci"
    name = mention.part("range_name")
    if not name:
        told = _told(mention)
        if mention.rule == "ratio with an interval in parentheses" or (told and told["ci"]):
            return "ci"
        name = told["range_name"] if told else ""
    return "" if not name else "range" if name.lower() == "range" else "iqr"


def _around(mention: Mention) -> str:
    return mention.before[-_REACH:] + mention.text + mention.after[:_REACH]


def _kinds_of(name: str) -> tuple[str, ...]:
    return tuple(kind for kind, pattern in _SPREAD_KINDS.items() if pattern.match(name))


@lru_cache(maxsize=4)
def _kinds_of_document(text: str) -> tuple[str, ...]:
    """What a text says that it prints behind ±."""
    return tuple(sorted({kind for told in _OF_THE_DOCUMENT.finditer(text) for kind in _kinds_of(told["spread_name"])}))


def _is_statistic(mention: Mention, document: Document) -> bool:
    """Whether the words say what the number is, where the rule alone does not."""
    count, whole = mention.part("count"), mention.part("n")
    if not mention.before and _CUT.search(document.article.text, max(mention.start - 5, 0), mention.start):
        return False
    match mention.rule:
        case "estimate with a range in parentheses" | "estimate with a spread in parentheses":
            if not _told(mention):
                return False
        case "percentage, and its count":  # of a strength, as in `0.5% (n = 120)`, people are no share
            return 100 * integer(count) < _MOST_PEOPLE * decimal(mention.part("value"))
        case "part of people":
            return "/" not in mention.text or integer(count) <= integer(whole)
        case "estimate and its named interval" if mention.part("unit") == "%" and not mention.part("open"):
            if _COMPARED.search(mention.before[-40:]):  # the interval is that of the difference
                return False
    if "spread" in mention.parts and _COEFFICIENT.search(mention.before[-12:]):
        return False
    return _kind(mention)[0] != ""


def _find(document: Document) -> Iterator[Mention]:
    for sentence in document.sentences:
        text = sentence.text
        if not _DIGIT.search(text):
            continue
        held = {literals for literals in _CALLING if any(literal in text for literal in literals)}
        called = [each for each in RULES if _LITERALS[each.name] in held]
        if called and not _A_WHOLE.search(text):
            called = [each for each in called if each.name not in _OF_WHOLES]
        for mention in find_mentions(called, sentence) if called else ():
            if _is_statistic(mention, document):
                yield mention


EXTRACTOR = Extractor("statistic", "Statistic", Statistic, RULES, normalise, find=_find)
