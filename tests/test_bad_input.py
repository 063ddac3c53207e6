"""Files that are cut off, broken, or meant to do harm: named with place and reason, and nothing else is lost."""

from __future__ import annotations

import gzip
import io
import resource
import stat
import time
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.read import Options, ReadError, read, read_stream
from pipeline.records import Article
from tests.fixtures import make

FIXTURES = Path(make.__file__).parent
FIVE = (FIXTURES / "pubmed" / "five.xml").read_bytes()
PMIDS = [paper.pmid for paper in make.papers()]


def results(data: bytes, name: str, folder: Path) -> tuple[list[Article], list[tuple[str, str]]]:
    """The articles of a file, and place and reason of what could not be read."""
    path = folder / name
    path.write_bytes(data)
    articles, errors = [], []
    try:
        for each in read(path, name):
            if isinstance(each, Article):
                articles.append(each)
            else:
                errors.append((each.place, each.reason))
    except ReadError as error:
        errors.append((error.place, error.reason))
    return articles, errors


def zipped(members: dict[str, bytes], **how: int) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED, **how) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return data.getvalue()


def test_gzip_that_is_cut_off_gives_the_records_before(tmp_path: Path) -> None:
    records = FIVE.replace(b"</PubmedArticleSet>", b"")
    articles, ((place, reason),) = results(gzip.compress(records * 30)[:-2000], "cut.xml.gz", tmp_path)
    assert len(articles) > 50
    assert reason == "cut off: the compressed data has no end"
    assert "of what it unpacks to, " in place
    assert "record " in place


def test_gzip_that_is_damaged(tmp_path: Path) -> None:
    data = bytearray(gzip.compress(b"Twelve patients were treated."))
    data[-6] ^= 0xFF
    articles, ((_, reason),) = results(bytes(data), "x.txt.gz", tmp_path)
    assert (articles, reason[:7]) == ([], "damaged")


def test_xml_that_is_cut_off_gives_the_records_before(tmp_path: Path) -> None:
    articles, errors = results(FIVE[: FIVE.index(PMIDS[3].encode()) + 500], "cut.xml", tmp_path)
    assert [article.pmid for article in articles] == PMIDS[:3]
    assert errors == [(errors[0][0], "cut off: the file ends within a record")]
    assert errors[0][0].startswith(f"record 4, PMID {PMIDS[3]}, line ")


BREAKS = {
    "a tag that is never closed": (b"<Language>", b"<Language", "not well formed"),
    "tags that cross": (b"</AbstractText>", b"</ArticleTitle>", "not well formed"),
    "no end": (b"</PubmedArticle>", b"", "cut off: the next record begins before its end"),
    "an unknown character": (b"<Language>", b"&nosuchthing;<Language>", "not well formed"),
    "a control character": (b"<Language>", b"\x01<Language>", "not well formed"),
    "a sign that opens a tag": (b"<Language>", b"a < b<Language>", "not well formed"),
}


@pytest.mark.parametrize("how", BREAKS)
def test_a_broken_record_is_named_and_the_others_are_read(how: str, tmp_path: Path) -> None:
    old, new, expected = BREAKS[how]
    start = FIVE.index(b"<PubmedArticle>", FIVE.index(PMIDS[1].encode()))
    broken = FIVE[:start] + FIVE[start:].replace(old, new, 1)
    articles, ((place, reason),) = results(broken, "x.xml", tmp_path)
    assert [article.pmid for article in articles] == [pmid for pmid in PMIDS if pmid != PMIDS[2]]
    line = 1 + FIVE[:start].count(b"\n")
    assert place.startswith(f"record 3, PMID {PMIDS[2]}, line {line}")
    assert reason.startswith(expected)


def test_a_record_without_its_beginning_is_named(tmp_path: Path) -> None:
    start = FIVE.index(b"<PubmedArticle>", FIVE.index(PMIDS[1].encode()))
    broken = FIVE[:start] + FIVE[start:].replace(b"<PubmedArticle>", b"<PubmedArtic>", 1)
    articles, ((place, reason),) = results(broken, "x.xml", tmp_path)
    assert [article.pmid for article in articles] == [pmid for pmid in PMIDS if pmid != PMIDS[2]]
    assert (place.split(", line")[0], reason) == (f"record 3, PMID {PMIDS[2]}", "no beginning before its end")


