"""Which untoward events were seen in the people studied, or looked for and not seen?

What can name an event is found first (`_event_terms`), joined to runs ("nausea, vomiting and rash") and masked
(`_event_statement`). Then the frame decides: the words around a run say that its events happened, that they were
looked for and not seen, or that they are the disease under study or an outcome. `RULES` are these frames. They read a
sentence in which marks stand for events: `§` a general term, `†` a death, `¤` a named event, `¦` what joins those of a
run. What people had before the study is no event of it (`_says_what_happened`); what is
only an aim, an end point or a thing to be recorded is assessed (`_looked_for`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import regex

from pipeline.document import Document
from pipeline.extract._event_numbers import ONE, Parts
from pipeline.extract._event_statement import Stated, Statement, read_stated, read_statement
from pipeline.extract._event_terms import DEATH, GENERAL, NAMED, Lexicon, Term, find_terms, preferred
from pipeline.extract.extractor import Extractor
from pipeline.quantities import decimal, integer
from pipeline.records import Mention, Sentence, Span
from pipeline.rules import Rule, compile_pattern, find_mentions, rule
from pipeline.vocabulary import words
from pipeline.vocabulary.terminology import normal, terminology


@dataclass(frozen=True, slots=True)
class AdverseEvent:
    """An event: whether it occurred, in how many, how bad, and the vocabulary's name for it."""

    status: str
    term: str
    preferred_term: str = ""
    organ_class: str = ""
    count: int | None = None
    denominator: int | None = None
    percent: float | None = None
    percent_text: str = ""
    seriousness: str = ""
    grade: str = ""
    relatedness: str = ""
    group: str = ""
    timeframe: str = ""
    trigger: str = ""

    def __str__(self) -> str:
        of = f"/{self.denominator}" if self.denominator is not None else ""
        count = f"{self.count}{of}" if self.count is not None else ""
        percent = f"{self.percent_text}%" if self.percent_text else ""
        return " ".join(part for part in (self.term, self.status, count, percent) if part)


# A run is tried at its first mark alone: from any other the rest of a frame would be read once more in vain.
_RUN = r"(?<! [¤§†¦] ) (?P<mention> [¤§†¦]++ )"
_NAMED_RUN = r"(?<! [¤¦] ) (?P<mention> [¤¦]++ )"
_GENERAL_RUN = r"(?<! [§†] ) (?P<mention> [§†] [¤§†¦]*+ )"
_WORD = r"[\p{L}\d≥≤<>/%+'’‐‑-]++"
_WORDS = rf"(?: {_WORD} \s+ )"
_NOTE = r"""
    (?: \s+ at \s (?: \p{L}+ \s )? \d+ (?: \s (?: and | to ) \s \d+ )? (?: \s \p{L}+ )? )?
    (?: \s* [(\[] [^()\[\]]{0,80} [)\]] )?
"""
# What may stand between a trigger and its event: no verb, no contrast, and nothing that is denied in the event's place.
_FILL = rf"""
    (?: (?! (?: was | were | is | are | had | has | have | did | but | however | and | which | that | who | differences?
            | different | associations? | correlations? | relationships? | because | after | before | between
            | improvements? | benefits? | effects? | effectiveness | efficacy | significance | response
            | except | changes? | impact | influence | improved | effective
            | evidence \s that | longer | need ) \b )
        (?: {_WORD} ,? | \( [^()]{{1,20}} \) ) \s+ ){{0,11}}?
"""
# What may stand between a verb and its object.
_OBJECT = rf"""
    (?: (?! (?: in | against | by | for | on | to | from | at | than | as | was | were | is | are | and | but
        | which | that
            | who | no | not ) \b )
        (?: {_WORD} ,? | \( [^()]{{1,20}} \) ) \s+ ){{0,6}}?
"""
_PEOPLE = r"""
    (?: patients? | subjects? | participants? | individuals? | persons? | people | child(?:ren)? | infants?
        | women | men
      | recipients? | volunteers? | adults? | controls? | cases? | animals? | groups? | arms? | them | these | those )
"""
_BE = r"(?: was | were | is | are | has \s been | have \s been | had \s been | being )"
_HAD = r"""
    (?: developed | develops? | experienced | experiencing | suffered (?: \s from )? | suffering | had
        | presented \s with
      | reported | complained \s of | developing | sustained | exhibited | showed | manifested | acquired | contracted
      | withdr[ae]wn? | discontinued | displayed | underwent )
"""
_CAUSED = r"""
    (?: due \s to | because \s of | owing \s to | secondary \s to | result \s of | attribut(?:ed|able) \s to | caused
      | induced | produced | complicated \s by | complications? \s of | associated \s with | result(?:ed|ing) \s in
      | led \s to | leading \s to | revealed | responsible \s for | provoked? )
"""
_SHARE = r"""
    (?: incidences? | rates? | frequenc(?:y|ies) | risks? | occurrences? | prevalence | episodes? | cases? | numbers?
      | proportions? | percentages? | development | onset | probabilit(?:y|ies) | likelihood | odds | events? | attacks?
      | intensity | emergence )
"""
_HELPED = rf"""
    (?: treat | manag | prevent | reduc | alleviat | reliev | ameliorat | improv | decreas | attenuat | lessen )
    (?: e | ed | es | ing )? \s
    (?: (?! (?: {_SHARE} | of ) \b ) {_WORD} \s+ ){{0,3}}?
"""

