"""The batch: every article below a folder, into the tables of another; what was done before is not done again."""

from __future__ import annotations

import csv
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout
from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.states import Failed
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from flows.opaque import opaque
from pipeline import __version__
from pipeline import batch as files
from pipeline.decisions import Decision, read_decisions
from pipeline.records import Failure
from pipeline.run import DEFAULTS, Settings
from pipeline.tables import FACTS, add_run

PARTS = ".parts"


@dataclass(frozen=True)
class Summary:
    """What a batch did: rows of each table, articles that were extracted anew, what failed, where the tables are."""

    rows: dict[str, int]
    extracted: int
    failures: list[Failure]
    out: Path
    seconds: float


class LockedError(Exception):
    """Another run works on the same tables."""


@task(cache_policy=NO_CACHE, persist_result=False)
def extract_new(
    planned: files.Plan, parts: Path, version: str, settings: Settings, show_progress: bool
) -> list[files.Done]:
    """Extract from the files that no part has, with a progress bar on the terminal's error stream."""
    chunks = files.chunks_of(planned.todo)
    return list(_shown(files.work_on_chunks(chunks, parts, version, settings), len(planned.todo), show_progress))


def _shown(done: Iterable[files.Done], total: int, show_progress: bool) -> Iterable[files.Done]:
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    console = Console(stderr=True)
    if show_progress and not console.is_terminal:
        console.print(f"Reading and extracting {total} files")
    with Progress(*columns, console=console, disable=not (show_progress and console.is_terminal)) as progress:
        bar = progress.add_task("Reading and extracting", total=total)
        for each in done:
            progress.advance(bar, each.files)
            yield each


@task(cache_policy=NO_CACHE, persist_result=False)
def write_tables(
    planned: files.Plan, parts: Path, version: str, out: Path, decisions: list[Decision]
) -> dict[str, int]:
    """Join the parts into tables, with what was decided, and say how many rows each has."""
    return files.join(planned, parts, version, out, decisions)


@flow(name="batch", persist_result=False, validate_parameters=False)
def batch(
    raw: Path, out: Path, settings: Settings = DEFAULTS, decisions: Path | None = None, *, show_progress: bool = True
) -> Summary | State[Summary]:
    """Extract every article below `raw` into tables in `out`; ends failed when a file or an article did.

    `decisions` is a folder with what curators decided on rows.

    Raises:
        DecisionError: a decision cannot be read.
        LockedError: another run works on these tables.
    """
    decided = read_decisions(decisions) if decisions else []
    started, clock = datetime.now(UTC), time.perf_counter()
    out.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(out / ".lock", timeout=0):
            version = files.version(settings)
            planned = files.plan(*files.find_files(raw), out / PARTS, version)
            done = (
                extract_new(opaque(planned), out / PARTS, version, opaque(settings), show_progress)
                if planned.todo
                else []
            )
            rows = write_tables(opaque(planned), out / PARTS, version, out, opaque(decided))
            seconds = round(time.perf_counter() - clock, 3)
            counts = {name: rows[name] for name in ("articles", *FACTS, "rejected", "failures")}
            extracted = sum(each.articles for each in done)
            when = {"started": started.isoformat(timespec="seconds"), "seconds": seconds}
            add_run(out, {**when, "pipeline_version": __version__, "input": str(raw), "extracted": extracted, **counts})
    except Timeout:
        raise LockedError(f"another run works on {out}: wait until it is done") from None
    summary = Summary(rows, extracted, _failures(out, done), out, seconds)
    if summary.failures:
        return Failed(message=f"{len(summary.failures)} failed, the others are written", data=summary)
    return summary


def _failures(out: Path, done: Iterable[files.Done]) -> list[Failure]:
    """What failed in this run or an earlier one, with the tracebacks of this one."""
    fresh = {(each.file, each.place, each.reason): each for one in done for each in one.failures}
    with (out / "failures.csv").open(encoding="utf-8", newline="") as file:
        rows = [(row["file"], row["place"], row["reason"]) for row in csv.DictReader(file)]
    return [fresh.get(row, Failure(*row)) for row in rows]
