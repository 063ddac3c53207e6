"""What a P-value was for: the outcome, the comparison and the time that the words around it name.

The sentence is read outwards from the P-value: the rest of its parenthesis, the words between it and the P-value
before (an item of a list, or a clause of its own), the clause that opens the list. Parentheses that were closed are
blanked for that. A clause is known by its verbs, so that their forms are listed here; what fits none of the forms is
left empty.
"""

from __future__ import annotations

from dataclasses import dataclass

import regex

from pipeline.records import Mention
from pipeline.rules import compile_pattern
from pipeline.vocabulary import words

READ_BACK = 700
"""Characters before a P-value that are read."""


@dataclass(frozen=True, slots=True)
class Context:
    """Words of the text; empty where the sentence does not say it."""

    outcome: str
    comparison: str
    timepoint: str


# Words.

_DASH = r"[-\u2010-\u2015\u2212]"
_ADVERBS = r"(?: (?: \p{L}+ly | also | not | both | then | again | still | much | no | even | at \s least ) \s+ )*+"
_COMPARATIVE = r"""(?: higher | lower | greater | smaller | larger | shorter | longer | less | more | fewer | better
    | worse | faster | slower | earlier | later | milder | rarer | stronger | weaker | thicker | thinner | poorer
    | superior | quicker | deeper | steeper | wider | narrower | younger | older | lighter | heavier )"""
_CHANGED = r"""(?: (?: increas | decreas | improv | reduc | ris | declin | diminish | lower | rais | enhanc | shorten
    | prolong | attenuat | impair | suppress | inhibit | augment | elevat | accelerat | delay | worsen | differ | alter
    | affect | eas | alleviat | reliev | ameliorat | drop | prevent | chang | doubl | halv ) (?: ed | es | d | s )?
    | rose | fell | grew | shrank )"""
_CHANGE = r"""(?: differences? | increases? | decreases? | reductions? | improvements? | changes? | rises? | falls?
    | gains? | declines? | elevations? | drops? | deterioration | advantages? | benefits? | loss(?:es)? )"""
_BE = r"(?: was | were | is | are | be | been | being | remained | became | appeared | seemed )"
_HAVE = r"""(?: had | has | have | experienced | reported | achieved | reached | attained | showed | demonstrated
    | exhibited | developed | required | suffered | underwent | needed | received | displayed | presented | produced
    | induced | caused | provided | obtained | yielded | resulted \s in | led \s to | recalled | maintained
    | survived )"""
_SEEN = r"""(?: seen | observed | found | noted | shown | detected | reported | recorded | present | achieved
    | obtained | required | reached | documented | demonstrated | noticed | identified | evident | measured )"""
_FINITE = rf"""(?: {_BE} | {_HAVE} | did | does | do | occurred | died | favou?red | correlated | could | would | can
    | may | revealed | indicated | tended | trended | failed | returned | performed
    | (?<! \b (?: an? | the | of | with | for | in | by | or | more ) \s+ (?: \p{{L}}+ly \s+ )? ) {_CHANGED} ) \b"""
_PEOPLE_WORD = r"""(?: patients | participants | subjects | people | children | women | men | eyes | individuals
    | those | recipients | controls | cases | groups? | arms? | placebo )"""

# Noun phrases.

_STOP = rf"""(?: {_FINITE}
    | (?: at | after | between | among | during | than | compared | comparing | versus | vs | when | from | within
        | throughout | until | over | following | relative \s to | before | across | while | whereas | but | although
        | which | that | who | as | by | because | since | if | via | there | favou?ring | using | without | up ) \b
    | in \b (?! \s (?: daily | vivo | vitro | situ | hospital ) \b )
    | on \s (?! daily | activit | the \s (?! [\p{{L}}-]+ \s (?: group | arm ) ) )
    | with \b (?<! \b {_PEOPLE_WORD} \s with | satisfaction \s with )
    | for \s (?: (?: the | all | both | each ) \s )?+ (?: {_PEOPLE_WORD} | drugs | treatments ) \b
    | (?: and | or ) \s (?: {_FINITE}
        | (?: in | at | by | from | to | with | for | an? \s \p{{L}}+ \s {_CHANGE} ) \b )
    | \d+ \s \p{{L}}+ \s (?: after | post | later | following ) \b
    | to \s [\d-] | of \s [\d.]+ | {_DASH} \s )"""
