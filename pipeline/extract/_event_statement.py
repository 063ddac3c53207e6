"""A sentence made ready for the frames: its terms joined to runs, masked, and what is said of each term.

A run is a list of terms ("nausea, vomiting and rash (5%)"). Its members share the frame, and numbers or a grade that
stand before the first of them or behind the last.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import regex

from pipeline.extract._event_numbers import Parts, quantities, read_in_turn, read_numbers
from pipeline.extract._event_terms import DEATH, GENERAL, NAMED, Lexicon, Term, find_terms
from pipeline.records import Span
from pipeline.rules import compile_pattern
from pipeline.vocabulary import words
from pipeline.vocabulary.terminology import normal

JOINED = "¦"
"""The mark of what stands between the terms of a run."""

_NO_MARKS = str.maketrans(dict.fromkeys((GENERAL, DEATH, NAMED, JOINED), " "))

GRADE = compile_pattern(
    r"""
    (?: [≥>] \s* | \b greater \s than \s or \s equal \s to \s )?
    \b grades? \s* (?: [≥>≤<]=? \s* )? (?: [1-5] | I{1,3} | IV | V | one | two | three | four
        | five ) (?! [\p{L}\d] )
        (?: \s* (?: - | – | / | to | or | and ) \s*
            (?: [1-5] | I{1,3} | IV | V | higher | worse | greater | more | above | lower | less | three | four
                | five ) (?! \p{L} ) )?"""
)
_LETTERS = regex.compile(r"[^ ]")
_SERIOUS_BEFORE = compile_pattern(r"\b (?P<seriousness> non-?serious | serious ) \s+ (?: [\p{L}-]+ \s+ ){0,2} \Z")
_SERIOUS_AFTER = compile_pattern(
    r"""[^;,.]{0,30}? \b (?: was | were | are ) \s+ (?: all \s+ )? (?: (?: considered
        | judged ) \s+ )? (?P<seriousness> not \s serious | non-?serious | serious ) \b"""
)
_RELATED = compile_pattern(
    r"""
    (?: (?: un | not \s (?: considered \s | thought \s | deemed \s
        | judged \s )? (?: to \s be \s )? (?: \p{L}+[-‐‑] )? ) related
      | (?: (?: possibly | probably | likely | unlikely | definitely | potentially
          | related \s or \s possibly ) \s (?: to \s be \s )? )?
        (?: (?<! \p{L} ) (?! (?: age | disease | illness | cancer | tumou?r | immune | alcohol | AIDS | HIV | EBV | HPV
              | HBV | CMV | virus | stress | health | work | skeletal | bone | pregnancy
              | renal | cardiac | cardiovascular | hepatic | liver | infection | symptom ) [-‐‑] )
            (?: \p{L}+ \s )? \p{L}+ [-‐‑] | (?<! [-‐‑] ) ) related
      | attributed \s to | attributable \s to ) (?! \p{L} )"""
)
_OF_RELATEDNESS = ("elated", "ELATED", "ttribut", "TTRIBUT")
_GROUP = compile_pattern(
    r"""\b (?: in | of | with | from ) \s (?: the \s )? (?P<group>
        (?! \d+ \s (?: in | of ) \b | same | both | each | all | two | three | either | this | these )
        [\p{L}\d] [^,;()]{0,45}? \s (?: group | arm | cohort ) ) \b"""
)
_GROUP_FIRST = compile_pattern(rf"""(?: \A | [.;:,] \s (?: and \s | but \s )? ) {_GROUP.pattern} , """)
_OTHER_GROUP = compile_pattern(
    r""", \s (?: and | but | while | whereas ) \s | \b (?: versus | vs | than | compared ) \b
      | \b and \s (?: in \s )? (?= \d | \p{L}+ \s \( )"""
)
_SPAN_OF_TIME = r"""(?: \d+ | one | two | three | four | five | six | seven | eight | nine | ten
    | twelve ) [\s-] (?: hour | day | week | month | year )s?"""
# "after the last dose", "after infusion of the cells", but not "after infusion with" or "after infusion due".
_AND_OF = r"""(?: \s (?: of \s (?: the \s )? [\p{L}\d-]+
    | (?: infusion | injection | transplantation | transplant | dose | surgery | treatment | therapy
        | administration ) \b ) )?"""
_TIMEFRAME = compile_pattern(
    rf"""
    \b (?: (?: within | during | over | throughout | up \s to | until | after | at | for | by | in
        | through ) \s (?: a | the )? \s? (?: first \s | minimum \s | median \s | total \s )? {_SPAN_OF_TIME}
            (?: \s (?: of | after | post | following ) \s (?: the \s )? [\p{{L}}\d-]+ {_AND_OF}
                | [\s-] follow-?\s?up )?
      | {_SPAN_OF_TIME} \s (?: after | post
          | following ) \s (?: the \s )? [\p{{L}}-]+ {_AND_OF}
      | (?: during | throughout | after | over | at ) \s (?: the \s | a \s )? (?: entire \s | whole \s | study \s
          | treatment \s )?
            (?: follow-?\s?up | study | infusions? | hospitali[sz]ation | induction | consolidation | maintenance
                | treatment | observation ) (?: \s (?: period | phase | course ) )?
      | (?: during | after ) \s or \s after \s infusion
      | (?: within | during | in | over ) \s the \s first \s (?: hour | day | week | month | year )
      | by \s day \s \d+ ) (?! \p{{L}} )"""
)


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence's terms in order, and its runs as places in `terms`.

    `masked` is the sentence with every run replaced by marks, so that frames need not know what can be an event.
    """

    text: str
    terms: tuple[Term, ...]
    runs: tuple[tuple[int, ...], ...]
    masked: str


@dataclass(frozen=True, slots=True)
class Stated:
    """What the neighbourhood of a term states, and on which side of it numbers stand (`right`, `left` or empty)."""

    parts: Parts
    side: str


def read_statement(text: str, lexicon: Lexicon, diseases: Sequence[Span] = ()) -> Statement | None:
    """The statement of a sentence, None if it has no terms."""
    text = _QUOTATION_MARK.sub(" ", _GLUED_HEADING.sub(lambda heading: " " * len(heading[0]), text))
    found = find_terms(text, lexicon, diseases)
    if not found:
        return None
    terms = tuple(_with_listed(text, list(_without_repeats(text, found))))
    runs = tuple(map(tuple, _runs(text, terms)))
    masked = list(mask(text, terms))
    for run in runs:
        for one, other in pairwise(run):
            masked[terms[one].end : terms[other].start] = JOINED * (terms[other].start - terms[one].end)
    return Statement(text, terms, runs, "".join(masked))


def read_stated(statement: Statement) -> list[Stated]:
    """What is stated of each term of a statement."""
    text, terms, runs = statement.text, statement.terms, statement.runs
    ungraded = GRADE.sub(lambda grade: _LETTERS.sub("x", grade[0]), text)
    masked = mask(ungraded, terms)
    found = quantities(ungraded)
    numbers = [read_numbers(ungraded, masked, terms, index, found) for index in range(len(terms))]
    for index, in_turn in read_in_turn(ungraded, terms).items():
        numbers[index] = in_turn, "right"
    for run in runs:
        _share(text, terms, run, numbers)
    for index in range(1, len(terms)):
        of_death = terms[index - 1].kind == DEATH and _CAUSE.fullmatch(text, terms[index - 1].end, terms[index].start)
        if of_death and not numbers[index][0]:
            numbers[index] = numbers[index - 1]
    graded = [_grade(text, terms, index) for index in range(len(terms))]
    for run in runs:
        for one, other in pairwise(run):
            if graded[one] and not graded[other] and numbers[one] == numbers[other] and numbers[one][1] == "left":
                graded[other] = graded[one]
    times = [match.span() for match in _TIMEFRAME.finditer(text)]
    parts = [
        numbers[index][0] | graded[index] | _attributes(text, terms, index, numbers[index][0], times)
        for index in range(len(terms))
    ]
    _inherit(text, terms, runs, parts)
    return [Stated(each, side) for each, (_, side) in zip(parts, numbers, strict=True)]


def mask(text: str, terms: Sequence[Term]) -> str:
    """A text with each term replaced by as many marks of its kind."""
    characters = list(text.translate(_NO_MARKS))
    for term in terms:
        characters[term.start : term.end] = term.kind * (term.end - term.start)
    return "".join(characters)


_QUOTATION_MARK = regex.compile(r"(?<![\p{L}\d])['\"‘“”’]|['\"”’](?![\p{L}\d])")
_GLUED_HEADING = regex.compile(r"(?<!\p{L})\p{Lu}{5,}(?=\p{Lu}\p{Ll})")
_SHORT_FORM = regex.compile(r"(?=.*\p{Lu}.*\p{Lu})[\p{L}-]{1,12}")
_OPENING = regex.compile(r"\s*[(\[]")
_CAUSE = compile_pattern(r"\s (?: of | from | with | due \s to ) \s (?: \p{L}+ \s ){0,2}")


def _without_repeats(text: str, terms: Sequence[Term]) -> Iterator[Term]:
    """The terms without abbreviations behind what they stand for, and "died of complications" made one."""
    kept: Term | None = None
    for term in terms:
        if kept:
            shortened = _SHORT_FORM.fullmatch(text, term.start, term.end) and text[term.end : term.end + 1] in ")],;"
            if shortened and _OPENING.fullmatch(text, kept.end, term.start):
                continue
            general = term.kind == GENERAL and not _SHORT_FORM.fullmatch(text, term.start, term.end)
            if kept.kind == DEATH and general and _CAUSE.fullmatch(text, kept.end, term.start):
                kept = replace(kept, end=term.end)
                continue
            yield kept
        kept = term
    if kept:
        yield kept


_LIST = compile_pattern(
    r"""§++ (?: [^;.¤†§] | \. (?= \d ) ){0,90}?
    (?: \b (?: were | was | included? | including | comprised | such \s as | like | consisted \s of ) \s | : \s )"""
)
_LIST_END = compile_pattern(
    r"""; | \. \s | \b (?: but | while | whereas | however | respectively | which | that | was | were | had
        | during | among ) \b | \Z"""
)
_ITEM = compile_pattern(
    r"""
    (?: , \s* (?: (?: and | or ) \s )? | \s (?: and | or ) \s | : \s
      | (?<= \b (?: were | was | included? | including | as | like | of ) \s ) )
    (?: (?: mild | moderate | severe | transient | grade \s \S+ | an? | the | one | two | three | four | \d+
        | cases? \s of ) \s )*
    (?P<item>
        (?! (?: and | or | mild | moderate | severe | similar | also | the | in | of | with | no | not | all
            | other | others
            | both | which | respectively | more | less | most | low | high | mostly | mainly | transient | group
                | placebo
            | control | during | within | at | after | following | per | patients | subjects | reported
                | observed | noted
            | considered | recorded | under | over | below | above | about | few | fewer | several ) \b )
        (?! [^,.;()]{0,30}? \b (?: nature | intensity | severity | origin | character | type | value )s? \b )
        \p{L} [\p{L}'’/-]{2,}
        (?: \s (?! (?: and | or | was | were | had | with | which | that | who | but | than | vs | versus | for
            | as | by | from
            | is | are | occurred | compared | patients | subjects | participants | group | groups | arm | during
                | after ) \b )
            [\p{L}'’/-]+ ){0,5} )
    (?= \s* (?: [(\[] \s* (?: n \s* = \s* )? \d | [,.;] ) | \s (?: and | or ) \s | \s+ \d+ \s? % )"""
)
_COUNTED = compile_pattern(r"\s* [(\[]? \s* (?: n \s* = \s* )? \d+ (?: \. \d+ )? \s? [%)/\]]")
_INSIDE = regex.compile(r"(?<=\()[^()]*(?=\))")


def _with_listed(text: str, terms: Sequence[Term]) -> Iterator[Term]:
    """The terms in order, and what stands in a list of adverse events without being known to the vocabulary.

    Such an item is taken if the list has a known event, too, or a number behind the item.
    """
    masked = mask(text, terms)
    flat = _INSIDE.sub(lambda inside: "0" * len(inside[0]), masked)
    added = set()
    for head in _LIST.finditer(masked):
        end_match = _LIST_END.search(masked, head.end())
        end = end_match.start() if end_match else len(masked)
        known = NAMED in masked[head.end() : end]
        for item in _ITEM.finditer(flat, max(head.start(), head.end() - 12), end):
            start, stop = item.span("item")
            if text[start:stop].isupper() or text[start:stop].lower() in words("event_compared"):
                continue  # a group or a drug, or how often events were, rather than an event
            if start >= head.end() and (known or _COUNTED.match(masked, stop)):
                added.add(Term(start, stop, NAMED, normal(text[start:stop])))
    yield from sorted([*terms, *added], key=lambda term: term.start)


_SEPARATOR = compile_pattern(
    r"""
    \s* [)\]]?
    (?: \s of \s the \s \p{L}+ )?
    (?: \s+ at \s (?: week | month | day | year | hour )s? \s \d+ (?: \s (?: and | to | or ) \s \d+ )? )?
    (?: \s+ of \s (?: any | all | grades? ) \s [\p{L}\d\s≥/–-]{1,18}? )?
    (?: \s* [(\[] (?: [^()\[\]] | [(\[] [^()\[\]]* [)\]] ){0,160} [)\]] )?
    \s*
    (?: [,;:]? \s* (?: and/or | and | or | nor | as \s well \s as | plus | with \s or \s without | including
        | such \s as | like
          | in \s addition \s to | & | vs\.? | namely | e\.g\.,? | followed \s by ) (?! \p{L} )
      | , | / | \+ | ; (?= [^;]{0,60} \d )
      | [(\[] (?: e\.g\.?,? | including | such \s as | reported \s as | i\.e\.?,? | mainly | mostly | primarily
          | especially )? )
    \s*
    (?: (?! (?: was | were | is | are | had | has | have | did | no | not | without | with | in | of | for | to
        | by | that | which
            | who | but | than | the | most | main | improved | developed | occurred | died | reduced | there
                | patients? | one
            | two | three | four | five | six | seven | eight | nine | ten ) \b )
        (?: \p{L} [\p{L}‐‑/-]*+ | [≥>]? \d [-–/\d]* ) \s+ ){0,4}"""
)


def _runs(text: str, terms: Sequence[Term]) -> list[list[int]]:
    """The terms, by their places, joined to lists."""
    runs: list[list[int]] = []
    for index, term in enumerate(terms):
        if index and _SEPARATOR.fullmatch(text, terms[index - 1].end, min(term.start, terms[index - 1].end + 400)):
            runs[-1].append(index)
        else:
            runs.append([index])
    return runs


_OR = compile_pattern(r"\s+ (?: or | and/or | and ) \s+ (?: \p{L}+ \s ){0,2}")
_IN_PARENTHESES = regex.compile(r"\s*[(\[][^()\[\]]{0,20}")


def _share(text: str, terms: Sequence[Term], run: Sequence[int], numbers: list[tuple[Parts, str]]) -> None:
    """Give numbers that stand before or behind members of a run to those that they are said of, too."""
    for one, other in zip(reversed(run[:-1]), reversed(run[1:]), strict=False):
        if (
            not numbers[one][0]
            and numbers[other][1] == "right"
            and _OR.fullmatch(text, terms[one].end, terms[other].start)
        ):
            numbers[one] = numbers[other]
    for one, other in pairwise(run):
        parts, side = numbers[one]
        inside = _IN_PARENTHESES.fullmatch(text, terms[one].end, terms[other].start)
        if parts and not numbers[other][0] and (side == "left" or inside):
            numbers[other] = parts, side


_CLOSED = compile_pattern(r"[^(]*? (?: [);%\d] | \b (?: in | was | were | developed | occurred ) \b )")


def _grade(text: str, terms: Sequence[Term], index: int) -> Parts:
    term = terms[index]
    following = terms[index + 1].start if index + 1 < len(terms) else len(text)
    start = max(terms[index - 1].end if index else 0, term.start - 40)
    for before in GRADE.finditer(text, start, term.start):
        if not _CLOSED.match(text, before.end(), term.start):
            return {"grade": before.span()}
    behind = GRADE.search(text, term.end, min(following, term.end + 25))
    if behind and (text[behind.end() : following].strip() or "(" in text[term.end : behind.start()]):
        return {"grade": behind.span()}  # else it is the next term's ("toxicity was grade 1 nausea")
    return {}


def _attributes(text: str, terms: Sequence[Term], index: int, numbers: Parts, times: Sequence[Span]) -> Parts:
    """The spans of seriousness, relatedness, group and timeframe of a term."""
    term = terms[index]
    previous = terms[index - 1].end if index else 0
    following = terms[index + 1].start if index + 1 < len(terms) else len(text)
    counted = max([term.end, *(end for _, end in numbers.values())])
    semicolon = text.find(";", counted)
    clause = min(following if following > counted else len(text), semicolon if semicolon >= 0 else len(text))
    parts: Parts = {}
    if serious := (
        _SERIOUS_BEFORE.search(text, max(previous, term.start - 25), term.start)
        or _SERIOUS_AFTER.match(text, term.end, following)
    ):
        parts["seriousness"] = serious.span("seriousness")
    if any(root in text for root in _OF_RELATEDNESS) and (
        related := (
            _RELATED.search(text, max(previous, term.start - 30), term.end)
            or _RELATED.search(text, term.end, min(following, term.end + 90))
        )
    ):
        parts["relatedness"] = related.span()
    other_group = _OTHER_GROUP.search(text, counted, clause)
    if group := (
        _GROUP.search(text, counted, min(other_group.start() if other_group else clause, counted + 90))
        or _GROUP_FIRST.search(text, previous, term.start)
    ):
        parts["group"] = group.span("group")
    if timeframe := next((span for span in times if term.end <= span[0] < clause), times[0] if times else None):
        parts["timeframe"] = timeframe
    return parts


_LISTS = compile_pattern(r"""[^;.]{0,90} (?: were | was | included? | including | such \s as
    | comprised ) \b .{0,40} | .{0,40} :\s.{0,40}""")


def _inherit(text: str, terms: Sequence[Term], runs: Sequence[Sequence[int]], parts: Sequence[Parts]) -> None:
    """Give what is said of a general term (serious, grade 3, related) to the named events that it introduces."""
    head: int | None = None
    for run in runs:
        for index in run:
            if terms[index].kind == GENERAL:
                head = index
            elif head is not None and head != index and _introduces(text, terms, head, run[0]):
                inherited = {name: span for name, span in parts[head].items() if name in ("grade", "relatedness")}
                inherited |= _seriousness_of(text, terms[head], parts[head])
                parts[index].update(inherited | parts[index])
        for one, other in pairwise(run):
            if _IN_PARENTHESES.fullmatch(text, terms[one].end, terms[other].start):
                parts[other].update(_seriousness_of(text, terms[one], parts[one]) | parts[other])


_SERIOUS_NAME = regex.compile(r"SAE|TESAE|(?i:non-?serious|serious)")


def _seriousness_of(text: str, term: Term, parts: Parts) -> Parts:
    if "seriousness" in parts:
        return {"seriousness": parts["seriousness"]}
    match = _SERIOUS_NAME.search(text, term.start, term.end)
    return {"seriousness": match.span()} if match else {}


def _introduces(text: str, terms: Sequence[Term], head: int, first: int) -> bool:
    between = text[terms[head].end : terms[first].start if first > head else terms[head].end]
    return (
        first > head
        and bool(regex.search(r"\b(?:were|was|includ|such as|compris)|:|\(", between))
        and "." not in regex.sub(r"\.\d", "", between)
    )
