"""Which P-values are reported for a result?"""

from __future__ import annotations

import html
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

import regex

from pipeline.document import Document
from pipeline.extract._p_value_context import read_context
from pipeline.extract.extractor import Extractor
from pipeline.quantities import TIMES, decimal, plain
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
        value = self.value_text if self.value is None else plain(self.value)
        kind = "" if self.kind == "plain" else self.kind
        return " ".join(word for word in ("P", self.comparator, "" if self.comparator == "ns" else value, kind) if word)


# What may stand between the parts of an expression: spaces of all kinds, marks of italics, a space as an entity.
_BLANK = r"(?: \s | \xad | &nbsp; | &\#(?:160|xa0); | </?(?:i|em|b|sub|sup|strong)> | [*_$] )"
GAP = rf"{_BLANK}*+"
SPACE = rf"{_BLANK}++"
DASH = r"[-\u2010-\u2015\u2212\ufe63\uff0d]"

_KIND_WORD = r"""(?: trend | interactions? | inter | int | heterogeneity | het | adj(?:usted)? | unadjusted
    | corr(?:ected)? | nominal | non-?inferiority | NI | superiority | equivalence | difference | diff | log-?rank
    | ANOVA | linear | overall | global | fdr | value | (?: one | two | 1 | 2 ) -? (?: sided | tailed ) )"""

# The letter, and what belongs to it: `P`, `p-values`, `Ptrend`, `P for interaction`, `P(one-sided)`, `<i>P</i>`. Not a
# letter of a word (`p.o.`), nor of a name; but of `2P`, two-sided, and after a number whose space was lost.
P = rf"""
    p (?<= (?<! [\p{{L}}\d_] ) p | (?<! [\p{{L}}\d.,·-] ) [12] p | \d\.\d{{1,4}} p | [\s(\[*] _ p )
    (?! \p{{L}}* \. \p{{L}} )
    (?P<label>
        (?: {GAP} {DASH}? {GAP} (?: values? | vals? ) (?!\p{{L}})
          | ['’]? s (?= {GAP} [<=>≤≥&] )
          | [1-9] (?= \s* [<=>≤≥] ) )?
        (?: {GAP} (?: {DASH} | \{{ )? {GAP} {_KIND_WORD} \}}? (?!\p{{L}}) ){{0,2}}
        (?: {SPACE} (?: for | of | from | by | in | comparing )
            (?: [\s-]+ (?! (?: was | were | is | are ) \b ) [\p{{L}}'’/-]{{1,24}}+ ){{1,6}}+
            (?= \s* [,:=<>≤≥&] | \s+ 0?[.·]\d ) )?
        (?: {GAP} [(\[] [^()\[\]<=>≤≥;\d]{{2,40}}+ [)\]] (?= {GAP} [:=<>≤≥&] ) )?
    )
"""

# Signs as printed, as entities, as TeX, and what the fonts that a page lost have left of them.
_LESS = r"""(?: [<＜﹤˂‹〈≺≪«\u03fd\uf03c] | &lt; | &\#0*60; | &\#x0*3c;
    | \\ (?: textbackslash )? (?: textless | lt ) \b (?: \{\} )? )"""
_MORE = r"""(?: [>＞﹥˃›〉≻≫»\u03fe\uf03e] | &gt; | &\#0*62; | &\#x0*3e;
    | \\ (?: textbackslash )? (?: textgreater | gt ) \b (?: \{\} )? )"""
_SAME = r"(?: [=＝﹦¼\u03ed\uf03d] | &equals; | &\#0*61; | &\#x0*3d; )"
_AT_MOST = r"""(?: [≤⩽≦≲£\uf0a3] | â‰¤ | ‚â§ | &le; | &\#8804; | &\#x0*2264;
    | \\ (?: textbackslash )? le (?: q (?: slant )? )? \b )"""
_AT_LEAST = r"""(?: [≥⩾≧≳³\uf0b3] | â‰¥ | ‚â• | &ge; | &\#8805; | &\#x0*2265;
    | \\ (?: textbackslash )? ge (?: q (?: slant )? )? \b )"""
_OR_EQUAL = rf"(?: {GAP} (?: / | or )? {GAP} {_SAME} )"
_SIGN = rf"(?: {_AT_MOST} | {_AT_LEAST} | (?: {_LESS}{{1,2}} | {_MORE}{{1,2}} ) {_OR_EQUAL}? | {_SAME} )"

