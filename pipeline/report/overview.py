"""The first part of the page: scores with intervals, errors by class, and where they are; it needs no script."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

from pipeline.evaluate import ERRORS, LEVELS, Coverage, Evaluation, Score, every_number
from pipeline.extract import EXTRACTORS
from pipeline.extract.extractor import Fact
from pipeline.interchange import LABELS
from pipeline.report.markdown import ratio
from pipeline.report.markup import Content, Markup, joined, tag

NAMES = {each.label: each.table.replace("_", " ").capitalize() for each in EXTRACTORS if each.label in LABELS}
"""What each label is called on the page."""

_PLACES = {label: place for place, label in enumerate(NAMES)}
Found: TypeAlias = tuple[str, str, Sequence[Fact]]
"""An article's identifier, title and facts."""

_WIDTH, _MARGIN = 220, 8
_WORST = 30
_WORDS = {"entity", "level", "error", "grounds", "document", "section", "attribute", "rule", "article", "title"}
"""Headings of the columns that hold no numbers."""


def of_evaluation(evaluation: Evaluation) -> Markup:
    """The overview of an evaluation."""
    return joined(
        _scores(evaluation),
        _errors(evaluation),
        _study_size(evaluation),
        _by_document(evaluation),
        _by_section(evaluation),
        _attributes(evaluation),
        _rules(evaluation),
    )


def of_facts(articles: Sequence[Found]) -> Markup:
    """The overview of what each article gave."""
    facts = [fact for *_, given in articles for fact in given]
    return joined(_found(articles, facts), _articles(articles), _rules_of(facts))


def _found(articles: Sequence[Found], facts: Sequence[Fact]) -> Markup:
    counts = Counter(fact.label for fact in facts)
    doubtful = Counter(fact.label for fact in facts if fact.review)
    having = Counter(label for *_, given in articles for label in {fact.label for fact in given})
    most = max(counts.values(), default=1)
    rows = (
        (
            _entity(label),
            _number(_link(counts[label], label=label)),
            _number(having[label]),
            _number(_link(doubtful[label], label=label, class_=0)),
            tag("td", _bar(most, [(label, counts[label])]), class_="plot"),
        )
        for label in NAMES
    )
    return _section("Found", "", _table(("entity", "rows", "articles with one", "to look at first", Markup("")), rows))


def _articles(articles: Sequence[Found]) -> Markup:
    rows = []
    for number, (identifier, title, given) in enumerate(articles):
        counts = Counter(fact.label for fact in given)
        doubtful = sum(bool(fact.review) for fact in given)
        rows.append(
            (
                tag("th", _to_article(number, identifier), scope="row"),
                *_numbers(*(counts[label] or "" for label in NAMES), doubtful or ""),
                tag("td", title, class_="title"),
            )
        )
    headings = "article", *map(_lettered, NAMES), "to look at first", "title"
    return _section("Articles", "", _table(headings, rows), folded=len(articles) > _WORST)


def _in_order(of_rule: tuple[tuple[str, str], object]) -> tuple[int, str]:
    """Rules in the order of their entities, then by name."""
    (label, rule), _ = of_rule
    return _PLACES[label], rule


def _rules_of(facts: Sequence[Fact]) -> Markup:
    counts = Counter((fact.label, fact.mention.rule) for fact in facts)
    doubtful = Counter((fact.label, fact.mention.rule) for fact in facts if fact.review)
    rows = (
        (_entity(label), tag("td", _filter(rule, label=label, rule=rule)), *_numbers(count, doubtful[label, rule]))
        for (label, rule), count in sorted(counts.items(), key=_in_order)
    )
    said = "How many rows each rule gave, and how many of these are to be looked at first."
    return _section("Rules", said, _table(("entity", "rule", "rows", "to look at first"), rows), folded=True)


def _entity(label: str) -> Markup:
    """The heading cell of a row on an entity."""
    return tag("th", _lettered(label), scope="row")


