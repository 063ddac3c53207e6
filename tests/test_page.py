"""The page as it is written: whole, safe, and true to its data. What it does is tested in test_page_browser.py."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from pipeline.evaluate import ERRORS, Compared, Evaluation, evaluate
from pipeline.extract.study_size import StudySize
from pipeline.interchange import AnnotatedDocument, Annotation
from pipeline.read import make_article
from pipeline.report import extraction_page, page
from pipeline.run import Extraction, work_on
from tests.test_commands import ABSTRACT, trialsift

TEXT = (
    "Stem cells for stiff shoulders\n\nMethods: We enrolled 40 people, and 38 of them were treated with 5 × 107 cells. "
    "Results: Pain fell (𝑃 = 0.03). Fever was seen in 4 people, and no deaths occurred (p = .2)."
)
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</script><script>alert(1)</script>",
    "<!--",
    "<!--<script>",
    "--><svg/onload=alert(1)>",
    "&lt;b&gt; &amp;",
    "' onfocus='alert(1)' autofocus='",
    "]]>\u2028\u2029\x00",
    "${title} $script",
)


def at(text: str, words: str, label: str, rule: str = "some rule", **values: Any) -> Annotation:
    """A mention of the first place where the words are."""
    start = text.index(words)
    return Annotation(label, start, start + len(words), words, values, rule)


def compared(identifier: str = "shoulders", text: str = TEXT) -> Compared:
    """A document with something of each class of error."""
    gold = (
        at(text, "40", "SampleSize", value=40, stage="enrolled", scope="total"),
        at(text, "38", "SampleSize", value=38, stage="treated", scope="total"),
        at(text, "5 × 107 cells", "CellDose", cells=50_000_000, cells_high=None, per="administration", total=None),
        at(text, "𝑃 = 0.03", "PValue", comparator="=", value=0.03),
        at(text, "Fever", "AdverseEvent", status="occurred", count=4),
        at(text, "no deaths", "AdverseEvent", status="absent"),
    )
    output = (
        at(text, "40", "SampleSize", "number of people", value=40, stage="screened", scope="total"),
        at(text, "5 × 107 cells", "CellDose", "dose", cells=500_000_000, cells_high=None, per="", total=False),
        at(text, "𝑃 = 0.03", "PValue", "p value", comparator="=", value=0.04),
        at(text, "p = .2", "PValue", "p value", comparator="=", value=0.2),
        at(text, "Fever", "AdverseEvent", "event in people", status="occurred", count=4),
        at(text, "deaths", "AdverseEvent", "no events", status="absent"),
    )
    return Compared(AnnotatedDocument(identifier, text, gold), output, zones=make_article(text, "", "", "").zones)


def evaluation(*documents: Compared) -> Evaluation:
    return evaluate(documents or (compared(),))


class Read(HTMLParser):
    """What a browser would see in a page: its elements with attributes, and what its scripts and styles hold."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.raw: list[tuple[str, dict[str, str | None], str]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag in self.CDATA_CONTENT_ELEMENTS:
            self.raw.append((tag, dict(attrs), ""))

    def handle_data(self, data: str) -> None:
        if self.cdata_elem:
            *before, (name, attributes, read) = self.raw
            self.raw = [*before, (name, attributes, read + data)]

    def data(self, name: str) -> Any:
        return json.loads(next(data for _, attributes, data in self.raw if attributes.get("id") == name))


def extraction(text: str, identifier: str = "a") -> Extraction:
    done = work_on(make_article(text, identifier, "a.txt", ""))
    assert isinstance(done, Extraction)
    return done


def test_the_pages_have_something_of_each_class() -> None:
    (article,) = [Read(page(evaluation())).data("article-0")]
    assert {pair["class"] for pair in article["pairs"]} == {*ERRORS, "right"}


@pytest.mark.parametrize(
    "written",
    [lambda: page(evaluation()), lambda: extraction_page([("a", extraction(ABSTRACT))])],
    ids=["evaluation", "extraction"],
)
def test_nothing_is_loaded_and_only_the_one_script_runs(written: Callable[[], str]) -> None:
    read = Read(written())
    for name, attributes in read.elements:
        assert name not in ("link", "img", "iframe", "object", "embed", "base")
        assert not {key for key in attributes if key.startswith("on") or key in ("src", "srcset", "style")}
        assert (attributes.get("href") or "#").startswith("#")
    (policy,) = [each["content"] for _, each in read.elements if each.get("http-equiv") == "Content-Security-Policy"]
    assert policy is not None
    scripts = [data for name, attributes, data in read.raw if name == "script" and "id" not in attributes]
    styles = [data for name, _, data in read.raw if name == "style"]
    for kind, (content,) in (("script", scripts), ("style", styles)):
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}';" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize(
    "name", ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "Function("]
)
def test_the_script_makes_no_html_from_text(name: str) -> None:
    assert name not in files("pipeline.report").joinpath("page.js").read_text("utf-8")