COMPARATOR = rf"(?: {GAP} [:,]? {GAP} [(\[]? {_SAME}? {GAP} {_SIGN} [)\]]? )"
"""A comparing sign (`<`, `</=`, `&lt;`, `< or =`, `:=`, `= <`); read by `_comparator`."""

_LESS_WORD = r"(?: less | lower | smaller )"
_MORE_WORD = r"(?: greater | more | higher | larger )"
COMPARATOR_WORDS = rf"""(?:
    (?: {_LESS_WORD} | {_MORE_WORD} ) \s+ than (?: \s+ or \s+ equal (?: \s+ to )? )?
    | below | under | above | over | exceed(?: s | ed | ing )? | equal(?: s | ed | led | ing )? (?: \s+ to )? )"""

LINK = rf"""(?:
    (?: {GAP} [:,]
      | {SPACE} (?: was | were | is | are | being | of | at | as | reached | became | become )
        (?: \s+ (?: found | calculated | reported ) )? (?: \s+ (?: to \s+ be | as ) )? )?
    (?: {SPACE} {COMPARATOR_WORDS} )? )"""
"""What stands between P and its value where no sign does (`was`, `of`, `:`, `less than`), or nothing at all."""

_MINUS = rf"{DASH} \s? \d{{1,3}}+"
_TENS = rf"10 {GAP} (?: \^ | \*\* )? {GAP} (?: [({{] \s? {_MINUS} (?: \s? [)}}] )? | {_MINUS} )"
_EXPONENT = rf"(?: \s* {TIMES} \s* {_TENS} | \s? e \s? {_MINUS} )"

FRACTION = r"(?: [0o] \s? [.·∙•‧⋅・] \s? \d++ | (?<! \d ) [.·∙•‧⋅・] \s? \d++ | [01] , \d++ )"
"""A number below 1 (`0.05`, `.05`, `0,05`, `0. 001`), or 1 with decimals behind a comma."""

SMALL = rf"(?: (?: {FRACTION} | \d++ (?= {_EXPONENT} ) ) {_EXPONENT}? | {_TENS} )"
"""A number that can be a P-value without a sign before it: no whole number; read by `_value`."""

NUMBER = rf"(?: {_TENS} | (?: {FRACTION} | \d++ (?: [.·∙•‧⋅・] \d++ )? ) {_EXPONENT}? (?: \s? % )? )"
"""What may stand behind a sign: `.0517`, `0·05`, `3 × 10−5`, `10(-6)`, `2E-09`, `0.2%`, `1`; read by `_value`."""

# A number ends here, and no share or exponent follows that was not read.
_END = r"(?! \d | [.,·] \d | \s? % )"
_UNIT = r"""(?: \s? (?: mm (?: \s? Hg )? | cm (?: \s? H2O )? | [mnµμ]?m | k?g | [mµμnp]g | mcg | [md]?l | [mµμn]?mol
    | bar | k?Pa | atm | Hz | s | min | h | d | weeks? | days? | months? | years? | points? | patients ) (?!\p{L}) )"""

NOT_SIGNIFICANT = r"""(?: n \.? \s? s \b \.?
    | (?: statistically \s+ )? (?: not | non | in ) [\s-]* (?: statistically \s+ )? signi(?:fi|ﬁ)cant )"""

EXPRESSION = rf"{P} (?: {COMPARATOR} {GAP} {NUMBER} | {LINK} {GAP} {SMALL} ) {_END}"
"""A P with its value, as the rules that exclude need it."""

_TO = rf"(?: {GAP} (?: {DASH} | ~ | to | through ) {GAP} )"
_BOUND = rf"(?: {GAP} {_SIGN} )? {GAP} {FRACTION} {_EXPONENT}? {_END}"

_AND = r"(?: , \s* (?: and | or | & ) | , | \s+ (?: and | or | & | y | e | und | et ) | \s* / )"
# What follows an item, so that the lists in `P = .02, 0.55 (0.4-0.7)` and `P = .02, 0.5 mg` end at their first number.
_ITEM_END = r"""(?= \s* (?: [,;:/)\]] | \.? $ | \.\s
    | (?: and | or | & | y | e | respectively | in | for | at | with | between | when | but | compared | after | before
        | on ) (?!\p{L}) ) )"""