"""Where a noun phrase ends: verbs, and the prepositions of time, group and comparison."""

_WORD = r"(?: [\p{L}\d<>≤≥/][^\s,;:()\[\]]*+ (?: [(] [^()\s]{1,6} [)] [^\s,;:()\[\]]*+ )?+ )"
_NOUNS = rf"(?: (?! {_STOP} ) {_WORD} (?: \s+ (?! {_STOP} ) (?: {_WORD} | & ) ){{0,13}}+ )"
_LISTED = rf"(?: {_NOUNS} (?: \s*, \s+ (?: (?: and | or | as \s well \s as ) \s+ )? {_NOUNS} ){{0,8}}+ )"
_DETERMINERS = r"""(?: (?: the | an? | its | their | his | her | this | these | all (?! [\s-] cause ) | both | each
    | mean | median | average | any | some | at \s least \s (?: one | an? ) ) \s+ )*+"""
_OBJECT = rf"(?: {_DETERMINERS} (?: (?P<outcome> {_LISTED} ) (?= \s* \Z ) | (?P<outcome> {_NOUNS} ) ) )"
_SUBJECT = rf"\A \W* {_DETERMINERS} (?P<outcome> {_LISTED} )"
_GERUND = r"(?: (?: reducing | lowering | improving | increasing | decreasing | preventing | controlling ) \s+ )"
_REGARDING = r"(?: in | of | regarding | concerning | with \s (?: respect | regard ) \s to | in \s terms \s of )"

_FORMS = tuple(
    compile_pattern(pattern)
    for pattern in (
        # a difference between A and B in X; a reduction from baseline of X; effects on X
        rf"""\b (?: effects? \s on
                  | {_CHANGE} \s+ (?: (?: was | were | also | {_SEEN} | significant(?:ly)? ) \s+ )*+
                    (?: (?: from | between | among | versus | vs\.? | over | with | of | at ) \s [^,;:]{{1,80}}? \s )??
                    (?: {_REGARDING} | occurred \s on ) )
             \s+ {_GERUND}?+ {_OBJECT}""",
        # X was lower; X did not differ; X fell; X showed an improvement
        rf"""{_SUBJECT} [^,;:]{{0,120}}? (?: ,? \s respectively , )? \s* {_ADVERBS} (?:
               {_BE} \s+ {_ADVERBS} (?:
                   {_COMPARATIVE} \b (?! \s+ (?: to | in \s {_GERUND} | effective | efficacious | likely | satisfied
                                               | than \s+ (?: placebo | that ) ) \b )
                 | {_CHANGED} | {_SEEN} | similar | comparable | different | equal | identical | significant(?:ly)?
                 | high | low | common | frequent | non-?inferior | equivalent | stable | constant | unchanged
                 | \d | \Z )
             | (?: did | does | do ) \s+ not \s+ {_ADVERBS} {_CHANGED}
             | (?: {_CHANGED} | occurred | favou?red | correlated ) \b
                 (?= \s* (?: \Z | , )
                   | \s+ (?: \d | (?: in | from | by | at | after | with | to | between | more | less | over | during
                                    | \p{{L}}+ly ) \b ) )
             | (?: showed | demonstrated | had | exhibited | underwent ) \s+ (?: an? \s+ )? {_ADVERBS}
                 (?: (?: statistically | clinically | significant | marked | greater | better | more | less
                       | substantial ) \s+ )*+ {_CHANGE} )""",
        # A had a higher X; there were more X; associated with less X
        rf"""\b (?: {_HAVE} | (?: was | were ) \s of | associated \s with | there \s (?: was | were ) | showing | having
                  | , \s with ) \s+ {_ADVERBS} (?: (?: an? | the ) \s+ )?+ {_ADVERBS}
             (?: {_COMPARATIVE} | increased | reduced | decreased | improved | similar | lowest | highest | comparable
               | elevated | prolonged ) \s+ (?! (?: than | in ) \b ) {_OBJECT}""",
        # A lowered X
        rf"""(?<= \S \s+ {_ADVERBS} ) (?<! \b (?: {_BE} | had | not \s be | an? | of | with | the ) \s+ {_ADVERBS} )
             \b {_CHANGED} \s+
             (?! {_STOP} | \d | (?: to | in | by | significantly | {_COMPARATIVE} | respectively | and | or | {_CHANGE}
                                  | not ) \b ) {_OBJECT}""",
        # three of the patients developed X
        rf"""\b {_PEOPLE_WORD} (?: (?: (?! \b (?: who | that ) \b ) [^,;:] ){{0,60}}? \s )?? \s*
             (?: had | experienced | reported | achieved | reached | developed | required | suffered | showed
               | underwent | needed | died | were \s at ) \s+ (?! {_CHANGE} | \d ) {_OBJECT}""",
        # as was X
        rf"\A (?: was | were ) \s+ {_OBJECT} (?= \s* \Z )",
        # A was superior in reducing X
        rf"""\b (?: effective | efficacious | superior | inferior | better | comparable | equivalent | similar
               | worse ) \b [^,;:]{{0,60}}? \s (?: for | at | {_REGARDING} ) \s+ {_GERUND} {_OBJECT}""",
        r"""\b (?P<outcome> (?: correlations? | associations? | relations?(?:hips?)? | interactions? )
                            \s between \s [^,;:()]{3,90}? ) \s* (?: \Z | \b (?: was | were ) \b )""",
    )
)
"""Clauses with the outcome that they name, tried in order."""