def _scores(evaluation: Evaluation) -> Markup:
    baseline = every_number(each.document for each in evaluation.documents)
    bodies = []
    for label in evaluation.labels():
        rows = []
        for level in LEVELS:
            score, trivial = evaluation.score(label, level), baseline.score(label, level).f1
            interval = evaluation.interval(label, level)
            shown = f"{interval[0]:.3f}–{interval[1]:.3f}" if interval else ""
            first = _entity(label) if level == LEVELS[0] else tag("td")
            cells = first, tag("td", level), *_counts(score), _number(shown), _number(ratio(trivial))
            plot = tag("td", _forest(_PLACES[label], score.f1, interval, trivial), class_="plot")
            rows.append(tag("tr", cells, plot, class_="strong" if level == "value" else None))
        bodies.append(tag("tbody", rows))
    headings = (
        "entity",
        "level",
        "gold",
        "output",
        "right",
        "precision",
        "recall",
        "F1",
        "95 %",
        "every number",
        _scale(),
    )
    return _section(
        "Scores",
        "Strict: same span. Overlap: spans share characters. Value: overlap, and the value is right. The line is the "
        "95 % interval of F1 by bootstrap over documents, the dot F1 itself, the hollow diamond the trivial baseline "
        "that takes every number.",
        _frame(tag("table", _head(headings), bodies)),
    )


def _scale() -> Markup:
    marks = [tag("text", f"{value:g}", x=_x(value), y=11, text_anchor="middle") for value in (0, 0.25, 0.5, 0.75, 1)]
    return _plot(_WIDTH, 14, marks, role="img", aria_label="F1")


def _plot(width: int, height: int, parts: Content, **attributes: str | float | None) -> Markup:
    return tag("svg", parts, viewBox=f"0 0 {width} {height}", width=width, height=height, **attributes)


def _x(value: float) -> float:
    return _MARGIN + value * (_WIDTH - 2 * _MARGIN)


def _forest(place: int, f1: float | None, interval: tuple[float, float] | None, trivial: float | None) -> Markup:
    """F1 with its interval, and the baseline, between 0 and 1."""
    parts = [tag("line", x1=_x(each), x2=_x(each), y1=0, y2=20, class_="grid") for each in (0, 0.25, 0.5, 0.75, 1)]
    said = f"F1 {ratio(f1) or 'undefined'}"
    if trivial is not None:
        x = _x(trivial)
        parts.append(tag("path", d=f"M{x - 4:.1f} 10l4-4 4 4-4 4z", class_="baseline"))
    if interval:
        low, high = map(_x, interval)
        parts.append(tag("line", x1=low, x2=max(high, low + 1), y1=10, y2=10, class_="whisker"))
        said += f", 95 % interval {interval[0]:.3f} to {interval[1]:.3f}"
    if f1 is not None:
        parts.append(tag("circle", cx=_x(f1), cy=10, r=4.5, class_="dot"))
    return _plot(_WIDTH, 20, parts, data_entity=place, role="img", aria_label=said)


def _errors(evaluation: Evaluation) -> Markup:
    labels = evaluation.labels()
    classes = {label: evaluation.error_classes(label) for label in labels}
    most = max((sum(classes[label][name] for label in labels) for name in ERRORS), default=0)
    rows = []
    for place, name in enumerate(ERRORS):
        counts = [(label, classes[label][name]) for label in labels]
        rows.append(
            (
                tag("th", mark(name), " ", name, scope="row"),
                *(_number(_link(count, label=label, class_=place)) for label, count in counts),
                _number(sum(count for _, count in counts)),
                tag("td", _bar(most or 1, counts), class_="plot"),
            )
        )
    return _section(
        "Errors",
        "A number leads to its errors. A wrong exponent is off by powers of ten; a boundary is another span with all "
        "else right.",
        _table(("error", *map(_lettered, labels), "all", Markup("")), rows),
    )


