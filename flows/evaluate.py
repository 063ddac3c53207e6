"""The evaluation: extract from the texts of gold, compare, and write the report."""

from __future__ import annotations

from pathlib import Path

from prefect import flow, task
from prefect.cache_policies import NO_CACHE

from flows.opaque import opaque
from pipeline import run
from pipeline.evaluate import Evaluation
from pipeline.interchange import read_gold


@task(cache_policy=NO_CACHE, persist_result=False)
def compare(gold: Path) -> Evaluation:
    """Extract from the texts of gold and compare."""
    return run.evaluate_gold(read_gold(gold))


@task(cache_policy=NO_CACHE, persist_result=False)
def report(evaluation: Evaluation, gold: Path, out: Path) -> Path:
    """Write `report.md`."""
    return run.write_report(evaluation, gold, out)


@flow(name="evaluate", persist_result=False, validate_parameters=False)
def evaluate(gold: Path = Path("raw/gold"), out: Path = Path("extracted")) -> Evaluation:
    """Compare the extractors with gold and write the report."""
    evaluation = compare(gold)
    report(opaque(evaluation), gold, out)
    return evaluation


if __name__ == "__main__":
    evaluate()
