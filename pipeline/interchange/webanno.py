r"""WebAnno TSV 3.3, which INCEpTION exports and imports: a token a line, a column a feature.

A layer with the feature `label` and the attributes as features is written and read; INCEpTION's own layer of named
entities is read too, its `value` as the label. The format knows tokens and their offsets (counted as Java does, an
astral character as two), not what stands between them: there spaces are read, line breaks between sentences.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import regex

from pipeline.interchange.annotations import (
    LABELS,
    AnnotatedDocument,
    Annotation,
    Fault,
    attributes,
    checked,
    stated,
    text_of,
    value_of,
)

_LAYER = "webanno.custom.TrialFact"
_FEATURES = ("label", *dict.fromkeys(name for label in LABELS for name in attributes(label)))
_TOKEN = regex.compile(r"[\p{L}\p{M}]+|\d+|\S")
_SENTENCE = regex.compile(r"[^\n]*\S[^\n]*")
_ESCAPED = regex.compile(r"\\(.)")
_SPECIAL = regex.compile(r"[\\\[\]|_;*\t\n\r]|->")
_NOTHING, _EMPTY = "_", "*"


@dataclass
class _Stretch:
    """An annotation as its tokens are read: where, the line of the first, and its features."""

    start: int
    end: int
    line: int
    features: dict[str, str] = field(default_factory=dict)


def read(path: Path, fault: Fault) -> Iterator[AnnotatedDocument]:
    """The document of a `.tsv` file, or of each in a folder (an export has one a document)."""
    for file in sorted(path.rglob("*.tsv")) if path.is_dir() else [path]:
        try:
            yield _read(file, fault)
        except (ValueError, IndexError) as error:
            fault(f"{file}: not WebAnno TSV 3: {error}")


def _read(file: Path, fault: Fault) -> AnnotatedDocument:
    columns: list[tuple[str, str]] = []
    units = bytearray()  # the text in UTF-16, as the offsets count
    stretches: dict[tuple[str, str], _Stretch] = {}
    for number, line in enumerate(file.read_text("utf-8-sig").split("\n"), 1):
        if line.startswith(("#T_SP=", "#T_CH=", "#T_RL=")):
            layer, *features = line.rstrip("\r").partition("=")[2].split("|")
            columns += [(layer, feature) for feature in features]
        if not line.strip() or line.startswith("#"):
            continue
        cells = line.rstrip("\r").split("\t")
        if len(cells) < 3:
            raise ValueError(f"line {number} has no token, its place and its text")
        start, end = map(int, cells[1].split("-"))
        if 2 * end > len(units):
            gap = "\n" if units and cells[0].partition("-")[2] == "1" else " "
            units += (gap * (start - len(units) // 2)).encode("utf-16-le") + _plain(cells[2]).encode("utf-16-le")
        for (layer, feature), cell in zip(columns, cells[3:], strict=False):
            for position, value in enumerate(regex.split(r"(?<!\\)\|", cell)):
                if value == _NOTHING or not value:
                    continue
                marked = regex.fullmatch(r"(?P<value>.*?)\[(?P<id>\d+)\]", value, regex.DOTALL)
                # Without a number in brackets an annotation is of its token alone.
                key = layer, marked["id"] if marked else f"{cells[0]} {position}"
                stretch = stretches.setdefault(key, _Stretch(start, end, number))
                stretch.end = max(stretch.end, end)
                if (bare := marked["value"] if marked else value) != _EMPTY:
                    stretch.features[feature] = _plain(bare)
    text = units.decode("utf-16-le")
    found, places = [], []
    for (layer, _), stretch in stretches.items():
        label_feature = "value" if layer.endswith("NamedEntity") else "label"
        label = stretch.features.get(label_feature)
        if label is None:
            continue  # a layer of something else (parts of speech, lemmas)
        start, end = (len(units[: 2 * place].decode("utf-16-le")) for place in (stretch.start, stretch.end))
        others = (
            (name, value) for name, value in stretch.features.items() if name not in (label_feature, "identifier")
        )
        values = {name: value_of(label, name, value) for name, value in others}
        found.append(Annotation(label, start, end, text[start:end], values))
        places.append(f"{file}, line {stretch.line}")
    return checked(AnnotatedDocument(file.stem, text, tuple(found)), places, fault)


def write(documents: Iterable[AnnotatedDocument], folder: Path) -> None:
    """Write a file for each document into a folder; tokens are cut where annotations begin and end."""
    folder.mkdir(parents=True, exist_ok=True)
    for document in documents:
        lines = ["#FORMAT=WebAnno TSV 3.3", f"#T_SP={_LAYER}|{'|'.join(_FEATURES)}", "", ""]
        cuts = {place for each in document.annotations for place in (each.start, each.end)}
        for number, sentence in enumerate(_SENTENCE.finditer(document.text), 1):
            lines.append(f"#Text={_escape(sentence[0])}")
            for token, (start, end) in enumerate(_tokens(document.text, *sentence.span(), cuts), 1):
                place = "-".join(str(len(document.text[:each].encode("utf-16-le")) // 2) for each in (start, end))
                cells = _cells(document, start, end)
                lines.append("\t".join((f"{number}-{token}", place, _escape(document.text[start:end]), *cells, "")))
            lines.append("")
        (folder / f"{document.id}.tsv").write_text("\n".join(lines), "utf-8", newline="")


def _tokens(text: str, start: int, end: int, cuts: set[int]) -> Iterator[tuple[int, int]]:
    for token in _TOKEN.finditer(text, start, end):
        inside = sorted(cut for cut in cuts if token.start() < cut < token.end())
        yield from pairwise([token.start(), *inside, token.end()])


def _cells(document: AnnotatedDocument, start: int, end: int) -> Iterator[str]:
    covering = [(n, each) for n, each in enumerate(document.annotations, 1) if each.start <= start and end <= each.end]
    features = [(n, {"label": each.label, **stated(each)}) for n, each in covering]
    for name in _FEATURES:
        yield (
            "|".join(f"{_escape(text_of(given[name])) if name in given else _EMPTY}[{n}]" for n, given in features)
            or _NOTHING
        )


def _escape(text: str) -> str:
    names = {"\t": r"\t", "\n": r"\n", "\r": r"\r", "->": r"\->"}
    return str(_SPECIAL.sub(lambda match: names.get(match[0], "\\" + match[0]), text))


def _plain(text: str) -> str:
    return str(_ESCAPED.sub(lambda match: {"t": "\t", "n": "\n", "r": "\r"}.get(match[1], match[1]), text))
