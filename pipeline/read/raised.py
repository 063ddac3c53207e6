"""How text that its source set as a superscript is written: powers with `^`, marks so that no number swallows them.

`10` with a raised `7` is `10^7`, `m` with a raised `2` is `m^2`. A raised `12` behind `45`, where it can only point to
a reference or a footnote, is set apart (`45 ^12`), or else a curator would read 4512. Signs and ordinals, which nobody
takes for a number, are written as if they were not raised (`CD34+`, `1st`).
"""

from __future__ import annotations

import regex

_PLAIN = regex.compile(r"\d?[+＋−–-] | [^\p{L}\p{N}]+ | st | nd | rd | th", regex.VERBOSE)
_POWER = regex.compile(r"[+−–‐-]? \d{1,2} | [+−–‐-] \d{1,2}[.]\d+", regex.VERBOSE)
_TEN = regex.compile(r"(?<! [\d.,·] ) 10 \Z", regex.VERBOSE)
_WORD = regex.compile(r"[\p{L})\]}] \Z", regex.VERBOSE)


def write_raised(before: str, mark: str) -> tuple[str, bool]:
    """What stands in the text for a raised mark behind `before`, and whether it is marked there as raised."""
    if _PLAIN.fullmatch(mark):
        return mark, False
    power = _POWER.fullmatch(mark)
    if not before or _WORD.search(before) or (power and (_TEN.search(before) or not mark[0].isdecimal())):
        return f"^{mark}", True
    return f" ^{mark}", True
