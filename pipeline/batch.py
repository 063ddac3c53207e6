"""Many files: which are new, what they give in parts, and the tables of all of them.

A file is known by its name and the digest of its bytes, and done when a part of the present version has it. The
version is a digest of everything that rows depend on besides their file: the code, its vocabulary, its settings.
"""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, fields
from functools import partial
from importlib.resources import files as package_files
from pathlib import Path

from pipeline import __version__, parts
from pipeline.decisions import Decision, Decisions
from pipeline.parts import Part, PartWriter, Source, read_parts
from pipeline.read import safe_id
from pipeline.records import Failure
from pipeline.run import DEFAULTS, Extraction, Settings, work_on_file
from pipeline.tables import Row, tabulate, tabulate_failure

FILES_PER_CHUNK = 100
BYTES_PER_CHUNK = 20_000_000

_ROWS_DEPEND_ON = (
    "arithmetic.py",
    "audit.py",
    "document.py",
    "parts.py",
    "quantities.py",
    "records.py",
    "rules.py",
    "run.py",
    "tables.py",
    "extract",
    "read",
    "vocabulary",
)
"""Modules and packages of the pipeline."""


@dataclass(frozen=True, slots=True)
class Work:
    """A file to work on, its name in the tables, its size in bytes and the digest of them."""

    path: Path
    name: str
    size: int = 0
    sha256: str = ""

    @property
    def source(self) -> Source:
        """What parts know it by."""
        return Source(self.name, self.sha256)


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a chunk: its files, articles, and what failed."""

    files: int
    articles: int
    failures: tuple[Failure, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """The files of the input in the order of their names, those still to be done, and what cannot be read at all."""

    files: tuple[Work, ...]
    todo: tuple[Work, ...]
    failures: tuple[Failure, ...]


def find_files(folder: Path) -> tuple[list[Work], list[Failure]]:
    """The files below a folder by name, hidden ones and parts of pages aside, and the folders that cannot be read."""
    failures: list[Failure] = []

    def unreadable(error: OSError) -> None:
        failures.append(Failure(_shown(Path(error.filename).relative_to(folder)), "", error.strerror or str(error)))

    found = []
    for parent, folders, names in os.walk(folder, onerror=unreadable):
        folders[:] = sorted(each for each in folders if not each.startswith(".") and not _is_of_a_page(each, names))
        for name in names:
            if not name.startswith("."):
                path = Path(parent, name)
                found.append(Work(path, _shown(path.relative_to(folder))))
    return sorted(found, key=lambda work: work.name), failures


def _is_of_a_page(folder: str, names: list[str]) -> bool:
    """Whether a folder holds the pictures and scripts that a browser saved with a page (`x_files`, `x.html`)."""
    page = folder.removesuffix("_files")
    return page != folder and not {f"{page}.html", f"{page}.htm"}.isdisjoint(names)


def _shown(path: Path) -> str:
    """A path as text that can be written, whatever bytes its name is made of."""
    return os.fsencode(path.as_posix()).decode("utf-8", "backslashreplace")


def plan(found: Iterable[Work], failures: Iterable[Failure], folder: Path, version: str) -> Plan:
    """What is to be done about files, given the parts in a folder."""
    listed = [_digested(work) for work in found]
    readable = tuple(each for each in listed if isinstance(each, Work))
    unreadable = (*failures, *(each for each in listed if isinstance(each, Failure)))
    done = {entry.source for part in read_parts(folder, version) for entry in part.entries if not entry.again}
    return Plan(readable, tuple(work for work in readable if work.source not in done), unreadable)


def _digested(work: Work) -> Work | Failure:
    try:
        if work.path.is_symlink() and not work.path.exists():
            return Failure(work.name, "", "broken link")
        if not work.path.is_file():
            return Failure(work.name, "", "not a file")
        with work.path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            return Work(work.path, work.name, file.tell(), digest)
    except OSError as error:
        return Failure(work.name, "", error.strerror or str(error))


def version(settings: Settings = DEFAULTS) -> str:
    """The digest of what rows depend on besides their file."""
    digest = hashlib.sha256(__version__.encode())
    package = Path(str(package_files("pipeline")))
    for name in _ROWS_DEPEND_ON:
        _add(digest, package / name)
    digest.update(json.dumps([settings.reading.full_text, sorted(settings.reading.columns.items())]).encode())
    for each in fields(settings.resources):
        value = getattr(settings.resources, each.name)
        digest.update(f"{each.name}={value}".encode())
        if value and Path(value).exists():
            _add(digest, Path(value))
    return digest.hexdigest()


def _add(digest: hashlib._Hash, place: Path) -> None:
    for path in sorted(place.rglob("*")) if place.is_dir() else [place]:
        if path.is_file() and "__pycache__" not in path.parts:
            digest.update(path.name.encode() + b"\0" + path.read_bytes())


def chunks_of(work: Iterable[Work]) -> list[list[Work]]:
    """Files in chunks, each the work of one process and the content of one part."""
    chunks: list[list[Work]] = []
    size = 0
    for each in work:
        if not chunks or len(chunks[-1]) >= FILES_PER_CHUNK or size + each.size > BYTES_PER_CHUNK:
            chunks.append([])
            size = 0
        chunks[-1].append(each)
        size += each.size
    return chunks


def work_on_chunk(chunk: Sequence[Work], folder: Path, version: str, settings: Settings = DEFAULTS) -> Done:
    """Work on some files and write a part with what they gave."""
    failures: list[Failure] = []
    articles = 0

    def results(work: Work) -> Iterator[tuple[str | None, dict[str, list[Row]], bool]]:
        nonlocal articles
        for result in work_on_file(work.path, work.name, settings):
            if isinstance(result, Extraction):
                articles += 1
                rows = tabulate(result.article, result.study_size, result.facts, result.rejected, result.checks)
                yield result.article.id, rows, False
            else:
                failures.append(result)
                yield None, tabulate_failure(result), bool(result.traceback)

    with PartWriter(folder, version) as part:
        for work in chunk:
            part.add(work.source, results(work))
        part.close()
    return Done(len(chunk), articles, tuple(failures))


def work_on_chunks(
    chunks: Sequence[Sequence[Work]], folder: Path, version: str, settings: Settings = DEFAULTS
) -> Iterator[Done]:
    """Work on chunks, on all cores where there are several."""
    workers = min(os.cpu_count() or 1, len(chunks))
    work = partial(work_on_chunk, folder=folder, version=version, settings=settings)
    if workers < 2:
        yield from map(work, chunks)
        return
    # Started afresh rather than forked: the flow's process has threads.
    with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn")) as pool:
        yield from pool.map(work, chunks)


def join(planned: Plan, folder: Path, version: str, out: Path, decisions: Iterable[Decision] = ()) -> dict[str, int]:
    """Write the tables of all files from their parts, with what curators decided, and say how many rows each has.

    Raises:
        OSError: the folder cannot be written; what was there before is still whole.
    """
    known = read_parts(folder, version)
    # Of two entries for a file, the later try.
    entries = {entry.source: (part, entry) for again in (True, False) for part in known for entry in part.entries
               if entry.again == again}  # fmt: skip
    places = [entries[work.source] for work in planned.files]
    failures = [row for each in planned.failures for row in tabulate_failure(each)["failures"]]
    rows = parts.join(places, _identifiers(places), failures, Decisions(decisions), version, folder, out)
    parts.remove_unused(known, (part for part, _ in places))
    return rows


def _identifiers(places: Iterable[tuple[Part, parts.Entry]]) -> dict[Path, list[str | None]]:
    """For each part the identifiers of its articles by number."""
    listed = list(places)
    identifiers: dict[Path, list[str | None]] = {}
    names = unique_ids((entry.name, given) for _, entry in listed for given in entry.articles)
    for part, entry in listed:
        own = identifiers.setdefault(part.folder, [None] * sum(len(each.articles) for each in part.entries))
        for number in range(entry.first, entry.first + len(entry.articles)):
            own[number] = next(names)
    return identifiers


def unique_ids(articles: Iterable[tuple[str, str]]) -> Iterator[str]:
    """An identifier for each article, by its file and own identifier: safe as the name of a file, and unique as such
    also where case does not count.

    A second article of an identifier gets a mark made from its file and own identifier.
    """
    taken: set[str] = set()
    for file, given in articles:
        identifier = safe_id(given)
        number = 0
        while identifier.casefold() in taken:
            mark = hashlib.sha256(f"{file}\n{given}\n{number}".encode()).hexdigest()[:8]
            identifier = f"{safe_id(given)}~{mark}"
            number += 1
        taken.add(identifier.casefold())
        yield identifier
