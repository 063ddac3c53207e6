"""Sentences with the answers marked in place: `We enrolled [[45 -> 45 people enrolled total]] patients`.

`¶` stands for a line break, so that a case can have a title or a section heading above its sentence.
"""

from __future__ import annotations

import regex

from pipeline.document import Document
from pipeline.read import make_article

_MARK = regex.compile(r"\[\[(?P<text>.+?)(?: -> (?P<answer>[^\]]*))?\]\](?!\])")


def unmark(marked: str) -> tuple[str, list[tuple[int, int, str]]]:
    """The bare text, and start, end and answer of each mark."""
    text = ""
    answers = []
    position = 0
    marked = marked.replace("¶", "\n")
    for mark in _MARK.finditer(marked):
        text += marked[position : mark.start()]
        answers.append((len(text), len(text) + len(mark["text"]), mark["answer"] or ""))
        text += mark["text"]
        position = mark.end()
    return text + marked[position:], answers


def document(text: str) -> Document:
    """A document of a bare text."""
    return Document(make_article(text, "case", "case", ""))
