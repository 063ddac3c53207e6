"""What holds for the articles and the gold that come with the project."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.interchange import LABELS, attributes, read_gold

RAW = Path(__file__).parents[1] / "raw"
GOLD = sorted((RAW / "gold").glob("*.ann"))
MAY_BE_EMPTY = {"cells_high", "count", "percent", "seriousness", "grade"}


def test_every_article_has_gold() -> None:
    articles = {path.name for path in (RAW / "articles").glob("*.txt")}
    assert articles == {path.with_suffix(".txt").name for path in GOLD}
    assert articles


@pytest.mark.parametrize("annotations", GOLD, ids=lambda path: path.stem)
def test_gold_text_is_the_article_byte_for_byte(annotations: Path) -> None:
    text = annotations.with_suffix(".txt")
    assert text.read_bytes() == (RAW / "articles" / text.name).read_bytes()


def test_gold_reads_and_every_label_occurs() -> None:
    documents = list(read_gold(RAW / "gold"))
    assert [document.id for document in documents] == [path.stem for path in GOLD]
    assert {each.label for document in documents for each in document.annotations} == set(LABELS)


def test_gold_fills_what_the_text_always_states() -> None:
    unfilled = [
        (document.id, each.text, name)
        for document in read_gold(RAW / "gold")
        for each in document.annotations
        for name in attributes(each.label)
        if name not in MAY_BE_EMPTY and name not in each.values
    ]
    assert unfilled == []


def test_readme_tells_of_every_article() -> None:
    readme = (RAW / "README.md").read_text("utf-8")
    assert [path.stem for path in GOLD if f"`{path.stem}.txt`" not in readme] == []