_BARE = compile_pattern(
    rf"""\A {_DETERMINERS} (?: (?: in | on | of | for ) \s+ {_DETERMINERS} )?+ (?P<outcome> {_LISTED} ) \s*
         (?: (?: at | after | between | in | with | during | by | on | from | over ) \b [^,;]*+ )?+ ,? \s* \Z"""
)
"""An item of a list."""

_LABEL = compile_pattern(
    rf"""(?: \A | [;,] \s ) \s* (?: for \s )? {_DETERMINERS}
         (?P<outcome> (?! (?: CI | OR | HR | RR | \p{{L}} ) \b | (?-i: \p{{Lu}}{{2}}s ) : )
                      \p{{L}} [^\s,;:()]*+ (?: \s {_WORD} ){{0,6}}+ ) : [^;:]* \Z"""
)
"""What a parenthesis names before a colon: `(walking: 3 vs 5 m, P = .02; …)`."""

_FOR_BEHIND = compile_pattern(
    rf"\A ,? \s for \s+ {_DETERMINERS} (?P<outcome> {_NOUNS} ) (?= \s* (?: [)\],;] | \b (?: and | between | in ) \b ) )"
)
_ADVERB = (
    compile_pattern(rf"\b (?: significantly | statistically | markedly ) (?: \s {_COMPARATIVE} )?+ \s* \Z"),
    compile_pattern(
        rf"""\A [\s)\]]*+ (?: (?: {_COMPARATIVE} | {_CHANGED} ) \s+ )?+ {_DETERMINERS}
             (?! than | {_COMPARATIVE} ) (?P<outcome> {_NOUNS} )"""
    ),
)
_CHANGE_SEEN = (
    compile_pattern(rf"\b {_CHANGE} \s* \Z"),
    compile_pattern(
        rf"""\A [\s)\],]*+ (?: {_BE} \s+ {_ADVERBS} {_SEEN} \s+ )?+ [^,;:.()]{{0,50}}? (?: in | for | of ) \s+
             {_DETERMINERS} (?P<outcome> {_NOUNS} )"""
    ),
)
"""How the words before a P-value end, and how they go on behind it."""

