"""PDF and DOCX: the same tables from every producer, what is where on a page, and what cannot be read."""

from __future__ import annotations

import contextlib
import io
import itertools
import time
import zipfile
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import docx
import pandas as pd
import pdfplumber
import pytest
from docx.oxml import parse_xml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.read import ReadError, pdf, read, read_stream
from pipeline.read.docx import read_docx
from pipeline.read.pdf import read_pdf
from pipeline.read.pdf_pages import Glyph, page_lines
from pipeline.read.raised import write_raised
from pipeline.records import Article
from pipeline.run import Extraction, work_on
from pipeline.tables import FACTS, TABLES, frame, tabulate
from tests import pdfs

ROOT = Path(__file__).parents[1]
FILES = Path(__file__).parent / "fixtures"
NAMES = sorted(path.stem for path in (ROOT / "raw" / "articles").glob("*.txt"))
FORMS = ["pdf/latex-{}.pdf", "pdf/chromium-{}.pdf", "pdf/libreoffice-{}.pdf", "pdf/reportlab-{}.pdf", "docx/{}.docx"]

PLACE = {"article_id", "mention", "sentence", "start", "end", "text", "page", "bbox", "decision", "corrected"}
HOW = {"section", "rule", "review", "exponent_source"}
"""What may differ: a true superscript is read by another rule, and with less doubt, than one that was lost."""


def tables_of(article: Article) -> dict[str, pd.DataFrame]:
    result = work_on(article)
    assert isinstance(result, Extraction)
    rows = tabulate(article, result.study_size, result.facts, result.rejected, result.checks)
    return {name: frame(rows.get(name, []), columns) for name, columns in TABLES.items()}


def facts(article: Article) -> dict[str, list[tuple[Any, ...]]]:
    """What the fact tables say, but for places, and how powers and hyphens are printed."""
    tables = tables_of(article)
    assert tables["rejected"].empty
    return {
        name: [
            tuple(cell.replace("^", "").replace("\u2010", "-") if isinstance(cell, str) else cell for cell in row)
            for row in tables[name].drop(columns=[*PLACE, *HOW], errors="ignore").astype(object).fillna("").to_numpy()
        ]
        for name in FACTS
    }


@cache
def facts_of_text(name: str) -> dict[str, list[tuple[Any, ...]]]:
    return facts(article_of(ROOT / "raw" / "articles" / f"{name}.txt"))


def article_of(path: Path) -> Article:
    (article,) = read(path, path.name)
    assert isinstance(article, Article)
    return article


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("form", FORMS, ids=[form.split("-")[0] for form in FORMS])
def test_every_producer_gives_the_tables_of_the_plain_text(form: str, name: str) -> None:
    assert facts(article_of(FILES / form.format(name))) == facts_of_text(name)


@pytest.mark.parametrize("number", [1, 2])
def test_a_book_of_abstracts_is_as_many_articles(number: int) -> None:
    name = ["clonal-marrow-ra-pilot", "cord-blood-ra-five-years"][number - 1]
    found = list(read(FILES / "pdf" / "reportlab-book.pdf", "book.pdf"))
    assert len(found) == 2
    article = found[number - 1]
    assert isinstance(article, Article)
    assert article.id == f"reportlab-book-{number}"
    assert facts(article) == facts_of_text(name)


def sections(article: Article) -> list[str]:
    return [zone.section for zone in article.zones if zone.section != "furniture"]


def own_words(article: Article) -> str:
    pieces = (article.text[zone.start : zone.end] for zone in article.zones if zone.section in {"title", "abstract"})
    return "\n".join(pieces)


@pytest.mark.parametrize(
    "words",
    [
        "Efficient and affordable cells are difficult to find, and the first official offer was a fluid of stiff",
        "In this placebo-controlled and double-blind comparison we randomized 64 patients^3,4 with longstanding",
        "given intravenous infusions of 2.5 × 10^7 CD34+ cells/kg or of 4 × 10^6 cells/m^2. The dose-limiting toxicity",
        "Thrombocytopenia occurred in 5 patients and gastrointestinal discomfort in 12 (18.8%). Interleukin-6 fell",
        "(P = 3×10^−5), and the difference in tenderness was significant (P < 10^−4; R^2 = 0.4)",
        "In 2019 ^12 nobody had seen this; the 1st of June was the last day. Water (H2O) was given to all.",
    ],
    ids=["ligatures", "compounds", "powers", "hyphens", "minus", "marks"],
)
def test_narrow_columns(words: str) -> None:
    assert words in own_words(article_of(FILES / "pdf" / "latex-layout.pdf"))


