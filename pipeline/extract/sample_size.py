"""How many people did the study, or one of its groups, have?

A rule finds a number that may count people by what stands around it. Whether they are a sample or had an outcome is
said by the verbs of the clause; where these say nothing, by the numbers that the sentence and the document have given
before: one that a sample had already, one that with its neighbours adds up to one, one beside a sample in a list.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import regex

from pipeline.document import Document
from pipeline.extract.extractor import Extractor
from pipeline.quantities import INTEGER, NUMBER_WORDS, integer
from pipeline.records import Mention, Sentence
from pipeline.rules import SECONDS_PER_PATTERN, compile_pattern, rule
from pipeline.vocabulary import table, words


@dataclass(frozen=True, slots=True)
class SampleSize:
    """A number of people (or of the eyes, knees … that were assigned), at a stage, in all or in a group."""

    value: int
    stage: str
    scope: str
    group: str = ""
    unit: str = "people"

    def __str__(self) -> str:
        return " ".join(part for part in (str(self.value), self.unit, self.stage, self.scope, self.group) if part)


PEOPLE = words("people")
UNITS = {word: unit for word, (unit,) in table("units").items()}
UNIT_WORDS = frozenset(UNITS)
THINGS = words("people_things")
BREAKS = words("people_breaks")
STAGES = {word: stage for word, (stage, _) in table("people_stages").items()}
_VOICES = {word: voice for word, (_, voice) in table("people_stages").items()}
ACTIVE = frozenset(word for word, voice in _VOICES.items() if voice in ("active", "both"))
VERBS = frozenset(word for word, voice in _VOICES.items() if voice != "leading")

_BEFORE_NUMBER = r"""
    (?! 0\d )
    (?<! [\p{L}\p{N}] | [\p{N}\p{L}] [-–.,·:/∶] | [<>≤≥±~\#$€£^] \s? | \d \s [-–:] \s | \b [cm]? m \s )
"""
_AFTER_NUMBER = r"""
    (?! \d | [.,·:] \d | \p{L} | \s? (?: % | ± | \+/- | \+- | × | ° )
      | [\s-] (?: per\ ?cent | [µμm]g | mcg | kg | g | ml | dl | l | mm | cm | mmhg | mmol | gy | iu | kcal | fold
                | times | points? | years? | yrs? | weeks? | wks? | months? | days? | hours? | hrs? | h(?!\.)
                | minutes? | min | seconds? | s ) (?! \p{L} ) )
"""
_WHOLE = rf"(?: (?> {INTEGER} | {NUMBER_WORDS} ) {_AFTER_NUMBER} )"
NUMBER = rf"(?: {_BEFORE_NUMBER} {_WHOLE} )"

_ASIDE = r"""
    (?: \s* (?: \( (?: [^()] | \( [^()]*+ \) ){0,160}+ \) | \[ (?: [^\[\]] | \[ [^\[\]]*+ \] ){0,160}+ \] ) )
"""
_SHARE = r"(?: \s* (?: \( [^()]{1,24} \) | \[ [^\[\]]{1,24} \] ) )?+"
_WORD = r"[\p{L}\d] [\p{L}\d'’/+\-‐‑–]*+"
_MODIFIER = rf"""
    (?: (?: type | stage | grade | phase | class | level | HIV | group ) [\s-] \d++
      | American\ Society\ of\ Anesthesiologists | (?: \p{{Lu}}\. )++ | (?! \d++ [\s/] ) {_WORD} )
    ,? {_ASIDE}?
"""
_MODIFIERS = rf"(?: [\s-]+ (?! \L<breaks> (?! [\p{{L}}-] ) | {NUMBER_WORDS} \s ) {_MODIFIER} ){{0,9}}?"
_OWN_MODIFIERS = rf"(?: [\s-]+ (?! \L<nouns> (?! [\p{{L}}-] ) | {NUMBER_WORDS} \s ) {_MODIFIER} ){{0,9}}?"
_NOUN = r"""
    [\s-]+ (?: \p{L}++ - )?? (?: (?P<people> \L<people> ) | (?P<unit> \L<units> ) )
    (?! \p{L} | - \p{L} | ['’]s | \s \L<things> \b )
"""
_PEOPLE_AFTER = rf"{_ASIDE}?+ {_MODIFIERS} {_NOUN}"
_OF = r"""
    (?: \s* / \s*
      | \s+ (?: out\s+of | of | from\s+among | from ) \s+
        (?: (?: the | these | those | all | our | a | total | of | remaining ) \s+ ){0,4} )
"""

RULES = (
    rule(
        "label of a time",
        r"""(?<= (?<! \b (?: \d++ | one | two | three | four | six | every | each | per | a ) [\s-] )
                 \b (?: weeks? | days? | months? | years? | hours? | grades? | stages? | types? | phases? | levels?
                      | class | ages? | aged | part | table | visits? | cycles? | times? ) \s{1,2} )
            (?P<mention> \d{1,3} (?! \d | [.,] \d ) )
            (?: (?: \s? [,–-] \s? | \s (?: and | or | to | through ) \s | ,\sand\s )
                (?P<mention> \d{1,3} (?! \d | [.,] \d ) ) ){0,20}+""",
        "seen at weeks [[4]], [[8]] and [[12]] patients wore off",
        exclusion=True,
    ),
    rule(
        "label of a group",
        r"""(?<= \b (?: group | arm | cohort | protocol | patient | subject | trial | study | no\. | number ) \s{1,2} )
            (?P<mention> \d{1,2} (?! \d | [.,] \d ) ) (?! \s (?: [\p{L}-]++ \s )? \L<people> )""",
        "group [[1]] received it",
        exclusion=True,
        people=PEOPLE,
    ),
    rule(
        "labels of groups",
        r"""(?<= \b (?: groups | arms | cohorts ) \s{1,2} ) (?P<mention> \d (?! \d ) )
            (?: (?: ,\s | ,?\s (?: and | to | or ) \s | \s? [–-] \s? ) (?P<mention> \d (?! \d ) ) )++""",
        "groups [[1]], [[2]] and [[3]] were composed of 88 men",
        exclusion=True,
    ),
    rule(
        "day of a date",
        r"""(?<= \b (?: jan | feb | mar | apr | may | june? | july? | aug | sept? | oct | nov | dec | january | february
                      | march | april | august | september | october | november | december ) \.? ,? \s{1,2} )
            (?: (?P<mention> \d{1,2} (?! \d | [.,] \d ) ) (?: ,? \s (?P<mention> (?:19|20)\d\d ) )?+ (?= [\s,.;:)] )
              | (?P<mention> (?:19|20)\d\d (?! \d | [.,] \d ) ) )""",
        "before May [[3]], [[2011]], and April [[2012]] patients came",
        exclusion=True,
    ),
    rule(
        "years of a period",
        r"""(?<= \b (?: between | since | until | from | \d{4} \s (?: to | and ) | \d{4} \s? [–-] ) \s? )
            (?P<mention> (?:19|20)\d\d (?! \d | [.,] \d ) )""",
        "from [[1999]] to [[2001]] 20 men came",
        exclusion=True,
    ),
    rule(
        "year",
        r"""(?<= \b (?: in | during | through | to | by | early | late ) \s ) (?P<mention> (?:19|20)\d\d (?! [\d,.] ) )
            (?! \s (?: \p{L}++ \s )? \L<people> )""",
        "in [[2012]] with analysis later",
        exclusion=True,
        people=PEOPLE,
    ),
    rule(
        "sexes",
        rf"""(?P<mention> {NUMBER} ) {_SHARE} \s* (?: (?:fe)? (?: males? | men ) | women | boys | girls | M | F ) \b
             {_SHARE}             \s* (?: , | / | and | ; | , \s and | \s )++ \s*
             (?P<mention> {NUMBER} ) {_SHARE} \s* (?: (?:fe)? (?: males? | men ) | women | boys | girls | M | F ) \b""",
        "([[14]] men and [[12]] women)",
        exclusion=True,
    ),
    rule(
        "n equals",
        rf"""(?<= \b n \s{{0,2}} (?: = | : | ¼ | of ) \s{{0,2}} ) (?P<mention> {INTEGER} ) (?! [./·:]? \d | \s? % )
             (?: (?: ,\s | \s? (?: and | ,\ and | vs\.? | versus | / ) \s | / (?! \d+ \s? \d ) )
                 (?P<mention> {INTEGER} ) (?! [.·:] \d | \s? [%-] ) ){{0,7}}+""",
        "changes at 4 weeks (n = [[9]]) were small",
        "in both arms (N: [[12]])",
        "two arms (n = [[20]] and [[22]], respectively)",
    ),
    rule(
        "group equals",
        rf"""(?<= \b (?: groups? | arms? | cohorts? | cases | controls? | patients | subjects | placebo | women | men
                       | children | [CEIPST]G ) \s{{0,2}} = \s{{0,2}} )
             (?P<mention> {INTEGER} ) (?= \s? [,;)\]] | \s \L<people> \b )""",
        "(drug group = [[40]]; controls = [[38]])",
        people=PEOPLE,
    ),
    rule(
        "whole of a part",
        rf"(?P<part> {NUMBER} ) {_SHARE} {_OF} (?P<mention> {_WHOLE} ) (?: {_PEOPLE_AFTER} )?+",
        "in 9/[[12]] patients",
        "4 (36%) out of [[11]]",
        people=PEOPLE,
        units=UNIT_WORDS,
        breaks=BREAKS,
        things=THINGS,
    ),
    rule(
        "part of a whole",
        rf"(?P<mention> {NUMBER} ) {_SHARE} {_OF} (?P<whole> {_WHOLE} ) (?: {_PEOPLE_AFTER} )?+",
        "[[29]] of 30 patients completed it",
        people=PEOPLE,
        units=UNIT_WORDS,
        breaks=BREAKS,
        things=THINGS,
    ),
    rule(
        "numbers that share a noun",
        rf"""(?P<first> (?P<mention> {NUMBER} ) ) {_ASIDE}? (?: ,\s (?P<mention> {NUMBER} ) {_ASIDE}? ){{0,7}}+
             {_OWN_MODIFIERS} -? ,?\s (?: and | or | vs\.? | versus ) \s (?P<mention> {NUMBER} ) {_PEOPLE_AFTER}""",
        "[[20]] and [[22]] patients, respectively",
        "[[25]] drug- and [[24]] placebo-treated volunteers",
        nouns=BREAKS | PEOPLE,
        people=PEOPLE,
        units=UNIT_WORDS,
        breaks=BREAKS,
        things=THINGS,
    ),
    rule(
        "number of people",
        rf"(?P<mention> {NUMBER} ) {_PEOPLE_AFTER}",
        "[[Twelve]] patients were treated",
        "a [[24]]-patient study",
        "[[48]] overweight and obese men",
        people=PEOPLE,
        units=UNIT_WORDS,
        breaks=BREAKS,
        things=THINGS,
    ),
    rule(
        "number of those who",
        rf"""(?: (?P<mention> {NUMBER} ) {_SHARE} \s? (?: , | and | ,\sand ) \s )?+
             (?P<mention> {NUMBER} ) {_ASIDE}?+ \s
             (?: (?: were | was | had | have | has | been | are | will | be | also | then | all | not | did | who
                   | of\ whom | \p{{L}}+ly ) \s ){{0,4}}
             \L<verbs> \b""",
        "[[29]] completed the trial",
        "[[23]] (92%) and [[20]] (80%) finished",
        verbs=VERBS,
    ),
    rule(
        "number in a group",
        rf"""(?P<mention> {NUMBER} ) {_SHARE} \s (?: (?: were | was | are ) \s )?
             (?: in(?:to)? | to | on | from | for | of | per | with | at | assigned\ to | receiving | taking
               | undergoing | using | not ) \s
             (?: (?: the | each | either | an? | every ) \s )? {_WORD} """,
        "[[83]] to vildagliptin",
        "[[30]] in each arm",
    ),
    rule(
        "number in a list",
        rf"""(?<= (?<! \p{{L}} ) [(\[] \s? | [,;:–-] \s? | \b (?: and | or | versus | vs\.? | randomi[sz]ed ) \s )
             (?! \d \) ) (?P<mention> {NUMBER} ) {_SHARE} (?= \s (?! \L<breaks> \b ) \p{{L}} | \s? [),;\]:.] )
           | (?<= \p{{L}} (?: \s | [:,]\s? ) ) (?P<mention> \d++ ) {_SHARE} (?= \s? [),;\]] | \. (?! \d ) )""",
        "allotted ([[20]] drug, [[21]] placebo)",
        "(arm one [[43]], arm two [[44]])",
        breaks=BREAKS,
    ),
)
_REACH = 400  # characters to either side of a number that may say what it counts
_NEIGHBOURS = 16  # numbers to either side that may explain it; both keep the work on very long texts linear
_PEOPLE_RULES = ("number of people", "numbers that share a noun")
_LIST_RULES = ("number in a list", "number in a group", "number of those who")
_ASIDE_RULES = ("n equals", "group equals", "number in a list", "number in a group")

# Where a number can begin: tried before the rules, which all begin at one.
_DIGITS = compile_pattern(r"\d++")
_NUMBER_WORD = regex.compile(
    r"\b[aAeEfFhHnNoOsStTzZ](?:ne|wo|hree|our|ive|ix|even|ight|en|leven|welve|hirteen|ourteen|ifteen|ixteen|eventeen|ighteen"
    r"|ineteen|wenty|hirty|orty|ourty|ifty|ixty|eventy|ighty|inety|inty|undred|housand|ine|n? (?:hundred|thousand))"
)
_COUNTABLE = compile_pattern(rf"(?<! [\p{{L}}\p{{N}}] | \d [.,·] ) {_WHOLE}")


def _ends(pattern: str, **lists: frozenset[str]) -> regex.Pattern[str]:
    """A pattern for the end of what stands before a number, tried from there backwards."""
    return compile_pattern(rf"(?r) (?: {pattern} ) \s* \Z", **lists)


_CLOSED = compile_pattern(r"\( [^()]*+ \) | \[ [^\[\]]*+ \]")
_CLAUSE_END = compile_pattern(r"[;)\]] | \.\s | \.\Z | :\s | ,\sof\swh(?:om|ich)\b")
_SHARE_NEXT = compile_pattern(r"\s? [(\[] [\d.,·]++ \s? % [)\]]")
_VERB = compile_pattern(
    r"""\b
    (?: (?P<relative> who | whom | whose | that | which ) \s (?: \p{L}++ \s ){0,2}? )?
    (?: (?P<trait> (?: had | have | has | having ) \s (?: been \s )?+ (?: \p{L}+ly \s )? \L<treated> )
      | (?P<auxiliary> (?: were | was | been | be | are | is | have | has | had ) \s
          (?: (?: \p{L}+ly | also | then | all | still | not | first | finally | in | been | to | be | deemed | judged
              | and ) \s ){0,4} )?
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

_STAGE_BEFORE = _ends(
    r"""\b (?P<stage> \L<stages> )
        (?: \s (?: \p{L}+ly | a | an | total | of | another | additional | about | approximately | around | over | only
                 | all | the | these | those | up | to | at | least | more | than | each | data | from | in | on | for
                 | among | between | further | healthy | or ) | : ){0,5}""",
    stages=frozenset(STAGES),
)
_STUDY_BEFORE = _ends(
    r"""\b (?: stud(?:y|ies) | trials? | conducted | performed | carried\ out | undertaken | analys[ie]s | review
             | randomi[sz]ed | comparison | experience | cohort | sample | population | results )
        (?: \s (?! (?: was | were | had ) \b ) [\p{L}-]++ ){0,6}
        \s (?: in | of | on | with | among | from | involving | for ) (?: \s (?: a | total | of ) ){0,3}"""
)
_TOTAL_BEFORE = _ends(
    r"""\b (?: total\ of | in\ all | in\ total | overall | sample\ of | sample\ size\ of | cohort\ of | groups?\ of
             | population\ of | series\ of | consist(?:ed|ing)\ of | composed\ of | sample\ (?: was | included )
             | number\ of \s \L<people> \s was ) ,? (?: \s (?: the | these | our ) )?""",
    people=PEOPLE,
)
_DEFINITE_BEFORE = _ends(
    r"""\b (?: the | these | those | our | all | remaining | both )
        (?: \s (?: the | these | first | all | other | remaining ) )?
      | (?: \A | [:;.,] | \b out ) \s* (?: of | among ) (?: \s the\ initial )?"""
)
_OF_BEFORE = _ends(
    r"(?: \A | [:;.,\n] | \b out ) \s* (?: of | among ) (?: \s (?: the | these | all | our | initial ) ){0,3}"
)
_IN_BEFORE = _ends(
    r"\b (?: in | of | on | with | among | for | from | by | between | to ) (?: \s (?: the | these | all ) )?"
)
_RATE_BEFORE = _ends(r"\d \s? % \s (?: in | of | among | for ) (?: \s (?: the | all ) )?")
_OUTCOME_BEFORE = _ends(
    r"""\b \L<findings> (?: \s (?! that ) \p{L}++ ){0,3} \s (?: in | by | of | for | from | to | among )
        (?: \s (?: another | only | all | an | additional | the | other | just | these ) )*""",
    findings=words("people_findings"),
)
_THE_BEFORE = _ends(r"\b (?: the | these )")
_ALL_BEFORE = _ends(r"\b all")
_COORDINATED_BEFORE = _ends(
    r"\b (?: and | or | versus | vs\.? | with | to ) (?: \s (?: in | the | of | for | from | a\ further ) ){0,2} | [,;]"
)
_JOINED_BEFORE = _ends(r"\b (?: with | and | whom )")
_OPEN_BEFORE = _ends(r"[(\[]")
_OPENED_BEFORE = _ends(r"[(\[] [^()\[\]]{0,60}")
_LABEL_BEFORE = _ends(r"\b (?: group | arm | cohort ) s? \s \w{1,3} \s? [:,=(]?")
_NAMED_BEFORE = _ends(r"\b (?: group | arm | cohort ) \s? \(")
_GROUP_BEFORE = _ends(
    r"""(?P<group> \b (?: group | arm | cohort | panel | part ) \s
                   (?! (?: of | in | to | was | had | and | the | who | on ) \b ) \w{1,3}
                 | (?: [\p{L}+/‐-]++ \s ){1,3} (?: group | arm | cohort ) )
        \s? [:=(]{0,2} \s? (?: n \s? [=:] | comprised | included | had )?"""
)
_PEOPLE_N_BEFORE = _ends(r"\b \L<people> \s? [(\[] \s? n \s? [=:]", people=PEOPLE)
_PERCENT_BEFORE = _ends(r"(?P<percent> \d++ (?: \. \d++ )? ) \s? % \s? [(\[] [^()\[\]]{0,30}")
_EVENTS_BEFORE = _ends(
    r"""\b (?: adverse | (?: side\ )? effects? | events? | deaths? | died | hyp(?:er|o)\p{L}+ | experienced
             | frequent(?:ly)? | common(?:ly)? | incidence | complained | due\ to | relapses? | recurrences? | failures?
             | complications? | infections? | episodes | toxicity | responses? | serious
             | responders? ) \b [^.;]{0,90}"""
)
_PLANNED_BEFORE = _ends(
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
_FRONT = compile_pattern(
    r"""\A (?: [\p{L}\s&/]{1,40} : )? \s*
        (?: (?: of | among ) \s (?: these | those | them | the\ latter | whom ) (?: \s \p{L}++ )? ,? \s )?
        (?: (?: but \s | yet \s )? only \s )? \Z"""
)
_IN_GROUP = compile_pattern(
    r"""\A (?: \s (?: were | was | are ) )? [\s,]*
        (?: in(?:to)? | to | on | from | for | of | per | assigned\ to | with | within | at ) \s
        (?: (?: the | each | either | an? | every | both ) \s )?
        (?P<group> (?! (?: total | overall | whole | entire | this ) \b )
           (?: (?: (?! \L<breaks> \b ) [\p{L}\d] [\p{L}\d+/.%‐–-]*+ \s ){0,4}?
                 (?: group | arm | cohort | cluster | panel | stratum | each
                   | (?<= (?: both | each\ of\ the ) \s ) groups )
                 (?: \s (?: [A-Z] | \d | I{1,3}V? ) \b )?
             | (?<= \b (?: in | to | on ) \s (?: the \s )? ) (?: placebo | controls? ) ) ) \b
      | \A \s* \( (?P<group> (?: (?! and\b | or\b ) [\p{L}\d] [\p{L}\d+/.%‐–-]*+ \s ){0,4}? (?: group | arm | cohort )
                             (?: \s \w{1,3} )? ) \)
      | \A \s (?: each | apiece ) \b (?P<group>)""",
    breaks=(BREAKS | VERBS) - {"group", "groups", "arm", "arms", "dose", "doses", "treated", "vaccinated", "exposed"},
)
_EACH = compile_pattern(r"\b (?: each | every | per ) \b")
_EACH_HAD = compile_pattern(r"[^,;]* \b (?: were | had | have | was | died ) \b")
_PERCENT_AFTER = compile_pattern(r"\s? [(\[] [^()\[\]]{0,12} % \s? [)\],;]")
_PERCENT_OF_WHOLE = compile_pattern(r"\s? [(\[,)] \s? [(\[]? \d+ (?: [.·] \d+ )? \s? %")
_WHOLE_ENDS = compile_pattern(r"\s? [),;\]] | \s (?: vs | versus | and | during | with | without | in | on | who ) \b")
_LINK = compile_pattern(rf"{_SHARE} \s (?P<link> \p{{L}}++ )")


@dataclass(frozen=True, slots=True)
class _Count:
    """A number that may count people, with its clause as far as it was read.

    `before` is what stands before it, `behind` right behind it, `after` behind the noun that it counts.

    `verb` is `stage` or `outcome` where the clause says what these people did, `participle` where only a participle or
    a relative clause says their stage, else empty.
    """

    mention: Mention
    value: int
    before: str
    behind: str
    after: str
    verb: str
    stage: str

    @property
    def rule(self) -> str:
        return self.mention.rule

    @property
    def start(self) -> int:
        return self.mention.start

    @property
    def in_group(self) -> regex.Match[str] | None:
        """The words right behind the counted noun that name its group."""
        return _IN_GROUP.match(self.after)

    @property
    def has_share(self) -> bool:
        """Whether a percentage in parentheses follows the number or its noun."""
        text, noun_end = self.mention.sentence.text, _noun_end(self.mention)
        ends = (self.mention.end - self.mention.sentence.start, noun_end)
        return any(_PERCENT_AFTER.match(text, end) for end in ends)


def _noun_end(mention: Mention) -> int:
    """Where in its sentence the noun ends that the number counts, or the number where it has none."""
    ends = [mention.parts[name][1] for name in ("people", "unit") if name in mention.parts]
    return max([mention.end, *ends]) - mention.sentence.start


def _read(mention: Mention) -> _Count:
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
    return _Count(mention, integer(mention.text), before, behind, after, *_what_they_did(clause))


def _what_they_did(clause: str) -> tuple[str, str]:
    """Kind and stage of the first verb that says what the people did (see `_Count`)."""
    described = ""
    for match in _VERB.finditer(clause):
        word = (match["stage"] or "").lower()
        if match["relative"]:
            described = described or STAGES.get(word, "")
        elif match["trait"] or match["outcome"]:
            return "outcome", described
        elif match["other"]:
            break
        elif word in ACTIVE or match["auxiliary"]:
            return "stage", STAGES[word]
        else:
            described = described or STAGES[word]
    return ("participle" if described else ""), described


def _candidates(sentence: Sentence) -> list[_Count]:
    """The numbers that some rule finds: `find_mentions`, but tried only where a number begins."""
    text = sentence.text
    starts = []
    end = 0
    for found in sorted([*_DIGITS.finditer(text), *_NUMBER_WORD.finditer(text)], key=lambda each: each.start()):
        if found.start() >= end and (number := _COUNTABLE.match(text, found.start())):
            starts.append(found.start())
            end = number.end()
    claimed = bytearray(len(text))
    counts = []
    for each in RULES:
        for place in starts:
            if claimed[place]:
                continue
            match = each.pattern.match(text, place, timeout=SECONDS_PER_PATTERN)
            for start, end in match.spans("mention") if match else ():
                if any(claimed[start:end]):
                    continue
                claimed[start:end] = b"1" * (end - start)
                if not each.exclusion:
                    assert match
                    parts = {
                        name: (sentence.start + match.start(name), sentence.start + match.end(name))
                        for name in each.pattern.groupindex
                        if name != "mention" and match.start(name) >= 0
                    }
                    span = (sentence.start + start, sentence.start + end)
                    counts.append(_read(Mention(*span, text[start:end], sentence, each.name, parts)))
    return sorted(counts, key=lambda count: count.start)


def _is_sample(count: _Count, known: set[int], accepted: Sequence[_Count]) -> bool | None:
    """Whether the clause counts people in the study, or those who had an outcome; None if it does not say.

    `known` are the sizes that the document has given so far, `accepted` those of the sentence.
    """
    if count.value == 0 or (count.value <= 2 and "unit" in count.mention.parts):
        return False
    match count.rule:
        case "n equals" | "group equals":
            return _n_is_sample(count, known)
        case "whole of a part":
            return _whole_is_sample(count, known)
        case "part of a whole":
            return _part_is_sample(count)
        case "number of those who":
            return _doers_are_sample(count, accepted) or None
        case "number in a group" | "number in a list":
            return None
    return _people_are_sample(count, known, accepted)


def _n_is_sample(count: _Count, known: set[int]) -> bool:
    percent = _PERCENT_BEFORE.search(count.before)
    if percent and (
        regex.match(r"[)\]]\s+of\b", count.behind)
        or any(abs(100 * count.value / size - float(percent["percent"])) < 1 for size in known if size >= count.value)
    ):
        return False
    return count.value in known or not known or not _EVENTS_BEFORE.search(count.before)


def _whole_is_sample(count: _Count, known: set[int]) -> bool:
    if integer(count.mention.part("part")) > count.value:
        return False
    if "people" in count.mention.parts or count.value in known:
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


def _part_is_sample(count: _Count) -> bool:
    if count.value > integer(count.mention.part("whole")) or _OUTCOME_BEFORE.search(count.before):
        return False
    if count.value == 1 and "people" not in count.mention.parts:  # "assigned to one of two groups"
        return False
    lead = _STAGE_BEFORE.search(count.before)
    led = lead is not None and STAGES[lead["stage"].lower()] in ("screened", "enrolled", "randomized")
    return led or (count.verb == "stage" and not _IN_BEFORE.search(count.before))


def _doers_are_sample(count: _Count, accepted: Sequence[_Count]) -> bool:
    if count.stage and _THE_BEFORE.search(count.before):
        return True
    if count.verb == "participle" and regex.match(r"\s\p{L}+\s?[:;.()]", count.behind):
        return True
    if count.stage and accepted and (_JOINED_BEFORE.search(count.before) or count.behind.startswith(" of whom")):
        return True
    return count.verb == "stage" and (bool(accepted) or _FRONT.search(count.before) is not None)


def _people_are_sample(count: _Count, known: set[int], accepted: Sequence[_Count]) -> bool | None:
    before, value, group = count.before, count.value, count.in_group
    definite = _DEFINITE_BEFORE.search(before) is not None
    total = _TOTAL_BEFORE.search(before) is not None
    inside = not total and _IN_BEFORE.search(before) is not None
    if count.verb != "stage" and definite and regex.match(r"[^;]{0,80}\bin whom\b", count.after):
        return False
    if count.behind.startswith("-") or _RATE_BEFORE.search(before):  # "a 24-patient study", "40% of 25 patients"
        return True
    if _OUTCOME_BEFORE.search(before):
        if _THE_BEFORE.search(before) or (value in known and _ALL_BEFORE.search(before)):
            return True
        return None if not known or _STUDY_BEFORE.search(before) else False
    in_each = group is not None and _EACH.search(group[0]) is not None
    if in_each and not (count.verb == "outcome" and _EACH_HAD.match(count.after)):
        return True
    if (count.verb == "stage" and not inside) or _STAGE_BEFORE.search(before) or _LABEL_BEFORE.search(before):
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


def _same_link(one: _Count, other: _Count) -> bool:
    """Whether the same word links both numbers to what their people are ("30 with asthma and 31 with hay fever")."""
    link = _LINK.match(other.after)
    between = one.after[: max(0, other.start - one.mention.end)]
    return link is not None and link["link"] in between.split()


def _is_sample_by_company(count: _Count, known: set[int], accepted: Sequence[_Count], last: _Count | None) -> bool:
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


def _adding_up(counts: Sequence[_Count], totals: set[int]) -> set[int]:
    """The starts of neighbouring numbers, two to six, that add up to one of the totals."""
    found: set[int] = set()
    for first in range(len(counts)):
        for last in range(first + 2, min(first + 7, len(counts) + 1)):
            if sum(count.value for count in counts[first:last]) in totals:
                found.update(count.start for count in counts[first:last])
    return found


def _samples_among(candidates: Sequence[_Count], known: set[int]) -> list[_Count]:
    """The samples among the candidates of a sentence in their order, `known` being the sizes of those before them."""
    accepted: list[_Count] = []
    refused: list[_Count] = []
    open_: list[_Count] = []
    for count in candidates:
        verdict = _is_sample(count, known, accepted)
        (open_ if verdict is None else accepted if verdict else refused).append(count)
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


def _is_planned(count: _Count) -> bool:
    if count.rule in ("n equals", "group equals"):
        return False
    if _PLANNED_BEFORE.search(count.before) or _PLANNED_AFTER.match(count.after):
        return True
    verb = _FUTURE_AFTER.match(count.after[:250])
    return verb is not None and verb["past"] is None


@lru_cache(maxsize=1)
def _samples(document: Document) -> tuple[_Count, ...]:
    """The samples of a document in the order of its text: the real ones, or else those that are planned."""
    known: set[int] = set()
    real: list[_Count] = []
    planned: list[_Count] = []
    for sentence in document.sentences:
        candidates = _candidates(sentence)
        for first in range(0, len(candidates), _NEIGHBOURS):
            for count in _samples_among(candidates[first : first + _NEIGHBOURS], known):
                (planned if _is_planned(count) else real).append(count)
            known.update(count.value for count in real[-_NEIGHBOURS:])
    if all(count.rule in _ASIDE_RULES for count in real):  # "will enrol 60 (n = 30 in each arm)"
        real += planned
    return tuple(sorted(real, key=lambda count: count.start))


def find(document: Document) -> Iterator[Mention]:
    """The numbers of people that are samples, in the order of the text.

    A single person is one only among those who left: elsewhere it is someone with an event or an exception.
    """
    for count in _samples(document):
        if count.value > 1 or normalise(count.mention, document).stage == "discontinued":
            yield count.mention


_PEOPLE_STAGE = compile_pattern(
    r"""\b (?P<stage> \L<verbs> | randomi[sz]ation ) \b
        (?! [,\s]++ (?: controlled | clinical | double | single | placebo | open | trials? | stud(?:y|ies) | phase
                      | parallel | multi\p{L}+ | cross | prospective | blind ) )""",
    verbs=VERBS
    - {"followed", "lost", "offered", "continued", "dropped", "started", "began", "used", "compared", "study"},
)
_BESIDE = compile_pattern(r"\s (?: \p{L}+ly \s )? (?P<word> \p{L}++ )")
_ANALYSED_AFTER = compile_pattern(r"[;,\s]* [^.;)]{0,60} \b (?: analys[ie]s | population | mITT | ITT | evaluable )")
_INCLUDED = compile_pattern(r"\b included \b")
_POOLED_BEFORE = _ends(
    r"""\b (?: studies | trials | RCTs | articles | papers
             | (?: review | analys[ie]s | reports? | experience | efficacy ) (?= \s (?: of | in | on ) ) )
        (?: \s (?: involving | including | comprising | with | of | on | in | for | enrolling )
            (?: \s (?: a | total | of ) ){0,3} | \s? \( n \s? = \s? )?"""
)
_THEN_RANDOMIZED = compile_pattern(
    r"""(?: , | ,? \s and ) \s (?: (?: then | were | subsequently ) \s )* (?: \p{L}+ly \s )?
        (?: randomi[sz]ed | assigned | allocated ) \b
      | \b randomly \s (?: divided | split | distributed ) | \b divided \b .{0,100} \b random"""
)
_RESULT = compile_pattern(
    r"""\b p \s? [<=>] | ± | \+/- | \d % | \b (?: decreased | increased | reduced | improved | changes? | reductions?
      | reported | observed | had | occurred | survival | intention | intent | per[ -]protocol | mITT | ITT ) \b"""
)


def _word_stage(word: str) -> str:
    return STAGES.get(word.lower(), "randomized")  # "randomization" is no verb


def _stage(count: _Count, samples: Sequence[_Count]) -> str:
    """At which stage of the study the people are counted: by the verb that counts them, else by the nearest one."""
    if _is_planned(count):
        return "enrolled"
    definite = _DEFINITE_BEFORE.search(count.before) is not None
    text = count.mention.sentence.text
    described = _PEOPLE_STAGE.search(text, count.mention.end - count.mention.sentence.start, _noun_end(count.mention))
    beside = _BESIDE.match(count.after)
    participle = STAGES.get(beside["word"].lower(), "") if beside else ""
    lead = _STAGE_BEFORE.search(count.before)
    if count.rule == "whole of a part":
        if described and _word_stage(described["stage"]) == "randomized":
            return "randomized"
        return participle if participle in ("screened", "enrolled", "randomized") else "analyzed"
    if _POOLED_BEFORE.search(count.before):
        return "analyzed"
    if count.rule == "part of a whole" and lead:
        return _word_stage(lead["stage"])
    if count.after.startswith((" to ", " into ")) and "randomized" in _stages_before(count):
        return "randomized"
    if count.verb == "stage":
        return _stage_of_verb(count)
    if definite and participle and count.rule == "number of people":
        named = participle in ("screened", "enrolled", "randomized") or regex.match(r"\s\p{L}+\s?[,(]", count.after)
        return participle if named else "analyzed"
    if definite and (count.verb == "outcome" or _OUTCOME_BEFORE.search(count.before)):
        return count.stage if count.stage and count.after.startswith(" who ") else "analyzed"
    if described and count.rule != "number in a list":
        return _word_stage(described["stage"])
    if lead:
        return _word_stage(lead["stage"])
    return _stage_of_sentence(count, samples)


def _stages_before(count: _Count) -> list[str]:
    return [_word_stage(match["stage"]) for match in _PEOPLE_STAGE.finditer(count.before)]


def _stage_of_verb(count: _Count) -> str:
    """The stage that a full verb says, with what follows it."""
    if count.stage == "enrolled":
        included = _INCLUDED.search(count.after)
        if included and _ANALYSED_AFTER.match(count.after, included.end()):
            return "analyzed"
        if _THEN_RANDOMIZED.search(regex.split(r"\bof wh|;|\. ", count.after, maxsplit=1)[0]):
            return "randomized"
    if count.stage == "analyzed" and regex.search(r"\bavailable\b.*\bfollow", count.after[:100]):
        return "completed"
    return count.stage


def _stage_of_sentence(count: _Count, samples: Sequence[_Count]) -> str:
    """The stage of a number without a verb of its own: that of the number it is a part of, else of the nearest verb."""
    aside = count.rule in _ASIDE_RULES or _OPENED_BEFORE.search(count.before) is not None
    if count.stage and not aside:
        return count.stage
    if count.rule == "n equals" and _ANALYSED_AFTER.match(count.behind[:70]):
        return "analyzed"
    if _OF_BEFORE.search(count.before):
        return "analyzed"
    totals = [
        each
        for each in reversed(samples)
        if each.start < count.start and each.rule in ("number of people", "number of those who")
    ]
    if aside:
        for each in totals:
            beside = each.mention.sentence is count.mention.sentence and not _OPENED_BEFORE.search(each.before)
            if beside and each.value > count.value:
                return _stage(each, samples)
    if stages := _stages_before(count):
        last = [match["stage"].lower() for match in _PEOPLE_STAGE.finditer(count.before)][-1]
        is_random = any("random" in (each.before + each.after).lower() for each in samples)
        return "randomized" if last in ("divided", "distributed", "split") and is_random else stages[-1]
    if aside:
        values = {each.value for each in samples}
        for each in totals:
            if each.value - count.value in values:
                return _stage(each, samples)
        if _RESULT.search(count.before + count.after):
            return "analyzed"
    if later := _PEOPLE_STAGE.search(count.behind):
        return _word_stage(later["stage"])
    in_results = count.mention.sentence.section == "results"
    return "analyzed" if in_results or _DEFINITE_BEFORE.search(count.before) else "enrolled"


def _group(count: _Count) -> str:
    """The words beside the number that name the arm it belongs to."""
    found = count.in_group or _GROUP_BEFORE.search(count.before)
    return (found["group"] or "").strip() if found else ""


def _scope(count: _Count, samples: Sequence[_Count]) -> str:
    """Whether the people are the whole study at that stage, or a group of it."""
    if count.in_group or _GROUP_BEFORE.search(count.before):
        return "group"
    unit = count.mention.part("unit")
    sizes = [each.value for each in samples if each.mention.part("unit") == unit]
    biggest = max(sizes, default=count.value)
    beside = [each for each in samples if each.mention.sentence is count.mention.sentence and each.start != count.start]
    if _TOTAL_BEFORE.search(count.before):
        return "total" if count.value * 2 >= biggest else "group"
    if count.value == biggest and sizes.count(biggest) == 1 and _PEOPLE_N_BEFORE.search(count.before):
        return "total"
    alike = (*_ASIDE_RULES, "numbers that share a noun")
    if count.rule in alike and (count.rule != "n equals" or any(each.rule == count.rule for each in beside)):
        return "group"
    stage = _stage(count, samples)
    alike_beside = [each.value for each in beside if _stage(each, samples) == stage]
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
    picked = count.rule == "whole of a part" or _DEFINITE_BEFORE.search(count.before) is not None
    return "total" if count.value > biggest * (2 / 3 if picked else 1 / 2) else "group"


def normalise(mention: Mention, document: Document) -> SampleSize:
    """The number; stage, scope and group by the words around it and by the document's other numbers."""
    samples = _samples(document)
    place = bisect_left(samples, mention.start, key=lambda count: count.start)
    near = samples[max(0, place - _NEIGHBOURS) : place + _NEIGHBOURS]
    count = next((each for each in near if each.start == mention.start), None) or _read(mention)
    unit = UNITS.get(mention.part("unit").lower(), "people")
    return SampleSize(count.value, _stage(count, near), _scope(count, near), _group(count), unit)


EXTRACTOR = Extractor("sample_size", "SampleSize", SampleSize, RULES, normalise, find=find)
