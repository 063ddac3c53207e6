"""Which numbers of a sentence may count people, by what stands right around them.

`RULES` begin at a number: labels, dates and counts of the sexes are claimed first and are none; then come the forms in
which papers print how many (`n = 12`, `9/12 patients`, `20 and 22 patients`, `30 in each arm`, `twelve patients`).
"""

from __future__ import annotations

import regex

from pipeline.quantities import INTEGER, NUMBER_WORDS
from pipeline.records import Mention, Sentence
from pipeline.rules import compile_pattern, find_mentions, rule
from pipeline.vocabulary import table, words

PEOPLE = words("people")
UNITS = {word: unit for word, (unit,) in table("units").items()}
_PLURAL_UNITS = frozenset(word for word, unit in UNITS.items() if word.endswith("s") or word == unit)
_SINGULAR_UNITS = frozenset(UNITS) - _PLURAL_UNITS
THINGS = words("people_things")
BREAKS = words("people_breaks")
STAGES = {word: stage for word, (stage, _) in table("people_stages").items()}
_VOICES = {word: voice for word, (_, voice) in table("people_stages").items()}
ACTIVE = frozenset(word for word, voice in _VOICES.items() if voice in ("active", "both"))
VERBS = frozenset(word for word, voice in _VOICES.items() if voice != "leading")

_BEFORE_NUMBER = r"""
    (?! 0\d )
    (?<! [\p{L}\p{N}+] | [\p{N}\p{L}] [-–.,·:/∶] | [<>≤≥±~\#$€£^] \s? | \d \s [-–:] \s | \b [cm]? m \s )
"""
_AFTER_NUMBER = r"""
    (?! \d | [.,·:] \d | \p{L} | \s? (?: % | ± | \+/- | \+- | × | ° )
      | [\s-] (?: per\ ?cent | [µμm]g | mcg | kg | g | ml | dl | l | mm | cm | mmhg | mmol | gy | iu | kcal | fold
                | [mb]illions? | times | points? | years? | yrs? | weeks? | wks? | months? | days?
                | hours? | hrs? | h(?!\.) | minutes? | min | seconds? | s ) (?! \p{L} ) )
"""
_WHOLE = rf"(?: (?> {INTEGER} | {NUMBER_WORDS} ) {_AFTER_NUMBER} )"
NUMBER = rf"(?: {_BEFORE_NUMBER} {_WHOLE} )"

_ASIDE = r"""
    (?: \s* (?: \( (?: [^()] | \( [^()]*+ \) ){0,160}+ \) | \[ (?: [^\[\]] | \[ [^\[\]]*+ \] ){0,160}+ \] ) )
"""
SHARE = r"(?: \s* (?: \( [^()]{1,24} \) | \[ [^\[\]]{1,24} \] ) )?+"
_WORD = r"[\p{L}\d] [\p{L}\d'’/+\-‐‑–]*+"
_MODIFIER = rf"""
    (?: (?: type | stage | grade | phase | class | level | HIV | group ) [\s-] \d++
      | American\ Society\ of\ Anesthesiologists | (?: \p{{Lu}}\. )++ | (?! \d++ [\s/] ) {_WORD} )
    ,? (?: {_ASIDE} ,? )?
"""
_GAP = r"(?: -?\s+ | [-‐‑] )"
_MODIFIERS = rf"(?: {_GAP} (?! \L<breaks> (?! [\p{{L}}-] ) | {NUMBER_WORDS} \s ) {_MODIFIER} ){{0,11}}?"
_OWN_MODIFIERS = rf"(?: {_GAP} (?! \L<nouns> (?! [\p{{L}}-] ) | {NUMBER_WORDS} \s ) {_MODIFIER} ){{0,11}}?"
_NOUN_ENDS = r"(?! \p{L} | - \p{L} | ['’]s | \s \L<things> \b )"
_NOUN = rf"""
    {_GAP} (?: \p{{L}}++ - )??
    (?: (?P<people> \L<people> ) | (?P<unit> \L<units> | (?<= \d - ) \L<unit> ) ) {_NOUN_ENDS}
"""
_PEOPLE_AFTER = rf"{_ASIDE}?+ {_MODIFIERS} {_NOUN}"
_TAKEN_IN = r"(?: randomi[sz]ed | recruited | enroll?ed | allocated | assigned | screened )"
# Plurals that no list has name people where they do what only people do.
_PLURAL_AFTER = rf"""
    (?: {_GAP} (?! \L<breaks> (?! [\p{{L}}-] ) | {NUMBER_WORDS} \s ) {_MODIFIER} ){{0,4}}?
    {_GAP} (?P<people> [\p{{L}}-]{{3,}}s (?<! \b \L<others> ) )
    (?= \s (?: who \s )?
        (?: (?: were | was ) \s (?: (?: then | also | \p{{L}}+ly | screened\ and ) \s ){{0,3}} {_TAKEN_IN} \b
          | {_TAKEN_IN} (?: [,;.)] | \s and \b )
          | (?: consented | withdrew | participated | took\ part | dropped\ out ) \b ) )
"""
_OF = r"""
    (?: \s* / \s*
      | \s+ (?: out\s+of | of | from\s+among | from ) \s+
        (?: (?: the | these | those | all | our | a | total | of | remaining | originally | initially ) \s+ ){0,4} )
"""

