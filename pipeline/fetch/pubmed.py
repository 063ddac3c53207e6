"""PubMed by NCBI's E-utilities: ESearch with its history server, then EFetch in batches.

Requests name `tool` and `email` as NCBI asks; three a second are allowed, ten with an API key. A search gives 9,999
records at most, so that a window of more is cut in two (E-utilities Help, NCBI Bookshelf NBK25499).
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from lxml import etree

from pipeline.fetch.http import Client, FetchError

ADDRESS = "https://eutils.ncbi.nlm.nih.gov/entrez/eutils"
MOST = 9_999
BATCH = 200
TOOL = "trialsift"


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer with records, unchanged, and how many they are."""

    body: bytes
    records: int


def fetch(query: str, since: date, window: tuple[date, date], email: str, address: str = ADDRESS) -> Iterator[Answer]:
    """The records for a query that came into PubMed since a day and are new or changed in a window of days.

    `NCBI_API_KEY` is read from the environment; it is sent in the body of requests and stands nowhere else.

    Raises:
        FetchError: the server refuses, or gives no whole answer.
    """
    key = os.environ.get("NCBI_API_KEY", "")
    common = {"db": "pubmed", "tool": TOOL, "email": email, **({"api_key": key} if key else {})}
    with Client(address, 10 if key else 3) as client:
        yield from _fetch(client, common, f"({query}) AND {_days(since, window[1])}[edat]", *window)


def _days(since: date, until: date) -> str:
    return f"{since:%Y/%m/%d}:{until:%Y/%m/%d}"


def _fetch(client: Client, common: dict[str, str], query: str, since: date, until: date) -> Iterator[Answer]:
    term = f"{query} AND {_days(since, until)}[mdat]"
    search = {**common, "term": term, "usehistory": "y", "retmode": "json", "retmax": "0"}
    found = json.loads(client.get("/esearch.fcgi", search, _is_search))["esearchresult"]
    if problem := found.get("ERROR"):
        raise FetchError(f"PubMed cannot search for {term!r}: {problem}")
    count = int(found["count"])
    if count > MOST and since < until:
        middle = since + timedelta(days=(until - since).days // 2)
        yield from _fetch(client, common, query, since, middle)
        yield from _fetch(client, common, query, middle + timedelta(days=1), until)
        return
    if count > MOST:
        raise FetchError(f"PubMed has {count:,} records for {term!r}: narrow the query")
    for start in range(0, count, BATCH):
        history = {"WebEnv": found["webenv"], "query_key": found["querykey"]}
        batch = {"retstart": str(start), "retmax": str(BATCH), "retmode": "xml"}
        body = client.get("/efetch.fcgi", {**common, **history, **batch}, _is_record_set)
        yield Answer(body, _records(body))


def _is_search(body: bytes) -> None:
    result = json.loads(body).get("esearchresult")
    if not isinstance(result, dict) or not ({"count", "webenv", "querykey"} <= result.keys() or "ERROR" in result):
        raise ValueError("no result of a search")


def _is_record_set(body: bytes) -> None:
    try:
        root = etree.fromstring(body, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True))
    except etree.XMLSyntaxError as error:
        raise ValueError(str(error)) from None
    if root.tag != "PubmedArticleSet":
        raise ValueError(f"<{root.tag}> instead of records")


def _records(body: bytes) -> int:
    return body.count(b"<PubmedArticle>") + body.count(b"<PubmedBookArticle>")
