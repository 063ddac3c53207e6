"""PDF and DOCX: the same tables from every producer, what is where on a page, and what cannot be read."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest

from pipeline.read import ReadError, read
from pipeline.read.docx import read_docx
from pipeline.read.pdf import read_pdf
from pipeline.records import Article
from pipeline.run import tables_of, work_on
from pipeline.tables import FACTS

ROOT = Path(__file__).parents[1]
FILES = Path(__file__).parent / "fixtures"
NAMES = sorted(path.stem for path in (ROOT / "raw" / "articles").glob("*.txt"))
FORMS = ["pdf/latex-{}.pdf", "pdf/chromium-{}.pdf", "pdf/libreoffice-{}.pdf", "pdf/reportlab-{}.pdf", "docx/{}.docx"]

PLACE = {"article_id", "mention", "sentence", "start", "end", "text", "page", "bbox"}
HOW = {"section", "rule", "review", "exponent_source"}
"""What may differ: a true superscript is read by another rule, and with less doubt, than one that was lost."""


def facts(article: Article) -> dict[str, list[tuple[Any, ...]]]:
    """What the fact tables say of an article, its places and the printed signs of powers and hyphens aside."""
    tables = tables_of([work_on(article)])
    assert tables["failures"].empty
    assert tables["rejected"].empty
    return {
        name: [
            tuple(cell.replace("^", "").replace("\u2010", "-") if isinstance(cell, str) else cell for cell in row)
            for row in tables[name].drop(columns=[*PLACE, *HOW], errors="ignore").astype(object).fillna("").to_numpy()
        ]
        for name in FACTS
    }


@cache
def facts_of_text(name: str) -> dict[str, list[tuple[Any, ...]]]:
    return facts(article_of(ROOT / "raw" / "articles" / f"{name}.txt"))


def article_of(path: Path) -> Article:
    (article,) = read(path, path.name)
    assert isinstance(article, Article)
    return article


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("form", FORMS, ids=[form.split("-")[0] for form in FORMS])
def test_every_producer_gives_the_tables_of_the_plain_text(form: str, name: str) -> None:
    assert facts(article_of(FILES / form.format(name))) == facts_of_text(name)
