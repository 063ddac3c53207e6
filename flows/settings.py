"""Where Prefect keeps its home, set before Prefect is imported; what the user has set stays."""

from __future__ import annotations

import os
from pathlib import Path

HOME = Path(__file__).parent.parent / ".prefect"


def prepare(quiet: bool = False) -> None:
    """Keep Prefect's database and settings in the project's ignored files, send no telemetry, and log only trouble."""
    in_project = (HOME.parent / "pyproject.toml").exists()
    home = HOME if in_project else Path.home() / ".cache" / "trialsift" / "prefect"
    os.environ.setdefault("PREFECT_HOME", str(home))
    os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
    os.environ.setdefault("DO_NOT_TRACK", "1")
    os.environ.setdefault("PREFECT_LOGGING_LEVEL", "ERROR" if quiet else "WARNING")
    os.environ.setdefault("PREFECT_SERVER_LOGGING_LEVEL", "ERROR")
    os.environ.setdefault("PREFECT_RESULTS_PERSIST_BY_DEFAULT", "false")
