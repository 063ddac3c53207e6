"""The command `trialsift report`: one HTML file to work through, of an evaluation or of an extraction alone."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.terminal import FAILED, errors, fail, plain_text, reason, show_failure

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.records import Failure
    from pipeline.run import Extraction


def report(
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="FILE|FOLDER...", help="Papers to show the extraction of, without gold.", exists=True),
    ] = None,
    gold: Annotated[
        Path | None, typer.Option(help="Annotations to compare with, in any form; a folder or a file.", exists=True)
    ] = None,
    out: Annotated[Path, typer.Option(help="The HTML file to write.", dir_okay=False)] = Path("report.html"),
) -> None:
    """Write a page to work through: with gold, each difference in its sentence; without, each row found.

    It is one file that opens from disk and needs no network. Step through it with the keys n and p, accept or reject
    with a and r; the decisions stay in the browser until they are exported.

    Examples: `trialsift report --gold raw/gold --out report.html`, `trialsift report raw/articles --out report.html`
    """
    if bool(files) == bool(gold):
        raise typer.BadParameter("give papers or --gold, one of them")
    from pipeline.interchange import GoldError

    failed = False
    try:
        if gold:
            written = _evaluation(gold)
        else:
            written, failed = _extraction(files or [])
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(written, "utf-8", newline="\n")
    except (GoldError, OSError) as error:
        fail(reason(error))
    errors.print(f"Report: {plain_text(str(out))}", soft_wrap=True)
    if failed:
        raise typer.Exit(FAILED)


def _evaluation(gold: Path) -> str:
    from pipeline.interchange import read_gold
    from pipeline.report import page
    from pipeline.run import evaluate_gold

    return page(evaluate_gold(read_gold(gold)))


def _extraction(files: list[Path]) -> tuple[str, bool]:
    """The page, and whether an article failed."""
    from pipeline.batch import unique_ids
    from pipeline.records import Failure
    from pipeline.report import extraction_page

    results = list(_results(files))
    failures = [each for each in results if isinstance(each, Failure)]
    for failure in failures:
        show_failure(failure)
    done = [each for each in results if not isinstance(each, Failure)]
    identifiers = unique_ids((each.article.file, each.article.id) for each in done)
    return extraction_page(zip(identifiers, done, strict=True)), bool(failures)


def _results(files: list[Path]) -> Iterator[Extraction | Failure]:
    from pipeline.batch import find_files
    from pipeline.run import work_on_file

    for file in files:
        if not file.is_dir():
            yield from work_on_file(file, str(file))
            continue
        found, failures = find_files(file)
        yield from failures
        for work in found:
            yield from work_on_file(work.path, work.name)
