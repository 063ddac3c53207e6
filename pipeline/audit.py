"""Do the numbers of an article agree with each other?

Extractors have found the numbers. Here is said which of them belong together, only where the text binds them with
certainty (one mention, or mentions of one sentence with nothing between them that could part them), and `arithmetic`
judges. What is bound but lacks a number, or has one that cannot be, is `not_checkable`; nothing here raises.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

import regex

from pipeline import arithmetic
from pipeline.arithmetic import Interval, printed
from pipeline.extract.extractor import Fact
from pipeline.records import Check
from pipeline.rules import compile_pattern

CONSISTENT, INCONSISTENT, FLIPS, NOT_CHECKABLE = "consistent", "inconsistent", "decision_flips", "not_checkable"

SIGNIFICANT = 0.05
_SLACK = {"test": 0.0, "interval": 0.3, "shares": 0.3, "means": 0.7, "change": 0.1}
"""How many standard normal deviates a stated P may be away from the recomputed one, by what it is recomputed from.

A test statistic settles its P. From an interval it is settled but for the test (likelihood, score or log-rank beside
Wald's); from counts and means also for what the test was adjusted to, which abstracts do not say.
"""

# What may stand between a number and the P that belongs to it: no other number, no other subject.
_JOINED = compile_pattern(
    r"""[\s,;:()\[\]]*+ (?: (?: and | with | an? | the | associated | corresponding | two-sided | 2-sided | log-?rank
        | Cox | nominal | for \s superiority | for | overall ) \b [\s,;:()\[\]]*+ )*+"""
)
_VERSUS = compile_pattern(
    r"""\b (?: vs | v | versus | compared \s (?: with | to ) | as \s against | than | and | while | whereas
        | but ) \b"""
)
_PARTED = compile_pattern(r";|\d|%|\.\s")
_PARTED_TAIL = compile_pattern(r"[;\d%]|\.\s|\b(?: and | but | while | whereas | or ) \b | \b adjust")
_RESPECTIVELY = compile_pattern(r"\b respectively \b")
_MARGIN = compile_pattern(
    r"\b (?: non-?inferior | equivalen | margin | interaction | heterogeneity | trend | adjusted | covarian )"
)
_SAME_PEOPLE = compile_pattern(
    r"""\b (?: before | baseline | cross-?over | crossed | paired | preoperativ | pre- | fellow | contralateral
        | within-group | matched | repeated | from \s [-−\d.·]+ | ANCOVA | period ) """
)
_RELATIVE = compile_pattern(
    r"\b (?: relative (?! \s risk ) | risk \s reduction | reduc | efficacy | median ) [^;()]* \Z"
)
_OF_GROUPS = compile_pattern(r"\b (?: groups? | arms? | cohorts? | placebo | controls? ) \b")
_AFTERWARDS = compile_pattern(r"\b (?: after | following | post-?\p{L}* | adjusted ) \b")
_INTEGERS = compile_pattern(r"\b (?: integers? | whole (?: \s | - ) numbers? | Likert )")
_ZERO_ONE = compile_pattern(r"\b (?: binary | dichotomous | 0/1 | yes/no )")
_ONE_SIDED = compile_pattern(r"\b (?: one | 1 )[\s-](?: sided | tailed ) \b")


@dataclass(frozen=True, slots=True)
class _Stated:
    """A P-value that is stated: the interval of what it can have been, and its text."""

    interval: Interval
    text: str
    one_sided: bool

    @property
    def significant(self) -> bool | None:
        """Which side of .05 it is on, None where it does not say."""
        if self.interval.high <= SIGNIFICANT:
            return True
        return False if self.interval.low >= SIGNIFICANT else None


def audit(facts: Sequence[Fact]) -> list[Check]:
    """The checks of one article's facts, in the order of the text."""
    checks: list[Check] = []
    for judge in (_judge_numbers, _judge_p_values, _judge_sizes, _judge_doses, _judge_repeated):
        checks += judge(facts)
    return sorted(checks, key=lambda each: (each.evidence, each.check))


def flagged(facts: Sequence[Fact], checks: Iterable[Check]) -> list[Fact]:
    """The facts, with checks that failed named in the `review` of those that they rest on."""
    reasons: dict[int, list[str]] = {}
    for check in checks:
        if check.verdict in (INCONSISTENT, FLIPS):
            for number in check.evidence:
                reasons.setdefault(number, []).append(f"{check.check}: {check.verdict}")
    return [
        replace(fact, review="; ".join(filter(None, [fact.review, *dict.fromkeys(reasons[fact.number])])))
        if fact.number in reasons
        else fact
        for fact in facts
    ]


def _sentences(facts: Iterable[Fact]) -> Iterator[list[Fact]]:
    """The facts of each sentence."""
    for _, group in groupby(facts, key=lambda fact: fact.mention.sentence.start):
        yield list(group)


def _text_between(one: Fact, other: Fact) -> str:
    sentence = one.mention.sentence
    return sentence.text[one.mention.end - sentence.start : other.mention.start - sentence.start]


# Numbers of one mention.


def _judge_numbers(facts: Sequence[Fact]) -> Iterator[Check]:
    for sentence in _sentences(facts):
        for fact in sentence:
            if fact.table != "statistic":
                continue
            if fact.record.kind == "proportion":
                yield from _judge_share(fact, sentence)
            if fact.record.low is not None and fact.record.high is not None:
                yield from _judge_interval(fact)
            if fact.record.spread is not None and fact.record.kind == "mean":
                yield from _judge_integers(fact)


def _judge_share(fact: Fact, sentence: Sequence[Fact]) -> Iterator[Check]:
    record = fact.record
    count, whole = record.count, record.n
    # The same numbers as those of an event rest on the same characters.
    evidence = (fact.number, *(each.number for each in sentence if _is_event_of(each, fact)))
    percent = printed(record.value_text.replace(",", ".")) if record.value_text else None
    if percent is not None and record.low is None and percent.low > 100:
        yield Check("percent of a whole", INCONSISTENT, f"{record.value_text}%", "at most 100", evidence)
    if count is not None and whole is not None:
        if count > whole:
            yield Check("count within whole", INCONSISTENT, f"{count} of {whole}", f"at most {whole}", evidence)
        elif whole == 0:
            yield Check("count within whole", NOT_CHECKABLE, f"{count} of {whole}", "", evidence)
        elif percent is not None:
            computed = arithmetic.share(count, whole)
            verdict = CONSISTENT if _rounds_to(computed, percent) else INCONSISTENT
            stated = f"{record.value_text}% for {count} of {whole}"
            yield Check("percent of count", verdict, stated, f"{computed:.4g}%", evidence)
    elif percent is not None and whole:
        counts = arithmetic.counts_of_percent(percent, whole)
        shown = f"{counts[0]} of {whole}" if counts else f"no count of {whole}"
        yield Check("possible percent", _verdict(bool(counts)), f"{record.value_text}% of {whole}", shown, evidence)
    elif percent is not None and count and count > 1 and percent.low <= 100:
        wholes = arithmetic.wholes_of_count(percent, count)
        ends = dict.fromkeys((wholes[0], wholes[-1])) if wholes else ("no whole number",)
        shown = f"of {' to '.join(map(str, ends))}"
        yield Check("possible percent", _verdict(bool(wholes)), f"{count} is {record.value_text}%", shown, evidence)


def _rounds_to(value: float, percent: Interval) -> bool:
    return percent.meets(Interval(value, value))


def _verdict(good: bool) -> str:
    return CONSISTENT if good else INCONSISTENT


def _is_event_of(fact: Fact, share: Fact) -> bool:
    if fact.table != "adverse_event" or fact.record.count != share.record.count or fact.record.count is None:
        return False
    return (fact.record.denominator or share.record.n) == share.record.n and (
        fact.record.percent is None or share.record.value is None or fact.record.percent == share.record.value
    )


def _judge_interval(fact: Fact) -> Iterator[Check]:
    record, mention = fact.record, fact.mention
    low, high = printed(mention.part("low")), printed(mention.part("high"))
    stated = f"{mention.part('low')} to {mention.part('high')}"
    evidence = (fact.number,)
    estimate, bounds = printed(record.value_text), Interval(min(low.low, high.low), max(low.high, high.high))
    mirrored = Interval(-estimate.high, -estimate.low)
    if record.low > record.high:
        # The bounds of a reduction are often given by their size; those of a ratio never.
        if record.kind == "ratio" or not (estimate.meets(bounds) or mirrored.meets(bounds)):
            yield Check("interval the right way round", INCONSISTENT, stated, "", evidence)
        return
    if record.unit == "%" and record.high <= 1 < record.value:  # an interval of shares
        return
    verdict = CONSISTENT
    if not estimate.meets(bounds) and not (record.kind == "difference" and mirrored.meets(bounds)):
        # Behind a mean or a percentage the interval may be that of a difference.
        verdict = INCONSISTENT if record.kind in ("ratio", "difference") else NOT_CHECKABLE
    yield Check("estimate within interval", verdict, f"{record.value_text} in {stated}", str(bounds), evidence)


def _judge_integers(fact: Fact) -> Iterator[Check]:
    record, text = fact.record, fact.mention.sentence.text
    if record.n is None or record.n < 2 or record.spread_kind != "sd":
        return
    mean, sd = printed(record.value_text), printed(fact.mention.part("spread"))
    stated = f"{record.value_text} ({fact.mention.part('spread')}), n = {record.n}"
    if _INTEGERS.search(text):
        good = bool(arithmetic.sums_of_mean(mean, record.n))
        yield Check("mean of whole numbers", _verdict(good), stated, "", (fact.number,))
        if good:
            good = arithmetic.is_sd_of_integers(mean, sd, record.n)
            yield Check("SD of whole numbers", _verdict(good), stated, "", (fact.number,))
    elif _ZERO_ONE.search(text) and 0 <= record.value <= 1:
        possible = arithmetic.sd_of_binary(mean, record.n)
        yield Check("SD of zeros and ones", _verdict(possible.meets(sd)), stated, str(possible), (fact.number,))


# P-values recomputed.


def _judge_p_values(facts: Sequence[Fact]) -> Iterator[Check]:
    groups = _two_groups(facts)
    for sentence in _sentences(facts):
        text = sentence[0].mention.sentence.text
        numbers = [fact for fact in sentence if fact.table == "statistic"]
        values = [fact for fact in sentence if fact.table == "p_value"]
        if not numbers or not values or _RESPECTIVELY.search(text) or _MARGIN.search(text):
            continue
        for value in values:
            stated = _stated(value, text)
            before = [fact for fact in numbers if fact.mention.end <= value.mention.start]
            if stated is None or not before:
                continue
            last = before[-1]
            joined = _JOINED.fullmatch(_text_between(last, value)) is not None
            since = [fact for fact in before if fact.mention.start >= _end_of_earlier(value, values)]
            if joined and last.record.spread_kind == "ci" and last.record.kind in ("ratio", "difference"):
                if not _RELATIVE.search(last.mention.before[-80:]):
                    yield _judge_effect(last, value, stated)
            elif joined and last.record.kind == "statistic":
                yield _judge_test(last, value, stated)
            elif joined and last.record.kind == "difference" and last.record.spread is not None and len(since) == 1:
                yield from _judge_change(last, value, stated, sentence)
            elif len(since) == 2 and _are_compared(since[0], since[1], value):
                yield from _judge_pair((since[0], since[1]), value, stated, groups)


def _stated(fact: Fact, text: str) -> _Stated | None:
    """A P-value that one test gave, as an interval; None where it is none or of another question."""
    record = fact.record
    if record.kind in ("trend", "interaction", "adjusted") or fact.mention.part("more"):
        return None
    one_sided = record.kind == "one_sided" or _ONE_SIDED.search(text) is not None
    if record.comparator == "ns":
        return _Stated(Interval(SIGNIFICANT, 1.0), "P = NS", one_sided)
    if record.value is None or not 0 <= record.value <= 1:
        return None
    value = record.value
    match record.comparator:
        case "<" | "<=":
            interval = Interval(0.0, value)
        case ">" | ">=":
            interval = Interval(value, 1.0)
        case _:
            try:
                rounded = printed(record.value_text)
            except ValueError:  # a power of ten, a percentage
                rounded = Interval(value * 0.95, value * 1.05)
            # `P = 0.0001` is printed for whatever is less, too.
            low = 0.0 if regex.fullmatch(r"0?[.·]0{2,}1", record.value_text) else max(rounded.low, 0.0)
            interval = Interval(low, min(rounded.high, 1.0))
    return _Stated(interval, f"P {record.comparator} {record.value_text}", one_sided)


def _compared(check: str, slack: str, stated: _Stated, computed: Interval, evidence: tuple[int, ...]) -> Check:
    """The check of a P-value against what it is recomputed to be."""
    halved = Interval(computed.low / 2, computed.high / 2)
    options = [halved, computed] if stated.one_sided else [computed, halved]
    recomputed = f"P {options[0]}"
    near = arithmetic.distance(stated.interval, options[0]) <= _SLACK[slack]
    # A one-sided test that nobody mentions is still a test.
    if near or stated.interval.meets(options[1]):
        return Check(check, CONSISTENT, stated.text, recomputed, evidence)
    flips = stated.significant is not None and (
        options[0].low > SIGNIFICANT if stated.significant else options[0].high < SIGNIFICANT
    )
    return Check(check, FLIPS if flips else INCONSISTENT, stated.text, recomputed, evidence)


def _judge_effect(effect: Fact, value: Fact, stated: _Stated) -> Check:
    record, mention = effect.record, effect.mention
    evidence = (effect.number, value.number)
    name = "P of an interval"
    is_ratio, level = record.kind == "ratio", record.level_percent or 95.0
    if is_ratio and min(record.value, record.low, record.high) <= 0:
        return Check(name, NOT_CHECKABLE, stated.text, "", evidence)
    estimate, low, high = (printed(mention.part(part)) for part in ("value", "low", "high"))
    try:
        computed = arithmetic.p_of_interval(estimate, low, high, level, is_ratio=is_ratio)
    except (ValueError, ArithmeticError):
        return Check(name, NOT_CHECKABLE, stated.text, "", evidence)
    if arithmetic.is_in_the_middle(estimate, low, high, is_ratio=is_ratio):
        return _compared(name, "interval", stated, computed, evidence)
    # No normal theory gave this interval; still it holds the null or does not.
    null = float(is_ratio)
    excluded = low.low > null or high.high < null
    included = low.high < null < high.low
    if level != 95 or stated.significant is None or not (excluded or included):
        return Check(name, NOT_CHECKABLE, stated.text, "", evidence)
    verdict = CONSISTENT if stated.significant == excluded else FLIPS
    side = "P < 0.05" if excluded else "P > 0.05"
    return Check(name, verdict, stated.text, side, evidence)


def _judge_test(test: Fact, value: Fact, stated: _Stated) -> Check:
    record = test.record
    evidence = (test.number, value.number)
    name = f"P of {record.measure}"
    df = [float(part) for part in record.df.split(", ")] if record.df else []
    printed_value = printed(record.value_text)
    computed = None
    if min(df, default=1.0) > 0:
        match record.measure, df:
            case "z", []:
                computed = arithmetic.p_of_z(printed_value)
            case "t", [one]:
                computed = arithmetic.p_of_t(printed_value, one)
            case "F", [between, within]:
                computed = arithmetic.p_of_f(printed_value, between, within)
            case "chi2", [one]:
                computed = arithmetic.p_of_chi2(printed_value, one)
            case "r", [one] if abs(record.value) <= 1:
                computed = arithmetic.p_of_r(printed_value, one)
    if computed is None:
        return Check(name, NOT_CHECKABLE, stated.text, "", evidence)
    return _compared(name, "test", stated, computed, evidence)


def _judge_change(change: Fact, value: Fact, stated: _Stated, sentence: Sequence[Fact]) -> Iterator[Check]:
    record = change.record
    if record.measure != "change":
        return
    sizes = [fact for fact in sentence if fact.table == "sample_size" and fact.record.stage == "analyzed"]
    n = record.n or (sizes[0].record.value if len(sizes) == 1 else None)
    evidence = tuple(sorted({change.number, value.number, *(fact.number for fact in sizes if n == fact.record.value)}))
    name = "P of a change"
    if n is None:
        yield Check(name, NOT_CHECKABLE, stated.text, "", evidence)
        return
    mean, spread = printed(record.value_text), printed(change.mention.part("spread"))
    found = []
    for is_error in {"sd": (False,), "se": (True,)}.get(record.spread_kind, (False, True)):
        try:
            computed = arithmetic.p_of_change(mean, spread, n, is_error=is_error)
        except (ValueError, ArithmeticError):
            yield Check(name, NOT_CHECKABLE, stated.text, "", evidence)
            return
        found.append(_compared(name, "change", stated, computed, evidence))
    yield next((check for check in found if check.verdict == CONSISTENT), found[0])


def _end_of_earlier(value: Fact, values: Sequence[Fact]) -> int:
    """Where the P-value before this one ends, 0 where it is the first."""
    return max((other.mention.end for other in values if other.mention.end <= value.mention.start), default=0)


def _are_compared(one: Fact, two: Fact, value: Fact) -> bool:
    """Whether a P-value behind two numbers compares them."""
    between, tail = _text_between(one, two), _text_between(two, value)
    if _PARTED.search(between) or not _VERSUS.search(between) or len(between) > 120:
        return False
    return not _PARTED_TAIL.search(tail.rstrip("(; [")) and len(tail) <= 100


def _judge_pair(
    pair: tuple[Fact, Fact], value: Fact, stated: _Stated, groups: tuple[int, int] | None
) -> Iterator[Check]:
    one, two = (fact.record for fact in pair)
    evidence = (pair[0].number, pair[1].number, value.number)
    if _SAME_PEOPLE.search(pair[0].mention.sentence.text):
        return
    try:
        if all(record.kind == "proportion" and record.count is not None and record.n for record in (one, two)):
            name = "P of two proportions"
            computed = arithmetic.p_of_two_shares(one.count, one.n, two.count, two.n)
            yield _compared(name, "shares", stated, computed, evidence)
        elif all(record.kind == "mean" and record.spread is not None for record in (one, two)):
            name = "P of two means"
            first = pair[0].mention
            around = first.before[-60:] + _text_between(*pair) + _text_between(pair[1], value)
            if not _OF_GROUPS.search(around) or _AFTERWARDS.search(around):
                return
            yield _judge_means(pair, stated, groups, evidence)
    except (ValueError, ArithmeticError):
        yield Check(name, NOT_CHECKABLE, stated.text, "", evidence)


def _judge_means(
    pair: tuple[Fact, Fact], stated: _Stated, groups: tuple[int, int] | None, evidence: tuple[int, ...]
) -> Check:
    name = "P of two means"
    one, two = (fact.record for fact in pair)
    if one.n is not None and two.n is not None:
        sizes = [(one.n, two.n)]
    elif groups:
        sizes = [groups, groups[::-1]]
    else:
        return Check(name, NOT_CHECKABLE, stated.text, "", evidence)
    kinds = {one.spread_kind, two.spread_kind} & {"sd", "se"} or {"sd", "se"}
    found = []
    for kind in sorted(kinds):
        computed = []
        for size in sizes:
            sides = []
            for fact, n in zip(pair, size, strict=True):
                spread = printed(fact.mention.part("spread"))
                root = n**0.5 if kind == "se" else 1.0
                sides.append((printed(fact.record.value_text), Interval(spread.low * root, spread.high * root), n))
            computed.append(arithmetic.p_of_two_means(*sides))
        whole = Interval(min(each.low for each in computed), max(each.high for each in computed))
        found.append(_compared(name, "means", stated, whole, evidence))
    return next((check for check in found if check.verdict == CONSISTENT), found[-1 if len(kinds) == 1 else 0])


def _two_groups(facts: Sequence[Fact]) -> tuple[int, int] | None:
    """The sizes of the two groups of the article, where it has just two and says each only one way."""
    groups = [
        tuple(fact.record.value for fact in sentence if _is_group(fact))
        for sentence in _sentences([fact for fact in facts if fact.table == "sample_size"])
    ]
    pairs = {pair for pair in groups if pair}
    (pair, *others) = pairs or {()}
    return (pair[0], pair[1]) if not others and len(pair) == 2 else None


def _is_group(fact: Fact) -> bool:
    return fact.table == "sample_size" and fact.record.scope == "group" and fact.record.stage != "discontinued"


# Sizes that add up and get smaller.

_ORDER = ("screened", "enrolled", "randomized")
_TWO_ARMS = compile_pattern(
    r"\b (?: two | 2 ) \s (?: [\p{L}-]+ \s ){0,2}? (?: groups | arms ) \b | \b either \b | \b 1\s?:\s?1 \b | \b or \b"
)
_MORE_ARMS = compile_pattern(r"\b (?: three | four | five | six | [3-9] ) \s (?: [\p{L}-]+ \s )? (?: groups | arms )")
_OUT_OF = compile_pattern(r"\s (?: \p{L}+ \s )? (?: out \s )? of \s .*")
_ASSIGNED = compile_pattern(r"\b (?: randomi[sz]ed | randomly | assigned | allocated | divided )")


def _judge_sizes(facts: Sequence[Fact]) -> Iterator[Check]:
    sizes = [fact for fact in facts if fact.table == "sample_size" and fact.record.unit == "people"]
    for sentence in _sentences(sizes):
        yield from _judge_arms(sentence)
        yield from _judge_leavers(sentence)
        yield from _judge_stages(sentence)


def _judge_arms(sentence: Sequence[Fact]) -> Iterator[Check]:
    """One total and then its two arms, in a sentence that speaks of assignment and of two."""
    if len(sentence) != 3:
        return
    total, *arms = sentence
    if total.record.scope != "total" or not all(_is_group(arm) and arm.record.stage in _ORDER for arm in arms):
        return
    if not all(_PLAIN_BETWEEN.fullmatch(_text_between(*two)) for two in pairwise(sentence)):
        return
    text = total.mention.sentence.text
    if not _TWO_ARMS.search(text) or _MORE_ARMS.search(text) or not _ASSIGNED.search(arms[0].mention.before):
        return
    added = sum(arm.record.value for arm in arms)
    if 2 * added < total.record.value:  # other things than people were assigned
        return
    stated = f"{total.record.value}"
    recomputed = " + ".join(str(arm.record.value) for arm in arms) + f" = {added}"
    evidence = tuple(fact.number for fact in sentence)
    yield Check("arms add up", _verdict(added == total.record.value), stated, recomputed, evidence)


_PLAIN_BETWEEN = compile_pattern(r"[^.;]* (?: \. (?= \S ) [^.;]* )*+")


def _judge_leavers(sentence: Sequence[Fact]) -> Iterator[Check]:
    """Those who entered, those who completed and those who left, each said once in the sentence."""
    entered = [fact for fact in sentence if fact.record.stage in ("enrolled", "randomized", "treated")]
    completed = [fact for fact in sentence if fact.record.stage == "completed"]
    left = [fact for fact in sentence if fact.record.stage == "discontinued"]
    if not len(entered) == len(completed) == len(left) == 1 or len(sentence) != 3:
        return
    if any(fact.record.scope != "total" for fact in sentence):
        return
    added = completed[0].record.value + left[0].record.value
    recomputed = f"{completed[0].record.value} + {left[0].record.value} = {added}"
    evidence = tuple(fact.number for fact in sentence)
    verdict = _verdict(added == entered[0].record.value)
    if added < entered[0].record.value:  # the sentence may tell of one way to leave
        verdict = NOT_CHECKABLE
    yield Check("completed and discontinued", verdict, f"{entered[0].record.value}", recomputed, evidence)


def _judge_stages(sentence: Sequence[Fact]) -> Iterator[Check]:
    """Totals of a sentence, each stage no larger than the one before it."""
    totals = [fact for fact in sentence if fact.record.scope == "total" and fact.record.stage in (*_ORDER, "completed")]
    order = (*_ORDER, "completed")
    for one, two in pairwise(totals):
        if order.index(one.record.stage) < order.index(two.record.stage) and not _OUT_OF.match(_text_between(one, two)):
            good = two.record.value <= one.record.value
            stated = f"{two.record.value} {two.record.stage}"
            recomputed = f"at most {one.record.value} {one.record.stage}"
            yield Check("stages get smaller", _verdict(good), stated, recomputed, (one.number, two.number))


# Doses.


_TOLERANCE = 0.05
"""How far, relatively, a dose may be from what its parts give: doses are printed to one or two digits."""


def _judge_doses(facts: Sequence[Fact]) -> Iterator[Check]:
    """Two doses of a sentence, one of which follows from the other."""
    doses = [fact for fact in facts if fact.table == "cell_dose" and fact.record.cells and not fact.record.cells_high]
    weights = [fact for fact in facts if fact.table == "statistic" and _is_weight(fact)]
    for sentence in _sentences(doses):
        if len(sentence) != 2:
            continue
        for part, whole in (sentence, sentence[::-1]):
            one, other = part.record, whole.record
            evidence = [fact.number for fact in sentence]
            same = [fact for fact in weights if fact.mention.sentence == part.mention.sentence]
            if other.total and not one.total and one.per == other.per and one.administrations:
                name, computed = "administrations times dose", one.cells * one.administrations
            elif one.cells_per_administration and other.per == "administration" and not other.total:
                name, computed = "concentration times volume", one.cells_per_administration
            elif one.per == "kg" and other.per == "administration" and len(same) == 1:
                name, computed = "dose times weight", one.cells * same[0].record.value
                evidence.append(same[0].number)
            else:
                continue
            times = other.cells / computed if computed else 0.0
            verdict = _verdict(abs(times - 1) <= _TOLERANCE)
            if verdict == INCONSISTENT and times >= 2 and abs(times - round(times)) <= _TOLERANCE:
                verdict = NOT_CHECKABLE  # several injections of it, which nobody counts here
            yield Check(name, verdict, whole.mention.text, f"{computed:.4g} cells", tuple(sorted(evidence)))


def _is_weight(fact: Fact) -> bool:
    return fact.record.unit == "kg" and fact.record.kind == "mean" and "weight" in fact.record.outcome.lower()


# What is said twice.


def _judge_repeated(facts: Sequence[Fact]) -> Iterator[Check]:
    """The same effect for the same outcome in the results and again in title or conclusions."""
    effects = [
        fact
        for fact in facts
        if fact.table == "statistic" and fact.record.measure and fact.record.outcome and fact.record.kind != "statistic"
    ]
    for number, one in enumerate(effects):
        for two in effects[number + 1 :]:
            if one.mention.sentence.section == two.mention.sentence.section or _key(one) != _key(two):
                continue
            good = printed(one.record.value_text).meets(printed(two.record.value_text))
            evidence = (one.number, two.number)
            yield Check("said twice", _verdict(good), one.record.value_text, two.record.value_text, evidence)


def _key(fact: Fact) -> tuple[str, ...]:
    record = fact.record
    return tuple(
        regex.sub(r"\W+", " ", part).lower()
        for part in (record.measure, record.outcome, record.group, record.timepoint, record.unit)
    )