RULES = (
    rule(
        "exception",
        rf"""(?: except (?: \s for )? | other \s than | with \s the \s exception \s of | apart \s from | aside \s from
              | besides | exception \s (?: was | of ) ) \s+ {_FILL} {_RUN}""",
        "no laboratory changes except for one case of [[¤¤¤]]",
    ),
    rule(
        "no difference in events",
        rf"""\b (?: no | not | without | neither ) \s+ {_WORDS}{{0,3}}? (?: differences? | differ | different ) \s+
             (?: {_WORDS} | , \s ){{0,14}}? {_GENERAL_RUN}""",
        "there was no difference in [[§§]]",
    ),
    rule(
        "people with the disease",
        rf"""(?= [¤¦] ) (?<= (?: {_PEOPLE} | adult | candidates | families | disease ) \s+
                (?: \( [^()]{{1,30}} \) \s )? (?: without \s+
                | (?: (?! tolerat | receiv | complet | surviv | remain | recover | discharg ) {_WORD} \s+ ){{0,4}}?
                (?: with | suffering \s from | affected \s by | diagnosed \s with | undergoing
                  | at \s (?: high \s )? risk \s (?: of | for ) | hospitali[sz]ed \s for ) \s+ )
                (?: (?: [\p{{L}}'’‐‑-]++ ,? | (?<= type \s ) [12] ) \s+ ){{0,6}}? ) {_NAMED_RUN}""",
        "patients with [[¤¤]] were given the cells",
        exclusion=True,
    ),
    rule(
        "composite of outcomes",
        r"""\b (?: relapse | recurrence | progression | failure | hospitali[sz]ation | transplantation
            | metastasis )s? \s
               (?: and/or | or ) \s (?P<mention> †++ )
          | (?P<mention> †++ ) \s or \s (?: relapse | recurrence | progression | metastasis )""",
        "relapse or [[††]]",
        exclusion=True,
    ),
    rule(
        "events as an object of study",
        r"""\b effects? \s (?: of \s [^;,.¤§†]{1,50} \s )? (?: on
            | upon ) \s (?: [\p{L}-]+ \s ){0,3}? (?P<mention> §++ )
          | (?= § ) (?<= \b (?: is | are | was | be | as | remains ) \s an? (?: \s \p{L}+ ){0,3} \s ) (?P<mention> §++ )
            (?= \s (?: of | in | after | following ) \b )""",
        "its effect on [[§§]]",
        "which is a feared [[§§]] of surgery",
        exclusion=True,
    ),
    rule(
        "these events",
        r"(?= § ) (?<= \b (?: these | this | those | such ) (?: \s \p{L}+ ){0,2} \s ) (?P<mention> §++ )",
        "the incidence of these [[§§]]",
        exclusion=True,
    ),
    rule(
        "people free of events",
        rf"""(?P<trigger> \b (?: none | no | neither | never
            | not \s one ) \b ) \s+ (?: of \s )? {_WORDS}{{0,6}}? {_PEOPLE} \s+
             {_WORDS}{{0,8}}? (?: {_HAD} | with | who | any ) \s+ {_FILL} {_RUN}""",
        "none of the patients developed [[¤¤¦¤¤]]",
    ),
    rule(
        "none died",
        r"""(?P<trigger> \b (?: none | no \s \p{L}+
            | nobody ) \b ) (?: \s [\p{L}-]+ ){0,5}? \s (?P<mention> † [†¦¤§]*+ )""",
        "none of the patients [[††]]",
    ),
    rule(
        "no events",
        rf"""(?P<trigger> (?<! \p{{L}} ) (?: no | without | neither | nor | absence \s of | free \s (?: of
            | from ) | lack \s of
                | zero | devoid \s of | not \s a \s single | not \s one
                | in \s no \s (?: case | patient | instance | subject )s?
                    (?: \s (?: was | were | did ) )? (?: \s there )? ) )
             \s+ {_FILL} {_RUN}""",
        "no serious [[§§§]] were seen",
        "without [[¤¤¦¤¤]]",
    ),
    rule(
        "did not cause events",
        rf"""(?P<trigger> \b (?: did | do | does | was | were | could | have | has | had | is | are ) \s (?: not
            | never )
                | didn['’]t | failed \s to )
             (?! \s+ {_WORDS}? (?: differ | different | reduce | improve | prevent | affect | change | influence
                 | decrease
                | predict | alter | lower | related | correlate | correlated | protect | eliminate ) )
             \s+ {_FILL} {_RUN}""",
        "the infusion did not cause [[§§]]",
    ),
    rule(
        "events were not seen",
        rf"""{_RUN} {_NOTE} (?: \s+ (?! (?: and | but | in \s which ) \b ) [\p{{L}}-]++ ){{0,6}}? \s+
             (?P<trigger>
                (?: was | were | has \s been | have \s been | had \s been ) \s (?: not
                    | never ) (?: \s \p{{L}}+ )? \s \L<seen>
              | did \s not \s (?: occur | develop | arise | happen | appear | increase | emerge )
              | (?: was | were ) \s (?: absent | nil | zero )
              | (?: in | by ) \s (?: none | no ) \b )""",
        "[[§§]] were not observed",
        "[[¤¤¦¤¤]] did not occur",
        seen=words("event_seen"),
    ),
    rule(
        "what people were examined for",
        rf"""\b (?: evaluable | assessable | evaluated | assessed | monitored | analy[sz]ed | examined ) \s for \s
             (?: (?: [\p{{L}}-]+ \s ){{1,2}} and \s )? {_FILL} {_RUN}
          | (?= § ) (?<= \b criteria \s (?: for | of ) \s ) {_RUN}""",
        "all were assessable for [[§§]]",
        "graded by the common criteria for [[§§]]",
        exclusion=True,
    ),
    rule(
        "ill that came back",
        rf"""(?= [¤¦] ) (?<= \b (?: relapse | progression | recurrence ) \s of \s (?: [\p{{L}}-]+ \s ){{0,2}} )
            {_NAMED_RUN}
          | {_NAMED_RUN} (?= [\s-]+ (?: relapse | recurrence | progression ) )""",
        "relapse of the [[¤¤]]",
        "[[¤¤]] relapse",
        exclusion=True,
    ),
    rule(
        "share with events",
        rf"\b (?: {_SHARE} | days | durations? ) \s+ (?: of | for | with ) \s+ {_FILL} {_RUN}",
        "the incidence of [[¤¤]] was low",
    ),
    rule(
        "where another ill is from",
        rf"""(?= [¤¦] )
             (?<= \b (?: defects? | lesions? | injur(?:y|ies) | arthritis | deficits? | implantation | surgery ) \s
                (?: after | due \s to | secondary \s to | caused \s by | from | for ) \s (?: [\p{{L}}-]+ \s ){{0,2}} )
             {_NAMED_RUN}""",
        "cartilage defects after [[¤¤]]",
        exclusion=True,
    ),
    rule(
        "time of an ill",
        rf"""(?= [¤¦] )
             (?<= \b (?: during | throughout | until | since | before ) \s
                (?: the | their | his | her | index | initial | first | an? | acute | active ) \s
                (?: [\p{{L}}-]+ \s )? )
             {_NAMED_RUN}""",
        "during their [[¤¤]]",
        exclusion=True,
    ),
    rule(
        "care of an ill",
        rf"""(?= [¤¦] ) (?<= \b (?: (?: \L<care> | risk \s factors? ) \s+
                     (?: (?: of | for | in | against | from | the ) \s+ )+ {_FILL}
                   | {_HELPED} (?: † [†¦]* )? ) ) {_NAMED_RUN} (?! [\s-]+ risks? \b )""",
        "treatment of [[¤¤]]",
        "the cells reduced [[¤¤]]",
        exclusion=True,
        care=words("event_care"),
    ),
    rule(
        "ill that got better",
        rf"""{_NAMED_RUN} {_NOTE} \s+ (?: [\p{{L}}-]+ \s+ ){{0,5}}? {_BE} \s+ (?: \p{{L}}+ly \s+ | also \s+ ){{0,2}}
             (?: reduced | decreased | improved | avoided | relieved | alleviated | eliminated | attenuated
               | ameliorated
               | abolished ) \b""",
        "[[¤¤]] at rest was significantly reduced",
        exclusion=True,
    ),
    rule(
        "ill that healed",
        rf"""{_NAMED_RUN} {_NOTE} \s+ (?: \p{{L}}+ly \s+ )?
             (?: healed | improved | regressed | remitted | eased | subsided | lessened | abated ) \b""",
        "[[¤¤]] healed in all but two",
        exclusion=True,
    ),
    rule(
        "ill as an attribute",
        rf"{_NAMED_RUN} [\s-]+ (?: \L<nouns> | risk \s factors? | cases? \s (?: and | with ) ) (?! \p{{L}} )",
        "[[¤¤]] scores fell",
        exclusion=True,
        nouns=words("event_as_attribute"),
    ),
    rule(
        "events were these",
        rf"""(?<! § ) §++ (?: [^;.()] | \( [^()]{{0,80}} \) | \. (?= \d ) ){{0,90}}?
             (?: \b (?: were | was | are | is | included? | including | includes | comprised
                 | consist(?:ed|ing) \s of | being
                  | namely | e\.g\.?,? | i\.e\.?,? | involving | like | \p{{L}}+ \s as ) \b | [:(,] )
             \s* {_FILL} {_RUN}""",
        "the commonest §§ were [[¤¤¦¤¤]]",
    ),
    rule(
        "safety was this",
        rf"""\b (?: safety | tolerability ) (?: \s \p{{L}}+ )?
             (?: \s* [(:] | \s (?: in | with ) \s (?: respect | regards? | terms | relation ) \s (?: of | to ) ) \s*
             {_FILL} {_RUN}""",
        "no difference in safety parameters ([[¤¤¦¤¤]])",
        "better tolerability with regard to [[¤¤]]",
    ),
    rule(
        "these were the events",
        rf"""(?<! [¤†¦] ) (?P<mention> [¤†¦]++ ) {_NOTE} (?: [^;.¤§†] | \. (?= \d ) ){{0,60}}?
             \b (?: were | was | are | being | as | is | represented | constituted
                  | the \s (?: most | main | only | commonest | predominant | sole ) ) \s [^;.¤§†]{{0,60}}? §""",
        "[[¤¤¦¤¤]] were the commonest §§",
    ),
    rule(
        "cause of death",
        r"""† \s+ (?: of | from | with | due \s to | because \s of | secondary \s to
            | by ) \s+ (?: [\p{L}-]+ \s+ ){0,3}?
            (?P<mention> [¤¦§]++ )
          | (?= [¤¦§] )
            (?<= † [^;.]{0,150}?
                \b (?: one | two | three | four | five | six | seven | eight | nine | ten | \d+ | others? )
                \s (?: was \s | were \s | died \s | due \s )?
                (?: of | from | to | because \s of | with | secondary \s to ) \s (?: [\p{L}-]+ \s ){0,2} )
            (?P<mention> [¤¦§]++ )
          | (?<! [¤¦§] ) (?P<mention> [¤¦§]++ ) \s+ (?: was | were | is | being | as ) \s+ (?: [\p{L}-]+ \s+ ){0,4}?
            (?: causes? | reasons? ) \s (?: of | for ) \s (?: [\p{L}-]+ \s ){0,2}? †""",
        "two †††† of [[¤¤]]",
        "three †††† occurred: two from [[¤¤]], one of [[¤¤]]",
        "[[¤¤]] was the commonest cause of ††††",
    ),
    rule(
        "there were events",
        rf"\b there \s+ (?: was | were | has \s been | have \s been ) \s+ {_FILL} {_RUN}",
        "there was a brief [[¤¤]]",
    ),
    rule(
        "people had events",
        rf"(?= [¤§†¦] ) (?<= (?: {_HAD} | {_PEOPLE} \s with | {_CAUSED} ) \s+ {_OBJECT} ) {_RUN}",
        "four people developed [[¤¤]]",
        "withdrew because of [[§§]]",
    ),
    rule(
        "event rate",
        rf"{_RUN} {_NOTE} [\s-]+ (?: {_SHARE} | reports? ) (?! \p{{L}} )",
        "[[¤¤]] rates were low",
    ),
    rule(
        "events happened",
        rf"""{_RUN} {_NOTE} ,?
             (?: \s+ (?! (?: and | but | in \s which | improv
                 | reduc ) ) [\p{{L}}\d-]++ (?: \s \( [^()]{{0,30}} \) )? ,? ){{0,9}}? \s+
             (?: {_BE} \s+ (?: \p{{L}}+ly \s+ | also \s+ | only \s+ )? \L<seen>
               | \L<happened> (?! \p{{L}} )
               | (?: {_BE} | has | have | seem(?:ed|s)? | appear(?:ed|s)? | tended | remained ) \s+ (?: to \s be \s )?
                 (?: (?: \p{{L}}+ly | all | also | very | rather | much | not | more | less ) \s+ ){{0,3}}?
                 (?: \L<compared> (?! \p{{L}} )
                   | the \s (?: most \s \p{{L}}+ | commonest | main | major | only | predominant | leading ) \s
                     (?! (?: \p{{L}}+ \s )?
                       (?: outcome | end-?point | symptom | complaint | indication | reason | cause )s? \b )
                   | of (?= \s (?: an? \s )? (?: low | mild | grade | short | minor | similar ) ) )
               | (?: more | less ) \s (?: often | frequent | common ) )""",
        "[[¤¤]] was seen in the others",
        "[[§§]] were slightly more frequent",
        seen=words("event_seen"),
        happened=words("event_happened"),
        compared=words("event_compared"),
    ),
    rule(
        "more of an event",
        rf"""\b more \s+ (?: [\p{{L}}-]+ \s+ ){{0,2}}? {_RUN}
             (?= \s* (?: \( | (?: with | in | than | among | during ) \s ) )""",
        "more [[¤¤]] with the drops than with the gel",
    ),
    rule(
        "more or fewer events",
        rf"""\b (?: more | less | fewer | lesser | increased? | higher | lower | greater | reduced | decreased | reduces
                | (?: reduction | increase | decrease ) \s in | excess | lowest | highest | low | minimal ) \s+
             {_FILL} {_GENERAL_RUN}""",
        "fewer [[§§]]",
    ),
)
"""The frames. One that is an exclusion says that its run is no event."""