_NOTHING = compile_pattern(
    rf"""\A (?: there | it | this | that | we | which | who | no | none | one | two | three | all | each | either | both
              | same | latter | former | others? | values? | comparisons? | drugs? | treatments? | therap(?:y|ies)
              | variables | parameters | goals? | \p{{L}}+fold | linear \b .*
              | normal | subjective | objective | measures | outcomes | tests | effects? | {_CHANGE}
              | (?-i: \p{{Ll}}{{1,2}} )
              | (?: positive | negative | inverse ) \s correlations?
              | (?: time | group | main | between-group | within-group | same | whole | entire | study | primary
                  | secondary ) (?: \s (?: effects? | {_CHANGE} | points? | intervals? | values? | population ) )?
              | (?: adjusted | mean | LS | least | squares | percent(?:age)? | \d+-(?: week | month | year )
                  | placebo-corrected | overall | treatment | such | further | main | similar | better | marked
                  | slight | small | clinical | statistical(?:ly)? | clinically | highly | significant(?:ly)?
                  | \s )++
                (?: {_CHANGE} | effects? | results? | correlations? | associations? | trends? )?
              | [\d\W]+ ) \Z
      | \A (?: either | neither | not | only | for | in | at | with | on | after | during | by | from | as | to | each
             | other | whom | drug | placebo ) \b
      | \A \d [\d.,]*+ [%\s]
      | \b (?: groups? | arms? | cohorts? | p | vs | versus | respectively | CI | confidence \s interval
             | odds \s ratio | hazard \s ratio | mg | mcg | µg | ml ) \b
      | \b (?: treatment \s effects? | results | analys[ei]s ) \Z"""
)
"""Noun phrases that name nothing that was measured."""

_HEAD = compile_pattern(
    r"""\A (?: [\p{L}\d-]+ \s ){0,4}? (?P<head> [\p{L}-]+ )
        (?: \s (?: with | who | in | of | on | treated | receiving | taking | given | assigned | at | from
              | undergoing ) \b .* )? \Z"""
)
_PEOPLE = words("people")
_LEADING = compile_pattern(
    rf"""\A (?: (?: and | or | exception \s of | {_COMPARATIVE} | significant(?:ly)? | no | any | the | an? | mean
                  | median ) \s )++"""
)
_TRAILING = compile_pattern(
    rf"""(?: \s (?: and | or | of | for | the | to | with | respectively | also | not | both | {_COMPARATIVE} | an?
                  | all | \p{{L}}+ly ) )+ \Z"""
)

# Clauses.

_MARK = "\x1f"
"""Stands for each character of a closed parenthesis with a P-value."""

_P = compile_pattern(
    r"""(?<! [\p{L}\d] ) p (?: s | [-\s]? (?: values? | trend | interaction ) )? \b [^\p{L}]{0,6}
            (?: [<>=≤≥⩽⩾¼&\\£] | [01]?[.·]\d )
      | \b (?: n\.?s\b | (?: not | non )[-\s]?significant )"""
)
_PARENTHESIS = compile_pattern(r"[(\[] [^()\[\]]*+ (?: [(\[] [^()\[\]]*+ [)\]] [^()\[\]]*+ )*+ [)\]]")
_LEAD = compile_pattern(
    r"""\A (?: \s* (?:
          (?: in \s (?: contrast | addition | conclusion | summary | total | general | particular ) | \p{L}+ly
            | however | moreover | furthermore | overall | thus | also | therefore | hence | besides
            | on \s the \s other \s hand
            | for \s example | then | nevertheless ) ,
        | (?: at | in | after | during | by | on | for | with | among | from | compared | when | despite | within | over
            | between | following | before | as | although | of | to | under | relative | versus | regarding
            | concerning | upon | using | throughout | unlike | except | according | comparing
            | (?: \p{L}+ | \d+ ) \s (?: h | min | minutes | hours | days | weeks | months | years ) )
          \b [^,;]{1,100}+ , (?= \s* \w )
        | (?: results? | conclusions? | findings ) \s? :
        | (?: and | but | while | whereas | although | or | yet | nor | thus | so | that | then | plus
            | as \s well \s as | as | with | also | furthermore | however ) \b ) \s* )*+"""
)
"""What precedes the subject of a clause."""

