"""How many had an event: the quantities of a sentence, and which of them belongs to an event.

A quantity is a count with its denominator and percentage as far as they stand together (`5 patients (55.6%)`,
`3 of 12`, `43% (92 of 212)`). It belongs to an event that it follows or precedes with nothing between but words that
join them. Where several follow one event, they are of several groups: the first that is not a control's is taken.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import regex

from pipeline.extract._event_terms import DEATH, Term
from pipeline.quantities import INTEGER, NUMBER_WORDS
from pipeline.records import Span


@dataclass(frozen=True, slots=True)
class Quantity:
    """Where a sentence says how many: whole span, and the spans of count, denominator and percentage."""

    start: int
    end: int
    count: Span | None
    denominator: Span | None
    percent: Span | None

    def parts(self) -> dict[str, Span]:
        """The spans by name, without those that are not there."""
        named = {"count": self.count, "denominator": self.denominator, "percent": self.percent}
        return {name: span for name, span in named.items() if span}


_PEOPLE = r"""
    (?: patients? | subjects? | participants? | individuals | persons? | people | child(?:ren)? | infants? | neonates? | newborns? | wom[ae]n | m[ae]n
      | recipients? | volunteers? | adults? | adolescents? | boys? | girls? | mothers? | eyes? | knees? | limbs? | hips? | shoulders? | joints? | cases? | episodes? | events? | controls?
      | cycles? | courses? | procedures? | infusions? | injections? | others? | donors? | implants? | grafts? | wounds? | pregnanc(?:y|ies) | occasions? | times?
      | users | responders | survivors | transplants? | dogs ) (?! \p{L} )