def mark(name: str) -> Markup:
    """The sign of an error class."""
    return tag("span", class_="mark", data_class=name, aria_hidden="true")


def _bar(most: int, counts: Iterable[tuple[str, int]]) -> Markup:
    """Counts after each other, the longest bar being `most` in all, each with its letter where there is room."""
    parts = []
    x = 0.0
    for label, count in counts:
        width = count / most * _WIDTH
        if not count:
            continue
        parts.append(tag("rect", x=x, y=3, width=max(width - 1, 0.5), height=14, data_entity=_PLACES[label]))
        if width > 14:
            parts.append(tag("text", label[0], x=x + width / 2, y=14, text_anchor="middle", class_="inside"))
        x += width
    return _plot(_WIDTH, 20, parts, aria_hidden="true")


def _study_size(evaluation: Evaluation) -> Markup:
    asked = evaluation.study_sizes()
    if not asked:
        return Markup("")
    curve = evaluation.curve()
    rows = (
        (
            tag("th", f"{number} {grounds}", scope="row"),
            *_numbers(size.answered, size.exact, ratio(size.coverage), ratio(size.exactness)),
        )
        for number, (grounds, size) in enumerate(curve, 1)
    )
    return _section(
        "Size of the study",
        f"Coverage against exactness over the {len(asked)} documents whose gold states the size of the study: each "
        "point with all before it, the surest grounds first.",
        tag(
            "div",
            _curve(curve),
            _table(("grounds", "answered", "exact", "coverage", "exactness"), rows),
            class_="beside",
        ),
    )


def _curve(curve: Sequence[tuple[str, Coverage]]) -> Markup:
    left, top, width, height = 42, 24, 330, 190
    ticks = 0, 0.25, 0.5, 0.75, 1

    def at(coverage: float, exactness: float) -> tuple[float, float]:
        return left + coverage * width, top + (1 - exactness) * height

    parts = []
    for each in ticks:
        x, y = at(each, each)
        parts += [
            tag("line", x1=x, x2=x, y1=top, y2=top + height, class_="grid"),
            tag("line", x1=left, x2=left + width, y1=y, y2=y, class_="grid"),
            tag("text", f"{each:g}", x=x, y=top + height + 15, text_anchor="middle"),
            tag("text", f"{each:g}", x=left - 7, y=y + 4, text_anchor="end"),
        ]
    points = [
        (grounds, at(size.coverage, size.exactness))
        for grounds, size in curve
        if size.coverage is not None and size.exactness is not None
    ]
    parts.append(tag("polyline", points=" ".join(f"{x:.1f},{y:.1f}" for _, (x, y) in points), class_="curve"))
    for number, (grounds, (x, y)) in enumerate(points, 1):
        parts.append(tag("circle", tag("title", grounds), cx=x, cy=y, r=4.5, class_="dot"))
        parts.append(tag("text", number, x=x, y=y + 18, text_anchor="middle"))
    parts.append(tag("text", "coverage", x=left + width, y=top + height + 29, text_anchor="end", class_="axis"))
    parts.append(tag("text", "exactness", x=0, y=10, class_="axis"))
    said = "Exactness by coverage; the table has the numbers."
    return _plot(left + width + 12, top + height + 34, parts, role="img", aria_label=said)


def _by_document(evaluation: Evaluation) -> Markup:
    place = {id(each.document): number for number, each in enumerate(evaluation.documents)}
    labels = evaluation.labels()
    wrong: dict[int, Counter[str]] = {}
    for pair in evaluation.pairs:
        if pair.error:
            wrong.setdefault(place[id(pair.document)], Counter())[pair.label] += 1
    worst = sorted(wrong.items(), key=lambda each: (-each[1].total(), each[0]))
    rows = (
        (
            tag("th", _to_article(number, evaluation.documents[number].document.id), scope="row"),
            *_numbers(*(counts[label] or "" for label in labels), counts.total()),
        )
        for number, counts in worst[:_WORST]
    )
    said = f"{len(wrong)} of {len(place)} have an error of some class"
    said += f"; these are the {_WORST} that have most." if len(worst) > _WORST else "."
    return _section("Documents", said, _table(("document", *map(_lettered, labels), "all"), rows), folded=True)


