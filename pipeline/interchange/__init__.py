"""Annotated documents in and out, in the forms of the tools that people annotate with.

A form is a module with `read` and `write`. Forms differ in what they can hold: where one has no attributes or no line
breaks, its module says how they are written there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import regex

from pipeline.interchange import bioc, brat, json_lines, label_studio, pubtator, tables, webanno
from pipeline.interchange.annotations import (
    LABELS,
    AnnotatedDocument,
    Annotation,
    Doubt,
    Fault,
    GoldError,
    annotate,
    attributes,
    read_doubts,
    refuse,
    stated,
    text_of,
    to_json,
)
from pipeline.read import safe_id

__all__ = [
    "FORMS",
    "LABELS",
    "AnnotatedDocument",
    "Annotation",
    "Doubt",
    "Form",
    "GoldError",
    "annotate",
    "attributes",
    "read_doubts",
    "read_gold",
    "stated",
    "text_of",
    "to_json",
    "validate",
    "write_gold",
]


@dataclass(frozen=True, slots=True)
class Form:
    """How a form is read and written, and whether it is a folder or a file with a suffix."""

    read: Callable[[Path, Fault], Iterator[AnnotatedDocument]]
    write: Callable[[Iterable[AnnotatedDocument], Path], None]
    suffix: str = ""


FORMS: Mapping[str, Form] = {
    "brat": Form(brat.read, brat.write),
    "jsonl": Form(json_lines.read, json_lines.write, ".jsonl"),
    "prodigy": Form(json_lines.read, json_lines.write_prodigy, ".jsonl"),
    "doccano": Form(json_lines.read, json_lines.write_doccano, ".jsonl"),
    "bioc-xml": Form(bioc.read_xml, bioc.write_xml, ".xml"),
    "bioc-json": Form(bioc.read_json, bioc.write_json, ".json"),
    "pubtator": Form(pubtator.read, pubtator.write, ".pubtator"),
    "label-studio": Form(label_studio.read, label_studio.write, ".json"),
    "webanno": Form(webanno.read, webanno.write),
    "csv": Form(tables.read, tables.write),
}
"""The forms by name; those without a suffix are folders."""


def recognise(path: Path) -> str:
    """The form of a file by its suffix and content.

    Raises:
        GoldError: it is of none.
    """
    suffix = path.suffix.lower()
    by_suffix = {".ann": "brat", ".jsonl": "jsonl", ".ndjson": "jsonl", ".tsv": "webanno", ".xml": "bioc-xml"}
    if suffix in by_suffix:
        return by_suffix[suffix]
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        head = file.read(2_000)
    if suffix == ".json":
        return "bioc-json" if regex.match(r"\s*\{", head) and '"documents"' in head else "label-studio"
    if regex.match(r"\s*[^|\t\n]+\|t\|", head):
        return "pubtator"
    raise GoldError(f"{path}: no form of annotations that is known ({', '.join(FORMS)})")


def read_gold(path: Path, fault: Fault = refuse) -> Iterator[AnnotatedDocument]:
    """The annotated documents of a file, or of a folder with its subfolders, whatever form they are in.

    Raises:
        GoldError: nothing to read, or a fault where `fault` refuses them; with file, place and reason.
    """
    if path.is_file():
        yield from FORMS[recognise(path)].read(path, fault)
        return
    known = {".ann", ".jsonl", ".ndjson", ".xml", ".json", ".pubtator"}
    files = sorted(each for each in path.rglob("*") if each.suffix.lower() in known) if path.is_dir() else []
    # A table of doubts beside gold is a .tsv too; an export of WebAnno says what it is in its first line.
    files += [each for each in sorted(path.rglob("*.tsv")) if b"#FORMAT=WebAnno" in each.read_bytes()[:40]]
    if files:
        for file in files:
            yield from FORMS[recognise(file)].read(file, fault)
    elif any((path / f"{table}.csv").exists() for table in tables.TABLES):
        yield from tables.read(path, fault)
    else:
        raise GoldError(f"{path}: no annotations: neither .ann, .jsonl, .json, .xml, .pubtator, .tsv nor our tables")


def validate(path: Path) -> tuple[int, list[str]]:
    """The number of documents and all faults of gold: spans, values, doubles, unknown labels and attributes."""
    faults: list[str] = []
    documents = list(read_gold(path, faults.append))
    seen: set[str] = set()
    for each in documents:
        if each.id in seen:
            faults.append(f"{path}: the document {each.id} is there twice")
        seen.add(each.id)
    return len(documents), faults


def write_gold(documents: Iterable[AnnotatedDocument], path: Path, form: str) -> None:
    """Write documents in a form; a folder's files are called by the documents' identifiers, made safe for names.

    Raises:
        GoldError: two documents would have one name.
    """
    if FORMS[form].suffix:
        path.parent.mkdir(parents=True, exist_ok=True)
        FORMS[form].write(documents, path)
    else:
        FORMS[form].write(_named(documents), path)


def _named(documents: Iterable[AnnotatedDocument]) -> Iterator[AnnotatedDocument]:
    taken: set[str] = set()
    for each in documents:
        name = safe_id(each.id)
        if name.casefold() in taken:
            raise GoldError(f"two documents would be called {name}, one of them {each.id}")
        taken.add(name.casefold())
        yield replace(each, id=name)