_FRAMES = tuple(Rule(each.name, each.pattern, each.examples) for each in RULES)
_OF_EVENTS_ONLY = frozenset({"exception", "no events", "events were these", "these were the events", "safety was this"})
_OF_THE_TREATED = ("people with the disease", "care of an ill")
_NO_EVENT = frozenset(each.name for each in RULES if each.exclusion)


def normalise(mention: Mention, document: Document) -> AdverseEvent:
    """The event as the frame and the parts of the mention say it."""
    count = _count(mention.part("count"))
    percent_text = _PERCENT_SIGN.sub("", mention.part("percent"))
    percent = float(decimal(percent_text)) if percent_text else None
    zero = count == 0 or (percent == 0 and not count)
    looked_for = mention.part("assessed").strip()
    trigger = mention.part("trigger") or (mention.part("count") or mention.part("percent") if zero else "")
    preferred_term, organ_class = preferred(mention.text, terminology(document.resources))
    return AdverseEvent(
        status="assessed" if looked_for else "absent" if trigger else "occurred",
        term=mention.text,
        preferred_term=preferred_term,
        organ_class=organ_class,
        count=count,
        denominator=integer(mention.part("denominator")) if mention.part("denominator") else None,
        percent=percent,
        percent_text=percent_text,
        seriousness=_seriousness(mention.part("seriousness") or mention.text),
        grade=_GRADE_WORD.sub("", mention.part("grade")).strip(),
        relatedness=_relatedness(mention.part("relatedness")),
        group=mention.part("group"),
        timeframe=mention.part("timeframe"),
        trigger=trigger,
    )


