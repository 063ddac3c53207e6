"""Seconds that texts of one sentence take, by their length: a part of `make bench`.

The texts are what the rules look for, said over and over, as no paper does; time must grow with length only.
"""

from __future__ import annotations

import time

from pipeline import run
from pipeline.read import make_article

REPEATED = ("P = .03, ", "n = 12, ", "twelve patients ", "2 × 10^6 cells/kg ", "died, ", "no fever and ", "(", "1 ")
LENGTHS = (1_000, 10_000, 100_000)


def seconds(text: str) -> float:
    """Seconds from text to facts."""
    start = time.perf_counter()
    run.work_on(make_article(text, "", "", ""))
    return time.perf_counter() - start


def main() -> None:
    """Print the table."""
    seconds("Six patients died (P = .03) of 2 × 10^6 cells/kg.")  # compile
    print("\n| said over and over | " + " | ".join(f"{length:,} characters" for length in LENGTHS) + " |")
    print("|---|" + "--:|" * len(LENGTHS))
    for repeated in REPEATED:
        took = (seconds(repeated * (length // len(repeated))) for length in LENGTHS)
        print(f"| `{repeated}` | " + " | ".join(f"{each:.2f} s" for each in took) + " |", flush=True)


if __name__ == "__main__":
    main()