def _to_article(number: int, shown: str) -> Markup:
    return tag("a", shown, href="#review", data_article=number)


def _lettered(label: str) -> Markup:
    letter = tag("span", label[0], class_="letter", data_entity=_PLACES[label], aria_hidden="true")
    return joined(letter, " ", NAMES[label])


def _by_section(evaluation: Evaluation) -> Markup:
    rows = [
        (_entity(label), tag("td", name), *_counts(score))
        for label in evaluation.labels()
        for name, score in sorted(evaluation.by_section(label, "value").items())
    ]
    headings = "entity", "section", "gold", "output", "right", "precision", "recall", "F1"
    return _section("Sections", "Value level.", _table(headings, rows), folded=True)


def _attributes(evaluation: Evaluation) -> Markup:
    rows = [
        (_entity(label), tag("td", name), *_numbers(score.gold, score.right, ratio(score.recall)))
        for label, name, score in evaluation.attributes()
    ]
    said = "Of the mentions found whose gold fills the attribute, those that have it right."
    return _section("Attributes", said, _table(("entity", "attribute", "filled", "right", "share"), rows), folded=True)


def _rules(evaluation: Evaluation) -> Markup:
    rows = [
        (
            _entity(label),
            tag("td", _filter(rule, label=label, rule=rule)),
            *_numbers(score.output, score.right, ratio(score.precision)),
        )
        for (label, rule), score in sorted(evaluation.rules().items(), key=_in_order)
    ]
    said = "How much of what a rule gave is right at value level. A name leads to its errors."
    return _section("Rules", said, _table(("entity", "rule", "output", "right", "precision"), rows), folded=True)


def _section(heading: str, said: str, *content: Content, folded: bool = False) -> Markup:
    name = f"on-{heading.lower().replace(' ', '-')}"
    title = tag("h2", heading, id=name)
    inner = tag("p", said, class_="said") if said else None, *content
    if folded:
        return tag("section", tag("details", tag("summary", title), inner), aria_labelledby=name)
    return tag("section", title, inner, aria_labelledby=name)


def _table(headings: Sequence[str], rows: Iterable[Sequence[Content]]) -> Markup:
    return _frame(tag("table", _head(headings), tag("tbody", (tag("tr", *row) for row in rows))))


def _frame(table: Markup) -> Markup:
    """A table that scrolls by itself where it is wider than the page."""
    return tag("div", table, class_="frame", tabindex=0, role="group", aria_label="Table")


def _head(headings: Sequence[str]) -> Markup:
    cells = (
        tag("th", each, scope="col", class_="words" if each in _WORDS else None) if each else tag("td")
        for each in headings
    )
    return tag("thead", tag("tr", cells))


def _counts(score: Score) -> Iterator[Markup]:
    yield from _numbers(score.gold, score.output, score.right)
    yield from map(_number, map(ratio, (score.precision, score.recall, score.f1)))


def _numbers(*values: int | str) -> Iterator[Markup]:
    yield from map(_number, values)


def _number(value: Content) -> Markup:
    return tag("td", value, class_="number")


def _link(count: int, *, label: str, class_: int | None = None) -> Content:
    return _filter(str(count), label=label, class_=class_) if count else tag("span", "0", class_="none")


def _filter(shown: str, *, label: str, class_: int | None = None, rule: str | None = None) -> Markup:
    """A link to the mentions of a label, and of a class of error or a rule."""
    return tag("a", shown, href="#review", data_label=_PLACES[label], data_class=class_, data_rule=rule)
