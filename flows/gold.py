"""The commands `trialsift gold …`: annotations from and for the tools of annotators."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from flows.terminal import FAILED, errors, fail, plain_text, reason, show_failure

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.agreement import Agreement
    from pipeline.interchange import AnnotatedDocument, Annotation

app = typer.Typer(no_args_is_help=True, rich_markup_mode="markdown", help="Convert, check and begin gold annotations.")

_FORMS = (
    "brat, jsonl (our own), prodigy, doccano, bioc-xml, bioc-json, pubtator, label-studio, webanno (INCEpTION), csv"
    " (our tables)"
)
Form = Annotated[str, typer.Option("--to", metavar="FORM", help=f"One of {_FORMS}.")]


@app.command()
def convert(
    source: Annotated[
        Path, typer.Argument(help="A file or folder of annotations; its form is recognised.", exists=True)
    ],
    target: Annotated[Path, typer.Argument(help="Where to write: a folder for brat, webanno and csv, else a file.")],
    form: Form = "brat",
) -> None:
    """Convert annotations from one form into another.

    Nothing is left out in silence: what cannot be read is named, and nothing is written.

    Example: `trialsift gold convert export.json gold --to brat`
    """
    from pipeline.interchange import GoldError, read_gold, write_gold

    _check(form)
    try:
        documents = list(read_gold(source))
        write_gold(documents, target, form)
    except (GoldError, OSError) as error:
        fail(reason(error))
    errors.print(f"{len(documents)} documents in {plain_text(str(target))}")


@app.command()
def validate(
    gold: Annotated[Path, typer.Argument(help="A file or folder of annotations, in any form.", exists=True)],
) -> None:
    """Check annotations: every span equals its text, values can be what they are, nothing is there twice.

    Each fault is named with its file and place; the exit code is 1 if there is one.

    Example: `trialsift gold validate raw/gold`
    """
    from pipeline.interchange import GoldError
    from pipeline.interchange import validate as faults_of

    try:
        documents, faults = faults_of(gold)
    except (GoldError, OSError) as error:
        fail(reason(error))
    for fault in faults:
        errors.print(plain_text(fault), soft_wrap=True)
    errors.print(f"{documents} documents, {len(faults)} faults")
    if faults:
        raise typer.Exit(FAILED)


@app.command()
def start(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Papers to annotate.", exists=True)],
    out: Annotated[Path, typer.Option(help="Where to write: a folder for brat, webanno and csv, else a file.")],
    form: Form = "brat",
) -> None:
    """Begin gold from what the extractors find, for people to correct.

    Correct all of it, what was missed too: gold that only confirms what was found cannot show what is missing.

    Example: `trialsift gold start papers/*.txt --out gold`
    """
    from pipeline.interchange import AnnotatedDocument, GoldError, annotate, write_gold
    from pipeline.run import Extraction, work_on_file

    _check(form)
    failed = False

    def documents() -> Iterator[AnnotatedDocument]:
        nonlocal failed
        for file in files:
            for result in work_on_file(file, str(file)):
                if isinstance(result, Extraction):
                    events_that_happened_or_not = [
                        each for each in annotate(result.facts) if each.values.get("status") != "assessed"
                    ]
                    yield AnnotatedDocument(result.article.id, result.article.text, tuple(events_that_happened_or_not))
                else:
                    show_failure(result)
                    failed = True

    try:
        write_gold(documents(), out, form)
    except (GoldError, OSError) as error:
        fail(reason(error))
    if failed:
        raise typer.Exit(FAILED)


@app.command()
def merge(
    gold: Annotated[Path, typer.Argument(help="The gold as it is now.", exists=True)],
    corrected: Annotated[
        Path,
        typer.Argument(help="What came back: an export of the report's page, or corrected annotations.", exists=True),
    ],
    out: Annotated[Path, typer.Option(help="Where to write the merged gold; it may be the gold itself.")],
    form: Form = "brat",
) -> None:
    """Take corrections back into gold.

    An export of the report's page changes what was decided on; other annotations add what gold does not have. Where
    the two disagree both are kept and listed, and the exit code is 1.

    Example: `trialsift gold merge raw/gold decisions.jsonl --out raw/gold`
    """
    from pipeline.interchange import GoldError, read_gold, write_gold
    from pipeline.interchange.merge import merge as merged_with

    _check(form)
    try:
        documents, conflicts = merged_with(read_gold(gold), read_gold(corrected))
        write_gold(documents, out, form)
    except (GoldError, OSError) as error:
        fail(reason(error))
    for conflict in conflicts:
        errors.print(plain_text(conflict), soft_wrap=True)
    errors.print(f"{len(documents)} documents, {len(conflicts)} conflicts")
    if conflicts:
        raise typer.Exit(FAILED)


@app.command()
def agree(
    annotators: Annotated[
        list[Path], typer.Argument(metavar="GOLD GOLD...", help="The same documents by two or more.", exists=True)
    ],
) -> None:
    """Say how far annotators agree: F1 of where, alpha of which values, and every disagreement in its sentence.

    Example: `trialsift gold agree anna ben`
    """
    from pipeline.agreement import agreements
    from pipeline.interchange import GoldError, read_gold

    if len(annotators) < 2:
        raise typer.BadParameter("agreement takes two", param_hint="GOLD GOLD...")
    try:
        pairs = agreements({str(path): list(read_gold(path)) for path in annotators})
    except (GoldError, ValueError, OSError) as error:
        fail(reason(error))
    for pair in pairs:
        _print_agreement(pair)


def _print_agreement(pair: Agreement) -> None:
    from pipeline.evaluate import LEVELS
    from pipeline.interchange import LABELS
    from pipeline.report import in_sentence, ratio

    console = Console(highlight=False)
    console.print(f"[bold]{plain_text(pair.one)}[/bold] and [bold]{plain_text(pair.other)}[/bold]")
    for name, missing in ((pair.one, pair.only_one), (pair.other, pair.only_other)):
        if missing:
            console.print(f"Only {plain_text(name)} has {plain_text(', '.join(missing))}", soft_wrap=True)
    mentions = Table("entity", "mentions", *(f"F1 {level}" for level in LEVELS), "documents below 1")
    for label in LABELS:
        scores = [pair.score(label, level) for level in LEVELS]
        if scores[0].gold + scores[0].output:
            below = [f"{name} {ratio(each.f1)}" for name, each in pair.by_document(label).items() if each.f1 != 1]
            counts = f"{scores[0].gold}, {scores[0].output}"
            mentions.add_row(label, counts, *(ratio(each.f1) for each in scores), plain_text("; ".join(below)))
    console.print(mentions)
    values = Table("entity", "attribute", "mentions", "alpha")
    for label, name, count, value in pair.alphas():
        values.add_row(label, name, str(count), ratio(value))
    console.print(values)
    for each in pair.disagreements():
        before, mention, after = map(plain_text, in_sentence(each))
        sides = " | ".join("nothing" if side is None else _shown(side) for side in (each.gold, each.output))
        console.print(f"[red]{each.label}[/red] in {plain_text(each.document.id)}: {plain_text(sides)}")
        console.print(f"  {before}[bold reverse]{mention}[/bold reverse]{after}", soft_wrap=True)


def _shown(annotation: Annotation) -> str:
    from pipeline.interchange import stated, text_of

    values = (f"{name}={text_of(value)}" for name, value in stated(annotation).items())
    return " ".join((annotation.text, *values))


def _check(form: str) -> None:
    from pipeline.interchange import FORMS

    if form not in FORMS:
        raise typer.BadParameter(f"{form!r} is none of {', '.join(FORMS)}", param_hint="--to")
