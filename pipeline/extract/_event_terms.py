"""Words that can name an adverse event: where they stand in a text, and what the vocabulary calls them.

Whether they say that an event happened is not asked here. A term is general (`adverse events`), a death, or a named
event; named are the terms of the vocabulary, and words that medicine builds for ills (`-itis`, `-penia`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice

import regex

from pipeline.records import Span
from pipeline.rules import compile_pattern
from pipeline.vocabulary import table, words
from pipeline.vocabulary.terminology import WORD, Name, Terminology, normal, normal_word, singulars

DEATH, GENERAL, NAMED = "†", "§", "¤"
"""The kinds of terms, each the mark that stands for such a term in a masked sentence."""


@dataclass(frozen=True, slots=True)
class Term:
    """Words `[start, end)` of a text that can name an event; `key` is the same for all words for one event."""

    start: int
    end: int
    kind: str
    key: str
    organ_class: str = ""


_GENERAL = compile_pattern(
    r"""
    (?<! [\p{L}\d] )
    (?: (?: un(?: desirable | toward | wanted | favou?rable ) | adverse | side | toxic
        | safety ) [\s\-‐‑] (?: (?! (?: and | or | of | in ) \s ) [\p{L}-]+ \s ){0,2}?
        (?: effects?+ (?! (?: \s of \s [\p{L}-]+ (?: \s [\p{L}-]+ )? )? \s (?: on | upon ) \b )
          | event | reaction | experience | incident | episode | response | symptom | sign | outcome )s?
      | side \s* effects?
      | complications? | toxicit (?: y | ies ) | sequelae
      | (?<= \p{L} [-‐‑] ) (?: related | emergent | associated | induced ) \s (?: [\p{L}-]+ \s )?
        (?: adverse \s )? (?: event | effect | reaction | problem | symptom | harm )s?
      | (?: serious | severe | major | all | these ) \s events?
      | events? (?<= \b grades? \s [\dIV≥>/–-]+ (?: \s (?: or | to | and ) \s [\p{L}\d]+ )? \s (?: [\p{L}-]+ \s )?
          events? )
      | reactions? (?<= \b (?: mild | moderate | severe | serious | fatal ) \s (?: [\p{L}-]+ \s ){0,3} reactions? )
      | (?-i: s?AEs? | SAEs? | TEAEs? | TRAEs? | TESAEs? | ADRs? | DLTs? | irAEs? | SUSARs? | AESIs? | ADEs? ) )
    (?! \p{L} )"""
)
_OF_ALL_ARTICLES = frozenset({"AE", "SAE", "TEAE", "TRAE", "TESAE", "ADR", "DLT", "irAE", "SUSAR", "AESI", "ADE"})
_DEATH = compile_pattern(
    r"""
    (?<! \p{L} | \b (?: cells? | neuron(?:al|s)? | brain | myocytes? | cardiomyocytes? | hepatocytes? | tissue | axonal
        | programmed | apoptotic | necrotic | non-?apoptotic ) [\s-] )
    (?: deaths? | died | dies | fatalit (?: y | ies ) | mortality | succumbed
      | (?: fatal | lethal ) \s (?: event | outcome | case | complication )s? )
    (?! \p{L} )"""
)
_DEATH_NAME = Name("death", "General disorders and administration site conditions")
_NO_NAME = Name("", "")
_BUILT = regex.compile(
    r"(?!anti|non|pre|post)\p{L}{3,}(?:itis|itides|[^d]emias?|penias?|algias?|rrheas?|rrhages?|megaly|[^c]uria|plegias?"
    r"|toxicit(?:y|ies)|sclerosis|ectas[ie]s|stenos[ie]s|thrombos[ie]s|necros[ie]s|neuropath(?:y|ies)|dynia|edemas?)"
)
_ASIDE = regex.compile(r"(?<=\p{Ll}\s)\(\p{Lu}{2,6}\)(?=\s\p{Ll})")
_LINK = regex.compile(r"[\s\-‐‑‒–/]{1,2}|\s\(\p{Lu}{2,6}\)\s")
# "acne-like", and "falls in blood pressure" against "falls in the elderly".
_MEANS_LESS = compile_pattern(
    r"""[-‐‑] (?: like | free | driven | directed ) (?! \p{L} )
      | (?<= \b falls? ) \s (?: in | of | from ) \s (?! \d | (?: [\p{L}-]+ \s ){0,2}
          (?: patient | people | elderly | adult | person | participant | group | arm | wom[ae]n | m[ae]n | resident
            | height | bed ) )"""
)
_HEAD_END = compile_pattern(
    r"\s (?: of | in | with | due | to | from | at | involving | requiring | without | on | during | after ) \s | [(\[]"
)


@dataclass(frozen=True, slots=True)
class Lexicon:
    """What words mean in an article: its abbreviations, and the names of events."""

    abbreviations: Mapping[str, str]
    terminology: Terminology


def find_terms(text: str, lexicon: Lexicon, diseases: Sequence[Span] = ()) -> list[Term]:
    """The terms of a text in its order, none overlapping another; `diseases` are candidates that a model found."""
    abbreviations = lexicon.abbreviations
    candidates = [*_named(text, lexicon), *_raised(text, lexicon.terminology), *_of_model(text, diseases, lexicon)]
    named = sorted(candidates, key=lambda each: (each[0] - each[1], each[0]))
    spans = [
        (*match.span(), GENERAL, _NO_NAME)
        for match in _GENERAL.finditer(text)
        if not any(start <= match.start() and match.end() < end for start, end, _ in named)
        and not _means_otherwise(match[0], abbreviations)
    ]
    spans += [(*place, GENERAL, _NO_NAME) for place in _own_general(text, abbreviations)]
    spans += [(*match.span(), DEATH, _DEATH_NAME) for match in _DEATH.finditer(text)]
    spans += [(start, end, NAMED, name) for start, end, name in named]
    taken = bytearray(len(text))
    found = []
    for start, end, kind, (term, organ_class) in spans:
        if not any(taken[start:end]):
            taken[start:end] = b"\1" * (end - start)
            found.append(_extend(text, Term(start, end, kind, term or normal(text[start:end]), organ_class)))
    return sorted(found, key=lambda term: term.start)


@lru_cache(maxsize=20_000)
def preferred(phrase: str, terminology: Terminology) -> Name:
    """Preferred term and organ class of a phrase, both empty if no vocabulary has it; MedDRA's where a user has it.

    The whole phrase is looked up, then what is left of it without its first words (`acute hepatitis`), then the same
    without what a preposition adds behind (`hypertrophy of the transplant`).
    """
    name = _own_name(phrase, terminology)
    if not terminology.renamed:
        return name
    ours = tuple(normal(name.preferred_term).split())
    renamed = (_in(terminology.renamed, parts) for parts in (*_heads(phrase), ours) if parts)
    return next((each for each in renamed if each), name)


def _own_name(phrase: str, terminology: Terminology) -> Name:
    if short := _of_abbreviation(phrase.strip()):
        return short
    for _, _, raised in _raised(phrase, terminology):
        return raised
    for parts in _heads(phrase):
        if name := _look_up(terminology, parts):
            return name
    if general := [match[0] for match in _GENERAL.finditer(phrase)]:
        return Name(_general_name(general[-1]), "")
    return _DEATH_NAME if _DEATH.search(phrase) else _NO_NAME


def _heads(phrase: str) -> Iterator[tuple[str, ...]]:
    for head in (phrase, _HEAD_END.split(phrase)[0]):
        parts = tuple(normal(head).split())
        yield from (parts[first:] for first in range(len(parts)))


@lru_cache(maxsize=50_000)
def _reach(terminology: Terminology, word: str) -> int:
    """The largest number of words of a term that begins with a word."""
    return max(terminology.longest.get(each, 0) for each in singulars(word))


@lru_cache(maxsize=50_000)
def _look_up(terminology: Terminology, parts: tuple[str, ...]) -> Name | None:
    return _in(terminology.found, parts)


def _in(names: Mapping[str, Name], parts: Sequence[str]) -> Name | None:
    found = (names.get(" ".join((*parts[:-1], singular))) for singular in singulars(parts[-1]))
    return next((name for name in found if name), None)


def _of_abbreviation(word: str) -> Name | None:
    if word.islower() or word.istitle():
        return None
    row = table("event_abbreviations").get(word) or table("event_abbreviations").get(word.removesuffix("s"))
    return Name(*row) if row else None


def _general_name(words_: str) -> str:
    for name, pattern in _GENERAL_NAMES.items():
        if pattern.search(words_):
            return name
    return "adverse event"


_GENERAL_NAMES = {
    "dose-limiting toxicity": regex.compile("DLT|(?i:dose.limit)"),
    "toxicity": regex.compile("(?i:toxic)"),
    "complication": regex.compile("(?i:complication|sequelae)"),
}


@lru_cache(maxsize=50_000)
def _is_built(word: str) -> bool:
    return bool(_BUILT.fullmatch(word))


@lru_cache(maxsize=50_000)
def _can_begin(terminology: Terminology, word: str) -> bool:
    """Whether a word, as it stands in a text, begins a term: most do not, and need no further look."""
    return bool(_reach(terminology, normal_word(word))) or _is_built(normal_word(word))


def _named(text: str, lexicon: Lexicon) -> Iterator[tuple[int, int, Name]]:
    """Terms of the vocabulary and built words, the longest from each word on; they may overlap."""
    terminology = lexicon.terminology
    bare = _ASIDE.sub(lambda aside: " " * len(aside[0]), text)
    tokens = [(match.start(), match.end(), match[0]) for match in WORD.finditer(bare)]
    for first, (start, end, word) in enumerate(tokens):
        short = word.removesuffix("s") if word[:-1].isupper() else word
        meaning = lexicon.abbreviations.get(short)
        name_of_short = _of_abbreviation(word) if meaning is None else _own_name(meaning, terminology)
        if name_of_short and name_of_short.organ_class:
            yield start, end, name_of_short
        elif name_of_short is not None or not _can_begin(terminology, word):
            continue
        elif len(word) < 5 and word.isupper() and not text.isupper():
            continue  # letters of something else (`FLU`, a drug)
        linked = list(islice(_linked(text, tokens, first), _reach(terminology, normal_word(word))))
        for count in range(len(linked), 0, -1):
            name = _look_up(terminology, tuple(normal_word(each) for _, _, each in linked[:count]))
            if name and not _MEANS_LESS.match(text, linked[count - 1][1]):
                yield start, linked[count - 1][1], name
                break
        else:
            if name_of_short is None and _is_built(normal_word(word)) and not _MEANS_LESS.match(text, end):
                yield start, end, _NO_NAME


def _linked(text: str, tokens: list[tuple[int, int, str]], first: int) -> Iterator[tuple[int, int, str]]:
    """The words from one on, as far as nothing but what can stand inside a term parts them."""
    yield tokens[first]
    for last in range(first + 1, len(tokens)):
        if not _LINK.fullmatch(text, tokens[last - 1][1], tokens[last][0]):
            return
        yield tokens[last]


_RAISED = compile_pattern(
    r"""\b (?: elevations? | (?: rises? | increases? ) (?<= \b (?: transient | asymptomatic | reversible ) \s \p{L}+ ) )
    \s (?: of | in ) \s (?: the \s )? (?P<what> \p{L}+ (?: [\s-] \p{L}+ ){0,3} )"""
)


def _raised(text: str, terminology: Terminology) -> Iterator[tuple[int, int, Name]]:
    """What is named by its rise ("elevations of liver enzymes") and by an adjective in the vocabulary."""
    for match in _RAISED.finditer(text):
        parts = [part.span() for part in WORD.finditer(text, *match.span("what"))]
        for count in range(len(parts), 0, -1):
            what = tuple(normal_word(text[slice(*part)]) for part in parts[:count])
            if name := _look_up(terminology, ("elevated", *what)) or _look_up(terminology, ("increased", *what)):
                yield match.start(), parts[count - 1][1], name
                break


_BARE = regex.compile(r"\w(?:.*\w)?", regex.DOTALL)  # models take a full stop into what they find


def _of_model(text: str, diseases: Sequence[Span], lexicon: Lexicon) -> Iterator[tuple[int, int, Name]]:
    """What a model takes for a disease, with its name if the vocabulary has one."""
    for start, end in diseases:
        if words_ := _BARE.search(text, start, end):
            yield *words_.span(), _own_name(words_[0], lexicon.terminology)


def _means_otherwise(short: str, abbreviations: Mapping[str, str]) -> bool:
    """Whether an article uses the letters of a general term for something else (`AE`, aerobic exercise)."""
    meaning = abbreviations.get(short) or abbreviations.get(short.removesuffix("s"))
    return meaning is not None and not _GENERAL.search(meaning)


def _own_general(text: str, abbreviations: Mapping[str, str]) -> Iterator[tuple[int, int]]:
    """The places of abbreviations that an article introduces for a general term (`RRT`, regimen-related toxicity)."""
    for short, meaning in abbreviations.items():
        if short not in text:
            continue
        if short in _OF_ALL_ARTICLES or short.removesuffix("s") in _OF_ALL_ARTICLES or "without" in meaning:
            continue
        if len(meaning) < 60 and any(match.end() == len(meaning) for match in _GENERAL.finditer(meaning)):
            for match in regex.finditer(rf"(?<![\p{{L}}\d]){regex.escape(short)}s?(?![\p{{L}}\d])", text):
                yield match.span()


_BEFORE = regex.compile(r"(?P<word>[\p{L}\d][\p{L}\d/'’‐‑-]*)[\s\-‐‑]\Z")
_JOINED_BEFORE = regex.compile(r"[\p{L}\d]++[-‐‑]\Z")
_ADJECTIVE = regex.compile(
    r"[\p{L}-]+(?:al|ic|ous|ary|ive|ar|oid|ible|able|ory|ile|ine|like)"
    r"|[\p{L}-]+[-‐‑](?:related|associated|induced|emergent|limiting|limited|mediated|threatening|free|onset|term|tract"
    r"|site)"
)


def _extend(text: str, term: Term) -> Term:
    """The term with the words before it that make it another event."""
    start = term.start
    if text[start : term.end].lower() in ("died", "dies", "succumbed"):
        return term
    while joined := _JOINED_BEFORE.search(text, max(0, start - 30), start):
        start = joined.start()
    while match := _BEFORE.search(text, max(0, start - 40), start):
        word = match["word"].lower()
        if word in words("event_never_before") or not (word in words("event_modifiers") or _ADJECTIVE.fullmatch(word)):
            break
        start = match.start()
    return replace(term, start=start)
