"""At which stage of the study are the people of a sample counted, are they all of it or a group, and which group?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import regex

from pipeline.extract._size_clause import Count, ends
from pipeline.extract._size_grammar import PEOPLE, STAGES, VERBS
from pipeline.extract._size_samples import ASIDE_RULES, NEIGHBOURS
from pipeline.rules import compile_pattern

_PEOPLE_N_BEFORE = ends(r"\b \L<people> \s? [(\[] \s? n \s? [=:]", people=PEOPLE)
_PEOPLE_STAGE = compile_pattern(
    r"""\b (?P<stage> \L<verbs> | randomi[sz]ation ) \b
        (?! [,\s]++ (?: controlled | clinical | comparative | outpatient | inpatient | pilot | double | single | placebo | open | trials? | stud(?:y|ies) | phase
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
    r"\s (?: from | in | of ) \s (?: \d++ | two | three | four | five | six | seven | eight | nine | ten | several | multiple )"
    r" \s (?: [\p{L}-]++ \s ){0,4}? (?: studies | trials | RCTs ) \b"
)
_THEN_RANDOMIZED = compile_pattern(
    r"""(?: , | ,? \s and ) \s (?: (?: then | were | subsequently ) \s )* (?: \p{L}+ly \s )?
        (?: randomi[sz]ed | assigned | allocated ) \b
      | \b randomly \s (?: divided | split | distributed ) | \b divided \b .{0,100} \b random"""
)
_GROUPS_OF_BEFORE = ends(
    r"\b (?: groups | arms | cohorts ) \s (?: of | with | containing ) | \b each \s (?: group | arm | cohort ) \b [^.,;()]{0,30}"
)
_RESULT = compile_pattern(
    r"""\b p \s? [<=>] | ± | \+/- | \d % | \b (?: decreased? | increased? | reduced | improved | changes? | reductions?
      | reported | observed | had | occurred | survival | intention | intent | per[ -]protocol | mITT | ITT | higher
      | lower | greater | longer | shorter | better | worse | differences? | significant(?:ly)? ) \b"""
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
    if later := _PEOPLE_STAGE.search(count.behind):
        return _word_stage(later["stage"])
    in_results = count.mention.sentence.section == "results"
    return "analyzed" if in_results or count.is_definite else "enrolled"


def read_group(count: Count) -> str:
    """The words beside the number that name the arm it belongs to."""
    found = count.in_group or count.of_group
    return (found["group"] or "").strip() if found else ""


def read_scope(count: Count, samples: Sequence[Count], stages: Mapping[int, str]) -> str:
    """Whether the people are the whole study at that stage, or a group of it."""
    if count.in_group or count.of_group:
        return "group"
    unit = count.mention.part("unit")
    sizes = [each.value for each in samples if each.mention.part("unit") == unit]
    biggest = max(sizes, default=count.value)
    alike = [each for each in samples if each.mention.part("unit") == unit and each.start != count.start]
    beside = [each for each in alike if each.mention.sentence is count.mention.sentence]
    if _GROUPS_OF_BEFORE.search(count.before):
        return "group"
    if count.is_total:
        return "total" if count.value * 2 >= biggest else "group"
    if count.value == biggest and sizes.count(biggest) == 1 and _PEOPLE_N_BEFORE.search(count.before):
        return "total"
    if count.rule in (*ASIDE_RULES, "numbers that share a noun") and (
        count.rule != "n equals" or any(each.rule == count.rule for each in beside)
    ):
        return "group"
    stage = stages[count.start]
    alike_beside = [each.value for each in beside if stages[each.start] == stage]
    if any(value + count.value in sizes for value in alike_beside):
        return "group"
    # "34 were given one drug and 37 received another": numbers of a size, at one stage, in one sentence.
    if stage in ("treated", "randomized", "completed") and any(
        1 / 1.4 <= value / count.value <= 1.4 for value in alike_beside
    ):
        return "group"
    if stage in ("screened", "discontinued"):
        return "total"
    # "The 40 patients" of 60 are sooner a group than "40 patients were analysed".
    picked = count.rule == "whole of a part" or count.is_definite
    return "total" if count.value > biggest * (2 / 3 if picked else 1 / 2) else "group"
