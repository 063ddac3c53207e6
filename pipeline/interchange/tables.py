"""Our own tables as annotations: `sample_size.csv` to `adverse_event.csv`, with texts beside them or in `text/`."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from pipeline.extract import EXTRACTORS
from pipeline.interchange.annotations import (
    LABELS,
    AnnotatedDocument,
    Annotation,
    Fault,
    attributes,
    checked,
    text_of,
    value_of,
)

TABLES = {each.table: each.label for each in EXTRACTORS if each.label in LABELS}


def read(folder: Path, fault: Fault) -> Iterator[AnnotatedDocument]:
    """The documents of a folder; columns that gold does not have are left."""
    found: dict[str, list[Annotation]] = defaultdict(list)
    places: dict[str, list[str]] = defaultdict(list)
    for table, label in TABLES.items():
        path = folder / f"{table}.csv"
        if not path.exists():
            continue
        with path.open(encoding="utf-8-sig", newline="") as file:
            for number, row in enumerate(csv.DictReader(file), 2):
                place = f"{path}, row {number}"
                try:
                    values = {name: value_of(label, name, row[name]) for name in attributes(label) if row.get(name)}
                    annotation = Annotation(label, int(row["start"]), int(row["end"]), row["text"], values)
                except (KeyError, ValueError, TypeError) as error:
                    fault(f"{place}: not a row of {table}: {error!r}")
                    continue
                found[row["article_id"]].append(annotation)
                places[row["article_id"]].append(place)
    texts = {path.stem: path for part in (folder / "text", folder) for path in sorted(part.glob("*.txt"))}
    for identifier in sorted(found.keys() | texts.keys()):
        if identifier in texts:
            text = texts[identifier].read_text("utf-8-sig")
            document = AnnotatedDocument(identifier, text, tuple(found[identifier]))
            yield checked(document, places[identifier], fault)
        else:
            fault(f"{folder}: no {identifier}.txt for the rows of {identifier}")


def write(documents: Iterable[AnnotatedDocument], folder: Path) -> None:
    """Write the tables, with evidence and the attributes that gold has, and the texts beside them."""
    folder.mkdir(parents=True, exist_ok=True)
    rows: dict[str, list[dict[str, str]]] = {table: [] for table in TABLES}
    tables = {label: table for table, label in TABLES.items()}
    for document in documents:
        (folder / f"{document.id}.txt").write_text(document.text, "utf-8", newline="")
        for number, each in enumerate(document.annotations, 1):
            evidence = {
                "article_id": document.id,
                "mention": str(number),
                "start": str(each.start),
                "end": str(each.end),
            }
            values = {name: "" if value is None else text_of(value) for name, value in each.values.items()}
            rows[tables[each.label]].append({**evidence, "text": each.text, **values})
    for table, label in TABLES.items():
        with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
            columns = ("article_id", "mention", "start", "end", "text", *attributes(label))
            writer = csv.DictWriter(file, columns, lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows[table])