ENTITIES = (
    '<!DOCTYPE x [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'
)
FETCHED = '<!DOCTYPE x [<!ENTITY c SYSTEM "file:///etc/passwd">]>'
ROOTS = {
    "pubmed": "<PubmedArticleSet><PubmedArticle><ArticleTitle>&c;</ArticleTitle></PubmedArticle></PubmedArticleSet>",
    "jats": "<article><front><article-meta><abstract><p>&c;</p></abstract></article-meta></front></article>",
    "bioc": "<collection><document><passage><text>&c;</text></passage></document></collection>",
    "endnote": "<xml><records><record><abstract>&c;</abstract></record></records></xml>",
    "unknown": "<lolz>&c;</lolz>",
}


@pytest.mark.parametrize("doctype", [ENTITIES, FETCHED], ids=["bomb", "external"])
@pytest.mark.parametrize("kind", ROOTS)
def test_entities_are_refused(kind: str, doctype: str, tmp_path: Path) -> None:
    articles, errors = results(f'<?xml version="1.0"?>\n{doctype}{ROOTS[kind]}'.encode(), "x.xml", tmp_path)
    assert articles == []
    assert errors == [("line 2", "refused: the document type declares entities")]


def test_a_bomb_in_a_workbook_is_refused(tmp_path: Path) -> None:
    book = zipfile.ZipFile(FIXTURES / "xlsx" / "five.xlsx")
    members = {name: book.read(name) for name in book.namelist()}
    sheet = members["xl/worksheets/sheet1.xml"].replace(b"<t>", b"<t>&c;", 1)
    members["xl/worksheets/sheet1.xml"] = ENTITIES.encode() + sheet
    articles, ((_, reason),) = results(zipped(members), "x.xlsx", tmp_path)
    assert articles == []
    assert reason.startswith("damaged workbook: EntitiesForbidden")


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("bomb.zip", zipped({"a.txt": b"0" * 20_000_000})),
        ("bomb.xlsx", zipped({"[Content_Types].xml": b"", "xl/workbook.xml": b"0" * 20_000_000})),
        ("bomb.txt.gz", gzip.compress(b"0" * 20_000_000, mtime=0)),
        ("bomb.xml.gz", gzip.compress(b"<PubmedArticleSet>" + b" " * 20_000_000, mtime=0)),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_what_unpacks_to_far_more_than_it_is(name: str, data: bytes, tmp_path: Path) -> None:
    articles, ((_, reason),) = results(data, name, tmp_path)
    assert articles == []
    assert "unpacks to more than 200 times its size" in reason


TEXT = b"Twelve patients were treated."


@pytest.mark.parametrize("name", ["../up.txt", "a/../../up.txt", "/etc/up.txt", "C:\\up.txt", "..\\up.txt"])
def test_names_that_lead_out_of_an_archive(name: str, tmp_path: Path) -> None:
    articles, ((place, reason),) = results(zipped({"a.txt": TEXT, name: TEXT, "b.txt": TEXT}), "x.zip", tmp_path)
    assert [article.file for article in articles] == ["x.zip/a.txt", "x.zip/b.txt"]
    assert place.replace("\\", "/") == name.replace("\\", "/")
    assert reason == "refused: a name that leads out of the archive"
    assert not (tmp_path.parent / "up.txt").exists()


def test_links_in_archives(tmp_path: Path) -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        link = zipfile.ZipInfo("link.txt")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    assert results(data.getvalue(), "x.zip", tmp_path) == ([], [("link.txt", "refused: a link")])


