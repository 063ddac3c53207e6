"""Checks: numbers that agree pass, numbers that do not are named, and nothing that a paper can print raises."""

from __future__ import annotations

import math

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline import arithmetic, run
from pipeline.arithmetic import printed
from pipeline.audit import audit, flagged
from pipeline.extract import extract
from pipeline.interchange import annotate
from pipeline.read import make_article
from pipeline.records import Check
from pipeline.tables import tabulate
from tests.marked import document

steady = settings(derandomize=True, deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])


def checks_of(text: str) -> list[Check]:
    facts, _ = extract(document(text))
    return audit(facts)


VERDICTS = [
    ("Falls were seen in 5 of 9 (55.6%) riders.", "percent of count", "consistent"),
    ("Falls were seen in 5 of 9 (56.5%) riders.", "percent of count", "inconsistent"),
    ("Falls were seen in 12/45 patients (62%).", "percent of count", "inconsistent"),
    ("Relief came to 66.7% (6/9).", "percent of count", "consistent"),
    ("Relief came to 120% (6/5).", "percent of a whole", "inconsistent"),
    ("Relief came in 30% of 7 patients.", "possible percent", "inconsistent"),
    ("Relief came in 29% of 7 patients.", "possible percent", "consistent"),
    ("Five patients (57%) wept.", "possible percent", "inconsistent"),
    ("Five patients (56%) wept.", "possible percent", "consistent"),
    ("In 13 of 12 patients the graft took.", "count within whole", "inconsistent"),
    ("In 3 of 0 patients the graft took.", "count within whole", "inconsistent"),
    ("In 0 of 0 patients the graft took.", "count within whole", "not_checkable"),
    ("Falls were rarer (HR 0.65; 95% CI 0.87 to 0.48).", "interval the right way round", "inconsistent"),
    ("Falls were rarer (HR 0.65; 95% CI 0.70 to 0.87).", "estimate within interval", "inconsistent"),
    ("Falls were rarer (HR 0.65; 95% CI 0.48 to 0.87).", "estimate within interval", "consistent"),
    ("Falls were rarer (HR 0.65; 95% CI 0.48 to 0.87; P = .004).", "P of an interval", "consistent"),
    ("Falls were rarer (HR 0.65; 95% CI 0.48 to 0.87; P = .4).", "P of an interval", "decision_flips"),
    ("Falls were rarer (HR 0.65; 95% CI 0.48 to 0.87; P = .00001).", "P of an interval", "inconsistent"),
    ("Falls were rarer (HR 0; 95% CI 0 to 0; P = .004).", "P of an interval", "not_checkable"),
    ("The mean difference was -1.2 points (95% CI -2.1 to -0.3; P = .009).", "P of an interval", "consistent"),
    ("At week 4 (n = 9) the rate had moved by −7.9 ± 10.4 mm/h (p = .0517).", "P of a change", "consistent"),
    ("At week 4 (n = 9) the rate had moved by −7.9 ± 10.4 mm/h (p = .0157).", "P of a change", "decision_flips"),
    ("At week 4 the rate had moved by −7.9 ± 10.4 mm/h (p = .0517).", "P of a change", "not_checkable"),
    ("At week 4 (n = 9) the rate had moved by −7.9 ± 0 mm/h (p = .0517).", "P of a change", "decision_flips"),
    ("Reach was longer (t(23) = 2.4, P = .025).", "P of t", "consistent"),
    ("Reach was longer (t(23) = 2.4, P = .25).", "P of t", "decision_flips"),
    ("Reach was longer (t = 2.4, P = .025).", "P of t", "not_checkable"),
    ("Grip was firmer (F(1, 45) = 5.2, P = .027).", "P of F", "consistent"),
    ("Grip was firmer (F(0, 45) = 5.2, P = .027).", "P of F", "not_checkable"),
    ("Groups differed (χ2 = 4.1, df = 1, P = .043).", "P of chi2", "consistent"),
    ("Groups differed (χ2 = 4.1, df = 1, P = .34).", "P of chi2", "decision_flips"),
    ("Load and pain went together (r(28) = .45, P = .013).", "P of r", "consistent"),
    ("Load and pain went together (r(28) = 1.45, P = .013).", "P of r", "not_checkable"),
    ("The sign test gave its answer (z = 2.1, P = .036).", "P of z", "consistent"),
    ("Falls came to 12/45 (27%) versus 20/44 (45%) (P = .07).", "P of two proportions", "consistent"),
    ("Falls came to 2/45 (4%) versus 20/44 (45%) (P = .47).", "P of two proportions", "decision_flips"),
    ("Falls came to 0/45 (0%) versus 0/44 (0%) (P = .47).", "P of two proportions", "not_checkable"),
    (
        "We randomized riders to cells (n = 20) or gel (n = 20). It was 61.2 ± 8.4 vs 55 ± 9.1 in controls (P = .03).",
        "P of two means",
        "consistent",
    ),
    ("Reach was 61.2 ± 8.4 versus 55.0 ± 9.1 in controls (P = .03).", "P of two means", "not_checkable"),
    (
        "They received three infusions of 2 × 10^7 cells (total 6 × 10^7 cells).",
        "administrations times dose",
        "consistent",
    ),
    (
        "They received three infusions of 2 × 10^7 cells (total 9 × 10^7 cells).",
        "administrations times dose",
        "inconsistent",
    ),
    ("They were injected with 2 × 10^7 cells/mL × 3 mL (6 × 10^7 cells).", "concentration times volume", "consistent"),
    (
        "They were injected with 2 × 10^7 cells/mL × 3 mL (7 × 10^7 cells).",
        "concentration times volume",
        "inconsistent",
    ),
    (
        "They were injected with 2 × 10^7 cells/mL × 3 mL (3 × 10^8 cells).",
        "concentration times volume",
        "not_checkable",
    ),
    (
        "With a mean weight of 70 kg they received 1 × 10^6 cells/kg (7 × 10^7 cells).",
        "dose times weight",
        "consistent",
    ),
    (
        "With a mean weight of 70 kg they received 1 × 10^6 cells/kg (9 × 10^7 cells).",
        "dose times weight",
        "inconsistent",
    ),
    ("We randomized 40 patients to cells (n = 20) or placebo (n = 20).", "arms add up", "consistent"),
    ("We randomized 40 patients to cells (n = 20) or placebo (n = 22).", "arms add up", "inconsistent"),
]


