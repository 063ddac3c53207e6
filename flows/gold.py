"""The commands `trialsift gold …`: annotations from and for the tools of annotators."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.terminal import FAILED, errors, fail, plain_text, reason, show_failure

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.interchange import AnnotatedDocument

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


def _check(form: str) -> None:
    from pipeline.interchange import FORMS

    if form not in FORMS:
        raise typer.BadParameter(f"{form!r} is none of {', '.join(FORMS)}", param_hint="--to")
