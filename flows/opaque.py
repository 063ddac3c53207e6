"""Handing data to a Prefect task as it is."""

from __future__ import annotations

from typing import TypeVar, cast

from prefect.utilities.annotations import quote

T = TypeVar("T")


def opaque(data: T) -> T:
    """The data as a task's argument that Prefect does not search for futures, which takes long in many records."""
    return cast(T, quote(data))
