r"""Facts as tidy tables, and tables on disk.

Each row of a fact table begins with its key (`article_id`, `mention`) and its evidence: section, sentence, the
characters `[start, end)` of the article's text, their text, the rule that found them, and why a curator should look
first (`review`). An empty cell is "not stated". CSV is UTF-8 without byte order mark, RFC 4180 with `\n`; Parquet has
the same columns with types. pandas comes in here and not before, and only when a
table is made.
"""

from __future__ import annotations

import os
import shutil
import types
import typing
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline import __version__
from pipeline.extract import EXTRACTORS
from pipeline.extract.extractor import Fact
from pipeline.extract.study_size import StudySize
from pipeline.records import Article, Check, Failure, Rejected

if TYPE_CHECKING:
    import pandas as pd

_TYPES = {str: "string", int: "Int64", float: "Float64", bool: "boolean"}

EVIDENCE = {
    "article_id": "string",
    "mention": "Int64",
    "section": "string",
    "sentence": "string",
    "start": "Int64",
    "end": "Int64",
    "text": "string",
    "rule": "string",
    "review": "string",
}
"""First columns of every fact table."""


def _text(*names: str) -> dict[str, str]:
    return dict.fromkeys(names, "string")


def _record_columns(record: type[Any]) -> dict[str, str]:
    """The columns of a record, by the types of its fields."""
    columns = {}
    hints = typing.get_type_hints(record)
    for each in fields(record):
        kinds = typing.get_args(hints[each.name]) or (hints[each.name],)
        columns[each.name] = next(_TYPES[kind] for kind in kinds if kind is not types.NoneType)
    return columns


FACTS = {extractor.table: EVIDENCE | _record_columns(extractor.record) for extractor in EXTRACTORS}
"""Columns and types of the table of each extractor."""

TABLES: Mapping[str, Mapping[str, str]] = {
    "articles": {
        **_text("article_id", "file", "sha256", "format", "title", "pmid", "pmcid", "doi", "registry_ids", "trial_id"),
        **_text("journal"),
        "year": "Int64",
        **_text("publication_types", "record_status"),
        "study_size": "Int64",
        **_text("language", "encoding"),
        "characters": "Int64",
        "pipeline_version": "string",
    },
    **FACTS,
    "checks": _text("check", "verdict", "article_id", "stated", "recomputed", "evidence"),
    "trials": _text("trial_id", "registry_ids", "articles", "conflicts"),
    "rejected": _text("article_id", "table") | {"start": "Int64", "end": "Int64"} | _text("text", "reason"),
    "failures": _text("file", "place", "reason"),
}
"""Columns and types of every table that is a function of input and version alone."""

HISTORY: Mapping[str, Mapping[str, str]] = {
    "runs": {
        **_text("started"),
        "seconds": "Float64",
        **_text("pipeline_version", "input"),
        **dict.fromkeys(("articles", *FACTS, "rejected", "failures"), "Int64"),
    },
    "changes": _text("run", "change", "table", "article_id", "before", "after"),
}
"""Columns and types of the tables that tell what runs did; CSV only."""


def tabulate(
    extractions: Iterable[tuple[str, Article, StudySize | None, list[Fact], list[Rejected], list[Check]]],
    failures: Iterable[Failure],
) -> dict[str, pd.DataFrame]:
    """All tables of a run from its articles (identifier, article, study size, facts, rejected, checks) and failures."""
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in TABLES}
    for article_id, article, study_size, facts, rejected, checks in extractions:
        rows["articles"].append(_article_row(article_id, article, study_size))
        for fact in facts:
            rows[fact.table].append(_fact_row(article_id, fact))
        for each in rejected:
            rows["rejected"].append({"article_id": article_id, **_values(each)})
        for check in checks:
            evidence = " ".join(map(str, check.evidence))
            rows["checks"].append({**_values(check), "article_id": article_id, "evidence": evidence})
    for failure in failures:
        rows["failures"].append({"file": failure.file, "place": failure.place, "reason": failure.reason})
    return {name: frame(rows[name], columns) for name, columns in TABLES.items()}


def frame(rows: Iterable[Mapping[str, Any]], columns: Mapping[str, str]) -> pd.DataFrame:
    """Rows as a data frame of these columns and types; the empty text is missing, as what is not stated is."""
    import pandas as pd

    listed = list(rows)
    return pd.DataFrame(
        {
            name: pd.Series([row.get(name) if row.get(name) != "" else None for row in listed], dtype=kind)
            for name, kind in columns.items()
        }
    )


def _article_row(article_id: str, article: Article, study_size: StudySize | None) -> dict[str, Any]:
    row = _values(article) | {
        "article_id": article_id,
        "registry_ids": " ".join(article.registry_ids),
        "publication_types": "; ".join(article.publication_types),
        "study_size": study_size and study_size.value,
        "characters": len(article.text),
        "pipeline_version": __version__,
    }
    return {name: row.get(name) for name in TABLES["articles"]}


def _fact_row(article_id: str, fact: Fact) -> dict[str, Any]:
    mention = fact.mention
    return {
        "article_id": article_id,
        "mention": fact.number,
        "section": mention.sentence.section,
        "sentence": mention.sentence.text,
        "start": mention.start,
        "end": mention.end,
        "text": mention.text,
        "rule": mention.rule,
        "review": fact.review,
        **_values(fact.record),
    }


def _values(record: Any) -> dict[str, Any]:
    return {each.name: getattr(record, each.name) for each in fields(record)}


def write(tables: Mapping[str, pd.DataFrame], folder: Path) -> None:
    """Write tables as CSV and Parquet, all or none.

    Raises:
        OSError: the folder cannot be written; what was there before is still whole.
    """
    with replacing(folder) as beside:
        for name, table in tables.items():
            write_csv(table, beside / f"{name}.csv")
            table.to_parquet(beside / f"{name}.parquet", index=False)


def write_csv(table: pd.DataFrame, path: Path) -> None:
    """Write one table as CSV."""
    table.to_csv(path, index=False, encoding="utf-8", lineterminator="\n")


def add_run(folder: Path, run: Mapping[str, Any]) -> None:
    """Add a row to `runs.csv`; `changes.csv` is there beside it, with its header at least."""
    with replacing(folder) as beside:
        for name, rows in {"runs": [run], "changes": []}.items():
            table = frame(rows, HISTORY[name])
            earlier = folder / f"{name}.csv"
            text = table.to_csv(index=False, lineterminator="\n")
            if earlier.exists():
                text = earlier.read_text("utf-8") + text.split("\n", 1)[1]
            (beside / f"{name}.csv").write_text(text, "utf-8", newline="\n")


@contextmanager
def replacing(folder: Path) -> Iterator[Path]:
    """A folder beside the files of `folder`, whose files replace those once all of them are written.

    Whoever is interrupted before that leaves the earlier files as they were.
    """
    folder.mkdir(parents=True, exist_ok=True)
    beside = folder / ".writing"
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir()
    try:
        yield beside
        for path in sorted(beside.iterdir()):
            with path.open("rb") as written:
                os.fsync(written.fileno())
        for path in sorted(beside.iterdir()):
            path.replace(folder / path.name)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
