"""What holds for every extractor: rules match their examples, marked cases give their answers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.extract import EXTRACTORS
from pipeline.extract.extractor import Extractor
from pipeline.quantities import plain
from pipeline.records import Sentence
from pipeline.rules import Rule, find_mentions
from tests.marked import document, unmark

CASES = Path(__file__).parent / "cases"
BY_TABLE = {extractor.table: extractor for extractor in EXTRACTORS}


def _rule_examples() -> Iterator[object]:
    for extractor in EXTRACTORS:
        for rule in extractor.rules:
            for number, example in enumerate(rule.examples, 1):
                yield pytest.param(rule, example, id=f"{extractor.table}-{rule.name}-{number}")


@pytest.mark.parametrize(("rule", "example"), list(_rule_examples()))
def test_rule_matches_its_example(rule: Rule, example: str) -> None:
    text, marks = unmark(example)
    marked_rule = Rule(rule.name, rule.pattern, rule.examples)  # what an exclusion claims is visible to no one
    found = find_mentions([marked_rule], Sentence(0, len(text), text, "abstract"))
    assert sorted((m.start, m.end) for m in found) == [(start, end) for start, end, _ in marks]


@pytest.mark.parametrize("extractor", EXTRACTORS, ids=lambda extractor: extractor.table)
def test_every_rule_has_a_name_of_its_own_and_an_example(extractor: Extractor) -> None:
    names = [rule.name for rule in extractor.rules]
    assert len(set(names)) == len(names)
    assert all(rule.examples for rule in extractor.rules)


def _cases() -> Iterator[object]:
    for path in sorted(CASES.glob("*.txt")):
        table, _, attribute = path.stem.partition(".")
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            if line and not line.startswith("#"):
                yield pytest.param(table, attribute, line, id=f"{path.stem}-{number}")


@pytest.mark.parametrize(("table", "attribute", "case"), list(_cases()))
def test_marked_case(table: str, attribute: str, case: str) -> None:
    """`<table>.txt` marks the canonical form of each record, `<table>.<attribute>.txt` one of its attributes."""
    text, marks = unmark(case)
    extractor = BY_TABLE[table]
    doc = document(text)
    found = []
    for mention in sorted(extractor.mentions(doc), key=lambda mention: mention.start):
        assert text[mention.start : mention.end] == mention.text
        record = extractor.normalise(mention, doc)
        value = getattr(record, attribute) if attribute else str(record)
        shown = "" if value is None else plain(value) if isinstance(value, float) else str(value)
        found.append((mention.start, mention.end, shown))
    assert found == marks


@pytest.mark.parametrize("extractor", EXTRACTORS, ids=lambda extractor: extractor.table)
def test_every_extractor_has_a_case_file(extractor: Extractor) -> None:
    assert (CASES / f"{extractor.table}.txt").exists()
