"""The tables in parts: what files of the input gave, written once and whole, and joined into tables.

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
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.decisions import Decisions
from pipeline.tables import FACTS, IN_SENTENCE, TABLES, TEXTS, Row, frame, replacing, write_csv

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

ROWS_AT_ONCE = 20_000
"""Rows of a table that are held before they are written."""

_NUMBER = "article"
_COLUMNS = {**TABLES, **{name: {**columns, IN_SENTENCE: "Int64"} for name, columns in FACTS.items()}, "texts": TEXTS}
_RECORD = "part.json"
_JOINED = "joined.json"


@dataclass(frozen=True, slots=True)
class Source:
    """A file of the input: its name in the tables, and the digest of its bytes."""

    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Entry:
    """What a part has of a source: its articles' identifiers, from which number on, and its rows of each table.

    `again` marks what a later run should try again, as the program failed on it.
    """

    name: str
    sha256: str
    first: int
    articles: tuple[str, ...]
    rows: Mapping[str, tuple[int, int]]
    again: bool = False

    @property
    def source(self) -> Source:
        """The file that it is of."""
        return Source(self.name, self.sha256)


@dataclass(frozen=True, slots=True)
class Part:
    """A part on disk."""

    folder: Path
    entries: tuple[Entry, ...]


class PartWriter:
    """Writes a part of a version below a folder; nothing of it is there before `close`."""

    def __init__(self, parts: Path, version: str) -> None:
        self._parts, self._version = parts, version
        self._rows: dict[str, list[Row]] = {}
        self._counts: dict[str, int] = {}
        self._writers: dict[str, pq.ParquetWriter] = {}
        self._entries: list[Entry] = []
        self._articles = 0
        self._beside = parts / f".writing-{os.getpid()}-{id(self):x}"
        self._beside.mkdir(parents=True)

    def __enter__(self) -> PartWriter:
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self._beside, ignore_errors=True)

    def add(self, source: Source, results: Iterable[tuple[str | None, Mapping[str, list[Row]], bool]]) -> None:
        """Add what a source gave: of each article the identifier (None of a failure), rows, whether to try again."""
        before, first, articles, again = dict(self._counts), self._articles, [], False
        for identifier, tables, retry in results:
            number = self._articles
            again = again or retry
            if identifier is not None:
                articles.append(identifier)
                self._articles += 1
            for table, rows in tables.items():
                self._rows.setdefault(table, []).extend({_NUMBER: number, **row} for row in rows)
                self._counts[table] = self._counts.get(table, 0) + len(rows)
            if max(map(len, self._rows.values()), default=0) >= ROWS_AT_ONCE:
                self._flush()
        rows_of_source = {table: (before.get(table, 0), count) for table, count in self._counts.items()}
        rows_of_source = {table: (start, stop) for table, (start, stop) in rows_of_source.items() if start < stop}
        self._entries.append(Entry(source.name, source.sha256, first, tuple(articles), rows_of_source, again))

    def _flush(self) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        for table, rows in self._rows.items():
            data = pa.Table.from_pandas(frame(rows, {_NUMBER: "Int64", **_COLUMNS[table]}), preserve_index=False)
            if table not in self._writers:
                self._writers[table] = pq.ParquetWriter(self._beside / f"{table}.parquet", data.schema)
            self._writers[table].write_table(data)
        self._rows.clear()

    def close(self) -> None:
        """Put the part in its place."""
        self._flush()
        for writer in self._writers.values():
            writer.close()
        files = {path.name: _digest_of(path) for path in sorted(self._beside.iterdir())}
        entries = [{name: getattr(entry, name) for name in Entry.__slots__} for entry in self._entries]
        record = json.dumps({"version": self._version, "files": files, "entries": entries}, ensure_ascii=False)
        (self._beside / _RECORD).write_text(record, "utf-8")
        for path in self._beside.iterdir():
            _sync(path)
        place = self._parts / hashlib.sha256(record.encode()).hexdigest()[:24]
        if not place.exists():  # else the same was written before
            self._beside.rename(place)


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_parts(parts: Path, version: str) -> list[Part]:
    """The whole parts of a version. What is damaged, of another version or left by a stopped run is removed."""
    found = []
    for folder in sorted(each for each in parts.iterdir() if each.is_dir()) if parts.is_dir() else []:
        if part := _read_part(folder, version):
            found.append(part)
        else:
            shutil.rmtree(folder, ignore_errors=True)
    return found


def _read_part(folder: Path, version: str) -> Part | None:
    try:
        record = json.loads((folder / _RECORD).read_text("utf-8"))
        whole = all(_digest_of(folder / name) == digest for name, digest in record["files"].items())
        if record["version"] != version or not whole:
            return None
        entries = (
            {**entry, "articles": tuple(entry["articles"]), "rows": {t: tuple(s) for t, s in entry["rows"].items()}}
            for entry in record["entries"]
        )
        return Part(folder, tuple(Entry(**entry) for entry in entries))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def join(
    places: Sequence[tuple[Part, Entry]],
    identifiers: Mapping[Path, Sequence[str | None]],
    failures: Sequence[Row],
    decisions: Decisions,
    version: str,
    parts: Path,
    folder: Path,
) -> dict[str, int]:
    """Write the tables of the entries in their order, all or none, and say how many rows each has.

    `identifiers` are those of the articles of each part by their number, `failures` rows of what is in no part,
    `decisions` what curators decided on rows. Where the tables are there already, whole and of the same, nothing is
    written.

    Raises:
        OSError: the folder cannot be written; what was there before is still whole.
    """
    key = _key(places, identifiers, failures, [version, *decisions.key()])
    if (rows := _joined(key, parts, folder)) is not None:
        return rows
    with replacing(folder) as beside:
        rows = {}
        for table in TABLES:
            pieces = (piece.to_pylist() for piece in _gathered(_rows_of(places, table, identifiers)))
            own = {"failures": failures, "decisions": decisions.rows()}.get(table, ())
            rows[table] = _write_table(chain([own], pieces), table, decisions, beside)
        (beside / "text").mkdir()
        for piece in _rows_of(places, "texts", identifiers):
            for row in piece.to_pylist():
                (beside / "text" / f"{row['article_id']}.txt").write_text(row["text"], "utf-8", newline="\n")
        files = {path.name: _digest_of(path) for path in sorted(beside.iterdir()) if path.is_file()}
    record = json.dumps({"key": key, "rows": rows, "files": files})
    with replacing(parts) as beside:
        (beside / _JOINED).write_text(record, "utf-8")
    _forget()
    return rows


def _key(
    places: Sequence[tuple[Part, Entry]],
    identifiers: Mapping[Path, Sequence[str | None]],
    failures: Sequence[Row],
    others: Sequence[str],
) -> str:
    """What the tables depend on; not the parts, as it does not matter which files came in one run."""
    digest = hashlib.sha256(json.dumps([others, failures]).encode())
    for part, entry in places:
        names = identifiers[part.folder][entry.first : entry.first + len(entry.articles)]
        digest.update(json.dumps([entry.name, entry.sha256, names, entry.again]).encode())
    return digest.hexdigest()


def _joined(key: str, parts: Path, folder: Path) -> dict[str, int] | None:
    """The rows of the tables that are there, if they are whole and of that key."""
    try:
        record = json.loads((parts / _JOINED).read_text("utf-8"))
        whole = all(_digest_of(folder / name) == digest for name, digest in record["files"].items())
        return dict(record["rows"]) if whole and record["key"] == key else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _rows_of(
    places: Sequence[tuple[Part, Entry]], table: str, identifiers: Mapping[Path, Sequence[str | None]]
) -> Iterator[pa.Table]:
    """The rows of a table that entries have, in their order, an article's identifier in the place of its number."""
    import pyarrow as pa

    for part, start, stop in _stretches(places, table):
        for piece in _read_rows(part.folder / f"{table}.parquet", start, stop):
            numbers = piece.column(_NUMBER)
            rows = piece.drop_columns(_NUMBER)
            if "article_id" in _COLUMNS[table]:
                names = pa.array(identifiers[part.folder], rows.schema.field("article_id").type).take(numbers)
                rows = rows.set_column(rows.schema.get_field_index("article_id"), "article_id", names)
            yield rows