MORE_ITEMS = rf"""(?P<more> (?:
    {_AND} {GAP} (?P<mention> (?: {_SIGN} {GAP} {NUMBER} | {FRACTION} {_EXPONENT}? ) {_END} ) {_ITEM_END}
    | {_AND} {GAP} (?P<mention> {NOT_SIGNIFICANT} ) (?= ,? \s* respectively )
)*+ )"""
"""The further values of a list behind one P, each a mention."""

_SIGNIFICANT = r"signi(?:fi|ﬁ)can (?: t(?:ly)? | ces? )"
_HELD = r"""(?: considered | considering | regarded | accepted | acceptable | taken | deemed | judged | defined | set
    | used | chosen | selected | adopted | established | interpreted | treated | viewed | assumed | declared
    | designated | determined | specified | prespecified | predefined | fixed | required | thought | held
    | recogni[sz]ed | assigned | claimed | assessed | tested | evaluated | inferred | indicated | denoted | placed )"""

RULES = (
    rule(
        "significance level announced before",
        rf"""\b (?: {_SIGNIFICANT} | alpha | level | threshold | cut-? \s? off | criterion ) \b [^;:()<=>≤≥]{{0,80}}?
             (?: \b {_HELD} \b [^;:()\d<=>≤≥]{{0,40}}?
                 \b (?: at | as | by | if | when | with | for | be | to | of | where | using | an? | the )
                 (?: {SPACE} (?: level \s+ of | the | an? ) )? {SPACE}
               | \b (?: set | defined | considered | accepted | established | fixed | chosen ) \b
                 [^;:()<=>≤≥]{{0,40}}? \(
               | \b (?: if | when(?:ever)? | unless | where ) {SPACE}
                 (?: the \s+ | an? \s+ | (?: two | one | 2 | 1 ) - (?: sided | tailed ) \s+ )*+
               | (?<= level | threshold | significance | alpha | criterion | cut-?off ) \s+ (?: was | were | is | of )
                 {SPACE} )
             (?P<mention> {EXPRESSION} )""",
        "differences were called significant if [[P < .05]]",
        "the level of significance was set at [[p ≤ 0.05]] in all tests",
        exclusion=True,
    ),
    rule(
        "significance level announced behind",
        rf"""(?P<mention> {EXPRESSION} )
             (?: \s (?: at | with | for ) \s [^;:().]{{0,40}}? (?= \s (?: was | were | is | are ) \s ) )?
             (?: \)? ,? \s*
                 (?: (?: which | that | was | were | is | are | will | being | to | be | been | has | have | values?
                       | level ) \s+ ){{0,4}}
                 (?: \p{{L}}+ly \s+ )? {_HELD} \b [^;:().]{{0,60}}? {_SIGNIFICANT}
               | \s+ (?: denot | indicat | signif | represent | reflect | show | mean )
                 (?: e | ed | ied | s | es | ies | t | n | ing | ying )? \b [^;:().]{{0,40}}? significance
               | \s+ (?: was | were | is | are | being | as ) \s+ (?: (?: the | our | an? ) \s+ )?
                 (?: level | limit | threshold | criterion | cut-?off | (?: statistically \s+ )? significant ) \b )""",
        "a [[P value below 0.05]] was taken to be significant",
        "with [[p<.01]] as the threshold",
        exclusion=True,
    ),
    rule(
        "level for entering a model",
        rf"""\b (?: variables | covariates | factors | predictors | parameters | those | characteristics ) \s+
             (?: [\p{{L}}-]+ \s+ ){{0,4}}? (?: with | at | having ) \s+ (?: an? \s+ )? (?P<mention> {EXPRESSION} )
             [^;:.]{{0,60}}
             \b (?: includ | enter | retain | select | considered | introduc | model | multivari | incorporat )""",
        "covariates with [[p < 0.2]] were entered into the model",
        exclusion=True,
    ),
    rule(
        "quantity or share of a group called p",
        rf"""(?P<mention> {P} (?: {COMPARATOR} | {LINK} ) {GAP}
             (?: \d++ (?: [.,·] \d++ )? {_UNIT} | [1-9] \d (?: \. \d++ )? \s? % ) )""",
        "at a pressure of [[P = 40 mmHg]]",
        exclusion=True,
    ),
    rule(
        "group or substance called p",
        rf"""\b (?: groups? | substance | vitamin | protein | glycoprotein | arm ) \s+
             (?P<mention> p (?! {GAP} {_SIGN} ) (?: {LINK} {GAP} \d [\d.]*+ )? )""",
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
        rf"(?P<range> {FRACTION} {GAP} (?P<comparator> {_SIGN} ) {GAP} {P} {COMPARATOR} {GAP} {FRACTION} ) {_END}",
        "the weaker ones ([[0.02 < P < 0.06]]) were",
    ),
    rule(
        "p range",
        rf"""{P} (?: (?P<comparator> {COMPARATOR} ) {GAP} (?P<range> {NUMBER} {_TO} {_BOUND} )
             | {LINK} {GAP} (?P<range> {FRACTION} {_EXPONENT}? {_TO} {_BOUND} )
             | {GAP} (?: was | were | all )? \s* (?: rang(?:ed?|es|ing) | var(?:ied|ies|y|ying) )? \s*
               (?: between | from ) (?P<range> {_BOUND} (?: {_TO} | \s+ and \s+ ) {_BOUND} ) )""",
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
        "letter lost",  # a value as the first words of a parenthesis: its italic P did not survive
        rf"""(?: (?P<mention> = {GAP} {FRACTION} ) (?<= [(\[;,] \s? (?P=mention) )
               | (?P<mention> < {GAP} 0?[.·]0\d++ ) (?<= [(\[;] \s? (?P=mention) ) ) (?= \s* [)\],;] )""",
        "fell by 1.4% ([[= 0.02]]) and",
        "in both (6 of 9, 2 of 9; [[< .01]]).",
    ),
    rule(
        "p not significant",
        rf"{P} (?: {COMPARATOR} {GAP} | {LINK} {SPACE} ) {NOT_SIGNIFICANT} (?!\p{{L}})",
        "in both groups ([[P = NS]])",
    ),
    rule(
        "not significant in parentheses",  # neither what NS is short for, nor an adjective: `a (nonsignificant) gain`
        rf"""(?P<ns> {NOT_SIGNIFICANT} )
             (?<= [(\[] (?: [^()\[\]]{{0,120}} [,;] \s? | (?: differences? \s+ )? ) (?P=ns) )
             (?<! \b n \p{{L}}* (?: s | [\s-]+ (?: \p{{L}}+ \s )? s ) \p{{L}}* \s? [(\[] (?P=ns) )
             (?= \s* [,;] (?! \s* (?: n \s* = | \d ) )
               | \s+ (?: between | vs\.? | versus | for | compared ) \b
               | \s* [)\]] (?! \s+ (?! (?: in | for | with | vs | versus | between | and | or | at | after | of | to
                                        | but | when | on | respectively | while | whereas | by | during ) \b )
                               \p{{L}} ) )""",
        "39% and 46% ([[n.s.]])",
        "(8 vs 9 days; [[not significant]])",
    ),
)

