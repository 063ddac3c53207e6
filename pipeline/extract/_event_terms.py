"""Words that can name an adverse event: where they stand in a sentence, and what the vocabulary calls them.

Whether such words say that an event happened is not asked here. A term is either general (`adverse events`), a death,
or a named event; named are the terms of the vocabulary and words that medicine builds for ills (`-itis`, `-penia`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

import regex

from pipeline.records import Span
from pipeline.vocabulary import table, words

DEATH, GENERAL, NAMED = "†", "§", "¤"
"""The marks that stand for a term of each kind in a masked sentence."""


@dataclass(frozen=True, slots=True)
class Term:
    """Words `[start, end)` of a text that can name an event; `key` is their normal form, to know them again."""

    start: int
    end: int
    kind: str
    key: str
    preferred: str
    organ_class: str


_WORD = regex.compile(r"\p{L}+(?:['’]s\b)?|\d+")
_LINK = regex.compile(r"[\s\-\u2010-\u2013/]{1,2}|-\s|\s\(\p{Lu}{2,6}\)\s")
_SHORT_IN_PHRASE = regex.compile(r"(?<=\p{Ll}\s)\(\p{Lu}{2,6}\)(?=\s\p{Ll})")
_ADVERSE = r"""
    (?: (?: un(?:desirable|toward|wanted|favou?rable) | adverse | side | toxic | (?<![\p{L}-]) safety )
        [\s\-\u2010\u2011] (?: [\p{L}-]+ \s ){0,2}?
        (?: event | effect | reaction | experience | incident | drug \s (?: event | effect | reaction ) | episode | response | symptom | sign | outcome )s?
      | side \s* effects?
      | complications? | toxicit (?: y | ies ) | sequelae
      | (?<= \p{L} [\-\u2010\u2011] ) (?: related | emergent | associated | induced ) \s (?: [\p{L}-]+ \s )? (?: adverse \s )? (?: events? | effects? | reactions? | problems? | symptoms? | harms? )
      | (?-i: s?AEs? | SAEs? | TEAEs? | TRAEs? | TESAEs? | ADRs? | DLTs? | irAEs? | SUSARs? | AESIs? | ADEs? | DLAEs? ) (?! \p{L} )
      | (?: serious | severe | major | all | these ) \s events? )
    (?! \p{L} )
"""
_GENERAL = regex.compile(rf"(?<! [\p{{L}}\d] ) {_ADVERSE}", regex.VERBOSE | regex.IGNORECASE)
_KNOWN_SHORT = frozenset("AE AEs SAE SAEs TEAE TEAEs TRAE TRAEs ADR ADRs DLT DLTs".split())
_DEATH = regex.compile(
    r"""(?<! \p{L} ) (?: deaths? | died | dies | fatalit (?: y | ies ) | mortality | succumbed | (?: fatal | lethal ) \s (?: events? | outcomes? | cases? | complications? ) )
        (?! \p{L} )""",
    regex.VERBOSE | regex.IGNORECASE,
)
_BUILT = regex.compile(
    r"(?!anti|non|pre|post)\p{L}{3,}(?:itis|itides|[^d]emias?|penias?|algias?|rrheas?|rrhages?|megaly|[^c]uria|plegias?|toxicit(?:y|ies)|sclerosis|ectas[ie]s|stenos[ie]s"
    r"|thrombos[ie]s|necros[ie]s|neuropath(?:y|ies)|dynia|edemas?)"
)
"""Ends of words that medicine builds for ills, in the normal form."""


def normal(text: str) -> str:
    """Lower case, one space between words, American spelling of the Greek and Latin ae, oe and our."""
    return " ".join(_word(match[0]) for match in _WORD.finditer(text))


@lru_cache(maxsize=50_000)
def _word(word: str) -> str:
    word = word.lower().replace("’", "'")
    word = regex.sub("ae|oe", "e", word)
    return regex.sub("our(?=s?$)", "or", word.replace("leuco", "leuko").replace("pht", "pht"))


def _singulars(word: str) -> Iterator[str]:
    yield word
    if word.endswith("ies"):
        yield word[:-3] + "y"
    if word.endswith("ses"):
        yield word[:-2] + "is"
    if word.endswith("es"):
        yield word[:-2]
    if word.endswith("s"):
        yield word[:-1]
    if word.endswith("ata"):
        yield word[:-2]


@cache
def _vocabulary() -> tuple[dict[str, tuple[str, ...]], dict[str, int]]:
    """The rows of the vocabulary by normal form, and by first word the largest number of words."""
    rows = {normal(term): row for term, row in table("events").items()}
    longest: dict[str, int] = {}
    for term in rows:
        parts = term.split()
        longest[parts[0]] = max(longest.get(parts[0], 0), len(parts))
    return rows, longest


@lru_cache(maxsize=50_000)
def _reach(word: str) -> int:
    """The largest number of words of a term that begins with a word."""
    _, longest = _vocabulary()
    return max(longest.get(each, 0) for each in _singulars(word))


@lru_cache(maxsize=50_000)
def _is_built(word: str) -> bool:
    return bool(_BUILT.fullmatch(word))


@lru_cache(maxsize=20_000)
def _look_up(words_: tuple[str, ...]) -> tuple[str, ...] | None:
    rows, _ = _vocabulary()
    *front, last = words_
    for singular in _singulars(last):
        if row := rows.get(" ".join((*front, singular))):
            return row
    return None


def preferred(phrase: str) -> tuple[str, str]:
    """Preferred term and organ class of a phrase, both empty if the vocabulary has none.

    The whole phrase is looked up, then what is left of it without its first words (`acute hepatitis`), then the same
    without what a preposition adds behind (`hypertrophy of the transplant`).
    """
    short = table("event_abbreviations").get(phrase.strip().removesuffix("s")) or table("event_abbreviations").get(phrase.strip())
    if short:
        return short[0], short[1]
    heads = [phrase, regex.split(r"\s(?:of|in|with|due|to|from|at|involving|requiring|without|on|during|after)\s|[(\[]", phrase)[0]]
    for head in heads:
        parts = tuple(normal(head).split())
        for first in range(len(parts)):
            if row := _look_up(parts[first:]):
                return row[0], row[1]
    return "", ""


def find_terms(text: str, abbreviations: Mapping[str, str]) -> list[Term]:
    """The terms of a text, none overlapping another, in its order; the article's own abbreviations are known too."""
    found: list[Term] = []

    def add(start: int, end: int, kind: str, row: tuple[str, ...] = ("", "")) -> None:
        if all(end <= each.start or each.end <= start for each in found):
            found.append(Term(start, end, kind, row[0] or normal(text[start:end]), row[0], row[1]))

    named = sorted(_named(text, abbreviations), key=lambda each: each[0] - each[1])
    for match in _GENERAL.finditer(text):
        if not any(start <= match.start() and match.end() < end for start, end, _ in named):
            add(*match.span(), GENERAL)
    for short, meaning in abbreviations.items():
        if short not in _KNOWN_SHORT and len(meaning) < 60 and any(match.end() == len(meaning) for match in _GENERAL.finditer(meaning)) and "without" not in meaning:
            for match in regex.finditer(rf"(?<![\p{{L}}\d]){regex.escape(short)}s?(?![\p{{L}}\d])", text):
                add(*match.span(), GENERAL)
    for match in _DEATH.finditer(text):
        add(*match.span(), DEATH, ("death", "General disorders and administration site conditions"))
    for start, end, row in named:
        add(start, end, NAMED, row)
    return sorted((_extend(text, term) for term in found), key=lambda term: term.start)


