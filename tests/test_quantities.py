"""Numbers as papers print them, read back."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.quantities import INTEGER, NUMBER_WORDS, decimal, integer, plain
from pipeline.rules import compile_pattern

settings.register_profile("steady", derandomize=True, max_examples=200, deadline=None)
steady = settings.get_profile("steady")

ONES = [
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
TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]


def spell(number: int, *, hyphen: str = "-", link: str = " and ") -> str:
    """A number below a million in words, `hyphen` between tens and ones, `link` before what follows the hundreds."""
    if number >= 1000:
        rest = number % 1000
        return (
            spell(number // 1000, hyphen=hyphen, link=link)
            + " thousand"
            + ((link if rest < 100 else " ") + spell(rest, hyphen=hyphen, link=link) if rest else "")
        )
    if number >= 100:
        rest = number % 100
        return f"{ONES[number // 100]} hundred" + (link + spell(rest, hyphen=hyphen, link=link) if rest else "")
    if number >= 20:
        return TENS[number // 10 - 2] + (hyphen + ONES[number % 10] if number % 10 else "")
    return ONES[number]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0),
        ("172", 172),
        ("1,204", 1204),
        ("1 204", 1204),
        ("1\u2009204", 1204),
        ("1\u00a0204\u00a0399", 1_204_399),
        ("1’204", 1204),
        ("12,345,678", 12_345_678),
        ("Six", 6),
        ("SIXTY-FOUR", 64),
        ("sixty four", 64),
        ("sixty\u2010four", 64),
        ("a hundred", 100),
        ("One hundred and twelve", 112),
        ("one hundred twelve", 112),
        ("twelve hundred", 1200),
        ("two thousand and five", 2005),
        ("three thousand four hundred and seventy-one", 3471),
        ("two hundred thousand", 200_000),
        ("fourty", 40),
    ],
)
def test_whole_numbers(text: str, value: int) -> None:
    assert integer(text) == value


@pytest.mark.parametrize(
    "text", ["", "a", "and", "many", "sixty patients", "12.5", "1,2", "12,34", "-3", "²", "six seven", "ten four"]
)
def test_what_is_no_whole_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a whole number"):
        integer(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5", "5"),
        (".0517", "0.0517"),
        ("0.05", "0.05"),
        ("0,05", "0.05"),
        ("0·050", "0.050"),
        ("·05", "0.05"),
        ("0∙3", "0.3"),
        ("2•5", "2.5"),
        ("1,5", "1.5"),
        ("1,204", "1204"),
        ("0,204", "0.204"),
        ("1,204.5", "1204.5"),
        ("−2.5", "-2.5"),
        ("–3", "-3"),
        ("0. 05", "0.05"),
    ],
)
def test_decimal_numbers_keep_their_digits(text: str, value: str) -> None:
    assert str(decimal(text)) == value


@pytest.mark.parametrize("text", ["", ".", "1.2.3", "1,2,3", "nan", "inf", "-", "five", "1_0", "0x1"])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a number"):
        decimal(text)


@pytest.mark.parametrize(
    ("value", "text"), [(3, "3"), (3.0, "3"), (0.05, "0.05"), (1e-7, "0.0000001"), (2.5e7, "25000000"), (1.25, "1.25")]
)
def test_plain_numbers(value: float, text: str) -> None:
    assert plain(value) == text


@given(st.integers(0, 999_999), st.sampled_from(["-", " ", "\u2010", "\u2011"]), st.sampled_from([" and ", " "]))
@steady
def test_words_are_found_whole_and_read_back(number: int, hyphen: str, link: str) -> None:
    words = spell(number, hyphen=hyphen, link=link)
    assert compile_pattern(NUMBER_WORDS).fullmatch(words)
    assert integer(words) == integer(words.capitalize()) == number


@given(st.integers(0, 10**9), st.sampled_from(["", ",", " ", "\u00a0", "\u2009", "\u202f", "’", "'"]))
@steady
def test_digits_are_found_whole_and_read_back(number: int, group: str) -> None:
    digits = f"{number:,}".replace(",", group)
    assert compile_pattern(INTEGER).fullmatch(digits)
    assert integer(digits) == number


@given(st.decimals(0, 1000, allow_nan=False, places=4), st.sampled_from([".", "·", "∙", "•", "\u2027"]))
@steady
def test_points_of_all_kinds_are_read_back(number: Decimal, point: str) -> None:
    printed = str(number).replace(".", point)
    assert decimal(printed) == number


@given(st.floats(0, 1e15, allow_nan=False, allow_subnormal=False))
@steady
def test_plain_reads_back_the_same_and_prints_again_the_same(value: float) -> None:
    assert float(decimal(plain(value))) == value
    assert plain(float(plain(value))) == plain(value)


@given(st.lists(st.sampled_from([*ONES, *TENS, "hundred", "thousand", "a", "and", "hundreds", "patients"]), max_size=8))
@steady
def test_whatever_number_words_are_found_can_be_read(words: list[str]) -> None:
    for match in compile_pattern(NUMBER_WORDS).finditer(" ".join(words)):
        assert integer(match[0]) >= 0


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("six seven", ["six", "seven"]),
        ("between one hundred and two hundred", ["one hundred", "two hundred"]),
        ("a hundred and two of them", ["a hundred and two"]),
        ("one hundred and two thousand", ["one hundred and two thousand"]),
        ("hundreds of twenty-fourth thousands", []),
        ("someone, tenfold, sixteens", []),
    ],
)
def test_where_number_words_begin_and_end(text: str, found: list[str]) -> None:
    assert [match[0] for match in compile_pattern(rf"\b {NUMBER_WORDS}").finditer(text)] == found


@given(st.text(max_size=40))
@steady
def test_any_text_is_a_number_or_refused(text: str) -> None:
    for read in (integer, decimal):
        with suppress(ValueError):
            assert read(text) is not None
