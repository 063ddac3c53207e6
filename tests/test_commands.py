"""Whole commands, as a user runs them: what they write, say, and exit with."""

from __future__ import annotations

import contextlib
import csv
import hashlib
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TypeAlias

import pandas as pd
import pytest

from pipeline import __version__
from pipeline.run import work_on_file
from pipeline.tables import HISTORY, TABLES

ROOT = Path(__file__).parents[1]
TRIALSIFT = Path(sys.executable).with_name("trialsift")

Ran: TypeAlias = tuple[subprocess.CompletedProcess[str], Path]

ABSTRACT = (
    "Cells for sore knees: an open trial\n\n"
    "Twelve patients were treated with 2 × 10^7 cells each. Pain fell (P = 0.03). No serious adverse events occurred."
)


def trialsift(
    *arguments: object, stdin: bytes = b"", cwd: Path = ROOT, **environment: str
) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [TRIALSIFT, *map(str, arguments)], input=stdin, cwd=cwd, capture_output=True, env={**os.environ, **environment}
    )
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


def table(out: Path, name: str) -> list[dict[str, str]]:
    with (out / f"{name}.csv").open(encoding="utf-8", newline="") as rows:
        return list(csv.DictReader(rows))


def contents(out: Path) -> dict[str, str]:
    """The digest of each file that is a function of input and version."""
    return {
        path.relative_to(out).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(out.glob("[!.]*")) + sorted(out.glob("text/*"))
        if path.is_file() and path.name not in {f"{name}.csv" for name in HISTORY}
    }


