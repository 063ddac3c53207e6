"""The plain data that passes from stage to stage: articles, sentences, mentions, and rows without evidence."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path
from typing import Any, TypeAlias

Span: TypeAlias = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Zone:
    """A stretch `[start, end)` of an article's text, in characters, and what it is.

    `section` is `title`, `abstract` (no heading says more), `background`, `methods`, `results`, `conclusions`,
    `registration`, `body` (of a full text, where no heading says more), or `furniture`: navigation, keywords,
    references and whatever else is not the article's own abstract, in which no extractor looks.
    """

    start: int
    end: int
    section: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where `[start, end)` of an article's text, a word at most, is printed: page from 1, and box.

    The box is in points from the page's top left corner, as pdfplumber has it.
    """

    start: int
    end: int
    page: int
    x0: float
    top: float
    x1: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Article:
    """One paper as it was read. `text` is what every offset of the project points into.

    `given_id` is the identifier as its source gave it, text or number. `raised` are the spans of the text that the
    source set as superscripts. `places` say where words are printed, in order, for text of pages that can be seen.
    `encoding` is empty where the source was text already.
    """

    id: str
    file: str
    sha256: str
    format: str
    text: str
    zones: tuple[Zone, ...]
    given_id: Any = None
    raised: tuple[Span, ...] = ()
    places: tuple[Place, ...] = ()
    title: str = ""
    pmid: str = ""
    pmcid: str = ""
    doi: str = ""
    registry_ids: tuple[str, ...] = ()
    journal: str = ""
    year: int | None = None
    publication_types: tuple[str, ...] = ()
    record_status: str = ""
    language: str = ""
    encoding: str = ""

    def printed_at(self, start: int, end: int) -> tuple[int | None, str]:
        """The page on which `[start, end)` begins, and the box around it there (`x0 top x1 bottom`); None and empty
        where that is not known.
        """
        first = bisect_right(self.places, start, key=lambda place: place.end)
        words = list(takewhile(lambda place: place.start < end, self.places[first:]))
        if not words:
            return None, ""
        words = [word for word in words if word.page == words[0].page]
        box = (
            min(word.x0 for word in words),
            min(word.top for word in words),
            max(word.x1 for word in words),
            max(word.bottom for word in words),
        )
        return words[0].page, " ".join(f"{side:.1f}" for side in box)

    @property
    def is_rendered(self) -> bool:
        """Whether the text was made from markup, so that no file holds it as offsets count it."""
        return self.format not in ("text", "jsonl")


@dataclass(frozen=True, slots=True)
class Resources:
    """What a user brings to the extraction of adverse events.

    `terms` is a list of terms, `meddra` a folder of MedDRA's ASCII files, `model` the name or folder of a spaCy model
    whose diseases join as candidates.
    """

    terms: Path | None = None
    meddra: Path | None = None
    model: str = ""


NO_RESOURCES = Resources()


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, `[start, end)` of the article's text, and the section it stands in."""

    start: int
    end: int
    text: str
    section: str


@dataclass(frozen=True, slots=True)
class Mention:
    """Where a fact is said: `[start, end)` of the article's text, by which rule, with the rule's named parts.

    A part maps the name of a group to the span of what it matched last, in characters of the article's text.
    """

    start: int
    end: int
    text: str
    sentence: Sentence
    rule: str
    parts: Mapping[str, Span] = field(default_factory=dict)

    def part(self, name: str) -> str:
        """The text of a named part, empty where the rule did not match it."""
        if name not in self.parts:
            return ""
        start, end = self.parts[name]
        return self.sentence.text[start - self.sentence.start : end - self.sentence.start]

    @property
    def before(self) -> str:
        """The sentence up to the mention."""
        return self.sentence.text[: self.start - self.sentence.start]

    @property
    def after(self) -> str:
        """The sentence from the end of the mention on."""
        return self.sentence.text[self.end - self.sentence.start :]


@dataclass(frozen=True, slots=True)
class Rejected:
    """A mention that could not be normalised: the table it was meant for, its evidence and the reason."""

    table: str
    start: int
    end: int
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Check:
    """Whether numbers of an article agree with each other.

    `verdict` is `consistent`, `inconsistent`, `decision_flips` (a P on the other side of .05) or `not_checkable` (the
    numbers belong together but one that is needed is missing or cannot be). `stated` is what the text says,
    `recomputed` what follows from its other numbers, as wide as their rounding leaves it; `evidence` the numbers of the
    mentions that it rests on.
    """

    check: str
    verdict: str
    stated: str
    recomputed: str
    evidence: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Failure:
    """A file or an article that could not be worked on: which, where in it, and why.

    `traceback` is kept where the reason is an error of the program.
    """

    file: str
    place: str
    reason: str
    traceback: str = ""