@pytest.mark.parametrize(
    ("name", "data", "place", "reason"),
    [
        ("x.zip", zipped({}), "", "empty archive"),
        ("x.zip", zipped({".hidden": TEXT, "__MACOSX/a.txt": TEXT}), "", "empty archive"),
        ("x.zip", zipped({"in.zip": zipped({"a.txt": TEXT})}), "in.zip", "an archive in an archive"),
        ("x.zip", zipped({"in.txt.gz": gzip.compress(TEXT)}), "in.txt.gz", "an archive in an archive"),
        ("x.gz", gzip.compress(zipped({"a.txt": TEXT})), "", "an archive in an archive"),
        ("x.gz", gzip.compress(gzip.compress(TEXT)), "", "an archive in an archive"),
        ("x.gz", gzip.compress(b""), "", "empty file"),
        ("x.zip", zipped({"empty.txt": b""}), "empty.txt", "empty file"),
        ("x.zip", zipped({"a.txt": TEXT})[:-20], "", "damaged zip archive"),
        ("x.docx", zipped({"[Content_Types].xml": b"", "w/d.xml": b""}), "", "not a known format: an Office document"),
        ("x.tar", b"a.txt".ljust(257, b"\0") + b"ustar\0" + b"\0" * 300, "", "not a known format: a tar archive"),
        ("x.xml", b'<?xml version="1.0"?><rss><i/></rss>', "", "not a known format: XML with the root element 'rss'"),
        ("x.xml", b"<PubmedArticleSet></PubmedArticleSet>", "", "no article in it"),
        ("x.csv", b"title,abstract\n", "", "no article in it"),
        ("x.xml", b"<article><title>DocBook</title></article>", "record 1, line 1", "not JATS"),
        ("x.xml", b'<?xml version="1.0"?>' + b"<!-- -->" * 20_000, "", "XML without an element"),
    ],
    ids=lambda value: "data" if isinstance(value, bytes) else value,  # gzip and zip hold the time
)  # fmt: skip
def test_whole_files(name: str, data: bytes, place: str, reason: str, tmp_path: Path) -> None:
    articles, ((found_place, found),) = results(data, name, tmp_path)
    assert (articles, found_place) == ([], place)
    assert found.startswith(reason)


def test_encrypted_members(tmp_path: Path) -> None:
    data = bytearray(zipped({"secret.txt": TEXT}))
    data[data.index(b"PK\x01\x02") + 8] |= 1
    data[6] |= 1
    assert results(bytes(data), "x.zip", tmp_path) == ([], [("secret.txt", "encrypted: needs a password")])


def test_a_damaged_member_does_not_spoil_the_others(tmp_path: Path) -> None:
    data = zipped({"a.txt": TEXT * 9, "b.txt": b"Six people were treated. " * 9})
    start = data.index(b"a.txt") + 10
    articles, ((place, reason),) = results(data[:start] + b"\xff\xff" + data[start + 2 :], "x.zip", tmp_path)
    assert [article.file for article in articles] == ["x.zip/b.txt"]
    assert place.startswith("a.txt")
    assert reason.startswith("damaged")


def test_a_broken_reference_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    text = (FIXTURES / "ris" / "five.ris").read_text("utf-8")
    pieces = text.split("ER  - \n")
    missing = f"{pieces[0]}ER  - \n{pieces[1]}{pieces[2]}ER  - \n"
    articles, ((place, reason),) = results(missing.encode(), "x.ris", tmp_path)
    assert [article.pmid for article in articles] == [PMIDS[0], PMIDS[2]]
    assert (place[:8], reason[:7]) == ("record 2", "cut off")

    text = (FIXTURES / "bibtex" / "five.bib").read_text("utf-8")
    articles, ((place, reason),) = results(text.replace("2023c,", "2023c, title = {x,", 1).encode(), "x.bib", tmp_path)
    assert [article.pmid for article in articles] == [pmid for pmid in PMIDS if pmid != PMIDS[2]]
    assert place == "record 3, line 25"
    assert reason.startswith("not BibTeX")


def test_broken_rows_are_named_and_the_others_are_read(tmp_path: Path) -> None:
    text = 'title,abstract\nA,"One."\nB\nC,"Three."\nD,"Four" and\nE,"Five."\nF,"Six.\n'
    articles, errors = results(text.encode(), "x.csv", tmp_path)
    assert [article.title for article in articles] == ["A", "C", "E"]
    assert [place for place, _ in errors] == ["row 3", "row 5, before line 6", "row 7, before line 8"]
    assert errors[0][1].startswith("only 1 cells")
    assert errors[2][1] == "not a row: its last cell has no closing quote"