_WORTH_READING = compile_pattern(
    rf"""p (?<= (?<! \p{{L}} ) p ) (?: (?! \p{{L}} ) | (?= s \b | vals? | values? | {_KIND_WORD} ) )
       | [(\[,;] \s? (?: (?: differences? \s+ )? {NOT_SIGNIFICANT} | [=<] \s? 0?\.\d )"""
)
_OWN_VALUE = compile_pattern(rf"(?P<comparator> {COMPARATOR} | {COMPARATOR_WORDS} )? {GAP} (?P<number> {NUMBER} ) \Z")
_NS_AT_END = compile_pattern(rf"{NOT_SIGNIFICANT} \Z")
_POWER_OF_TEN = compile_pattern(
    rf"(?P<factor> .*? ) {TIMES}? (?: 10 [\^*({{]* | e ) {DASH} (?P<exponent> \d++ ) [)}}]?"
)
_COMPARATORS = (
    ("<=", compile_pattern(rf"{_AT_MOST} | (?: {_LESS} | {_LESS_WORD} ) .* (?: or | / | {_SAME} )")),
    (">=", compile_pattern(rf"{_AT_LEAST} | (?: {_MORE} | {_MORE_WORD} ) .* (?: or | / | {_SAME} )")),
    ("<", compile_pattern(rf"{_LESS} | {_LESS_WORD} | below | under")),
    (">", compile_pattern(rf"{_MORE} | {_MORE_WORD} | above | over | exceed")),
)

_ITEM = rf"(?: {EXPRESSION} | {_SIGN}? {GAP} {FRACTION} {_EXPONENT}? | {NOT_SIGNIFICANT} )"
_VALUE = compile_pattern(_ITEM)
_LIST_BEFORE = compile_pattern(rf"(?<! [\p{{L}}\d.] ) (?: {_ITEM} {_AND} \s* )++ \Z")
_LIST_BEHIND = compile_pattern(rf"(?: {_AND} \s* {_ITEM} )++ (?! [\d.%] )")

