"""The command `trialsift`. Prefect and the pipeline are imported by the commands that need them, not at start."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from flows import gold as gold_commands
from flows.report import report
from flows.terminal import FAILED, INTERRUPTED, WRONG_USAGE, errors, fail, plain_text, reason, show_failure
from pipeline import __version__

if TYPE_CHECKING:
    from pipeline.evaluate import Evaluation
    from pipeline.records import Failure, Resources
    from pipeline.run import Extraction, Settings

app = typer.Typer(
    rich_markup_mode="markdown",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


app.add_typer(gold_commands.app, name="gold")
app.command()(report)


class Format(StrEnum):
    """How `extract` writes."""

    table = "table"
    csv = "csv"
    jsonl = "jsonl"


Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but what failed.")]
FullText = Annotated[
    bool, typer.Option("--full-text", help="Read the body and the tables too, where a file has them (JATS, BioC).")
]
Columns = Annotated[
    list[str],
    typer.Option(
        metavar="FIELD=NAME", help="Which column of a table holds what: `--columns abstract=Summary`. May be repeated."
    ),
]
Terms = Annotated[
    Path | None,
    typer.Option(help="Your own events: term, preferred term, organ class; tabs between.", exists=True, dir_okay=False),
]
Meddra = Annotated[
    Path | None,
    typer.Option(help="Your folder of MedDRA's ASCII files, to name events by.", exists=True, file_okay=False),
]
Model = Annotated[
    str, typer.Option(metavar="NAME|FOLDER", help="A spaCy model whose diseases join as candidates for events.")
]
Out = Annotated[Path, typer.Option(help="The folder for the tables.", file_okay=False)]


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"trialsift {__version__}")
        raise typer.Exit


@app.callback()
def trialsift(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Sample sizes, cell doses, P-values and adverse events out of papers on trials, with the words they came from.

    Begin with `trialsift extract paper.txt` for one paper, `trialsift run` for a folder of them.
    Exit codes: 0 all went well, 1 something failed (and everything else was done), 2 wrong usage.
    """


