"""Runs in parts: nothing is done twice, nothing is lost, and the tables depend on the input only."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipeline import batch, parts
from pipeline.decisions import DecisionError, read_decisions
from pipeline.records import Resources
from pipeline.run import Settings
from tests.test_commands import ABSTRACT, contents, table, trialsift

VERSION = "1"


def run(raw: Path, out: Path, version: str = VERSION) -> tuple[int, dict[str, str]]:
    """Articles that were extracted anew, and the tables."""
    planned = batch.plan(*batch.find_files(raw), out / ".parts", version)
    chunks = batch.chunks_of(planned.todo)
    done = [batch.work_on_chunk(chunk, out / ".parts", version) for chunk in chunks]
    batch.join(planned, out / ".parts", version, out)
    return sum(each.articles for each in done), contents(out)


def article(number: int) -> str:
    return ABSTRACT.replace("Twelve", str(100 + number))


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    folder = tmp_path / "raw"
    (folder / "b").mkdir(parents=True)
    for number, name in enumerate(("a.txt", "b/c.txt", "b/d.txt", "e.txt")):
        (folder / name).write_text(article(number), "utf-8")
    lines = [json.dumps({"id": f"x{n}", "text": article(n)}) for n in range(10, 14)]
    (folder / "many.jsonl").write_text("\n".join([*lines, "{broken"]), "utf-8")
    return folder


def test_a_second_run_extracts_nothing_and_writes_nothing(raw: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert run(raw, out)[0] == 8
    before = {path: path.stat().st_mtime_ns for path in out.rglob("*")}
    assert run(raw, out)[0] == 0
    assert {path: path.stat().st_mtime_ns for path in out.rglob("*")} == before


def test_only_what_is_new_or_changed_is_extracted(raw: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run(raw, out)
    (raw / "b" / "new.txt").write_text(article(50), "utf-8")
    (raw / "a.txt").write_text(article(51), "utf-8")
    (raw / "e.txt").unlink()
    extracted, tables = run(raw, out)
    assert extracted == 2
    assert tables == run(raw, tmp_path / "fresh")[1]
    assert [row["file"] for row in table(out, "failures")] == ["many.jsonl"]


def test_another_version_does_all_again(raw: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    tables = run(raw, out)[1]
    assert run(raw, out, "2") == (8, tables)


def test_files_of_the_same_name_and_texts_twice(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    for folder in ("one", "two"):
        (raw / folder).mkdir(parents=True)
        (raw / folder / "paper.txt").write_text(ABSTRACT, "utf-8")
    run(raw, tmp_path / "out")
    identifiers = [row["article_id"] for row in table(tmp_path / "out", "articles")]
    assert identifiers[0] == "paper"
    assert identifiers[1].startswith("paper~")
    assert {row["article_id"] for row in table(tmp_path / "out", "p_value")} == set(identifiers)


@pytest.mark.parametrize("harm", ["cut", "changed", "no record", "gone"])
def test_a_damaged_part_is_made_again(harm: str, raw: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    tables = run(raw, out)[1]
    (part,) = (each for each in (out / ".parts").iterdir() if each.is_dir())
    file = part / ("part.json" if harm == "no record" else "sample_size.parquet")
    if harm == "cut":
        file.write_bytes(file.read_bytes()[:100])
    elif harm == "changed":
        file.write_bytes(file.read_bytes().replace(b"total", b"group"))
    else:
        file.unlink()
    assert run(raw, out) == (8, tables)


@pytest.mark.parametrize("name", ["sample_size.csv", "articles.parquet"])
def test_a_damaged_table_is_written_again(name: str, raw: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    tables = run(raw, out)[1]
    (out / name).write_bytes(b"")
    assert run(raw, out) == (0, tables)


def test_rows_in_pieces_are_the_same_rows(raw: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(raw, tmp_path / "whole")
    monkeypatch.setattr(parts, "ROWS_AT_ONCE", 3)
    run(raw, tmp_path / "pieces")
    for name in ("articles", "sample_size", "adverse_event", "failures"):
        csv = [(tmp_path / out / f"{name}.csv").read_text("utf-8") for out in ("whole", "pieces")]
        assert csv[0] == csv[1]


def test_the_version_knows_code_settings_and_the_users_files(tmp_path: Path) -> None:
    terms = tmp_path / "terms.tsv"
    terms.write_text("glimmers\tphotopsia\tEye disorders\n", "utf-8")
    settings = Settings(resources=Resources(terms=terms))
    before = batch.version(settings)
    assert before == batch.version(settings)
    assert before != batch.version()
    terms.write_text("glimmers\tphotopsia\t\n", "utf-8")
    assert batch.version(settings) != before


def test_chunks_are_bounded_by_files_and_bytes() -> None:
    work = [batch.Work(Path("x"), str(n), 1_000_000) for n in range(250)]
    assert [len(chunk) for chunk in batch.chunks_of(work)] == [20] * 12 + [10]
    small = [batch.Work(Path("x"), str(n), 1) for n in range(250)]
    assert [len(chunk) for chunk in batch.chunks_of(small)] == [100, 100, 50]


@pytest.mark.slow
def test_two_runs_at_once_do_not_mix(raw: Path, tmp_path: Path) -> None:
    from filelock import FileLock

    out = tmp_path / "out"
    out.mkdir()
    with FileLock(out / ".lock"):
        done = trialsift("run", raw, "--out", out)
    assert done.returncode == 1
    assert "another run works on" in done.stderr
    assert not (out / "articles.csv").exists()


WORKER = """
import sys
from pathlib import Path
from tests.test_batch import run
run(Path(sys.argv[1]), Path(sys.argv[2]))
"""


@pytest.mark.slow
def test_killed_at_any_moment_the_next_run_completes_to_the_same_bytes(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    raw.mkdir()
    for number in range(230):
        (raw / f"{number:03}.txt").write_text(article(number), "utf-8")
    expected = run(raw, tmp_path / "whole")[1]
    draw = random.Random(20_241_122)
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    out = tmp_path / "out"
    started = time.monotonic()
    subprocess.run([sys.executable, "-c", WORKER, raw, tmp_path / "timed"], check=True, env=environment)
    longest = time.monotonic() - started
    killed = 0
    for round_ in range(50):
        if round_ % 5 == 0:  # from nothing, else on what the last one left
            shutil.rmtree(out, ignore_errors=True)
        worker = subprocess.Popen([sys.executable, "-c", WORKER, raw, out], env=environment)
        time.sleep(draw.uniform(0.3, longest))
        if worker.poll() is None:
            worker.send_signal(signal.SIGKILL)
            killed += 1
        worker.wait()
        for name in ("articles", "sample_size"):  # whole and readable, if there at all
            if (out / f"{name}.csv").exists():
                assert len(table(out, name)) in (230, 460)
    assert killed >= 10
    assert run(raw, out)[1] == expected


def decide(folder: Path, *lines: dict[str, object]) -> Path:
    decided = folder / "decisions"
    decided.mkdir(exist_ok=True)
    (decided / "a.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    return decided


SENTENCE = "102 patients were treated with 2 × 10^7 cells each."
ON_A_SIZE = {"article_id": "d", "table": "sample_size", "sentence": SENTENCE, "start": 0, "text": "102"}
ON_A_DOSE = {"article_id": "d", "table": "cell_dose", "sentence": SENTENCE, "start": 31, "text": "2 × 10^7"}
GONE = {"article_id": "d", "table": "p_value", "sentence": "P was .04.", "start": 0, "text": "P was .04"}


def decided_run(raw: Path, out: Path, decisions: Path) -> None:
    planned = batch.plan(*batch.find_files(raw), out / ".parts", VERSION)
    for chunk in batch.chunks_of(planned.todo):
        batch.work_on_chunk(chunk, out / ".parts", VERSION)
    batch.join(planned, out / ".parts", VERSION, out, read_decisions(decisions))


def test_decisions_stand_beside_the_rows_that_they_are_on(raw: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run(raw, out)  # before anything was decided
    folder = decide(
        tmp_path,
        {**ON_A_SIZE, "decision": "rejected"},
        {**ON_A_SIZE, "decision": "corrected", "corrected": {"value": 103, "stage": "enrolled"}},  # the later counts
        {**ON_A_DOSE, "decision": "accepted"},  # a span that a rule has made longer since
        {**GONE, "decision": "rejected"},
    )
    decided_run(raw, out, folder)
    sizes = {row["article_id"]: row for row in table(out, "sample_size")}
    assert (sizes["d"]["value"], sizes["d"]["decision"]) == ("102", "corrected")
    assert sizes["d"]["corrected"] == "value=103; stage=enrolled"
    assert sizes["c"]["decision"] == ""
    assert [row["decision"] for row in table(out, "cell_dose") if row["article_id"] == "d"] == ["accepted"]
    assert [(row["table"], row["found"]) for row in table(out, "decisions")] == [
        ("sample_size", "True"),
        ("cell_dose", "True"),
        ("p_value", "False"),
    ]


def test_decisions_survive_another_version_and_more_files(raw: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    folder = decide(tmp_path, {**ON_A_SIZE, "decision": "accepted"})
    decided_run(raw, out, folder)
    (raw / "0.txt").write_text(article(70), "utf-8")
    decided_run(raw, out, folder)
    assert [row["article_id"] for row in table(out, "sample_size") if row["decision"] == "accepted"] == ["d"]


@pytest.mark.parametrize(
    "line",
    [
        {},
        {**ON_A_SIZE, "decision": "perhaps"},
        {**ON_A_SIZE, "table": "sizes", "decision": "accepted"},
        {**ON_A_SIZE, "decision": "corrected", "corrected": {"colour": "red"}},
        {**ON_A_SIZE, "decision": "accepted", "extra": 1},
    ],
)
def test_what_is_no_decision_is_named(line: dict[str, object], tmp_path: Path) -> None:
    folder = decide(tmp_path, {**GONE, "decision": "rejected"}, line)
    with pytest.raises(DecisionError, match=r"a.jsonl, line 2: "):
        read_decisions(folder)
