"""Open word lists, one entry a line, `#` before a reason; the only place that reads them."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


def _entries(name: str) -> list[str]:
    entries = []
    previous = ""
    for number, line in enumerate(files(__name__).joinpath(name).read_text("utf-8").splitlines(), 1):
        if line.startswith("#"):
            continue
        entry = line.split("\t")[0]
        if not entry or any(cell != cell.strip() for cell in line.split("\t")):
            raise ValueError(f"{name}, line {number}: empty or padded entry {line!r}")
        if entry <= previous:
            raise ValueError(f"{name}, line {number}: {entry!r} is not after {previous!r}: sort, and remove doubles")
        previous = entry
        entries.append(line)
    return entries


@cache
def words(name: str) -> frozenset[str]:
    """The entries of `<name>.txt`.

    Raises:
        ValueError: the file has an entry that is empty, padded, double or out of order (by code points).
    """
    return frozenset(_entries(f"{name}.txt"))


@cache
def table(name: str) -> dict[str, tuple[str, ...]]:
    """The rows of `<name>.tsv`, keyed by their first cell.

    Raises:
        ValueError: as `words`, or a row has another number of cells than the first.
    """
    rows = [tuple(line.split("\t")) for line in _entries(f"{name}.tsv")]
    for row in rows:
        if len(row) != len(rows[0]):
            raise ValueError(f"{name}.tsv: {row[0]!r} has {len(row)} cells where the first row has {len(rows[0])}")
    return {row[0]: row[1:] for row in rows}
