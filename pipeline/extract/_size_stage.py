"""At which stage of the study are the people of a sample counted, are they all of it or a group, and which group?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import regex

from pipeline.extract._size_clause import Count, ends
from pipeline.extract._size_grammar import PEOPLE, STAGES, VERBS
from pipeline.extract._size_samples import ASIDE_RULES, NEIGHBOURS
from pipeline.quantities import NUMBER_WORDS
from pipeline.rules import compile_pattern

_PEOPLE_N_BEFORE = ends(r"\b \L<people> \s? [(\[] \s? n \s? [=:]", people=PEOPLE)
_PEOPLE_STAGE = compile_pattern(
    r"""\b (?P<stage> \L<verbs> | randomi[sz]ation ) \b
        (?! [,\s]++ (?: controlled | clinical | comparative | outpatient | inpatient | pilot
                      | double | single | placebo | open | trials? | stud(?:y|ies) | phase
                      | parallel | multi\p{L}+ | cross | prospective | blind ) )""",
    verbs=VERBS
    - {"followed", "lost", "offered", "continued", "dropped", "started", "began", "used", "compared", "study"},
)
_BESIDE = compile_pattern(r"\s (?: \p{L}+ly \s )? (?P<word> \p{L}++ )")
_ANALYSED_AFTER = compile_pattern(r"[;,\s]* [^.;)]{0,60} \b (?: analys[ie]s | population | mITT | ITT | evaluable )")
_INCLUDED = compile_pattern(r"\b included \b")
_POOLED_BEFORE = ends(
    r"""\b (?: studies | trials | RCTs | articles | papers
             | (?: review | analys[ie]s | reports? | experience | efficacy ) (?= \s (?: of | in | on ) ) )
        (?: \s (?: involving | including | comprising | with | of | on | in | for | enrolling )
            (?: \s (?: a | total | of ) ){0,3} | \s? \( (?: n \s? = \s? )? | \s (?: included | involved | enrolled ) )?
      | \b (?: analysis \s (?: set | population ) | (?: ITT | mITT ) \s population ) \s
        (?: (?: was | were ) \s )? (?: comprised | included | consisted \s of | composed \s of )"""
)
_POOLED_AFTER = compile_pattern(
    rf"""\s (?: from | in | of ) \s (?: \d++ | {NUMBER_WORDS} | several | multiple )
        \s (?: [\p{{L}}-]++ \s ){{0,4}}? (?: studies | trials | RCTs ) \b"""
)
_THEN_RANDOMIZED = compile_pattern(
    r"""(?: , | ,? \s and ) \s (?: (?: then | were | subsequently ) \s )* (?: \p{L}+ly \s )?
        (?: randomi[sz]ed | assigned | allocated ) \b
      | \b randomly \s (?: divided | split | distributed ) | \b divided \b .{0,100} \b random"""
)
_GROUPS_OF_BEFORE = ends(
    r"""\b (?: groups | arms | cohorts ) \s (?: of | with | containing )
      | \b each \s (?: group | arm | cohort ) \b [^.,;()]{0,30}
"""
)
_SOME_BEFORE = ends(
    r"\b (?: the \s (?: first | next | last | other | remaining | second | third ) | another | additional )"
)
_IN_EACH_AFTER = compile_pattern(
    r"""[^.,;()\d]{0,40}? \b (?: at | in | per | for | to | into | on ) \s (?: each | every )
        \s (?: dos(?:e|age) | group | arm | cohort | level )"""
)
_OVERALL_BEFORE = ends(r"\b (?: overall | in \s (?: all | total ) ) ,?")
_AND_BEFORE = ends(r"\b (?: and | or | versus | vs\.? | while | whereas ) (?: \s (?: to | the | in ) ){0,2}")
_RESULT = compile_pattern(
    r"""\b p \s? [<=>] | ± | \+/- | \d % | \b (?: decreased? | increased? | reduced | improved | changes? | reductions?
      | reported | observed | had | occurred | survival | fell | rose | intention | intent | per[ -]protocol | mITT
      | ITT | higher | lower | less | more | fewer | greater | longer | shorter | better | worse | differences?
      | significant(?:ly)? ) \b"""
)


def _word_stage(word: str) -> str:
    return STAGES.get(word.lower(), "randomized")  # "randomization" is no verb


def read_stages(samples: Sequence[Count]) -> dict[int, str]:
    """The stage of each sample of a document, by its start."""
    stages: dict[int, str] = {}
    for place, count in enumerate(samples):
        stages[count.start] = _stage(count, near(samples, place), stages)
    return stages


def near(samples: Sequence[Count], place: int) -> Sequence[Count]:
    """The samples around one of them that may explain it."""
    return samples[max(0, place - NEIGHBOURS) : place + NEIGHBOURS]


def _stage(count: Count, samples: Sequence[Count], stages: Mapping[int, str]) -> str:
    """At which stage of the study the people are counted: by the verb that counts them, else by the nearest one."""
    if count.is_planned:
        return "enrolled"
    if count.is_attribute:
        return "enrolled"
    if count.is_denominator:
        return "analyzed"
    definite = count.is_definite
    text = count.mention.sentence.text
    described = _PEOPLE_STAGE.search(text, count.mention.end - count.mention.sentence.start, count.noun_end)
    beside = _BESIDE.match(count.after)
    participle = STAGES.get(beside["word"].lower(), "") if beside else ""
    if count.rule == "whole of a part":
        if described and _word_stage(described["stage"]) == "randomized":
            return "randomized"
        return participle if participle in ("screened", "enrolled", "randomized") else "analyzed"
    if _POOLED_BEFORE.search(count.before) or _POOLED_AFTER.match(count.after):
        return "analyzed"
    if count.rule == "part of a whole" and count.lead:
        return count.lead
    if count.after.startswith((" to ", " into ")) and "randomized" in _stages_before(count):
        return "randomized"
    if count.verb == "stage":
        return _stage_of_verb(count)
    if definite and participle and count.rule == "number of people":
        named = participle in ("screened", "enrolled", "randomized") or regex.match(r"\s\p{L}+\s?[,(]", count.after)
        return participle if named else "analyzed"
    if definite and (count.verb == "outcome" or count.follows_outcome):
        return count.stage if count.stage and count.after.startswith(" who ") else "analyzed"
    if described and count.rule != "number in a list":
        return _word_stage(described["stage"])
    if count.lead:
        return count.lead
    return _stage_of_sentence(count, samples, stages)


def _stages_before(count: Count) -> list[str]:
    return [_word_stage(match["stage"]) for match in _PEOPLE_STAGE.finditer(count.before)]


def _stage_of_verb(count: Count) -> str:
    """The stage that a full verb says, with what follows it."""
    if count.stage in ("screened", "enrolled"):
        included = _INCLUDED.search(count.after)
        if included and _ANALYSED_AFTER.match(count.after, included.end()):
            return "analyzed"
        if _THEN_RANDOMIZED.search(regex.split(r"\bof wh|;|\. ", count.after, maxsplit=1)[0]):
            return "randomized"
    if count.stage == "analyzed" and regex.search(r"\bavailable\b.*\bfollow", count.after[:100]):
        return "completed"
    return count.stage


def _stage_of_sentence(count: Count, samples: Sequence[Count], stages: Mapping[int, str]) -> str:
    """The stage of a number without a verb of its own: that of the number it is a part of, else of the nearest verb."""
    aside = count.rule in ASIDE_RULES or count.is_in_parentheses
    if count.stage and not aside:
        return count.stage
    if count.rule == "n equals" and _ANALYSED_AFTER.match(count.behind[:70]):
        return "analyzed"
    if count.is_partitive:
        return "analyzed"
    totals = [
        each
        for each in reversed(samples)
        if each.start < count.start and each.rule in ("number of people", "number of those who")
    ]
    # "… leaving 63 for analysis; 32 in one group and 31 in the other": the parts are counted where their sum is.
    for each in totals:
        if each.mention.sentence is count.mention.sentence and any(
            count.value + other.value == each.value for other in samples if other.start > each.start
        ):
            return stages[each.start]
    if aside:
        for each in totals:
            beside = each.mention.sentence is count.mention.sentence and not each.is_in_parentheses
            if beside and each.value > count.value:
                return stages[each.start]
    if before := _stages_before(count):
        last = [match["stage"].lower() for match in _PEOPLE_STAGE.finditer(count.before)][-1]
        if last in ("divided", "distributed", "split"):
            is_random = any("random" in (each.before + each.after).lower() for each in samples)
            return "randomized" if is_random else before[-1]
        return before[-1]
    if aside:
        values = {each.value for each in samples}
        for each in totals:
            if each.value - count.value in values and stages[each.start] not in ("screened", "discontinued"):
                return stages[each.start]
        if _RESULT.search(count.before + count.after):
            return "analyzed"
    later = _PEOPLE_STAGE.search(count.behind)
    if later and _word_stage(later["stage"]) != "discontinued":
        return _word_stage(later["stage"])
    in_results = count.mention.sentence.section == "results"
    return "analyzed" if in_results or count.is_definite else "enrolled"


def read_scope(count: Count, samples: Sequence[Count], stages: Mapping[int, str]) -> str:
    """Whether the people are the whole study at that stage, or a group of it."""
    if count.in_group or count.of_group or _IN_EACH_AFTER.match(count.after):
        return "group"
    unit = count.mention.part("unit")
    alike = [each for each in samples if each.mention.part("unit") == unit and each.start != count.start]
    sizes = [count.value, *(each.value for each in alike)]
    stage = stages[count.start]
    # Of those screened most may never have entered: the study is no smaller for them.
    biggest = max(each.value for each in (count, *alike) if stage == "screened" or stages[each.start] != "screened")
    beside = [each for each in alike if each.mention.sentence is count.mention.sentence]
    if _GROUPS_OF_BEFORE.search(count.before) or (count.value < biggest and _SOME_BEFORE.search(count.before)):
        return "group"
    same_stage = [each for each in beside if stages[each.start] == stage]
    arms = [
        each for each in same_stage if _are_of_a_size(count, each, stage) or _are_joined(count, each, samples, stage)
    ]
    is_sum = any(one.value + other.value == count.value for one in beside for other in beside if one is not other)
    if _OVERALL_BEFORE.search(count.before) and arms and not is_sum:
        return "group"
    if count.rule == "numbers that share a noun":
        return "group"
    if count.is_total:
        return "total" if count.value * 2 >= biggest else "group"
    if count.value == biggest and sizes.count(biggest) == 1 and _PEOPLE_N_BEFORE.search(count.before):
        return "total"
    if count.rule in ASIDE_RULES and (count.rule != "n equals" or any(each.rule == count.rule for each in beside)):
        return "group"
    if any(each.value + count.value in sizes for each in same_stage):
        return "group"
    if arms and not is_sum:
        return "group"
    # "51% (45 of 89) against 18% (16 of 90)"
    if count.rule == "whole of a part" and any(
        each.rule == count.rule and each.value != count.value and 0.8 <= each.value / count.value <= 1.25
        for each in beside
    ):
        return "group"
    if count.value < biggest and any(each.value == count.value and (each.in_group or each.of_group) for each in alike):
        return "group"
    if stage in ("screened", "discontinued"):
        return "total"
    # "The 40 patients" of 60 are sooner a group than "40 patients were analysed".
    picked = count.rule == "whole of a part" or count.is_definite
    return "total" if count.value > biggest * (2 / 3 if picked else 1 / 2) else "group"


def _are_of_a_size(one: Count, other: Count, stage: str) -> bool:
    """Whether two numbers of a sentence are of two arms: "34 were given one drug and 37 another"."""
    return stage in ("treated", "randomized", "completed") and 1 / 1.4 <= one.value / other.value <= 1.4


def _are_joined(one: Count, other: Count, samples: Sequence[Count], stage: str) -> bool:
    """Whether two numbers of a sentence are joined as those of arms: "115 patients on a drug and 58 on placebo"."""
    first, later = sorted((one, other), key=lambda count: count.start)
    return (
        stage in ("enrolled", "treated", "analyzed")
        and 1 / 3 <= first.value / later.value <= 3
        and _AND_BEFORE.search(later.before) is not None
        and not any(first.start < each.start < later.start for each in samples)
    )
