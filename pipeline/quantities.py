"""Numbers as papers print them: words, digit groups, decimal points of all kinds, powers of ten.

The pattern fragments are for use inside verbose patterns; each comes with the function that reads what it matched.
"""

from __future__ import annotations

import math
from decimal import Decimal, InvalidOperation

import regex

_UNITS = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_WORD_VALUES = (
    {word: value for value, word in enumerate(_UNITS)}
    | {word: 10 * value for value, word in enumerate(_TENS, 2)}
    | {"fourty": 40, "ninty": 90}
)
_SCALES = {"hundred": 100, "thousand": 1_000}

_SPACE = r"[\ \u00a0\u2009\u202f]"
_DASH = r"[-\u2010\u2011\u2012\u2013]"
_ROUND = "|".join(word for word, value in _WORD_VALUES.items() if value >= 20)
_ONES = "|".join(_UNITS[1:10])
_OTHERS = "|".join(sorted((word for word, value in _WORD_VALUES.items() if value < 20), key=len, reverse=True))
_LINK = rf"(?:{_SPACE}|{_DASH})"
_AND = rf"(?:{_SPACE}+and{_SPACE}+|{_SPACE}+|{_DASH})"
_BELOW_100 = rf"(?: (?:{_ROUND}) (?: {_LINK} (?:{_ONES}) (?!\p{{L}}) )?+ | (?:{_OTHERS}) )"


def _with_scale(below: str, scale: str) -> str:
    """A number below a scale, or the scale with such a number before it, behind it, or both."""
    return rf"""(?: {below} (?: {_LINK} (?= {scale} (?!s) ) )?+ | (?: an? {_LINK} )?+ (?= {scale} (?!s) ) )
        (?: {scale} (?: {_AND} {below} (?! {_LINK} {scale} | \p{{L}} ) )?+ )?+"""


DEFINED = rf"""(?(DEFINE) (?P<number_words>
    (?: {_with_scale(_with_scale(_BELOW_100, "hundred"), "thousand")} )
    (?! \p{{L}} | {_DASH} (?: first | second | third | fourth | fifth | sixth | seventh | eighth | ninth ) \b ) ) )"""
"""What patterns can call by name; `rules.compile_pattern` puts it behind those that do, once each."""

NUMBER_WORDS = r"(?&number_words)"
"""A whole number in words (`six`, `sixty-four`, `One hundred and twelve`); all that it matches `integer` reads."""

INTEGER = rf"""
    (?: [1-9]\d{{0,2}} (?: (?:,|{_SPACE}|\u2019|'|·) \d{{3}} )++ (?!\d)
      | \d++ )
"""
"""A whole number in digits, grouped or not (`1204`, `1,204`, `1 204`); read by `integer`."""

TIMES = r"(?: [x×✕✖⨯х·•∙⋅*∗＊] | Ã (?: — | \x97 )? | 脳 | &times; | \\times | \\ast | \\cdot )"
"""A multiplication sign before a power of ten: the letter, dot or star for it, or what a decoding made of it."""


def integer(text: str) -> int:
    """The whole number that digits or words state.

    Raises:
        ValueError: neither digits nor number words.
    """
    compact = regex.sub(rf"(?<=\d)(?:,|{_SPACE}|\u2019|'|·)(?=\d{{3}})", "", text.strip())
    if compact.isdecimal():
        return int(compact)
    total = current = 0
    words = [word for word in regex.split(r"[^\p{L}]+", text.lower()) if word and word not in ("and", "a", "an")]
    if not words:
        raise ValueError(f"not a whole number: {text!r}")
    for word in words:
        if word in _SCALES:
            current = max(current, 1) * _SCALES[word]
            if word == "thousand":
                total, current = total + current, 0
        elif word in _WORD_VALUES and _continues(current, _WORD_VALUES[word]):
            current += _WORD_VALUES[word]
        else:
            raise ValueError(f"not a whole number: {text!r}")
    return total + current


def _continues(number: int, value: int) -> bool:
    """Whether a word's value can follow a number: `sixty four` goes on, `six four` is two numbers."""
    return number % 100 == 0 or (number % 10 == 0 and number % 100 >= 20 and 0 < value < 10)


def decimal(text: str) -> Decimal:
    """The number that the text prints, exactly; `.0517`, `0·05` and `0,05` are read, `1,204.5` and `1,204` too.

    A comma with exactly three digits behind it groups digits unless a zero stands before it.

    Raises:
        ValueError: not a number.
    """
    compact = regex.sub(r"\s", "", text).replace("−", "-").replace("–", "-")
    compact = regex.sub(r"[·∙•\u2027]", ".", compact)
    if "_" in compact:
        raise ValueError(f"not a number: {text!r}")
    if "." in compact or regex.fullmatch(r"-?[1-9]\d{0,2}(?:,\d{3})+", compact):
        compact = compact.replace(",", "")
    try:
        value = Decimal(compact.replace(",", "."))
    except InvalidOperation:
        raise ValueError(f"not a number: {text!r}") from None
    if not value.is_finite():
        raise ValueError(f"not a number: {text!r}")
    return value


def plain(value: float | int) -> str:
    """A number the shortest way that reads back the same: no exponent below 1e16, no trailing `.0`."""
    if isinstance(value, int) or (math.isfinite(value) and value == int(value) and abs(value) < 1e16):
        return str(int(value))
    return f"{Decimal(repr(value)):f}"
