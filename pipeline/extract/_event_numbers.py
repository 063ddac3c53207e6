"""How many had an event: the quantities of a sentence, and which of them belongs to an event.

A quantity is a count with its denominator and percentage as far as they stand together (`5 patients (55.6%)`,
`3 of 12`, `43% (92 of 212)`). It belongs to an event that it follows or precedes with nothing between but words that
join them. Where several follow one event, they are of several groups: the first that is not a control's is taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import regex

from pipeline.extract._event_terms import DEATH, Term
from pipeline.quantities import INTEGER, NUMBER_WORDS, integer
from pipeline.records import Span
from pipeline.rules import SECONDS_PER_PATTERN, compile_pattern

ONE = ("a", "an", "another", "single", "solitary")
"""Words before an event that tell it as a single case."""

Parts = dict[str, Span]
"""Spans of a sentence by what they state."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """Where a sentence says how many: whole span, and the spans of count, denominator and percentage."""

    start: int
    end: int
    parts: Parts


_ONE_OF_PEOPLE = r"""
    (?: patient | subject | participant | individual | person | people | child(?:ren)? | infant | neonate | newborn
      | wom[ae]n | m[ae]n | recipient | volunteer | adult | adolescent | boy | girl | mother )
"""
_PEOPLE = rf"""
    (?: {_ONE_OF_PEOPLE} | eye | knee | limb | hip | shoulder | joint
      | case | episode | event | control | cycle | course | procedure | infusion | injection | other | donor | implant
      | graft | wound | pregnanc(?:y|ies) | occasion | time | user | responder | survivor | transplant )s? (?! \p{{L}} )
"""
_COUNT = rf"""
    (?: (?<! [\d.,/·×x–-] | [<>≤≥]\s? | [^n\s]\s?=\s? ) {INTEGER} (?! [.,·]?\d | \s?[×x^] | -\p{{L}} )
      | (?<! \p{{L}} ) (?: {NUMBER_WORDS} | none | an? (?= \s\p{{L}}+\s(?:patient|subject|participant|child|woman|man) )
          | no (?= \s(?:patient|subject|participant|case|child|wom|event) ) ) )
"""
_PERCENT = r"\d{1,3} (?: [.,·] \d+ )? (?: \s? ± \s? \d{1,3} (?: [.,·] \d+ )? )? \s? (?: % | per \s? cent | percent )"
_DENOMINATOR = rf"(?: {INTEGER} | {NUMBER_WORDS} )"
_KIND = r"""
    (?: (?! (?: years? | months? | weeks? | days? | hours? | h | min | mg | kg | after | and | or | in | with | of | to
        | were | was | had | vs | versus | cells ) \b ) \p{L} [\p{L}‐‑‒–-]*+ \s+ ){0,3}?