def test_a_column_beside_the_abstract() -> None:
    article = article_of(FILES / "pdf" / "chromium-sidebar.pdf")
    assert article.title == "Stromal cells for painful knees in people who climb: a randomized trial"
    assert sections(article) == ["title", "background", "methods", "results", "conclusions"]
    (methods,) = (article.text[zone.start : zone.end] for zone in article.zones if zone.section == "methods")
    assert " ".join(methods.split()) == (
        "We enrolled 36 patients and gave 2 × 10^7 stromal cells to 18 of them by injection into the knee, after a "
        "first visit at which everyone was examined by someone who did not know the group."
    )


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ("chromium-sidebar", "17 patients of other studies"),
        ("chromium-sidebar", "Journal of Invented Joint Medicine"),
        ("latex-layout", "Cells by the Narrow Way"),
        ("latex-layout", "I. Varnholt and others"),
        ("latex-layout", "Correspondence: Harbour"),
        ("latex-layout", "119"),
        ("reportlab-numbered", "1 2 3 4 5 6 7 8"),
        ("reportlab-cord-blood-ra-phase1", "Downloaded from abstracts.naf.example"),
        ("reportlab-cord-blood-ra-phase1", "Hall B, level 2"),
        ("libreoffice-cord-blood-ra-phase1", "Manuscript JICT-2024-0118"),
        ("chromium-cord-blood-ra-phase1", "file:///"),
    ],
)
def test_furniture_is_there_and_not_read(file: str, words: str) -> None:
    article = article_of(FILES / "pdf" / f"{file}.pdf")
    place = article.text.index(words)
    (zone,) = (zone for zone in article.zones if zone.start <= place < zone.end)
    assert zone.section in {"furniture", "references"}


def test_the_body_is_read_when_asked_for() -> None:
    data = (FILES / "pdf" / "latex-cord-blood-ra-phase1.pdf").read_bytes()
    (abstract,) = read_pdf(data, "a.pdf", "a")
    (whole,) = read_pdf(data, "a.pdf", "a", full_text=True)
    assert isinstance(abstract, Article)
    assert isinstance(whole, Article)
    assert whole.text == abstract.text
    assert set(sections(abstract)) == {"title", "abstract", "references"}
    assert set(sections(whole)) == {"title", "abstract", "background", "methods", "conclusions", "references"}
    cells = [fact[0] for fact in facts(whole)["cell_dose"]]
    assert 3_000_000 in cells  # of the introduction
    assert 2_000_000 not in cells  # of a reference


@pytest.mark.parametrize("producer", ["latex", "chromium", "libreoffice", "reportlab"])
def test_each_mention_is_where_its_box_says(producer: str) -> None:
    path = FILES / "pdf" / f"{producer}-cord-blood-ra-phase1.pdf"
    extraction = work_on(article_of(path))
    assert isinstance(extraction, Extraction)
    with pdfplumber.open(path) as opened:
        for fact in extraction.facts:
            page, box = extraction.article.printed_at(fact.mention.start, fact.mention.end)
            assert page == 1
            printed = opened.pages[page - 1].crop(tuple(map(float, box.split())), strict=False).extract_text()
            for word in fact.mention.text.replace("^", "").split():
                assert word[:2] in printed


def test_page_and_box_are_columns_and_empty_for_text() -> None:
    paged, plain = (
        tables_of(article_of(path))["sample_size"]
        for path in (FILES / "pdf" / "latex-layout.pdf", ROOT / "raw" / "articles" / f"{NAMES[0]}.txt")
    )
    row = paged[paged["text"] == "64"].iloc[0]
    assert row["page"] == 1
    x0, top, x1, bottom = map(float, row["bbox"].split())
    assert 56 < x0 < x1 < 279
    assert 0 < bottom - top < 12
    assert plain["page"].isna().all()
    assert plain["bbox"].isna().all()


