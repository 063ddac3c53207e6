"""Draws errors into texts whose numbers agree, and counts how many the checks find: by hand,
`python -m tests.benchmarks.seeded_errors [SEED]`.

The texts are made sentences, and abstracts where the shared corpora are there. An error is drawn only into numbers that
a check has called consistent; it is found where a check that failed rests on a mention that was changed. A found share
says nothing about errors in numbers that no check can bind.
"""

from __future__ import annotations

import json
import math
import random
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from scipy import stats

from pipeline.audit import audit
from pipeline.document import Document
from pipeline.extract import extract
from pipeline.extract.extractor import Fact
from pipeline.read import make_article
from pipeline.records import Check, Span

POOL = Path(__file__).parents[3] / "shared" / "corpora" / "rct_pool.jsonl"
MADE = 400
ABSTRACTS = 1500
FAILED = ("inconsistent", "decision_flips")
Edit = list[tuple[Span, str]]
"""Spans of a text and what is put in their place, each as long as what was there."""


def made_sentence(draw: random.Random) -> str:
    """A sentence whose numbers agree."""
    n, m = draw.randint(12, 240), draw.randint(12, 240)
    a, b = draw.randint(1, n - 1), draw.randint(1, m - 1)
    mean, sd = draw.uniform(2, 30), draw.uniform(2, 30)
    t, ratio, error = draw.uniform(0.5, 4), draw.uniform(0.3, 2.5), draw.uniform(0.1, 0.5)
    low, high = (ratio * math.exp(side * 1.96 * error) for side in (-1, 1))
    z = abs(math.log(ratio)) / error
    forms = (
        f"Falls were seen in {a} of {n} riders ({100 * a / n:.1f}%) and {b}/{m} walkers ({100 * b / m:.0f}%).",
        f"Relief came to {100 * a / n:.1f}% ({a}/{n}) versus {100 * b / m:.1f}% ({b}/{m}) of the controls"
        f" (P = {stats.chi2_contingency([[a, n - a], [b, m - b]], correction=False)[1]:.3f}).",
        f"Sprains were no rarer (HR {ratio:.2f}; 95% CI {low:.2f} to {high:.2f}; P = {2 * stats.norm.sf(z):.3f}).",
        f"At week 6 (n = {n}) pain had changed by {mean:.1f} ± {sd:.1f} points"
        f" (P = {2 * stats.t.sf(mean / sd * n**0.5, n - 1):.3f}).",
        f"Reach was longer (t({n}) = {t:.2f}, P = {2 * stats.t.sf(t, n):.3f}).",
        f"A total of {n + m} patients were randomized to cells (n = {n}) or placebo (n = {m}).",
    )
    return draw.choice(forms)


def texts(draw: random.Random) -> Iterator[tuple[str, str]]:
    """What kind of text, and the text."""
    for _ in range(MADE):
        yield "made", made_sentence(draw)
    if POOL.exists():
        lines = POOL.read_text("utf-8").splitlines()
        for line in draw.sample(lines, ABSTRACTS):
            yield "abstracts", json.loads(line)["text"]


def judged(text: str) -> tuple[dict[int, Fact], list[Check]]:
    """The facts of a text by number, and its checks."""
    facts, _ = extract(Document(make_article(text, "text", "text", "")))
    return {fact.number: fact for fact in facts}, audit(facts)


def with_another_digit(text: str, span: Span, draw: random.Random) -> Edit:
    """One digit of a number made another."""
    places = [place for place in range(*span) if text[place].isascii() and text[place].isdigit()]
    if not places:
        return []
    place = draw.choice(places)
    return [((place, place + 1), draw.choice([digit for digit in "0123456789" if digit != text[place]]))]


def digit_of_a_percent(text: str, facts: list[Fact], draw: random.Random) -> Edit:
    """In a percentage whose count and whole are given."""
    return with_another_digit(text, facts[0].mention.parts["value"], draw)


def digit_of_a_count(text: str, facts: list[Fact], draw: random.Random) -> Edit:
    """In a count whose percentage and whole are given."""
    return with_another_digit(text, facts[0].mention.parts["count"], draw)


def digit_of_a_p(text: str, facts: list[Fact], draw: random.Random) -> Edit:
    """In a P-value that can be recomputed; not its zero before the point."""
    value = facts[-1]
    if value.table != "p_value" or value.record.comparator != "=":
        return []
    point = max(text.rfind(sign, value.mention.start, value.mention.end) for sign in ".·,")
    return with_another_digit(text, (point, value.mention.end), draw) if point > 0 else []


def arms_swapped(text: str, facts: list[Fact], draw: random.Random) -> Edit:
    """The counts of two arms, where they are as long as each other and differ."""
    one, two = (fact.mention.parts["count"] for fact in facts[:2])
    first, second = text[slice(*one)], text[slice(*two)]
    return [(one, second), (two, first)] if len(first) == len(second) and first != second else []


def size_of_an_arm(text: str, facts: list[Fact], draw: random.Random) -> Edit:
    """In the size of an arm whose total is given."""
    arm = draw.choice(facts[1:])
    return with_another_digit(text, (arm.mention.start, arm.mention.end), draw)


ERRORS: dict[str, tuple[Callable[[str], bool], Callable[[str, list[Fact], random.Random], Edit]]] = {
    "digit of a percent": (lambda check: check == "percent of count", digit_of_a_percent),
    "digit of a count": (lambda check: check == "percent of count", digit_of_a_count),
    "digit of a P": (lambda check: check.startswith("P of"), digit_of_a_p),
    "arms swapped": (lambda check: check == "P of two proportions", arms_swapped),
    "size of an arm": (lambda check: check == "arms add up", size_of_an_arm),
}


def main() -> None:
    """Print the shares."""
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else 8
    draw = random.Random(seed)
    seeded: Counter[tuple[str, str]] = Counter()
    found: Counter[tuple[str, str]] = Counter()
    read: Counter[str] = Counter()
    doubted: Counter[str] = Counter()
    for source, text in texts(draw):
        facts, checks = judged(text)
        read[source] += 1
        doubted[source] += any(check.verdict in FAILED for check in checks)
        for kind, (is_of, change) in ERRORS.items():
            good = [check for check in checks if check.verdict == "consistent" and is_of(check.check)]
            if not good:
                continue
            edit = change(text, [facts[number] for number in draw.choice(good).evidence], draw)
            if not edit:
                continue
            wrong = text
            for (start, end), put in edit:
                wrong = wrong[:start] + put + wrong[end:]
            seeded[kind, source] += 1
            found[kind, source] += _is_found(wrong, edit)
    for source, n in read.items():
        print(f"seed {seed}, {source}: {n} texts, {doubted[source]} with a failed check before any error was drawn")
    print("\n| error | text | drawn | found | share |\n|---|---|--:|--:|--:|")
    for (kind, source), n in sorted(seeded.items()):
        print(f"| {kind} | {source} | {n} | {found[kind, source]} | {found[kind, source] / n:.2f} |")


def _is_found(text: str, edit: Edit) -> bool:
    facts, checks = judged(text)
    touched = {
        number
        for number, fact in facts.items()
        if any(fact.mention.start < end and start < fact.mention.end for (start, end), _ in edit)
    }
    return any(check.verdict in FAILED and touched & set(check.evidence) for check in checks)


if __name__ == "__main__":
    main()
