"""Which P-values are reported for a result?"""

from __future__ import annotations

import html
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

import regex

from pipeline.document import Document
from pipeline.extract.extractor import Extractor
from pipeline.quantities import decimal, plain
from pipeline.records import Mention
from pipeline.rules import compile_pattern, find_mentions, rule


@dataclass(frozen=True, slots=True)
class PValue:
    """A P-value as printed (`value_text`) and as a number, with what the sentence says it was for.

    `comparator` is `<`, `<=`, `=`, `>`, `>=`, or `ns` where only "P = NS" or the like is said. `value` is empty for
    `ns`, for a range and where a lost decimal point leaves two readings. `kind` is `plain`, `trend`, `interaction`,
    `adjusted` or `one_sided`.
    """

    comparator: str
    value: float | None
    value_text: str
    kind: str = "plain"
    outcome: str = ""
    comparison: str = ""
    timepoint: str = ""

    def __str__(self) -> str:
        shown = self.value_text if self.value is None else plain(self.value)
        words = (
            "P",
            self.comparator,
            shown if self.comparator != "ns" else "",
            self.kind if self.kind != "plain" else "",
        )
        return " ".join(word for word in words if word)


# What may stand between the parts of an expression: spaces of all kinds, marks of italics, a space written as entity.
_BLANK = r"(?: \s | \xad | &nbsp; | &\#(?:160|xa0); | </?(?:i|em|b|sub|sup|strong)> | [*_$] )"
GAP = rf"{_BLANK}*+"
SPACE = rf"{_BLANK}++"
DASH = r"[-\u2010-\u2015\u2212\ufe63\uff0d]"

_KIND_WORD = r"""(?: trend | interactions? | inter | int | heterogeneity | het | adj(?:usted)? | unadjusted | corr(?:ected)? | nominal
    | non-?inferiority | NI | superiority | equivalence | difference | diff | log-?rank | ANOVA | linear | overall | global | fdr | value
    | (?: one | two | 1 | 2 ) -? (?: sided | tailed ) )"""

# The letter, and what belongs to it: `P`, `p-values`, `Ptrend`, `P for interaction`, `P(one-sided)`, `<i>P</i>`.
# Not a letter of a word, of a name (`CT-P13`) or of another sign; `2P` is a two-sided P.
P = rf"""
    p (?<= (?<! [\p{{L}}\d_] ) p | (?<! [\p{{L}}\d.,·-] ) [12] p | \d\.\d{{1,4}} p | [\s(\[*] _ p ) (?! \p{{L}}* \. \p{{L}} )
    (?P<label>
        (?: {GAP} {DASH}? {GAP} (?: values? | vals? ) (?!\p{{L}}) | ['’]? s (?= {GAP} [<=>≤≥&] ) | [1-9] (?= \s* [<=>≤≥] ) )?
        (?: {GAP} [-\u2010-\u2015{{]? {GAP} {_KIND_WORD} \}}? (?!\p{{L}}) ){{0,2}}
        (?: {SPACE} (?: for | of | from | by | in | comparing ) (?: [\s-]+ (?! (?: was | were | is | are ) \b ) [\p{{L}}'’/-]{{1,24}}+ ){{1,6}}+ (?= \s* [,:=<>≤≥&] | \s+ 0?[.·]\d ) )?
        (?: {GAP} [(\[] [^()\[\]<=>≤≥;\d]{{2,40}}+ [)\]] (?= {GAP} [:=<>≤≥&] ) )?
    )
"""