@pytest.mark.parametrize(("text", "name", "verdict"), VERDICTS)
def test_verdict(text: str, name: str, verdict: str) -> None:
    assert {each.verdict for each in checks_of(text) if each.check == name} == {verdict}


QUIET = [
    "Non-inferiority was shown (HR 0.65; 95% CI 0.48 to 0.87; P = .4 for non-inferiority).",
    "Falls and sprains were rarer (HR 0.65; 95% CI 0.48 to 0.87; and 0.7; P = .4 and .3, respectively).",
    "Sway was 19.3 ± 4.4 before and 12.8 ± 3.9 after the course (P < .001), n = 3.",
    "Of 20 riders on cells and 20 on gel, reach was 61.2 ± 8.4 versus 55.0 ± 9.1 after the course (P < .0001).",
    "The odds fell by age (OR 2.1; 95% CI 1.2 to 3.6; P for trend = .6).",
]


@pytest.mark.parametrize("text", QUIET)
def test_what_is_not_bound_is_not_judged(text: str) -> None:
    assert not [each for each in checks_of(text) if each.check.startswith("P of")]


def test_a_failed_check_is_named_in_the_rows_that_it_rests_on() -> None:
    facts, _ = extract(document("Falls were rarer (HR 0.65; 95% CI 0.48 to 0.87; P = .4)."))
    assert [fact.review for fact in flagged(facts, audit(facts))] == ["P of an interval: decision_flips"] * 2


def test_checks_are_a_table_and_statistics_no_annotations() -> None:
    article = make_article("Falls were rarer (HR 0.65; 95% CI 0.48 to 0.87; P = .4).", "one", "one", "")
    extraction = run.work_on(article)
    assert isinstance(extraction, run.Extraction)
    rows = tabulate(article, None, extraction.facts, extraction.rejected, extraction.checks)["checks"]
    assert [row["verdict"] for row in rows] == ["consistent", "decision_flips"]
    assert [row["evidence"] for row in rows] == ["1", "1 2"]
    assert [each.label for each in annotate(extraction.facts)] == ["PValue"]


