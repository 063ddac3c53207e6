"""Which untoward events were seen in the people studied, or looked for and not seen?

What can name an event is found first (`_event_terms`), and joined to runs ("nausea, vomiting and rash"). Then the
frame decides: the words around a run say that its events happened, that they were looked for and not seen, or that
they are only an endpoint, the disease under study, an outcome. `RULES` are these frames. They read a sentence in which
the events are masked by marks that tell their kind: `§` a general term, `†` a death, `¤` a named event, `¦` what
joins the events of a run. How many had an event is read from its neighbourhood (`_event_numbers`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import regex

from pipeline.document import Document
from pipeline.extract._event_numbers import quantities, read_numbers
from pipeline.extract._event_terms import DEATH, GENERAL, NAMED, Term, find_terms, normal, preferred
from pipeline.extract.extractor import Extractor
from pipeline.quantities import decimal, integer
from pipeline.records import Mention, Sentence, Span
from pipeline.rules import find_mentions, rule


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
        return f"{self.term} {self.status}"


_RUN = r"(?P<mention> [¤§†¦]++ )"
_NOTE = r"(?: \s+ at \s (?: \p{L}+ \s )? \d+ (?: \s (?: and | to ) \s \d+ )? (?: \s \p{L}+ )? )? (?: \s* [(\[] [^()\[\]]{0,80} [)\]] )?"
_FILL = r"""(?: (?! (?: was | were | is | are | had | has | have | did | but | however | and | which | that | who | differences? | different | associations? | correlations? | relationships?
    | because | after | before | between | improvements? | benefits? | effects? | except | changes? | impact | influence | improved | effective | evidence \s that | longer | need ) \b )
    (?: [\p{L}\d≥≤<>/%+'’‐‑-]++ ,? | \( [^()]{1,20} \) ) \s+ ){0,9}?"""
_SHORT = r"(?: (?! (?: in | against | by | for | on | to | from | at | than | as | was | were | is | are | and | but | which | that | who | no | not ) \b ) (?: [\p{L}\d≥≤<>/%+'’‐‑-]++ ,? | \( [^()]{1,20} \) ) \s+ ){0,6}?"
_WORDS = r"(?: [\p{L}\d≥≤<>/%+'’‐‑-]++ \s+ )"
_PEOPLE = r"(?: patients? | subjects? | participants? | individuals? | persons? | people | child(?:ren)? | infants? | women | men | recipients? | volunteers? | adults? | controls? | cases? | animals? | group | groups | arm | arms | them | these | those )"
_BE = r"(?: was | were | is | are | has \s been | have \s been | had \s been | being )"
_SEEN = r"""(?: observed | reported | seen | noted | noticed | experienced | found | detected | encountered | documented | diagnosed | identified | described | demonstrated | evident | present | recorded | apparent
    | attributed | attributable | considered | related | judged | deemed | thought | confirmed | registered | presented )"""
_HAPPENED = r"""(?: occurr(?:ed|ing) | developed | appeared | happened | arose | ensued | emerged | resolved | recurred | persisted | predominated | disappeared | subsided | required | requiring | caused | leading | led | prevented | preventing
    | resulted | resulting | accounted | began | ranged | increased | increases | decreased | declined | rose | dropped | affected | affecting | contributed )"""
_COMPARED = r"""(?: (?: significantly | slightly | much | markedly | statistically | less | more | generally | mostly | mainly | rather | equally | relatively | very | all | also | similarly ) \s+ )*
    (?: more | less | most | least | similar | similarly | comparable | common | commoner | frequent | infrequent | rare | uncommon | unusual | mild | moderate | severe | minor | minimal | transient | higher | lower | greater | fewer | self-limit(?:ed|ing) | self-resolv\p{L}+
    | manageable | tolerable | reversible | balanced | frequently | commonly | temporary | low | high | limited | acceptable | nonserious | non-serious | serious | of (?= \s (?: low | mild | grade | short | minor | similar)) | different | increased | reduced | decreased
    | not \s (?: significantly \s | statistically \s )? (?: different | increased | significant ) | equal | equivalent | unrelated | unlikely | not \s related | treated | managed | controlled | gastrointestinal | in | due | predominantly | mainly | hypo\p{L}+ )"""
_HAD = r"""(?: developed | develops? | experienced | experiencing | suffered (?: \s from )? | suffering | had | presented \s with | reported | complained \s of | developing | sustained | exhibited | showed | manifested | acquired | contracted | died \s (?: of | from | due \s to | with | because \s of )
    | withdr[ae]wn? | discontinued | displayed | underwent )"""
_SHARE = r"(?: incidences? | rates? | frequenc(?:y|ies) | risks? | occurrences? | prevalence | episodes? | cases? | numbers? | proportions? | percentages? | development | onset | probabilit(?:y|ies) | likelihood | odds | events? | attacks? | intensity | emergence )"
_ILL = r"(?: treatment | therapy | management | prevention | prophylaxis | control | relief | amelioration | alleviation | remission | disappearance | improvement | recovery | models? | risk \s factors? | history | pathogenesis | severity | symptoms? | signs? | treat | manage | prevent | preventing | treating | reduce | reducing | alleviate | alleviating | relieve | ameliorate | improve | improving | causes? | measures? | assessment | definition | reduction | reductions | decrease | resolution | complications | management )"

RULES = (
    rule(
        "exception",
        rf"(?: except (?: \s for )? | other \s than | with \s the \s exception \s of | apart \s from | aside \s from | besides | exception \s (?:was | of) ) \s+ {_FILL} {_RUN}",
        "no laboratory changes except for one case of [[¤¤¤]]",
    ),
    rule(
        "no difference in events",
        rf"\b (?: no | not | without | neither ) \s+ (?: {_WORDS} ){{0,3}}? (?: differences? | differ | different ) \s+ (?: {_WORDS} | , \s ){{0,14}}? (?P<mention> [§†] [¤§†¦]*+ )",
        "there was no difference in [[§§]]",
    ),
    rule(
        "people with the disease",
        rf"(?<= (?: {_PEOPLE} | adult | candidates | families | those | disease ) \s+ (?: {_WORDS} ){{0,4}}? (?: with | without | suffering \s from | affected \s by | diagnosed \s with | at \s (?: high \s )? risk \s (?: of | for ) | undergoing | hospitali[sz]ed \s for ) \s+ (?: [\p{{L}}'’‐‑-]++ ,? \s+ ){{0,6}}? ) (?P<mention> [¤¦]++ )",
        "patients with [[¤¤]] were given the cells",
        exclusion=True,
    ),
    rule(
        "composite of outcomes",
        r"\b (?: relapse | recurrence | progression | failure | hospitali[sz]ation | transplantation | metastasis ) s? \s (?: and/or | or ) \s (?P<mention> † [†]*+ ) | (?P<mention> [†]++ ) \s or \s (?: relapse | recurrence | progression | metastasis )",
        "relapse or [[††]]",
        exclusion=True,
    ),
    rule(
        "effect on something",
        r"(?P<mention> [§]++ ) (?= \s on \s ) | \b effects? \s (?: of \s [^;,.¤§†]{1,50} \s )? (?: on | upon ) \s (?: [\p{L}-]+ \s ){0,3}? (?P<mention> [§]++ ) |  (?<= \b (?: is | are | was | be | as | remains ) \s an? (?: \s \p{L}+ ){0,3} \s ) (?P<mention> [§]++ ) (?= \s (?: of | in | after | following ) \b ) | (?<= \b (?: these | this | those | such ) (?: \s \p{L}+ ){0,2} \s ) (?P<mention> [§]++ )",
        "an [[§§]] on survival",
        "the incidence of these [[§§]]",
        exclusion=True,
    ),
    rule(
        "people free of events",
        rf"(?P<trigger> \b (?: none | no | neither | never | not \s one ) \b ) \s+ (?: of \s )? (?: {_WORDS} ){{0,6}}? {_PEOPLE} \s+ (?: {_WORDS} ){{0,8}}? (?: {_HAD} | with | who | any ) \s+ {_FILL} {_RUN}",
        "none of the patients developed [[¤¤¦¤¤]]",
    ),
    rule(
        "none died",
        r"(?P<trigger> \b (?: none | no \s \p{L}+ | nobody ) \b ) (?: \s [\p{L}-]+ ){0,5}? \s (?P<mention> † [†¦¤§]*+ )",
        "none of the patients [[††]]",
    ),
    rule(
        "no events",
        rf"(?P<trigger> (?<! \p{{L}} ) (?: no | without | neither | nor | absence \s of | free \s (?: of | from ) | lack \s of | zero | devoid \s of ) ) \s+ {_FILL} {_RUN}",
        "no serious [[§§§]] were seen",
        "without [[¤¤¦¤¤]]",
    ),
    rule(
        "did not cause events",
        rf"""(?P<trigger> \b (?: did | do | does | was | were | could | have | has | had | is | are ) \s (?: not | never ) | didn['’]t | failed \s to )
            (?! \s+ (?: {_WORDS} )? (?: differ | different | reduce | improve | prevent | affect | change | influence | decrease | predict | alter | lower | correlate | correlated | protect | eliminate ) )
            \s+ {_FILL} {_RUN}""",
        "the infusion did not cause [[§§]]",
    ),
    rule(
        "events were not seen",
        rf"""{_RUN} {_NOTE} (?: \s+ (?! (?: and | but | in \s which ) \b ) [\p{{L}}-]++ ){{0,6}}? \s+
            (?P<trigger> (?: (?: was | were | has \s been | have \s been | had \s been ) \s (?: not | never ) (?: \s \p{{L}}+ )? \s {_SEEN} | did \s not \s (?: occur | develop | arise | happen | appear | increase | emerge )
            | (?: was | were ) \s absent | (?: in | by ) \s (?: none | no ) \b ) )""",
        "[[§§]] were not observed",
        "[[¤¤¦¤¤]] did not occur",
    ),
    rule(
        "care of an ill",
        rf"""(?<= \b (?: {_ILL} \s+ (?: (?: of | for | in | against | from | the ) \s+ )+
            | (?: treat | manage | prevent | preventing | treating | reduce | reducing | alleviate | relieve | ameliorate | improve | improving ) \s ) {_FILL} ) (?P<mention> [¤¦]++ )""",
        "treatment of [[¤¤]]",
        exclusion=True,
    ),
    rule(
        "ill as an attribute",
        r"""(?P<mention> [¤¦]++ ) (?: [\s-]+ (?: patients | subjects | participants | scores? | scales? | index | models? | cells? | treatments? | therapy | prophylaxis | management | medications? | drugs? | relief | severity | intensity | threshold | control
            | outcomes? | free | survival | assessment | questionnaire | prevention | status | centers? | research | risk \s factors? | VAS | ratings? | measure(?:s|ments?)? | improvement | recovery | inventory | screening | diagnosis | reduction | care | donors? | clinics? | positive | levels? | susceptibility | dataset | history
            | lesions | group | cohort | population | cases? \s (?: and | with ) | response | remission | vaccin\p{L}+ | virus | onset | symptom | activity | specific | resistan\p{L}+ | refractory | relapse ) (?! \p{L} ) )""",
        "[[¤¤]] scores fell",
        exclusion=True,
    ),
    rule(
        "events were these",
        rf"""[§] (?: [^;.()] | \( [^()]{{0,80}} \) | \. (?= \d ) ){{0,90}}? (?: \b (?: were | was | are | is | included? | including | includes | comprised | consist(?:ed|ing) \s of | being | namely | such \s as | e\.g\.?,? | i\.e\.?,? | involving | like | \p{{L}}+ \s as ) \b | [:(,] ) \s*
            {_FILL} (?P<mention> [¤†¦§]++ )""",
        "the commonest §§ were [[¤¤¦¤¤]]",
    ),
    rule(
        "safety was this",
        rf"\b (?: safety | tolerability ) \s \p{{L}}+ \s* [(:] \s* {_FILL} {_RUN}",
        "no difference in safety parameters ([[¤¤¦¤¤]])",
    ),
    rule(
        "these were the events",
        rf"(?P<mention> [¤†¦]++ ) {_NOTE} (?: [^;.¤§†] | \. (?= \d ) ){{0,60}}? \b (?: were | was | are | being | as | is | represented | constituted | the \s (?: most | main | only | commonest | predominant | sole ) ) \s (?: [^;.¤§†] ){{0,60}}? §",
        "[[¤¤¦¤¤]] were the commonest §§",
    ),
    rule(
        "cause of death",
        r"† \s+ (?: of | from | with | due \s to | because \s of | secondary \s to | by ) \s+ (?: [\p{L}-]+ \s+ ){0,3}? (?P<mention> [¤¦§]++ )",
        "two †††† of [[¤¤]]",
    ),
    rule(
        "there were events",
        rf"\b there \s+ (?: was | were | has \s been | have \s been ) \s+ {_FILL} {_RUN}",
        "there was a brief [[¤¤]]",
    ),
    rule(
        "people had events",
        rf"(?<= (?: {_HAD} | {_PEOPLE} \s with | due \s to | because \s of | owing \s to | secondary \s to | result \s of | attribut(?:ed|able) \s to | caused | induced | produced | complicated \s by | complications? \s of | associated \s with | resulted \s in | resulting \s in | led \s to | leading \s to | attributed \s to | revealed | responsible \s for | provoked | provoke ) \s+ {_SHORT} ) {_RUN}",
        "four people developed [[¤¤]]",
    ),
    rule(
        "share with events",
        rf"\b (?: {_SHARE} | days | durations? ) \s+ (?: of | for | with ) \s+ {_FILL} {_RUN}",
        "the incidence of [[¤¤]] was low",
    ),
    rule(
        "event rate",
        rf"{_RUN} {_NOTE} [\s-]+ (?: {_SHARE} | reports? ) (?! \p{{L}} )",
        "[[¤¤]] rates were low",
    ),
    rule(
        "events happened",
        rf"{_RUN} {_NOTE} ,? (?: \s+ (?! (?: and | but | in \s which | improv | reduc ) ) [\p{{L}}\d-]++ (?: \s \( [^()]{{0,30}} \) )? ,? ){{0,9}}? \s+ (?: {_BE} \s+ (?: (?: also | only | \p{{L}}+ly ) \s+ )? {_SEEN} | {_HAPPENED} (?! \p{{L}} ) | (?: {_BE} | has | have | seem(?:ed|s)? | appear(?:ed|s)? | tended | remained ) \s+ (?: to \s be \s )? {_COMPARED} | (?: more | less ) \s (?: often | frequent(?:ly)? | common(?:ly)? ) )",
        "[[¤¤]] was seen in the others",
    ),
    rule(
        "more of an event",
        rf"\b more \s+ (?: [\p{{L}}-]+ \s+ ){{0,2}}? {_RUN} (?= \s* (?: \( | (?: with | in | than | among | during ) \s ) )",
        "more [[¤¤]] with the drops than with the gel",
    ),
    rule(
        "more or fewer events",
        rf"(?: \b (?: more | less | fewer | lesser | increased? | higher | lower | greater | reduced | decreased | reduction \s in | increase \s in | decrease \s in | reduces | excess | lowest | highest | low | minimal ) \s+ {_FILL} ) (?P<mention> [§†] [¤§†¦]*+ )",
        "fewer [[§§]]",
    ),
)


def normalise(mention: Mention, document: Document) -> AdverseEvent:
    """The event as the frame and the parts of the mention say it."""
    name = mention.rule
    count = _count(mention.part("count"))
    percent_text = mention.part("percent").rstrip("% ")
    percent_text = regex.sub(r"\s*(?:per\s?cent|percent|%)$", "", mention.part("percent"), flags=regex.IGNORECASE).strip()
    percent = float(decimal(percent_text)) if percent_text else None
    trigger = mention.part("trigger")
    status = "absent" if trigger else "occurred"
    if count == 0 or (percent == 0 and not count):
        status, trigger = "absent", trigger or mention.part("count") or mention.part("percent")
    elif count or percent:
        status, trigger = "occurred", ""
    if name == "named as endpoint":
        status = "assessed"
    term, organ_class = preferred(mention.text)
    return AdverseEvent(
        status,
        mention.text,
        term,
        organ_class,
        count=None if status == "absent" and count else count,
        denominator=integer(mention.part("denominator")) if mention.part("denominator") else None,
        percent=percent,
        percent_text=percent_text,
        seriousness=_seriousness(mention),
        grade=_grade(mention.part("grade")),
        trigger=trigger,
    )


def _count(text: str) -> int | None:
    if not text:
        return None
    if text.lower() in ("a", "an", "another", "single", "solitary"):
        return 1
    if text.lower() in ("no", "none"):
        return 0
    return integer(text)


def _seriousness(mention: Mention) -> str:
    words = mention.part("seriousness").lower() or mention.text
    if regex.search(r"non-?serious|not serious", words, regex.IGNORECASE):
        return "nonserious"
    return "serious" if regex.search(r"serious|SAE", words) else ""


def _grade(text: str) -> str:
    return regex.sub(r"(?i)grades?\s*", "", text).strip()


_SEPARATOR = regex.compile(
    r"""\s* [)\]]? (?: \s of \s the \s \p{L}+ )? (?: \s+ at \s (?: week | month | day | year | hour )s? \s \d+ (?: \s (?: and | to | or ) \s \d+ )? )? (?: \s+ of \s (?: any | all | grades? ) \s [\p{L}\d\s≥/–-]{1,18}? )? (?: \s* (?: [(\[] (?: [^()\[\]] | [(\[] [^()\[\]]* [)\]] ){0,160} [)\]] ) )? \s*
        (?: [,;:]? \s* (?: and/or | and | or | nor | as \s well \s as | plus | with \s or \s without | including | such \s as | like | in \s addition \s to | & | vs\.? | namely | e\.g\.,? | followed \s by ) (?! \p{L} ) | , | / | \+ | ; (?= [^;]{0,60} \d ) | [(\[] (?: e\.g\.?,? | including | such \s as | reported \s as | i\.e\.?,? | mainly | mostly | primarily | especially )? )
        \s* (?: (?! (?: was | were | is | are | had | has | have | did | no | not | without | with | in | of | for | to | by | that | which | who | but | than | the | most | main | improved | developed | occurred | died | reduced | there | patients? | one | two | three | four | five | six | seven | eight | nine | ten ) \b )
            (?: [\p{L}][\p{L}‐‑/-]*+ | [≥>]? \d [-–/\d]* ) \s+ ){0,4}""",
    regex.VERBOSE | regex.IGNORECASE,
)
_AIM = regex.compile(
    r"""\b (?: aims? | aimed | objectives? | purposes? | goals? | hypothes\p{L}+ | aiming ) \b
      | \b (?: was | were | is | are ) \s (?: designed | undertaken | planned | intended ) \b
      | \b (?: (?: was | were | is | are | order | study | trial | conducted | performed | designed | undertaken | sought | aimed | aims | needed | required | warranted ) \s | \A ) to \s (?: assess | evaluate | investigate | determine | examine | compare | study | explore | test | identify | describe
          | analy[sz]e | establish | measure | estimate | clarify | characteri[sz]e | prevent | demonstrate | find | see | detect | monitor | define ) \b
      | \b we \s (?: \p{L}+ly \s )? (?: investigated | evaluated | assessed | studied | examined | compared | tested | sought | aimed | hypothesi[sz]ed | analy[sz]ed | describe | conducted | performed | measured | reviewed | searched )
      | \b (?: primary | secondary | safety | key | main | efficacy | co-primary | exploratory ) \s (?: [\p{L}/-]+ \s ){0,3} (?: end \s? -? points? | outcomes? | measures? | variables? | parameters? | objectives? | assessments? | criteri(?:a|on) | analys[ei]s ) (?: \s \( [^()]{0,30} \) )? \s* (?: : | \s (?: was | were | are | is | included? | will | comprised | consisted | of ) \b )
      | \b (?: evaluable | assessable | evaluated | assessed | monitored | analy[sz]ed | examined ) \s for \b
      | \b outcomes? \s (?: were | included | measures? | was | of \s interest ) \b | \b (?: end-?points? | parameters | measurements | variables ) \s (?: were | included | was | are ) \b
      | \b (?: will | shall | would | should | must ) \b | \b (?: has | have ) \s been \s (?: \p{L}+ly \s )? (?: reported | described | shown | associated | observed ) \b | \b previous(?:ly)? \s (?: reported | studies | described ) | \b (?: when | if | unless | until ) \s (?: there \s (?:was|were|is|are) \s )? no \b | \b further \s (?: studies | research | trials | investigation )
      | \b (?: was | were ) \s (?: also \s | \p{L}+ly \s | then \s )? (?: recorded | assessed | evaluated | monitored | measured | documented | investigated | examined | defined | graded | collected | registered | calculated | estimated | reviewed | classified | coded | studied | scored ) \b (?! \s as \s | \s (?:in|by) \s (?:\d|one|two|three|four|five|six|seven) )
      | \b (?: defined \s as | monitored \s for | observed \s for | assessed \s (?: by | for | using | with ) | in \s order \s to ) \b | \b (?: evaluation | assessment ) \s of \b
      | \b (?: safety | tolerability | efficacy | toxicity ) \s (?: assessments? | evaluations? | monitoring | measures | endpoints? | outcomes? ) \b """,
    regex.VERBOSE | regex.IGNORECASE,
)
"""Says what is to be found out, or how, not what was found."""

_DESIGN = regex.compile(
    r"""\b (?: eligible | eligibility | inclusion | exclusion | excluded | enroll?ed | randomi[sz]ed | randomly | assigned | (?: was | were ) \s (?: \p{L}+ly \s )? (?: included | followed | selected | conducted | obtained | performed | analy[sz]ed | compared ) ) \b""",
    regex.VERBOSE | regex.IGNORECASE,
)
_BASELINE = regex.compile(
    r"\b (?: at \s (?: baseline | entry | enroll?ment | presentation | admission | diagnosis | inclusion ) | before \s (?: (?: the | starting | beginning ) \s )? (?: treatment | surgery | therapy | BMT | transplant\p{L}* | infusion | randomi[sz]ation | enroll?ment ) | pre-?treatment | pre-?operative(?:ly)? | pre-?transplant\p{L}* | prior \s to"
    r" | underlying | pre-?existing | co-?morbid\p{L}* | history | programmed | prognos\p{L}+ ) \b",
    regex.VERBOSE | regex.IGNORECASE,
)
_CLAUSE = regex.compile(r"; | : (?= \s ) | ,? \s (?: but | while | whereas | although | however ) \s | ; | , \s (?= (?: we | which | there | it | no | none ) \s ) | , \s and \s (?= [\p{L}\s]{1,30} \s (?:was|were|had) \s ) | \s and \s (?= should | will | would | must | may )", regex.VERBOSE | regex.IGNORECASE)
_PROTOCOL = regex.compile(r"\b(?:will (?:be|have|receive|undergo|also|not|help|provide|evaluate|assess)|patients will|subjects will|participants will)\b", regex.IGNORECASE)
_PAST = regex.compile(r"\b(?:was|were|had|did|received|underwent)\b", regex.IGNORECASE)
_NEVER_STUDIED_HERE = ("title", "background", "methods", "registration")


def find(document: Document) -> Iterator[Mention]:
    """The events of a document, sentence by sentence; see the docstring of the module for the order of steps."""
    abbreviations = document.abbreviations
    sentences = document.sentences
    reports = any(s.section in ("results", "conclusions") for s in sentences)
    if not reports and any(_PROTOCOL.search(s.text) for s in sentences):
        return
    title = [s for s in sentences if s.section == "title"] or list(sentences[:1])
    under_study: set[str] = {word for each in title for word in normal(each.text).split()}
    opens_title: list[Mention] = []
    for each in title:
        for term in find_terms(each.text, abbreviations):
            if term.organ_class.startswith("Neoplasms"):
                under_study.add("cancer")
            if regex.search(r"(?:without|no|risk of|excess of|incidence of|rates? of|adverse|occurrence of)\s(?:[\p{L}-]+\s){0,3}$", each.text[: term.start]):
                under_study -= set(normal(each.text[term.start : term.end]).split())
                continue
            if term.kind == NAMED and not (term.start == 0 and regex.match(r"\s+(?:in|after|following|during|with|associated)\b", each.text[term.end :])):
                under_study.add(term.key)
            elif term.kind == NAMED:
                opens_title.append(Mention(each.start + term.start, each.start + term.end, each.text[term.start : term.end], each, term.key))
                under_study -= set(normal(each.text[term.start : term.end]).split())
    started = False
    seen: set[str] = set()
    waiting: list[tuple[str, Mention]] = []
    for sentence in (piece for each in sentences for piece in _pieces(each)):
        if sentence in title or sentence.section in ("background", "registration"):
            continue
        started = started or sentence.section in ("results", "conclusions") or bool(_PAST.search(sentence.text))
        terms = find_terms(sentence.text, abbreviations)
        if not terms:
            continue
        yield from _read(sentence, terms, under_study, started, seen, waiting)
    for key, mention in waiting:
        if key in seen:
            yield mention
    for mention in opens_title:
        if mention.rule in seen:
            yield replace(mention, rule="title")


_LONGEST = 2_500


def _pieces(sentence: Sentence) -> Iterator[Sentence]:
    """The sentence, cut at commas or spaces where it is too long to be one: what frames do to it grows with its square."""
    start = 0
    while len(sentence.text) - start > _LONGEST:
        window = sentence.text[start : start + _LONGEST]
        cut = start + (max(window.rfind(mark) + 1 for mark in ("; ", ", ", ". ")) or window.rfind(" ") + 1 or _LONGEST)
        yield Sentence(sentence.start + start, sentence.start + cut, sentence.text[start:cut], sentence.section)
        start = cut
    yield sentence if not start else Sentence(sentence.start + start, sentence.end, sentence.text[start:], sentence.section)


def _planned(sentence: Sentence, term: Term) -> bool:
    text = sentence.text
    start, end = 0, len(text)
    for match in _CLAUSE.finditer(text):
        if match.end() <= term.start:
            start = match.end()
        elif match.start() >= term.end:
            end = match.start()
            break
    if _AIM.search(text, start, end) or _BASELINE.search(text, start, end):
        return True
    return sentence.section not in ("results", "conclusions") and bool(_DESIGN.search(text, start, end))


def _read(sentence: Sentence, terms: list[Term], under_study: set[str], started: bool, seen: set[str], waiting: list[tuple[str, Mention]]) -> Iterator[Mention]:
    text = sentence.text
    terms = _without_short_forms(text, terms)
    terms = _with_listed(text, _without_causes(text, terms))
    early = sentence.section in _NEVER_STUDIED_HERE or not started
    plain = _GRADE.sub(lambda match: regex.sub(r"[^ ]", "x", match[0]), text)
    found = quantities(plain)
    masked = _mask(plain, terms)
    numbers = [read_numbers(plain, masked, terms, index, found) for index in range(len(terms))]
    runs = _runs(text, terms)
    _share(text, terms, runs, numbers)
    run_mask = list(masked)
    for run in runs:
        for one, other in zip(run, run[1:], strict=False):
            run_mask[terms[one].end : terms[other].start] = "¦" * (terms[other].start - terms[one].end)
    framed: dict[int, Mention] = {}
    for mention in find_mentions(RULES_ALL, Sentence(sentence.start, sentence.end, "".join(run_mask), sentence.section)):
        for index, term in enumerate(terms):
            if mention.start - sentence.start <= term.start and term.end <= mention.end - sentence.start:
                framed[index] = mention
    for run in runs:
        general = any(terms[i].kind == GENERAL for i in run)
        for index in run:
            term = terms[index]
            parts, side = numbers[index]
            frame = framed.get(index)
            if frame and frame.rule in EXCLUSIONS:
                continue
            newly = frame and frame.rule == "people had events" and side == "left" and regex.search(r"\b(?:developed|experienced)\s(?:[\p{L}-]+\s){0,3}$", text[: term.start])
            if term.kind == NAMED and (term.key in under_study or set(normal(text[term.start : term.end]).split()) <= under_study) and not newly and not (frame and frame.rule == "events were these"):
                continue
            if term.organ_class.startswith("Neoplasms") and "cancer" in under_study and not (frame and frame.rule == "no events"):
                continue
            trigger = {"trigger": frame.parts["trigger"]} if frame and "trigger" in frame.parts else {}
            if trigger and parts:
                if index == run[0] or side == "left" or not regex.match(r"\s*[(\[]", text[term.end :]):
                    parts = {}
                else:
                    trigger = {}
            if (early or _planned(sentence, term)) and not (parts and side == "left" and frame):
                continue
            name = frame.rule if frame else "counted" if parts else "death" if term.kind == DEATH else "general term" if general else "named again"
            if term.kind == NAMED and not trigger and name != "named again":
                seen.add(term.key)
            spans = {key: (a + sentence.start, b + sentence.start) for key, (a, b) in (parts | _attributes(text, masked, terms, index, run)).items()}
            mention = Mention(sentence.start + term.start, sentence.start + term.end, text[term.start : term.end], sentence, name, spans | trigger)
            if name == "named again":
                waiting.append((term.key, mention))
            else:
                yield mention


def _mask(text: str, terms: Sequence[Term]) -> str:
    masked = regex.sub(f"[{GENERAL}{DEATH}{NAMED}¦⁂]", " ", text)
    for term in terms:
        masked = masked[: term.start] + term.kind * (term.end - term.start) + masked[term.end :]
    return masked


def _without_short_forms(text: str, terms: list[Term]) -> list[Term]:
    """The terms without those that are an abbreviation in parentheses behind the words that it stands for."""
    kept: list[Term] = []
    for term in terms:
        short = regex.fullmatch(r"[\p{L}-]{1,12}", text[term.start : term.end]) and sum(map(str.isupper, text[term.start : term.end])) > 1
        if kept and short and regex.fullmatch(r"\s*[(\[]", text[kept[-1].end : term.start]) and text[term.end : term.end + 1] in ")],;":
            continue
        kept.append(term)
    return kept


_LIST = regex.compile(r"§++ (?: [^;.¤†§] | \. (?= \d ) ){0,90}? (?: \b (?: were | was | included? | including | comprised | such \s as | like | consisted \s of ) \s | : \s )", regex.VERBOSE | regex.IGNORECASE)
_ITEM = regex.compile(
    r"""(?: , \s* (?: and \s | or \s )? | \s (?: and | or ) \s | : \s | (?<= \b (?: were | was | included? | including | as | like | of ) \s ) )
        (?: (?: mild | moderate | severe | transient | grade \s \S+ | an? | the | one | two | three | four | \d+ | cases? \s of ) \s )*
        (?P<item> (?! (?: and | or | mild | moderate | severe | similar | also | the | in | of | with | no | not | all | other | others | both | which | respectively | more | less | most | low | high | mostly | mainly | transient | group | placebo | control | during | within | at | after | following | per | patients | subjects | reported | observed | noted | considered | recorded ) \b )
            [\p{L}] [\p{L}'’/-]{2,} (?: \s (?! (?: and | or | was | were | had | with | which | that | who | but | than | vs | versus | for | as | by | from | is | are | occurred | compared | patients | subjects | participants | group | groups | arm | during | after ) \b ) [\p{L}'’/-]+ ){0,5} )
        (?= \s* [(\[] \s* (?: n \s* = \s* )? \d | \s* , | \s (?: and | or ) \s | \s* [.;] | \s* \Z | \s+ \d+ \s? % )""",
    regex.VERBOSE | regex.IGNORECASE,
)


def _with_listed(text: str, terms: list[Term]) -> list[Term]:
    """The terms, and what stands in a list of adverse events without being known to the vocabulary."""
    masked = _mask(text, terms)
    added: list[Term] = []
    for head in _LIST.finditer(masked):
        end = next((match.start() for match in regex.finditer(r"; | \. \s | \b (?: but | while | whereas | however | respectively | which | that | was | were | had | during | among ) \b | \Z", masked[head.end() :], regex.VERBOSE)), 0) + head.end()
        known = NAMED in masked[head.end() : end]
        flat = regex.sub(r"\([^()]*\)", lambda match: "(" + "0" * (len(match[0]) - 2) + ")", masked)
        for item in _ITEM.finditer(flat, max(head.start(), head.end() - 12), end):
            start, stop = item.span("item")
            counted = regex.match(r"\s*[(\[]?\s*(?:n\s*=\s*)?\d+(?:\.\d+)?\s?[%)/\]]", masked[stop:])
            if (known or counted) and start >= head.end():
                added.append(Term(start, stop, NAMED, normal(text[start:stop]), "", ""))
    return sorted([*terms, *added], key=lambda term: term.start)


def _without_causes(text: str, terms: list[Term]) -> list[Term]:
    """The terms, "died of complications" made one."""
    merged: list[Term] = []
    for term in terms:
        if merged and merged[-1].kind == DEATH and term.kind == GENERAL and regex.fullmatch(r"\s(?:of|from|due to)\s(?:\p{L}+\s)?", text[merged[-1].end : term.start]):
            merged[-1] = replace(merged[-1], end=term.end)
        else:
            merged.append(term)
    return merged


def _runs(text: str, terms: Sequence[Term]) -> list[list[int]]:
    """The terms, by their places, joined to lists."""
    runs: list[list[int]] = []
    for index, term in enumerate(terms):
        if index and _SEPARATOR.fullmatch(text, terms[index - 1].end, term.start):
            runs[-1].append(index)
        else:
            runs.append([index])
    return runs


def _share(text: str, terms: Sequence[Term], runs: list[list[int]], numbers: list[tuple[dict[str, Span], str]]) -> None:
    """Give numbers that stand before or behind a list to those of its members that they are said of."""
    for run in runs:
        for one, other in zip(reversed(run[:-1]), reversed(run[1:]), strict=False):
            between = text[terms[one].end : terms[other].start]
            if not numbers[one][0] and numbers[other][1] == "right" and regex.fullmatch(r"\s+(?:or|and/or|and)\s+(?:\p{L}+\s){0,2}", between):
                numbers[one] = numbers[other]
        for one, other in zip(run, run[1:], strict=False):
            parts, side = numbers[one]
            if parts and not numbers[other][0] and (side == "left" or regex.fullmatch(r"\s*[(\[][^()\[\]]{0,20}", text[terms[one].end : terms[other].start])):
                numbers[other] = parts, side


_GRADE = regex.compile(
    r"""grades? \s* (?: [≥>≤<]=? \s* )? (?: [1-5] | I{1,3} | IV | V | one | two | three | four | five ) (?! [\p{L}\d] ) (?: \s* (?: - | – | / | to | or | and ) \s* (?: [1-5] | I{1,3} | IV | V | higher | worse | greater | more | above | lower | less | three | four | five ) (?! \p{L} ) )?
      | [≥>] \s* grade \s* [1-5]""",
    regex.VERBOSE | regex.IGNORECASE,
)


_SERIOUS = regex.compile(r"\b(?P<serious>non-?serious|serious)\s+(?:[\p{L}-]+\s+){0,2}\Z", regex.IGNORECASE)
_SERIOUS_AFTER = regex.compile(r"[^;,.]{0,30}?\b(?:was|were|are)\s+(?:all\s+)?(?:considered\s+|judged\s+)?(?P<serious>not serious|non-?serious|serious)\b", regex.IGNORECASE)


def _attributes(text: str, masked: str, terms: Sequence[Term], index: int, run: list[int]) -> dict[str, Span]:
    term = terms[index]
    spans: dict[str, Span] = {}
    previous = terms[index - 1].end if index else 0
    following = terms[index + 1].start if index + 1 < len(terms) else len(text)
    grades = [m.span() for m in _GRADE.finditer(text, max(previous, term.start - 40), term.start)]
    grades += [m.span() for m in _GRADE.finditer(text, term.end, min(following, term.end + 25))]
    if grades:
        spans["grade"] = grades[0]
    if match := _SERIOUS.search(text, max(previous, term.start - 25), term.start) or _SERIOUS_AFTER.match(text, term.end, following):
        spans["seriousness"] = match.span("serious")
    return spans


EXCLUSIONS = frozenset(each.name for each in RULES if each.exclusion)
RULES_ALL = tuple(type(each)(each.name, each.pattern, each.examples) for each in RULES)
EXTRACTOR = Extractor("adverse_event", "AdverseEvent", AdverseEvent, RULES, normalise, find=find)