GOOD = {
    "plain.txt": ABSTRACT.encode(),
    "with space.txt": ABSTRACT.encode(),
    "with\nline break.txt": ABSTRACT.encode(),
    "研究.txt": ABSTRACT.encode(),
    "folder/deeper/inside.txt": ABSTRACT.encode(),
    "folder/plain.txt": ABSTRACT.encode(),
    "folder/PLAIN.txt": ABSTRACT.encode(),
    "utf16.txt": ABSTRACT.encode("utf-16"),
    "cp1252.txt": ABSTRACT.encode("cp1252"),
    "crlf.txt": ABSTRACT.replace("\n", "\r\n").encode(),
    "no abstract.txt": b"A title and no more",
    "deutsch.txt": (
        "Zellen für das Knie\n\nZwölf Menschen mit Schmerzen im Knie wurden ein Jahr lang behandelt und beobachtet, "
        "und die Schmerzen gingen deutlich zurück (P = 0,03)."
    ).encode(),
    "two.jsonl": (json.dumps({"id": "plain", "text": ABSTRACT}) + '\n{"id": 2, "text": "P = .04"}\n').encode(),
    ".hidden": b"not read",
}
BAD = {
    "empty.txt": (b"", "empty file"),
    "binary.txt": (bytes(range(256)) * 4, "not a known format: binary data"),
    "paper.pdf": (b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n", "damaged: PDFSyntaxError"),
    "long.txt": (b"x " * 5_000_001, "longer than 10,000,000 characters: 10,000,002"),
    "broken.jsonl": (b"{broken\n", "not JSON"),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All kinds of files, good and bad."""
    raw = tmp_path_factory.mktemp("raw")
    for name, data in GOOD.items() | {name: data for name, (data, _) in BAD.items()}.items():
        (raw / name).parent.mkdir(parents=True, exist_ok=True)
        (raw / name).write_bytes(data)
    (raw / "broken link.txt").symlink_to(raw / "gone.txt")
    return raw


@pytest.fixture(scope="module")
def ran(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """One run over that folder."""
    out = tmp_path_factory.mktemp("out") / "tables"
    return trialsift("run", folder, "--out", out), out


def test_a_run_with_failures_says_so(ran: Ran) -> None:
    done, out = ran
    assert done.returncode == 1
    assert "failures" in done.stdout
    assert str(out) in done.stdout.replace("\n", "")
    for name, (_, reason) in BAD.items():
        assert any(name in line and reason in line for line in done.stderr.splitlines()), name
    assert "\x1b" not in done.stdout  # no terminal, no colours


@pytest.mark.parametrize("name", [*BAD, "broken link.txt"])
def test_bad_input_is_a_row_of_failures(name: str, ran: Ran) -> None:
    reason = BAD[name][1] if name in BAD else "broken link"
    (row,) = [row for row in table(ran[1], "failures") if row["file"] == name]
    assert reason in row["reason"]


@pytest.mark.parametrize("name", [name for name in GOOD if name != ".hidden"])
def test_good_input_is_read(name: str, ran: Ran) -> None:
    rows = [row for row in table(ran[1], "articles") if row["file"] == name]
    assert len(rows) == (2 if name.endswith(".jsonl") else 1)
    article = rows[0]["article_id"]
    if name not in ("no abstract.txt", "deutsch.txt"):
        (p_value,) = [row for row in table(ran[1], "p_value") if row["article_id"] == article]
        assert (p_value["comparator"], p_value["value"]) == ("=", "0.03")
        (dose,) = [row for row in table(ran[1], "cell_dose") if row["article_id"] == article]
        assert dose["cells"] == "20000000"
        (size,) = [row for row in table(ran[1], "sample_size") if row["article_id"] == article]
        assert (size["value"], size["stage"]) == ("12", "treated")
        (event,) = [row for row in table(ran[1], "adverse_event") if row["article_id"] == article]
        assert event["status"] == "absent"


def test_identifiers_are_unique_and_safe(ran: Ran) -> None:
    identifiers = [row["article_id"] for row in table(ran[1], "articles")]
    assert len({identifier.casefold() for identifier in identifiers}) == len(identifiers)
    assert {"with_space", "with_line_break", "研究", "2"} <= set(identifiers)
    assert sum(identifier.casefold() == "plain" for identifier in identifiers) == 1
    assert sum(identifier.casefold().startswith("plain~") for identifier in identifiers) == 3


def test_other_languages_are_flagged_and_extracted(ran: Ran) -> None:
    (article,) = [row for row in table(ran[1], "articles") if row["file"] == "deutsch.txt"]
    (p_value,) = [row for row in table(ran[1], "p_value") if row["article_id"] == article["article_id"]]
    assert (article["language"], p_value["value"]) == ("de", "0.03")


def test_an_article_without_an_abstract_is_a_row_without_facts(
    ran: Ran,
) -> None:
    (article,) = [row for row in table(ran[1], "articles") if row["file"] == "no abstract.txt"]
    assert not [row for row in table(ran[1], "sample_size") if row["article_id"] == article["article_id"]]


@pytest.mark.parametrize("name", TABLES)
def test_every_table_has_its_columns_and_types(name: str, ran: Ran) -> None:
    parquet = pd.read_parquet(ran[1] / f"{name}.parquet")
    with (ran[1] / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        assert next(csv.reader(lines)) == list(TABLES[name])
    assert list(parquet.columns) == list(TABLES[name])
    assert len(parquet) == len(table(ran[1], name))
    for column, kind in TABLES[name].items():
        assert str(parquet[column].dtype).lower() == kind.lower() or kind == "string"


def test_evidence_points_into_the_text(ran: Ran) -> None:
    for row in table(ran[1], "p_value"):
        if row["article_id"] == "crlf":
            assert ABSTRACT[int(row["start"]) : int(row["end"])] == row["text"] == "P = 0.03"
            assert row["sentence"] == "Pain fell (P = 0.03)."


@pytest.mark.slow
def test_a_second_run_writes_the_same_bytes(folder: Path, ran: Ran, tmp_path: Path) -> None:
    done = trialsift("run", folder, "--out", ran[1], "--quiet")
    assert done.stdout == ""
    assert len(table(ran[1], "runs")) == 2
    first = contents(ran[1])
    trialsift("run", folder, "--out", tmp_path, "--quiet")
    assert contents(tmp_path) == first


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL], ids=["interrupted", "killed"])
def test_a_run_that_is_stopped_leaves_the_earlier_tables(how: signal.Signals, tmp_path: Path) -> None:
    raw, out = tmp_path / "raw", tmp_path / "out"
    raw.mkdir()
    out.mkdir()
    (raw / "many.jsonl").write_text("".join(json.dumps({"id": n, "text": ABSTRACT}) + "\n" for n in range(20_000)))
    (out / "articles.csv").write_text("earlier")
    before = contents(out)
    running = subprocess.Popen(
        [TRIALSIFT, "run", raw, "--out", out], stderr=subprocess.PIPE, cwd=ROOT, start_new_session=True
    )
    assert running.stderr is not None
    while b"Reading" not in running.stderr.readline():
        assert running.poll() is None
    time.sleep(1)
    if how == signal.SIGKILL:
        os.killpg(running.pid, how)  # with its Prefect server, which would outlive it
    said = None
    while said is None:
        # A first Ctrl-C can fall into a destructor, where Python drops it: people press again.
        running.send_signal(how)
        with contextlib.suppress(subprocess.TimeoutExpired):
            _, said = running.communicate(timeout=15)
    assert contents(out) == before
    assert running.returncode == (130 if how == signal.SIGINT else -signal.SIGKILL)
    assert how == signal.SIGKILL or b"are as they were" in said


@pytest.mark.slow
def test_rendered_texts_are_kept_and_offsets_point_into_them(tmp_path: Path) -> None:
    raw, out = tmp_path / "raw", tmp_path / "out"
    (raw / "page_files").mkdir(parents=True)
    (raw / "page_files" / "script.js").write_bytes(b"\xff\0")  # a part of the page
    (raw / "page.html").write_text(
        "<h1>Cells for sore knees: an open trial</h1><p>Twelve patients were given 2 × 10<sup>7</sup> cells each "
        "and were all seen again after a year.</p><p>Pain fell (P = 0.03).</p>"
    )
    (raw / "list.csv").write_text("Name;Summary\nKnees;Six patients were treated.\n")
    (raw / "plain.txt").write_text(ABSTRACT)
    done = trialsift("run", raw, "--out", out, "--columns", "title=name", "--columns", "abstract=Summary")
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in (out / "text").iterdir()) == ["list-2.txt", "page.txt"]
    rows = [row for name in ("sample_size", "cell_dose", "p_value") for row in table(out, name)]
    assert {row["article_id"] for row in rows} == {"page", "list-2", "plain"}
    for row in rows:
        path = raw / "plain.txt" if row["article_id"] == "plain" else out / "text" / f"{row['article_id']}.txt"
        assert path.read_text("utf-8")[int(row["start"]) : int(row["end"])] == row["text"]
    (dose,) = [row for row in table(out, "cell_dose") if row["article_id"] == "page"]
    assert (dose["text"], dose["exponent_source"]) == ("2 × 10^7 cells", "markup")

    (raw / "page.html").unlink()
    (raw / "list.csv").unlink()
    shutil.rmtree(raw / "page_files")
    assert trialsift("run", raw, "--out", out, "--quiet").returncode == 0
    assert not (out / "text").exists()


def test_extract_takes_the_body_on_request() -> None:
    fixtures = ROOT / "tests" / "fixtures" / "jats"
    path = next(iter(sorted(fixtures.iterdir())))
    short = trialsift("extract", path, "--format", "jsonl")
    long = trialsift("extract", path, "--full-text", "--format", "jsonl")
    assert len(json.loads(long.stdout)["mentions"]) > len(json.loads(short.stdout)["mentions"])
    piped = trialsift("extract", "-", "--format", "jsonl", stdin=path.read_bytes())
    assert piped.stdout == short.stdout


def test_tables_inside_the_articles_are_refused(tmp_path: Path) -> None:
    done = trialsift("run", tmp_path, "--out", tmp_path / "tables")
    assert done.returncode == 2
    assert "lies inside" in " ".join(done.stderr.replace("│", " ").split())


def test_no_permission(tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("private") / "secret.txt"
    path.write_text(ABSTRACT)
    path.chmod(0)
    root = os.geteuid() == 0
    if root:  # whom permissions do not stop
        os.seteuid(65534)
    try:
        (failure,) = work_on_file(path, "secret.txt")
    finally:
        if root:
            os.seteuid(0)
    assert getattr(failure, "reason", None) == "Permission denied"


def test_extract_json_lines() -> None:
    lines = [{"id": "a/b", "text": f"\r\n{ABSTRACT}", "title": "not used"}, {"id": 7, "text": "Nothing."}]
    given = "".join(json.dumps(line) + "\n" for line in lines).encode()
    done = trialsift("extract", "-", "--format", "jsonl", stdin=given)
    assert done.returncode == 0, done.stderr
    first, second = map(json.loads, done.stdout.splitlines())
    assert (first["id"], second) == ("a/b", {"id": 7, "study_size": None, "mentions": []})
    assert [mention["label"] for mention in first["mentions"]] == ["SampleSize", "CellDose", "PValue", "AdverseEvent"]
    for mention in first["mentions"]:
        assert str(lines[0]["text"])[mention["start"] : mention["end"]] == mention["text"]
    assert first["mentions"][1]["cells"] == 20_000_000
    assert set(first["mentions"][0]) == {"label", "start", "end", "text", "value", "stage", "scope"}


def test_extract_goes_on_after_what_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"id": 1, "text": "P = .01"}\n{bad\n{"id": 3, "text": "P = .03"}\n')
    done = trialsift("extract", tmp_path / "a.jsonl", tmp_path / "gone.txt", "--format", "jsonl")
    assert done.returncode == 1
    assert [json.loads(line)["id"] for line in done.stdout.splitlines()] == [1, 3]
    assert "line 2" in done.stderr
    assert "gone.txt: No such file" in done.stderr


def test_extract_csv() -> None:
    done = trialsift("extract", "-", "--format", "csv", stdin=ABSTRACT.encode())
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert [(row["table"], row["text"]) for row in rows][1:3] == [
        ("cell_dose", "2 × 10^7 cells"),
        ("p_value", "P = 0.03"),
    ]
    assert rows[2]["sentence"] == "Pain fell (P = 0.03)."


def test_extract_table_is_plain_where_there_is_no_terminal() -> None:
    done = trialsift("extract", "-", stdin=ABSTRACT.replace("Pain", "[red]Pain\x1b[31m").encode())
    assert "P = 0.03" in done.stdout
    assert "\x1b" not in done.stdout


def test_evaluate(tmp_path: Path) -> None:
    done = trialsift("evaluate", "--out", tmp_path, "--fail-under", "0.5")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "| SampleSize | strict |" in (tmp_path / "report.md").read_text()


def test_evaluate_is_a_gate(tmp_path: Path) -> None:
    (tmp_path / "gold.jsonl").write_text(
        '{"id": "x", "text": "Blue cheese.", "mentions": [{"label": "PValue", "start": 0, "end": 4, "text": "Blue"}]}\n'
    )
    done = trialsift(
        "evaluate", "--gold", tmp_path, "--out", tmp_path / "out", "--fail-under", "PValue=0.97", "--quiet"
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert "PValue: F1 0.000 is below 0.97" in done.stderr


def test_bad_gold_is_named(tmp_path: Path) -> None:
    (tmp_path / "gold.jsonl").write_text("{}\n")
    done = trialsift("evaluate", "--gold", tmp_path, "--out", tmp_path / "out")
    assert done.returncode == 1
    assert "gold.jsonl, line 1" in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["extract"],
        ["extract", "-", "--format", "xml"],
        ["run", "no such folder"],
        ["evaluate", "--gold", "no such folder"],
        ["extract", "-", "--columns", "abstract"],
        ["run", "raw", "--columns", "colour=Red"],
        ["evaluate", "--fail-under", "high"],
        ["evaluate", "--fail-under", "Cells=0.5"],
    ],
    ids=" ".join,
)
def test_wrong_usage(arguments: list[str]) -> None:
    assert trialsift(*arguments).returncode == 2


def test_version() -> None:
    assert trialsift("--version").stdout == f"trialsift {__version__}\n"


@pytest.mark.parametrize(
    "command",
    [[], ["run"], ["extract"], ["evaluate"], ["report"]],
    ids=["trialsift", "run", "extract", "evaluate", "report"],
)
def test_help_teaches_and_imports_nothing_heavy(command: list[str]) -> None:
    check = (
        "import sys; from flows.cli import app\n"
        f"try: app({[*command, '--help']!r})\n"
        "except SystemExit: pass\n"
        "heavy = {'spacy', 'scispacy', 'pandas', 'prefect', 'numpy'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    assert "trialsift" in done.stdout


def test_extract_does_not_import_prefect() -> None:
    check = (
        "import sys; from flows.cli import app\n"
        "try: app(['extract', 'raw/articles/cord-blood-ra-phase1.txt'])\n"
        "except SystemExit: pass\n"
        "assert 'prefect' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