"""
_QUANTITY = compile_pattern(
    rf"""
    (?P<percent> {_PERCENT} ) \s* (?: {_KIND} {_PEOPLE} )? \s* [(\[] \s* (?:
        n \s* = \s* (?P<count> {_COUNT} ) \s* (?= [)\]] ) | (?P<count> {_COUNT} ) \s {_KIND} {_PEOPLE} (?= \s* [)\]] ) )
  | (?P<percent> {_PERCENT} ) \s* (?: {_KIND} {_PEOPLE} )? \s* [(\[] \s* (?: n \s* = \s* )?
        (?P<count> {_COUNT} ) \s* (?: (?: out \s )? of | / ) \s* (?: the \s )? (?P<denominator> {_DENOMINATOR} )
  | (?P<count> {_COUNT} ) (?: \s* / \s* | \s* (?: out \s+ )? of \s+ (?: (?: the | these | those | our | all
      | a \s total \s of ) \s+ ){{0,2}} )
        (?P<denominator> {_DENOMINATOR} ) (?: \s+ {_KIND} {_PEOPLE} )? (?: \s* [(\[;,=] \s* (?P<percent> {_PERCENT} ) )?
  | (?P<count> {_COUNT} ) \s* (?: {_KIND} {_PEOPLE} )? \s* [(\[,] \s* (?P<percent> {_PERCENT} ) \s? [)\]]?
        (?: \s* of \s (?: the \s )? (?P<denominator> {_DENOMINATOR} ) (?: \s+ {_KIND} {_PEOPLE} )? )?
  | (?P<percent> \d{{1,3}} (?: [.,·] \d+ )? ) (?= \s* (?: vs\.? | versus | and ) \s* \d{{1,3}} (?: [.,·] \d+ )? \s? % )
  | (?P<percent> {_PERCENT} ) (?! \s* (?: CI | confidence | power | two-sided ) )
  | (?P<count> {_COUNT} ) (?: \s+ {_KIND} {_PEOPLE}
        | (?= \s+ and \s+ {_DENOMINATOR} \s+ {_PEOPLE} ,? \s respectively ) )
  | (?P<count> {_COUNT} ) \s+ of \s (?: the | these | those | our | them | whom ) (?: \s+ {_KIND} {_PEOPLE} )?
  | (?P<count> {_COUNT} ) (?= \s+ (?: had | developed | experienced | died | suffered | reported | showed ) \s )
  | (?<= [:,;(] \s? | \b and \s ) (?P<count> {_COUNT} ) (?= \s (?: due \s to | because \s of | for | with | from ) \s )
  | (?<= [:,] \s | \b and \s ) (?P<count> {_COUNT} ) (?= \s \( [\p{{L}}\s/-]{{3,40}} \) )
  | (?<= [(\[] \s* (?: n \s* = \s* )? ) (?P<count> {_COUNT} ) \s*
        (?: [)\]] | ,? \s* (?: vs | versus | and ) [.\s] | \s* p \s* [<=>] )
  | (?<= \b n \s* = \s* ) (?P<count> {_COUNT} )
  | (?<= : \s | \b (?: in | by | and | versus | in \s only ) \s | vs\.? \s ) (?P<count> {_COUNT} )
        (?= \s* (?: [,.;()] | and | vs | versus | respectively | \Z ) )
    """
)
_NUMBER = compile_pattern(
    r"""(?<! [\p{L}\d.,] )
    (?: \d | (?: one | two | three | four | five | six | seven | eight | nine | ten | eleven | twelve | \p{L}{3,5}teen
      | twenty | thirty | forty | fifty | sixty | seventy | eighty | ninety | hundred | none | no | an? ) \b )"""
)
_MEASURE = compile_pattern(
    r"""\s* [-–]? \s*
    (?: years? | yrs? | months? | weeks? | wk | days? | hours? | h | hr | min | minutes? | mg | g | kg | ml | µg
        | μg | mcg
      | cm | mm | mmol | U | IU | l | cells? | times | fold | points? | degrees? | Gy | doses? | mmHg | centers
          | centres
      | sites | studies | trials | RCTs | most | groups? | arms? ) (?! \p{L} )"""
)
_CONTROL = compile_pattern(
    r"""\b (?: placebo | controls? | standard | conventional | usual \s care | saline | sham | comparator
        | vehicle | untreated
      | no \s treatment | best \s supportive | observation | microfracture | alone | without | reference )"""
)


def quantities(text: str) -> list[Quantity]:
    """The quantities of a text in its order."""
    found = []
    end = 0
    for number in _NUMBER.finditer(text):
        if number.start() < end:
            continue
        match = _QUANTITY.match(text, number.start(), timeout=SECONDS_PER_PATTERN)
        if not match or (match.start("percent") < 0 and _MEASURE.match(text, match.end())):
            continue
        end = match.end()
        named = ("count", "denominator", "percent")
        found.append(Quantity(*match.span(), {name: match.span(name) for name in named if match.start(name) >= 0}))
    return found


_JOINS_RIGHT = compile_pattern(
    r"""
    \s* (?: [(\[] [^()\[\]%]{0,60}? [)\]] )? \s*
    (?: [,:;] (?= \s* (?: occurr | report | observ | seen | present | which | affect | develop | was | were | in
        | \d | \(
        | \Z ) ) )?
    (?: (?! \b (?: and | or | with | but | who | whose | had ) \b ) [^;,.()\[\]%\d¤§†]
      | (?<= \p{L} | \p{L}- | \p{L}\d ) \d
      | \b vs\.
      | \b as \s with \b
      | \b or (?= \s (?: equal | higher | more | greater | worse | above ) \b )
      | \b and (?= \s (?: occurr | were \s | was \s | developed | affect ) )
      | \b (?: mild | moderate ) \s (?: or | and | to ) \s (?= moderate | severe )
      | (?<= \b (?: at | within | by | for | after | during | over | day | week | month | year | first ) \s | \d ) \d
      | (?<= occurred | observed | reported | seen | noted | more | less | higher | lower | frequent | frequently
             | common | often | than | \d ) \s (?: with | and | or ) \b
      | (?<= \b group | \b groups | \b arm | \b arms ) , ){0,150}
    (?: [(\[:] \s* (?: in \s | n \s* = \s* | ≥ \s? | \p{L}+ \s+ | \p{L}+ [,:] \s+ ){0,4} )?"""
)
_BREAKS = compile_pattern(
    r"""[;.] (?: \s | \Z )
      | \b \p{L}* (?: alleviat | reliev | improv | reduc | decreas | ameliorat | increas | declin ) \p{L}*
      | (?<! \b (?: was | were ) \s (?: \p{L}+ly \s )? ) \b lower \p{L}*
      | \b (?: but | however | although | whereas | while | except | which | compared | contrast | resulting | because
          | (?<! † \s ) due
          | leading (?! \s to \s (?: [\p{L}-]+ \s ){0,3}?
              (?: discontinuation | withdrawal | interruption | death )s? \b )
          | after | before ) \b"""
)
_SUBJECT = compile_pattern(
    r"""\s* [)\]]? \s+ (?: had | have | developed | experienced | were | was | died | improved | required | received
      | underwent | withdrew | discontinued | showed | achieved ) \b"""
)
_JOINS_LEFT = compile_pattern(
    r"""
    \s* [)\]]? (?: , \s respectively ,? )? \s*
    (?: (?: \( [^()]{0,30} \) | of \s (?: the \s | all \s )? (?: [\p{L}-]+ \s ){0,2}? (?: patients | subjects
          | participants | children | women | men | recipients | people | individuals | infants )
        | of \s (?: those | these | them | the \s \p{L}+ )
          (?: \s (?: in | on | with | allocated | assigned | randomi[sz]ed | treated | receiving | given | taking ) \s
              [^,;.()§†¤]{1,60}? )?
        | who \s \p{L}+ (?: \s \p{L}+ ){0,4}
        | in \s (?: the | each | this ) \s [^,;]{1,40}? (?: group | arm | cohort )s? | each ) \s* )?
    (?: (?: also | later | subsequently | only | then | still | ,? \s who | reported | have | had | has | were
        | was | did )
        \s+ ){0,2}
    (?: developed | develop | experienced | suffered (?: \s from )? | had | have | with | presented (?: \s with )?
      | reported | complained \s of | sustained | showed | exhibited | of | withdrew | discontinued | required
          | underwent
      | experiencing | developing | having | reporting | complaining \s of | manifested
      | (?: were | was | is | are ) (?: \s \p{L}+ ){0,2} (?: for | with | by | to ) | due \s to | because \s of | from
      | †+ \s (?: of | from | due \s to | with | because \s of ) | in \s whom | acquired | contracted
          | dropped \s out | for
      | suffering \s from | demonstrated | displayed )
    (?: \s+ (?! (?: and | but | while | whereas | although ) \s ) [\p{L}\d≥>/+-]+ ,? ){0,7}? \s* \(?"""
)
_WHO = compile_pattern(r"\b who \b")
_IN_OPENS = compile_pattern(r"\b In \s+ (?: only \s+ )? \Z")
_COMMA_JOINS = compile_pattern(r"[)\]]? ,? \s+ (?: (?: an? | the ) \s+ )? (?: \p{L}+ \s ){0,2}")
_DIED_JOINS = compile_pattern(
    r"[\s)\]]* (?: \p{L}+ \s ){0,3} | .{0,40} (?: group | arm | patients | cohort ) \s | \s+ who \s [^,;.]{1,70} \s"
)
_NEXT_BEFORE = compile_pattern(
    rf"""
    (?= \d | \b [a-z] )
    (?: (?<! \b (?: least | more \s than | no | top
            | type | stage | class | phase | group | arm | factor | week | day ) \s )
        (?P<count> {_COUNT} ) (?! \s+ or \s+ more )
      | (?<! \p{{L}} ) (?P<count> an? | another | single | solitary ) )
    (?: \s+ (?: new | additional | further | other | mild | moderate | severe | serious | transient | minor | major | x+
        (?: \s x* \d* x* )? | documented | confirmed | possible | nonfatal | fatal | isolated | unrelated
            | related | such
        | different | self-limited | reversible | late | early | patient | single ) ){{0,3}}
    (?: \s+ (?: case | episode | instance | event | occurrence | incident | report )s? \s+ (?: each \s )? of
        (?: \s+ (?: an? | the | mild | moderate | severe | serious | transient | x+ ) ){{0,3}} )?
    \s* \Z"""
)
_AT_LEAST_ONE = compile_pattern(r"\b (?: one \s or \s more | at \s least \s one | any ) \s (?: [\p{L}-]+ \s ){0,3} \Z")
_AND_ANOTHER = regex.compile(r"\b(?:and|vs\.?|versus)\s+\Z")
_BY = regex.compile(r"\bby\s+(?:\p{L}+\s+)?\Z")
_CHANGED = compile_pattern(r"\b (?: reduc | decreas | increas | lower | cut | diminish | rose | fell )")
_COMMA = regex.compile(r"\s*[,;]")
_OTHER_REASON = regex.compile(r"\s+(?:for|from|due to|because)\b")
_THAN = regex.compile(r"\bthan\b")
_BRACKET = regex.compile(r"\s*[(\[]\s*(?:n\s*=\s*)?")
_OF_PEOPLE = compile_pattern(rf"\b {_ONE_OF_PEOPLE}")


def read_numbers(
    text: str, masked: str, terms: Sequence[Term], index: int, found: Sequence[Quantity]
) -> tuple[Parts, str]:
    """The spans of count, denominator and percentage of a term, and their side of it (`right`, `left` or empty)."""
    term = terms[index]
    direct = _NEXT_BEFORE.search(text, max(0, term.start - 80), term.start)
    told = direct is not None and direct["count"].lower() not in ONE
    next_start = next(
        (each.start for each in terms[index + 1 :] if not _stands_behind(text, term.end, each)), len(text)
    )
    right = [each for each in found if term.end <= each.start < next_start]
    follows = bool(right) and _follows(text, masked, term, right[0])
    if direct and told and not (follows and _counts_people(text, right[0], direct["count"])):
        return {"count": direct.span("count")}, "left"
    previous_end = terms[index - 1].end if index else 0
    left = [each for each in found if previous_end <= each.start and each.end <= term.start]
    precedes = bool(left) and _is_joined(text, masked, left[-1], term)
    if follows and not (precedes and _THAN.search(text, term.end, right[0].start)):
        return _of_the_intervention(text, right, term.end, next_start).parts, "right"
    if precedes:
        groups = left[-2:] if _AND_ANOTHER.search(text, left[max(-2, -len(left))].end, left[-1].start) else left[-1:]
        return _of_the_intervention(text, groups, previous_end, term.start).parts, "left"
    return ({"count": direct.span("count")}, "left") if direct else ({}, "")


def _follows(text: str, masked: str, term: Term, quantity: Quantity) -> bool:
    """Whether a quantity behind a term says how many had it."""
    at_least_one = _AT_LEAST_ONE.search(text, max(0, term.start - 60), term.start)
    in_brackets = _BRACKET.fullmatch(text, term.end, quantity.start)
    return bool(
        not (at_least_one and ":" in text[term.end : quantity.start])
        and (in_brackets or not _SUBJECT.match(text, quantity.end))
        and not (_COMMA.match(text, term.end) and _OTHER_REASON.match(text, quantity.end))
        and _JOINS_RIGHT.fullmatch(masked, term.end, quantity.start)
        and not _BREAKS.search(masked, term.end, quantity.start)
        and not (_BY.search(text, term.end, quantity.start) and _CHANGED.search(text, 0, quantity.start))
    )


def _counts_people(text: str, quantity: Quantity, events: str) -> bool:
    """Whether a quantity tells in how many people a number of events occurred ("five falls in 4 patients")."""
    if "count" not in quantity.parts or not _OF_PEOPLE.search(text, quantity.start, quantity.end):
        return False
    people = text[slice(*quantity.parts["count"])]
    return people.lower() not in ("no", "none") and integer(people) <= integer(events)


def _is_joined(text: str, masked: str, quantity: Quantity, term: Term) -> bool:
    """Whether a term is what the people of a quantity before it had."""
    if "count" not in quantity.parts and _WHO.search(text, quantity.end, term.start):
        return False  # a share of those who had the event
    return bool(
        _JOINS_LEFT.fullmatch(masked, quantity.end, term.start)
        or (_IN_OPENS.search(text, 0, quantity.start) and _COMMA_JOINS.fullmatch(text, quantity.end, term.start))
        or (term.kind == DEATH and _DIED_JOINS.fullmatch(text, quantity.end, term.start))
    )


def _stands_behind(text: str, end: int, term: Term) -> bool:
    """Whether a term stands in parentheses right behind a place."""
    return term.start > end and bool(regex.fullmatch(r"\s*[(\[][\p{L}\s]{0,20}", text[end : term.start]))


_ITEM = rf"""
    (?: (?P<percent> {_PERCENT} ) | (?P<count> {_COUNT} )
        (?: \s* (?: / | (?: out \s )? of ) \s* (?P<denominator> {_DENOMINATOR} ) )?
        (?: \s? [(\[] (?P<percent> {_PERCENT} ) [)\]] )? )
"""
_IN_TURN = compile_pattern(
    rf"""(?= \d | \b [a-z] ) (?: {_ITEM} (?: \s* , (?: \s* and )? \s* | \s+ and \s+ ) ){{1,7}} {_ITEM}
         (?P<said_of> [^;.\d]{{0,90}}? ) \b respectively"""
)
_OF_GROUPS = compile_pattern(r"\b (?: groups | arms | cohorts | controls? | placebo ) \b")


def read_in_turn(text: str, terms: Sequence[Term]) -> dict[int, Parts]:
    """The numbers of terms in a list that are said in turn ("fever and rash in 2 and 3 patients, respectively").

    The terms stand before the numbers, or between them and the word. Numbers of several groups are not of this kind.
    """
    if "respectively" not in text:
        return {}
    read: dict[int, Parts] = {}
    for match in _IN_TURN.finditer(text, timeout=SECONDS_PER_PATTERN):
        columns = [(name, match.spans(name)) for name in ("count", "denominator", "percent") if match.spans(name)]
        several = len(columns[0][1])
        inside = [i for i, term in enumerate(terms) if match.start("said_of") <= term.start < match.end()]
        before = [i for i, term in enumerate(terms) if match.start() - 150 < term.start < match.start()]
        of_groups = not inside and _OF_GROUPS.search(match["said_of"])
        said_of = inside or before[-several:]
        if of_groups or len(said_of) != several or any(len(spans) != several for _, spans in columns):
            continue
        if (
            _CLAUSE_END.search(text, terms[said_of[0]].end, match.start())
            or "(" in text[terms[said_of[-1]].end : match.start()]
        ):
            continue
        read |= {index: {name: spans[place] for name, spans in columns} for place, index in enumerate(said_of)}
    return read


_VERSUS = compile_pattern(r"\b (?: vs \b \.? | versus \b | and \b | than \b | compared \s (?: with | to ) \b )")
_VS = compile_pattern(r"\b (?: vs | versus | compared \s (?: with | to ) ) \b")
_NONE = ("no", "none", "0")
_LABEL_END = compile_pattern(r"[,;] | \b (?: and | vs | versus | than | compared ) \b")
_CLAUSE_END = regex.compile(r";|\.\s")


def _of_the_intervention(text: str, found: Sequence[Quantity], start: int, limit: int) -> Quantity:
    """The first quantity that is not said of a control group, of those that follow one another."""
    chain = [found[0]]
    for each in found[1:4]:
        between = text[chain[-1].end : each.start]
        if len(between) > 90 or _CLAUSE_END.search(between) or each.end > limit or _SUBJECT.match(text, each.end):
            break
        chain.append(each)
    if len(chain) == 1:
        return chain[0]
    between_all = [text[one.end : other.start] for one, other in pairwise(chain)]
    compared = [place for place, label in enumerate(between_all) if _VS.search(label)]
    if len(chain) == 3 and compared == [1] and text[slice(*chain[1].parts.get("count", (0, 0)))].lower() not in _NONE:
        return chain[1]  # before the two groups that are compared stand all patients, or another phase
    behind = _CLAUSE_END.split(text[chain[-1].end : chain[-1].end + 90], maxsplit=1)[0]
    if not any(regex.search(r"\p{L}{4}", label) for label in between_all):
        for joint in (text[start : chain[0].start], behind):
            groups = _VERSUS.split(joint)
            if len(groups) == len(chain) and any(_CONTROL.search(group) for group in groups):
                pairs = zip(chain, groups, strict=True)
                return next((each for each, group in pairs if not _CONTROL.search(group)), chain[0])
    for place, each in enumerate(chain):
        label = _LABEL_END.split((*between_all, behind)[place], maxsplit=1)[0]
        if not regex.search(r"\p{L}{3}", label):
            label = text[chain[place - 1].end if place else start : each.start]
        if not _CONTROL.search(label):
            return each
    return chain[0]