RULES = (
    rule(
        "label of a time",
        r"""(?<= (?<! \b (?: \d++ | one | two | three | four | six | every | each | per | a ) [\s-] )
                 \b (?: weeks? | days? | months? | years? | hours? | ages? | aged | visits? | cycles? | times? ) \s{1,2}
               | \b (?: grades? | stages? | types? | phases? | levels? | class | part | table | figure ) \s{1,2} )
            (?P<mention> \d{1,3} (?! \d | [.,] \d ) )
            (?: (?: \s? [,–-] \s? | \s (?: and | or | to | through ) \s | ,\sand\s )
                (?P<mention> \d{1,3} (?! \d | [.,] \d ) ) ){0,20}+""",
        "seen at weeks [[4]], [[8]] and [[12]] patients wore off",
        "40 type [[2]] diabetic patients",
        exclusion=True,
    ),
    rule(
        "label of a group",
        r"""(?<= \b (?: group | arm | cohort | patient | subject | trial | study | no\. | number:? ) \s{1,2} )
            (?P<mention> \d{1,2} (?! \d | [.,] \d ) ) (?! \s (?: [\p{L}-]++ \s )? \L<people> )
          | (?<= (?: \A | [.,;:(] \s | \b (?: in | of | for | from | to | and | or | both ) \s )
                 (?: group | arm | cohort ) \s )
            (?P<mention> [1-9] (?! \d | [.,] \d ) ) (?= \s \L<people> )
          | (?<= \b protocol \s ) (?P<mention> \d++ )""",
        "group [[1]] received it",
        "all those in group [[2]] patients' homes",
        exclusion=True,
        people=PEOPLE,
    ),
    rule(
        "base of a rate",
        r"(?<= \b (?: per | every ) \s ) (?P<mention> 1 (?: 0 | [,\s] 0 ){1,6}+ ) (?! \d )",
        "two falls per [[1000]] patients treated",
        exclusion=True,
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
        rf"""(?P<mention> {NUMBER} ) {SHARE} \s* (?: (?:fe)? (?: males? | men ) | women | boys | girls | M | F ) \b
             {SHARE}             \s* (?: , | / | and | ; | , \s and | \s )++ \s*
             (?P<mention> {NUMBER} ) {SHARE} \s* (?: (?:fe)? (?: males? | men ) | women | boys | girls | M | F ) \b""",
        "([[14]] men and [[12]] women)",
        exclusion=True,
    ),
    rule(
        "n equals",
        rf"""(?<= \b n[s\d]? \s{{0,2}} (?: = | : | ¼ | of ) \s{{0,2}} | \( n \s? [-–] \s? (?= \d\d ) )
             (?P<mention> {INTEGER} ) (?! [./·:]? \d | \s? % )
             (?: (?: ,\s | \s? (?: and | ,\ and | vs\.? | versus | / ) \s | / (?! \d+ \s? \d ) )
                 (?P<mention> {INTEGER} ) {_AFTER_NUMBER} (?! \s? - ) ){{0,7}}+""",
        "changes at 4 weeks (n = [[9]]) were small",
        "in both arms (N: [[12]])",
        "in the first (n-[[34]])",
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
        rf"(?P<part> {NUMBER} ) {SHARE} {_OF} (?P<mention> {_WHOLE} ) (?: {_PEOPLE_AFTER} )?+",
        "in 9/[[12]] patients",
        "4 (36%) out of [[11]]",
        people=PEOPLE,
        units=_PLURAL_UNITS,
        unit=_SINGULAR_UNITS,
        breaks=BREAKS,
        things=THINGS,
    ),
    rule(
        "part of a whole",
        rf"(?P<mention> {NUMBER} ) {SHARE} {_OF} (?P<whole> {_WHOLE} ) (?: {_PEOPLE_AFTER} )?+",
        "[[29]] of 30 patients completed it",
        people=PEOPLE,
        units=_PLURAL_UNITS,
        unit=_SINGULAR_UNITS,
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
        units=_PLURAL_UNITS,
        unit=_SINGULAR_UNITS,
        breaks=BREAKS,
        things=THINGS,
    ),
    rule(
        "number of people",
        rf"(?P<mention> {NUMBER} ) (?: {_PEOPLE_AFTER} | {_PLURAL_AFTER} )",
        "[[Twelve]] patients were treated",
        "a [[24]]-patient study",
        "[[48]] overweight and obese men",
        "[[30]] retired sailors were recruited",
        others=words("people_others"),
        people=PEOPLE,
        units=_PLURAL_UNITS,
        unit=_SINGULAR_UNITS,
        breaks=BREAKS,
        things=THINGS,
    ),
    rule(
        "number of those who",
        rf"""(?: (?P<mention> {NUMBER} ) {SHARE} \s? (?: , | and | ,\sand ) \s )?+
             (?P<mention> {NUMBER} ) {_ASIDE}?+ \s
             (?: (?: were | was | had | have | has | been | are | will | be | also | then | all | not | did | who
                   | of\ (?: whom | them | these | those ) | \p{{L}}+ly ) \s ){{0,4}}
             \L<verbs> \b""",
        "[[29]] completed the trial",
        "[[23]] (92%) and [[20]] (80%) finished",
        verbs=VERBS,
    ),
    rule(
        "number in a group",
        rf"""(?P<mention> {NUMBER} ) {SHARE} \s (?: (?: were | was | are ) \s )?
             (?: in(?:to)? | to | on | from | for | of | per | with | at | assigned\ to | receiving | taking
               | undergoing | using | not ) \s
             (?: (?: the | each | either | an? | every ) \s )? {_WORD} """,
        "[[83]] to vildagliptin",
        "[[30]] in each arm",
    ),
    rule(
        "number in a list",
        rf"""(?<= (?<! \p{{L}} ) [(\[] \s? | [,;:–-] \s? | \b (?: and | or | versus | vs\.? | randomi[sz]ed ) \s )
             (?! \d \) ) (?P<mention> {NUMBER} ) {SHARE} (?= \s (?! \L<breaks> \b ) \p{{L}} | \s? [),;\]:.] )
           | (?<= \p{{L}} (?: \s | [:,]\s? ) ) (?P<mention> \d++ ) {SHARE} (?= \s? [),;\]] | \. (?! \d ) )
           | (?<= [\p{{L}})] \s? = \s? ) (?P<mention> \d++ ) (?= \s? [,;)\]] | \s and \s )""",
        "allotted ([[20]] drug, [[21]] placebo)",
        "(arm one [[43]], arm two [[44]])",
        "(Oslo = [[12]], Bergen = [[9]])",
        breaks=BREAKS,
    ),
)
# Where a number can begin: the rules are tried nowhere else.
_DIGITS = compile_pattern(r"\d++")
_NUMBER_WORD = regex.compile(
    r"\b[aAeEfFhHnNoOsStTzZ](?:ne|wo|hree|our|ive|ix|even|ight|en|leven|welve|hirteen|ourteen|ifteen|ixteen|eventeen|ighteen"
    r"|ineteen|wenty|hirty|orty|ourty|ifty|ixty|eventy|ighty|inety|inty|undred|housand|ine|n? (?:hundred|thousand))"
)
_COUNTABLE = compile_pattern(rf"(?<! [\p{{L}}\p{{N}}] | \d [.,·] ) {_WHOLE}")


def find_counts(sentence: Sentence) -> list[Mention]:
    """The numbers of a sentence that some rule finds, in their order."""
    text = sentence.text
    starts = []
    end = 0
    for found in sorted([*_DIGITS.finditer(text), *_NUMBER_WORD.finditer(text)], key=lambda each: each.start()):
        if found.start() >= end and (number := _COUNTABLE.match(text, found.start())):
            starts.append(found.start())
            end = number.end()
    if not starts:
        return []
    return sorted(find_mentions(RULES, sentence, starts), key=lambda mention: mention.start)