_PERCENT_SIGN = regex.compile(r"\s*(?:±.*)?(?:%|per\s?cent)\s*$", regex.IGNORECASE)
_GRADE_WORD = regex.compile(r"grades?\s*", regex.IGNORECASE)


def _count(text: str) -> int | None:
    if not text:
        return None
    if text.lower() in ONE:
        return 1
    return 0 if text.lower() in ("no", "none") else integer(text)


def _seriousness(text: str) -> str:
    if regex.search(r"non-?serious|not serious", text, regex.IGNORECASE):
        return "nonserious"
    return "serious" if regex.search(r"(?i:serious)|SAE|SUSAR", text) else ""


def _relatedness(text: str) -> str:
    words_ = text.lower()
    if words_.startswith(("unrelated", "not ")):
        return "unrelated"
    degree = regex.search(r"possibly|probably|likely|unlikely|definitely|potentially", words_)
    return f"{degree[0]} related" if degree else "related" if words_ else ""


_AIM = compile_pattern(
    r"""
    \b (?: aims? | aimed | aiming | objectives? | purposes? | goals? | hypothes\p{L}+ | will | shall | would
        | should | must ) \b
  | \b (?: was | were | is | are ) \s (?: designed | undertaken | planned | intended ) \b
  | (?: \b (?: was | were | is | are | order | study | trial | conducted | performed | designed | undertaken
      | sought | aimed
        | aims | needed | required | warranted ) \s | \A ) to \s
    (?: assess | evaluate | investigate | determine | examine | compare | study | explore | test | identify | describe
      | analy[sz]e | establish | measure | estimate | clarify | characteri[sz]e | prevent | demonstrate | find
          | see | detect
      | monitor | define ) \b
  | \b we \s (?: \p{L}+ly \s )?
    (?: investigated | evaluated | assessed | studied | examined | compared | tested | sought | aimed | hypothesi[sz]ed
      | analy[sz]ed | describe | conducted | performed | measured | reviewed | searched )
  | \b (?: primary | secondary | safety | key | main | efficacy | co-primary | exploratory ) \s (?: [\p{L}/-]+ \s ){0,3}
    (?: end \s? -? points? | outcomes? | measures? | variables? | parameters? | objectives? | assessments?
        | criteri(?:a|on)
      | analys[ei]s ) (?: \s \( [^()]{0,30} \) )? \s*
    (?: : | \s (?: was | were | are | is | included? | will | comprised | consisted | of ) \b )
  | \b criteri(?:on|a) \s (?: for | of ) \s (?: [\p{L}-]+ \s ){1,4} (?: was | were ) \b
  | \b (?: study | trial ) \s (?: studies | aims | evaluates | tests | investigates | compares | examines ) \b
  | \b outcomes? \s (?: were | included | measures? | was | of \s interest ) \b
  | \b (?: end-?points? | parameters | measurements | variables ) \s (?: were | included | was | are ) \b
  | \b (?: has | have ) \s been \s (?: \p{L}+ly \s )? (?: reported | described | shown | associated | observed ) \b
  | \b (?: previous(?:ly)? | prior | earlier | other | published ) \s
    (?: reported | reports | studies | trials | findings | described | publications | literature )
  | \b (?: reported | known | thought | believed | considered ) \s to \s
    (?: be (?! \s (?: \p{L}+ly \s | not \s )?
          (?: un )?+ (?: related | attribut | due | caused | serious ) ) | have | cause )
  | \b (?: abstracted | extracted | collected | gathered ) \s (?: [\p{L}-]+ \s ){0,3}? (?: data | information )
  | \b data \s (?: were \s \p{L}+ \s )? (?: on | regarding | about ) \b
  | \b could \s be \s (?: obtained | extracted | ascertained | retrieved )
  | \b detection \s of \b
  | \b i\.e\.,? \s (?: no | none | not | without ) \b
  | \b (?: and | patients | participants | subjects | they | parents | investigators | diar(?:y|ies) ) \s recorded \b
  | \b (?: when | if | unless | until ) \s (?: there \s (?: was | were | is | are ) \s )? no \b
  | \b further \s (?: studies | research | trials | investigation )
  | \b (?: defined \s as | monitored \s for | observed \s for | assessed \s (?: by | for | using | with )
      | in \s order \s to ) \b
  | \b (?: evaluation | assessment ) \s of \b
  | \b (?: safety | tolerability | efficacy | toxicity ) \s (?: assessment | evaluation | monitoring | measure
      | endpoint | outcome )s? \b
    """
)
"""Says what is to be found out, or how, or what others found."""

