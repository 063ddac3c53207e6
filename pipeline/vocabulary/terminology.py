"""Names of adverse events: the project's own, a user's list, and MedDRA where a user has it.

MedDRA is licensed, so nothing of it is here: its distributed ASCII files (`llt.asc`, `mdhier.asc`; fields between `$`,
as its distribution file format document lists them) are read from the user's folder. It only names events; a user's
list also says what is found, as the project's own vocabulary does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import NamedTuple

import regex

from pipeline.records import NO_RESOURCES, Resources
from pipeline.vocabulary import table


class Name(NamedTuple):
    """What an event is called in tables; both empty where no vocabulary has it."""

    preferred_term: str
    organ_class: str


class TermsError(ValueError):
    """A user's list of terms, or MedDRA, that cannot be read; says file, line and reason."""


WORD = regex.compile(r"\p{L}+(?:['’]s\b)?|\d+")
_GREEK = regex.compile(r"ae|oe")


def normal(text: str) -> str:
    """Lower case, one space between words, American spelling of what is Greek or Latin."""
    return " ".join(normal_word(match[0]) for match in WORD.finditer(text))


@lru_cache(maxsize=50_000)
def normal_word(word: str) -> str:
    """The normal form of one word."""
    word = _GREEK.sub("e", word.lower().replace("’", "'")).replace("leuco", "leuko")
    return word.replace("our", "or") if word.endswith(("our", "ours")) else word


def singulars(word: str) -> Iterator[str]:
    """A normal word, and what it may be the plural of."""
    yield word
    for ending, singular in (("ies", "y"), ("ses", "sis"), ("es", ""), ("s", ""), ("ata", "a")):
        if word.endswith(ending):
            yield word.removesuffix(ending) + singular


@dataclass(frozen=True, eq=False)
class Terminology:
    """Names of events by the normal form of a term: `found` are sought in texts, `renamed` only name what was found.

    It is equal to itself only, so that what is looked up in it can be remembered.
    """

    found: Mapping[str, Name]
    renamed: Mapping[str, Name]

    @cached_property
    def longest(self) -> Mapping[str, int]:
        """By the first word of the terms that are sought, the largest number of their words."""
        longest: dict[str, int] = {}
        for term in self.found:
            first, *others = term.split()
            longest[first] = max(longest.get(first, 0), 1 + len(others))
        return longest


@cache
def terminology(resources: Resources = NO_RESOURCES) -> Terminology:
    """The names that a user's resources and the project's own vocabulary give; of two names, the user's.

    Raises:
        TermsError: a file of the resources cannot be read.
    """
    own = {normal(term): Name(*cells) for term, cells in table("events").items()}
    users = {normal(term): name for term, name in _read_terms(resources.terms)} if resources.terms else {}
    meddra = {normal(term): name for term, name in _read_meddra(resources.meddra)} if resources.meddra else {}
    return Terminology({**own, **users}, {**meddra, **users})


def _lines(path: Path) -> Iterable[tuple[int, str]]:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise TermsError(f"{path}: {error.strerror}") from error
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("latin-1")  # what MedDRA was distributed in before it was UTF-8
    return enumerate(text.splitlines(), 1)


def _read_terms(path: Path) -> Iterator[tuple[str, Name]]:
    """The rows of a list: term, preferred term and, if known, organ class, tabs between; `#` before a remark."""
    for number, line in _lines(path):
        if not line.strip() or line.startswith("#"):
            continue
        cells = [cell.strip() for cell in line.split("\t")]
        if not 2 <= len(cells) <= 3 or not normal(cells[0]) or not cells[1]:
            raise TermsError(f"{path}, line {number}: not a term, its preferred term and organ class: {line!r}")
        yield cells[0], Name(cells[1], cells[2] if len(cells) == 3 else "")


def _read_meddra(folder: Path) -> Iterator[tuple[str, Name]]:
    """Lowest level terms with the name of their preferred term and of its primary system organ class."""
    primary = {}
    for number, line in _lines(folder / "mdhier.asc"):
        cells = line.split("$")
        if len(cells) < 12:
            raise TermsError(f"{folder / 'mdhier.asc'}, line {number}: not 12 fields between `$`: {line[:80]!r}")
        if cells[11] == "Y":
            primary[cells[0]] = Name(cells[4], cells[7])
    for number, line in _lines(folder / "llt.asc"):
        cells = line.split("$")
        if len(cells) < 3:
            raise TermsError(f"{folder / 'llt.asc'}, line {number}: not 3 fields between `$`: {line[:80]!r}")
        if cells[2] in primary and normal(cells[1]):
            yield cells[1], primary[cells[2]]
