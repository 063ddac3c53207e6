"""The same five articles in every format give the same facts, and each format's own ways are read."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Iterator
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from pipeline.read import Options, ReadError, read, read_stream
from pipeline.records import Article
from pipeline.run import Extraction, work_on
from tests.fixtures import make

FIXTURES = Path(make.__file__).parent
RAW = sorted(make.RAW.glob("*.txt"))
PAPERS = make.papers()

FORMATS = {
    "pubmed": "markup",
    "jats": "markup",
    "bioc.json": "explicit",
    "bioc.xml": "markup",
    "endnote": "markup",
    "html": "markup",
    "ris": "markup",
    "tsv": "markup",
    "xlsx": "markup",
    "bibtex": "markup",
    "medline": "explicit",
    "csv": "explicit",
}
"""Folders of fixtures, and what is said of an exponent that their files raise, or print as `10^7`."""

FILES = sorted(
    path for name in FORMATS for path in (FIXTURES / name.split(".")[0]).glob(f"*.{name.partition('.')[2] or '*'}")
)
WHOLE = [path for path in FILES if path.stem == "five"]


def articles(path: Path, options: Options | None = None) -> list[Article]:
    results = list(read(path, path.name, options))
    assert [result.reason for result in results if isinstance(result, ReadError)] == []
    return [result for result in results if isinstance(result, Article)]


def facts(article: Article) -> list[tuple[str, dict[str, Any]]]:
    """What is found in an article, but for where."""
    extraction = work_on(article)
    assert isinstance(extraction, Extraction), extraction
    assert extraction.rejected == []
    return [
        (each.table, {**asdict(each.record), "text": each.mention.text, "section": each.mention.sentence.section,
                      "sentence": each.mention.sentence.text, "rule": each.mention.rule, "review": each.review})
        for each in extraction.facts
    ]  # fmt: skip


@cache
def plain_facts() -> list[list[tuple[str, dict[str, Any]]]]:
    """What is found in the five as plain text that lost no exponent."""
    return [facts(article) for path in sorted((FIXTURES / "text").iterdir()) for article in articles(path)]


def by_format() -> Iterator[Any]:
    for name in FORMATS:
        folder, _, suffix = name.partition(".")
        paths = [path for path in FILES if path.parent.name == folder and path.suffix.endswith(suffix)]
        yield pytest.param(paths, FORMATS[name], id=name)


@pytest.mark.parametrize(("paths", "source"), list(by_format()))
def test_every_format_gives_the_tables_of_the_plain_text(paths: list[Path], source: str) -> None:
    expected = [
        [(table, row | ({"exponent_source": source} if row.get("exponent_source") else {})) for table, row in article]
        for article in plain_facts()
    ]
    assert [facts(article) for path in paths for article in articles(path)] == expected


@pytest.mark.parametrize("number", range(len(RAW)))
def test_the_plain_text_gives_what_the_page_it_is_from_does(number: int) -> None:
    def values(found: list[tuple[str, dict[str, Any]]]) -> list[tuple[str, dict[str, Any]]]:
        aside = ("text", "sentence", "rule", "review", "exponent_source", "group")
        return [(table, {name: value for name, value in row.items() if name not in aside}) for table, row in found]

    (page,) = articles(RAW[number])
    assert values(plain_facts()[number]) == values(facts(page))


def test_the_fixtures_are_what_their_script_writes() -> None:
    for name, render in make.WHOLE.items():
        assert (FIXTURES / name).read_bytes().decode() == render(PAPERS), name
    for name, render_one in make.EACH.items():
        for paper in PAPERS:
            assert (FIXTURES / name.format(paper.stem)).read_bytes().decode() == render_one(paper), name


@pytest.mark.parametrize("path", WHOLE, ids=lambda path: f"{path.parent.name}{path.suffix}")
def test_what_is_known_of_a_record(path: Path) -> None:
    found = articles(path)
    assert [article.pmid for article in found] == [paper.pmid for paper in PAPERS]
    assert [article.id for article in found] == [paper.pmid for paper in PAPERS]
    assert [article.doi for article in found] == [paper.doi for paper in PAPERS]
    assert {(article.journal, article.year, article.language) for article in found} == {(make.JOURNAL, 2023, "en")}
    assert [article.title for article in found] == [paper.title for paper in PAPERS]
    if path.parent.name in ("pubmed", "medline"):
        assert {article.publication_types for article in found} == {("Journal Article", "Randomized Controlled Trial")}
        assert [article.registry_ids[0] for article in found] == [f"NCT9910000{n}" for n in range(5)]
    if path.parent.name in ("pubmed", "medline", "bioc", "ris"):
        assert [article.pmcid for article in found] == [f"PMC991000{n}" for n in range(5)]


@pytest.mark.parametrize("folder", ["jats", "html"])
def test_what_is_known_of_a_file(folder: str) -> None:
    for paper in PAPERS:
        (article,) = articles(next((FIXTURES / folder).glob(f"{paper.stem}.*")))
        assert (article.pmid, article.doi, article.year) == (paper.pmid, paper.doi, 2023)
        assert (article.journal, article.language, article.title) == (make.JOURNAL, "en", paper.title)
        assert article.id == (paper.pmid if folder == "jats" else paper.stem)


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_raised_spans_are_exponents_behind_their_sign(path: Path) -> None:
    for article in articles(path):
        for start, end in article.raised:
            assert article.text[start - 1] == "^"
            assert article.text[start:end].strip()
        starts = [zone.start for zone in article.zones]
        assert starts == sorted(starts)
        assert all(zone.start < zone.end <= len(article.text) for zone in article.zones)


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_packed_files_and_wrong_names_are_read_alike(path: Path, tmp_path: Path) -> None:
    expected = [article.text for article in articles(path)]
    (tmp_path / "packed.gz").write_bytes(gzip.compress(path.read_bytes()))
    with zipfile.ZipFile(tmp_path / "packed.zip", "w") as archive:
        archive.writestr("folder/one", path.read_bytes())
    (tmp_path / "no name").write_bytes(path.read_bytes())
    for name in ("packed.gz", "packed.zip", "no name"):
        if name == "packed.gz" and path.suffix == ".xlsx":
            continue
        found = articles(tmp_path / name)
        assert [article.text for article in found] == expected, name
        assert found[0].file == ("packed.zip/folder/one" if name == "packed.zip" else name)
    assert [each.text for each in read_stream(path.read_bytes()) if isinstance(each, Article)] == expected


def one(text: str | bytes, name: str, folder: Path, options: Options | None = None) -> Article:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    (article,) = articles(path, options)
    return article


def sections(article: Article) -> list[tuple[str, str]]:
    """The zones that are read, with their words."""
    return [
        (zone.section, article.text[zone.start : zone.end].strip())
        for zone in article.zones
        if zone.section not in ("furniture", "references")
    ]


def pubmed(inside: str, more: str = "") -> str:
    return (
        '<?xml version="1.0"?><PubmedArticleSet><PubmedArticle><MedlineCitation><PMID Version="1">5</PMID>'
        f"<Article>{inside}</Article>{more}</MedlineCitation></PubmedArticle></PubmedArticleSet>"
    )


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("2 × 10<sup>7</sup> cells", "2 × 10^7 cells"),
        ("2 × 10 <sup>7</sup> cells", "2 × 10^7 cells"),
        ("10<sup>-</sup><sup>7</sup>", "10^-7"),
        ("10<sup><i>7</i></sup>", "10^7"),
        ("10<sup>7 </sup>cells", "10^7 cells"),
        ("10^<sup>7</sup>", "10^7"),
        ("CD34<sup>+</sup> cells", "CD34+ cells"),
        ("CD25<sup>high</sup> T cells", "CD25high T cells"),
        ("the 1<sup>st</sup> day of Xyz<sup>®</sup>", "the 1st day of Xyz®"),
        ("cells/m<sup>2</sup>", "cells/m^2"),
        ("Ca<sup>2+</sup>", "Ca2+"),
        ("in 45<sup>12</sup> patients", "in 45 ^12 patients"),
        ("H<sub>2</sub>O and VO<sub>2</sub>max", "H2O and VO2max"),
        ("fever<sup>a</sup> in 3", "fever^a in 3"),
        ("a &lt; b &amp; &alpha;", "a < b & α"),
        ("<b>bold</b>\n  <i>and</i>   more", "bold and more"),
        (
            '<mml:math xmlns:mml="http://www.w3.org/1998/Math/MathML"> <mml:mn>2</mml:mn> <mml:mo>×</mml:mo>\n'
            "<mml:msup> <mml:mn>10</mml:mn> <mml:mn>6</mml:mn> </mml:msup></mml:math> cells",
            "2×10^6 cells",
        ),
    ],
)
def test_superscripts(markup: str, text: str, tmp_path: Path) -> None:
    record = pubmed(f"<ArticleTitle>T</ArticleTitle><Abstract><AbstractText>{markup}</AbstractText></Abstract>")
    assert one(record, "x.xml", tmp_path).text == f"T\n\n{text}"


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("in 45 patients<xref ref-type='bibr'><sup>12</sup></xref>", "in 45 patients[12]"),
        ("in 45<sup><xref ref-type='bibr'>12</xref>,<xref ref-type='bibr'>13</xref></sup>", "in 45[12,13]"),
        ("see <xref ref-type='fig'>Figure 1</xref>", "see Figure 1"),
        ("10<sup>7</sup><inline-formula><tex-math>10^7</tex-math></inline-formula>", "10^7"),
    ],
)
def test_references_are_no_exponents(markup: str, text: str, tmp_path: Path) -> None:
    article = f"<article><front><article-meta><abstract><p>{markup}</p></abstract></article-meta></front></article>"
    assert one(article, "x.nxml", tmp_path).text == text


def test_sections_of_pubmed(tmp_path: Path) -> None:
    parts = (
        '<AbstractText Label="WHY" NlmCategory="OBJECTIVE">To see.</AbstractText>'
        '<AbstractText Label="FINDINGS">Good.</AbstractText>'
        '<AbstractText Label="FUNDING">Nobody paid 5 patients.</AbstractText>'
        '<AbstractText Label="UNLABELLED" NlmCategory="UNASSIGNED">METHODS: We gave. CONCLUSION: Fine.</AbstractText>'
    )
    article = one(pubmed(f"<ArticleTitle>T</ArticleTitle><Abstract>{parts}</Abstract>"), "x.xml", tmp_path)
    assert sections(article) == [
        ("title", "T"), ("background", "To see."), ("results", "Good."), ("methods", "We gave."),
        ("conclusions", "Fine."),
    ]  # fmt: skip
    assert article.text.startswith("T\n\nWHY: To see.\n\nFINDINGS: Good.\n\n")


@pytest.mark.parametrize(
    ("reference", "status"),
    [
        ("RetractionIn", "retracted"),
        ("RetractionOf", "retraction notice"),
        ("ErratumIn", "corrected"),
        ("ErratumFor", "correction"),
        ("ExpressionOfConcernIn", "expression of concern"),
        ("CommentIn", ""),
    ],
)
def test_record_status(reference: str, status: str, tmp_path: Path) -> None:
    more = (
        f'<CommentsCorrectionsList><CommentsCorrections RefType="{reference}"><RefSource>J</RefSource>'
        "<PMID>6</PMID></CommentsCorrections></CommentsCorrectionsList>"
    )
    article = one(pubmed("<ArticleTitle>T</ArticleTitle>", more), "x.xml", tmp_path)
    assert (article.record_status, article.pmid) == (status, "5")


def test_update_files_delete(tmp_path: Path) -> None:
    path = tmp_path / "update.xml"
    path.write_text(
        '<PubmedArticleSet><PubmedArticle><MedlineCitation><PMID Version="2">7</PMID><Article><ArticleTitle>T'
        '</ArticleTitle></Article></MedlineCitation></PubmedArticle><DeleteCitation><PMID Version="1">8</PMID>'
        "<PMID>9</PMID></DeleteCitation></PubmedArticleSet>"
    )
    found = [(each.id, each.pmid, each.record_status, each.text) for each in articles(path)]
    assert found == [("7.2", "7", "", "T"), ("8", "8", "deleted", ""), ("9", "9", "deleted", "")]


def test_a_record_without_an_abstract_is_an_article(tmp_path: Path) -> None:
    article = one(pubmed("<ArticleTitle>Only a title here.</ArticleTitle>"), "x.xml", tmp_path)
    extraction = work_on(article)
    assert isinstance(extraction, Extraction)
    assert (article.text, extraction.facts) == ("Only a title here.", [])


@pytest.mark.parametrize(
    "path", [FIXTURES / "jats" / f"{PAPERS[0].stem}.nxml", *(FIXTURES / "bioc").iterdir()], ids=str
)
def test_full_text_on_request_only(path: Path) -> None:
    without = articles(path)[0]
    article = articles(path, Options(full_text=True))[0]
    assert article.text.startswith(without.text)
    found = [(table, row["text"], row["section"]) for table, row in facts(article)]
    more = [
        each for each in found if each not in [(table, row["text"], row["section"]) for table, row in facts(without)]
    ]
    assert ("sample_size", "31", "results") in more
    assert "77 patients" not in article.text
    if path.suffix == ".nxml":
        assert ("cell_dose", "3×10^6 cells/kg", "results") in more
        assert ("cell_dose", "4 × 10^5 cells", "results") in more
        assert "analyzed[1] after" in article.text
        assert "Pain | 4 × 10^5 cells | P = .0456" in article.text


def test_columns_are_said(tmp_path: Path) -> None:
    path = tmp_path / "sift.csv"
    path.write_text("Titel;Zusammenfassung;doi\nAbout knees;We treated 12 patients.;10.5555/x\n", "utf-8")
    with pytest.raises(ReadError, match="--columns abstract=NAME"):
        list(read(path, "sift.csv"))
    (article,) = articles(path, Options(columns={"title": "Titel", "abstract": "zusammenfassung"}))
    assert (article.text, article.doi, article.format) == ("About knees\n\nWe treated 12 patients.", "10.5555/x", "csv")
    with pytest.raises(ReadError, match="no column 'Bericht'"):
        list(read(path, "sift.csv", Options(columns={"abstract": "Bericht"})))


def test_rows_without_identifiers_are_numbered(tmp_path: Path) -> None:
    path = tmp_path / "my list.csv"
    path.write_text("title,abstract\nA,One.\n\nB,Two.\n", "utf-8")
    assert [each.id for each in articles(path)] == ["my_list-2", "my_list-4"]


def test_long_identifiers_can_still_be_file_names(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text(f"id,title,abstract\n{'é/' * 500},A,One.\n", "utf-8")
    (article,) = articles(tmp_path / "x.csv")
    assert len(article.id.encode()) <= 150
    assert article.id.startswith("x-é_é_é")


PAGE = (
    "<html><head><style>.up{vertical-align:super} .off{display:none} .off.on{display:block}</style></head><body>"
    "<h1>Cells for knees, an open trial in people who ski a lot</h1><div class='abstract'>%s</div></body></html>"
)
FILLER = " and what else was said of it in so many words that it is as long as abstracts are" * 3


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("10<sup>7</sup>", "10^7"),
        ("10<span class=up>7</span>", "10^7"),
        ("10<span style='vertical-align:super'>7</span>", "10^7"),
        ("10<span style='vertical-align:baseline'>7</span>", "107"),
        ("in 45<sup><a href='#r12'>12</a></sup>", "in 45[12]"),
        ("in 45<a href='#r12'><sup>12</sup></a>", "in 45[12]"),
        ("seen<script>var x = 5;</script>", "seen"),
        ("seen<span class=off>not</span>", "seen"),
        ("seen<span class='off on'> too</span>", "seen\ntoo"),
        ("seen<span hidden>not</span><span style='display: none'>not</span><!-- not -->", "seen"),
        ("10<math><msup><mn>4</mn><mn>2</mn></msup></math>", "104 ^2"),
        ("P &lt; .05&nbsp;here", "P < .05\u00a0here"),
    ],
)
def test_what_is_seen_of_a_page(markup: str, text: str, tmp_path: Path) -> None:
    article = one(PAGE % f"<p>{markup} {FILLER}</p>", "x.html", tmp_path)
    (_, found) = sections(article)[1]
    assert found.startswith(text.replace("\n", " "))
    assert sections(article)[0] == ("title", "Cells for knees, an open trial in people who ski a lot")


SEEN = f"We saw 12 patients{FILLER}."


@pytest.mark.parametrize(
    "body",
    [
        f"<div class='Abstracts'><div class='abstract graphical'><p>9 {SEEN}</p></div>"
        f"<div class='abstract author'><h2>Abstract</h2><p>{SEEN}</p></div></div>",
        f"<div class='hlFld-Abstract'><h2 class='abstract-title'>Abstract</h2><p>{SEEN}</p>"
        "<div class='keywords'>Keywords: 9 patients</div></div>",
        f"<ul><li class='abstract-link'>Abstract</li></ul><section id='Abs1' class='abstract'><p>{SEEN}</p></section>"
        f"<section class='similar-articles'><div class='abstract'>9 {SEEN}</div></section>",
        f"<h2>Abstract</h2><p>{SEEN}</p><h2>References</h2><p>9 {SEEN}</p>",
    ],
    ids=["several abstracts", "keywords within", "links to it, and others", "its heading only"],
)
def test_the_abstract_of_a_page(body: str, tmp_path: Path) -> None:
    head = '<meta name="citation_title" content="Cells for knees">'
    page = f"<html><head>{head}</head><body><p>Society of Knees</p><h1>Cells for knees</h1>{body}</body></html>"
    assert sections(one(page, "x.html", tmp_path)) == [("title", "Cells for knees"), ("abstract", SEEN)]


def test_xlsx_of_several_sheets(tmp_path: Path) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    book.create_sheet("included").append(["Title", "Abstract"])
    book["included"].append(["About knees", "Fine."])
    book.save(tmp_path / "x.xlsx")
    (article,) = articles(tmp_path / "x.xlsx")
    assert (article.id, article.text) == ("x-included-2", "About knees\n\nFine.")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "iso-8859-1"])
@pytest.mark.parametrize("declared", ["utf-8", "utf-16", "iso-8859-1", "no-such-code"])
def test_declared_encodings_may_be_wrong(encoding: str, declared: str, tmp_path: Path) -> None:
    text = pubmed(
        "<ArticleTitle>Zürich’s µ ± 3</ArticleTitle>"
        if "8859" not in encoding
        else "<ArticleTitle>Zürich ± 3</ArticleTitle>"
    )
    text = text.replace('version="1.0"', f'version="1.0" encoding="{declared}"')
    article = one(text.encode(encoding), "x.xml", tmp_path)
    assert article.text in ("Zürich’s µ ± 3", "Zürich ± 3")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
@pytest.mark.parametrize(
    "path", [path for path in WHOLE if path.suffix != ".xlsx"], ids=lambda path: f"{path.parent.name}{path.suffix}"
)
def test_encodings_with_a_mark(path: Path, encoding: str, tmp_path: Path) -> None:
    (tmp_path / "wide").write_bytes(path.read_bytes().decode().encode(encoding))
    assert [each.text for each in articles(tmp_path / "wide")] == [each.text for each in articles(path)]


def test_stream_of_a_zip() -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("a.txt", "Twelve patients were treated.")
        archive.writestr("b.txt", "Six patients were treated.")
    found = [(each.id, each.text[:6]) for each in read_stream(data.getvalue()) if isinstance(each, Article)]
    assert found == [("a", "Twelve"), ("b", "Six pa")]