_HARD_BREAK = compile_pattern(
    r"[;:] \s | \.\s (?-i: (?= \p{Lu}\p{Ll} ) ) | ,? \s (?: but | while | whereas | although | though ) \s"
)
_SOFT_BREAK = compile_pattern(r", \s (?: and | with | as | or | which ) \s | \s and \s (?! that | those ) | , \s")
_HAS_VERB = compile_pattern(rf"\b {_FINITE}")
_NUMBERS_ONLY = compile_pattern(
    r"""(?: [\W\d]++ | (?: vs | versus | and | or | to | RR | HR | OR | CI | respectively | [\p{L}%/]{1,3} )
            (?! \p{L} ) )*+ \Z"""
)
_PREPOSITION = compile_pattern(
    r"""\A (?: to | from | at | after | in | by | for | with | during | on | versus | vs | among | over | than
             | respectively | within | as ) \b
      | \A [-+−–<>=]? \d+ (?! [\d,.]* [-\s]? (?: item | minute | min | year | month | day | week | h
                                              | hour | met(?:er|re) ) \b )"""
)
"""What goes on with the clause before: `and from 4 to 3 (P = .2) in the others`."""

_CONDITION = compile_pattern(
    rf"""\b (?: (?: after | during | following | among | between ) \s [^,;{_MARK}]{{2,60}} \Z
              | (?: versus | vs | than | compared \s (?: with | to ) ) \s
                (?: (?! \s (?: for | in | on ) \s ) [^,;{_MARK}] ){{2,60}} (?: \Z | {_MARK} ) )"""
)
"""An end with which an item of a list shares more than the outcome: `after balm (P = .01) and talc (P = .2)`."""

_ITEMS = compile_pattern(r"\s*, \s (?: (?: and | or ) \s )? | \s (?: and | or ) \s")

# Times.

_UNIT = r"(?: hours? | hrs? | h | minutes? | mins? | days? | d | weeks? | wks? | months? | mo | years? | yrs? | y ) \b"
_COUNT = r"""(?: \d++ (?: [.·] \d++ )? | one | two | three | four | five | six | seven | eight | nine | ten | twelve
    | eighteen | twenty-four | thirty | sixty | ninety )"""
_COUNTS = rf"""{_COUNT} -?
    (?: (?: , \s? {_COUNT} -? )*+ (?: ,? \s (?: and | or | to | & ) | \s? {_DASH} ) \s? {_COUNT} -? )?+"""
_SINCE = r"""(?: postoperatively | post-?dose
    | (?: after | following | post )[-\s] (?: the \s )?
      (?: surgery | treatment | therapy | operation | infusion | injection | transplantation | intervention
        | randomi[sz]ation | baseline | procedure | discharge | implantation | administration | dosing | intake | birth
        | delivery | onset ) )"""
