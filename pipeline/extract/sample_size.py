"""How many people did the study, or one of its groups, have?

A rule finds a number that counts people by what stands around it; `_counts_a_sample` then decides by the verbs of its
clause, and by what the document has said before, whether these people are a sample or had an outcome.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import regex

from pipeline.document import Document
from pipeline.extract.extractor import Extractor
from pipeline.quantities import INTEGER, NUMBER_WORDS, integer
from pipeline.records import Mention, Sentence
from pipeline.rules import compile_pattern, find_mentions, rule
from pipeline.vocabulary import table, words


@dataclass(frozen=True, slots=True)
class SampleSize:
    """A number of people (or of the eyes, knees … that were assigned)."""

    value: int
    stage: str
    scope: str
    group: str = ""
    unit: str = "people"

    def __str__(self) -> str:
        return " ".join(part for part in (str(self.value), self.unit, self.stage, self.scope, self.group) if part)


PEOPLE = words("people")
UNITS = table("units")
BREAKS = words("people_breaks")
STAGES = {word: stage for word, (stage, _) in table("people_stages").items()}
ACTIVE = frozenset(word for word, (_, voice) in table("people_stages").items() if voice != "passive")
PASSIVE = frozenset(word for word, (_, voice) in table("people_stages").items() if voice != "active")
OUTCOMES = words("people_outcomes")
THINGS = words("people_things")
NOUNS = PEOPLE | frozenset(UNITS)

_START = r"(?=[\daefhnostz]) (?!0\d) (?<! [\p{L}\p{N}] | [\p{N}\p{L}][-–.,·:/∶] | [<>≤≥±~#$€£^]\s? | \d\s[-–:]\s | \b[cm]?m\s )"
_END = r"(?! \d | [.,·:]\d | \p{L} | \s?(?:%|±|\+/-|\+-|×|°) )"
NUMBER = rf"(?: {_START} (?> {INTEGER} | {NUMBER_WORDS} ) {_END} )"
ASIDE = r"(?: \s* (?: \( (?: [^()] | \([^()]*+\) ){0,160}+ \) | \[ (?: [^\[\]] | \[[^\[\]]*+\] ){0,160}+ \] ) )"
_WORD = r"[\p{L}\d][\p{L}\d'’/+\-‐‑–]*+"
MODIFIERS = rf"""
    (?: [ \s\-]+ (?! \L<breaks> (?![\p{{L}}-]) | {NUMBER_WORDS} \s )
        (?: (?:type|stage|grade|phase|class|level|HIV|group) [ \s-] \d++ | American\ Society\ of\ Anesthesiologists | (?:\p{{Lu}}\.)++ | (?!\d++[\s/]) {_WORD} ),? {ASIDE}? ){{0,9}}?
