r"""Facts as tidy tables, and tables on disk.

Each row of a fact table begins with its key (`article_id`, `mention`) and its evidence: section, sentence, the
characters `[start, end)` of the article's text, their text, the rule that found them, why a curator should look first
(`review`), and of a printed page its number and the box on it (`page`, `bbox`). An empty cell is "not stated". CSV is
UTF-8 without byte order mark, RFC 4180 with `\n`; Parquet has the same columns with types. pandas comes in here and
not before, and only when a table is made.
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
from typing import TYPE_CHECKING, Any, TextIO, TypeAlias

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
    "page": "Int64",
    "bbox": "string",
    "decision": "string",
    "corrected": "string",
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
    "decisions": _text("article_id", "table", "sentence", "text", "decision", "corrected") | {"found": "boolean"},
    "rejected": _text("article_id", "table") | {"start": "Int64", "end": "Int64"} | _text("text", "reason"),
    "failures": _text("file", "place", "reason"),
}
"""Columns and types of every table that is a function of input and version alone."""

TEXTS = {"article_id": "string", "text": "string"}
"""Texts that offsets point into and no file of the input holds; on disk they are files, not a table."""

IN_SENTENCE = "start_in_sentence"
"""A column of fact rows that parts keep and tables do not show: decisions are met by it."""

HISTORY: Mapping[str, Mapping[str, str]] = {
    "runs": {
        **_text("started"),
        "seconds": "Float64",
        **_text("pipeline_version", "input"),
        "extracted": "Int64",
        **dict.fromkeys(("articles", *FACTS, "rejected", "failures"), "Int64"),
    },
    "changes": _text("run", "change", "table", "article_id", "before", "after"),
}
"""Columns and types of the tables that tell what runs did; CSV only."""


Row: TypeAlias = dict[str, Any]


def tabulate(
    article: Article,
    study_size: StudySize | None,
    facts: Iterable[Fact],
    rejected: Iterable[Rejected],
    checks: Iterable[Check],
) -> dict[str, list[Row]]:
    """The rows of an article by table, without its `article_id`, which depends on the other articles."""
    rows: dict[str, list[Row]] = {"articles": [_article_row(article, study_size)]}
    for fact in facts:
        rows.setdefault(fact.table, []).append(_fact_row(article, fact))
    for each in rejected:
        rows.setdefault("rejected", []).append(_values(each))
    for check in checks:
        evidence = " ".join(map(str, check.evidence))
        rows.setdefault("checks", []).append({**_values(check), "evidence": evidence})
    if article.is_rendered:
        rows["texts"] = [{"text": article.text}]
    return rows


def tabulate_failure(failure: Failure) -> dict[str, list[Row]]:
    """The row of what failed."""
    return {"failures": [{"file": failure.file, "place": failure.place, "reason": failure.reason}]}


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


def _article_row(article: Article, study_size: StudySize | None) -> Row:
    row = _values(article) | {
        "registry_ids": " ".join(article.registry_ids),
        "publication_types": "; ".join(article.publication_types),
        "study_size": study_size and study_size.value,
        "characters": len(article.text),
        "pipeline_version": __version__,
    }
    return {name: row.get(name) for name in TABLES["articles"]}


def _fact_row(article: Article, fact: Fact) -> Row:
    mention = fact.mention
    page, box = article.printed_at(mention.start, mention.end)
    return {
        "mention": fact.number,
        "section": mention.sentence.section,
        "sentence": mention.sentence.text,
        "start": mention.start,
        "end": mention.end,
        "text": mention.text,
        "rule": mention.rule,
        "review": fact.review,
        "page": page,
        "bbox": box,
        IN_SENTENCE: mention.start - mention.sentence.start,
        **_values(fact.record),
    }


def _values(record: Any) -> dict[str, Any]:
    return {each.name: getattr(record, each.name) for each in fields(record)}


def write_csv(table: pd.DataFrame, file: TextIO, *, header: bool = True) -> None:
    """Write rows as CSV into a file opened with `newline=""`."""
    table.to_csv(file, index=False, header=header, lineterminator="\n")


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

    Whoever is interrupted before that leaves the earlier files as they were. A folder among them replaces one of its
    name as a whole, an empty one just removes it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    beside = folder / ".writing"
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir()
    try:
        yield beside
        for path in sorted(beside.rglob("*")):
            if path.is_file():
                with path.open("rb") as written:
                    os.fsync(written.fileno())
        for path in sorted(beside.iterdir()):
            if path.is_dir():
                _replace_folder(folder / path.name, path)
            else:
                path.replace(folder / path.name)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _replace_folder(old: Path, new: Path) -> None:
    if old.is_dir():
        old.replace(new.with_name(f".old-{new.name}"))
    if any(new.iterdir()):
        new.replace(old)
