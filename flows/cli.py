"""The command `trialsift`. Prefect and the pipeline are imported by the commands that need them, not at start."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.table import Table

from pipeline import __version__

if TYPE_CHECKING:
    from pipeline.evaluate import Evaluation
    from pipeline.read import Options
    from pipeline.records import Failure
    from pipeline.run import Extraction

FAILED = 1
INTERRUPTED = 130

app = typer.Typer(
    rich_markup_mode="markdown",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
errors = Console(stderr=True, highlight=False)


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
    quiet: Quiet = False,
) -> None:
    """Extract every paper of a folder into tables.

    Writes `articles`, `sample_size`, `cell_dose`, `p_value`, `adverse_event`, `rejected` and `failures` and more, each
    as CSV and Parquet. Every row says where it was read; look first at rows with something in `review`.

    Example: `trialsift run papers --out tables`
    """
    options = _options(full_text, columns)
    if out.resolve().is_relative_to(raw.resolve()):
        raise typer.BadParameter(f"{out} lies inside {raw}: its tables would be read as papers", param_hint="--out")
    with nullcontext() if quiet else errors.status("Starting the flow …"):
        from flows.batch import Summary, batch
    try:
        summary = batch(raw, out, show_progress=not quiet, options=options, return_state=True).result(
            raise_on_failure=False
        )
    except KeyboardInterrupt:
        _fail(f"Stopped. The tables in {out} are as they were.", INTERRUPTED)
    if not isinstance(summary, Summary):
        _fail(_reason(summary))
    for failure in summary.failures:
        _show_failure(failure)
    if not quiet:
        console = Console(highlight=False)
        console.print(_summary_table(summary.rows))
        console.print(f"Tables: {_plain_text(str(out))}/*.csv and *.parquet", soft_wrap=True)
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
    quiet: Quiet = False,
) -> None:
    """Extract single papers and show what is found.

    JSON lines in (`{"id": …, "text": …}`, one article a line) and out (`{"id": …, "mentions": […]}`, offsets into the
    text as given) make it a part of other programs.

    Examples: `trialsift extract paper.txt`, `cat abstracts.jsonl | trialsift extract - --format jsonl`
    """
    from pipeline.run import Extraction

    options = _options(full_text, columns)
    failed = False
    write = {Format.table: _print_table, Format.csv: _write_csv, Format.jsonl: _write_json}[form]

    def extractions() -> Iterator[Extraction]:
        nonlocal failed
        for result in _work_on(files, options):
            if isinstance(result, Extraction):
                yield result
            else:
                _show_failure(result)
                failed = True

    found = extractions()
    # An article without facts is a line of JSON all the same, but nothing to look at.
    write((each for each in found if each.facts) if quiet and form is Format.table else found)
    if failed:
        raise typer.Exit(FAILED)


def _options(full_text: bool, columns: list[str]) -> Options:
    """What the options say about reading."""
    from pipeline.read import Options
    from pipeline.read.sheets import COLUMNS

    named = {}
    for each in columns:
        field, _, name = each.partition("=")
        if field not in COLUMNS or not name:
            raise typer.BadParameter(
                f"{each!r} is not one of {', '.join(COLUMNS)} = the name of a column", param_hint="--columns"
            )
        named[field] = name
    return Options(full_text, named)


def _work_on(files: list[Path], options: Options) -> Iterator[Extraction | Failure]:
    from pipeline.read import ReadError, read_stream
    from pipeline.records import Failure
    from pipeline.run import work_on, work_on_file

    for file in files:
        if str(file) != "-":
            yield from work_on_file(file, str(file), options)
            continue
        try:
            for article in read_stream(sys.stdin.buffer.read(), options):
                yield (
                    Failure("-", article.place, article.reason) if isinstance(article, ReadError) else work_on(article)
                )
        except ReadError as error:
            yield Failure("-", error.place, error.reason)


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
        line = {"id": each.article.given_id, "study_size": each.study_size, "mentions": mentions}
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
            table.add_row(*map(_plain_text, cells))
        console.print(table if each.facts else f"{_plain_text(each.article.title or each.article.id)}: nothing found")


def _plain_text(text: str) -> str:
    """A text from a paper, with nothing in it that the terminal would take as markup or control."""
    from rich.markup import escape

    return escape("".join(c if c.isprintable() else " " for c in text))


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
    quiet: Quiet = False,
) -> None:
    """Compare the extractors with gold annotations.

    Prints precision, recall and F1 of each entity at three levels and every missed and spurious mention in its
    sentence, and writes them to `report.md`.

    Example: `trialsift evaluate --gold my-gold --fail-under 0.9 --fail-under PValue=0.97`
    """
    from pipeline.interchange import LABELS, GoldError, read_gold

    floors = dict(_floor(each, LABELS) for each in fail_under)
    from pipeline.run import evaluate_gold, write_report

    try:
        evaluation = evaluate_gold(read_gold(gold))
        report = write_report(evaluation, gold, out)
    except (GoldError, OSError) as error:
        _fail(_reason(error))
    if not quiet:
        _print_evaluation(evaluation)
        Console(highlight=False).print(f"Report: {report}")
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
    for pair in evaluation.errors():
        before, mention, after = map(_plain_text, in_sentence(pair))
        console.print(f"[red]{_plain_text(describe(pair))}[/red] in {_plain_text(pair.document.id)}")
        console.print(f"  {before}[bold reverse]{mention}[/bold reverse]{after}", soft_wrap=True)


def _summary_table(rows: dict[str, int]) -> Table:
    from pipeline.tables import FACTS

    table = Table()
    table.add_column("table")
    table.add_column("rows", justify="right")
    for name in ("articles", *FACTS, "rejected", "failures"):
        table.add_row(name, str(rows[name]), style="red" if name == "failures" and rows[name] else None)
    return table


def _show_failure(failure: Failure) -> None:
    place = f" ({failure.place})" if failure.place else ""
    errors.print(
        f"[red]Failed:[/red] {_plain_text(failure.file + place)}: {_plain_text(failure.reason)}", soft_wrap=True
    )
    if failure.traceback:
        errors.print(failure.traceback, markup=False, soft_wrap=True)


def _reason(error: object) -> str:
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}"
    return str(error) or type(error).__name__


def _fail(message: str, code: int = FAILED) -> NoReturn:
    errors.print(f"[red]{_plain_text(message)}[/red]", soft_wrap=True)
    raise typer.Exit(code)


def main() -> None:
    """The entry point of the console command."""
    app(prog_name="trialsift")