"""
PEOPLE_AFTER = rf"{ASIDE}?+ {MODIFIERS} [\s\-]+ (?:\p{{L}}++-)?? (?: (?P<people> \L<people> ) | (?P<unit> \L<units> ) ) (?! \p{{L}} | -\p{{L}} | ['’]s | \s \L<things> \b )"
_WHOLE = rf"(?: (?> {INTEGER} | {NUMBER_WORDS} ) {_END} )"
_LISTS = {"people": PEOPLE, "units": frozenset(UNITS), "breaks": BREAKS, "things": THINGS}
_SHARE = r"(?: \s* (?: \([^()]{1,24}\) | \[[^\[\]]{1,24}\] ) )?+"
_OF = r"(?: \s* / \s* | \s+ (?:out\s+of|of|from\s+among|from) \s+ (?:(?:the|these|those|all|our|a|total|of|remaining)\s+){0,4} )"

RULES = (
    rule(
        "label of a time",
        r"""(?<= (?<! \b (?: \d++ | one | two | three | four | six | every | each | per | a ) [\s-] ) \b (?: weeks? | days? | months? | years? | hours? | grades? | stages? | types? | phases? | levels? | class | ages? | aged | part
                     | table | visits? | cycles? | times? ) \s{1,2} )
             (?P<mention> \d{1,3} (?![\d,.]\d|\d) ) (?: (?: \s?[,–-]\s? | \s(?:and|or|to|through|,)\s | ,\sand\s ) (?P<mention> \d{1,3} (?!\d|[,.]\d) ) )*+""",
        "seen at weeks [[4]], [[8]] and [[12]] patients wore off",
        exclusion=True,
    ),
    rule(
        "label of a group",
        r"(?<= \b (?: group | arm | cohort | protocol | patient | subject | trial | study | no\. | number ) \s{1,2} ) (?P<mention> \d{1,2} (?!\d|[.,]\d) ) (?! \s (?: [\p{L}-]++ \s )? \L<people> )",
        "group [[1]] received it",
        exclusion=True,
        people=PEOPLE,
    ),
    rule(
        "labels of groups",
        r"""(?<= \b (?: groups | arms | cohorts ) \s{1,2} ) (?P<mention> \d (?!\d) ) (?: (?: ,\s | ,?\s(?:and|to|or)\s | \s?[–-]\s? ) (?P<mention> \d (?!\d) ) )++""",
        "groups [[1]], [[2]] and [[3]] were composed of 88 men",
        exclusion=True,
    ),
    rule(
        "day of a date",
        r"""(?<= \b (?: jan | feb | mar | apr | may | june? | july? | aug | sept? | oct | nov | dec | january | february | march
                     | april | august | september | october | november | december ) \.? ,? \s{1,2} )
            (?: (?P<mention> \d{1,2} (?!\d|[,.]\d) ) (?: ,? \s (?P<mention> (?:19|20)\d\d ) )?+ (?= [\s,.;:)] ) | (?P<mention> (?:19|20)\d\d (?![\d,.]\d) ) )""",
        "before May [[3]], [[2011]], and April [[2012]] patients came",
        exclusion=True,
    ),
    rule(
        "years of a period",
        r"(?<= \b (?: between | since | until | from | \d{4} \s (?:to|and) | \d{4} \s? [–-] ) \s? ) (?P<mention> (?:19|20)\d\d (?![\d,.]\d) )",
        "from [[1999]] to [[2001]] 20 men came",
        exclusion=True,
    ),
    rule(
        "year",
        r"(?<= \b (?: in | during | through | to | by | early | late ) \s ) (?P<mention> (?:19|20)\d\d (?![\d,.]) )"
        r" (?! \s (?: \p{L}++ \s )? \L<people> )",
        "in [[2012]] with analysis later",
        exclusion=True,
        people=PEOPLE,
    ),
    rule(
        "sexes",
        rf"""(?P<mention> {NUMBER} ) {_SHARE} \s* (?:fe)?(?:males?|men|women|boys|girls|M|F) {_SHARE}
             \s* (?: , | / | and | ; | , \s and | \s )++ \s* (?P<mention> {NUMBER} ) {_SHARE} \s* (?:(?:fe)?(?:males?|men|women|boys|girls)|M|F) \b""",
        "([[14]] men and [[12]] women)",
        exclusion=True,
    ),
    rule(
        "n equals",
        rf"""\b n \s* (?: = | : | ¼ | of ) \s* (?P<mention> {INTEGER} ) (?! [./·:]?\d | \s?% )
             (?: (?: ,\s | \s?(?:and|,\ and|vs\.?|versus|/)\s | /(?!\d+\s?\d) ) (?P<mention> {INTEGER} ) (?! [.·:]\d | \s?[%-] ) )*+""",
        "changes at 4 weeks (n = [[9]]) were small",
        "in both arms (N: [[12]])",
        "two arms (n = [[20]] and [[22]], respectively)",
    ),
    rule(
        "group equals",
        rf"""(?<= \b (?: groups? | arms? | cohorts? | cases | controls? | patients | subjects | placebo | women | men | children | [CEIPST]G ) \s{{0,2}} = \s{{0,2}} )
             (?P<mention> {INTEGER} ) (?= \s? [,;)\]] | \s \L<people> \b )""",
        "(drug group = [[40]]; controls = [[38]])",
        people=PEOPLE,
    ),
    rule(
        "whole of a part",
        rf"(?P<part> {NUMBER} ) {_SHARE} {_OF} (?P<mention> {_WHOLE} ) (?: {PEOPLE_AFTER} )?+",
        "in 9/[[12]] patients",
        "4 (36%) out of [[11]]",
        **_LISTS,
    ),
    rule(
        "part of a whole",
        rf"(?P<mention> {NUMBER} ) {_SHARE} {_OF} (?P<whole> {_WHOLE} ) (?: {PEOPLE_AFTER} )?+",
        "[[29]] of 30 patients completed it",
        **_LISTS,
    ),
    rule(
        "numbers that share a noun",
        rf"""(?P<first> (?P<mention> {NUMBER} ) ) {ASIDE}? (?: ,\s (?P<mention> {NUMBER} ) {ASIDE}? )*+ {MODIFIERS.replace("breaks> (?!", "nouns> (?!")} -? ,?\s (?: and | or | vs\.? | versus ) \s
             (?P<mention> {NUMBER} ) {PEOPLE_AFTER}""",
        "[[20]] and [[22]] patients, respectively",
        "[[25]] drug- and [[24]] placebo-treated volunteers",
        nouns=BREAKS | PEOPLE,
        **_LISTS,
    ),
    rule(
        "number of people",
        rf"(?P<mention> {NUMBER} ) {PEOPLE_AFTER}",
        "[[Twelve]] patients were treated",
        "a [[24]]-patient study",
        "[[48]] overweight and obese men",
        **_LISTS,
    ),
    rule(
        "number of those who",
        rf"""(?: (?P<mention> {NUMBER} ) {_SHARE} \s?(?:,|and|,\sand)\s )?+ (?P<mention> {NUMBER} ) {ASIDE}?+ \s
             (?: (?: were | was | had | have | has | been | are | will | be | also | then | all | not | did | did\ not | who | of\ whom | \p{{L}}+ly ) \s ){{0,4}}
             \L<verbs> \b""",
        "[[29]] completed the trial",
        "[[23]] (92%) and [[20]] (80%) finished",
        verbs=frozenset(STAGES),
    ),
    rule(
        "number in a group",
        rf"""(?P<mention> {NUMBER} ) {_SHARE} \s (?: (?:were|was|are) \s )? (?: in(?:to)? | to | on | from | for | of | per | with | at | assigned\ to | receiving | taking | undergoing | using | not )
             \s (?: (?: the | each | either | an? | every ) \s )? {_WORD} """,
        "[[83]] to vildagliptin",
        "[[30]] in each arm",
    ),
    rule(
        "number in a list",
        rf"""(?<= (?<!\p{{L}})[(\[]\s? | [,;:–-]\s? | \b(?:and|or|versus|vs\.?|randomi[sz]ed)\s ) (?! \d\) ) (?P<mention> {NUMBER} ) {_SHARE}
                 (?= \s (?! \L<breaks> \b ) \p{{L}} | \s? [),;\]:.] )
             | (?<= \p{{L}} (?: \s | [:,]\s? ) ) (?P<mention> \d++ ) {_SHARE} (?= \s? [),;\]] )""",
        "allotted ([[20]] drug, [[21]] placebo)",
        breaks=BREAKS,
    ),
)

_CLOSED = compile_pattern(r"\([^()]*+\) | \[[^\[\]]*+\]")
_CLAUSE_END = compile_pattern(r"[;)\]] | \.\s | \.\Z | :\s")
_VERB = compile_pattern(
    r"""\b (?: (?P<relative> who | whom | whose | that | which ) \s (?: \p{L}++ \s ){0,2}? )?
        (?: (?P<have> had | have | has | having ) \s (?:been\s)?+ (?:\p{L}+ly\s)? \L<treated> \b
          | (?P<aux> (?: were | was | been | be | are | is | have | has | had ) \s
              (?: (?: \p{L}+ly | also | then | all | still | not | first | finally | in | been | to | be | deemed | judged | and ) \s ){0,4} )?
            (?: (?P<stage> \L<passive> | \L<active> ) | (?<! \b (?:with|of|for|in|the|a|an|or|to|from|after|by|without|and|at|on|as|no|their|its) \s )
              (?: (?P<neutral> (?:were|was|are|(?:have|had|has)\ been) \s (?:\p{L}+ly\s)? \p{L}+(?:ed|en|ught) \b ) | (?P<outcome> \L<outcomes> ) ) ) \b )""",
    treated=frozenset({"received", "undergone", "experienced", "developed", "taken"}),
    passive=PASSIVE,
    active=ACTIVE,
    outcomes=OUTCOMES,
)
_FILLER = r"""(?: \s (?: \p{L}+ly | a | an | total | of | another | additional | about | approximately | around | over | only | all | the | these | those | up | to | at | least
              | more | than | each | data | from | in | on | for | among | between | further | healthy | or ) | : ){0,5}+ \s* \Z"""
_STAGE_BEFORE = compile_pattern(
    rf"""\b (?P<stage> \L<stages> | involving | including | comprising | comprised | contained | contains | treating | enrolling | recruiting | randomi[sz]ing
            | randomi[sz]ation\ of | studying | comparing | assigning | analyzing | screening | treat | study | enroll | enrol | recruit | include | randomi[sz]e
            | analyze | evaluate | compare | used | given | isolated | collected | obtained | taken | drawn | data | samples ) {_FILLER}""",
    stages=frozenset(STAGES),
)
_STUDY_BEFORE = compile_pattern(
    r"""\b (?: stud(?:y|ies) | trials? | conducted | performed | carried\ out | undertaken | analys[ie]s | review | randomi[sz]ed | comparison | experience | cohort | sample | population | results )
        (?: \s (?!\b(?:was|were|had)\b) [\p{L}-]++ ){0,6} \s (?: in | of | on | with | among | from | involving | for ) (?: \s (?: a | total | of ) ){0,3} \s* \Z"""
)
_TOTAL_BEFORE = compile_pattern(
    r"""\b (?: a\ total\ of | total\ of | in\ all | in\ total | overall | sample\ of | sample\ size\ of | cohort\ of | groups?\ of | population\ of | series\ of
             | consisted\ of | composed\ of | consisting\ of | sample\ was | sample\ included | number\ of \s \L<people> \s was ) ,? (?: \s (?: the | these | our ) )? \s* \Z""",
    people=PEOPLE,
)
_DEFINITE_BEFORE = compile_pattern(
    r"(?: \b (?: the | these | those | our | all | remaining | both ) (?: \s (?: the | these | first | all | other | remaining ) )?+ | (?: \A | [:;.,] | \bout ) \s* (?: of | among ) (?: \s the\ initial )? ) \s* \Z"
)
_OUTCOME_BEFORE = compile_pattern(
    r"""\b (?: observed | occurred | occurring | occurs | reported | seen | found | noted | detected | achieved | developed | present | documented | identified | diagnosed | necessary | required
             | confirmed | improved | normal | positive | negative | experienced | increased | decreased | unchanged | recorded | demonstrated | discontinued | stopped | happened
             | successful | resolved | failed | responses? | remissions? | improvement | progression | recurrences? | deaths? | toxicity | events? | infections? | increase | suspected
             | decrease | reduction | complications? | evident | apparent | persisted | due | died | interrupted | withdrawn | missing | abnormal | performed | biops(?:y|ies) )
        (?: \s (?!that) \p{L}++ ){0,3}? \s (?: in | by | of | for | from | to | among ) (?: \s (?: another | only | all | an | additional | the | other | just | these ) )* \s* \Z"""
)
_COORDINATED_BEFORE = compile_pattern(
    r"(?: \b (?: and | or | versus | vs\.? | with | to ) (?: \s (?: in | the | of | for | from | a\ further ) ){0,2} | [,;] ) \s* \Z"
)
_OPENED_BEFORE = compile_pattern(r"[(\[] [^()\[\]]{0,60} \Z")
_PLANNED = compile_pattern(
    r"\b (?: planned(?!\ (?:\p{L}+\ )?(?:analys|interim|subgroup)) | planning | plan | intended | intend | will | aim(?:s|ed)?\ to | target(?:ed)?\ of | required | expected | anticipated | up\ to(?=\s\Z) | estimated | proposed | should\ be ) \b"
)
_FUTURE = compile_pattern(
    r".* \b (?: will | to\ be | shall ) \s (?: be | enrol | enroll | include | recruit | receive | undergo )"
)
_FUTURE_AFTER = compile_pattern(
    r" (?: (?! \b (?: was | were | had | have | has ) \b ) [^.;] )* \b (?: will | to\ be | shall ) \s (?: be | enrol | enroll | include | recruit | receive | undergo )"
)
_IN_BEFORE = compile_pattern(
    r"\b (?: in | of | on | with | among | for | from | by | between | to ) (?: \s (?: the | these | all ) )? \s* \Z"
)
_EVENTS = compile_pattern(
    r"\b (?: adverse | (?:side\ )?effects? | events? | deaths? | died | hyp(?:er|o)\p{L}+ | experienced | frequent(?:ly)? | common(?:ly)? | incidence | complained | due\ to | relapses? | recurrences? | failures?"
    r" | complications? | infections? | episodes | toxicity | responses? | serious | responders? ) \b"
)
_IN_GROUP = compile_pattern(
    r"""\A (?: \s (?: were | was | are ) )? [\s,]* (?: in(?:to)? | to | on | from | for | of | per | assigned\ to | with | within | at ) \s (?: (?: the | each | either | an? | every | both ) \s )?
        (?P<group> (?! (?:total|overall|whole|entire|this) \b )
           (?: (?: (?! \L<breaks> \b | \L<stages> \b ) [\p{L}\d][\p{L}\d+/.%‐–-]* \s ){0,4}? (?: group | arm | cohort | cluster | panel | stratum | each | (?<=(?:both|each\ of\ the)\s) groups ) (?: \s (?:[A-Z]|\d|I{1,3}V?) \b )?
             | (?<= \b (?: in | to | on ) \s (?: the \s )? ) (?: placebo | controls? ) ) ) \b
      | \A \s* \( (?P<group> (?: (?!and\b|or\b) [\p{L}\d][\p{L}\d+/.%‐–-]* \s ){0,4}? (?: group | arm | cohort ) (?: \s \w{1,3} )? ) \)
      | \A \s (?: each | apiece ) \b (?P<group>)""",
    breaks=BREAKS - {"group", "groups", "arm", "arms", "dose", "doses"},
    stages=frozenset(STAGES) - {"treated", "vaccinated", "exposed"},
)
_PEOPLE_N_BEFORE = compile_pattern(r"\b \L<people> \s? [(\[] \s? n \s? [=:] \s? \Z", people=PEOPLE)
_PERCENT_AFTER = compile_pattern(r"\s? [(\[] [^()\[\]]{0,12} % \s? [)\],;]")
_FRONT = compile_pattern(
    r"""\A (?: [\p{L}\s&/]{1,40} : )? \s* (?: (?: of | among ) \s (?: these | those | them | the\ latter | whom ) (?: \s \p{L}++ )? ,? \s )?
        (?: (?: only | but\ only | yet\ only ) \s )? \Z"""
)


def _before(mention: Mention) -> str:
    """The sentence up to the number, or to the first of the numbers that share its noun."""
    start = mention.parts["first"][0] if "first" in mention.parts else mention.start
    return mention.sentence.text[: start - mention.sentence.start]


def _has_share(mention: Mention) -> bool:
    """Whether a percentage in parentheses follows the number or its noun."""
    end = max((mention.parts[name][1] for name in ("people", "unit") if name in mention.parts), default=mention.end)
    text = mention.sentence.text
    return any(
        _PERCENT_AFTER.match(text, place - mention.sentence.start) for place in (mention.end, max(end, mention.end))
    )


def _after_noun(mention: Mention) -> str:
    """The sentence from the noun on that the number counts."""
    end = max((mention.parts[name][1] for name in ("people", "unit") if name in mention.parts), default=mention.end)
    after = mention.sentence.text[max(end, mention.end) - mention.sentence.start :]
    return regex.sub(r"\A\s?[(\[][\d.,·]+\s?%[)\]]", "", after)


_OF_BEFORE = compile_pattern(
    r"(?: \A | [:;.,\n] | \bout ) \s* (?: of | among ) (?: \s (?: the | these | all | our | initial ) ){0,3} \s* \Z"
)


def _verb(mention: Mention) -> tuple[str, str]:
    """What the clause says these people did: `stage`, `outcome`, `weak` (only a participle says so) or nothing; and the stage."""
    clause = _CLAUSE_END.split(_CLOSED.sub("", _after_noun(mention)[:400]), maxsplit=1)[0]
    if _OF_BEFORE.search(_before(mention)):
        clause = clause.partition(",")[0]
    weak = ""
    for match in _VERB.finditer(clause):
        word = (match["stage"] or "").lower()
        if match["relative"]:
            weak = weak or STAGES.get(word, "")
        elif match["have"] or match["outcome"]:
            return "outcome", weak
        elif match["neutral"]:
            break
        elif word in ACTIVE or match["aux"]:
            return "stage", STAGES[word]
        else:
            weak = weak or STAGES[word]
    return ("weak" if weak else ""), weak


def _is_sample(mention: Mention, known: set[int], accepted: list[Mention]) -> bool | None:
    """Whether the clause counts people in the study (True) or those who had an outcome (False), None if it does not say."""
    before = _before(mention)[-160:]
    value = integer(mention.text)
    after = _after_noun(mention)
    kind, weak = _verb(mention)
    if value == 0 or (value <= 2 and "unit" in mention.parts):
        return False
    match mention.rule:
        case "n equals" | "group equals":
            percent = regex.search(r"(\d+(?:\.\d+)?)\s?%\s?[\(\[][^()\[\]]*\Z", before)
            if percent and (
                regex.match(r"[)\]]\s+of\b", mention.after)
                or any(abs(100 * value / size - float(percent[1])) < 1 for size in known if size >= value)
            ):
                return False
            return value in known or not known or not _EVENTS.search(before[-90:])
        case "whole of a part":
            if integer(mention.part("part")) > value:
                return False
            if "people" in mention.parts or value in known:
                return True
            percent = regex.search(r"%\s?[(\[][^()\[\]]{0,30}\Z", before) or regex.match(
                r"\s?[(\[,)]\s?[(\[]?\d+(?:[.·]\d+)?\s?%", mention.after
            )
            inside = not regex.search(r"/\s?\Z", before) and regex.match(
                r"\s?[),;\]]|\s(?:vs|versus|and|during|with|in|on|who)\b", mention.after
            )
            return bool(
                (percent or inside or _IN_GROUP.match(mention.after) or kind == "stage")
                and known
                and value <= max(known)
                and value >= 5
            )
        case "part of a whole":
            if integer(mention.text) > integer(mention.part("whole")) or _OUTCOME_BEFORE.search(before):
                return False
            found = _STAGE_BEFORE.search(before)
            if value == 1 and "people" not in mention.parts:
                return False
            return (kind == "stage" and not _IN_BEFORE.search(before)) or (
                found is not None and STAGES.get(found["stage"].lower()) in ("enrolled", "randomized", "screened")
            )
        case "number of those who":
            if regex.search(r"\bthe\s\Z", before) and (kind in ("stage", "weak") or weak):
                return True
            if kind == "weak" and regex.match(r"\s\p{L}+\s?[:;.()]", mention.after):
                return True
            if (
                weak
                and accepted
                and (regex.search(r"\b(?:with|and|whom)\s\Z", before) or mention.after.startswith(" of whom"))
            ):
                return True
            return (kind == "stage" and (bool(accepted) or _FRONT.search(mention.before) is not None)) or None
        case "number in a group" | "number in a list":
            return None
    if kind != "stage" and regex.match(r"[^;]{0,80}\bin whom\b", after) and _DEFINITE_BEFORE.search(before):
        return False
    definite = bool(_DEFINITE_BEFORE.search(before))
    if _OUTCOME_BEFORE.search(before):
        if regex.search(r"\b(?:the|these)\s*\Z", before) or (value in known and regex.search(r"\ball\s\Z", before)):
            return True
        return None if not known or _STUDY_BEFORE.search(before) else False
    group = _IN_GROUP.match(after)
    total = _TOTAL_BEFORE.search(before) is not None
    inside = not total and _IN_BEFORE.search(before) is not None
    each = (
        group is not None
        and regex.search(r"\b(?:each|every|per)\b", group[0])
        and not (kind == "outcome" and regex.match(r"[^,;]*\b(?:were|had|have|was|died)\b", after))
    )
    if (kind == "stage" and not inside) or _STAGE_BEFORE.search(before) or each:
        return True
    if regex.search(r"\b(?:group|arm|cohort)s?\s\w{1,3}\s?[:,=(]?\s?\Z", before):
        return True
    if kind == "outcome" and not definite and not inside:
        first = _FRONT.search(before) is not None and not known
        return first or (total and (not known or value * 2 >= max(known)))
    if _has_share(mention) and not definite and not total:
        return None
    if total or definite or _STUDY_BEFORE.search(before):
        return True
    if weak or group or kind == "stage":
        return True if not inside or not known or value in known or weak or group else None
    return None


def _undecided(mention: Mention, known: set[int], accepted: list[Mention], refused: list[Mention]) -> bool:
    """What a number is whose clause does not say, by what the sentence and the document said before it."""
    value = integer(mention.text)
    before = mention.before
    last = max([*accepted, *refused], key=lambda each: each.start, default=None)
    if mention.rule == "number in a group":
        if _IN_GROUP.match(_after_noun(mention)) and _verb(mention)[0] == "stage":
            return True
        if regex.match(r"\s(?:in|to|per|for)\s(?:each|every|group|arm|cohort)\b", mention.after):
            return bool(known)
        if not accepted or last not in accepted:
            return False
        group = _IN_GROUP.match(_after_noun(mention))
        if group and regex.search(r"\b(?:each|every|per|both)\b", group[0]):
            return True
        if group and regex.search(r"[(\[]\s?\Z", before):
            return True
        if not _COORDINATED_BEFORE.search(before):
            return False
        if regex.match(rf"(?:{_SHARE})\s(?:receiving|taking|undergoing|using)\b", mention.after, flags=regex.VERBOSE):
            return True
        link = regex.match(rf"(?:{_SHARE})\s(\p{{L}}+)", mention.after, flags=regex.VERBOSE)
        same = (
            link is not None
            and regex.search(rf"\s{link[1]}\b", _after_noun(last)[: mention.start - last.end]) is not None
        )
        return (
            group is not None
            or same
            or (link is not None and link[1] == "to" and bool(regex.search(r"randomi|assign|allocat", before)))
        )
    if mention.rule == "number in a list":
        return (
            bool(known)
            and regex.search(r"\b(?:group|arm|cohort)\s?\(\s?\Z", before) is not None
            and mention.after.lstrip().startswith(")")
        )
    if mention.rule == "number of those who":
        return False
    if last is not None and _COORDINATED_BEFORE.search(before):
        return last in accepted
    if _has_share(mention):
        return False
    return value in known or not known or value > max(known) or mention.sentence.section in ("title", "methods")


def _adding_up(candidates: list[Mention], totals: set[int]) -> set[int]:
    """The starts of neighbouring numbers, two to six, that add up to one of the totals."""
    values = [integer(mention.text) for mention in candidates]
    found: set[int] = set()
    for first in range(len(values)):
        for length in range(2, 7):
            if first + length <= len(values) and sum(values[first : first + length]) in totals:
                found.update(mention.start for mention in candidates[first : first + length])
    return found


def _is_planned(mention: Mention) -> bool:
    if mention.rule in ("n equals", "group equals"):
        return False
    return bool(
        _PLANNED.search(regex.split(r"[,;:]", mention.before[-60:])[-1])
        or _FUTURE.search(mention.before)
        or _FUTURE_AFTER.match(mention.after[:250])
        or _PLANNED.match(_after_noun(mention).lstrip())
    )


@lru_cache(maxsize=1)
def _samples(document: Document) -> tuple[Mention, ...]:
    """The samples of the document at hand."""
    return tuple(find(document))


def find(document: Document) -> Iterator[Mention]:
    """The numbers of people that are samples, in the order of the text."""
    known: set[int] = set()
    planned: list[Mention] = []
    real = False
    for sentence in document.sentences:
        candidates = sorted(find_mentions(RULES, sentence), key=lambda mention: mention.start)
        accepted: list[Mention] = []
        refused: list[Mention] = []
        open_: list[Mention] = []
        for mention in candidates:
            verdict = _is_sample(mention, known, accepted)
            if verdict is None:
                open_.append(mention)
            else:
                (accepted if verdict else refused).append(mention)
        totals = known | {integer(mention.text) for mention in accepted}
        here = {integer(mention.text) for mention in accepted}
        adding: set[int] = set()
        parts = [m for m in open_ if _verb(m)[0] != "outcome" or _IN_GROUP.match(m.after)]
        for rules in (
            ("number of people",),
            ("number in a list",),
            ("number in a group", "number of those who"),
            (
                "number in a list",
                "number in a group",
                "number of those who",
                "number of people",
                "numbers that share a noun",
            ),
        ):
            adding |= _adding_up(
                [m for m in parts if m.rule in rules], totals if "number in a list" not in rules else here
            )
        for mention in open_:
            paired = (
                mention in parts
                and "number of people" != mention.rule
                and any(
                    integer(mention.text) + integer(other.text) in totals
                    for other in accepted
                    if other.rule != "part of a whole"
                )
            )
            if (
                mention.start in adding
                or paired
                or _undecided(
                    mention,
                    totals | {integer(m.text) for m in accepted},
                    [m for m in accepted if m.start < mention.start],
                    [m for m in refused if m.start < mention.start],
                )
            ):
                accepted.append(mention)
            else:
                refused.append(mention)
        for mention in sorted(accepted, key=lambda each: each.start):
            if _is_planned(mention):
                planned.append(mention)
                continue
            real = True
            known.add(integer(mention.text))
            yield mention
    if not real:
        yield from planned


_ANY_STAGE = compile_pattern(
    r"""\b (?: \L<stages> | randomi[sz]ation ) \b
        (?! [,\s]++ (?: controlled | clinical | double | single | placebo | open | trials? | stud(?:y|ies) | phase | parallel | multi\p{L}+ | cross | prospective | blind ) )""",
    stages=frozenset(STAGES)
    - {"followed", "lost", "offered", "continued", "dropped", "started", "began", "used", "compared"},
)
_ANALYSED = compile_pattern(r"[;,\s]* [^.;)]{0,60} \b (?: analys[ie]s | population | mITT | ITT | evaluable )")
_POOLED_BEFORE = compile_pattern(
    r"\b (?: studies | trials | RCTs | articles | papers | (?:review|analysis|analyses|reports?|experience|efficacy) (?= \s of | \s in | \s on ) ) (?: \s (?: involving | including | comprising | with | of | on | in | for | enrolling ) (?: \s (?: a | total | of ) ){0,3} | \s? \( n \s?=\s? )? \s* \Z"
)
_THEN_RANDOMIZED = compile_pattern(
    r"""(?: , | ,? \s and ) \s (?: (?: then | were | subsequently ) \s )* (?:\p{L}+ly\s)? (?: randomi[sz]ed | assigned | allocated ) \b
      | \b randomly \s (?: divided | split | distributed ) | \b divided \b .{0,100} \b random"""
)
_RANDOMLY = compile_pattern(r"\b random")
_RESULT = compile_pattern(
    r"\b p \s? [<=>] | ± | \+/- | \d % | \b (?: decreased | increased | reduced | improved | changes? | reductions? | reported | observed | had | occurred | survival | intention | intent | per[ -]protocol | mITT | ITT ) \b"
)
_GROUP_BEFORE = compile_pattern(
    r"(?P<group> \b (?: group | arm | cohort | panel | part ) s? \s (?: \w{1,3} | \p{L}+ ) | (?: [\p{L}+/‐-]+ \s ){1,3} (?: group | arm | cohort ) ) \s? [:=(]{0,2} \s? (?: n \s? [=:] \s? | comprised \s | included \s | had \s )? \Z"
)


def _stage(mention: Mention, samples: tuple[Mention, ...]) -> str:
    """At which stage of the study the people are counted: by the verb that counts them, else by the nearest one."""
    kind, stage = _verb(mention)
    before, after = _before(mention), _after_noun(mention)
    beside = regex.match(r"\s(?:\p{L}+ly\s)?(\p{L}+)\b", after)
    participle = STAGES.get(beside[1].lower(), "") if beside and kind != "stage" else ""
    described = _ANY_STAGE.search(
        mention.sentence.text[mention.end - mention.sentence.start : len(mention.sentence.text) - len(after)]
    )
    if _is_planned(mention):
        return "enrolled"
    if mention.rule == "whole of a part":
        if described and STAGES.get(described[0].lower()) == "randomized":
            return "randomized"
        word = STAGES.get(beside[1].lower(), "") if beside else ""
        return word if word in ("screened", "enrolled", "randomized") else "analyzed"
    if _POOLED_BEFORE.search(before):
        return "analyzed"
    if mention.rule == "part of a whole" and (found := _STAGE_BEFORE.search(before[-160:])):
        return STAGES.get(found["stage"].lower(), "enrolled")
    words_before = [word.lower() for word in _ANY_STAGE.findall(before)]
    if regex.match(r"\s(?:to|into)\s", after) and "randomized" in map(STAGES.get, words_before):
        return "randomized"
    if kind == "stage":
        if stage == "enrolled" and _ANALYSED.match(
            after[after.lower().find("included") :] if "included" in after.lower() else ""
        ):
            return "analyzed"
        if stage == "analyzed" and regex.search(r"\bavailable\b.*\bfollow", after[:100]):
            return "completed"
        if stage == "enrolled" and _THEN_RANDOMIZED.search(regex.split(r"\bof wh|;|\. ", after, maxsplit=1)[0]):
            return "randomized"
        return stage
    if participle and _DEFINITE_BEFORE.search(before) and mention.rule == "number of people":
        return (
            participle
            if participle in ("screened", "enrolled", "randomized") or regex.match(r"\s\p{L}+\s?[,(]", after)
            else "analyzed"
        )
    if _DEFINITE_BEFORE.search(before) and (kind == "outcome" or _OUTCOME_BEFORE.search(before)):
        return stage if stage and regex.match(r"\swho\b", after) else "analyzed"
    if described and mention.rule != "number in a list":
        return STAGES.get(described[0].lower(), "randomized")
    if found := _STAGE_BEFORE.search(before[-160:]):
        return STAGES.get(found["stage"].lower()) or (
            "randomized"
            if "random" in found["stage"].lower()
            else "treated"
            if "treat" in found["stage"].lower()
            else "enrolled"
        )
    aside = mention.rule in _PARENTHETIC or bool(_OPENED_BEFORE.search(before))
    if stage and not aside:
        return stage
    if mention.rule == "n equals" and _ANALYSED.match(mention.after[:70]):
        return "analyzed"
    if _OF_BEFORE.search(before):
        return "analyzed"
    totals = [
        each
        for each in samples
        if each.start < mention.start and each.rule in ("number of people", "number of those who")
    ]
    if aside:
        for each in reversed(totals):
            if (
                each.sentence is mention.sentence
                and integer(each.text) > integer(mention.text)
                and not _OPENED_BEFORE.search(each.before)
            ):
                return _stage(each, samples)
    if words_before:
        if words_before[-1] in ("divided", "distributed", "split") and any(
            _RANDOMLY.search(each.sentence.text) for each in samples
        ):
            return "randomized"
        return STAGES.get(words_before[-1], "randomized")
    if aside:
        values = {integer(each.text) for each in samples}
        for each in reversed(totals):
            if integer(each.text) - integer(mention.text) in values:
                return _stage(each, samples)
        if _RESULT.search(mention.sentence.text):
            return "analyzed"
    words_after = _ANY_STAGE.findall(mention.after)
    if words_after:
        return STAGES.get(words_after[0].lower(), "treated")
    return "analyzed" if _DEFINITE_BEFORE.search(before) or mention.sentence.section == "results" else "enrolled"


_PARENTHETIC = ("n equals", "group equals", "number in a list", "number in a group")


def _group(mention: Mention) -> str:
    """The words that name the arm the number belongs to, where they stand beside it."""
    after = _IN_GROUP.match(_after_noun(mention))
    if after:
        return after["group"] or ""
    before = _GROUP_BEFORE.search(mention.before[-80:])
    return before["group"].strip() if before else ""


def _scope(mention: Mention, samples: tuple[Mention, ...]) -> str:
    """Whether the people are the whole study at that stage, or a group of it."""
    value = integer(mention.text)
    sizes = [integer(each.text) for each in samples if each.part("unit") == mention.part("unit")]
    biggest = max(sizes, default=value)
    if _IN_GROUP.match(_after_noun(mention)) or _GROUP_BEFORE.search(mention.before[-80:]):
        return "group"
    here = [each for each in samples if each.sentence is mention.sentence and each.start != mention.start]
    if _TOTAL_BEFORE.search(mention.before):
        return "total" if value * 2 >= biggest else "group"
    if (
        value == biggest
        and mention.rule == "n equals"
        and _PEOPLE_N_BEFORE.search(mention.before)
        and sizes.count(value) == 1
    ):
        return "total"
    if mention.rule in (
        "n equals",
        "group equals",
        "number in a list",
        "number in a group",
        "numbers that share a noun",
    ) and any(each.rule == mention.rule for each in here):
        return "group"
    if any(integer(each.text) + value in sizes for each in here):
        return "group"
    if mention.rule in ("number in a list", "number in a group", "group equals"):
        return "group"
    stage = _stage(mention, samples)
    if stage in ("treated", "randomized") and any(
        _stage(each, samples) == stage and 5 * integer(each.text) <= 7 * value <= 9.8 * integer(each.text)
        for each in here
    ):
        return "group"
    if stage in ("discontinued", "screened"):
        return "total"
    return "total" if value * 2 > biggest else "group"


def normalise(mention: Mention, document: Document) -> SampleSize:
    """The number; stage, scope and group by the words around it and by the document's other numbers."""
    unit = UNITS[mention.part("unit").lower()][0] if mention.part("unit") else "people"
    return SampleSize(
        integer(mention.text),
        _stage(mention, _samples(document)),
        _scope(mention, _samples(document)),
        _group(mention),
        unit,
    )


EXTRACTOR = Extractor("sample_size", "SampleSize", SampleSize, RULES, normalise, find=find)


STAGE_ORDER = ("screened", "enrolled", "randomized", "treated", "analyzed", "completed", "discontinued")


def study_size(facts: Sequence[tuple[Mention, SampleSize]]) -> int | None:
    """The number that a curator would put down as "n of the trial", from an article's sample sizes in the order of its text.

    It is the total of people randomized, else enrolled, else treated, analyzed or completed; None where no total is
    said, or where two totals of the same stage disagree.
    """
    people = [size for _, size in facts if size.unit == "people"]
    totals = {
        stage: max((s.value for s in people if (s.stage, s.scope) == (stage, "total")), default=0)
        for stage in STAGE_ORDER
    }
    planned_in = max(totals["randomized"], totals["enrolled"])
    size = totals["randomized"] if 3 * totals["randomized"] > 2 * planned_in else planned_in
    size = size or max(totals["treated"], totals["analyzed"], totals["completed"])
    return None if size < max((s.value for s in people if s.scope == "group"), default=3) else size
