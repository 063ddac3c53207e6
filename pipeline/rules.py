"""What a rule is, how patterns are compiled, and how rules find mentions in a sentence.

A pattern is written verbosely, with named groups. The mention is what the group `mention` matched, each time it
matched (a list of doses is one match and several mentions), or the whole match where there is no such group. Rules
are tried in order and the earlier wins where they overlap; nothing else is precedence. A rule that is an exclusion
claims text that looks like a mention and is none, so that no later rule takes it.
"""

from __future__ import annotations

from bisect import bisect, insort
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

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


class _Pattern:
    """A pattern that is compiled when first used: to compile all of them takes seconds, and few commands need all."""

    def __init__(self, pattern: str, words: dict[str, frozenset[str]]) -> None:
        self._pattern, self._words = pattern, words

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        # The stubs of regex do not know named lists.
        compiled = regex.compile(self._pattern, regex.VERBOSE | regex.IGNORECASE, **self._words)  # type: ignore[arg-type]
        # From now on these are attributes of this object, as quick as those of the compiled pattern.
        self.__dict__.update({each: getattr(compiled, each) for each in dir(compiled) if not each.startswith("__")})
        return self.__dict__[name]


@cache
def compile_pattern(pattern: str, **words: frozenset[str]) -> regex.Pattern[str]:
    r"""A verbose pattern without regard to case, compiled when first used; `words` are its named lists (`\L<name>`)."""
    if NUMBER_WORDS in pattern:
        pattern = f"(?: {pattern}\n) {DEFINED}"
    return cast("regex.Pattern[str]", _Pattern(pattern, words))


def rule(name: str, pattern: str, *examples: str, exclusion: bool = False, **words: frozenset[str]) -> Rule:
    """A rule from the text of its pattern; see `Rule` and `compile_pattern`."""
    return Rule(name, compile_pattern(pattern, **words), examples, exclusion)


def find_mentions(rules: Iterable[Rule], sentence: Sentence, starts: Sequence[int] | None = None) -> Iterator[Mention]:
    """All mentions that the rules find in a sentence, in the order of the rules.

    Where `starts` are given, a match begins at one of them that no earlier rule has claimed; else anywhere.

    Raises:
        TimeoutError: a pattern took longer than `SECONDS_PER_PATTERN`.
    """
    claimed: list[Span] = []  # in order, none overlapping
    for each in rules:
        for match in _matches(each.pattern, sentence.text, starts, claimed):
            spans = match.spans("mention") if "mention" in each.pattern.groupindex else [match.span()]
            for start, end in spans:
                if start == end or _overlaps(claimed, start, end):
                    continue
                insort(claimed, (start, end))
                if not each.exclusion:
                    parts = {
                        name: (sentence.start + match.start(name), sentence.start + match.end(name))
                        for name in each.pattern.groupindex
                        if name != "mention" and match.start(name) >= 0
                    }
                    text = sentence.text[start:end]
                    yield Mention(sentence.start + start, sentence.start + end, text, sentence, each.name, parts)


def _matches(
    pattern: regex.Pattern[str], text: str, starts: Sequence[int] | None, claimed: Sequence[Span]
) -> Iterator[regex.Match[str]]:
    if starts is None:
        yield from pattern.finditer(text, timeout=SECONDS_PER_PATTERN)
        return
    for start in starts:
        if not _overlaps(claimed, start, start + 1):
            match = pattern.match(text, start, timeout=SECONDS_PER_PATTERN)
            if match:
                yield match


def _overlaps(claimed: Sequence[Span], start: int, end: int) -> bool:
    place = bisect(claimed, (start, end))
    before = place > 0 and claimed[place - 1][1] > start
    return before or (place < len(claimed) and claimed[place][0] < end)
