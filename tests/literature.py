"""A literature server on loopback: E-utilities and Europe PMC as their documentation has them, and their bad days.

Run by the tests for real clients to talk to. Its records are made up; `troubles` are what it does before it answers.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

import regex


@dataclass
class Record:
    """A record of the literature: when it came in, when it changed last, and its state."""

    pmid: int
    entered: date
    changed: date
    text: str
    title: str = "Cells for knees"
    doi: str = ""
    retracted: bool = False
    version: int = 1

    def xml(self) -> str:
        corrections = (
            '<CommentsCorrectionsList><CommentsCorrections RefType="RetractionIn"><RefSource>J Made 2024</RefSource>'
            "</CommentsCorrections></CommentsCorrectionsList>"
            if self.retracted
            else ""
        )
        doi = f'<ELocationID EIdType="doi">{escape(self.doi)}</ELocationID>' if self.doi else ""
        return (
            f'<PubmedArticle><MedlineCitation Status="MEDLINE"><PMID Version="{self.version}">{self.pmid}</PMID>'
            f"<Article><Journal><JournalIssue><PubDate><Year>{self.entered.year}</Year></PubDate></JournalIssue>"
            "<Title>Journal of Made-up Trials</Title></Journal>"
            f"<ArticleTitle>{escape(self.title)} {self.pmid}.</ArticleTitle>"
            f"{doi}<Abstract><AbstractText>{self.text}</AbstractText></Abstract><Language>eng</Language></Article>"
            f"{corrections}</MedlineCitation></PubmedArticle>"
        )

    def core(self) -> dict[str, object]:
        return {
            "id": str(self.pmid),
            "source": "MED",
            "pmid": str(self.pmid),
            "title": f"{self.title} {self.pmid}.",
            "pubYear": str(self.entered.year),
            "abstractText": self.text,
            **({"doi": self.doi} if self.doi else {}),
        }


@dataclass
class Library:
    """What the server has, what was asked of it, and the troubles still to come (a status, or the name of one)."""

    records: list[Record]
    troubles: list[int | str] = field(default_factory=list)
    requests: list[tuple[float, str, dict[str, str]]] = field(default_factory=list)
    histories: dict[str, list[Record]] = field(default_factory=dict)
    most: int = 9_999
    address: str = ""

    def search(self, term: str) -> list[Record]:
        """The records whose days fit; the words of a query are taken as they come."""
        found = self.records
        for start, end, name in regex.findall(r"(\d{4}/\d\d/\d\d):(\d{4}/\d\d/\d\d)\[(\w+)\]", term):
            days = [date(*map(int, each.split("/"))) for each in (start, end)]
            found = [each for each in found if days[0] <= (each.entered if name == "edat" else each.changed) <= days[1]]
        for name, start, end in regex.findall(r"(FIRST_IDATE|UPDATE_DATE):\[(\S+) TO (\S+)\]", term):
            first, last = date.fromisoformat(start), date.fromisoformat(end)
            found = [
                each for each in found if first <= (each.entered if name == "FIRST_IDATE" else each.changed) <= last
            ]
        return found


def _handler(library: Library) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            asked = {name: values[-1] for name, values in parse_qs(body).items()}
            library.requests.append((time.monotonic(), self.path, asked))
            trouble = library.troubles.pop(0) if library.troubles else None
            if isinstance(trouble, int):
                self.send_response(trouble)
                if trouble == 429:
                    self.send_header("Retry-After", "1")
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            answer = self.answer(asked).encode()
            if trouble == "half-closed":
                self.close_connection = True
                self.wfile.flush()
                self.connection.close()
                return
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            if trouble == "truncated":
                self.wfile.write(answer[: len(answer) // 2])
                self.close_connection = True
            elif trouble == "slow":
                for start in range(0, len(answer), 1_000):
                    self.wfile.write(answer[start : start + 1_000])
                    time.sleep(0.01)
            else:
                self.wfile.write(answer)

        def answer(self, asked: dict[str, str]) -> str:
            if self.path.endswith("/esearch.fcgi"):
                found = library.search(asked["term"])
                name = f"MCID_{len(library.histories)}"
                library.histories[name] = found[: library.most]
                result = {"count": str(len(found)), "webenv": name, "querykey": "1", "idlist": []}
                return json.dumps({"header": {"type": "esearch"}, "esearchresult": result})
            if self.path.endswith("/efetch.fcgi"):
                start = int(asked["retstart"])
                found = library.histories[asked["WebEnv"]][start : start + int(asked["retmax"])]
                inside = "".join(each.xml() for each in found)
                return f'<?xml version="1.0" ?>\n<PubmedArticleSet>{inside}</PubmedArticleSet>'
            found = library.search(asked["query"])
            start = 0 if asked["cursorMark"] == "*" else int(asked["cursorMark"])
            page = found[start : start + int(asked["pageSize"])]
            return json.dumps(
                {
                    "hitCount": len(found),
                    "nextCursorMark": str(start + len(page)),
                    "resultList": {"result": [each.core() for each in page]},
                }
            )

        def log_message(self, *args: object) -> None:
            pass

    return Handler


@contextmanager
def serving(library: Library) -> Iterator[Library]:
    """The library, served on a free port of loopback while the block runs."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(library))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    library.address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield library
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
