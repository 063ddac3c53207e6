"""Raw files into articles: decoding, zones, identifiers, and what cannot be read."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from pipeline.read import ReadError, bibliography, decode, read, read_stream, safe_id
from pipeline.read.zones import section_of, zone
from pipeline.records import Article


def one(path: Path) -> Article:
    article = next(read(path, path.name))
    assert isinstance(article, Article)
    return article


def sections(text: str) -> list[tuple[str, str]]:
    """The zones of a text that are read, with their words."""
    zones, _ = zone(text)
    return [(each.section, text[each.start : each.end].strip()) for each in zones if each.section != "furniture"]


SIGNS = "Nine people took 2.5 × 10⁷ cells – pain fell by −7.9 ± 10.4 µm (“good”) in Zürich."


@pytest.mark.parametrize(
    ("data", "text", "encoding"),
    [
        (SIGNS.encode(), SIGNS, "utf-8"),
        (b"\xef\xbb\xbf" + SIGNS.encode(), SIGNS, "utf-8"),
        (SIGNS.encode("utf-16"), SIGNS, "utf-16"),
        (b"\xfe\xff" + SIGNS.encode("utf-16-be"), SIGNS, "utf-16"),
        (SIGNS.encode("utf-32"), SIGNS, "utf-32"),
        ("Pain fell by 7 ± 1 – “good” in Zürich, 2 × daily.".encode("cp1252"), None, "cp1252 (detected)"),
        (("Исследование показало, что лечение безопасно. " * 5).encode("cp1251"), None, "cp1251 (detected)"),
        (b"one\r\ntwo\rthree\n", "one\ntwo\nthree\n", "utf-8"),
    ],
    ids=["utf-8", "utf-8 mark", "utf-16 le", "utf-16 be", "utf-32", "cp1252", "cp1251", "line ends"],
)
def test_decode(data: bytes, text: str | None, encoding: str) -> None:
    decoded, found = decode(data)
    assert found == encoding
    assert decoded == (text if text is not None else data.decode(encoding.split()[0]))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty file"),
        (b" \n\t ", "empty file"),
        (b"%PDF-1.7 ...", "not a known format: PDF"),
        (b"PK\x03\x04rest", "not a known format: a zip archive"),
        (b"\x89PNG\r\n\x1a\n\0\0", "not a known format: a picture"),
        (bytes(range(256)) * 20, "not a known format: binary"),
        (b"text with \0 in it", "not a known format: binary"),
        (b"\xff\xfe\x00\xd8\x00\x00", "not utf-16"),
    ],
    ids=["nothing", "space", "pdf", "zip", "png", "bytes", "nul", "bad utf-16"],
)
def test_what_is_no_text(data: bytes, reason: str) -> None:
    with pytest.raises(ReadError) as error:
        decode(data)
    assert reason in error.value.reason


def test_too_long(tmp_path: Path) -> None:
    path = tmp_path / "long.txt"
    path.write_text("word " * 2_000_001)
    with pytest.raises(ReadError, match="longer than 10,000,000 characters: 10,000,005"):
        one(path)


def test_broken_link(tmp_path: Path) -> None:
    (tmp_path / "link.txt").symlink_to(tmp_path / "gone.txt")
    with pytest.raises(ReadError, match="broken link"):
        one(tmp_path / "link.txt")


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="No such file"):
        one(tmp_path / "gone.txt")


def test_no_regular_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    with pytest.raises(ReadError, match="not a file"):
        one(tmp_path / "pipe.txt")


def test_json_lines(tmp_path: Path) -> None:
    lines = [
        json.dumps({"id": "a/b", "text": "One\r\ntwo.", "more": 1}),
        "",
        '{"id": 7, "text": "seven"}',
        "{broken",
        '{"id": "x"}',
        '{"text": "nameless"}',
        '{"id": "s", "text": "\\ud800"}',
    ]
    path = tmp_path / "some.jsonl"
    path.write_text("\n".join(lines))
    results = list(read(path, "some.jsonl"))
    articles = [each for each in results if isinstance(each, Article)]
    assert [(each.given_id, each.text) for each in articles] == [
        ("a/b", "One\r\ntwo."),  # the text as given: offsets refer to it
        (7, "seven"),
        ("some-6", "nameless"),
    ]
    failures = [(each.place, each.reason) for each in results if isinstance(each, ReadError)]
    assert [place for place, _ in failures] == ["line 4", "line 5", "line 7"]
    assert "not JSON" in failures[0][1]
    assert 'no object with "id" and "text"' in failures[1][1]


def test_stream_of_text() -> None:
    (article,) = read_stream(b"Plain words on a trial.")
    assert isinstance(article, Article)
    assert (article.given_id, article.text) == ("-", "Plain words on a trial.")


def test_stream_of_json_lines() -> None:
    assert [each.given_id for each in read_stream(b' {"id": "x", "text": "y"}\n') if isinstance(each, Article)] == ["x"]


@pytest.mark.parametrize(
    ("stem", "identifier"),
    [("a b", "a_b"), ("a\nb", "a_b"), ("../../x", "_.._x"), ("研究-1", "研究-1"), ("..", "_"), ("10.1/x", "10.1_x")],
)
def test_safe_id(stem: str, identifier: str) -> None:
    assert safe_id(stem) == identifier


@pytest.mark.parametrize(
    ("heading", "section"),
    [
        ("Background/Purpose:", "background"),
        ("Patients & methods:", "methods"),
        ("PATIENTS AND METHODS", "methods"),
        ("Aims:", "background"),
        ("Materials and Methods", "methods"),
        ("Design, Setting, and Participants", "methods"),
        ("Results and Discussion", "results"),
        ("Authors' conclusions", "conclusions"),
        ("Interpretation", "conclusions"),
        ("Trial registration", "registration"),
        ("Conflict of interest statement", "furniture"),
        ("Citing Articles", "references"),
        ("Patients with severe pain", None),
        ("x" * 200, None),
    ],
)
def test_section_of(heading: str, section: str | None) -> None:
    assert section_of(heading) == section


TITLE = "Marrow cells for the knees of people who ski: an open trial"
PROSE = (
    "We gave marrow cells to twelve people who ski and watched their knees for a year, at two hospitals in the Alps."
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (PROSE, [("abstract", PROSE)]),
        (f"{TITLE}\n\n{PROSE}", [("title", TITLE), ("abstract", PROSE)]),
        (
            f"{TITLE}\nBackground: Knees hurt. Methods: We gave cells. Results: They hurt less. Conclusion: Good.",
            [
                ("title", TITLE),
                ("background", "Knees hurt."),
                ("methods", "We gave cells."),
                ("results", "They hurt less."),
                ("conclusions", "Good."),
            ],
        ),
        (
            "AIM To see what cells do. PATIENTS AND METHODS Twelve skiers had cells. RESULTS Pain fell. "
            "CONCLUSION It works.",
            [
                ("background", "To see what cells do."),
                ("methods", "Twelve skiers had cells."),
                ("results", "Pain fell."),
                ("conclusions", "It works."),
            ],
        ),
        (
            "Background Knees hurt those who ski. Methods We gave cells to twelve. Results from others differ.",
            [
                ("background", "Knees hurt those who ski."),
                ("methods", "We gave cells to twelve. Results from others differ."),
            ],
        ),
        (
            f"{TITLE}\n\nAbstract\n\nBackground\n\nKnees hurt.\n\nResults\n\n{PROSE}\n\n"
            f"References\n\n1. Results: none. {PROSE}",
            [
                ("title", TITLE),
                ("background", "Knees hurt."),
                ("results", PROSE),
                ("references", f"1. Results: none. {PROSE}"),
            ],
        ),
        (
            f"Menu\n• Home\n• Log in\n12\nViews\n\n{TITLE}\n\nAbstract\n\n{PROSE}\n\n"
            "Keywords: knee; snow\n\nDisclosure\n\nNone.",
            [("title", TITLE), ("abstract", PROSE)],
        ),
        (
            f"{TITLE}\n\nMethods: We gave cells.\n\nKeywords: knee\n\nConclusion: Good.",
            [("title", TITLE), ("methods", "We gave cells."), ("conclusions", "Good.")],
        ),
        (f"{PROSE} © 2020 The Snow Society. All rights reserved.", [("abstract", PROSE)]),
        (f"{PROSE} Funding: the Snow Society.", [("abstract", PROSE)]),
    ],
    ids=[
        "one paragraph", "title above", "labels in line", "capitals", "plain headings", "page with references",
        "page with menu", "keywords before the end", "copyright", "funding",
    ],
)  # fmt: skip
def test_zones(text: str, expected: list[tuple[str, str]]) -> None:
    assert sections(text) == expected


@pytest.mark.parametrize(
    "text", [PROSE, f"{TITLE}\n\n{PROSE}", f"Menu\n\n{TITLE}\n\nAbstract\n{PROSE}\nReferences\nx", "x", " "]
)
def test_zones_cover_all_but_space(text: str) -> None:
    zones, _ = zone(text)
    covered = set()
    for each in zones:
        assert each.start < each.end
        assert covered.isdisjoint(range(each.start, each.end))
        covered |= set(range(each.start, each.end))
    assert all(text[position].isspace() for position in set(range(len(text))) - covered)


@pytest.mark.parametrize(
    ("text", "identifiers"),
    [
        ("NCT 02221258 and nct02221258", ["NCT02221258"]),
        ("ISRCTN 64716212", ["ISRCTN64716212"]),
        ("EudraCT 2010-023456-78", ["2010-023456-78"]),
        ("CTIS 2023-501234-12-00", ["2023-501234-12-00"]),
        ("ChiCTR-TRC-12001234, ChiCTR2000012345", ["ChiCTR-TRC-12001234", "ChiCTR2000012345"]),
        ("IRCT20080728001031N29", ["IRCT20080728001031N29"]),
        ("UMIN-CTR: UMIN000012345; UMIN 000012346", ["UMIN000012345", "UMIN000012346"]),
        ("jRCTs031180123 and jRCT2080224567", ["jRCTs031180123", "jRCT2080224567"]),
        ("CTRI/2010/091/000048", ["CTRI/2010/091/000048"]),
        ("ACTRN12605000123456p, ACTRN 12605000123457", ["ACTRN12605000123456", "ACTRN12605000123457"]),
        ("DRKS00001234", ["DRKS00001234"]),
        ("Dutch Trial Register NTR1234, NL5678", ["NTR1234", "NL5678"]),
        ("KCT0001234", ["KCT0001234"]),
        ("PACTR201234567890123", ["PACTR201234567890123"]),
        ("RBR-6abc9z", ["RBR-6abc9z"]),
        ("SLCTR/2010/005", ["SLCTR/2010/005"]),
        ("TCTR20150101001", ["TCTR20150101001"]),
        ("RPCEC00000123", ["RPCEC00000123"]),
        ("PER-012-10", ["PER-012-10"]),
        ("LBCTR2020012345", ["LBCTR2020012345"]),
        ("JapicCTI-101234", ["JapicCTI-101234"]),
        ("JMA-IIA00123", ["JMA-IIA00123"]),
        ("ITMCTR2100005678", ["ITMCTR2100005678"]),
        ("born 2010-12-12, phone 2010-123456", []),
    ],
)
def test_registry_ids(text: str, identifiers: list[str]) -> None:
    assert list(bibliography.registry_ids(text)) == identifiers


@pytest.mark.parametrize(
    ("text", "doi"),
    [
        ("DOI: 10.1080/17460751.2024.2443352", "10.1080/17460751.2024.2443352"),
        ("(https://doi.org/10.1002/SCTM.18-0083).", "10.1002/sctm.18-0083"),
        ("doi:10.1016/S0140-6736(10)61349-6, see there", "10.1016/s0140-6736(10)61349-6"),
        ("version 10.1234", ""),
    ],
)
def test_doi(text: str, doi: str) -> None:
    assert bibliography.doi([text]) == doi


def test_identifiers_of_citing_articles_are_not_the_articles(tmp_path: Path) -> None:
    path = tmp_path / "page.txt"
    path.write_text(
        f"» Articles » PMID: 11111111\n\n{TITLE}\n\nJournal Snow Med\nDate 2013 Aug 15\nAbstract\n\n{PROSE}\n\n"
        "Citing Articles\n\nAnother trial.\n\nPMID: 22222222 PMC: 3333333 DOI: 10.5555/no NCT01234567\n"
    )
    article = one(path)
    assert (article.pmid, article.pmcid, article.doi, article.registry_ids) == ("11111111", "", "", ())
    assert (article.journal, article.year, article.title) == ("Snow Med", 2013, TITLE)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (PROSE, "en"),
        ("Wir behandelten zwölf Personen mit Knieschmerzen und beobachteten sie ein Jahr lang an zwei Kliniken.", "de"),
        (
            "本研究纳入了十二名膝关节疼痛的患者，并对他们进行了为期一年的随访观察，结果显示疼痛明显减轻，未见严重不良反应发生。",
            "zh",
        ),
        ("12", ""),
    ],
)
def test_language(text: str, language: str, tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    path.write_text(text, "utf-8")
    assert one(path).language == language
