"""The batch: every article below a folder, into the tables of another."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.states import Failed
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from flows.opaque import opaque
from pipeline import __version__, run
from pipeline.records import Failure
from pipeline.tables import FACTS, add_run, write


@dataclass(frozen=True)
class Summary:
    """What a batch did: rows of each table, what failed, and where the tables are."""

    rows: dict[str, int]
    failures: list[Failure]
    out: Path
    seconds: float


@task(cache_policy=NO_CACHE, persist_result=False)
def extract_files(files: list[run.Work], settings: run.Settings, show_progress: bool) -> list[run.Extraction | Failure]:
    """Read and extract, with a progress bar on the terminal's error stream."""
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    console = Console(stderr=True)
    if show_progress and not console.is_terminal:
        console.print(f"Reading and extracting {len(files)} files")
    results = []
    with Progress(*columns, console=console, disable=not (show_progress and console.is_terminal)) as progress:
        bar = progress.add_task("Reading and extracting", total=len(files))
        for done, chunk in run.work_on_files(files, settings):
            results += chunk
            progress.advance(bar, done)
    return results


@task(cache_policy=NO_CACHE, persist_result=False)
def write_tables(results: list[run.Extraction | Failure], out: Path) -> dict[str, int]:
    """Write all tables and say how many rows each has."""
    tables, texts = run.tables_of(results)
    write(tables, texts, out)
    return {name: len(table) for name, table in tables.items()}


@flow(name="batch", persist_result=False, validate_parameters=False)
def batch(
    raw: Path, out: Path, settings: run.Settings = run.DEFAULTS, *, show_progress: bool = True
) -> Summary | State[Summary]:
    """Extract every article below `raw` into tables in `out`; ends failed when a file or an article did."""
    started, clock = datetime.now(UTC), time.perf_counter()
    files, unreadable = run.find_files(raw)
    results = [*unreadable, *extract_files(opaque(files), opaque(settings), show_progress)]
    rows = write_tables(opaque(results), out)
    seconds = round(time.perf_counter() - clock, 3)
    counts = {name: rows[name] for name in ("articles", *FACTS, "rejected", "failures")}
    history = {"started": started.isoformat(timespec="seconds"), "seconds": seconds, "pipeline_version": __version__}
    add_run(out, {**history, "input": str(raw), **counts})
    summary = Summary(rows, [result for result in results if isinstance(result, Failure)], out, seconds)
    if summary.failures:
        return Failed(message=f"{len(summary.failures)} failed, the others are written", data=summary)
    return summary