"""
_COUNT = rf"(?: (?<! [\d.,/·×x–-] ) (?<! [<>=≤≥] \s? ) {INTEGER} (?! [.,·]?\d | \s? [×x^] | - (?:year|month|week|day|h|min|\p{{L}}) ) | (?<! \p{{L}} ) (?: {NUMBER_WORDS} | an? (?= \s \p{{L}}+ \s (?:patient|subject|participant|child|woman|man) ) | none | no (?= \s (?:patient|subject|participant|case|child|wom|event)) ) )"
_PERCENT = r"\d{1,3} (?: [.,·] \d+ )? \s? (?: % | per \s? cent | percent )"
_DENOMINATOR = rf"(?: {INTEGER} | (?: {NUMBER_WORDS} ) )"
_FILL = r"(?: (?! (?: years? | months? | weeks? | days? | hours? | h | min | mg | kg | after | and | or | in | with | of | to | were | was | had | vs | versus | cells ) \b ) [\p{L}][\p{L}\u2010-\u2013-]*+ \s+ ){0,3}?"

_QUANTITY = regex.compile(
    rf"""
    (?P<percent> {_PERCENT} ) \s* (?: {_FILL} {_PEOPLE} )? \s* [(\[] \s* (?: n \s* = \s* )? (?P<count> {_COUNT} ) \s* (?: of | / | out \s of ) \s* (?: the \s )? (?P<denominator> {_DENOMINATOR} )
  | (?P<count> {_COUNT} ) (?: \s* / \s* | \s* (?: out \s+ )? of \s+ (?: (?: the | these | those | our | all | a \s total \s of ) \s+ ){{0,2}} ) (?P<denominator> {_DENOMINATOR} )
    (?: \s+ {_FILL} {_PEOPLE} )? (?: \s* [(\[;,=] \s* (?P<percent> {_PERCENT} ) )?
  | (?P<count> {_COUNT} ) \s* (?: {_FILL} {_PEOPLE} )? \s* [(\[,] \s* (?P<percent> {_PERCENT} ) \s? [)\]]? (?: \s* of \s (?: the \s )? (?P<denominator> {_DENOMINATOR} ) )?
  | (?P<percent> {_PERCENT} ) (?! \s* (?: CI | confidence | power | two-sided | conf ) )
  | (?P<count> {_COUNT} ) \s+ {_FILL} {_PEOPLE}
  | (?P<count> {_COUNT} ) \s+ of \s (?: the | these | those | our | them | whom ) (?: \s+ {_FILL} {_PEOPLE} )?
  | (?P<count> {_COUNT} ) (?= \s+ (?: had | developed | experienced | died | suffered | reported | showed ) \s )
  | (?<= [:,] \s | \b and \s ) (?P<count> {_COUNT} ) (?= \s \( [\p{{L}}\s/-]{{3,40}} \) )
  | (?<= [(\[] \s* (?: n \s* = \s* )? ) (?P<count> {_COUNT} ) \s* (?: [)\]] | ,? \s* (?: vs | versus | and ) [.\s] | \s* p \s* [<=>] )
  | (?<= \b n \s* = \s* ) (?P<count> {_COUNT} )
  | (?<= : \s | \b in \s (?: only \s )? | \b by \s | vs\.? \s | \b and \s | versus \s ) (?P<count> {_COUNT} ) (?= \s* (?: [,.;()] | and | vs | versus | respectively | \Z ) )
    """,
    regex.VERBOSE | regex.IGNORECASE,
)
_WORDS = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred".split()
_NOT_A_COUNT = regex.compile(
    r"\s* (?: - | – )? \s* (?: years? | yrs? | months? | weeks? | wk | days? | hours? | h | hr | min | minutes? | mg | g | kg | ml | µg | μg | mcg | cm | mm | mmol | U | IU | l | cells? | times | fold | points? | percent | degrees?"
    r" | Gy | doses? | mmHg | /10 | centers | centres | sites | studies | trials | RCTs ) (?! \p{L} )",
    regex.VERBOSE | regex.IGNORECASE,
)
_CONTROL = regex.compile(
    r"\b (?: placebo | controls? | standard | conventional | usual \s care | saline | sham | comparator | vehicle | untreated | no \s treatment | best \s supportive | observation | microfracture"
    r" | \p{L}*chemotherapy \s alone | alone | reference )",
    regex.VERBOSE | regex.IGNORECASE,
)
_BREAK = regex.compile(r"[;.](?:\s|$)|\b\p{L}*(?:alleviat|reliev|improv|reduc|decreas|ameliorat|increas|declin|lower)\p{L}*|\b(?:but|however|although|whereas|while|except|which|compared|resulting|because|due|leading|after|before)\b", regex.IGNORECASE)


_NUMBER = regex.compile(rf"(?<![\p{{L}}\d.,])(?:\d|\b(?:{'|'.join(_WORDS)}|none|no|an?)\b)", regex.IGNORECASE)


def quantities(text: str) -> list[Quantity]:
    """The quantities of a text in its order."""
    found = []
    end = 0
    for number in _NUMBER.finditer(text):
        match = _QUANTITY.match(text, number.start(), timeout=5.0) if number.start() >= end else None
        if not match:
            continue
        end = match.end()
        spans = {name: match.span(name) if match.start(name) >= 0 else None for name in ("count", "denominator", "percent")}
        if not spans["percent"] and _NOT_A_COUNT.match(text, match.end()):
            continue
        found.append(Quantity(match.start(), match.end(), spans["count"], spans["denominator"], spans["percent"]))
    return found


_JOIN_RIGHT = regex.compile(
    r"""\s* (?: [(\[] [^()\[\]%]{0,60}? [)\]] )? \s*
        (?: [,:;] (?= \s* (?: occurr | report | observ | seen | present | which | affect | develop | in | \d | \( | \Z ) ) )?
        (?: (?! \b (?: and | or | with | but | who | whose | had ) \b ) [^;,.()\[\]%\d¤§†] | (?<= \p{L} | \p{L}- | \p{L}\d ) \d | \b vs\. | (?<= occurred | observed | reported | seen | noted | more | less | higher | lower | frequent | common | \d ) \s (?: with | and | or ) \b | (?<= group | groups | arm | arms ) , ){0,110}
        (?: [(\[:] \s* (?: in \s | n \s* = \s* | ≥ \s? | \p{L}+ \s+ | \p{L}+ [,:] \s+ ){0,4} )?""",
    regex.VERBOSE | regex.IGNORECASE,
)
_JOIN_LEFT = regex.compile(
    r"""\s* (?: [)\]] )? (?: , \s respectively ,? )? \s* (?: (?: \( [^()]{0,30} \) | of \s (?: those | these | them | the \s \p{L}+ ) | who \s \p{L}+ ( \s \p{L}+ ){0,4} | in \s (?: the | each | this ) \s [^,;]{1,40}? (?: group | arm | cohort )s? | each ) \s* )?
        (?: (?: also | later | subsequently | only | then | still | ,? \s who | reported | have | had | has | were | was | did ) \s+ ){0,2}
        (?: developed | develop | experienced | suffered (?: \s from )? | had | have | with | presented (?: \s with )? | reported | complained \s of | sustained | showed | exhibited | of | withdrew | discontinued | required
          | underwent | experiencing | developing | having | reporting | complaining \s of | manifested | (?: were | was | is | are ) (?: \s \p{L}+ ){0,2} (?: for | with | by | to ) | due \s to | because \s of | [died†]+ \s (?: of | from | due \s to | with | because \s of ) | in \s whom | acquired | contracted | dropped \s out
          | for | suffering \s from | demonstrated | displayed )
        (?: \s+ (?! (?: and | but | while | whereas | although ) \s ) [\p{L}\d≥>/+-]+ ,? ){0,7}? \s* [(]?""",
    regex.VERBOSE | regex.IGNORECASE,
)
_RIGHT_BEFORE = regex.compile(
    rf"""(?: (?<! least \s | more \s than \s | no \s ) (?P<count> {_COUNT} (?! \s+ or \s+ more ) | (?<! \p{{L}} ) (?: an? | another | single | solitary ) ) (?: \s+ (?! of \b | out \b ) (?: new | additional | further | other | mild | moderate | severe | serious | transient | minor | major | grade \s+ [\dIV]+ (?: [-–/] \d )? | documented | confirmed | possible | nonfatal | fatal | isolated | unrelated | related | such | different | self-limited | reversible | late | early | patient | single ) ){{0,3}}
            (?: \s+ (?: case | episode | instance | event | occurrence | incident | report )s? \s+ (?: each \s )? (?: of ) (?: \s+ (?: an? | the | mild | moderate | severe | serious | transient | grade \s+ [\dIV]+ ) ){{0,3}} )? \s* ) \Z""",
    regex.VERBOSE | regex.IGNORECASE,
)


def read_numbers(text: str, masked: str, terms: Sequence[Term], index: int, found: Sequence[Quantity]) -> tuple[dict[str, Span], str]:
    """The spans of count, denominator and percentage of a term, and on which side (`right`, `left` or empty)."""
    term = terms[index]
    direct: dict[str, Span] = {}
    offset = max(0, term.start - 80)
    if match := _RIGHT_BEFORE.search(text, offset, term.start):
        direct = {"count": match.span("count")}
    article = bool(direct) and text[slice(*direct["count"])].lower() in ("a", "an", "another", "single", "solitary")
    if direct and not article:
        return direct, "left"
    next_term = next((each.start for each in terms[index + 1 :] if not _noted(text, term.end, each)), len(text))
    right = [each for each in found if term.end <= each.start < next_term]
    if right and not _SUBJECT.match(text, right[0].end) and _JOIN_RIGHT.fullmatch(masked, term.end, right[0].start) and not _BREAK.search(masked, term.end, right[0].start):
        chosen = _choose(text, right, term.end, next_term)
        if chosen.parts():
            return chosen.parts(), "right"
    previous = terms[index - 1].end if index else 0
    left = [each for each in found if previous <= each.start and each.end <= term.start and each.count]
    if left and (
        _JOIN_LEFT.fullmatch(masked, left[-1].end, term.start)
        or (regex.search(r"\bIn\s+(?:only\s+)?$", text[: left[-1].start]) and regex.fullmatch(r"[)\]]?,?\s+(?:an?\s+|the\s+)?(?:\p{L}+\s){0,2}", text[left[-1].end : term.start]))
        or (term.kind == DEATH and regex.fullmatch(r"[\s)\]]*(?:\p{L}+\s){0,3}|.{0,40}(?:group|arm|patients|cohort)\s|\s+who\s[^,;.]{1,70}\s", text[left[-1].end : term.start]))
    ):
        if len(left) > 1 and "respectively" in text[left[-1].end :] and regex.fullmatch(r"\s+and\s+", text[left[-2].end : left[-1].start]):
            return left[-2].parts(), "left"
        return left[-1].parts(), "left"
    return direct, "left" if direct else ""


_SUBJECT = regex.compile(r"\s*[)\]]?\s+(?:had|have|developed|experienced|were|was|died|improved|required|received|underwent|withdrew|discontinued|showed|achieved)\b")


def _noted(text: str, end: int, term: Term) -> bool:
    """Whether a term stands in parentheses right behind a place."""
    return term.start > end and bool(regex.fullmatch(r"\s*[(\[][\p{L}\s]{0,20}", text[end : term.start]))


_VERSUS = regex.compile(r"\b(?:vs\b\.?|versus\b|and\b|than\b|compared\s(?:with|to)\b)")


def _choose(text: str, found: Sequence[Quantity], start: int, limit: int) -> Quantity:
    """The first quantity that is not said of a control group, of those that follow one another."""
    chain = [found[0]]
    for each in found[1:4]:
        between = text[chain[-1].end : each.start]
        if len(between) > 90 or regex.search(r";|\.\s", between) or each.end > limit or _SUBJECT.match(text, each.end):
            break
        chain.append(each)
    if len(chain) == 1:
        return chain[0]
    labels = [text[one.end : other.start] for one, other in zip(chain, chain[1:], strict=False)]
    bare = all(not regex.search(r"\p{L}{4}", label) for label in labels)
    behind = regex.split(r"[;]|\.\s", text[chain[-1].end : min(len(text), chain[-1].end + 90)], maxsplit=1)[0]
    for joint in (text[start : chain[0].start], behind) if bare else ():
        groups = _VERSUS.split(joint)
        if len(groups) == len(chain) and any(_CONTROL.search(group) for group in groups):
            return next((each for each, group in zip(chain, groups, strict=True) if not _CONTROL.search(group)), chain[0])
    for place, each in enumerate(chain):
        label = regex.split(r"[,;]|\b(?:and|vs|versus|than|compared)\b", (*labels, behind)[place], maxsplit=1)[0]
        if not regex.search(r"\p{L}{3}", label):
            label = text[chain[place - 1].end if place else start : each.start]
        if not _CONTROL.search(label):
            return each
    return chain[0]
