"""Europe PMC by its REST service: `searchPOST` with a cursor, core results as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date

from pipeline.fetch.http import Client, FetchError
from pipeline.fetch.pubmed import Answer

ADDRESS = "https://www.ebi.ac.uk/europepmc/webservices/rest"
PAGE = 500
PER_SECOND = 5


def fetch(query: str, since: date, window: tuple[date, date], email: str, address: str = ADDRESS) -> Iterator[Answer]:
    """The records for a query that came into Europe PMC since a day and are new or changed in a window of days.

    Raises:
        FetchError: the server refuses, or gives no whole answer.
    """
    fields = {
        "query": f"({query}) AND FIRST_IDATE:[{since} TO {window[1]}] AND UPDATE_DATE:[{window[0]} TO {window[1]}]",
        "resultType": "core",
        "format": "json",
        "pageSize": str(PAGE),
        "email": email,
    }
    cursor, seen = "*", 0
    with Client(address, PER_SECOND) as client:
        while True:
            body = client.get("/searchPOST", {**fields, "cursorMark": cursor}, _is_page)
            page = json.loads(body)
            records = len(page["resultList"]["result"])
            if records:
                yield Answer(body, records)
            seen += records
            following = page.get("nextCursorMark")
            if not records or not following or following == cursor:
                break
            cursor = following
    if seen < int(page["hitCount"]):
        raise FetchError(f"Europe PMC gave {seen:,} of {int(page['hitCount']):,} records for {query!r}")


def _is_page(body: bytes) -> None:
    page = json.loads(body)
    if not isinstance(page, dict) or "hitCount" not in page or "result" not in page.get("resultList", {}):
        raise ValueError("no page of results")
