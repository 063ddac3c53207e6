"""The README's commands do what it shows."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import regex

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")


def _commands() -> list[object]:
    """Each `$ command` of a console block, with the lines that it prints below it (`…` stands for any)."""
    cases = []
    for block in regex.findall(r"^```console\n(.*?)^```", README, regex.MULTILINE | regex.DOTALL):
        for command, _, output in (part.partition("\n") for part in block.split("$ ")[1:]):
            cases.append(pytest.param(command.strip(), output, id=command.strip()))
    return cases


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what the commands read, so that they write nothing into the checkout."""
    folder = tmp_path_factory.mktemp("checkout")
    shutil.copytree(ROOT / "raw", folder / "raw", ignore=shutil.ignore_patterns("fetched"))
    return folder


@pytest.mark.parametrize(("command", "output"), _commands())
def test_command(command: str, output: str, checkout: Path) -> None:
    if command.startswith("make "):
        target = command.split()[1]
        assert regex.search(rf"^{target}:", (ROOT / "Makefile").read_text(), regex.MULTILINE)
        return
    program, *arguments = shlex.split(command)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [program, *arguments],
        cwd=checkout,
        capture_output=True,
        text=True,
        env={**os.environ, "PATH": path, "COLUMNS": "120"},
    )
    assert done.returncode == 0, done.stderr
    for line in output.splitlines():
        if line.strip() and "…" not in line:
            assert line.rstrip() in [printed.rstrip() for printed in done.stdout.splitlines()]


def test_links_lead_somewhere() -> None:
    for target in regex.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / target).exists(), target
