"""Is a number of people a sample, or how many had an outcome?

The verbs of the clause say it; where these say nothing, the numbers that the sentence and the document have given
before: one that a sample had already, one that with its neighbours adds up to one, one beside a sample in a list.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

import regex

from pipeline.document import Document
from pipeline.extract._size_clause import Count, ends, read_count
from pipeline.extract._size_grammar import PEOPLE, SHARE, find_counts
from pipeline.quantities import integer
from pipeline.rules import compile_pattern
from pipeline.vocabulary import words

NEIGHBOURS = 16  # numbers to either side that may explain it; both keep the work on very long texts linear
_PEOPLE_RULES = ("number of people", "numbers that share a noun")
_LIST_RULES = ("number in a list", "number in a group", "number of those who")
_PART_RULES = ("whole of a part", "part of a whole")
ASIDE_RULES = ("n equals", "group equals", "number in a list", "number in a group")

_STUDY_BEFORE = ends(
    r"""\b (?: stud(?:y|ies) | trials? | conducted | performed | carried\ out | undertaken | analys[ie]s | review
             | randomi[sz]ed | comparison | experience | cohort | sample | population | results )
        (?: \s (?! (?: was | were | had ) \b ) [\p{L}-]++ ){0,6}
        \s (?: in | of | on | with | among | from | involving | for ) (?: \s (?: a | total | of ) ){0,3}"""
)
_IN_BEFORE = ends(
    r"\b (?: in | of | on | with | among | for | from | by | between | to ) (?: \s (?: the | these | all ) )?"
)
_THE_BEFORE = ends(r"\b (?: the | these )")
_ALL_BEFORE = ends(r"\b all")
_COORDINATED_BEFORE = ends(
    r"\b (?: and | or | versus | vs\.? | with | to ) (?: \s (?: in | the | of | for | from | a\ further ) ){0,2} | [,;]"
)
_JOINED_BEFORE = ends(r"\b (?: with | and | whom )")
_OPEN_BEFORE = ends(r"[(\[]")
_LABEL_BEFORE = ends(r"\b (?: group | arm | cohort ) s? \s \w{1,3} \s? [:,=(]?")
_NAMED_BEFORE = ends(r"\b (?: group | arm | cohort ) \s? \(")
_PERCENT_BEFORE = ends(r"(?P<percent> \d++ (?: \. \d++ )? ) \s? % \s? [(\[] [^()\[\]]{0,30}")
_PERCENT_BEHIND = compile_pattern(r"[\s,;:)(\[\]]{0,3} (?P<percent> \d++ (?: [.·] \d++ )? ) \s? %")
_PERCENT_IN_CLAUSE = ends(r"(?P<percent> \d++ (?: [.·] \d++ )? ) \s? % [^.;()]{0,60} \( (?: n \s? = \s? )? \d+ \s? /")
_LEFT_BEFORE = ends(
    r"""\b (?: (?: terminations? | withdrawals? ) \s from \s the \s (?: study | trial ) | drop[\s-]?outs? | attrition
             | lost\ to\ follow[\s-]up ) \b (?: [^.;] | (?<= \d ) \. (?= \d ) ){0,90}"""
)
_YEARLY = compile_pattern(r"[^.;]* \b (?: (?: per | each | every ) \s year | annually | yearly | worldwide ) \b")
_EXAMINED = compile_pattern(
    r"""[^.;,]{0,60}? \b (?: underwent | had | received | required | undergoing | consented\ to ) \s
        (?: [\p{L}\d-]++ \s ){0,5}? \L<examinations> \b""",
    examinations=words("people_examinations"),
)
_EVENTS_BEFORE = ends(
    r"""\b (?: adverse | (?: side\ )? effects? | events? | deaths? | died | hyp(?:er|o)\p{L}+ | experienced
             | frequent(?:ly)? | common(?:ly)? | incidence | complained | due\ to | relapses? | recurrences? | failures?
             | complications? | infections? | episodes | toxicity | responses? | serious
             | responders? ) \b [^.;]{0,90}"""
)
_FRONT = compile_pattern(
    r"""\A (?: [\p{L}\s&/]{1,40} : )? \s*
        (?: (?: of | among ) \s (?: these | those | them | the\ latter | whom ) (?: \s \p{L}++ )? ,? \s )?
        (?: (?: but \s | yet \s )? only \s )? \Z"""
)
_EACH = compile_pattern(r"\b (?: each | every | per ) \b")
_EACH_HAD = compile_pattern(r"[^,;]* \b (?: were | had | have | was | died ) \b")
_PERCENT_OF_WHOLE = compile_pattern(r"\s? [(\[,)] \s? [(\[]? \d+ (?: [.·] \d+ )? \s? %")
_OF_BEHIND = compile_pattern(r"[)\]] \s+ of \b")
_ASIDE_BEHIND = compile_pattern(r"\s? \( [^()]*+ (?: \( [^()]*+ \) [^()]*+ )*+ \)")
_OF_PEOPLE_BEHIND = compile_pattern(
    r"[)\]] \s+ of \s (?: those | (?: [\p{L}-]++ \s ){0,4}? \L<people> ) \b", people=PEOPLE
)
_WHOLE_CLOSED = compile_pattern(r"\s? [)\];,]")
_WHOLE_ENDS = compile_pattern(r"\s? [),;\]] | \s (?: vs | versus | and | during | with | without | in | on | who ) \b")
_LINK = compile_pattern(rf"{SHARE} \s (?P<link> \p{{L}}++ )")


def _is_sample(count: Count, known: set[int], accepted: Sequence[Count], candidates: Sequence[Count]) -> bool | None:
    """Whether the clause counts people in the study, or those who had an outcome; None if it does not say.

    `known` are the sizes that the document has given so far, `accepted` are the samples of the sentence so far and
    `candidates` all its numbers that may be.
    """
    if count.value == 0 or (count.value <= 2 and count.counts_units):
        return False
    match count.rule:
        case "n equals" | "group equals":
            return _n_is_sample(count, known, candidates)
        case "whole of a part":
            return _whole_is_sample(count, known)
        case "part of a whole":
            return _part_is_sample(count)
        case "number of those who":
            return _doers_are_sample(count, accepted, candidates) or None
        case "number in a group" | "number in a list":
            return None
    return _people_are_sample(count, known, accepted)


def _n_is_sample(count: Count, known: set[int], beside: Sequence[Count]) -> bool:
    if _PERCENT_BEFORE.search(count.before) and _OF_BEHIND.match(count.behind):
        return False
    pairs = {count.value + each.value for each in beside if each.rule == count.rule}
    if not pairs & known and any(_is_share(count, count.value, size) for size in known):
        return False
    return count.value in known or not known or not _EVENTS_BEFORE.search(count.before)


def _is_share(count: Count, part: int, whole: int) -> bool:
    """Whether the percentage beside the number is that of a part in a whole."""
    patterns_before = (_PERCENT_BEFORE, _PERCENT_IN_CLAUSE)
    beside = [*(each.search(count.before) for each in patterns_before), _PERCENT_BEHIND.match(count.behind)]
    stated = [float(match["percent"].replace("·", ".")) for match in beside if match]
    return part <= whole and any(abs(100 * part / whole - percent) < 1 for percent in stated)


def _whole_is_sample(count: Count, known: set[int]) -> bool:
    part = integer(count.mention.part("part"))
    if part > count.value:
        return False
    if count.counts_people or count.value in known:
        return True
    if _OF_BEHIND.match(count.behind) and _OF_PEOPLE_BEHIND.match(count.behind) is None:  # "5% (3/60) of the cycles"
        return False
    # Far more than any size given so far are sooner cycles or samples than people.
    if (
        10 <= count.value <= 1.5 * max(known, default=count.value)
        and _is_share(count, part, count.value)
        and _WHOLE_CLOSED.match(count.behind)
    ):
        return True
    is_ratio = count.before.rstrip().endswith("/")
    said = (
        _PERCENT_BEFORE.search(count.before)
        or _PERCENT_OF_WHOLE.match(count.behind)
        or (not is_ratio and _WHOLE_ENDS.match(count.behind))
        or count.in_group
        or count.verb == "stage"
    )
    return bool(said) and 5 <= count.value <= max(known, default=0)


def _part_is_sample(count: Count) -> bool:
    if count.value > integer(count.mention.part("whole")) or count.follows_outcome:
        return False
    if count.value == 1 and not count.counts_people:  # "assigned to one of two groups"
        return False
    if count.lead in ("screened", "enrolled", "randomized"):
        return True
    if _LEFT_BEFORE.search(count.before):  # "withdrawals were 3/40 and 5/41"
        return count.value > 1
    return count.verb == "stage" and not _IN_BEFORE.search(count.before)


def _doers_are_sample(count: Count, accepted: Sequence[Count], candidates: Sequence[Count]) -> bool:
    if count.stage and _THE_BEFORE.search(count.before):
        return True
    if count.verb == "participle" and regex.match(r"\s\p{L}+\s?[:;.()]", count.behind):
        return True
    if count.stage and accepted and (_JOINED_BEFORE.search(count.before) or count.behind.startswith(" of whom")):
        return True
    if count.verb == "stage" and count.stage == "discontinued" and candidates[0] is not count:
        return True
    return count.verb == "stage" and (bool(accepted) or _FRONT.search(count.before) is not None)


def _people_are_sample(count: Count, known: set[int], accepted: Sequence[Count]) -> bool | None:
    before, value, group = count.before, count.value, count.in_group
    definite, total = count.is_definite, count.is_total
    inside = not total and _IN_BEFORE.search(before) is not None
    if count.verb != "stage" and definite and regex.match(r"[^;]{0,80}\bin whom\b", count.after):
        return False
    if count.is_attribute or count.is_denominator:
        return True
    if _YEARLY.match(count.after):
        return False
    if known and value < max(known) and value not in known and _EXAMINED.match(count.after):
        return False
    if count.counts_units and value < 5 and count.verb != "stage":
        return False
    if count.follows_outcome:
        if _THE_BEFORE.search(before) or (value in known and _ALL_BEFORE.search(before)):
            return True
        return None if not known or _STUDY_BEFORE.search(before) else False
    in_each = group is not None and _EACH.search(group[0]) is not None
    if in_each and not (count.verb == "outcome" and _EACH_HAD.match(count.after)):
        return True
    if (count.verb == "stage" and not inside) or count.lead or _LABEL_BEFORE.search(before):
        return True
    if accepted and _COORDINATED_BEFORE.search(before) and _same_link(accepted[-1], count):
        return True
    if count.verb == "outcome" and not definite and not inside:
        if not known:
            return total or _FRONT.search(before) is not None
        return total and value * 2 >= max(known)
    if count.has_share and not definite and not total:
        return None
    described = count.stage and count.verb != "stage"
    if total or definite or described or group or _STUDY_BEFORE.search(before):
        return True
    if count.verb == "stage" and (not known or value in known):
        return True
    return None


def _same_link(one: Count, other: Count) -> bool:
    """Whether the same word links both numbers to what their people are ("30 with asthma and 31 with hay fever")."""
    link = _LINK.match(other.after)
    between = one.after[: max(0, other.start - one.mention.end)]
    return link is not None and link["link"] in between.split()


def _is_sample_by_company(count: Count, known: set[int], accepted: Sequence[Count], last: Count | None) -> bool:
    """What a number counts whose clause does not say: by the numbers before it, `last` being the nearest of all."""
    before, group = count.before, count.in_group
    match count.rule:
        case "number of those who":
            return False
        case "number in a list":
            return bool(known) and _NAMED_BEFORE.search(before) is not None and count.behind.lstrip()[:1] == ")"
        case "number in a group":
            if group and (count.verb == "stage" or _THE_BEFORE.search(before)):
                return True
            if regex.match(r"\s(?:in|to|per|for)\s(?:each|every|group|arm|cohort)\b", count.behind):
                return bool(known)
            if last is None or last not in accepted:
                return False
            if group and (_EACH.search(group[0]) or _OPEN_BEFORE.search(before)):
                return True
            link = _LINK.match(count.after)
            if link is None or not _COORDINATED_BEFORE.search(before):
                return False
            return (
                group is not None
                or link["link"] in ("receiving", "taking", "undergoing", "using")
                or (link["link"] == "to" and regex.search(r"randomi|assign|allocat", before) is not None)
                or _same_link(last, count)
            )
    if last is not None and _COORDINATED_BEFORE.search(before):
        return last in accepted
    if count.has_share:
        return False
    is_new = not known or count.value in known or count.value > max(known)
    return is_new or count.mention.sentence.section in ("title", "methods")


def _adding_up(counts: Sequence[Count], totals: set[int]) -> set[int]:
    """The starts of neighbouring numbers, two to six, that add up to one of the totals."""
    found: set[int] = set()
    for first in range(len(counts)):
        for last in range(first + 2, min(first + 7, len(counts) + 1)):
            if sum(count.value for count in counts[first:last]) in totals:
                found.update(count.start for count in counts[first:last])
    return found


def _has_its_parts_behind(count: Count, candidates: Sequence[Count]) -> bool:
    """Whether the numbers in the parenthesis behind its noun add up to it: "61 pupils (30 tea, 31 milk)"."""
    aside = _ASIDE_BEHIND.match(count.noun_behind)
    if count.follows_outcome or not aside:
        return False
    end = count.mention.sentence.start + count.noun_end + aside.end()
    inside = [each for each in candidates if count.start < each.start < end]
    return len(inside) > 1 and sum(each.value for each in inside) == count.value


def _samples_among(candidates: Sequence[Count], known: set[int]) -> list[Count]:
    """The samples among the candidates of a sentence in their order, `known` being the sizes of those before them."""
    accepted: list[Count] = []
    refused: list[Count] = []
    open_: list[Count] = []
    for count in candidates:
        verdict = _is_sample(count, known, accepted, candidates)
        (open_ if verdict is None else accepted if verdict else refused).append(count)
    for count in [each for each in open_ if _has_its_parts_behind(each, candidates)]:
        open_.remove(count)
        accepted.append(count)
    accepted.sort(key=lambda count: count.start)
    here = {count.value for count in accepted}
    parts = [count for count in candidates if count not in refused and (count.verb != "outcome" or count.in_group)]
    adding: set[int] = set()
    for rules, totals in (
        (_PEOPLE_RULES[:1], known | here),
        (_LIST_RULES[1:], known | here),
        (_LIST_RULES[:1], here),
        ((*_LIST_RULES, *_PEOPLE_RULES), here),
    ):
        adding |= _adding_up([count for count in parts if count.rule in rules], totals)
    for count in open_:
        earlier = [each for each in accepted if each.start < count.start]
        last = max(
            [*earlier, *(each for each in refused if each.start < count.start)], key=lambda c: c.start, default=None
        )
        sizes = known | {each.value for each in accepted}
        makes_up = (
            count in parts
            and count.rule != "number of people"
            and any(count.value + each.value in sizes for each in accepted if each.rule != "part of a whole")
        )
        by_company = count.start in adding or makes_up or _is_sample_by_company(count, sizes, earlier, last)
        (accepted if by_company else refused).append(count)
    return sorted(accepted, key=lambda count: count.start)


_FUTURE = compile_pattern(r"\b (?: will | shall ) \b")
_PAST = compile_pattern(r"\b (?: was | were | had ) \b")
_TOLD = compile_pattern(r"\b (?: was | were | had | showed | shown | reported | demonstrated | found | published ) \b")


@lru_cache(maxsize=1)
def find_samples(document: Document) -> tuple[Count, ...]:
    """The samples of a document in the order of its text: the real ones, or else those that are planned."""
    known: set[int] = set()
    real: list[Count] = []
    planned: list[Count] = []
    for sentence in document.sentences:
        candidates = [read_count(mention) for mention in find_counts(sentence)]
        for first in range(0, len(candidates), NEIGHBOURS):
            for count in _samples_among(candidates[first : first + NEIGHBOURS], known):
                (planned if count.is_planned else real).append(count)
            known.update(count.value for count in real[-NEIGHBOURS:])
    if _is_plan(document):
        real = [
            replace(count, in_plan=True)
            for count in real + planned
            if count.rule not in _PART_RULES and not _is_past(count.mention.sentence.text)
        ]
    elif all(count.rule in ASIDE_RULES for count in real):  # "will enrol 60 (n = 30 in each arm)"
        real += planned
    return tuple(sorted(real, key=lambda count: count.start))


def _is_plan(document: Document) -> bool:
    """Whether the text tells more of what will be done than of what was."""
    texts = [sentence.text for sentence in document.sentences]
    future = sum(len(_FUTURE.findall(text)) for text in texts)
    return future > 0 and future > sum(len(_PAST.findall(text)) for text in texts)


def _is_past(text: str) -> bool:
    """Whether a sentence of a plan tells what others have seen."""
    return _TOLD.search(text) is not None and _FUTURE.search(text) is None
