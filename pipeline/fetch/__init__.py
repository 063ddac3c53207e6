"""Literature from its servers: what is found is stored unchanged, with its source and time.

A source is a module: PubMed by NCBI's E-utilities, Europe PMC by its REST service. Each answer with records becomes a
file below `raw/fetched/<source>/`, named by the digest of its bytes, so that what came before is not stored again;
`.fetched.jsonl` there tells, a line each, where and when it was got. Files are only added.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

OVERLAP = timedelta(days=7)
"""Days before the last window's end with which the next begins, as records are indexed late."""

LOG = ".fetched.jsonl"


@dataclass(frozen=True, slots=True)
class Fetched:
    """A line of the log: which file, from where, when, for which query and window of days, how many records."""

    file: str
    source: str
    query: str
    since: str
    until: str
    records: int
    fetched: str


def store(folder: Path, source: str, query: str, window: tuple[date, date], answer: bytes, records: int) -> Path:
    """Store an answer whole or not at all, and log it.

    Raises:
        OSError: it cannot be written; what was there before still is.
    """
    suffix = ".xml" if answer.lstrip().startswith(b"<") else ".json"
    name = f"{source}/{hashlib.sha256(answer).hexdigest()[:24]}{suffix}.gz"
    path = folder / name
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            with beside.open("wb") as file:
                # No time in it: the same answer is the same bytes.
                file.write(gzip.compress(answer, mtime=0))
                file.flush()
                os.fsync(file.fileno())
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)
    log(folder, Fetched(name, source, query, str(window[0]), str(window[1]), records, _now()))
    return path


def finish(folder: Path, source: str, query: str, window: tuple[date, date]) -> None:
    """Log that all of a window was got: the next can begin where it ends."""
    log(folder, Fetched("", source, query, str(window[0]), str(window[1]), 0, _now()))


def log(folder: Path, line: Fetched) -> None:
    """Add a line to the log; a line that a crash cut off before it is ended first."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / LOG).open("ab+") as file:
        if file.tell():
            file.seek(-1, os.SEEK_END)
            if file.read(1) != b"\n":
                file.write(b"\n")
        file.write(json.dumps(asdict(line), ensure_ascii=False).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())


def read_log(folder: Path) -> Iterator[Fetched]:
    """The lines of the log; one that was cut off is passed over, its answer is asked for again."""
    if not (folder / LOG).exists():
        return
    for line in (folder / LOG).read_text("utf-8").splitlines():
        try:
            yield Fetched(**json.loads(line))
        except (ValueError, TypeError):
            continue


def next_window(folder: Path, source: str, query: str, since: date, until: date) -> tuple[date, date]:
    """The days to ask for: from `since`, or from `OVERLAP` before the day up to which all days since then were got."""
    whole = sorted(
        (date.fromisoformat(each.since), date.fromisoformat(each.until))
        for each in read_log(folder)
        if not each.file and (each.source, each.query) == (source, query)
    )
    reached = None
    for start, end in whole:
        if start <= (reached or since):
            reached = max(reached or end, end)
    return (since if reached is None else max(since, reached - OVERLAP)), until


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
