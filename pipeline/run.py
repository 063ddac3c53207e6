"""All stages over one article, a file or gold: the work that every command and flow shares."""

from __future__ import annotations

import traceback
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from pipeline.audit import audit, flagged
from pipeline.document import Document, disease_model
from pipeline.evaluate import Compared, Evaluation, evaluate
from pipeline.extract import extract
from pipeline.extract.extractor import Fact
from pipeline.extract.study_size import StudySize, study_size
from pipeline.interchange import AnnotatedDocument, Doubt, annotate, write_gold
from pipeline.read import Options, ReadError, make_article, read, read_stream
from pipeline.records import NO_RESOURCES, Article, Check, Failure, Rejected, Resources
from pipeline.report import markdown
from pipeline.tables import replacing
from pipeline.vocabulary.terminology import terminology


@dataclass(frozen=True, slots=True)
class Settings:
    """What a user says about reading, and brings to the extraction."""

    reading: Options = field(default_factory=Options)
    resources: Resources = NO_RESOURCES


DEFAULTS = Settings()


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


def work_on_file(path: Path, name: str, settings: Settings = DEFAULTS) -> Iterator[Extraction | Failure]:
    """What each article of a file gave, or why the file or an article of it could not be read.

    `name` is what tables and failures call the file.
    """
    yield from _work_on_all(read(path, name, settings.reading), name, settings)


def work_on_stream(data: bytes, settings: Settings = DEFAULTS) -> Iterator[Extraction | Failure]:
    """What each article of standard input gave, as `work_on_file` says it; it is called `-`."""
    yield from _work_on_all(read_stream(data, settings.reading), "-", settings)


def _work_on_all(
    articles: Iterator[Article | ReadError], name: str, settings: Settings
) -> Iterator[Extraction | Failure]:
    try:
        for article in articles:
            if isinstance(article, ReadError):
                yield Failure(name, article.place, article.reason)
            else:
                yield work_on(article, settings.resources)
    except ReadError as error:
        yield Failure(name, error.place, error.reason)


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