_MEASURED = compile_pattern(
    r"""\b (?: was | were ) \s (?: also \s | \p{L}+ly \s | then \s )?
    (?: recorded | assessed | evaluated | monitored | measured | documented | investigated | examined | defined | graded
      | collected | registered | calculated | estimated | reviewed | classified | coded | studied | scored | rated ) \b
    (?! \s as \s | \s (?: in | by ) \s (?: \d | one | two | three | four | five | six | seven ) )"""
)
"""Says that something was looked at, unless a number or a denial says what was seen."""

_CONDITION = compile_pattern(
    r"""\b (?: if | unless | until | provided (?: \s that )? | as \s long \s as
          | in \s (?: the \s )? (?: case | event ) \s of
          | (?: increment | escalat\p{L}+ | raised | proceed\p{L}* | advanced | increased | expanded ) [^.;]{0,60}
            \b (?: when | where | once | after ) ) \b [^.;]* \Z"""
)
"""Before a denial: a rule of the design (`the dose was raised if there was no toxicity`)."""

_DESIGN = compile_pattern(
    r"""\b (?: eligible | eligibility | inclusion | exclusion | excluded | enroll?ed | randomi[sz]ed | randomly
        | assigned | years \s or \s (?: over | older )
      | (?: was | were ) \s (?: \p{L}+ly \s )?
        (?: included | followed | selected | conducted | obtained | performed | analy[sz]ed | compared ) ) \b"""
)
"""Says who was taken in and what was done, unless it stands among the results."""

