"""The page in a real browser: filters, keys, decisions and their exports, and text that means harm."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pipeline.evaluate import Compared, Evaluation
from pipeline.interchange import AnnotatedDocument, read_gold, to_json, write_gold
from pipeline.report import extraction_page, page
from tests.test_page import HOSTILE, TEXT, at, compared, evaluation, extraction

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.slow

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
ALONE = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")
ALONE += ("--disable-sync", "--no-first-run")
LETTERED = (
    "Cells at work\n\nAs 𝑃 was low, 𝟒 of us asked: twelve people were treated, fever in 3 people (𝑃 was low, P = 0.03)."
)

Open = Callable[..., "Page"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    assert CHROMIUM, "no Chromium: `make chromium`, or name one in the environment as CHROMIUM"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ALONE))
        yield started
        started.close()


@pytest.fixture
def show(browser: Browser, tmp_path: Path) -> Iterator[Open]:
    """Opens a page from disk, and sees at the end that it loaded nothing, asked nothing and had no errors."""
    troubles: list[str] = []
    contexts = []

    def trouble(kind: str, what: str) -> None:
        troubles.append(f"{kind}: {what}")

    def open_(text: str, **context: Any) -> Page:
        path = tmp_path / "page.html"
        path.write_text(text, "utf-8")
        contexts.append(browser.new_context(**{"viewport": {"width": 1300, "height": 900}, **context}))
        opened = contexts[-1].new_page()
        opened.on("console", lambda said: trouble("console", said.text))
        opened.on("pageerror", lambda error: trouble("error", str(error)))
        opened.on("dialog", lambda dialog: trouble("dialog", dialog.message))
        opened.on("request", lambda asked: asked.url in (path.as_uri(), "") or trouble("request", asked.url))
        opened.goto(path.as_uri())
        opened.wait_for_selector("html[data-ready]")
        return opened

    yield open_
    for each in contexts:
        each.close()
    assert not troubles


@pytest.fixture
def opened(show: Open) -> Page:
    return show(page(three()))


def three() -> Evaluation:
    return evaluation(*(compared(each) for each in ("first", "second", "third")))


def heading(shown: Page) -> str:
    return shown.locator("#list-heading").inner_text()


def says(shown: Page) -> str:
    return shown.locator("#status").inner_text()


def press(shown: Page, keys: str) -> None:
    for key in keys:
        shown.keyboard.press(key)


def export(shown: Page, name: str, folder: Path) -> Path:
    with shown.expect_download() as waiting:
        shown.get_by_role("button", name=name).click()
    path = folder / waiting.value.suggested_filename
    waiting.value.save_as(path)
    return path


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_filters(opened: Page) -> None:
    opened.get_by_role("link", name="Articles", exact=True).click()
    assert heading(opened) == "18 errors"  # six of three documents
    opened.get_by_role("checkbox", name="Sample size").uncheck()
    assert heading(opened) == "12 errors"
    opened.get_by_role("checkbox", name="wrong value").uncheck()
    assert heading(opened) == "9 errors"
    opened.get_by_label("Document", exact=True).fill("SECOND")
    assert heading(opened) == "3 errors"
    assert opened.locator("#article-title").inner_text() == "second"
    opened.get_by_role("combobox", name="Rule").select_option("dose")
    assert heading(opened) == "1 error"
    assert "wrong exponent" in opened.locator(".option").first.inner_text()
    opened.get_by_role("checkbox", name="right", exact=True).check()
    opened.get_by_role("combobox", name="Rule").select_option("event in people")
    assert heading(opened) == "1 error"
    assert opened.locator(".option").first.get_attribute("aria-label") == "right, adverse event “Fever”, in second"


def test_a_number_of_the_overview_leads_to_its_errors(opened: Page) -> None:
    opened.locator("tr", has_text="wrong exponent").get_by_role("link", name="3").click()
    assert heading(opened) == "3 errors"
    assert opened.locator(".mention[aria-current]").first.inner_text().startswith("C5 × 107 cells")


def test_keys(opened: Page) -> None:
    press(opened, "n")
    assert says(opened) == "Wrong attribute, sample size “40”, 1 of 18, in first"
    assert opened.evaluate("document.activeElement.getAttribute('aria-label')") == (
        "Sample size 40; wrong attribute; value 40, stage enrolled, scope total"
    )
    press(opened, "nnnnnn")
    assert says(opened).endswith("7 of 18, in second")
    press(opened, "p")
    assert says(opened) == "Spurious, p value “p = .2”, 6 of 18, in first"
    press(opened, "a")
    assert says(opened).startswith("Accepted: ")
    press(opened, "r")
    assert says(opened).endswith("1 decision.")
    assert opened.locator("#card .made").inner_text() == "Rejected"
    press(opened, "u")
    assert says(opened).startswith("Undone: rejected")
    press(opened, "u")
    assert says(opened) == "There is no decision to undo."
    press(opened, "?")
    assert opened.get_by_role("dialog", name="Keys").is_visible()
    press(opened, "n")
    opened.get_by_label("Single keys").uncheck()
    opened.keyboard.press("Escape")
    before = says(opened)
    press(opened, "nna")
    assert says(opened) == before
    assert opened.locator("#decided").inner_text() == "no decisions yet"


def test_what_is_right_needs_no_decision(opened: Page) -> None:
    opened.get_by_role("link", name="Articles", exact=True).click()
    opened.locator(".mention", has_text="Fever").first.click()
    press(opened, "a")
    assert "nothing to decide" in says(opened)


def test_values_and_rule_show_on_hover_and_on_focus(opened: Page) -> None:
    opened.get_by_role("link", name="Articles", exact=True).click()
    tip = opened.get_by_role("tooltip")
    output = opened.locator(".mention[data-side=output]", has_text="5 × 107 cells")
    for act in (output.hover, output.focus):
        act()
        assert [line for line in tip.inner_text().split("\n") if line] == [
            "Cell dose ·  wrong exponent",
            *("cells", "500\u202f000\u202f000", "Rule: dose"),
        ]
        opened.keyboard.press("Escape")
        assert tip.is_hidden()
        opened.mouse.move(0, 0)


def test_decisions_survive_a_reload(opened: Page) -> None:
    press(opened, "nanr")
    opened.reload()
    opened.wait_for_selector("html[data-ready]")
    assert opened.locator("#decided").inner_text() == "2 decisions"
    opened.get_by_label("Decision").select_option("decided")
    assert heading(opened) == "2 errors"
    press(opened, "n")
    assert opened.locator("#card .made").inner_text() == "Accepted"
    press(opened, "u")
    assert says(opened).startswith("Undone: rejected")


def test_decisions_belong_to_their_page(show: Open) -> None:
    shown = show(page(evaluation()))
    press(shown, "na")
    Path(shown.url.removeprefix("file://").partition("#")[0]).write_text(page(evaluation(compared("another"))), "utf-8")
    shown.reload()
    shown.wait_for_selector("html[data-ready]")
    assert shown.locator("#decided").inner_text() == "no decisions yet"


def test_json_lines_hold_gold_as_it_is_after_the_decisions(opened: Page, tmp_path: Path) -> None:
    press(opened, "nananananana")  # all of the first document
    press(opened, "nr")
    path = export(opened, "Export JSON lines", tmp_path)
    first, second = read_gold(path)
    assert (first.id, second.id, first.text) == ("first", "second", TEXT)
    assert second.annotations == tuple(replace(each, rule="") for each in compared("second").document.annotations)
    accepted = [
        (each.label, each.text, *map(each.values.get, ("value", "cells", "stage"))) for each in first.annotations
    ]
    assert accepted == [
        ("SampleSize", "40", 40, None, "screened"),
        ("CellDose", "5 × 107 cells", None, 500_000_000, None),
        ("PValue", "𝑃 = 0.03", 0.04, None, None),
        ("AdverseEvent", "Fever", None, None, None),
        ("AdverseEvent", "deaths", None, None, None),
        ("PValue", "p = .2", 0.2, None, None),
    ]
    decided = lines(path)[0]["decisions"]
    assert [each["decision"] for each in decided] == ["accepted"] * 6
    missed = next(each for each in decided if each["output"] is None)
    assert missed["gold"] == to_json(compared().document.annotations[1])
    assert lines(path)[1]["decisions"][0]["decision"] == "rejected"


def test_brat_is_as_we_write_it(show: Open, tmp_path: Path) -> None:
    text = "Cells.\n\nWe gave 2 × 10-7 cells to one\nor two people (𝑃 = 10-9), with\r\nfever."
    gold = (
        at(text, "2 × 10-7 cells", "CellDose", cells=2e-7, cells_high=2e21, per="two words", total=True),
        at(text, "one\nor two", "SampleSize", value=2, stage="treated", scope=None),
        at(text, "𝑃 = 10-9", "PValue", comparator="=", value=1e-9),
        at(text, "fever", "AdverseEvent", status="occurred", grade="", percent=12.5),
    )
    document = AnnotatedDocument("a b", text, tuple(replace(each, rule="") for each in gold))
    shown = show(page(evaluation(Compared(document, ()))))
    path = export(shown, "Export brat", tmp_path)
    write_gold([document], tmp_path / "ours", "brat")
    assert path.name == "a_b.ann"
    assert path.read_text("utf-8") == (tmp_path / "ours" / "a_b.ann").read_text("utf-8")


def test_marks_stand_where_the_text_is_that_they_mark(show: Open) -> None:
    gold = (at(LETTERED, "twelve", "SampleSize", value=12), at(LETTERED, "P = 0.03", "PValue", value=0.03))
    nested = (
        at(LETTERED, "fever in 3 people", "AdverseEvent", status="occurred"),
        at(LETTERED, "3", "SampleSize", value=3),
    )
    shown = show(page(evaluation(Compared(AnnotatedDocument("a", LETTERED, gold), nested))))
    shown.get_by_role("link", name="Articles", exact=True).click()
    marked = "node => { const copy = node.cloneNode(true);" + (
        "copy.querySelectorAll('[aria-hidden]').forEach(each => each.remove()); return copy.textContent; }"
    )
    assert [each.evaluate(marked) for each in shown.locator(".mention[data-side=gold]").all()] == ["twelve", "P = 0.03"]
    assert [each.evaluate(marked) for each in shown.locator(".mention[data-side=output]").all()] == [
        "fever in 3 people",
        "3",
    ]


@pytest.mark.parametrize("hostile", [*HOSTILE, "\n".join(HOSTILE)])
def test_text_that_means_harm_is_shown_as_text(hostile: str, show: Open) -> None:
    text = f"{TEXT} The 77 people said {hostile} and nothing else."
    evil = at(text, f"people said {hostile}", "AdverseEvent", hostile, status="occurred", grade=hostile)
    document = compared(hostile, text)
    shown = show(page(evaluation(replace(document, output=(*document.output, evil)))))
    shown.get_by_role("link", name="Articles", exact=True).click()
    shown.get_by_label("Document", exact=True).focus()
    shown.locator("#article-title").focus()
    press(shown, "nnnnnnn")
    assert "".join(hostile.split()) in "".join(shown.locator("#text").inner_text().split()) or "\x00" in hostile
    shown.locator(".mention", has_text="people said").first.hover()
    press(shown, "a")
    shown.get_by_label("Document", exact=True).fill(hostile)
    shown.wait_for_timeout(100)
    assert shown.locator("#text :is(script, img, svg, iframe)").count() == 0


def test_an_extraction_that_means_harm_is_shown_as_text(show: Open) -> None:
    text = "A title\n\n" + " ".join(f"We treated 12 patients with fever {each} (P = 0.03)." for each in HOSTILE)
    shown = show(extraction_page([("<img src=x onerror=alert(1)>", extraction(text))]))
    press(shown, "nncnaan")
    assert "<script>alert(1)</script>" in shown.locator("#text").inner_text()


def test_a_curator_accepts_corrects_and_rejects(show: Open, tmp_path: Path) -> None:
    done = extraction(LETTERED)
    shown = show(extraction_page([("paper", done)]))
    facts = done.facts
    assert [fact.table for fact in facts] == ["sample_size", "adverse_event", "p_value"]
    press(shown, "nc")
    shown.get_by_label("value", exact=True).fill("many")
    shown.get_by_role("button", name="Keep the correction").click()
    assert says(shown) == "value is not a whole number: many"
    shown.get_by_label("value", exact=True).fill("21")
    shown.get_by_role("combobox", name="stage").select_option("")
    shown.get_by_role("button", name="Keep the correction").click()
    assert shown.locator("#card .made").inner_text().startswith("Corrected: value 21")
    press(shown, "nrna")
    written = lines(export(shown, "Export JSON lines", tmp_path))
    assert [each["decision"] for each in written] == ["corrected", "rejected", "accepted"]
    assert [each["corrected"] for each in written] == [{"value": 21, "stage": None}, {}, {}]
    for fact, line in zip(facts, written, strict=True):
        assert (line["article_id"], line["table"], line["text"]) == ("paper", fact.table, fact.mention.text)
        assert line["sentence"] == fact.mention.sentence.text
        assert line["sentence"][line["start"] :].startswith(line["text"])
    press(shown, "u")
    assert says(shown).startswith("Undone: accepted")


def test_a_thousand_articles_open_in_two_seconds(show: Open) -> None:
    more = " ".join(
        f"In week {week} nothing else of note was seen in the shoulders of these people." for week in range(24)
    )
    documents = [compared(f"document {number}", f"{TEXT} {more} It was trial {number}.") for number in range(1000)]
    text = page(evaluation(*documents))
    times = []
    for _ in range(3):
        shown = show(text)
        times.append(int(shown.evaluate("document.documentElement.dataset.ready")))
        before = shown.evaluate("performance.now()")
        shown.evaluate("document.querySelector('#to-review').click()")
        shown.wait_for_selector("#text .mention")
        assert shown.evaluate("performance.now()") - before < 2000
    print(f"{len(text) / 1e6:.1f} MB, ready after {times} ms")
    assert min(times) < 2000
    assert shown.locator(".option").count() < 60
    assert heading(shown) == "6,000 errors"
    shown.locator("#list").focus()
    shown.keyboard.press("End")
    assert shown.locator("#article-title").inner_text() == "document 999"
    assert shown.locator(".option[aria-selected=true]").get_attribute("aria-posinset") == "6000"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("kind", ["evaluation", "extraction"])
def test_a_narrow_screen_needs_no_scrolling_sideways(kind: str, scheme: str, show: Open) -> None:
    text = page(three()) if kind == "evaluation" else extraction_page([("a", extraction(LETTERED))])
    shown = show(text, viewport={"width": 400, "height": 800}, color_scheme=scheme, reduced_motion="reduce")
    wide = "document.documentElement.scrollWidth"
    assert shown.evaluate(wide) == 400
    press(shown, "n" if kind == "evaluation" else "nc")
    assert shown.evaluate(wide) == 400
    ground = shown.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    assert (ground == "rgb(22, 24, 27)") == (scheme == "dark")


def test_landmarks_names_and_order(opened: Page) -> None:
    assert opened.get_by_role("main", name="Overview").is_visible()
    opened.get_by_role("link", name="Articles", exact=True).click()
    assert opened.get_by_role("main", name="Articles").is_visible()
    assert opened.get_by_role("navigation", name="Views").is_visible()
    assert opened.get_by_role("listbox", name="18 errors").is_visible()
    assert opened.get_by_role("article", name="first").is_visible()
    levels = (
        opened.locator("main:visible").locator("h2, h3, h4").evaluate_all("all => all.map(each => +each.tagName[1])")
    )
    assert all(after - before <= 1 for before, after in pairwise(levels))
    unnamed = "all => all.filter(each => !(each.ariaLabel || each.textContent.trim() || each.labels?.length)).length"
    assert opened.locator("button, input, select, a, [role=button]").evaluate_all(unnamed) == 0
