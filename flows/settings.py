"""Where Prefect keeps its home and what it says, set before Prefect is imported; what the user has set stays."""

from __future__ import annotations

import os
from pathlib import Path

_CHECKOUT = Path(__file__).parent.parent


def prepare() -> None:
    """Keep Prefect's database in the project's ignored files, send no telemetry, leave the terminal to the commands."""
    in_checkout = (_CHECKOUT / "pyproject.toml").exists()
    home = _CHECKOUT / ".prefect" if in_checkout else Path.home() / ".cache" / "trialsift" / "prefect"
    os.environ.setdefault("PREFECT_HOME", str(home))
    os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
    os.environ.setdefault("DO_NOT_TRACK", "1")
    # Its server needs ten seconds on an idle small machine; the default of twenty fails on a busy one.
    os.environ.setdefault("PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS", "180")
    os.environ.setdefault("PREFECT_LOGGING_LEVEL", "CRITICAL")
    os.environ.setdefault("PREFECT_SERVER_LOGGING_LEVEL", "CRITICAL")