_BEFORE_THE_STUDY = compile_pattern(
    r"""\b (?: at \s (?: baseline | entry | enroll?ment | presentation | admission | diagnosis | inclusion )
      | before \s (?: (?: the | starting | beginning ) \s )?
        (?: treatment | surgery | therapy | BMT | transplant\p{L}* | infusion | randomi[sz]ation | enroll?ment )
      | pre-?treatment | pre-?operative(?:ly)? | pre-?transplant\p{L}* | prior \s to | underlying | pre-?existing
      | diagnos[ei]s \s (?: included? | was | were | comprised )
      | (?: indications? | reasons ) \s for \s (?: [\p{L}-]+ \s ){1,3} (?: was | were | included )
      | co-?morbid\p{L}* | histor(?:y|ies) | programmed | prognos\p{L}+ ) \b"""
)
_CLAUSE = compile_pattern(
    r"""; (?! [^();]* \) ) | : (?= \s ) | ,? \s (?: but | while | whereas | although | however ) \s
      | (?<! \b i\.e\. ) , \s (?= (?: suggesting | indicating | implying | showing | demonstrating | we | which | there
          | it | no | none | of \s whom ) \s )
      | , \s and \s (?= [\p{L}\s]{1,30} \s
        (?: was | were | had | withdrew | discontinued | developed | experienced | died | occurred | reported ) \s )
      | \s and \s (?= (?: should | will | would | must | may ) \s )"""
)
_PLANNED = compile_pattern(
    r"""\b (?: will \s (?: \p{L}+ly \s )? (?: be | have | receive | undergo | also | not | help | provide
            | evaluate | assess )
            (?! \s (?: needed | required | necessary | of ) \b )
      | (?: is | are ) \s (?: designed \s | being \s \p{L}+ \s )? to \s
          (?: assess | evaluate | determine | examine | compare | study | explore | test | investigate | see | find
            | estimate | learn | establish | demonstrate | describe | analy[sz]e )
      | (?: this | the ) \s (?: \p{L}[\p{L}-]* \s ){0,6}? (?: study | trial | protocol ) \s
          (?: is | will | studies | aims | evaluates | tests | seeks | investigates | compares | examines | proposes )
      | (?: patients | participants | subjects | cohorts ) \s (?: receive | undergo | are \s \p{L}+ed )
      | (?-i: DETERMINE | OUTLINE | OBJECTIVES | ACCRUAL | SUMMARY | RATIONALE ) (?= : | \s I \b ) ) (?! \p{L} )"""
)
"""Says what is going to be done, as registry records and protocols do throughout."""

_P_VALUE = compile_pattern(r"\b p \s? [<=>≤]")
_PAST = compile_pattern(
    r"""\b (?: was | were | had | did | received | underwent | occurred | developed | died | experienced | reported
      | included ) \b"""
)
_VERB = compile_pattern(
    r"""\b (?: was | were | is | are | had | has | have | did | we | received | underwent | occurred | developed
      | died ) \b"""
)
_ANY_VERB = compile_pattern(
    rf"""{_VERB.pattern}
      | \b (?: \p{{L}}{{2,}}ed | may | can | \p{{L}}+s? \s (?: to | in ) | \p{{L}}+[cdosvwy]es ) \b"""
)
_FOUND = ("results", "conclusions")


def find(document: Document) -> Iterator[Mention]:
    """The events of a document.

    A protocol (plans, no results) has none. An event that opens the title is one if a sentence says that it happened.
    """
    lexicon = Lexicon(document.abbreviations, terminology(document.resources))
    lines = [_Line(piece, lexicon, document.diseases) for each in document.sentences for piece in _pieces(each)]
    plan = _is_a_plan(lines)
    title = [line for line in lines if line.section == "title"]
    if not title and lines and lines[0].section == "abstract" and not _VERB.search(lines[0].text):
        title = [lines[0]]
    study = _Study.of(title, lines, lexicon)
    started = False
    happened: set[str] = set()
    for line in lines:
        if line in title or line.section == "registration":
            continue
        told: set[Term] = set()
        if not plan and line.section != "background":
            started = started or line.section in _FOUND or bool(_PAST.search(line.text))
            for term, mention in _read(line, study, started):
                told.add(term)
                if term.kind == NAMED and "trigger" not in mention.parts:
                    happened.add(term.key)
                yield mention
        yield from (mention for term, mention in _looked_for(line, study) if term not in told)
    yield from (mention for term, mention in study.opening if term.key in happened)


def _is_a_plan(lines: Sequence[_Line]) -> bool:
    """Whether a text tells much of what is going to be done, and no results: a protocol, a record of a registry.

    A quarter: such texts tell also of earlier studies, and papers hardly ever speak of what will be done.
    """
    if any(line.section == "results" or _P_VALUE.search(line.text) for line in lines):
        return False
    planned = sum(len(_PLANNED.findall(line.text)) for line in lines)
    return planned > 0 and 4 * planned >= sum(len(_PAST.findall(line.text)) for line in lines)


class _Line:
    """A sentence with its terms, and the frames that these stand in, each read when first asked for."""

    def __init__(self, sentence: Sentence, lexicon: Lexicon, diseases: Sequence[Span]) -> None:
        self.sentence, self.text, self.section = sentence, sentence.text, sentence.section
        self._lexicon = lexicon
        inside = ((start, end) for start, end in diseases if sentence.start <= start and end <= sentence.end)
        self._diseases = [(start - sentence.start, end - sentence.start) for start, end in inside]

    @cached_property
    def statement(self) -> Statement | None:
        """None if the sentence has no terms."""
        return read_statement(self.text, self._lexicon, self._diseases)

    @property
    def terms(self) -> Sequence[Term]:
        """What can name an event."""
        return self.statement.terms if self.statement else ()

    @cached_property
    def frames(self) -> dict[int, Mention]:
        """The frame of each term that has one, by the place of the term."""
        frames: dict[int, Mention] = {}
        if self.statement:
            masked = Sentence(0, len(self.text), self.statement.masked, self.section)
            for frame in find_mentions(_FRAMES, masked):
                inside = (i for i, term in enumerate(self.terms) if frame.start <= term.start < frame.end)
                frames.update(dict.fromkeys(inside, frame))
        return frames

    def mention(self, term: Term, rule_name: str, parts: Parts) -> Mention:
        """A term of the sentence as a mention."""
        offset = self.sentence.start
        spans = {name: (start + offset, end + offset) for name, (start, end) in parts.items()}
        text = self.text[term.start : term.end]
        return Mention(offset + term.start, offset + term.end, text, self.sentence, rule_name, spans)


