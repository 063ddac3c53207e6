"""The flows on a real Prefect server, which starts for a run and ends with it."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_the_evaluation_flow_writes_the_report_and_is_recorded(tmp_path: Path) -> None:
    code = "from pathlib import Path; from flows.evaluate import evaluate; evaluate(Path('raw/gold'), Path(r'%s'))"
    environment = {**os.environ, "PREFECT_HOME": str(tmp_path / "home")}
    done = subprocess.run(
        [sys.executable, "-c", code % tmp_path], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "report.md").read_text("utf-8").startswith("# Evaluation")
    with sqlite3.connect(tmp_path / "home" / "prefect.db") as database:
        states = database.execute("select state_type from flow_run").fetchall()
        tasks = database.execute("select name from task_run").fetchall()
    assert states == [("COMPLETED",)]
    assert {name.rpartition("-")[0] for (name,) in tasks} == {"compare", "report"}


def test_prefect_is_at_home_in_the_project_and_sends_no_telemetry() -> None:
    code = (
        "import flows; from prefect.settings import get_current_settings as now\n"
        "from prefect._internal.analytics.enabled import is_telemetry_enabled\n"
        "print(now().home); print(now().server.analytics_enabled, is_telemetry_enabled())"
    )
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT") and name != "CI"}
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.stdout.split() == [str(ROOT / ".prefect"), "False", "False"]
    assert "/.prefect/" in (ROOT / ".gitignore").read_text().split()
