"""What a sentence says about the people that a number counts: what leads to it, and what its clause says they did."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import regex

from pipeline.extract._size_grammar import ACTIVE, BREAKS, PEOPLE, STAGES, VERBS
from pipeline.quantities import integer
from pipeline.records import Mention
from pipeline.rules import compile_pattern
from pipeline.vocabulary import words

_REACH = 400  # characters to either side of a number that may say what it counts


def ends(pattern: str, **lists: frozenset[str]) -> regex.Pattern[str]:
    """A pattern for the end of what stands before a number, tried from there backwards."""
    return compile_pattern(rf"(?r) (?: {pattern} ) \s* \Z", **lists)


_CLOSED = compile_pattern(r"\( [^()]*+ \) | \[ [^\[\]]*+ \]")
_CLAUSE_END = compile_pattern(r"[;)\]] | \.\s | \.\Z | :\s | ,\sof\swh(?:om|ich)\b")
_SHARE_NEXT = compile_pattern(r"\s? [(\[] [\d.,·]++ \s? % [)\]]")
_NOT = compile_pattern(r"\b not \b")
_VERB = compile_pattern(
    r"""\b
    (?: (?P<relative> who | whom | whose | that | which ) \s (?: \p{L}++ \s ){0,2}? )?
    (?: (?P<trait> (?: had | have | has | having ) \s (?: been \s )?+ (?: \p{L}+ly \s )? \L<treated> )
      | (?P<auxiliary> (?: were | was | been | be | are | is | have | has | had ) \s
          (?: (?: \p{L}+ly | also | then | all | still | not | first | finally | in | been | to | be | deemed | judged
              | able | and ) \s ){0,4} )?
        (?P<stage> \L<verbs> )
      | (?<! \b (?: with | of | for | in | the | a | an | or | to | from | after | by | without | and | at | on | as
                  | no | their | its ) \s )
        (?: (?P<other> (?: were | was | are | (?: have | had | has ) \s been ) \s
                       (?: \p{L}+ly \s )? \p{L}+ (?: ed | en | ught ) )
          | (?P<outcome> (?: had | have | has ) \s (?: \p{L}+ly \s )? \p{L}+ (?: ed | en ) | \L<outcomes> ) ) )
    \b""",
    treated=frozenset({"received", "undergone", "experienced", "developed", "taken"}),
    verbs=VERBS,
    outcomes=words("people_outcomes"),
)

_STAGE_BEFORE = ends(
    r"""\b (?P<stage> \L<stages> )
        (?: \s (?: \p{L}+ly | a | an | total | of | another | additional | about | approximately | around | over | only
                 | all | the | these | those | up | to | at | least | more | than | each | data | from | in | on | for
                 | among | between | further | healthy | or ) | : ){0,5}""",
    stages=frozenset(STAGES),
)
_TOTAL_BEFORE = ends(
    r"""\b (?: total\ of | in\ all | in\ total | overall | sample\ of | sample\ size\ of | cohort\ of | group\ of
             | population\ of | series\ of | consist(?:ed|ing)\ of | composed\ of | sample\ (?: was | included )
             | number\ of \s \L<people> \s was ) ,? (?: \s (?: the | these | our ) )?""",
    people=PEOPLE,
)
_DEFINITE_BEFORE = ends(
    r"""\b (?: the | these | those | our | all | remaining | both )
        (?: \s (?: the | these | first | all | other | remaining ) )?
      | (?: \A | [:;.,] | \b out ) \s* (?: of | among ) (?: \s the\ initial )?
      | (?: \A | : ) \s* from"""
)
_OF_BEFORE = ends(
    r"""(?: (?: \A | [:;.,\n] | \b out ) \s* (?: of | among ) | (?: \A | : ) \s* from )
        (?: \s (?: the | these | all | our | initial ) ){0,3}"""
)
_OUTCOME_BEFORE = ends(
    r"""\b \L<findings> (?: \s (?! that ) \p{L}++ ){0,3} \s (?: in | by | of | for | from | to | among )
        (?: \s (?: another | only | all | an | additional | the | other | just | these ) )*""",
    findings=words("people_findings"),
)
_RATE_BEFORE = ends(r"\d \s? % \s (?: in | of | among | for ) (?: \s (?: the | all ) )?")
_EVENTS_AMONG_BEFORE = ends(
    r"\d \s (?: \p{L}++ \s )? \L<findings> (?: \s \p{L}++ )? \s among (?: \s (?: the | all ) )?",
    findings=words("people_findings"),
)
_OPENED_BEFORE = ends(r"[(\[] [^()\[\]]{0,60}")
_GROUP_BEFORE = ends(
    r"""(?P<group> \b (?: group | arm | cohort | panel | part ) \s
                   (?! (?: of | in | to | was | had | and | the | who | on ) \b ) \w{1,3}
                 | (?: [\p{L}+/‐-]++ \s ){1,3} (?: group | arm | cohort ) )
        \s? [:=(]{0,2} \s? (?: n \s? [=:] | comprised | includes | included | had | contains | contained
                               | (?: was | is | will\ be )? \s? (?: composed | made\ up ) \s of
                               | (?: will \s )? (?: consists? | consisted | consisting ) \s of | will \s include )?"""
)
_PLANNED_BEFORE = ends(
    r"""\b (?: planned (?! \ (?: \p{L}+ \ )? (?: analys | interim | subgroup ) ) | planning | plan | intended | intend
             | will | aim(?:s|ed)?\ to | target(?:ed)?\ of | required | expected | anticipated | up\ to | estimated
             | proposed | should\ be ) \b [^\d,;:.]{0,50}
      | \b (?: will | to\ be | shall ) \s (?: be | enroll? | include | recruit | receive | undergo ) \b .*"""
)
_PLANNED_AFTER = compile_pattern(
    r"\s (?: (?: are | were ) \s )? (?: planned | intended | required | needed | anticipated ) \b"
)
_FUTURE_AFTER = compile_pattern(
    r"""[^.;]*? \b (?: (?P<past> was | were | had | have | has )
                   | (?: will | to\ be | shall ) \s (?: be | enroll? | include | recruit | receive | undergo ) ) \b"""
)
_IN_GROUP = compile_pattern(
    r"""\A (?: \s (?: were | was | are | will\ be ) )?
        (?: \s (?: enrolled | included | allocated | assigned | randomi[sz]ed | treated | entered ) )? [\s,]*
        (?: in(?:to)? | to | on | from | for | of | per | with | within | at ) \s
        (?: (?: the | each | either | an? | every | both ) \s )?
        (?P<group> (?! (?: total | overall | whole | entire | this | age ) \b )
           (?: (?: (?! \L<breaks> \b ) [\p{L}\d] [\p{L}\d+/.%‐–-]*+ \s ){0,4}?
                 (?: group | arm | cohort | cluster | panel | stratum | each
                   | (?<= (?: both | each\ of\ the ) \s ) groups )
                 (?: \s (?: [A-Z] | \d | I{1,3}V? ) \b )?
             | (?<= \b (?: in | to | on ) \s (?: the \s )? ) (?: placebo | controls? ) ) ) \b
        (?! \s? (?: \( \s? n \b | or \b ) )
      | \A \s* \( (?P<group> (?: (?! and\b | or\b ) [\p{L}\d] [\p{L}\d+/.%‐–-]*+ \s ){0,4}? (?: group | arm | cohort )
                             (?: \s \w{1,3} )? ) \)
      | \A \s (?: each | apiece | in\ both ) \b (?P<group>)""",
    breaks=(BREAKS | VERBS) - {"group", "groups", "arm", "arms", "dose", "doses", "treated", "vaccinated", "exposed"},
)
_PERCENT_AFTER = compile_pattern(r"\s? [(\[] [^()\[\]]{0,12} % \s? [)\],;]")


@dataclass(frozen=True)
class Count:
    """A number that may count people, with what the sentence says about them.

    `before` is what stands before the number, `behind` right behind it, `after` behind the noun that it counts. `verb`
    is `stage` or `outcome` where the clause says what these people did, `participle` where only a participle or a
    relative clause says their stage, else empty; `stage` is the stage that it says. `in_plan` is whether the whole
    article is a plan.
    """

    mention: Mention
    value: int
    before: str
    behind: str
    after: str
    verb: str
    stage: str
    in_plan: bool = False

    @property
    def rule(self) -> str:
        """The rule that found it."""
        return self.mention.rule

    @property
    def start(self) -> int:
        """Where it begins, in characters of the article's text."""
        return self.mention.start

    @property
    def counts_people(self) -> bool:
        """Whether a noun for people follows."""
        return "people" in self.mention.parts

    @property
    def counts_units(self) -> bool:
        """Whether a noun for eyes, knees … follows."""
        return "unit" in self.mention.parts

    @cached_property
    def is_definite(self) -> bool:
        """Whether people are counted whom the reader knows: "the 40 patients"."""
        return _DEFINITE_BEFORE.search(self.before) is not None

    @cached_property
    def is_total(self) -> bool:
        """Whether the words before it say that these are all: "a total of 40"."""
        return _TOTAL_BEFORE.search(self.before) is not None

    @cached_property
    def is_partitive(self) -> bool:
        """Whether the rest of the sentence is about some of these: "Of 40 patients"."""
        return _OF_BEFORE.search(self.before) is not None

    @cached_property
    def is_in_parentheses(self) -> bool:
        """Whether a parenthesis is open before it."""
        return _OPENED_BEFORE.search(self.before) is not None

    @cached_property
    def follows_outcome(self) -> bool:
        """Whether the words before it say what was seen in these people: "improved in 40"."""
        return _OUTCOME_BEFORE.search(self.before) is not None

    @cached_property
    def is_denominator(self) -> bool:
        """Whether the words before it give a share or a number of these: "40% of 25", "12 deaths among 25"."""
        return _RATE_BEFORE.search(self.before) is not None or _EVENTS_AMONG_BEFORE.search(self.before) is not None

    @property
    def is_attribute(self) -> bool:
        """Whether it stands in a compound: "a 24-patient study"."""
        return self.behind.startswith("-")

    @cached_property
    def lead(self) -> str:
        """The stage that the words before it say ("enrolled 40"), or empty."""
        lead = _STAGE_BEFORE.search(self.before)
        return STAGES[lead["stage"].lower()] if lead else ""

    @cached_property
    def in_group(self) -> regex.Match[str] | None:
        """The words right behind the counted noun that name its group."""
        return _IN_GROUP.match(self.after)

    @cached_property
    def of_group(self) -> regex.Match[str] | None:
        """The words right before it that name its group."""
        return _GROUP_BEFORE.search(self.before)

    @cached_property
    def has_share(self) -> bool:
        """Whether a percentage in parentheses follows the number or its noun."""
        return any(_PERCENT_AFTER.match(text) for text in (self.behind, self.noun_behind))

    @cached_property
    def is_planned(self) -> bool:
        """Whether these people were still to come."""
        if self.in_plan:
            return True
        if self.rule in ("n equals", "group equals"):
            return False
        if _PLANNED_BEFORE.search(self.before) or _PLANNED_AFTER.match(self.after):
            return True
        verb = _FUTURE_AFTER.match(self.after[:250])
        return verb is not None and verb["past"] is None

    @property
    def noun_end(self) -> int:
        """Where in its sentence the noun ends that it counts, or the number where it has none."""
        return _noun_end(self.mention)

    @property
    def noun_behind(self) -> str:
        """What stands right behind the noun."""
        return self.mention.sentence.text[self.noun_end : self.noun_end + _REACH]


def _noun_end(mention: Mention) -> int:
    ends = [mention.parts[name][1] for name in ("people", "unit") if name in mention.parts]
    return max([mention.end, *ends]) - mention.sentence.start


def read_count(mention: Mention) -> Count:
    """What the sentence says about the people that a mention counts."""
    text = mention.sentence.text
    # Numbers that share a noun share what stands before the first of them.
    start = mention.parts.get("first", (mention.start,))[0] - mention.sentence.start
    end, noun_end = mention.end - mention.sentence.start, _noun_end(mention)
    before, behind, after = (
        text[max(0, start - _REACH) : start],
        text[end : end + _REACH],
        text[noun_end : noun_end + _REACH],
    )
    if share := _SHARE_NEXT.match(after):
        after = after[share.end() :]
    clause = _CLAUSE_END.split(_CLOSED.sub("", after), maxsplit=1)[0]
    if _OF_BEFORE.search(before):  # "Of the 20 treated, 11 …": the rest is about others
        clause = clause.partition(",")[0]
    return Count(mention, integer(mention.text), before, behind, after, *_what_they_did(clause))


def _what_they_did(clause: str) -> tuple[str, str]:
    """Kind and stage of the first verb that says what the people did (see `Count`)."""
    described = ""
    for match in _VERB.finditer(clause):
        word = (match["stage"] or "").lower()
        if match["relative"]:
            described = described or STAGES.get(word, "")
        elif match["trait"] or match["outcome"]:
            return "outcome", described
        elif match["other"]:
            break
        elif match["auxiliary"] and STAGES[word] == "analyzed" and _NOT.search(match["auxiliary"]):
            return "stage", "discontinued"  # "were not evaluable"
        elif word in ACTIVE or match["auxiliary"]:
            return "stage", STAGES[word]
        else:
            described = described or STAGES[word]
    return ("participle" if described else ""), described