_TIMEPOINT = compile_pattern(
    rf"""(?<! [\p{{L}}-] ) (?:
          (?: at | after | within | until | over | during | through ) \s
            (?: (?: the | an? | about | approximately | median | first | final | last | up \s to ) \s )*+
            {_COUNTS} [\s-] {_UNIT} (?! \s (?: of \s age | old ) )
            (?: [\s-] (?: follow-?\s?ups? | visits? | time \s points? | assessments? | {_SINCE}
                        | of \s (?: follow-?up | treatment | therapy )
                        | (?: study | treatment | follow-up ) \s period ) )?
        | {_COUNTS} [\s-] {_UNIT} \s (?: later | {_SINCE} )
        | (?: at | by | on | in | until | after | from | through | to ) \s (?: the \s )?
            (?: weeks? | months? | days? | years? | visits? | hours? | cycle | POD ) \s {_COUNTS}
        | (?: at | by | on ) \s (?: the \s )? [DWM] \d{{1,3}} (?: (?: , | \s and ) \s? [DWM] \d{{1,3}} )*+
        | (?: at | by | after ) \s (?: the \s )? (?: end | completion | conclusion ) \s of \s (?: the \s )?
            (?: treatment | therapy | follow-?up | study | trial | intervention | (?: \p{{L}}+ \s )? period )
        | (?: at | by | after | until ) \s (?: the \s )?
            (?: (?: last | final | latest | long-term | short-term | most \s recent | study ) \s )?
            (?: follow-?\s?ups? | completion | discharge | end-?\s?point | baseline | rest | study \s end | noon | birth
              | delivery )
        | (?: at | by ) \s (?: the \s )? (?: first | second | third | fourth | sixth | final | last ) \s
            (?: week | month | day | year | visit )
        | (?: during | throughout ) \s (?: the \s )?
            (?: follow-?up (?: \s period )? | study (?: \s period )? | treatment (?: \s period )? | trial | surgery
              | exercise | hospitali[sz]ation | emergence )
        | (?: at \s )? \d{{1,2}} (?: : \d\d )? \s [ap]m \b
        ) (?! \p{{L}} )"""
)
_TIME_ONLY = compile_pattern(
    rf"""\A (?: [DWMT] \d{{1,3}} | noon | (?: weeks? | months? | days? | years? ) \s {_COUNTS} | {_COUNTS} [\s-] {_UNIT}
              | \d{{1,2}}:\d\d \s [ap]m | discharge | baseline | follow-?up ) \Z"""
)
_BASELINE = compile_pattern(r"\b (?: baseline | rest ) \Z")

# Comparisons.

_COMPARED = r"""(?: (?: as \s )? compared? \s (?: with | to | against ) | in \s comparison \s (?: with | to )
    | relative \s to | versus | vs\.? | (?<! \. ) v\. | as \s opposed \s to | over (?= \s placebo ) )"""
_PARTNER_END = rf"""(?: {_FINITE} | \d [\d.]*+ \s? %
    | (?: at | after | by | when | while | whereas | but | which | during | from | that | respectively | it | despite
        | who | whose | due | because | over | within | between | significantly | through | than | among | there
        | in \s (?: reducing | lowering | terms ) | for (?! \s (?: patients | those ) )
        | on \s (?: day | all | both ) | and \s (?: was | were | had | in | the \s difference | an? )
        | the \s (?: increase | decrease ) ) \b | p \s? [<=>] )"""
_NAME = r"[\p{L}\d][\p{L}\d+/'’&-]*+ (?: \. \d+ )?"
_PARTNER = rf"""
    (?: (?: those | that | patients | subjects | eyes | baseline | women | men
          | \p{{L}}+ (?= \s (?: in | with | after ) \s the \s ) ) \s (?= \p{{L}} ) )?+
    (?: (?: in | with | for | after | on | among | of | during | receiving | taking | at ) \s (?= \p{{L}} ) )?+
    (?: (?: the | an? | their ) \s (?= \p{{L}} ) )?+
    (?! {_PARTNER_END} | {_CHANGE} | \p{{L}}+ \s {_CHANGE}
      | (?: significant | slight | those | fewer | more | less | no ) \b )
    \p{{L}} [\p{{L}}\d+/'’&-]*+ (?: \s (?! {_PARTNER_END} | in \b ) {_NAME} ){{0,8}}+"""
_SIDE = rf"(?: (?: (?! {_PARTNER_END} | of \b | {_COMPARED} | and \b ) {_NAME} \s+ ){{1,9}} )"
_GROUPS = r"""(?: (?: the | two | three | four | both | study | treatment | all | these | treated | our | different
    | intervention | experimental ) \s+ )*+ (?: groups | arms | treatments | cohorts | periods )"""
