"""What numbers allow each other to be, when each is only known as far as it was printed.

Every function takes the intervals that rounding leaves and gives the interval in which the result must lie. SciPy and
statsmodels do the statistics; they are imported when first needed, as most articles need neither.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from decimal import Decimal
from itertools import product
from typing import NamedTuple

from pipeline.quantities import decimal


class Interval(NamedTuple):
    """All numbers from `low` to `high`."""

    low: float
    high: float

    def meets(self, other: Interval) -> bool:
        """Whether a number lies in both."""
        tiny = 1e-9 * max(1.0, abs(self.low), abs(other.low))
        return self.low <= other.high + tiny and other.low <= self.high + tiny

    def __str__(self) -> str:
        low, high = f"{self.low:.3g}", f"{self.high:.3g}"
        return low if low == high else f"{low} to {high}"


def printed(text: str) -> Interval:
    """The numbers that are printed like this when rounded to as many places: `0.65` is from 0.645 to 0.655.

    Raises:
        ValueError: not a number.
    """
    value = decimal(text.replace("+", "").replace("‐", "-").replace("‑", "-"))
    exponent = value.as_tuple().exponent
    half = Decimal(5).scaleb(int(exponent) - 1)
    return Interval(float(value - half), float(value + half))


def span(values: Iterator[float] | list[float]) -> Interval:
    """The interval that holds all the values.

    Raises:
        ValueError: there are none, or one is not a number.
    """
    listed = list(values)
    if not listed or any(math.isnan(value) for value in listed):
        raise ValueError("no number")
    return Interval(min(listed), max(listed))


def share(count: int, whole: int) -> float:
    """Percent that a count is of a whole above 0."""
    return 100 * count / whole


def counts_of_percent(percent: Interval, whole: int) -> range:
    """The counts of a whole that are printed as this percentage; none is possible where it is empty (GRIM)."""
    return range(math.ceil(percent.low * whole / 100 - 1e-9), math.floor(percent.high * whole / 100 + 1e-9) + 1)


def wholes_of_count(percent: Interval, count: int) -> range:
    """The wholes of which a count above 0 is printed as this percentage; none is possible where it is empty."""
    largest = math.floor(100 * count / percent.low + 1e-9) if percent.low > 0 else count * 10**6
    return range(max(count, math.ceil(100 * count / percent.high - 1e-9)), largest + 1)


def sums_of_mean(mean: Interval, n: int) -> range:
    """The sums that `n` whole numbers of this mean can have; none is possible where it is empty (GRIM)."""
    return range(math.ceil(mean.low * n - 1e-9), math.floor(mean.high * n + 1e-9) + 1)


def is_sd_of_integers(mean: Interval, sd: Interval, n: int) -> bool:
    """Whether `n` whole numbers, two at least, can have this mean and standard deviation (GRIMMER)."""
    for total in sums_of_mean(mean, n):
        low, high = ((n - 1) * max(edge, 0.0) ** 2 + total**2 / n for edge in sd)
        squares = range(math.ceil(low - 1e-9), math.floor(high + 1e-9) + 1)
        if any(each % 2 == total % 2 for each in squares[:2]):  # a number and its square are odd together
            return True
    return False


def sd_of_binary(mean: Interval, n: int) -> Interval:
    """Standard deviations that `n` zeros and ones, two at least, of this mean can have (DEBIT)."""
    edges = [min(max(edge, 0.0), 1.0) for edge in mean]
    if edges[0] < 0.5 < edges[1]:
        edges.append(0.5)
    return span([math.sqrt(n / (n - 1) * edge * (1 - edge)) for edge in edges])


def _over(function: Callable[..., float], *intervals: Interval) -> Interval:
    """What a function that is monotone in each argument gives over intervals."""
    return span([function(*corner) for corner in product(*intervals)])


def _size(value: Interval) -> Interval:
    """The interval of the absolute value."""
    low, high = sorted((abs(value.low), abs(value.high)))
    return Interval(0.0 if value.low <= 0 <= value.high else low, high)


def p_of_z(z: Interval) -> Interval:
    """Two-sided P of a standard normal deviate."""
    from scipy.special import ndtr

    return _over(lambda each: float(2 * ndtr(-each)), _size(z))


def p_of_t(t: Interval, df: float) -> Interval:
    """Two-sided P of Student's t."""
    from scipy.special import stdtr

    return _over(lambda each: float(2 * stdtr(df, -each)), _size(t))


def p_of_f(f: Interval, between: float, within: float) -> Interval:
    """P of the F-test."""
    from scipy.special import fdtrc

    return _over(lambda each: float(fdtrc(between, within, max(each, 0.0))), f)


def p_of_chi2(chi2: Interval, df: float) -> Interval:
    """P of the chi-square test."""
    from scipy.special import chdtrc

    return _over(lambda each: float(chdtrc(df, max(each, 0.0))), chi2)


def p_of_r(r: Interval, df: float) -> Interval:
    """Two-sided P of a correlation, `df` being the number of pairs less two."""
    edges = [min(abs(edge), 1 - 1e-12) for edge in _size(r)]
    return p_of_t(Interval(*(edge * math.sqrt(df / (1 - edge**2)) for edge in edges)), df)