# Signs, as printed, as entities, as the letters that a page's lost fonts leave behind.
_LESS = r"(?: < | ＜ | ﹤ | ˂ | ‹ | 〈 | ≺ | \u03fd | \uf03c | ≪ | « | \\?\\(?:textbackslash)?(?:textless|lt)\b (?:\{\})? | &lt; | &\#0*60; | &\#x0*3c; )"
_MORE = r"(?: > | ＞ | ﹥ | ˃ | › | 〉 | ≻ | \u03fe | \uf03e | ≫ | » | \\?\\(?:textbackslash)?(?:textgreater|gt)\b (?:\{\})? | &gt; | &\#0*62; | &\#x0*3e; )"
_SAME = r"(?: = | ＝ | ﹦ | ¼ | \u03ed | \uf03d | &\#0*61; | &\#x0*3d; | &equals; )"
_LEAST = r"(?: ≤ | ⩽ | ≦ | ⪕ | ≲ | £ | \uf0a3 | â‰¤ | ‚â§ | &le; | &\#8804; | &\#x0*2264; | \\?\\(?:textbackslash)?(?:leq?slant|leq?)\b )"
_MOST = r"(?: ≥ | ⩾ | ≧ | ⪖ | ≳ | ³ | \uf0b3 | â‰¥ | ‚â• | &ge; | &\#8805; | &\#x0*2265; | \\?\\(?:textbackslash)?(?:geq?slant|geq?)\b )"
_OR_EQUAL = rf"(?: {GAP} (?: / | or )? {GAP} {_SAME} )"
_SIGN = rf"(?: {_LEAST} | {_MOST} | {_LESS}{{1,2}} {_OR_EQUAL}? | {_MORE}{{1,2}} {_OR_EQUAL}? | {_SAME} )"

COMPARATOR = rf"(?: {GAP} [:,]? {GAP} [(\[]? {_SAME}? {GAP} {_SIGN} [)\]]? )"
"""A comparing sign (`<`, `</=`, `&lt;`, `< or =`, `:=`, `= <`), read by `_comparator`."""

COMPARATOR_WORDS = r"""(?:
    (?: less | lower | smaller | greater | more | higher | larger | bigger ) \s+ than (?: \s+ or \s+ equal(?: s | ed )? (?: \s+ to )? )?
    | below | under | above | over | exceed(?:s|ed|ing)? | equal(?: s | led | ed | ing )? (?: \s+ to )? )"""

# `was`, `of`, `:`; then perhaps words or a sign that compare.
LINK = rf"""(?: (?: {GAP} [:,] | {SPACE} (?: was | were | is | are | being | of | at | as | reached | became | become ) (?: \s+ (?: found | calculated | reported ) )? (?: \s+ (?: to \s+ be | as ) )? )?
    (?: {SPACE} {COMPARATOR_WORDS} )? )"""

_POINT = r"(?: \s? [.·∙•‧⋅・｡] \s? )"
_TENS = rf"10 {GAP} (?: \^ | \*\* | <sup> )? {GAP} (?: [({{] \s? )? {DASH} \s? \d{{1,3}}+ (?: \s? [)}}] )?"
_TIMES = r"(?: × | x | ✕ | \* | ∗ | · | ⋅ | &times; | Ã— | \\times )"
_EXPONENT = rf"(?: {GAP} {_TIMES} {GAP} {_TENS} | \s? e \s? {DASH} \s? \d{{1,3}} (?!\d) )"

FRACTION = r"(?: [0o] {p} \d++ | (?<! \d ) [.·∙•‧⋅・｡] \s? \d++ | [01] , \d++ )".replace("{p}", _POINT)
"""A number below 1 (`0.05`, `.05`, `0,05`, `0. 001`), or 1 with decimals after a comma."""

NUMBER = rf"(?: {_TENS} | (?: {FRACTION} | \d++ (?: [.·∙•‧⋅・｡] \d++ )? ) (?: {_EXPONENT} )? (?: \s? % )? )"
"""What may stand behind a comparator, read by `_value`: `.0517`, `0·05`, `3 × 10−5`, `10(-6)`, `2E-09`, `0.2%`."""

SMALL = rf"(?: (?: {FRACTION} | \d++ (?= {_EXPONENT} ) ) (?: {_EXPONENT} )? | {_TENS} )"
"""What may stand behind `P was` or `P of`: as `NUMBER`, but no bare whole number."""

# Not the middle of a longer number, nor a number with a unit: something else is called p there.
_END = r"(?! \d | [.,·] \d | \s? % )"
_UNIT = r"(?: \s? (?: mm | cm | m | µm | μm | nm | kg | g | mg | µg | μg | mcg | ng | pg | m?l | dl | mol | [mµμn]mol | bar | k?Pa | atm | Hz | s | min | h | d | weeks? | days? | months? | years? | points? | patients ) (?![\p{L}]) )"

RANGE_TO = rf"(?: {GAP} (?: {DASH} | ~ | to | through ) {GAP} )"
NOT_SIGNIFICANT = r"""(?: n \.? \s? s \b \.? | (?: statistically \s+ )? (?: not | non | in ) [\s-]* (?: statistically \s+ )? signi(?:fi|ﬁ)cant )"""