_COMPARISONS = tuple(
    compile_pattern(pattern)
    for pattern in (
        rf"""(?<= \b (?: in | with | for | after | on | among | receiving ) \s+ )
             (?P<words> (?! \S+ \s over \b | (?: days? | weeks? | months? | years? | \d | treatment ) \b )
                        {_SIDE} (?: {_COMPARED} | than ) \s+ {_PARTNER} )""",
        rf"\b (?<! rather \s ) (?P<words> (?: {_COMPARED} | than ) \s+ {_PARTNER} )",
        rf"\b (?P<words> (?: between | among ) \s (?: {_GROUPS} | {_SIDE} and \s+ {_PARTNER} ) )",
        rf"\A \W* (?P<words> {_COMPARED} \s+ [^,;:.]{{2,60}} ) ,",
    )
)
_COMPARISON_BEHIND = compile_pattern(
    rf"""\A (?: ,? \s (?: for \s )?
                (?P<words> (?: {_SIDE} )?? {_COMPARED} \s+ {_PARTNER} | between \s [^()\[\],;.]{{3,60}} )
                (?= \s* [)\],;.] )
              | [)\]] ,? \s (?P<words> (?: {_COMPARED} | than ) \s+ {_PARTNER} | between \s {_GROUPS} ) )"""
)
_COMPARISON_INSIDE = compile_pattern(
    rf"(?P<words> (?: {_SIDE} )?? {_COMPARED} \s+ {_PARTNER} | between \s {_GROUPS} ) (?= \s* [,:]? \s* \Z )"
)
_RELATED = compile_pattern(r"correlat | associat | relation | interact")


def read_context(mention: Mention, place: int, count: int) -> Context:
    """What a P-value was for; `place` is its position, from 0, among the `count` values that are listed with it."""
    before, inside = _unwrap(mention.before[-READ_BACK:])
    blanked = _blank(before)
    segment = blanked.rfind(_MARK) + 1
    start = _clause_start(blanked)
    outcome = _listed(_outcome(blanked, inside, mention.after), place, count)
    return Context(
        outcome,
        _comparison(blanked[start:], blanked[max(start, segment) :], inside, mention.after).removeprefix(f"{outcome} "),
        _timepoint(blanked[start:], blanked[max(start, segment) :], inside, mention.after, count),
    )


def _unwrap(before: str) -> tuple[str, str]:
    """The words up to the parenthesis of a P-value, and those of the parenthesis itself up to it."""
    depth = 0
    for position in range(len(before) - 1, -1, -1):
        if before[position] in ")]":
            depth += 1
        elif before[position] in "([":
            depth -= 1
            if depth < 0:
                outer, _ = _unwrap(before[:position])
                return outer, before[position + 1 :]
    return before, ""


def _blank(text: str) -> str:
    """The text with each closed parenthesis blanked, or filled with marks where it has a P-value."""
    return _PARENTHESIS.sub(_filled, text)


def _filled(parenthesis: regex.Match[str]) -> str:
    printed: str = parenthesis[0]
    if _P.search(printed):
        return _MARK * len(printed)
    return printed if regex.match(r"\p{L}", parenthesis.string[: parenthesis.start()][-1:]) else " " * len(printed)


def _clause_start(blanked: str) -> int:
    """Where the clause begins that holds the end of a text; the items of a list belong to one clause."""
    breaks = [match.end() for match in _HARD_BREAK.finditer(blanked)]
    start = max((place for place in breaks if not _NUMBERS_ONLY.match(blanked, place)), default=0)
    verbs = [match.start() for match in _HAS_VERB.finditer(blanked, start)]
    for match in reversed(list(_SOFT_BREAK.finditer(blanked, start))):
        later = [verb for verb in verbs if verb >= match.end()]
        listed = _MARK in blanked[start : match.start()]
        coordinated = " and" in match[0] and verbs and verbs[0] < match.start() and later and later[0] - match.end() > 3
        if later and (listed or coordinated):
            return match.end()
    return start