def _stretches(places: Sequence[tuple[Part, Entry]], table: str) -> Iterator[tuple[Part, int, int]]:
    """Rows that follow each other in a part are read as one."""
    begun: tuple[Part, int, int] | None = None
    for part, entry in places:
        if table not in entry.rows:
            continue
        start, stop = entry.rows[table]
        if begun and begun[0] is part and begun[2] == start:
            begun = part, begun[1], stop
            continue
        if begun:
            yield begun
        begun = part, start, stop
    if begun:
        yield begun


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


def _forget() -> None:
    _row_group.cache_clear()
    _open.cache_clear()


def _write_table(pieces: Iterable[Sequence[Row]], table: str, decisions: Decisions, folder: Path) -> int:
    """Write rows as CSV and Parquet, piece by piece; the number of rows."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = TABLES[table]
    decided = decisions.of(table)
    empty = frame([], columns)
    schema = pa.Table.from_pandas(empty, preserve_index=False).schema
    count = 0
    with (
        pq.ParquetWriter(folder / f"{table}.parquet", schema) as parquet,
        (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as csv,
    ):
        write_csv(empty, csv)
        for rows in filter(None, pieces):
            if decided:
                rows = [{**row, **decisions.on(table, row, row[IN_SENTENCE])} for row in rows]
            data = frame(rows, columns)
            parquet.write_table(pa.Table.from_pandas(data, schema=schema, preserve_index=False))
            write_csv(data, csv, header=False)
            count += len(rows)
    return count


def _gathered(pieces: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """Pieces of `ROWS_AT_ONCE` rows but the last, so that the files do not depend on how the rows came."""
    import pyarrow as pa

    waiting: list[pa.Table] = []
    rows = 0
    for piece in pieces:
        waiting.append(piece)
        rows += len(piece)
        while rows >= ROWS_AT_ONCE:
            whole = pa.concat_tables(waiting)
            yield whole.slice(0, ROWS_AT_ONCE).combine_chunks()
            waiting = [whole.slice(ROWS_AT_ONCE)]
            rows -= ROWS_AT_ONCE
    if rows:
        yield pa.concat_tables(waiting).combine_chunks()


def remove_unused(parts: Iterable[Part], used: Iterable[Part]) -> None:
    """Remove the parts of which nothing is in the tables."""
    kept = {each.folder for each in used}
    for part in parts:
        if part.folder not in kept:
            shutil.rmtree(part.folder, ignore_errors=True)