_RANGE_END = rf"(?: {GAP} {_SIGN} )? {GAP} {FRACTION} (?: {_EXPONENT} )? {_END}"
_AND = r"(?: , \s* (?: and | or | & ) | , | ; | \s+ (?: and | or | & | y | e | und | et | vs\.? | versus ) | \s* / )"
# What follows an item of a list, so that `P = .02, 0.55 (0.4-0.7)` and `P = .02, 0.5 mg` end at the first number.
_ITEM_END = r"(?= \s* (?: [,;:/)\]] | \.? $ | \.\s | (?: and | or | & | y | e | respectively | in | for | at | with | between | when | versus | vs\.? | but | compared | after | before | on ) (?![\p{L}]) ) )"
MORE_ITEMS = rf"""(?:
    {_AND} {GAP} (?P<mention> (?: {_SIGN} {GAP} {NUMBER} | {FRACTION} (?: {_EXPONENT} )? ) {_END} ) {_ITEM_END}
    | {_AND} {GAP} (?P<mention> {NOT_SIGNIFICANT} ) (?= ,? \s* respectively )
)*+"""

EXPRESSION = rf"{P} (?: {COMPARATOR} {GAP} {NUMBER} | {LINK} {GAP} {FRACTION} (?: {_EXPONENT} )? ) {_END}"

SIGNIFICANCE = r"(?: signi(?:fi|ﬁ)can (?: t(?:ly)? | ces? ) )"
_HELD = r"""(?: consider(?:ed|ing)? | regarded | accept(?:ed|able) | taken | deemed | judged | defined | set | used | chosen | selected | adopted
    | established | interpreted | treated | viewed | assumed | declared | designated | determined | specified | prespecified | predefined | fixed | required
    | thought | held | recogni[sz]ed | assigned | claimed | assessed | tested | evaluated | inferred | indicated | denoted | placed )"""

