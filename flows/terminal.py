"""What every command says on the terminal, and how it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

import typer
from rich.console import Console

if TYPE_CHECKING:
    from pipeline.records import Failure

FAILED = 1
WRONG_USAGE = 2
INTERRUPTED = 130

errors = Console(stderr=True, highlight=False)


def plain_text(text: str) -> str:
    """A text from a paper, with nothing in it that the terminal would take as markup or control."""
    from rich.markup import escape

    return escape("".join(c if c.isprintable() else " " for c in text))


def show_failure(failure: Failure) -> None:
    """Say what failed, where and why."""
    place = f" ({failure.place})" if failure.place else ""
    errors.print(f"[red]Failed:[/red] {plain_text(failure.file + place)}: {plain_text(failure.reason)}", soft_wrap=True)
    if failure.traceback:
        errors.print(failure.traceback, markup=False, soft_wrap=True)


def reason(error: object) -> str:
    """An error in words."""
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}"
    return str(error) or type(error).__name__


def fail(message: str, code: int = FAILED) -> NoReturn:
    """Say why, and end with an exit code."""
    errors.print(f"[red]{plain_text(message)}[/red]", soft_wrap=True)
    raise typer.Exit(code)