def _named(text: str, abbreviations: Mapping[str, str]) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    shorts = table("event_abbreviations")
    tokens = [match.span() for match in _WORD.finditer(_SHORT_IN_PHRASE.sub(lambda match: " " * len(match[0]), text))]
    normals = [_word(text[start:end]) for start, end in tokens]
    for first, (start, end) in enumerate(tokens):
        word = text[start:end]
        singular = word[:-1] if word.endswith("s") and word[:-1].isupper() else word
        if singular in abbreviations:
            if row := preferred(abbreviations[singular]):
                if row[0]:
                    yield start, end, row
            continue
        if singular in shorts:
            yield start, end, shorts[singular]
            continue
        reach = _reach(normals[first])
        for count in range(min(reach, len(tokens) - first), 0, -1):
            last = first + count - 1
            if any(not _LINK.fullmatch(text, tokens[i][1], tokens[i + 1][0]) for i in range(first, last)):
                continue
            if row := _look_up(tuple(normals[first : last + 1])):
                yield start, tokens[last][1], row
                break
        else:
            if _is_built(normals[first]):
                yield start, end, ("", "")


_BEFORE = regex.compile(r"(?P<word> [\p{L}\d][\p{L}\d/'’\u2010\u2011-]* ) (?: \s | [-\u2010\u2011] ) \Z", regex.VERBOSE)
_ADJECTIVE = regex.compile(r"[\p{L}-]+(?:al|ic|ous|ary|ive|ar|oid|ible|able|ory|ile|ine|like)|[\p{L}-]+[-\u2010\u2011 ](?:related|associated|induced|emergent|limiting|limited|mediated|threatening|free|onset|term|tract|site)")


def _extend(text: str, term: Term) -> Term:
    """The term with the words before it that make it another event."""
    start = term.start
    if text[start:].lower().startswith(("died", "succumbed")):
        return term
    while start and text[start - 1] in "-\u2010\u2011" and (match := regex.search(r"[\p{L}\d]++\Z", text[max(0, start - 30) : start - 1])):
        start -= len(match[0]) + 1
    while match := _BEFORE.search(text, max(0, start - 40), start):
        word = match["word"].lower()
        if word in words("event_never_before") or not (word in words("event_modifiers") or _ADJECTIVE.fullmatch(word)):
            break
        start = match.start()
    return Term(start, term.end, term.kind, term.key, term.preferred, term.organ_class)