def test_json_that_is_cut_off_gives_the_documents_before(tmp_path: Path) -> None:
    text = (FIXTURES / "bioc" / "five.json").read_bytes()
    articles, ((place, reason),) = results(text[: len(text) * 2 // 3], "x.json", tmp_path)
    assert [article.pmid for article in articles] == PMIDS[: len(articles)]
    assert (place, reason[:8]) == (f"after record {len(articles)}", "not JSON")
    assert len(articles) > 2


def test_a_document_that_is_none(tmp_path: Path) -> None:
    data = b'{"documents": [{"id": "1", "passages": [{"infons": {"type": "title"}, "text": "T"}]}, {"id": "2"}, 7]}'
    articles, errors = results(data, "x.json", tmp_path)
    assert [article.title for article in articles] == ["T"]
    assert [place for place, _ in errors] == ["record 2", "record 3"]


def test_html_that_lies_too_deep(tmp_path: Path) -> None:
    articles, errors = results(b"<html><body>" + b"<div>" * 50_000 + TEXT, "x.html", tmp_path)
    assert len(articles) + len(errors) == 1


@pytest.mark.slow
def test_a_large_file_is_read_in_little_memory(tmp_path: Path) -> None:
    start = FIVE.index(b"<PubmedArticle>")
    head, records = FIVE[:start], FIVE[start : FIVE.index(b"</PubmedArticleSet>")]
    path = tmp_path / "large.xml"
    with path.open("wb") as file:
        file.write(head)
        for number in range(120_000_000 // len(records)):
            file.write(records if number != 2000 else records.replace(b"<Language>", b"<Language", 1))
        file.write(b"</PubmedArticleSet>")
    list(read(FIXTURES / "pubmed" / "five.xml", "first"))  # loads what languages are told by
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    articles = errors = 0
    for each in read(path, "large.xml"):
        articles += isinstance(each, Article)
        errors += isinstance(each, ReadError)
    assert articles > 29_000
    assert errors == 1
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000  # kilobytes


REPEATED = [
    "<!DOCTYPE x [", '{"a":', "[]]", "<?xml ", "<!-- ", "@comment{\n", "\n", "TY  - ", "PMID- x\n", "{", "a,b\n",
    '{"passages"}',
    '"', "<html ", "<sup>", "&", "<PubmedArticle>", "</PubmedArticle>", "xmlns:a='", "title,abstract\n", "\0",
]  # fmt: skip
STARTS = ["", "<?xml version='1.0'?>", "<!DOCTYPE x [", "<PubmedArticleSet>", '{"passages": 1}', "<html>"]


@pytest.mark.slow
@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("repeated", REPEATED)
def test_what_is_said_over_and_over_is_read_at_once(start: str, repeated: str) -> None:
    text = start + repeated * (100_000 // len(repeated))
    clock = time.process_time()
    try:
        for each in read_stream(text.encode()):
            assert isinstance(each, Article | ReadError)
    except ReadError:
        pass
    assert time.process_time() - clock < 5


SEEDS = sorted(path for path in FIXTURES.rglob("*") if path.is_file() and path.suffix not in (".py", ".pyc"))
PACKED = {"five.xml.gz": gzip.compress(FIVE), "five.zip": zipped({"a.xml": FIVE, "b.txt": TEXT})}
DOCUMENTS = {str(path.relative_to(FIXTURES)): path.read_bytes() for path in SEEDS} | PACKED
PIECES = [
    b"<", b">", b"</", b"&", b";", b'"', b"{", b"}", b"\0", b"\xff", b"\n", b"", b"<sup>", b"]]>", b"<![CDATA[",
    b"<PubmedArticle>", b"</record>", b"ER  - ", b"\\", b"^", b",", b"\t", b"@article{", b"<!--", b"\xe2\x80",
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", DOCUMENTS)
@given(data=st.data())
@settings(derandomize=True, deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))
def test_nothing_crashes_or_hangs_on_mutated_files(name: str, data: st.DataObject) -> None:
    document = DOCUMENTS[name]
    for _ in range(data.draw(st.integers(1, 6), "mutations")):
        start = data.draw(st.integers(0, len(document)), "start")
        length = data.draw(st.one_of(st.integers(0, 8), st.integers(0, len(document))), "length")
        piece = data.draw(st.one_of(st.sampled_from(PIECES), st.binary(max_size=8)), "piece")
        repeated = data.draw(st.sampled_from([1, 1, 1, 3, 2000]), "times")
        document = document[:start] + piece * repeated + document[start + length :]
    clock = time.process_time()
    try:
        for each in read_stream(document, Options(full_text=True)):
            assert isinstance(each, Article | ReadError)
    except ReadError:
        pass
    assert time.process_time() - clock < 20