def test_standard_input() -> None:
    (article,) = read_stream((FILES / "pdf" / "latex-layout.pdf").read_bytes())
    assert isinstance(article, Article)
    assert (article.id, article.format) == ("-", "pdf")


@pytest.mark.parametrize(
    ("before", "mark", "written"),
    [
        ("10", "7", "10^7"),
        ("×10", "−5", "×10^−5"),
        ("m", "2", "m^2"),
        ("kg", "−1", "kg^−1"),
        ("45", "12", "45 ^12"),
        ("110", "7", "110 ^7"),
        ("10", "7,8", "10 ^7,8"),
        ("arthritis", "4", "arthritis^4"),
        ("arthritis.", "4", "arthritis. ^4"),
        ("0.05", "a", "0.05 ^a"),
        ("CD34", "+", "CD34+"),
        ("Ca", "2+", "Ca2+"),
        ("7", "th", "7th"),
        ("0.04", "*", "0.04*"),
    ],
)
def test_raised(before: str, mark: str, written: str) -> None:
    assert before + write_raised(before, mark)[0] == written


def text_of(*lines: str) -> str:
    """The text of a page with these lines, each as long as it can be."""
    (article,) = read_pdf(pdfs.paper(pdfs.shown(*lines)), "a.pdf", "a")
    assert isinstance(article, Article)
    return article.text


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        (["the many sorts of arthri-", "tis that people are ill with"], "of arthritis that"),
        (["the people with no dose-", "limiting toxicity in the year"], "no dose-limiting toxicity"),
        (["a patient-reported scale; then patient-", "reported outcomes of all people"], "then patient-reported"),
        (["and the outpatients then were out-", "patients for another year or so"], "were outpatients for"),
        (["the level of the cytokine IL-", "6 in the blood of the people"], "cytokine IL-6 in"),
        (["the count of every patient's T-", "cells in the blood of the people"], "patient's T-cells in"),
        (["as seen by Baeklund and by Osei-", "Lund in the blood of the people"], "by Osei-Lund in"),
        (["the people were mostly aged 18–", "64 years when they had the cells"], "aged 18–64 years"),
        (["the people were mostly old –", "64 years when they had the cells"], "old – 64 years"),
        (["see https://papers.example/one/", "two.html for the tables of all"], "example/one/two.html for"),
    ],
)
def test_words_broken_over_lines(lines: list[str], text: str) -> None:
    assert text in text_of(*lines)


def two_columns(*, gap: float = 20) -> bytes:
    left = [f"left column says in line {letter}" for letter in "ABCDEFGH"]
    right = [f"right column says in line {letter}" for letter in "ABCDEFGH"]
    parts = [
        b"BT /F1 10 Tf 50 760 Td (A wide line that crosses both of the columns, as an abstract does above them.) Tj ET"
    ]
    # Row by row, as some producers write: the order of drawing is not the order of reading.
    for row, (one, other) in enumerate(zip(left, right, strict=True)):
        y = 700 - 12 * row
        parts.append(b"BT /F1 10 Tf 50 %d Td (%s) Tj ET" % (y, one.encode()))
        parts.append(b"BT /F1 10 Tf %.1f %d Td (%s) Tj ET" % (165 + gap, y, other.encode()))
    return pdfs.paper(b"\n".join(parts))


@pytest.mark.parametrize("gap", [10, 20, 100])
def test_columns_are_read_one_after_the_other(gap: float) -> None:
    (article,) = read_pdf(two_columns(gap=gap), "a.pdf", "a")
    assert isinstance(article, Article)
    words = article.text.split()
    assert [word for word in words if word in {"wide", "left", "right"}] == ["wide", *["left"] * 8, *["right"] * 8]


def test_a_letter_has_no_abstract() -> None:
    title = b"BT /F1 18 Tf 50 790 Td (Stromal cells for the knees of people who climb) Tj ET "
    (article,) = read_pdf(
        pdfs.paper(*[title + pdfs.shown(*[pdfs.SENTENCE] * 50), *[pdfs.shown(*[pdfs.SENTENCE] * 50)] * 2]), "a.pdf", "a"
    )
    assert isinstance(article, Article)
    assert sections(article) == ["title"]


