"""All stages over one article, and over many files: the work that every command and flow shares."""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import traceback
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.audit import audit, flagged
from pipeline.document import Document, disease_model
from pipeline.evaluate import Compared, Evaluation, evaluate
from pipeline.extract import extract
from pipeline.extract.extractor import Fact
from pipeline.extract.study_size import StudySize, study_size
from pipeline.interchange import AnnotatedDocument, Doubt, annotate, write_gold
from pipeline.read import ReadError, make_article, read, safe_id
from pipeline.records import NO_RESOURCES, Article, Check, Failure, Rejected, Resources
from pipeline.report import markdown
from pipeline.tables import replacing, tabulate
from pipeline.vocabulary.terminology import terminology

if TYPE_CHECKING:
    import pandas as pd

FILES_PER_CHUNK = 100


@dataclass(frozen=True, slots=True)
class Extraction:
    """What one article gave."""

    article: Article
    facts: list[Fact]
    rejected: list[Rejected]
    checks: list[Check]

    @property
    def study_size(self) -> StudySize | None:
        """The one number of people that is the study's, None when in doubt."""
        return _study_size(self.facts)


def _study_size(facts: Iterable[Fact]) -> StudySize | None:
    return study_size([fact.record for fact in facts if fact.table == "sample_size"])


def check(resources: Resources) -> None:
    """See that what a user brings can be read, before the work begins.

    Raises:
        TermsError: a list of terms or MedDRA cannot be read.
        ModelError: the model cannot be used.
    """
    terminology(resources)
    if resources.model:
        disease_model(resources.model)


def work_on(article: Article, resources: Resources = NO_RESOURCES) -> Extraction | Failure:
    """The facts of an article; the one place where an error in the program becomes the failure of its article."""
    try:
        facts, rejected = extract(Document(article, resources))
        checks = audit(facts)
    except Exception as error:  # the boundary of one article: the run goes on, and fails at its end
        frame = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{article.id}, in {Path(frame.filename).name} line {frame.lineno}"
        hit = "a pattern hit its time limit" if isinstance(error, TimeoutError) else f"{type(error).__name__}: {error}"
        return Failure(article.file, place, hit, "".join(traceback.format_exception(error)))
    return Extraction(article, flagged(facts, checks), rejected, checks)


def work_on_file(path: Path, name: str, resources: Resources = NO_RESOURCES) -> Iterator[Extraction | Failure]:
    """What each article of a file gave, or why the file or an article of it could not be read.

    `name` is what tables and failures call the file.
    """
    try:
        for article in read(path, name):
            if isinstance(article, ReadError):
                yield Failure(name, article.place, article.reason)
            else:
                yield work_on(article, resources)
    except ReadError as error:
        yield Failure(name, error.place, error.reason)


@dataclass(frozen=True, slots=True)
class Work:
    """A file to work on, and its name in the tables."""

    path: Path
    name: str


def find_files(folder: Path) -> tuple[list[Work], list[Failure]]:
    """The files below a folder by name, but for hidden ones, and the folders that cannot be read."""
    failures: list[Failure] = []

    def unreadable(error: OSError) -> None:
        failures.append(Failure(_shown(Path(error.filename).relative_to(folder)), "", error.strerror or str(error)))

    files = []
    for parent, folders, names in os.walk(folder, onerror=unreadable):
        folders[:] = sorted(each for each in folders if not each.startswith("."))
        for name in names:
            if not name.startswith("."):
                path = Path(parent, name)
                files.append(Work(path, _shown(path.relative_to(folder))))
    return sorted(files, key=lambda work: work.name), failures


def _shown(path: Path) -> str:
    """A path as text that can be written, whatever bytes its name is made of."""
    return os.fsencode(path.as_posix()).decode("utf-8", "backslashreplace")


def work_on_chunk(chunk: list[Work], resources: Resources = NO_RESOURCES) -> list[Extraction | Failure]:
    """What the articles of some files gave, in order."""
    return [result for work in chunk for result in work_on_file(work.path, work.name, resources)]


def chunks_of(files: list[Work]) -> list[list[Work]]:
    """The files in chunks, the unit that is handed to a process."""
    return [files[start : start + FILES_PER_CHUNK] for start in range(0, len(files), FILES_PER_CHUNK)]


def work_on_files(
    files: list[Work], resources: Resources = NO_RESOURCES
) -> Iterator[tuple[int, list[Extraction | Failure]]]:
    """The number of files done and what their articles gave, chunk by chunk in order; on all cores where it pays."""
    chunks = chunks_of(files)
    workers = min(os.cpu_count() or 1, len(chunks))
    if workers < 2:
        for work in files:
            yield 1, work_on_chunk([work], resources)
        return
    # Started afresh rather than forked: the flow's process has threads.
    with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn")) as pool:
        for chunk, results in zip(chunks, pool.map(partial(work_on_chunk, resources=resources), chunks), strict=True):
            yield len(chunk), results


def tables_of(results: Iterable[Extraction | Failure]) -> dict[str, pd.DataFrame]:
    """The tables of a run."""
    listed = list(results)
    done = [result for result in listed if isinstance(result, Extraction)]
    identifiers = _unique_ids(result.article for result in done)
    return tabulate(
        (
            (identifier, each.article, each.study_size, each.facts, each.rejected, each.checks)
            for identifier, each in zip(identifiers, done, strict=True)
        ),
        (result for result in listed if isinstance(result, Failure)),
    )


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


def evaluate_gold(documents: Iterable[AnnotatedDocument], resources: Resources = NO_RESOURCES) -> Evaluation:
    """Extract from the texts of gold and compare."""
    return evaluate(_compared(document, resources) for document in documents)


def _compared(document: AnnotatedDocument, resources: Resources) -> Compared:
    article = make_article(document.text, document.id, document.id, "")
    facts, _ = extract(Document(article, resources))
    return Compared(document, annotate(facts), _study_size(facts), article.zones)


def evaluate_output(documents: Iterable[AnnotatedDocument], output: Iterable[AnnotatedDocument]) -> Evaluation:
    """Compare gold with output that was written before, document by document of its identifier."""
    written = {each.id: each.annotations for each in output}
    return evaluate(Compared(each, written.get(each.id, ())) for each in documents)


def write_report(evaluation: Evaluation, gold: Path, out: Path, doubts: Iterable[Doubt] = ()) -> Path:
    """Write the report on an evaluation as `report.md`, and its output as `output.jsonl`, into a folder."""
    with replacing(out) as beside:
        output = (replace(each.document, annotations=each.output) for each in evaluation.documents)
        write_gold(output, beside / "output.jsonl", "jsonl")
        (beside / "report.md").write_text(markdown(evaluation, gold.as_posix(), doubts), "utf-8", newline="\n")
    return out / "report.md"
