"""Plain text and JSON lines, whose text is kept as it is: offsets fit annotations made on the file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from pipeline.read import bibliography
from pipeline.read.decoding import decode, lines, refuse_binary
from pipeline.read.languages import language
from pipeline.read.rendering import LONGEST_ARTICLE, safe_id
from pipeline.read.source import ReadError, Source
from pipeline.read.zones import PAGE, zone
from pipeline.records import Article


def read_text(source: Source) -> Iterator[Article | ReadError]:
    """The one article that a text is.

    Raises:
        ReadError: it is no text.
    """
    data = source.read()
    text, encoding = decode(data)
    yield make_article(text, safe_id(source.stem), source.name, hashlib.sha256(data).hexdigest(), encoding=encoding)


def read_json_lines(source: Source) -> Iterator[Article | ReadError]:
    """An article a line, an object with `id` and `text`.

    Raises:
        ReadError: it is no text.
    """
    refuse_binary(source.head)
    stem = "-" if source.stem == "-" else safe_id(source.stem)
    for number, (line, _) in enumerate(lines(source), 1):
        if not line.strip():
            continue
        try:
            record: Any = json.loads(line)
            if not isinstance(record, dict) or not isinstance(record.get("text"), str):
                raise ReadError('not an article: no object with "id" and "text"')  # noqa: TRY301  one way out of a line
            given = record.get("id")
            identifier = f"{stem}-{number}" if given is None else given if isinstance(given, str) else json.dumps(given)
            sha256 = hashlib.sha256(record["text"].encode()).hexdigest()
            article = make_article(record["text"], identifier, source.name, sha256, form="jsonl")
            yield replace(article, given_id=identifier if given is None else given)
        except ReadError as error:
            yield ReadError(error.reason, f"line {number}")
        except UnicodeEncodeError:
            yield ReadError("text with a lone surrogate", f"line {number}")
        except (ValueError, RecursionError) as error:
            yield ReadError(f"not JSON: {error}", f"line {number}")


def make_article(
    text: str, identifier: str, file: str, sha256: str, *, form: str = "text", encoding: str = ""
) -> Article:
    """An article from its text: zones, title, identifiers and language.

    Raises:
        ReadError: the text is longer than `LONGEST_ARTICLE`.
    """
    if len(text) > LONGEST_ARTICLE:
        raise ReadError(f"longer than {LONGEST_ARTICLE:,} characters: {len(text):,}")
    zones, title = zone(text)
    pieces = [(each.section, text[each.start : each.end]) for each in zones]
    own = [piece for section, piece in pieces if section != "references"]
    abstract = " ".join(piece for section, piece in pieces if section not in PAGE)
    header = text[: next((each.start for each in zones if each.section not in {*PAGE, "title"}), 0)]
    return Article(
        id=identifier,
        given_id=identifier,
        file=file,
        sha256=sha256,
        format=form,
        text=text,
        zones=zones,
        title=title,
        pmid=bibliography.pmid(own),
        pmcid=bibliography.pmcid(own),
        doi=bibliography.doi(own),
        registry_ids=bibliography.registry_ids("\n".join(own)),
        journal=bibliography.journal(header),
        year=bibliography.year(header),
        language=language(abstract),
        encoding=encoding,
    )