def test_the_interval_is_what_rounding_leaves() -> None:
    (check,) = (each for each in checks_of(VERDICTS[20][0]) if each.check == "P of a change")
    assert check.recomputed == "P 0.0501 to 0.0543"


@given(
    numbers=st.lists(st.one_of(st.integers(0, 200), st.decimals("0", "300", places=1)), min_size=6, max_size=6),
    sign=st.sampled_from(["", "-", "−"]),
    form=st.sampled_from(
        [
            "Falls came to {0} of {1} ({2}%) versus {3}/{4} ({5}%) (P = .04).",
            "Falls were rarer (HR {s}{0}; {1}% CI {s}{2} to {3}; P = {4}).",
            "The mean difference was {s}{0} kg ({1}% CI {s}{2} to {3}; P < .{4}).",
            "At week 4 (n = {0}) the rate had fallen by {s}{1} ± {2} mm (p = .{3}).",
            "Groups of n = {0} and n = {1} had {s}{2} ± {3} versus {4} ± {5} (P = .01).",
            "It differed (t({0}) = {s}{1}, P = .02; F({2}, {3}) = {4}, P = .3; r({0}) = {s}{5}, P = .1; z = {2}).",
            "Likert scores, whole numbers, had a mean of {0} (SD {1}), n = {2}, binary ones of {3} (SD {4}), n = {5}.",
            "Of {0} screened, {1} enrolled and {2} randomized people, {3} completed, {4} left; {5}% of {0} fell.",
            "We gave {0} × 10^6 cells/mL in {1} mL, {2} × 10^6 cells in all, {3} times {4} × 10^{5} cells/kg.",
        ]
    ),
)
@settings(steady, max_examples=150)
def test_no_numbers_raise(numbers: list[object], sign: str, form: str) -> None:
    for check in checks_of(form.format(*numbers, s=sign)):
        assert check.verdict in ("consistent", "inconsistent", "decision_flips", "not_checkable")
        assert check.evidence


@given(count=st.integers(0, 300), rest=st.integers(0, 300), places=st.integers(0, 2))
@steady
def test_a_percentage_that_was_rounded_is_never_doubted(count: int, rest: int, places: int) -> None:
    whole = count + rest + 1
    shown = f"{100 * count / whole:.{places}f}"
    assert count in arithmetic.counts_of_percent(printed(shown), whole)
    assert count == 0 or whole in arithmetic.wholes_of_count(printed(shown), count)


@given(values=st.lists(st.integers(0, 10), min_size=2, max_size=30))
@steady
def test_means_and_deviations_of_whole_numbers_are_never_doubted(values: list[int]) -> None:
    n = len(values)
    mean = sum(values) / n
    sd = math.sqrt(sum((value - mean) ** 2 for value in values) / (n - 1))
    assert arithmetic.sums_of_mean(printed(f"{mean:.2f}"), n)
    assert arithmetic.is_sd_of_integers(printed(f"{mean:.2f}"), printed(f"{sd:.2f}"), n)


def test_impossible_means_and_deviations_are_found() -> None:
    assert not arithmetic.sums_of_mean(printed("5.19"), 28)
    assert not arithmetic.is_sd_of_integers(printed("3.44"), printed("2.47"), 18)
    assert not arithmetic.sd_of_binary(printed("0.50"), 20).meets(printed("0.30"))


@pytest.mark.parametrize(
    ("computed", "p"),
    [  # the points of 5% that tables print
        (arithmetic.p_of_t(printed("2.0687"), 23), 0.05),
        (arithmetic.p_of_f(printed("4.0566"), 1, 45), 0.05),
        (arithmetic.p_of_chi2(printed("3.8415"), 1), 0.05),
        (arithmetic.p_of_z(printed("1.9600")), 0.05),
    ],
)
def test_p_values_are_those_of_tables(computed: arithmetic.Interval, p: float) -> None:
    assert computed.low == pytest.approx(p, abs=2e-5)