# Each kind with the words that tell it: between P and its value, just before, just behind.
_KINDS = tuple(
    (kind, compile_pattern(inside), compile_pattern(rf"(?: {ahead} ) \W* \Z"), compile_pattern(rf"\W* (?: {behind} )"))
    for kind, inside, ahead, behind in (
        (
            "trend",
            r"trend",
            r"for \s (?: linear \s )? trend",
            r"for \s (?: (?: the | a | linear ) \s )* trend",
        ),
        (
            "interaction",
            r"\b inter | pinter",
            r"\b interactions? (?: \s effects? )?",
            r"for \s (?: the \s )? (?: [\p{L}×*-]+ \s ){0,4} interaction",
        ),
        (
            "one_sided",
            r"(?: one | 1 ) .? (?: sided | tailed )",
            r"\b (?: one | 1 ) [- ] (?: sided | tailed )",
            r"\b (?: one | 1 ) [- ] (?: sided | tailed )",
        ),
        (
            "adjusted",
            r"(?<! un ) adj | corr | fdr",
            r"(?<! un ) (?: adjusted | corrected )",
            r"(?: after | with | by )? \s? (?: Bonferroni | Holm | Benjamini | Hochberg | Tukey ) | adjusted [)\]]",
        ),
    )
)


def normalise(mention: Mention, document: Document) -> PValue:
    """The value and its comparator (a comparator that a page lost is read as `=`), with what the words around it say.

    Raises:
        ValueError: a value above 1.
    """
    comparator, value, text = _read(mention)
    kind = _kind(mention)
    context = read_context(mention, *_place(mention))
    return PValue(comparator, value, text, kind, context.outcome, context.comparison, context.timepoint)


def _place(mention: Mention) -> tuple[int, int]:
    """Which of the values that are listed together a mention is, from 0, and how many there are."""
    opened, closed = _LIST_BEFORE.search(mention.before[-200:]), _LIST_BEHIND.match(mention.after[:200])
    before = len(_VALUE.findall(opened[0])) if opened else 0
    return before, before + 1 + (len(_VALUE.findall(closed[0])) if closed else 0)


def _read(mention: Mention) -> tuple[str, float | None, str]:
    if ns := _NS_AT_END.search(mention.text):
        return "ns", None, ns[0]
    if printed := mention.part("range"):
        return _comparator(mention.part("comparator")), None, printed.strip()
    own = _OWN_VALUE.search(mention.text)
    assert own is not None, mention.text
    value = _value(own["number"])
    if value is not None and value > 1:
        raise ValueError(f"a P-value above 1: {own['number']}")
    comparator = _comparator(own["comparator"] or mention.part("comparator"))
    return comparator, None if value is None else float(value), own["number"].strip()


def _comparator(text: str) -> str:
    bare = regex.sub(r"</?\p{L}+>", "", html.unescape(text))
    return next((sign for sign, pattern in _COMPARATORS if pattern.search(bare)), "=")


def _value(text: str) -> Decimal | None:
    """The number, None where it lost its decimal point (`P < 0001`) and could be two."""
    text = regex.sub(r"</?\p{L}+>|&\p{L}+;|\s", "", text).lower().replace("o", "0")
    number = text.removesuffix("%")
    if regex.fullmatch(r"0\d+", number):
        return None
    exponent = 0 if number == text else -2
    if power := _POWER_OF_TEN.fullmatch(number):
        number, exponent = power["factor"] or "1", exponent - int(power["exponent"])
    return decimal(regex.sub("[⋅・]", ".", number)).scaleb(exponent)


def _kind(mention: Mention) -> str:
    label, before, after = mention.part("label"), mention.before[-40:], mention.after[:50]
    for kind, inside, ahead, behind in _KINDS:
        if inside.search(label) or ahead.search(before) or behind.match(after):
            return kind
    return "plain"


def _find(document: Document) -> Iterator[Mention]:
    """Mentions in the sentences that have a lone p or speak of significance in parentheses; most have neither."""
    for sentence in document.sentences:
        if _WORTH_READING.search(sentence.text):
            yield from list(find_mentions(RULES, sentence))  # reading them is not in the time of a pattern


EXTRACTOR = Extractor("p_value", "PValue", PValue, RULES, normalise, find=_find)