LINE = pdfs.shown(pdfs.SENTENCE)


CROWD = b"BT /F1 9 Tf " + b"(xxxxxxxxxx) Tj " * 7000 + b"ET"
"""Content of more letters than a page has."""


def refused(data: bytes, reader: Callable[..., Any] = read_pdf) -> tuple[str, str]:
    with pytest.raises(ReadError) as error:
        list(reader(data, "bad", "bad"))
    return error.value.reason, error.value.place


def latex_file() -> bytes:
    return (FILES / "pdf" / "latex-layout.pdf").read_bytes()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (pdfs.scan(), "no text: a scan, to be put through text recognition first"),
        ((FILES / "pdf" / "password.pdf").read_bytes(), "protected by a password"),
        (b"%PDF-1.7\n" + bytes(range(256)) * 100 + b"%%EOF", "damaged: PDFSyntaxError"),
        (b"%PDF-1.7\n", "damaged"),
        (latex_file()[: len(latex_file()) // 2], "damaged"),
        (pdfs.looping_pages(), "damaged: 2 of 2 pages are missing"),
        (pdfs.deep_arrays(), "damaged"),
        (pdfs.form_in_itself(), "no text"),
    ],
    ids=["scan", "password", "noise", "nothing", "half", "loop", "deep", "form in itself"],
)
def test_a_pdf_that_cannot_be_read(data: bytes, reason: str) -> None:
    assert reason in refused(data)[0]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (lambda: pdfs.bomb(1000), "takes too much memory"),
        (pdfs.endless_widths, "takes too much memory"),
        (lambda: pdfs.nested_forms(40), "takes too long"),
        (lambda: pdfs.paper(CROWD), "more than 60,000 characters on a page"),
    ],
    ids=["unpacks to gigabytes", "endless widths", "forms in forms", "letters"],
)
def test_a_pdf_that_would_take_all_there_is(
    monkeypatch: pytest.MonkeyPatch, data: Callable[[], bytes], reason: str
) -> None:
    monkeypatch.setattr(pdf, "MEMORY", 600_000_000)
    monkeypatch.setattr(pdf, "SECONDS", 4.0)
    assert refused(data()) == (reason, "page 1")


def test_a_page_that_cannot_be_read_is_named_and_those_before_it_are_read() -> None:
    article, error = read_pdf(pdfs.paper(LINE, LINE.replace(b"twelve", b"eleven"), CROWD, LINE), "a.pdf", "a")
    assert isinstance(article, Article)
    assert "eleven" in article.text
    assert isinstance(error, ReadError)
    assert error.place == "page 3"


def test_pages_that_the_file_lacks_are_missed() -> None:
    whole = pdfs.paper(LINE).replace(b"/Count 1", b"/Count 3")
    article, error = read_pdf(whole, "a.pdf", "a")
    assert isinstance(article, Article)
    assert isinstance(error, ReadError)
    assert (error.reason, error.place) == ("damaged: 2 of 3 pages are missing", "page 2")


def test_an_end_that_is_missing_is_missed() -> None:
    article, error = read_pdf(pdfs.paper(LINE).replace(b"%%EOF", b""), "a.pdf", "a")
    assert isinstance(article, Article)
    assert isinstance(error, ReadError)
    assert error.reason == "damaged: the end of the file is missing"


def test_a_password_that_only_forbids_changes() -> None:
    (article,) = read(FILES / "pdf" / "owner-password.pdf", "a.pdf")
    assert isinstance(article, Article)
    assert article.text == article_of(FILES / "pdf" / "latex-layout.pdf").text


def many_pages(count: int) -> bytes:
    letters = "abcdefghijklm"
    names = ["".join(name) for name in itertools.islice(itertools.product(letters, repeat=3), count)]
    return pdfs.paper(*(pdfs.shown(*(f"Words {name} {row}" for row in letters)) for name in names))