RULES = (
    rule(
        "significance level announced before",
        rf"""\b (?: {SIGNIFICANCE} | alpha | level | threshold | cut-? \s? off | criterion ) \b [^;:()<=>≤≥]{{0,80}}?
             (?: \b {_HELD} \b [^;:()\d<=>≤≥]{{0,40}}? \b (?: at | as | by | if | when | with | for | be | to | of | where | using | a | an | the ) (?: {SPACE} (?: level \s+ of | the | an? ) )? {SPACE}
               | \b (?: set | defined | considered | accepted | established | fixed | chosen ) \b [^;:()<=>≤≥]{{0,40}}? \(
               | \b (?: if | when(?:ever)? | unless | where ) {SPACE} (?: the \s+ | an? \s+ | (?: two | one | 2 | 1 ) - (?: sided | tailed ) \s+ )*+
               | (?<= level | threshold | significance | alpha | criterion | cut-?off ) \s+ (?: was | were | is | of ) {SPACE} )
             (?P<mention> {EXPRESSION} )""",
        "differences were called significant if [[P < .05]]",
        "the level of significance was set at [[p ≤ 0.05]] in all tests",
        exclusion=True,
    ),
    rule(
        "significance level announced behind",
        rf"""(?P<mention> {EXPRESSION} )
             (?: \s (?: at | with | for ) \s [^;:().]{{0,40}}? (?= \s (?: was | were | is | are ) \s ) )?
             (?: \)? ,? \s* (?: (?: which | that | was | were | is | are | will | being | to | be | been | has | have | value | values | level ) \s+ ){{0,4}} (?: \p{{L}}+ly \s+ )? {_HELD} \b [^;:().]{{0,60}}? {SIGNIFICANCE}
               | \s+ (?: denot | indicat | signif | represent | reflect | show | mean )(?: ed | ied | es | ies | e | s | t | n | ing | ying )? \b [^;:().]{{0,40}}? significance
               | \s+ (?: was | were | is | are | being | as ) \s+ (?: (?: the | our | an? ) \s+ )? (?: (?: level | limit | threshold | criterion | cut-?off ) \b | (?: statistically \s+ )? significant \b ) )""",
        "a [[P value below 0.05]] was taken to be significant",
        "with [[p<.01]] as the threshold",
        exclusion=True,
    ),
    rule(
        "level for entering a model",
        rf"""(?: variables | covariates | factors | predictors | parameters | those | characteristics ) \s+ (?: [\p{{L}}-]+ \s+ ){{0,4}}? (?: with | at | having ) \s+ (?: an? \s+ )?
             (?P<mention> {EXPRESSION} ) [^;:.]{{0,60}} \b (?: includ | enter | retain | select | considered | introduc | model | multivari | incorporat | kept | remov )""",
        "covariates with [[p < 0.2]] were entered into the model",
        exclusion=True,
    ),
    rule(
        "number with a unit, or a share, of a group or quantity called p",
        rf"(?P<mention> {P} (?: {COMPARATOR} | {LINK} ) {GAP} (?: \d++ (?: [.,·] \d++ )? {_UNIT} | [1-9] \d (?: \. \d++ )? \s? % ) )",
        "at a pressure of [[P = 40 mmHg]]",
        exclusion=True,
    ),
    rule(
        "group or substance called p",
        rf"\b (?: groups? | substance | vitamin | protein | glycoprotein | arm ) \s+ (?P<mention> p (?! {GAP} {_SIGN} ) (?: {LINK} {GAP} \d [\d.]*+ )? )",
        "scores in group [[P were 0.4]] lower",
        exclusion=True,
    ),
    rule(
        "not significant, said behind its value",
        rf"{EXPRESSION} {GAP} [;,/(\[]? {GAP} (?: which \s+ (?: was | is ) \s+ )? (?P<mention> {NOT_SIGNIFICANT} )",
        "in both (P = .4, [[NS]])",
        exclusion=True,
    ),
    rule(
        "not significant, said before its value",
        rf"(?P<mention> {NOT_SIGNIFICANT} ) (?<= [(\[,;] \s? (?P=mention) ) {GAP} [;,:(\[]? {GAP} (?= {EXPRESSION} )",
        "in both ([[n.s.]], P = .4)",
        exclusion=True,
    ),
    rule(
        "p within bounds",
        rf"(?P<range> {FRACTION} {GAP} (?P<comparator> {_SIGN} ) {P} {COMPARATOR} {GAP} {FRACTION} ) {_END}",
        "the weaker ones ([[0.02 < P < 0.06]]) were",
    ),
    rule(
        "p range",
        rf"""{P} (?: (?P<comparator> {COMPARATOR} ) {GAP} (?P<range> {NUMBER} {RANGE_TO} {_RANGE_END} )
             | {LINK} {GAP} (?P<range> {FRACTION} (?: {_EXPONENT} )? {RANGE_TO} {_RANGE_END} )
             | {GAP} (?: was | were | all )? \s* (?: rang(?:ed|es|e|ing) | var(?:ied|ies|y|ying) )? \s* (?: between | from )
               (?P<range> {_RANGE_END} (?: {RANGE_TO} | \s+ and \s+ ) {_RANGE_END} ) )""",
        "all were reduced ([[p = 0.02-0.04]])",
        "with [[P values ranging from .11 to .47]]",
    ),
    rule(
        "p compared",
        rf"(?P<mention> {P} (?P<comparator> {COMPARATOR} ) {GAP} {NUMBER} {_END} ) {MORE_ITEMS}",
        "decreased ([[P<0.05]])",
        "rose ([[P = .03]] and [[.008]], respectively)",
    ),
    rule(
        "p in words",
        rf"(?P<mention> {P} (?P<comparator> {LINK} ) {GAP} {SMALL} {_END} ) {MORE_ITEMS}",
        "was higher ([[P less than .005]])",
        "a [[p-value of 0.03]]",
        "fell ([[p 0.0021]])",
    ),
    rule(
        "p not significant",
        rf"{P} (?: {COMPARATOR} {GAP} | {LINK} {SPACE} ) (?P<ns> {NOT_SIGNIFICANT} ) (?!\p{{L}})",
        "in both groups ([[P = NS]])",
    ),
    rule(
        "not significant in parentheses",
        rf"""(?P<ns> {NOT_SIGNIFICANT} )
             (?<= [(\[] (?: [^()\[\]]{{0,120}} [,;] \s? | (?: difference s? \s+ )? ) (?P=ns) )
             (?<! \b n [\p{{L}}-]*+ (?: [\s-]+ \p{{L}}++ ){{0,2}} \s? [(\[] (?P=ns) )
             (?= \s* [,;] (?! \s* (?: n \s* = | \d ) ) | \s+ (?: between | vs\.? | versus | for | compared ) \b
               | \s* [)\]] (?! \s+ (?! (?: in | for | with | vs | versus | between | and | or | at | after | of | to | but | when | on | respectively | while
                                             | whereas | by | during ) \b ) \p{{L}} ) )""",
        "39% and 46% ([[n.s.]])",
        "(8 vs 9 days; [[not significant]])",
    ),
)