@dataclass(frozen=True, slots=True)
class _Study:
    """What title, first lines and aims say that the study is about: events, words, and whether it is a cancer.

    `opening` are events with which the title begins ("Bleeding after …"): they are what was looked at, not who.
    """

    keys: frozenset[str]
    words: frozenset[str]
    cancer: bool
    opening: tuple[tuple[Term, Mention], ...]

    @classmethod
    def of(cls, title: Sequence[_Line], lines: Sequence[_Line], lexicon: Lexicon) -> _Study:
        keys = set()
        words_ = {word for line in title for word in normal(line.text).split()}
        cancer = False
        opening = []
        for line in title:
            watched = 0
            for term in find_terms(line.text, lexicon):
                shortened = _BRACKET.fullmatch(line.text, watched, term.start)
                own_words = normal(line.text[term.start : term.end]).split()
                cancer = cancer or _is_cancer(term)
                if shortened or _WATCHED.search(line.text, 0, term.start):
                    watched = term.end
                    aside = _ASIDE.match(line.text, watched)
                    words_.difference_update(own_words, normal(aside[0]).split() if aside else ())
                elif term.kind == NAMED and term.start == 0 and _OPENS.match(line.text, term.end):
                    opening.append((term, line.mention(term, "title", {})))
                    words_.difference_update(own_words)
                elif term.kind == NAMED:
                    keys.add(term.key)
        for place, line in enumerate(lines):
            treated = {line.terms[i].key for i, frame in line.frames.items() if frame.rule in _OF_THE_TREATED}
            if treated and (place < 2 or line.section == "background" or _AIM.search(line.text)):
                keys |= treated
        return cls(frozenset(keys), frozenset(words_), cancer, tuple(opening))

    def is_about(self, term: Term, text: str) -> bool:
        """Whether an event is the disease under study."""
        return term.key in self.keys or set(normal(text[term.start : term.end]).split()) <= self.words


_WATCHED = compile_pattern(
    r"""(?: without | no | risk \s of | excess \s of | incidence \s of | rates? \s of | adverse
        | occurrence \s of ) \s (?: [\p{L}-]+ \s ){0,3} \Z"""
)
_OPENS = compile_pattern(r"\s+ (?: in | after | following | during | with | associated ) \b")
_NEWLY = compile_pattern(
    r"""\b (?: developed | experienced
      | (?: discontinued | withdr[ae]wn? | withdrawals? | discontinuations? | dropped \s out ) \s
        (?: [\p{L}-]+ \s ){0,4}? (?: because \s of | due \s to | owing \s to | for ) ) \s
      (?: [\p{L}-]+ \s ){0,3} \Z"""
)
_ASIDE = regex.compile(r"\s\([\p{L}-]{2,10}\)")
_BRACKET = regex.compile(r"\s*[(\[]")
_ANAPHORS = ("these", "These")


def _is_cancer(term: Term) -> bool:
    return term.organ_class.startswith("Neoplasms")


def _read(line: _Line, study: _Study, started: bool) -> Iterator[tuple[Term, Mention]]:
    """The events of a sentence by their frames."""
    statement, text, frames = line.statement, line.text, line.frames
    if not statement:
        return
    told_here = started and line.section != "methods"
    if not told_here and not any(frame.rule == "people had events" for frame in frames.values()):
        return
    if len(frames) == len(line.terms) and all(frame.rule in _NO_EVENT for frame in frames.values()):
        return
    stated = read_stated(statement)
    for run in statement.runs:
        general = any(statement.terms[index].kind == GENERAL for index in run)
        for index in run:
            term, frame = statement.terms[index], frames.get(index)
            name = frame.rule if frame else ""
            if name in _NO_EVENT or text.startswith(_ANAPHORS, term.start):
                continue
            parts, side = _of_the_frame(statement, index, stated[index], index == run[0], frame)
            newly = name == "people had events" and side == "left" and _NEWLY.search(text, 0, term.start)
            if term.kind == NAMED and name != "events were these" and not newly and study.is_about(term, text):
                continue
            said = side or general or name in _OF_EVENTS_ONLY
            if term.kind == NAMED and term.key in words("event_outcomes") and not said:
                continue
            if study.cancer and _is_cancer(term) and name != "no events":
                continue
            counted = name == "people had events" and side == "left" and _is_told_of_more(text, parts)
            counted = counted and not _CONDITION.search(text, 0, term.start)
            told = bool(side) or "trigger" in parts
            if not counted and not _says_what_happened(line.sentence, term, started, told):
                continue
            if not name:
                if not side and ((term.kind == NAMED and not general) or not _ANY_VERB.search(text)):
                    continue  # nothing says that it happened
                name = "counted" if side else "death" if term.kind == DEATH else "general term"
            yield term, line.mention(term, name, parts)


_ASSESSED = compile_pattern(
    r"""
    (?: \b (?: end \s? -? points? | outcomes? (?: \s measures? )?
          | safety \s (?: \p{L}+ \s )? (?: measures? | variables? | parameters? ) )
        (?: \s \( [^()]{0,40} \) )? \s*
        (?: : | \s (?: of \s [^;.§†¤]{1,40}? \s )?
            (?: was | were | are | is | will \s be | included? | includes | including | comprised | consisted \s of )
              (?! \p{L} ) )
      | (?: \A | [.:] \s | \b (?: is | was | are | were | aims? | aimed | designed | conducted | performed | sought
            | undertaken | order | and ) \s ) to \s (?: (?: also | further | \p{L}+ly ) \s )?
        (?: assess | evaluate | determine | examine | compare | investigate | study | monitor | describe | estimate
          | establish | characteri[sz]e | document | define | measure | report )
      | (?: \A | \b will \s ) (?: assess | evaluate | determine | compare | monitor )
      | \b (?: we | study | trial ) \s (?: \p{L}+ly \s )?
        (?: assess | evaluat | examin | compar | investigat | studi ) (?: ed | es | s )
      | \b (?: monitored | assessed | evaluated | examined | observed | screened | evaluable | assessable ) \s for
    ) (?! \p{L} )"""
)
"""Before what is only looked for."""