def test_pages_beyond_the_limit_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "PAGES", 4)
    article, error = read_pdf(many_pages(9), "a.pdf", "a")
    assert isinstance(article, Article)
    assert "Words aad m" in article.text
    assert "Words aae" not in article.text
    assert isinstance(error, ReadError)
    assert (error.reason, error.place) == ("only the first 4 of 9 pages are read", "page 5")


@pytest.mark.slow
def test_two_thousand_pages() -> None:
    start = time.perf_counter()
    article, error = read_pdf(many_pages(2000), "a.pdf", "a")
    assert isinstance(article, Article)
    assert isinstance(error, ReadError)
    assert error.place == "page 301"
    assert time.perf_counter() - start < 120


WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
MATH = "http://schemas.openxmlformats.org/officeDocument/2006/math"


def document_of(*paragraphs: str, body: str = "") -> bytes:
    """A DOCX file with these paragraphs (inner XML), then other elements of a body."""
    document = docx.Document()
    for inner in [*(f"<w:p>{each}</w:p>" for each in paragraphs), *([body] if body else [])]:
        element = parse_xml(f'<w:body xmlns:w="{WORD}" xmlns:m="{MATH}">{inner}</w:body>')
        for child in element:
            document.element.body.append(child)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def run(text: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


UP = '<w:vertAlign w:val="superscript"/>'


@pytest.mark.parametrize(
    ("inner", "text"),
    [
        (run("2 × 10") + run("7", UP) + run(" cells"), "2 × 10^7 cells"),
        (run("P = 10") + run("−", UP) + run("5", UP), "P = 10^−5"),
        (run("2 × 10") + run("7", '<w:position w:val="6"/>'), "2 × 10^7"),
        (run("H") + run("2", '<w:vertAlign w:val="subscript"/>') + run("O"), "H2O"),
        (run("45") + run("12 ", UP) + run("patients"), "45 ^12 patients"),
        (f"<w:ins>{run('twelve')}</w:ins><w:del>{run('nine')}</w:del>{run(' people')}", "twelve people"),
        (f"<w:sdt><w:sdtContent>{run('in a box')}</w:sdtContent></w:sdt>", "in a box"),
        (f"<w:hyperlink>{run('linked')}</w:hyperlink>", "linked"),
        (
            "<m:oMath><m:r><m:t>2×</m:t></m:r><m:sSup><m:e><m:r><m:t>10</m:t></m:r></m:e>"
            "<m:sup><m:r><m:t>6</m:t></m:r></m:sup></m:sSup></m:oMath>",
            "2×10^6",
        ),
        (run("P ") + '<w:r><w:sym w:font="Symbol" w:char="F0A3"/></w:r>' + run(" 0.05"), "P ≤ 0.05"),
        ("<w:r><w:t>dose</w:t><w:noBreakHyphen/><w:t>limiting</w:t></w:r>", "dose-limiting"),
    ],
    ids=["power", "minus", "position", "lowered", "mark", "tracked", "control", "link", "equation", "symbol", "hyphen"],
)
def test_docx(inner: str, text: str) -> None:
    (article,) = read_docx(document_of(inner), "a.docx", "a")
    assert isinstance(article, Article)
    assert article.text == text


def test_docx_tables_and_controls_in_order() -> None:
    cell = "<w:tc><w:p>{}</w:p></w:tc>"
    body = (
        f"<w:sdt><w:sdtContent><w:p>{run('before')}</w:p></w:sdtContent></w:sdt>"
        f"<w:tbl><w:tr>{cell.format(run('fever'))}{cell.format(run('7 (15%)'))}</w:tr></w:tbl><w:p>{run('after')}</w:p>"
    )
    (article,) = read_docx(document_of(body=body), "a.docx", "a")
    assert isinstance(article, Article)
    assert article.text == "before\n\nfever\t7 (15%)\n\nafter"


def zip_of(parts: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in parts.items():
            package.writestr(name, data)
    return stream.getvalue()


def docx_with(document: bytes) -> bytes:
    """A real DOCX file, its main part another."""
    source = zipfile.ZipFile(FILES / "docx" / "cord-blood-ra-phase1.docx")
    parts = {each: source.read(each) for each in source.namelist()}
    parts["word/document.xml"] = document
    return zip_of(parts)


ENTITIES = b"".join(b'<!ENTITY e%d "%s">' % (level, b"&e%d;" % (level - 1) * 10) for level in range(1, 12))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (lambda: document_of(), "no text"),
        (lambda: zip_of({"word/document.xml": b"<a/>"}), "damaged: "),
        (lambda: (FILES / "docx" / "cord-blood-ra-phase1.docx").read_bytes()[:9000], "damaged: BadZipFile"),
        (lambda: docx_with(bytes(120_000_000)), "larger than 100,000,000 bytes once unpacked"),
        (lambda: docx_with(b"<a>" * 200_000), "damaged: XMLSyntaxError"),
        (lambda: docx_with(b'<!DOCTYPE a [<!ENTITY e0 "ha">' + ENTITIES + b"]><a>&e11;</a>"), "damaged: "),
    ],
    ids=["empty", "no document", "truncated", "bomb", "deep", "entities"],
)
def test_a_docx_that_cannot_be_read(data: Callable[[], bytes], reason: str) -> None:
    start = time.perf_counter()
    assert refused(data(), read_docx)[0].startswith(reason)
    assert time.perf_counter() - start < 20


