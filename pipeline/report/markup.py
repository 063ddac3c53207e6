"""HTML from parts: whatever is not markup already is text, and is escaped."""

from __future__ import annotations

import html
from collections.abc import Iterable
from typing import TypeAlias


class Markup(str):
    """A text that is HTML; only this module makes it."""

    __slots__ = ()


Content: TypeAlias = str | int | Iterable["Content"] | None

_VOID = {"line", "circle", "rect", "polyline", "path"}


def tag(name: str, *content: Content, **attributes: str | float | None) -> Markup:
    """An element. An attribute whose value is None is left out; `class_` is `class`, `text_anchor` is `text-anchor`."""
    given = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{html.escape(_number(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    inner = joined(*content)
    return Markup(f"<{name}{given}/>" if name in _VOID and not inner else f"<{name}{given}>{inner}</{name}>")


def joined(*content: Content) -> Markup:
    """Pieces of content after each other."""
    return Markup("".join(_escaped(each) for each in content))


def _escaped(content: Content) -> str:
    if isinstance(content, Markup):
        return content
    if content is None:
        return ""
    if isinstance(content, (str, int)):
        return html.escape(str(content))
    return joined(*content)


def _number(value: str | float) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)
