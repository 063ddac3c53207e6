"""BioC XML and JSON by the package `bioc`, the format's own library.

A document's passages are put at their offsets, with spaces where nothing stands; attributes are infons.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.interchange.annotations import AnnotatedDocument, Annotation, Fault, checked, stated, text_of, value_of

if TYPE_CHECKING:
    from bioc import BioCAnnotation, BioCCollection, BioCDocument


def read_xml(path: Path, fault: Fault) -> Iterator[AnnotatedDocument]:
    """The documents of a BioC XML file."""
    from bioc import biocxml
    from lxml.etree import LxmlError

    try:
        data = path.read_bytes()
        if b"<!ENTITY" in data:  # the library's parser would expand them
            fault(f"{path}: refused: it declares entities")
            return
        collection = biocxml.load(BytesIO(data))
    except (LxmlError, ValueError, KeyError, TypeError, AttributeError) as error:
        fault(f"{path}: not BioC XML: {error}")
        return
    yield from _read(collection, path, fault)


def read_json(path: Path, fault: Fault) -> Iterator[AnnotatedDocument]:
    """The documents of a BioC JSON file."""
    from bioc import biocjson

    try:
        collection = biocjson.loads(path.read_text("utf-8-sig"))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        fault(f"{path}: not BioC JSON: {error!r}")
        return
    yield from _read(collection, path, fault)


def _read(collection: BioCCollection, path: Path, fault: Fault) -> Iterator[AnnotatedDocument]:
    for document in collection.documents:
        try:
            read = AnnotatedDocument(document.id, _text(document), tuple(map(_annotation, _annotations(document))))
        except (ValueError, KeyError) as error:
            fault(f"{path}, document {document.id}: {error!r}")
            continue
        places = [f"{path}, document {document.id}, annotation {each.id}" for each in _annotations(document)]
        yield checked(read, places, fault)


def _annotations(document: BioCDocument) -> list[BioCAnnotation]:
    passages = document.passages
    return [
        each
        for part in (document, *passages, *(sentence for passage in passages for sentence in passage.sentences))
        for each in part.annotations
    ]


def _text(document: BioCDocument) -> str:
    text = ""
    for passage in sorted(document.passages, key=lambda passage: int(passage.offset)):
        parts = [(passage.offset, passage.text)] if passage.text else [(s.offset, s.text) for s in passage.sentences]
        for offset, part in parts:
            text = text.ljust(offset) + (part or "")
    return text


def _annotation(annotation: BioCAnnotation) -> Annotation:
    label = annotation.infons["type"]
    values = {
        name: value_of(label, name, str(value))
        for name, value in annotation.infons.items()
        if name not in ("type", "identifier")
    }
    span = annotation.total_span
    return Annotation(label, span.offset, span.offset + span.length, annotation.text, values)


def write_xml(documents: Iterable[AnnotatedDocument], path: Path) -> None:
    """Write BioC XML, one passage a document."""
    from bioc import biocxml

    path.write_text(biocxml.dumps(_collection(documents)), "utf-8", newline="")


def write_json(documents: Iterable[AnnotatedDocument], path: Path) -> None:
    """Write BioC JSON, one passage a document."""
    from bioc import biocjson

    path.write_text(biocjson.dumps(_collection(documents), ensure_ascii=False, indent=1) + "\n", "utf-8", newline="")


def _collection(documents: Iterable[AnnotatedDocument]) -> BioCCollection:
    from bioc import BioCAnnotation, BioCCollection, BioCDocument, BioCLocation, BioCPassage

    collection = BioCCollection()
    collection.source = "trialsift"
    for document in documents:
        passage = BioCPassage()
        passage.offset = 0
        passage.text = document.text
        for number, each in enumerate(document.annotations, 1):
            annotation = BioCAnnotation()
            annotation.id = f"T{number}"
            annotation.text = each.text
            annotation.infons = {"type": each.label, **{name: text_of(value) for name, value in stated(each).items()}}
            annotation.add_location(BioCLocation(each.start, each.end - each.start))
            passage.add_annotation(annotation)
        written = BioCDocument()
        written.id = document.id
        written.add_passage(passage)
        collection.add_document(written)
    return collection
