"""The page to work through an evaluation or an extraction: one HTML file that needs nothing else.

The overview is HTML. What an article holds is JSON in a data block of its own, which the script parses when the
article is looked at; before that it knows only one line on each mention. No text of a paper is ever markup: in JSON
`<`, `>` and `&` are escaped, the script sets text and never HTML, and the page's policy lets nothing run but the one
script and load nothing at all.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from importlib.resources import files
from string import Template
from typing import Any, Protocol

from pipeline import __version__
from pipeline.document import Document
from pipeline.evaluate import ERRORS, Compared, Evaluation, Pair, equal
from pipeline.extract import EXTRACTORS
from pipeline.extract.extractor import Fact
from pipeline.interchange import LABELS, Annotation, attributes, to_json
from pipeline.interchange.annotations import CHOICES
from pipeline.read import safe_id
from pipeline.records import Article, Sentence
from pipeline.report import overview
from pipeline.report.markdown import sentences_of
from pipeline.report.markup import Markup, joined, tag
from pipeline.tables import EVIDENCE, FACTS

RIGHT = "right"
DOUBTFUL, PLAIN = "look first", "nothing in doubt"

_LABELS = LABELS  # a statistic is no entity of the guideline
_HEADING = 60
_KINDS = {"string": "text", "Int64": "integer", "Float64": "number", "boolean": "boolean"}


class Extracted(Protocol):
    """An article with its facts."""

    @property
    def article(self) -> Article:
        """The article."""

    @property
    def facts(self) -> Sequence[Fact]:
        """Its facts, in the order of its text."""


def page(evaluation: Evaluation) -> str:
    """The page on an evaluation: gold and output side by side, to be decided between."""
    pairs = defaultdict(list)
    for pair in evaluation.pairs:
        pairs[id(pair.document)].append(pair)
    articles = [_compared(each, pairs[id(each.document)]) for each in evaluation.documents]
    mentions = sum(pair.gold is not None for pair in evaluation.pairs)
    said = f"{_counted(len(articles), 'document')} with {_counted(mentions, 'gold mention')}"
    return _page("Evaluation", said, "evaluation", (*ERRORS, RIGHT), overview.of_evaluation(evaluation), articles)


def extraction_page(extractions: Iterable[tuple[str, Extracted]]) -> str:
    """The page on an extraction without gold: each article by the identifier that it has in the tables."""
    listed = list(extractions)
    articles = [_extracted(identifier, each) for identifier, each in listed]
    rows = sum(len(_entities(each)) for _, each in listed)
    said = f"{_counted(len(articles), 'article')} with {_counted(rows, 'row')}"
    shown = overview.of_facts([(identifier, each.article.title, _entities(each)) for identifier, each in listed])
    return _page("Extraction", said, "extraction", (DOUBTFUL, PLAIN), shown, articles)


def _entities(extracted: Extracted) -> list[Fact]:
    return [fact for fact in extracted.facts if fact.label in _LABELS]


def _counted(count: int, thing: str) -> str:
    return f"{count:,} {thing}{'' if count == 1 else 's'}"


def _compared(compared: Compared, pairs: Iterable[Pair]) -> dict[str, Any]:
    document = compared.document
    stated, found = document.extra.get("study_size"), compared.study_size
    note = f"Size of the study: {found.value if found else 'not answered'}, gold has {stated}" if stated else ""
    return {
        "id": document.id,
        "title": "",
        "name": safe_id(document.id),
        "note": note,
        "text": document.text,
        "sentences": _pieces(document.text, sentences_of(document.text)),
        "pairs": [
            {
                "label": pair.label,
                "class": pair.error or RIGHT,
                "gold": _mention(pair.gold),
                "output": _mention(pair.output),
                "rule": pair.output.rule if pair.output else "",
                "differs": _differing(pair),
            }
            for pair in pairs
        ],
    }


def _mention(annotation: Annotation | None) -> dict[str, Any] | None:
    return to_json(annotation) if annotation else None


def _differing(pair: Pair) -> list[str]:
    """The attributes that gold fills and the output has otherwise."""
    if not pair.gold or not pair.output:
        return []
    output = pair.output.values
    return [
        name
        for name, value in to_json(pair.gold).items()
        if name in pair.gold.values and value is not None and not equal(value, output.get(name))
    ]


def _extracted(identifier: str, extracted: Extracted) -> dict[str, Any]:
    article = extracted.article
    return {
        "id": identifier,
        "title": article.title,
        "name": identifier,
        "note": "",
        "text": article.text,
        "sentences": _pieces(article.text, Document(article).sentences),
        "pairs": [
            {
                "label": fact.label,
                "class": DOUBTFUL if fact.review else PLAIN,
                "gold": None,
                "output": _of_fact(fact),
                "rule": fact.mention.rule,
                "review": fact.review,
                "says": str(fact.record),
                "sentence": [fact.mention.sentence.start, fact.mention.sentence.end],
            }
            for fact in _entities(extracted)
        ],
    }


def _of_fact(fact: Fact) -> dict[str, Any]:
    """A fact as a mention with all that its record says, not only what the guideline asks for."""
    mention = fact.mention
    return to_json(Annotation(fact.label, mention.start, mention.end, mention.text, asdict(fact.record)))


def _pieces(text: str, sentences: Iterable[Sentence]) -> list[tuple[int, int, str]]:
    """The whole text in pieces `[start, end)`: its sentences with their section, and what lies between them.

    A few characters before a sentence are its heading, and of its section; else they are of the page around.
    """
    pieces = []
    done = 0
    for each in sentences:
        if text[done : each.start].strip():
            pieces.append((done, each.start, each.section if each.start - done < _HEADING else "furniture"))
        pieces.append((each.start, each.end, each.section))
        done = each.end
    if text[done:].strip():
        pieces.append((done, len(text), "furniture"))
    return pieces


def _page(
    title: str, said: str, mode: str, classes: Sequence[str], shown: Markup, articles: Sequence[dict[str, Any]]
) -> str:
    rules = sorted({pair["rule"] for each in articles for pair in each["pairs"]} - {""})
    number_of_rule = {rule: number for number, rule in enumerate(rules)}
    rows = [
        [
            article,
            place,
            _LABELS.index(pair["label"]),
            classes.index(pair["class"]),
            number_of_rule.get(pair["rule"], -1),
            (pair["gold"] or pair["output"])["text"],
            *([pair["says"]] if "says" in pair else []),
        ]
        for article, each in enumerate(articles)
        for place, pair in enumerate(each["pairs"])
    ]
    blocks = [_json(each) for each in articles]
    digest = hashlib.sha256("\n".join((mode, *blocks)).encode()).hexdigest()
    index = {
        "mode": mode,
        "digest": digest,
        "labels": [_about(each) for each in _LABELS],
        "classes": classes,
        "rules": rules,
        "articles": [each["id"] for each in articles],
        "rows": rows,
    }
    script, style = _asset("page.js"), _asset("page.css")
    policy = (
        f"default-src 'none'; script-src {_source(script)}; style-src {_source(style)}; base-uri 'none';"
        " form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    )
    return Template(_asset("page.html")).substitute(
        policy=policy,
        style=style,
        title=title,
        said=f"{said} · trialsift {__version__} · {digest[:8]}",
        overview=shown,
        data=joined(_block("index", _json(index)), (_block(f"article-{n}", block) for n, block in enumerate(blocks))),
        script=script,
    )


def _about(label: str) -> dict[str, Any]:
    """What the script has to know of a label: its names, its attributes, and its columns with what they may hold."""
    table = next(each.table for each in EXTRACTORS if each.label == label)
    columns = [
        {"name": name, "kind": _KINDS[kind], "choices": CHOICES[label].get(name, ())}
        for name, kind in FACTS[table].items()
        if name not in EVIDENCE
    ]
    closed = list(CHOICES[label])
    return {
        "label": label,
        "table": table,
        "name": overview.NAMES[label],
        "attributes": attributes(label),
        "closed": closed,
        "columns": columns,
    }


def _json(value: Any) -> str:
    """JSON that can stand in an HTML script element: pure ASCII, nothing in it that HTML could take for its own."""
    text = json.dumps(value, separators=(",", ":"))
    return text.replace("<", r"\u003c").replace(">", r"\u003e").replace("&", r"\u0026")


def _block(name: str, data: str) -> Markup:
    return Markup(tag("script", Markup(data), type="application/json", id=name) + "\n")


def _source(content: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}'"


def _asset(name: str) -> str:
    return files(__package__).joinpath(name).read_text("utf-8")
