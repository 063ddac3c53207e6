"""What tests share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

SHARED = Path(__file__).parents[2] / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of gold and corpora beside the checkout; without it tests skip, and fail in continuous integration."""
    if not SHARED.is_dir():
        message = f"no gold and corpora at ../{SHARED.name}: not measured"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return SHARED
