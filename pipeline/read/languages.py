"""Which language a paper is in: as its record says, else as its words do."""

from __future__ import annotations

from functools import cache
from typing import Any

from pipeline.vocabulary import table


@cache
def _language_identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_pickled_model(MODEL_FILE, norm_probs=True)


def language(text: str) -> str:
    """The language of a text as ISO 639-1, empty where there is too little of it to tell."""
    sample = text[:2000]
    if sum(map(str.isalpha, sample)) < 40:
        return ""
    code, _ = _language_identifier().classify(sample)
    return str(code)


def language_code(stated: str) -> str:
    """The language that a record states, as ISO 639-1; empty where that is not known."""
    word = stated.strip().lower()
    known = table("languages")
    return known[word][0] if word in known else word[:2] if word[2:3] in ("-", "_") or len(word) == 2 else ""
