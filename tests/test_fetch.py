"""The real clients against a real server on loopback, on its good and bad days."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from pipeline import fetch
from pipeline.fetch import europepmc, pubmed
from pipeline.fetch.http import FetchError
from tests.literature import Library, Record, serving

TEXT = "Twelve patients had 2 × 10<sup>7</sup> cells (P = .03)."
DAYS = (date(2024, 1, 1), date(2024, 3, 31))


def records(count: int) -> list[Record]:
    return [Record(n, date(2024, 1, 1 + n % 28), date(2024, 2, 1 + n % 28), TEXT) for n in range(1, count + 1)]


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> Iterator[Library]:
    monkeypatch.setenv("NCBI_API_KEY", "made-up")  # ten requests a second
    with serving(Library(records(450))) as served:
        yield served


@pytest.mark.parametrize("source", [pubmed, europepmc])
def test_all_records_come_in_batches(source: object, library: Library) -> None:
    answers = list(source.fetch("knees", DAYS[0], DAYS, "a@example.org", library.address))  # type: ignore[attr-defined]
    assert sum(each.records for each in answers) == 450
    assert all(b"Cells for knees" in each.body for each in answers)
    asked = [fields for _, _, fields in library.requests]
    assert all(fields["email"] == "a@example.org" for fields in asked)


def test_pubmed_knows_the_tool_and_is_asked_three_times_a_second(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NCBI_API_KEY")
    list(pubmed.fetch("knees", DAYS[0], DAYS, "a@example.org", library.address))
    assert all(fields["tool"] == "trialsift" for _, _, fields in library.requests)
    times = [when for when, _, _ in library.requests]
    assert len(times) == 4  # a search and three batches
    assert times[-1] - times[0] > 0.6  # three gaps of a third of a second, on a busy machine


def test_the_key_goes_to_the_server_only(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NCBI_API_KEY", "secret-key")
    library.troubles += [404]
    with pytest.raises(FetchError) as error:
        list(pubmed.fetch("knees", DAYS[0], DAYS, "a@example.org", library.address))
    assert "secret-key" not in str(error.value)
    assert "answer 404" in str(error.value)
    assert library.requests[0][2]["api_key"] == "secret-key"


@pytest.mark.parametrize("trouble", [429, 500, 503, "half-closed", "truncated", "slow"])
@pytest.mark.parametrize("source", [pubmed, europepmc])
def test_a_bad_moment_is_got_over(trouble: int | str, source: object, library: Library) -> None:
    library.troubles += [trouble, "slow", trouble]
    answers = list(source.fetch("knees", DAYS[0], DAYS, "", library.address))  # type: ignore[attr-defined]
    assert sum(each.records for each in answers) == 450


def test_a_server_that_stays_bad_is_named(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.fetch.http.TRIES", 2)
    library.troubles += [500] * 10
    with pytest.raises(FetchError, match=r"/esearch.fcgi: answer 500, 2 times"):
        list(pubmed.fetch("knees", DAYS[0], DAYS, "", library.address))


def test_no_server_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.fetch.http.TRIES", 2)
    with pytest.raises(FetchError, match="ConnectError"):
        list(europepmc.fetch("knees", DAYS[0], DAYS, "", "http://127.0.0.1:9"))


def test_a_window_with_too_many_records_is_cut(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.fetch.pubmed.MOST", 200)
    library.most = 200
    answers = list(pubmed.fetch("knees", DAYS[0], DAYS, "", library.address))
    assert sum(each.records for each in answers) == 450


def test_an_answer_is_stored_once_and_logged_each_time(tmp_path: Path) -> None:
    for _ in range(2):
        path = fetch.store(tmp_path, "pubmed", "knees", DAYS, b"<PubmedArticleSet/>", 3)
    assert gzip.decompress(path.read_bytes()) == b"<PubmedArticleSet/>"
    assert [each.name for each in (tmp_path / "pubmed").iterdir()] == [path.name]
    assert [each.records for each in fetch.read_log(tmp_path)] == [3, 3]


def test_the_next_window_begins_before_the_last_one_ended(tmp_path: Path) -> None:
    today = date(2024, 9, 1)
    since = DAYS[0]
    assert fetch.next_window(tmp_path, "pubmed", "knees", since, today) == (since, today)
    fetch.store(tmp_path, "pubmed", "knees", DAYS, b"<a/>", 1)  # got, but not all of the window
    assert fetch.next_window(tmp_path, "pubmed", "knees", since, today) == (since, today)
    fetch.finish(tmp_path, "pubmed", "knees", DAYS)
    assert fetch.next_window(tmp_path, "pubmed", "knees", since, today) == (date(2024, 3, 24), today)
    fetch.finish(tmp_path, "pubmed", "knees", (date(2024, 3, 24), date(2024, 6, 1)))
    assert fetch.next_window(tmp_path, "pubmed", "knees", since, today) == (date(2024, 5, 25), today)
    assert fetch.next_window(tmp_path, "pubmed", "hips", since, today) == (since, today)
    assert fetch.next_window(tmp_path, "pubmed", "knees", date(2023, 1, 1), today) == (date(2023, 1, 1), today)


def test_a_line_of_the_log_that_was_cut_off_is_passed_over(tmp_path: Path) -> None:
    fetch.finish(tmp_path, "pubmed", "knees", DAYS)
    with (tmp_path / fetch.LOG).open("ab") as file:
        file.write(json.dumps({"file": "x"}).encode()[:7])
    fetch.finish(tmp_path, "pubmed", "hips", DAYS)
    assert [each.query for each in fetch.read_log(tmp_path)] == ["knees", "hips"]
