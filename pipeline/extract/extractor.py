"""What an extractor is, and what it gives."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.document import Document
from pipeline.records import Mention
from pipeline.rules import Rule, find_mentions


@dataclass(frozen=True, slots=True)
class Fact:
    """A record with its evidence. `number` counts the facts of an article from 1, in the order of the text."""

    table: str
    label: str
    number: int
    mention: Mention
    record: Any
    review: str


@dataclass(frozen=True, slots=True)
class Extractor:
    """How one fact is found and read.

    `table` names its table and `label` its annotations. `normalise` turns a mention into a `record`, a frozen
    dataclass whose fields are the table's columns and whose `str` is its canonical form; it raises `ValueError` with
    the reason where it cannot. `doubt` says why a curator should look at a row before trusting it, empty where there
    is no reason. `find` is for a fact whose mentions take more than rules over single sentences.
    """

    table: str
    label: str
    record: type[Any]
    rules: Sequence[Rule]
    normalise: Callable[[Mention, Document], Any]
    doubt: Callable[[Mention, Any], str] = lambda mention, record: ""
    find: Callable[[Document], Iterator[Mention]] | None = None

    def mentions(self, document: Document) -> Iterator[Mention]:
        """Where the document says the fact."""
        if self.find is not None:
            yield from self.find(document)
            return
        for sentence in document.sentences:
            yield from find_mentions(self.rules, sentence)
