r"""The tables in parts: what files of the input gave, written once and whole, and joined into tables.

A part is a folder: Parquet files with the rows that some files gave, in which an article is a number, and `part.json`,
which says of each of these files its name, the digest of its bytes, its articles and which rows are theirs. So what
was done is known from what was written. A part is made beside and renamed, so that there is all of it or none; its
checksums tell damage. Joining streams the rows of the files, in the order of their names, into CSV and Parquet: the
tables depend on the input only, not on the runs that it came in.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.tables import COLUMNS, PART_ARTICLE, frame, write_csv

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

ROWS_IN_MEMORY = 20_000
"""Rows of a table that are collected before they are written."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file of the input: its name in the tables, and the digest of its bytes."""

    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Entry:
    """What a part has of a source: its articles' identifiers, from which number on, and its rows of each table."""

    source: Source
    first: int
    articles: tuple[str, ...]
    rows: Mapping[str, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Part:
    """A part on disk."""

    folder: Path
    entries: tuple[Entry, ...]


@dataclass
class PartWriter:
    """Writes a part; nothing of it is there before `close`."""

    parts: Path
    version: str
    _rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    _counts: dict[str, int] = field(default_factory=dict)
    _writers: dict[str, pq.ParquetWriter] = field(default_factory=dict)
    _entries: list[Entry] = field(default_factory=list)
    _articles: int = 0

    def __post_init__(self) -> None:
        self.parts.mkdir(parents=True, exist_ok=True)
        self._beside = self.parts / f".writing-{os.getpid()}-{id(self):x}"
        self._beside.mkdir()

    def add(self, source: Source, rows: Iterable[tuple[str | None, Mapping[str, list[dict[str, Any]]]]]) -> None:
        """Add what a source gave: for each article its identifier (None for what is of none) and rows by table."""
        before, first, articles = dict(self._counts), self._articles, []
        for identifier, tables in rows:
            number = self._articles
            if identifier is not None:
                articles.append(identifier)
                self._articles += 1
            for table, listed in tables.items():
                self._rows.setdefault(table, []).extend({PART_ARTICLE: number, **row} for row in listed)
                self._counts[table] = self._counts.get(table, 0) + len(listed)
            if max(map(len, self._rows.values()), default=0) >= ROWS_IN_MEMORY:
                self._flush()
        own = {table: (before.get(table, 0), count) for table, count in self._counts.items()}
        self._entries.append(Entry(source, first, tuple(articles), {t: s for t, s in own.items() if s[0] < s[1]}))

    def _flush(self) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        for table, rows in self._rows.items():
            if rows:
                columns = {PART_ARTICLE: "Int64", **COLUMNS[table]}
                data = pa.Table.from_pandas(frame(rows, columns), preserve_index=False)
                if table not in self._writers:
                    self._writers[table] = pq.ParquetWriter(self._beside / f"{table}.parquet", data.schema)
                self._writers[table].write_table(data)
        self._rows.clear()

    def close(self) -> Path:
        """Put the part in its place."""
        self._flush()
        for writer in self._writers.values():
            writer.close()
        files = {path.name: _digest_of(path) for path in sorted(self._beside.iterdir())}
        entries = [
            {"name": e.source.name, "sha256": e.source.sha256, "first": e.first, "articles": e.articles, "rows": e.rows}
            for e in self._entries
        ]
        record = {"version": self.version, "files": files, "entries": entries}
        text = json.dumps(record, ensure_ascii=False, separators=(",", ":"))
        (self._beside / "part.json").write_text(text, "utf-8")
        for path in self._beside.iterdir():
            _sync(path)
        place = self.parts / hashlib.sha256(text.encode()).hexdigest()[:24]
        if place.exists():  # the same again
            shutil.rmtree(self._beside)
        else:
            self._beside.rename(place)
        return place

    def abandon(self) -> None:
        """Remove what was written so far."""
        shutil.rmtree(self._beside, ignore_errors=True)


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_parts(parts: Path, version: str) -> list[Part]:
    """The whole parts of a version. What is damaged, of another version or left by a stopped run is removed."""
    found = []
    for folder in sorted(parts.iterdir()) if parts.is_dir() else []:
        if not folder.is_dir():
            continue
        part = _read_part(folder, version)
        if part is None:
            shutil.rmtree(folder, ignore_errors=True)
        else:
            found.append(part)
    return found


def _read_part(folder: Path, version: str) -> Part | None:
    try:
        record = json.loads((folder / "part.json").read_text("utf-8"))
        if record["version"] != version:
            return None
        if any(_digest_of(folder / name) != digest for name, digest in record["files"].items()):
            return None
        return Part(
            folder,
            tuple(
                Entry(
                    Source(entry["name"], entry["sha256"]),
                    entry["first"],
                    tuple(entry["articles"]),
                    {table: (start, stop) for table, (start, stop) in entry["rows"].items()},
                )
                for entry in record["entries"]
            ),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def rows_of(
    places: Sequence[tuple[Part, Entry]], table: str, identifiers: Mapping[tuple[Path, int], str]
) -> Iterator[pa.Table]:
    """The rows of a table that sources gave, in their order, an article's identifier in the place of its number."""
    import pyarrow as pa

    for part, start, stop in _stretches(places, table):
        for piece in _read_rows(part.folder / f"{table}.parquet", start, stop):
            numbers = piece.column(PART_ARTICLE).to_pylist()
            names = pa.array([identifiers.get((part.folder, number)) for number in numbers], pa.large_string())
            place = piece.schema.get_field_index(PART_ARTICLE)
            rest = piece.remove_column(place)
            has_key = "article_id" in COLUMNS[table]
            yield rest.set_column(rest.schema.get_field_index("article_id"), "article_id", names) if has_key else rest


def _stretches(places: Sequence[tuple[Part, Entry]], table: str) -> Iterator[tuple[Part, int, int]]:
    """Rows that follow each other in a part are read as one."""
    open_: tuple[Part, int, int] | None = None
    for part, entry in places:
        if table not in entry.rows:
            continue
        start, stop = entry.rows[table]
        if open_ and open_[0] is part and open_[2] == start:
            open_ = part, open_[1], stop
            continue
        if open_:
            yield open_
        open_ = part, start, stop
    if open_:
        yield open_


@lru_cache(maxsize=64)
def _open(path: Path) -> pq.ParquetFile:
    import pyarrow.parquet as pq

    return pq.ParquetFile(path, memory_map=True)


@lru_cache(maxsize=32)
def _row_group(path: Path, number: int) -> pa.Table:
    return _open(path).read_row_group(number)


def _read_rows(path: Path, start: int, stop: int) -> Iterator[pa.Table]:
    before = 0
    metadata = _open(path).metadata
    for number in range(metadata.num_row_groups):
        count = metadata.row_group(number).num_rows
        if before < stop and start < before + count:
            first = max(start - before, 0)
            yield _row_group(path, number).slice(first, min(stop - before, count) - first)
        before += count


def forget() -> None:
    """Let go of the parts that were read."""
    _row_group.cache_clear()
    _open.cache_clear()


def write_table(pieces: Iterable[pa.Table], name: str, folder: Path) -> int:
    """Write the rows of a table as CSV and Parquet, a bounded number at a time; the number of rows."""
    import pandas as pd
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.Schema.from_pandas(frame([], COLUMNS[name]), preserve_index=False)
    count = 0
    with (
        pq.ParquetWriter(folder / f"{name}.parquet", schema) as parquet,
        (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as csv,
    ):
        write_csv(frame([], COLUMNS[name]), csv)
        for rows in _gathered(pieces):
            data = rows.cast(schema)
            parquet.write_table(data, row_group_size=ROWS_IN_MEMORY)
            shown = data.to_pandas(types_mapper=_pandas_types(pd))
            write_csv(shown.astype(COLUMNS[name]), csv, header=False)
            count += len(data)
    return count


def _pandas_types(pd: Any) -> Any:
    import pyarrow as pa

    types = {pa.int64(): pd.Int64Dtype(), pa.float64(): pd.Float64Dtype(), pa.bool_(): pd.BooleanDtype()}
    return types.get


def _gathered(pieces: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """Pieces of exactly `ROWS_IN_MEMORY` rows but the last, so that files do not depend on how the rows came."""
    import pyarrow as pa

    waiting: list[pa.Table] = []
    rows = 0
    for piece in pieces:
        waiting.append(piece)
        rows += len(piece)
        while rows >= ROWS_IN_MEMORY:
            whole = pa.concat_tables(waiting)
            yield whole.slice(0, ROWS_IN_MEMORY).combine_chunks()
            waiting = [whole.slice(ROWS_IN_MEMORY)]
            rows -= ROWS_IN_MEMORY
    if rows:
        yield pa.concat_tables(waiting).combine_chunks()
