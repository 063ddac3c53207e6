"""All stages over one article, the unit of work of every command and flow."""

from __future__ import annotations

import traceback
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.document import Document
from pipeline.extract import extract
from pipeline.extract.extractor import Fact
from pipeline.interchange import AnnotatedDocument, Annotation, annotate
from pipeline.read import ReadError, make_article, read
from pipeline.records import Article, Failure, Rejected


@dataclass(frozen=True, slots=True)
class Extraction:
    """What one article gave."""

    article: Article
    facts: list[Fact]
    rejected: list[Rejected]


def work_on(article: Article) -> Extraction | Failure:
    """The facts of an article; the one place where an error in a rule becomes the failure of its article."""
    try:
        facts, rejected = extract(Document(article))
    except Exception as error:  # the boundary of one article: the traceback is kept, the run fails at its end
        place = traceback.extract_tb(error.__traceback__)[-1]
        reason = f"{type(error).__name__}: {error}" if not isinstance(error, TimeoutError) else "a pattern hit its time limit"
        return Failure(article.file, f"{article.id}, {Path(place.filename).name}:{place.lineno}", reason)
    return Extraction(article, facts, rejected)


def annotate_text(document: AnnotatedDocument) -> tuple[Annotation, ...]:
    """The annotations that the extractors give for the text of an annotated document."""
    article = make_article(document.text, document.id, document.id, "", "text", "")
    facts, _ = extract(Document(article))
    return annotate(facts)
