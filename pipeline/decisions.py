"""What curators decided on rows: accepted, corrected or rejected, kept apart from what is extracted.

A decision is a line of JSON as the page of an extraction exports it: `article_id`, `table`, `sentence`, `start` of the
mention in the sentence (characters), `text`, `decision`, and `corrected` (columns and their right values). It is known
by this content, so that it outlives reruns and changes of rules: it is that of the row of its table whose mention, in
the same sentence of the same article, shares characters with its own.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline.tables import FACTS

KINDS = ("accepted", "corrected", "rejected")


class DecisionError(ValueError):
    """A decision that cannot be read; says file, line and reason."""


@dataclass(frozen=True, slots=True)
class Decision:
    """A line of a file of decisions."""

    article_id: str
    table: str
    sentence: str
    start: int
    text: str
    decision: str
    corrected: Mapping[str, Any] = field(default_factory=dict)

    @property
    def correction(self) -> str:
        """The right values as a cell shows them, `column=value` one after the other."""
        return "; ".join(f"{name}={'' if value is None else value}" for name, value in self.corrected.items())


def read_decisions(folder: Path) -> list[Decision]:
    """The decisions of the `.jsonl` files of a folder, in the order of their names; of two on a row the later counts.

    Raises:
        DecisionError: a line that is no decision.
    """
    latest: dict[tuple[str, str, str, int, str], Decision] = {}
    for path in sorted(folder.glob("*.jsonl")):
        for number, line in enumerate(path.read_text("utf-8-sig").splitlines(), 1):
            if line.strip():
                each = _decision(line, f"{path}, line {number}")
                latest[each.article_id, each.table, each.sentence, each.start, each.text] = each
    return list(latest.values())


def _decision(line: str, place: str) -> Decision:
    try:
        each = Decision(**json.loads(line))
    except (ValueError, TypeError) as error:
        raise DecisionError(f"{place}: not a decision: {error}") from None
    unknown = each.corrected.keys() - FACTS.get(each.table, {}).keys()
    if each.table not in FACTS or each.decision not in KINDS or not isinstance(each.start, int) or unknown:
        raise DecisionError(f"{place}: no such table, decision or column: {line[:200]}")
    return each


class Decisions:
    """Decisions to be met by rows; which of them were is known at the end."""

    def __init__(self, decisions: Iterable[Decision]) -> None:
        self._all = list(decisions)
        self._places: dict[tuple[str, str, str], list[Decision]] = defaultdict(list)
        for each in self._all:
            self._places[each.table, each.article_id, each.sentence].append(each)
        self._met: set[int] = set()

    def of(self, table: str) -> bool:
        """Whether there is any on rows of a table."""
        return any(place[0] == table for place in self._places)

    def on(self, table: str, row: Mapping[str, Any], start: int) -> dict[str, str]:
        """The cells `decision` and `corrected` of a row whose mention begins at a place of its sentence."""
        for each in self._places.get((table, row["article_id"], row["sentence"]), ()):
            if each.start < start + len(row["text"]) and start < each.start + len(each.text):
                self._met.add(id(each))
                return {"decision": each.decision, "corrected": each.correction}
        return {}

    def rows(self) -> list[dict[str, Any]]:
        """The decisions as rows of their table, with whether their mention is still there."""
        return [
            {
                "article_id": each.article_id,
                "table": each.table,
                "sentence": each.sentence,
                "text": each.text,
                "decision": each.decision,
                "corrected": each.correction,
                "found": id(each) in self._met,
            }
            for each in self._all
        ]

    def key(self) -> list[str]:
        """What tables depend on."""
        return [f"{each}" for each in self._all]
