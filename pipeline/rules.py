"""What a rule is, how patterns are compiled, and how rules find mentions in a sentence.

A pattern is written verbosely, with named groups. The mention is what the group `mention` matched, each time it
matched (a list of doses is one match and several mentions), or the whole match where there is no such group. Rules
are tried in order and the earlier wins where they overlap; nothing else is precedence. A rule that is an exclusion
claims text that looks like a mention and is none, so that no later rule takes it.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

import regex

from pipeline.quantities import DEFINED, NUMBER_WORDS
from pipeline.records import Mention, Sentence, Span

SECONDS_PER_PATTERN = 5.0
"""How long one pattern may work on one sentence before the article fails by name (`TimeoutError`)."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A named pattern with examples that it must match, `[[` and `]]` around what it finds."""

    name: str
    pattern: regex.Pattern[str]
    examples: tuple[str, ...]
    exclusion: bool = False


@cache
def compile_pattern(pattern: str, **words: frozenset[str]) -> regex.Pattern[str]:
    r"""Compile a verbose pattern, without regard to case; `words` are its named lists (`\L<name>`)."""
    if NUMBER_WORDS in pattern:
        pattern = f"(?: {pattern}\n) {DEFINED}"
    # The stubs of regex do not know named lists.
    return regex.compile(pattern, regex.VERBOSE | regex.IGNORECASE, **words)  # type: ignore[arg-type]


def rule(name: str, pattern: str, *examples: str, exclusion: bool = False, **words: frozenset[str]) -> Rule:
    """A rule from the text of its pattern; see `Rule` and `compile_pattern`."""
    return Rule(name, compile_pattern(pattern, **words), examples, exclusion)


def find_mentions(rules: Iterable[Rule], sentence: Sentence) -> Iterator[Mention]:
    """All mentions that the rules find in a sentence, in the order of the rules.

    Raises:
        TimeoutError: a pattern took longer than `SECONDS_PER_PATTERN`.
    """
    claimed: list[Span] = []  # in order, none overlapping
    for each in rules:
        for match in each.pattern.finditer(sentence.text, timeout=SECONDS_PER_PATTERN):
            spans = match.spans("mention") if "mention" in each.pattern.groupindex else [match.span()]
            for start, end in spans:
                place = bisect(claimed, (start, end))
                beside = claimed[max(place - 1, 0) : place + 1]
                if start == end or any(start < taken_end and taken_start < end for taken_start, taken_end in beside):
                    continue
                claimed.insert(place, (start, end))
                if not each.exclusion:
                    parts = {
                        name: (sentence.start + match.start(name), sentence.start + match.end(name))
                        for name in each.pattern.groupindex
                        if name != "mention" and match.start(name) >= 0
                    }
                    text = sentence.text[start:end]
                    yield Mention(sentence.start + start, sentence.start + end, text, sentence, each.name, parts)