@app.command()
def run(
    raw: Annotated[
        Path, typer.Argument(help="The folder of papers, with its subfolders.", exists=True, file_okay=False)
    ] = Path("raw/articles"),
    out: Out = Path("extracted"),
    full_text: FullText = False,
    columns: Columns = [],  # noqa: B006  Typer copies it
    terms: Terms = None,
    meddra: Meddra = None,
    model: Model = "",
    decisions: Annotated[
        Path | None,
        typer.Option(
            help="What was decided on rows, as the page of an extraction exports it; `raw/decisions` if there.",
            exists=True,
            file_okay=False,
        ),
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Extract every paper of a folder into tables.

    Writes `articles`, `sample_size`, `cell_dose`, `p_value`, `adverse_event`, `rejected` and `failures` and more, each
    as CSV and Parquet. Every row says where it was read; look first at rows with something in `review`.

    Example: `trialsift run papers --out tables`
    """
    if out.resolve().is_relative_to(raw.resolve()):
        raise typer.BadParameter(f"{out} lies inside {raw}: its tables would be read as papers", param_hint="--out")
    settings = _settings(full_text, columns, terms, meddra, model)
    if decisions is None and (default := Path("raw/decisions")).is_dir():
        decisions = default
    with nullcontext() if quiet else errors.status("Starting the flow …"):
        from flows.batch import Summary, batch
    try:
        summary = batch(raw, out, settings, decisions, show_progress=not quiet, return_state=True).result(
            raise_on_failure=False
        )
    except KeyboardInterrupt:
        fail(f"Stopped. The tables in {out} are as they were.", INTERRUPTED)
    if not isinstance(summary, Summary):
        fail(reason(summary))
    for failure in summary.failures:
        show_failure(failure)
    if not quiet:
        console = Console(highlight=False)
        console.print(_summary_table(summary.rows))
        console.print(f"Tables: {plain_text(str(out))}/*.csv and *.parquet", soft_wrap=True)
    if summary.failures:
        raise typer.Exit(FAILED)


@app.command()
def extract(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE...", help="Papers in any format that is read, also in gzip or zip; `-` reads standard input."
        ),
    ],
    form: Annotated[
        Format, typer.Option("--format", help="table: for reading; csv: one row a fact; jsonl: one line an article.")
    ] = Format.table,
    full_text: FullText = False,
    columns: Columns = [],  # noqa: B006  Typer copies it
    terms: Terms = None,
    meddra: Meddra = None,
    model: Model = "",
    quiet: Quiet = False,
) -> None:
    """Extract single papers and show what is found.

    JSON lines in (`{"id": …, "text": …}`, one article a line) and out (`{"id": …, "mentions": […]}`, offsets into the
    text as given) make it a part of other programs.

    Examples: `trialsift extract paper.txt`, `cat abstracts.jsonl | trialsift extract - --format jsonl`
    """
    from pipeline.run import Extraction

    failed = False
    settings = _settings(full_text, columns, terms, meddra, model)
    write = {Format.table: _print_table, Format.csv: _write_csv, Format.jsonl: _write_json}[form]

    def extractions() -> Iterator[Extraction]:
        nonlocal failed
        for result in _work_on(files, settings):
            if isinstance(result, Extraction):
                yield result
            else:
                show_failure(result)
                failed = True

    found = extractions()
    # An article without facts is a line of JSON all the same, but nothing to look at.
    write((each for each in found if each.facts) if quiet and form is Format.table else found)
    if failed:
        raise typer.Exit(FAILED)


def _resources(terms: Path | None, meddra: Path | None, model: str) -> Resources:
    """What the user brings, seen to be readable."""
    from pipeline.records import NO_RESOURCES, Resources

    resources = Resources(terms, meddra, model)
    if resources == NO_RESOURCES:
        return resources
    from pipeline.document import ModelError
    from pipeline.run import check
    from pipeline.vocabulary.terminology import TermsError

    try:
        check(resources)
    except (TermsError, ModelError) as error:
        fail(str(error), WRONG_USAGE)
    return resources


def _settings(full_text: bool, columns: list[str], terms: Path | None, meddra: Path | None, model: str) -> Settings:
    """What the user says of reading, and brings to the extraction."""
    from pipeline.read import Options
    from pipeline.read.sheets import COLUMNS
    from pipeline.run import Settings

    named = {}
    for each in columns:
        field, _, name = each.partition("=")
        if field not in COLUMNS or not name:
            raise typer.BadParameter(
                f"{each!r} is not one of {', '.join(COLUMNS)} = the name of a column", param_hint="--columns"
            )
        named[field] = name
    return Settings(Options(full_text, named), _resources(terms, meddra, model))


def _work_on(files: list[Path], settings: Settings) -> Iterator[Extraction | Failure]:
    from pipeline.run import work_on_file, work_on_stream

    for file in files:
        if str(file) == "-":
            yield from work_on_stream(sys.stdin.buffer.read(), settings)
        else:
            yield from work_on_file(file, str(file), settings)


_COLUMNS = (
    "article_id",
    "table",
    "mention",
    "section",
    "start",
    "end",
    "text",
    "normalised",
    "rule",
    "review",
    "sentence",
)


def _facts(extractions: Iterable[Extraction]) -> Iterator[tuple[Any, ...]]:
    for extraction in extractions:
        for fact in extraction.facts:
            mention = fact.mention
            place = fact.table, fact.number, mention.sentence.section, mention.start, mention.end, mention.text
            yield extraction.article.id, *place, str(fact.record), mention.rule, fact.review, mention.sentence.text


def _write_csv(extractions: Iterable[Extraction]) -> None:
    sys.stdout.reconfigure(encoding="utf-8", newline="")  # type: ignore[union-attr]
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(_COLUMNS)
    writer.writerows(_facts(extractions))


def _write_json(extractions: Iterable[Extraction]) -> None:
    from pipeline.interchange import annotate, to_json

    sys.stdout.reconfigure(encoding="utf-8", newline="\n")  # type: ignore[union-attr]
    for each in extractions:
        mentions = [to_json(annotation) for annotation in annotate(each.facts)]
        size = each.study_size
        line = {"id": each.article.given_id, "study_size": size and size.value, "mentions": mentions}
        sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
        sys.stdout.flush()


def _print_table(extractions: Iterable[Extraction]) -> None:
    console = Console(highlight=False)
    for each in extractions:
        table = Table(title=each.article.title or each.article.id, title_justify="left")
        for heading, style in (
            ("fact", "cyan"),
            ("text", "bold"),
            ("normalised", ""),
            ("section", "dim"),
            ("at", "dim"),
        ):
            table.add_column(heading, style=style, justify="left", overflow="fold")
        for fact in each.facts:
            mention = fact.mention
            normalised = f"{fact.record}" + (f" ({fact.review})" if fact.review else "")
            cells = fact.table, mention.text, normalised, mention.sentence.section, f"{mention.start}–{mention.end}"
            table.add_row(*map(plain_text, cells))
        console.print(table if each.facts else f"{plain_text(each.article.title or each.article.id)}: nothing found")


@app.command()
def evaluate(
    gold: Annotated[
        Path, typer.Option(help="brat standoff (`.txt` beside `.ann`) or JSON lines; a folder or a file.", exists=True)
    ] = Path("raw/gold"),
    out: Out = Path("extracted"),
    fail_under: Annotated[
        list[str],
        typer.Option(metavar="F1|LABEL=F1", help="Fail if the F1 at value level of each (or one) entity is lower."),
    ] = [],  # noqa: B006  Typer copies it
    doubts: Annotated[
        Path | None,
        typer.Option(help="Gold believed wrong: document, entity, reason a line, tabs between.", exists=True),
    ] = None,
    against: Annotated[
        Path | None,
        typer.Option(
            help="Output of an earlier evaluation (`output.jsonl`): list the rows gained and lost.", exists=True
        ),
    ] = None,
    terms: Terms = None,
    meddra: Meddra = None,
    model: Model = "",
    quiet: Quiet = False,
) -> None:
    """Compare the extractors with gold annotations.

    Prints precision, recall and F1 of each entity at three levels, how often its attributes are right, the size of the
    study where gold states one, and every missed and spurious mention in its sentence; all of it is in `report.md`.

    Examples: `trialsift evaluate --gold my-gold --fail-under 0.9 --fail-under PValue=0.97`,
    `trialsift evaluate --gold my-gold --out after --against before/output.jsonl`
    """
    from pipeline.interchange import LABELS, GoldError, read_doubts, read_gold

    floors = dict(_floor(each, LABELS) for each in fail_under)
    from pipeline.run import evaluate_gold, evaluate_output, write_report

    resources = _resources(terms, meddra, model)
    try:
        documents = list(read_gold(gold))
        # Read before the new output may take its place.
        earlier = evaluate_output(documents, read_gold(against)) if against else None
        evaluation = evaluate_gold(documents, resources)
        report = write_report(evaluation, gold, out, read_doubts(doubts) if doubts else ())
    except (GoldError, OSError) as error:
        fail(reason(error))
    if not quiet:
        _print_evaluation(evaluation)
        Console(highlight=False).print(f"Report: {report}")
    if earlier:
        _print_changes(earlier, evaluation)
    below = False
    for label in evaluation.labels():
        floor = floors.get(label, floors.get("", 0.0))
        reached = evaluation.score(label, "value").f1 or 0.0
        if reached < floor:
            errors.print(f"[red]{label}: F1 {reached:.3f} is below {floor:g}[/red]")
            below = True
    if below:
        raise typer.Exit(FAILED)


def _floor(text: str, labels: tuple[str, ...]) -> tuple[str, float]:
    """`0.9` as the floor of every label, `PValue=0.97` as that of one."""
    label, _, number = text.rpartition("=")
    try:
        floor = float(number)
    except ValueError:
        floor = -1.0
    if not 0 <= floor <= 1 or (label and label not in labels):
        raise typer.BadParameter(
            f"{text!r} is neither a number from 0 to 1 nor one of {', '.join(labels)} = such a number"
        )
    return label, floor


def _print_evaluation(evaluation: Evaluation) -> None:
    from pipeline.evaluate import LEVELS
    from pipeline.report import describe, in_sentence, ratio

    console = Console(highlight=False)
    table = Table()
    for heading in ("entity", "level", "gold", "output", "right", "precision", "recall", "F1"):
        table.add_column(heading, justify="left" if heading in ("entity", "level") else "right")
    for label in evaluation.labels():
        for level in LEVELS:
            score = evaluation.score(label, level)
            ratios = map(ratio, (score.precision, score.recall, score.f1))
            table.add_row(label, level, str(score.gold), str(score.output), str(score.right), *ratios)
    console.print(table)
    for label, name, score in evaluation.attributes():
        console.print(f"{label} {name}: {score.right} of {score.gold} right, {ratio(score.recall)}")
    if evaluation.study_sizes():
        size = evaluation.study_size()
        console.print(
            f"Size of the study: {size.answered} of {size.asked} answered, {ratio(size.coverage)};"
            f" {size.exact} of these exact, {ratio(size.exactness)}"
        )
    for pair in evaluation.errors():
        before, mention, after = map(plain_text, in_sentence(pair))
        console.print(f"[red]{plain_text(describe(pair))}[/red] in {plain_text(pair.document.id)}")
        console.print(f"  {before}[bold reverse]{mention}[/bold reverse]{after}", soft_wrap=True)


def _print_changes(earlier: Evaluation, now: Evaluation) -> None:
    from pipeline.evaluate import gained_and_lost
    from pipeline.report import in_sentence

    console = Console(highlight=False)
    changes = gained_and_lost(earlier, now)
    for change in changes:
        sign, colour = ("+", "green") if change.gained else ("-", "red")
        before, mention, after = map(plain_text, in_sentence(change.pair))
        right = "right" if change.right else "not in gold" if change.pair.gold is None else "of another value than gold"
        place = f"{change.pair.label} in {plain_text(change.pair.document.id)}"
        console.print(
            f"[{colour}]{sign} {place}[/{colour}], {right}: {before}[bold]{mention}[/bold]{after}", soft_wrap=True
        )
    counts = {(gained, right): 0 for gained in (True, False) for right in (True, False)}
    for change in changes:
        counts[change.gained, change.right] += 1
    console.print(
        f"Gained {counts[True, True]} right and {counts[True, False]} others,"
        f" lost {counts[False, True]} right and {counts[False, False]} others."
    )


def _summary_table(rows: dict[str, int]) -> Table:
    from pipeline.tables import FACTS

    table = Table()
    table.add_column("table")
    table.add_column("rows", justify="right")
    for name in ("articles", *FACTS, "rejected", "failures"):
        table.add_row(name, str(rows[name]), style="red" if name == "failures" and rows[name] else None)
    return table


def main() -> None:
    """The entry point of the console command."""
    app(prog_name="trialsift")