NUMBERS = st.floats(-500, 1500, allow_nan=False)
GLYPHS = st.builds(
    lambda text, x, width, y, size, spaced: Glyph(text, x, x + width, y, size, "F", spaced),
    st.sampled_from(["a", "B", "10", "7", "fi", ".", "-"]),
    NUMBERS,
    st.floats(0.1, 20),
    NUMBERS,
    st.floats(0.1, 40),
    st.booleans(),
)


@given(st.lists(GLYPHS, max_size=60))
def test_no_glyph_is_lost_or_doubled(glyphs: list[Glyph]) -> None:
    page = page_lines(glyphs, [])
    printed = Counter("".join(page["margins"]).replace(" ", ""))
    for line in page["lines"]:
        for word in line[7]:
            printed.update("".join(word[2:]))
    assert printed == Counter("".join(glyph.text for glyph in glyphs))


REAL = [
    (FILES / "pdf" / f"{name}.pdf").read_bytes()
    for name in ("latex-layout", "libreoffice-cord-blood-ra-phase1", "password")
]
PLAIN = [two_columns(gap=20), pdfs.nested_forms(3), pdfs.paper(*[pdfs.shown(*[pdfs.SENTENCE] * 9)] * 3)]
"""Files that are not packed, so that a change reaches what they draw."""

CHANGES = st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.binary(max_size=12), st.integers(0, 40)), max_size=8)


def changed(data: bytes, changes: list[tuple[float, bytes, int]]) -> bytes:
    """The file with some of its bytes replaced."""
    for place, new, length in changes:
        start = int(place * len(data))
        data = data[:start] + new + data[start + length :]
    return data


def check_reader(reader: Callable[..., Any], data: bytes) -> None:
    start = time.perf_counter()
    with contextlib.suppress(ReadError):
        for each in reader(data, "mutant", "mutant"):
            if isinstance(each, Article):
                assert [zone.start for zone in each.zones] == sorted(zone.start for zone in each.zones)
                assert isinstance(work_on(each), Extraction)
    assert time.perf_counter() - start < 60


@pytest.mark.slow
@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from([*REAL, *PLAIN]), CHANGES)
def test_mutated_pdf(data: bytes, changes: list[tuple[float, bytes, int]]) -> None:
    check_reader(read_pdf, changed(data, changes))


@pytest.mark.slow
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(CHANGES)
def test_mutated_docx_package(changes: list[tuple[float, bytes, int]]) -> None:
    check_reader(read_docx, changed((FILES / "docx" / "cord-blood-ra-phase1.docx").read_bytes(), changes))


@pytest.mark.slow
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(CHANGES)
def test_mutated_docx_document(changes: list[tuple[float, bytes, int]]) -> None:
    document = zipfile.ZipFile(FILES / "docx" / "cord-blood-ra-phase1.docx").read("word/document.xml")
    check_reader(read_docx, docx_with(changed(document, changes)))