_RECORDED = compile_pattern(
    rf"""{_NOTE} \s+ (?P<trigger> (?: were | was | will \s be | are ) \s (?: also \s | \p{{L}}+ly \s | then \s )?
        (?: recorded | assessed | evaluated | monitored | measured | documented | collected | graded | registered
          | compared | coded | classified ) )
    (?! \s (?: in | by | for | among ) \s
        (?: \d | \p{{L}}+ \s (?: of | patients | participants | subjects ) ) | \p{{L}} )"""
)
"""Behind what is only looked for."""

_NOT_WATCHED = compile_pattern(
    r"""\b (?: patients | individuals | participants | people | children | adults | subjects | women | men | who | after
      | following | prevent\p{L}* | reduc\p{L}* | treat\p{L}* | experiencing | whether | because | efficacy )"""
)


def _of_safety(masked: str, trigger: Span, start: int, end: int) -> bool:
    """Whether what is looked for with a trigger, in a run of terms in a masked sentence, is a matter of safety."""
    if trigger[0] >= start:
        return GENERAL in masked[start:end]
    words_ = masked[max(0, trigger[0] - 8) : trigger[1]]
    between = masked[trigger[1] : start]
    of_safety = GENERAL in masked[trigger[1] : end] or "afety " in words_ or words_.endswith("for")
    return of_safety and not _NOT_WATCHED.search(between)


def _looked_for(line: _Line, study: _Study) -> Iterator[tuple[Term, Mention]]:
    """The events that a sentence names as an end point, an aim or a thing to be recorded.

    A named event is taken where the same clause speaks of safety: else it is what the treatment should act on.
    """
    if not line.statement:
        return
    masked, terms = line.statement.masked, line.terms
    spans = []
    for before in _ASSESSED.finditer(masked):
        end = _CLAUSE_END.search(masked, before.end())
        spans.append((before.span(), before.end(), end.start() if end else len(masked)))
    for run in line.statement.runs:
        first, last = terms[run[0]].start, terms[run[-1]].end
        if behind := _RECORDED.match(masked, last):
            spans.append((behind.span("trigger"), first, last))
        for index in run:
            term, frame = terms[index], line.frames.get(index)
            trigger = next((words_ for words_, start, end in spans if start <= term.start < end), None)
            if trigger is None or (frame and frame.rule in _NO_EVENT and frame.rule != "what people were examined for"):
                continue
            if term.kind == NAMED and (
                study.is_about(term, line.text) or not _of_safety(masked, trigger, term.start, last)
            ):
                continue
            yield term, line.mention(term, "looked for", {"assessed": trigger})


_CLAUSE_END = regex.compile(r";|\.\s|\.$")


def _is_told_of_more(text: str, parts: Parts) -> bool:
    """Whether the number of an event is neither an article nor a denial."""
    return "count" not in parts or text[slice(*parts["count"])].lower() not in (*ONE, "no", "none")


def _of_the_frame(
    statement: Statement, index: int, stated: Stated, first: bool, frame: Mention | None
) -> tuple[Parts, str]:
    """What is stated of a term, and the side of its numbers.

    A number in parentheses behind a later member of a list ends the scope of a denial ("no deaths, fever (n = 3)");
    any other is not that of the denied event.
    """
    parts, side = stated.parts, stated.side
    if not frame or "trigger" not in frame.parts:
        return parts, side
    if side == "right" and not first and _BRACKET.match(statement.text, statement.terms[index].end):
        return parts, side
    numbers = ("count", "denominator", "percent")
    kept = {name: span for name, span in parts.items() if name not in numbers}
    return {**kept, "trigger": frame.parts["trigger"]}, ""


def _says_what_happened(sentence: Sentence, term: Term, started: bool, told: bool) -> bool:
    """Whether the clause of a term tells what was found, not an aim, the design, or what people had before."""
    if not started or sentence.section == "methods":
        return False
    text = sentence.text
    start, end = 0, len(text)
    for boundary in _CLAUSE.finditer(text):
        if "and" in boundary[0] and not _VERB.search(text, start, boundary.start()):
            continue
        if boundary.start() >= term.end:
            end = boundary.start()
            break
        if boundary.end() <= term.start:
            start = boundary.end()
    if _AIM.search(text, start, end) or _BEFORE_THE_STUDY.search(text, start, end):
        return False
    if not told and _MEASURED.search(text, start, end):
        return False
    if _CONDITION.search(text, start, term.start):
        return False
    return sentence.section in _FOUND or not _DESIGN.search(text, start, end)


_LONGEST = 1_500


def _pieces(sentence: Sentence) -> Iterator[Sentence]:
    """A sentence, cut where it is too long to be one: the work on it grows with the square of its length."""
    start = 0
    while len(sentence.text) - start > _LONGEST:
        window = sentence.text[start : start + _LONGEST]
        cut = max(window.rfind(mark) + len(mark) for mark in ("; ", ", ", ". "))
        cut = start + (cut if cut > 2 else window.rfind(" ") + 1 or _LONGEST)
        yield Sentence(sentence.start + start, sentence.start + cut, sentence.text[start:cut], sentence.section)
        start = cut
    yield Sentence(sentence.start + start, sentence.end, sentence.text[start:], sentence.section)


EXTRACTOR = Extractor("adverse_event", "AdverseEvent", AdverseEvent, RULES, normalise, find=find)
