"""Label Studio's JSON: tasks whose annotations hold, region by region, labels, choices, numbers and texts.

Its editor counts as JavaScript does, an astral character (a mathematical italic, say) as two: spans that only fit so
are read so. Of a task with several annotations the last is read, as the tool shows it.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pipeline.interchange.annotations import (
    CHOICES,
    NUMBERS,
    AnnotatedDocument,
    Annotation,
    Fault,
    checked,
    stated,
    text_of,
    value_of,
)


def read(path: Path, fault: Fault) -> Iterator[AnnotatedDocument]:
    """The documents of an export."""
    try:
        tasks = json.loads(path.read_text("utf-8-sig"))
        tasks = tasks if isinstance(tasks, list) else [tasks]
    except (ValueError, RecursionError) as error:
        fault(f"{path}: not JSON: {error}")
        return
    for number, task in enumerate(tasks, 1):
        try:
            document = _document(task, f"{path.stem}-{number}")
        except (KeyError, IndexError, AttributeError, TypeError) as error:
            fault(f"{path}, task {number}: not an annotated document: {error!r}")
        else:
            yield checked(document, [f"{path}, task {number}"] * len(document.annotations), fault)


def _document(task: dict[str, Any], otherwise: str) -> AnnotatedDocument:
    text = task["data"]["text"]
    results = [each["result"] for each in task.get("annotations", []) if not each.get("was_cancelled")]
    labels: dict[str, tuple[str, int, int, str | None]] = {}
    values: dict[str, dict[str, Any]] = defaultdict(dict)
    for result in results[-1] if results else []:
        value = result["value"]
        if "labels" in value:
            labels[result["id"]] = value["labels"][0], int(value["start"]), int(value["end"]), value.get("text")
        else:
            given = next(value[key] for key in ("choices", "number", "text") if key in value)
            values[result["id"]][result["from_name"]] = given[0] if isinstance(given, list) else given
    found = tuple(
        _annotation(text, *place, {name: value_of(place[0], name, text_of(each)) for name, each in values[key].items()})
        for key, place in labels.items()
    )
    identifier = task["data"].get("id", task.get("id", otherwise))
    return AnnotatedDocument(str(identifier), text, found)


def _annotation(text: str, label: str, start: int, end: int, said: str | None, values: dict[str, Any]) -> Annotation:
    units = text.encode("utf-16-le")
    if len(units) != 2 * len(text) and (said is None or text[start:end] != said):
        before, covered = units[: 2 * start].decode("utf-16-le", "replace"), units[2 * start : 2 * end]
        if said is None or covered.decode("utf-16-le", "replace") == said:
            start, end = len(before), len(before) + len(covered.decode("utf-16-le", "replace"))
    return Annotation(label, start, end, text[start:end] if said is None else said, values)


def write(documents: Iterable[AnnotatedDocument], path: Path) -> None:
    """Write tasks whose annotations can be gone on with; the labelling setup names its controls as the attributes."""
    tasks = [
        {
            "data": {"id": each.id, "text": each.text},
            "annotations": [
                {"result": [part for n, one in enumerate(each.annotations) for part in _parts(n, one, each.text)]}
            ],
        }
        for each in documents
    ]
    path.write_text(json.dumps(tasks, ensure_ascii=False, indent=1) + "\n", "utf-8", newline="")


def _parts(number: int, annotation: Annotation, text: str) -> Iterator[dict[str, Any]]:
    start, end = (len(text[:place].encode("utf-16-le")) // 2 for place in (annotation.start, annotation.end))
    span = {"start": start, "end": end, "text": annotation.text}
    region = {"id": f"r{number}", "to_name": "text"}
    yield {**region, "from_name": "label", "type": "labels", "value": {**span, "labels": [annotation.label]}}
    for name, value in stated(annotation).items():
        if name in NUMBERS[annotation.label]:
            kind: dict[str, Any] = {"type": "number", "value": {**span, "number": value}}
        elif name in CHOICES[annotation.label]:
            kind = {"type": "choices", "value": {**span, "choices": [text_of(value)]}}
        else:
            kind = {"type": "textarea", "value": {**span, "text": [value]}}
        yield {**region, "from_name": name, **kind}