def _outcome(blanked: str, inside: str, after: str) -> str:
    for told in (_LABEL.search(inside), _FOR_BEHIND.match(after)):
        if told and (outcome := _accepted(told["outcome"])):
            return outcome
    start = _clause_start(blanked)
    marked = blanked.rfind(_MARK) + 1
    segment = _without_lead(blanked[max(start, marked) :])
    continued = not segment or _PREPOSITION.match(segment) or _TIME_ONLY.match(segment)
    if marked > start and continued and not _HAS_VERB.search(segment):
        return _outcome(blanked[:marked].rstrip(_MARK), "", "")
    if outcome := _behind(_ADVERB, segment, after) or _of_clause(segment):
        return outcome
    bare = None
    if not (_HAS_VERB.search(segment) or _ADVERB[0].search(segment)) and (
        not _CONDITION.search(blanked[start:marked].rstrip(_MARK)) if marked > start else len(segment.split()) < 8
    ):
        bare = _BARE.match(segment)
    return (_accepted(bare["outcome"]) if bare else "") or _behind(_CHANGE_SEEN, segment, after)


def _without_lead(clause: str) -> str:
    clause = clause.lstrip(" ,")
    lead = _LEAD.match(clause)
    return clause[lead.end() if lead else 0 :].strip(" ,")


def _of_clause(clause: str) -> str:
    return next(
        (
            outcome
            for form in _FORMS
            for match in form.finditer(clause, overlapped=True)
            if (outcome := _accepted(match["outcome"]))
        ),
        "",
    )


def _behind(ends: tuple[regex.Pattern[str], regex.Pattern[str]], segment: str, after: str) -> str:
    """The outcome where the P-value stands before it: `a significant decrease (P = .02) was seen in X`."""
    end, continuation = ends
    behind = continuation.match(after) if end.search(segment) else None
    return _accepted(behind["outcome"]) if behind else ""


def _accepted(words_found: str) -> str:
    """A noun phrase, unless it names people, a group or nothing that can be measured."""
    outcome = _LEADING.sub("", _TRAILING.sub("", " ".join(words_found.split()).replace(" ,", ",").strip(" ,.-–<>≤≥=/")))
    head = _HEAD.match(outcome)
    if (
        not outcome
        or _NOTHING.search(outcome)
        or (head and head["head"].lower() in _PEOPLE)
        or _TIME_ONLY.match(outcome)
    ):
        return ""
    return outcome


def _listed(outcome: str, place: int, count: int) -> str:
    """Of outcomes said in a list that for the value at `place` of a list as long; one outcome is that of all values."""
    items = _ITEMS.split(outcome)
    if count == 1 or len(items) == 1:
        return outcome
    return items[place] if len(items) == count else ""


def _comparison(clause: str, segment: str, inside: str, after: str) -> str:
    """The words that say what was compared, nearest first."""
    found = [_COMPARISON_BEHIND.match(after[:150]), _COMPARISON_INSIDE.search(_blank(inside))]
    found += [
        match for part in (segment, clause) for form in _COMPARISONS for match in reversed(list(form.finditer(part)))
    ]
    for match in found:
        if match:
            said = _TRAILING.sub("", " ".join(match["words"].split()))
            alone = said.startswith("between") and (
                _RELATED.search(clause) or (len(said.split()) < 3 and "groups" not in said)
            )
            return "" if alone else said
    return ""


def _timepoint(clause: str, segment: str, inside: str, after: str, count: int) -> str:
    """The one time that is named nearest, not the baseline that it is compared with, nor several for several values."""
    if behind := _TIMEPOINT.match(after[:80].lstrip(" ,")):
        return " ".join(behind[0].split())
    if _TIME_ONLY.match(own := _without_lead(segment)):
        return own
    for part in (inside, segment, clause):
        found = [match[0] for match in _TIMEPOINT.finditer(part) if not _BASELINE.search(match[0])]
        if found:
            alone = len(found) == 1 and (count == 1 or not _ITEMS.search(found[0]))
            return " ".join(found[0].split()) if alone else ""
    return ""
