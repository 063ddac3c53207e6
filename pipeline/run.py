"""All stages over one article, and over many files: the work that every command and flow shares."""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import traceback
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.document import Document
from pipeline.evaluate import Evaluation, evaluate
from pipeline.extract import extract
from pipeline.extract.extractor import Fact
from pipeline.extract.sample_size import study_size
from pipeline.interchange import AnnotatedDocument, Annotation, annotate
from pipeline.read import Options, ReadError, make_article, read, safe_id
from pipeline.records import Article, Failure, Rejected
from pipeline.report import markdown
from pipeline.tables import replacing, tabulate

if TYPE_CHECKING:
    import pandas as pd

FILES_PER_CHUNK = 100


@dataclass(frozen=True, slots=True)
class Extraction:
    """What one article gave."""

    article: Article
    facts: list[Fact]
    rejected: list[Rejected]

    @property
    def study_size(self) -> int | None:
        """The one number of people that is the study's, None when in doubt."""
        return study_size([(fact.mention, fact.record) for fact in self.facts if fact.table == "sample_size"])


def work_on(article: Article) -> Extraction | Failure:
    """The facts of an article; the one place where an error in the program becomes the failure of its article."""
    try:
        facts, rejected = extract(Document(article))
    except Exception as error:  # the boundary of one article: the run goes on, and fails at its end
        frame = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{article.id}, in {Path(frame.filename).name} line {frame.lineno}"
        hit = "a pattern hit its time limit" if isinstance(error, TimeoutError) else f"{type(error).__name__}: {error}"
        return Failure(article.file, place, hit, "".join(traceback.format_exception(error)))
    return Extraction(article, facts, rejected)


def work_on_file(path: Path, name: str, options: Options | None = None) -> Iterator[Extraction | Failure]:
    """What each article of a file gave, or why the file or an article of it could not be read.

    `name` is what tables and failures call the file.
    """
    try:
        for article in read(path, name, options):
            yield Failure(name, article.place, article.reason) if isinstance(article, ReadError) else work_on(article)
    except ReadError as error:
        yield Failure(name, error.place, error.reason)


@dataclass(frozen=True, slots=True)
class Work:
    """A file to work on, and its name in the tables."""

    path: Path
    name: str


def find_files(folder: Path) -> tuple[list[Work], list[Failure]]:
    """The files below a folder by name, hidden ones and parts of pages aside, and the folders that cannot be read."""
    failures: list[Failure] = []

    def unreadable(error: OSError) -> None:
        failures.append(Failure(_shown(Path(error.filename).relative_to(folder)), "", error.strerror or str(error)))

    files = []
    for parent, folders, names in os.walk(folder, onerror=unreadable):
        folders[:] = sorted(each for each in folders if not each.startswith(".") and not _is_of_a_page(each, names))
        for name in names:
            if not name.startswith("."):
                path = Path(parent, name)
                files.append(Work(path, _shown(path.relative_to(folder))))
    return sorted(files, key=lambda work: work.name), failures


def _is_of_a_page(folder: str, names: list[str]) -> bool:
    """Whether a folder holds the pictures and scripts that a browser saved with a page (`x_files`, `x.html`)."""
    page = folder.removesuffix("_files")
    return page != folder and not {f"{page}.html", f"{page}.htm"}.isdisjoint(names)


def _shown(path: Path) -> str:
    """A path as text that can be written, whatever bytes its name is made of."""
    return os.fsencode(path.as_posix()).decode("utf-8", "backslashreplace")


def work_on_chunk(chunk: list[Work], options: Options | None = None) -> list[Extraction | Failure]:
    """What the articles of some files gave, in order."""
    return [result for work in chunk for result in work_on_file(work.path, work.name, options)]


def chunks_of(files: list[Work]) -> list[list[Work]]:
    """The files in chunks, the unit that is handed to a process."""
    return [files[start : start + FILES_PER_CHUNK] for start in range(0, len(files), FILES_PER_CHUNK)]


def work_on_files(
    files: list[Work], options: Options | None = None
) -> Iterator[tuple[int, list[Extraction | Failure]]]:
    """The number of files done and what their articles gave, chunk by chunk in order; on all cores where it pays."""
    chunks = chunks_of(files)
    workers = min(os.cpu_count() or 1, len(chunks))
    if workers < 2:
        for work in files:
            yield 1, work_on_chunk([work], options)
        return
    # Started afresh rather than forked: the flow's process has threads.
    with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn")) as pool:
        for chunk, results in zip(chunks, pool.map(partial(work_on_chunk, options=options), chunks), strict=True):
            yield len(chunk), results


def tables_of(results: Iterable[Extraction | Failure]) -> tuple[dict[str, pd.DataFrame], dict[str, str]]:
    """The tables of a run, and the texts that offsets point into and no file holds, by identifier of the article."""
    listed = list(results)
    done = [result for result in listed if isinstance(result, Extraction)]
    identifiers = list(_unique_ids(result.article for result in done))
    texts = {name: each.article.text for name, each in zip(identifiers, done, strict=True) if each.article.is_rendered}
    tables = tabulate(
        (
            (identifier, each.article, each.study_size, each.facts, each.rejected)
            for identifier, each in zip(identifiers, done, strict=True)
        ),
        (result for result in listed if isinstance(result, Failure)),
    )
    return tables, texts


def _unique_ids(articles: Iterable[Article]) -> Iterator[str]:
    """An identifier for each article that is safe and unique as a file name, also where case does not count.

    A second article of an identifier gets a mark made from its file and own identifier, so that it keeps its name
    whatever else is added later.
    """
    taken: set[str] = set()
    for article in articles:
        identifier = safe_id(article.id)
        number = 0
        while identifier.casefold() in taken:
            mark = hashlib.sha256(f"{article.file}\n{article.id}\n{number}".encode()).hexdigest()[:8]
            identifier = f"{safe_id(article.id)}~{mark}"
            number += 1
        taken.add(identifier.casefold())
        yield identifier


def annotate_text(document: AnnotatedDocument) -> tuple[Annotation, ...]:
    """The annotations that the extractors give for the text of an annotated document."""
    facts, _ = extract(Document(make_article(document.text, document.id, document.id, "")))
    return annotate(facts)


def evaluate_gold(documents: Iterable[AnnotatedDocument]) -> Evaluation:
    """Extract from the texts of gold and compare."""
    return evaluate((document, annotate_text(document)) for document in documents)


def write_report(evaluation: Evaluation, gold: Path, out: Path) -> Path:
    """Write the report on an evaluation as `report.md` into a folder."""
    with replacing(out) as beside:
        (beside / "report.md").write_text(markdown(evaluation, gold.as_posix()), "utf-8", newline="\n")
    return out / "report.md"