@pytest.mark.parametrize("hostile", HOSTILE)
def test_text_of_papers_is_never_markup(hostile: str) -> None:
    text = f"{TEXT} {hostile} in 12 people."
    plain, tried = page(evaluation()), page(evaluation(compared(hostile, text)))
    seen = Read(tried)
    assert [name for name, _ in seen.elements] == [name for name, _ in Read(plain).elements]
    assert seen.data("article-0")["text"] == text
    assert seen.data("index")["articles"] == [hostile]
    assert "alert" not in "".join(data for name, each, data in seen.raw if name == "script" and "id" not in each)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_text_of_an_extraction_is_never_markup(hostile: str) -> None:
    text = f"{hostile}\n\n{ABSTRACT} {hostile}"
    plain, tried = extraction_page([("a", extraction(ABSTRACT))]), extraction_page([(hostile, extraction(text))])
    assert [name for name, _ in Read(tried).elements] == [name for name, _ in Read(plain).elements]
    assert Read(tried).data("article-0")["text"] == text


def test_offsets_hold_and_the_pieces_are_the_whole_text() -> None:
    text = f"{TEXT}\n\nReferences\n\n1. Doe J. Another study of 12 people. J Shoulder. 2011;3:4.\n"
    article = Read(page(evaluation(compared(text=text)))).data("article-0")
    for pair in article["pairs"]:
        for one in filter(None, (pair["gold"], pair["output"])):
            assert text[one["start"] : one["end"]] == one["text"]
    ends = [0, *(end for _, end, _ in article["sentences"])]
    gaps = [text[end:start] for end, (start, _, _) in zip(ends, article["sentences"], strict=False)]
    assert not "".join(gaps).strip()
    assert {section for *_, section in article["sentences"]} >= {"methods", "results", "furniture"}


def test_the_digest_is_that_of_the_content() -> None:
    digests = {
        Read(page(each)).data("index")["digest"]
        for each in (evaluation(), evaluation(), evaluation(compared("another")), evaluation(compared(), compared()))
    }
    assert len(digests) == 3


def test_the_overview_has_scores_intervals_and_errors() -> None:
    documents = [compared(str(number)) for number in range(4)]
    done = evaluation(*documents)
    text = page(done)
    low, high = done.interval("PValue", "value") or (0, 0)
    assert f"95 % interval {low:.3f} to {high:.3f}" in text
    assert text.count('class="dot"') == 4 * 3
    assert "Size of the study" not in text
    assert "wrong exponent</th>" in text


def test_the_size_of_the_study_is_drawn_where_gold_states_it() -> None:
    document = AnnotatedDocument("d", TEXT, (), {"study_size": 40})
    text = page(evaluate([Compared(document, (), StudySize(40, "agreed"))]))
    assert "<polyline" in text
    assert Read(text).data("article-0")["note"] == "Size of the study: 40, gold has 40"


def test_a_page_of_nothing_is_a_page() -> None:
    assert Read(page(evaluate([]))).data("index")["rows"] == []
    assert Read(extraction_page([])).data("index")["rows"] == []


def test_an_extraction_has_all_that_its_records_say() -> None:
    read = Read(extraction_page([("paper", extraction(ABSTRACT))]))
    article = read.data("article-0")
    size = article["pairs"][0]
    assert (size["says"], size["output"]["unit"], size["gold"]) == ("12 people treated total", "people", None)
    start, end = size["sentence"]
    assert ABSTRACT[start:end].startswith("Twelve patients were treated")
    columns = {each["name"]: each for each in read.data("index")["labels"][0]["columns"]}
    assert columns["value"]["kind"] == "integer"
    assert "enrolled" in columns["stage"]["choices"]


def test_report_with_gold(tmp_path: Path) -> None:
    done = trialsift("report", "--gold", "raw/gold", "--out", tmp_path / "deep" / "page.html")
    assert (done.returncode, done.stdout) == (0, "")
    assert "<title>Evaluation" in (tmp_path / "deep" / "page.html").read_text("utf-8")


def test_report_without_gold(tmp_path: Path) -> None:
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers" / "one.txt").write_text(ABSTRACT, "utf-8")
    (tmp_path / "papers" / "empty.txt").write_text("", "utf-8")
    (tmp_path / "one.txt").write_text(ABSTRACT, "utf-8")
    done = trialsift("report", tmp_path / "papers", tmp_path / "one.txt", "--out", tmp_path / "page.html")
    assert done.returncode == 1
    assert "empty file" in done.stderr
    first, second = Read((tmp_path / "page.html").read_text("utf-8")).data("index")["articles"]
    assert first == "one"
    assert second.startswith("one~")


@pytest.mark.parametrize(
    "arguments",
    [["report"], ["report", "raw/articles", "--gold", "raw/gold"], ["report", "no such folder"]],
    ids=" ".join,
)
def test_wrong_usage(arguments: list[str]) -> None:
    assert trialsift(*arguments).returncode == 2


def test_gold_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "gold.jsonl").write_text("{}\n")
    done = trialsift("report", "--gold", tmp_path, "--out", tmp_path / "page.html")
    assert done.returncode == 1
    assert "gold.jsonl, line 1" in done.stderr
    assert not (tmp_path / "page.html").exists()
