"""JSON lines, one document a line: our own, and those of Prodigy and doccano.

Our own (`mentions`) and Prodigy's (`spans`) carry attributes beside label and span. doccano's (`entities` or `label`)
have a label only; there attributes follow it as in `SampleSize|value=9|stage=treated`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pipeline.interchange.annotations import (
    AnnotatedDocument,
    Annotation,
    Fault,
    checked,
    of_json,
    stated,
    text_of,
    to_json,
    value_of,
)


def read(path: Path, fault: Fault) -> Iterator[AnnotatedDocument]:
    """The documents of a file in any of these forms, each line by what it holds."""
    with path.open(encoding="utf-8-sig", newline="\n") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            place = f"{path}, line {number}"
            try:
                record = json.loads(line)
                document = _document(record, f"{path.stem}-{number}")
            except (ValueError, KeyError, IndexError, AttributeError, TypeError, RecursionError) as error:
                fault(f"{place}: not an annotated document: {error!r}")
            else:
                yield checked(document, [place] * len(document.annotations), fault)


def _document(record: dict[str, Any], otherwise: str) -> AnnotatedDocument:
    text = record.pop("text")
    if not isinstance(text, str):
        raise TypeError("its text is no text")
    for key, read_one in _READERS.items():
        if key in record:
            found = tuple(read_one(each, text) for each in record.pop(key) or [])
            break
    else:
        found = ()
    given = record.pop("id", None)
    given = record.get("meta", {}).get("id", otherwise) if given is None else given
    return AnnotatedDocument(str(given), text, found, record)


_PRODIGY = ("token_start", "token_end", "id", "source", "score", "input_hash")


def _span(span: dict[str, Any], text: str) -> Annotation:
    label, start, end = (span.pop(key) for key in ("label", "start", "end"))
    covered = span.pop("text", text[start:end])
    return Annotation(label, start, end, covered, {key: span[key] for key in span if key not in _PRODIGY})


def _entity(entity: dict[str, Any], text: str) -> Annotation:
    return _labelled(entity["label"], entity["start_offset"], entity["end_offset"], text)


def _labelled(with_attributes: str, start: int, end: int, text: str) -> Annotation:
    label, *pairs = with_attributes.split("|")
    values = {name: value_of(label, name, value) for name, _, value in (pair.partition("=") for pair in pairs)}
    return Annotation(label, start, end, text[start:end], values)


def _triple(triple: list[Any], text: str) -> Annotation:
    return _labelled(triple[2], triple[0], triple[1], text)


_READERS: Mapping[str, Callable[[Any, str], Annotation]] = {
    "mentions": lambda mention, text: of_json(mention),
    "spans": _span,
    "entities": _entity,
    "label": _triple,
    "labels": _triple,
}


def write(documents: Iterable[AnnotatedDocument], path: Path) -> None:
    """Write our own form."""
    _write(
        path, ({"id": each.id, "text": each.text, "mentions": [*map(to_json, each.annotations)]} for each in documents)
    )


def write_prodigy(documents: Iterable[AnnotatedDocument], path: Path) -> None:
    """Write Prodigy's form."""
    _write(
        path,
        (
            {"text": each.text, "meta": {"id": each.id}, "spans": [*map(to_json, each.annotations)]}
            for each in documents
        ),
    )


def write_doccano(documents: Iterable[AnnotatedDocument], path: Path) -> None:
    """Write doccano's form."""
    _write(
        path,
        (
            {
                "id": each.id,
                "text": each.text,
                "label": [[one.start, one.end, with_attributes(one)] for one in each.annotations],
            }
            for each in documents
        ),
    )


def with_attributes(annotation: Annotation) -> str:
    """A label with its attributes, for forms that have labels only."""
    return "|".join((annotation.label, *(f"{name}={text_of(value)}" for name, value in stated(annotation).items())))


def _write(path: Path, records: Iterable[dict[str, Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for record in records:
            file.write(json.dumps(record, ensure_ascii=False) + "\n")