def p_of_interval(estimate: Interval, low: Interval, high: Interval, level: float, *, is_ratio: bool) -> Interval:
    """Two-sided P of "no effect" from an estimate and its confidence interval, normal on the scale of the logarithm
    (a ratio) or as it is (a difference).

    Raises:
        ValueError: the interval has no width, or a ratio is not above 0.
    """
    from scipy.special import ndtri

    if is_ratio:
        if min(estimate.high, low.high, high.high) <= 0:
            raise ValueError("a ratio is above 0")
        estimate, low, high = (
            Interval(*(math.log(max(edge, each.high / 1e6)) for edge in each)) for each in (estimate, low, high)
        )
    quantile = float(ndtri(0.5 + level / 200))
    widths = Interval(high.low - low.high, high.high - low.low)
    if widths.high <= 0:
        raise ValueError("an interval without width")
    errors = Interval(max(widths.low, widths.high / 1e6) / (2 * quantile), widths.high / (2 * quantile))
    size = _size(estimate)
    return p_of_z(Interval(size.low / errors.high, size.high / errors.low))


def is_in_the_middle(estimate: Interval, low: Interval, high: Interval, *, is_ratio: bool) -> bool:
    """Whether an estimate can stand in the middle of its confidence interval, as normal theory has it, by and large."""
    if is_ratio:
        if min(estimate.high, low.high, high.high) <= 0:
            return False
        estimate, low, high = (
            Interval(*(math.log(max(edge, each.high / 1e6)) for edge in each)) for each in (estimate, low, high)
        )
    middle, slack = Interval((low.low + high.low) / 2, (low.high + high.high) / 2), 0.05 * (high.high - low.low)
    return estimate.meets(Interval(middle.low - slack, middle.high + slack))


def p_of_change(mean: Interval, spread: Interval, n: int, *, is_error: bool) -> Interval:
    """P of a paired t-test from a mean change with its standard deviation, or with its standard error.

    Raises:
        ValueError: fewer than two people, or no spread.
    """
    if n < 2 or spread.high <= 0:
        raise ValueError("no spread, or fewer than two people")
    root = 1.0 if is_error else math.sqrt(n)
    lowest = max(spread.low, spread.high / 1e6)
    size = _size(mean)
    return p_of_t(Interval(size.low / spread.high * root, size.high / lowest * root), n - 1)


def p_of_two_means(one: tuple[Interval, Interval, int], other: tuple[Interval, Interval, int]) -> Interval:
    """P of the t-test of two groups, pooled and Welch's, from their means, standard deviations and sizes.

    Raises:
        ValueError: a group of fewer than two people, or no spread.
    """
    from scipy.special import stdtr

    (mean, sd, n), (other_mean, other_sd, m) = one, other
    if min(n, m) < 2 or max(sd.high, other_sd.high) <= 0:
        raise ValueError("no spread, or fewer than two people in a group")
    differences = _size(Interval(mean.low - other_mean.high, mean.high - other_mean.low))

    def tests() -> Iterator[float]:
        for difference, first, second in product(differences, sd, other_sd):
            first, second = max(first, sd.high / 1e6, 1e-12), max(second, other_sd.high / 1e6, 1e-12)
            a, b = first**2 / n, second**2 / m
            welch = (a + b) ** 2 / (a**2 / (n - 1) + b**2 / (m - 1))
            pooled = ((n - 1) * first**2 + (m - 1) * second**2) / (n + m - 2) * (1 / n + 1 / m)
            yield float(2 * stdtr(welch, -difference / math.sqrt(a + b)))
            yield float(2 * stdtr(n + m - 2, -difference / math.sqrt(pooled)))

    return span(tests())


def p_of_two_shares(count: int, n: int, other_count: int, m: int) -> Interval:
    """P of two proportions by the tests in use: Fisher's, chi-square with and without correction, Wald's, the score
    test.

    Raises:
        ValueError: a count above its whole, an empty group, or no difference that could be tested.
    """
    import warnings

    if not (0 <= count <= n and 0 <= other_count <= m and n and m):
        raise ValueError("a count above its whole, or an empty group")
    if not 0 < count + other_count < n + m:
        raise ValueError("all had it, or none")
    from scipy.stats import chi2_contingency, fisher_exact
    from statsmodels.stats.proportion import test_proportions_2indep as test_of_two

    table = [[count, n - count], [other_count, m - other_count]]
    found = [
        float(fisher_exact(table)[1]),
        float(chi2_contingency(table, correction=True)[1]),
        float(chi2_contingency(table, correction=False)[1]),
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # no variance in a group: its tests give no number
        for method in ("wald", "score"):
            p = float(test_of_two(count, n, other_count, m, method=method).pvalue)
            if math.isfinite(p):
                found.append(p)
    return span(found)


def distance(p: Interval, other: Interval) -> float:
    """How far apart two intervals of two-sided P-values are, in standard normal deviates; 0 where they meet."""
    from scipy.special import ndtri

    def deviates(each: Interval) -> Interval:
        low, high = (min(max(edge, 1e-300), 1.0) for edge in each)
        return Interval(float(-ndtri(high / 2)), float(-ndtri(low / 2)))

    one, two = deviates(p), deviates(other)
    return max(0.0, one.low - two.high, two.low - one.high)