_WORTH_READING = regex.compile(r"(?i)p(?<=(?<!\p{L})p)(?!\p{L}(?<!s)(?!alue|rend|nter|adj))")
_OWN_VALUE = compile_pattern(rf"(?P<comparator> {COMPARATOR} | {COMPARATOR_WORDS} )? {GAP} (?P<number> {NUMBER} ) \Z")
_POWER = compile_pattern(
    rf"(?: (?P<factor> .*? ) {GAP} (?: {_TIMES} {GAP} )? 10 | (?P<factor> .*? ) e ) [\s^*({{]* {DASH} \s? (?P<exponent> \d++ ) \D*"
)
_NS_ENDS = compile_pattern(rf"{NOT_SIGNIFICANT} \Z")
_COMPARATORS = (
    (compile_pattern(rf"{_LEAST} | (?: {_LESS} | less | lower | smaller ) .* (?: or | / | {_SAME} )"), "<="),
    (
        compile_pattern(
            rf"{_MOST} | (?: {_MORE} | greater | more | higher | larger | bigger ) .* (?: or | / | {_SAME} )"
        ),
        ">=",
    ),
    (compile_pattern(rf"{_LESS} | less | lower | smaller | below | under"), "<"),
    (compile_pattern(rf"{_MORE} | greater | more | higher | larger | bigger | above | over | exceed"), ">"),
)
_KINDS = (
    (
        "trend",
        compile_pattern(r"trend"),
        compile_pattern(r"\b trend \s* [,:]? \s* [(\[]? \Z"),
        compile_pattern(r"\s* ,? \s* \(? (?: test \s+ )? for \s+ (?: the \s+ | a \s+ )? (?: linear \s+ )? trend"),
    ),
)


def normalise(mention: Mention, document: Document) -> PValue:
    """The value and its comparator; a comparator that the page lost is read as `=`.

    Raises:
        ValueError: a value above 1.
    """
    context = {"kind": _kind(mention)}
    if ns := _NS_ENDS.search(mention.text):
        return PValue("ns", None, ns[0], **context)
    if printed := mention.part("range"):
        return PValue(_comparator(mention.part("comparator")), None, printed.strip(), **context)
    own = _OWN_VALUE.search(mention.text)
    assert own is not None, mention.text
    value = _value(own["number"])
    if value is not None and value > 1:
        raise ValueError(f"a P-value above 1: {own['number']}")
    comparator = _comparator(own["comparator"] or mention.part("comparator"))
    return PValue(comparator, None if value is None else float(value), own["number"], **context)


def _comparator(text: str) -> str:
    bare = regex.sub(r"</?\p{L}+>", "", html.unescape(text))
    return next((sign for pattern, sign in _COMPARATORS if pattern.search(bare)), "=")


def _value(text: str) -> Decimal | None:
    """The number, None where it lost its decimal point (`P < 0001`) and could be two."""
    text = regex.sub(r"(?i)o", "0", regex.sub(r"\s+", "", text))
    share = text.endswith("%")
    text = text.removesuffix("%")
    if regex.fullmatch(r"0\d+", text):
        return None
    exponent = 0
    if power := _POWER.fullmatch(text):
        text, exponent = power["factor"] or "1", int(power["exponent"])
    value = decimal(regex.sub(r"[⋅・｡‧]", ".", text)).scaleb(-exponent)
    return value / 100 if share else value


def _kind(mention: Mention) -> str:
    label, before, after = mention.part("label").lower(), mention.before[-40:], mention.after[:40]
    for kind, inside, ahead, behind in _KINDS:
        if inside.search(label) or ahead.search(before) or behind.match(after):
            return kind
    return "plain"


def _find(document: Document) -> Iterator[Mention]:
    """Mentions in the sentences that have a lone p or speak of significance; most have neither."""
    for sentence in document.sentences:
        if _WORTH_READING.search(sentence.text):
            yield from find_mentions(RULES, sentence)


EXTRACTOR = Extractor("p_value", "PValue", PValue, RULES, normalise, find=_find)
