"""How fast PDF and DOCX are read, and in how much memory: `python -m tests.benchmarks.pdf`.

Seconds are those of a processor, so that a busy machine shows the same.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import NamedTuple

from pipeline.read import read
from pipeline.records import Article

FILES = Path(__file__).parents[1] / "fixtures"
FORMS = {
    "PDF of pdfTeX": "pdf/latex-c*.pdf",
    "PDF of Chromium": "pdf/chromium-*.pdf",
    "PDF of LibreOffice": "pdf/libreoffice-*.pdf",
    "PDF of ReportLab": "pdf/reportlab-c*.pdf",
    "DOCX": "docx/*.docx",
}
ROUNDS = 3


class Measurement(NamedTuple):
    """What reading some files took: processor time, and the most memory that this process or one it started held."""

    articles: int
    pages: int
    seconds: float
    peak_megabytes: float


def measure(pattern: str) -> Measurement:
    """Read the files of a form, once to load what is loaded once and then for the measurement."""
    paths = sorted(FILES.glob(pattern))
    list(read(paths[0], ""))
    start = sum(os.times()[:4])
    articles = [each for _ in range(ROUNDS) for path in paths for each in read(path, "") if isinstance(each, Article)]
    seconds = sum(os.times()[:4]) - start
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    unit = 1 if sys.platform == "darwin" else 1024
    peak = max(resource.getrusage(kind).ru_maxrss for kind in kinds) * unit / 1e6
    return Measurement(len(articles), ROUNDS * sum(map(_pages, paths)), seconds, peak)


def _pages(path: Path) -> int:
    if path.suffix != ".pdf":
        return 0
    import pdfplumber

    with pdfplumber.open(path) as pdf:
        return len(pdf.pages)


def main() -> None:
    """Print the table; each form in a process of its own, so that its peak is its own."""
    print("| format | articles a second | pages a second | peak memory, MB |")
    print("|---|--:|--:|--:|")
    for form, pattern in FORMS.items():
        with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
            found = pool.submit(measure, pattern).result()
        pages = f"{found.pages / found.seconds:.1f}" if found.pages else ""
        print(f"| {form} | {found.articles / found.seconds:.1f} | {pages} | {found.peak_megabytes:.0f} |")


if __name__ == "__main__":
    main()
