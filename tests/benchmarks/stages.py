"""Times each stage on abstracts, beside a plain scispaCy pipeline in the same run: `make bench`.

The plain pipeline is what one would write first: scispaCy's tokenizer, pysbd sentences, the abbreviation detector, no
model. Ratios hold on any machine, seconds on none.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path

from pipeline import run
from pipeline.document import Document
from pipeline.extract import EXTRACTORS
from pipeline.read import make_article

POOL = Path(__file__).parents[3] / "shared" / "corpora" / "rct_pool.jsonl"
ABSTRACTS = 300
ROUNDS = 3


def abstracts() -> tuple[list[str], str]:
    """Abstracts to time on, and what they are."""
    if POOL.exists():
        with POOL.open(encoding="utf-8") as lines:
            return [json.loads(line)["text"] for line, _ in zip(lines, range(ABSTRACTS), strict=False)], POOL.name
    return [_made(number) for number in range(ABSTRACTS)], "made abstracts"


def _made(number: int) -> str:
    """An abstract of about 2,000 characters whose figures change with its number."""
    paragraph = (
        f"BACKGROUND: Marrow cells may help in arm {number}. METHODS: A total of {40 + number} patients were randomized"
        f" to cells ({1 + number % 9} × 10^7 cells/kg, n = {20 + number}) or to placebo (n = 20). RESULTS: Pain fell"
        f" by {number % 50} points (P = 0.0{1 + number % 9}); fever occurred in {1 + number % 7} patients and no death"
        " was seen. CONCLUSION: The treatment was well tolerated and larger studies should follow. "
    )
    return paragraph * 5


def seconds(work: Callable[[str], object], texts: Sequence[str]) -> float:
    """Median seconds of a round over all texts."""
    rounds = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        for text in texts:
            work(text)
        rounds.append(time.perf_counter() - start)
    return statistics.median(rounds)


def plain_scispacy() -> Callable[[str], object]:
    """The plain pipeline."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import scispacy.abbreviation
        import scispacy.custom_sentence_segmenter  # noqa: F401  registers its component
        import spacy
        from scispacy.custom_tokenizer import combined_rule_tokenizer

        language = spacy.blank("en")
        language.tokenizer = combined_rule_tokenizer(language)
        language.add_pipe("pysbd_sentencizer")
        language.add_pipe("abbreviation_detector")
    return language


def main() -> None:
    """Print the table."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    texts, name = abstracts()
    articles = [make_article(text, str(number), "", "") for number, text in enumerate(texts)]
    documents = [Document(article) for article in articles]
    by_text = dict(zip(texts, documents, strict=True))
    run.work_on(articles[0])

    stages: dict[str, Callable[[str], object]] = {
        "read (zones, identifiers, language)": lambda text: make_article(text, "", "", ""),
        "sentences": lambda text: Document(by_text[text].article).sentences,
    }
    for extractor in EXTRACTORS:
        stages[extractor.table] = lambda text, mentions=extractor.mentions: list(mentions(by_text[text]))
    stages["whole article"] = lambda text: run.work_on(make_article(text, "", "", ""))
    stages["plain scispaCy"] = plain_scispacy()

    took = {}
    for stage, work in stages.items():
        took[stage] = seconds(work, texts)
        print(f"timed: {stage}", file=sys.stderr)
    print(
        f"{len(texts)} abstracts of {name}, {sum(map(len, texts)) / len(texts):,.0f} characters on average, one core\n"
    )
    print("| stage | abstracts a second | times as fast as plain scispaCy |")
    print("|---|--:|--:|")
    for stage, each in took.items():
        print(f"| {stage} | {len(texts) / each:,.0f} | {took['plain scispaCy'] / each:.1f} |")


if __name__ == "__main__":
    main()
