"""Exports of reference managers and databases: MEDLINE (`.nbib`), RIS, BibTeX, EndNote XML; one article a record.

MEDLINE by Biopython (package `nbib` keeps no record of retractions and has not changed since 2021), RIS by rispy,
BibTeX by bibtexparser 2 (names a broken entry and reads the others, where pybtex gives up) with pylatexenc, which it
brings, EndNote by lxml. The first two and the last are cut into records here, so that no file is held in memory.
"""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from lxml import etree

from pipeline.read import bibliography, xml
from pipeline.read.decoding import decode, lines
from pipeline.read.rendering import Inline, marked, plain, record_article, statuses, year_in
from pipeline.read.source import ReadError, Source
from pipeline.records import Article

_LARGEST_BIBTEX = 50_000_000
"""Bytes of the largest BibTeX file, which is read whole."""
_PUBMED_ADDRESS = re.compile(r"(?:pubmed\.ncbi\.nlm\.nih\.gov|ncbi\.nlm\.nih\.gov/pubmed)/(\d{1,8})\b")


def _cut(source: Source, begins: re.Pattern[str], ends: re.Pattern[str] | None) -> Iterator[tuple[int, int, str, str]]:
    """The number, first line, text and encoding of each record: from a line that begins one to the next, or its end."""
    record: list[str] = []
    number, first, encoding = 0, 0, "utf-8"
    for line_number, (line, found) in enumerate(lines(source), 1):
        if begins.match(line):
            if record:
                yield number, first, "\n".join(record), encoding
            record, number, first, encoding = [], number + 1, line_number, "utf-8"
        elif not record:
            continue
        record.append(line)
        encoding = encoding if found == "utf-8" else found
        if ends and ends.match(line):
            yield number, first, "\n".join(record), encoding
            record = []
    if record:
        yield number, first, "\n".join(record), encoding


def read_medline(source: Source) -> Iterator[Article | ReadError]:
    """The records of a MEDLINE file.

    Raises:
        ReadError: the file is cut off or in no encoding that fits.
    """
    from Bio import Medline

    for number, line, text, encoding in _cut(source, re.compile(r"PMID ?- *\d"), None):
        try:
            field: Mapping[str, Any] = Medline.read(io.StringIO(text))  # type: ignore[no-untyped-call]
            ids = _as_list(field.get("AID")) + _as_list(field.get("LID"))
            types = tuple(_as_list(field.get("PT")))
            yield record_article(
                source,
                "medline",
                text,
                number,
                marked(_one(field.get("TI") or field.get("BTI") or field.get("TT"))),
                marked(_one(field.get("AB"))),
                encoding,
                pmid=_one(field.get("PMID")).strip(),
                pmcid=bibliography.pmcid([_one(field.get("PMC"))]),
                doi=bibliography.doi([each for each in ids if each.endswith("[doi]")]),
                registry_ids=bibliography.registry_ids(" ".join(_as_list(field.get("SI")))),
                journal=_one(field.get("JT") or field.get("TA")),
                year=year_in(_one(field.get("DP"))),
                publication_types=types,
                record_status=statuses([*(name for name in field if name != "PT"), *types]),
                language=_one(field.get("LA")),
            )
        except ReadError as error:
            yield ReadError(error.reason, f"record {number}, line {line}")
        except (ValueError, KeyError, IndexError, AttributeError) as error:
            yield ReadError(f"not MEDLINE: {error}", f"record {number}, line {line}")


def read_ris(source: Source) -> Iterator[Article | ReadError]:
    """The records of a RIS file.

    Raises:
        ReadError: the file is cut off or in no encoding that fits.
    """
    import rispy

    for number, line, text, encoding in _cut(source, re.compile(r"TY {1,2}- "), re.compile(r"ER {1,2}-")):
        place = f"record {number}, line {line}"
        try:
            if not re.search(r"^ER {1,2}-", text, re.MULTILINE):
                raise ReadError("cut off: no end of the record (ER  -)")  # noqa: TRY301  one way out of a record
            tidy = re.sub(r"^([A-Z][A-Z0-9]) {1,2}-(?: |$)", r"\1  - ", text, flags=re.MULTILINE)
            for field in rispy.loads(tidy):
                types = tuple(_as_list(field.get("type_of_work")))
                title = field.get("title") or field.get("primary_title") or field.get("translated_title")
                yield record_article(
                    source,
                    "ris",
                    text,
                    number,
                    marked(_one(title)),
                    marked(_one(field.get("abstract") or field.get("notes_abstract"))),
                    encoding,
                    **_identifiers(
                        {name: _one(value) for name, value in field.items() if "abstract" not in name},
                        _one(field.get("accession_number")),
                        f"{_one(field.get('name_of_database'))} {_one(field.get('database_provider'))}",
                    ),
                    journal=_one(
                        field.get("journal_name") or field.get("alternate_title3") or field.get("secondary_title")
                        or field.get("alternate_title1")
                    ),
                    year=year_in(*(_one(field.get(name)) for name in ("year", "publication_year", "date"))),
                    publication_types=types,
                    record_status=statuses(types),
                    language=_one(field.get("language")),
                )  # fmt: skip
        except ReadError as error:
            yield ReadError(error.reason, place)
        except (ValueError, KeyError, IndexError, TypeError, AttributeError, OSError) as error:
            yield ReadError(f"not RIS: {error}", place)


def read_bibtex(source: Source) -> Iterator[Article | ReadError]:
    """The entries of a BibTeX file.

    Raises:
        ReadError: the file is no text.
    """
    from bibtexparser.entrypoint import parse_string
    from bibtexparser.model import Entry, ParsingFailedBlock

    logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)  # what it says of a broken entry, a `ReadError` does
    text, encoding = decode(source.read(_LARGEST_BIBTEX))
    try:
        library = parse_string(text)
    except (ValueError, RecursionError, IndexError, KeyError, AttributeError) as error:
        raise ReadError(f"not BibTeX: {type(error).__name__} {error}") from error
    number = 0
    for block in library.blocks:
        entry = block
        if isinstance(block, ParsingFailedBlock):
            number += 1
            if not isinstance(block.ignore_error_block, Entry):
                yield ReadError(
                    f"not BibTeX: {block.error}".strip(), f"record {number}, line {(block.start_line or 0) + 1}"
                )
                continue
            entry = block.ignore_error_block  # its key or a field stands twice; it can be read
        elif isinstance(block, Entry):
            number += 1
        if not isinstance(entry, Entry):
            continue
        try:
            yield _bibtex_article(entry.fields, entry.raw or "", source, number, source.encoding or encoding)
        except ReadError as error:
            yield ReadError(error.reason, f"record {number}, line {(block.start_line or 0) + 1}")


def _bibtex_article(fields: Any, raw: str, source: Source, number: int, encoding: str) -> Article:
    field = {each.key.lower(): str(each.value) for each in reversed(fields)}
    read = {name: _latex(value) for name, value in field.items() if name in ("title", "abstract", "journal")}
    return record_article(
        source,
        "bibtex",
        raw or repr(sorted(field.items())),
        number,
        marked(read.get("title", "")),
        marked(read.get("abstract", "")),
        encoding,
        **_identifiers({name: value for name, value in field.items() if name not in ("title", "abstract")}, "", ""),
        journal=read.get("journal", "") or _latex(field.get("journaltitle", "")),
        year=year_in(field.get("year", ""), field.get("date", "")),
        publication_types=tuple(filter(None, [field.get("type", "")])),
        language=field.get("language", field.get("langid", "")),
    )


@cache
def _latex_reader() -> Any:
    from pylatexenc.latex2text import LatexNodes2Text, MacroTextSpec, get_default_latex_context_db

    context = get_default_latex_context_db()
    signs = {"textless": "<", "textgreater": ">", "textpm": "±", "texttimes": "×", "textmu": "µ", "textdegree": "°"}
    context.add_context_category(
        "trialsift",
        prepend=True,
        macros=[MacroTextSpec(name, simplify_repl=sign) for name, sign in signs.items()],
    )
    return LatexNodes2Text(context, math_mode="text", strict_latex_spaces=False)


def _latex(value: str) -> str:
    """LaTeX as text with its exponents in `<sup>`; as it is where it cannot be read."""
    raised = re.sub(r"(?:\\textsuperscript|(?<!\\)\^)\s*(?:\{([^{}]*)\}|(\w))", r"<sup>\1\2</sup>", value)
    # Most exports have signs and formulas only; pylatexenc goes sign by sign, which takes 35 ms for an abstract.
    signs = re.sub(r"\\([&%#_])", r"\1", raised)
    simple = re.sub(r"\$[^$]{1,200}\$", lambda formula: _read_latex(formula[0]), signs)
    return _read_latex(raised) if re.search(r"[\\${}]", simple) else simple


def _read_latex(text: str) -> str:
    unescaped = re.sub(r"(?<!\\)%", r"\%", text)  # a comment in LaTeX, a percent sign in exports
    try:
        return str(_latex_reader().latex_to_text(unescaped))
    except (ValueError, RecursionError, IndexError, AttributeError, TypeError):
        return text


def read_endnote(source: Source) -> Iterator[Article | ReadError]:
    """The records of an EndNote XML file, whose styles say what is raised.

    Raises:
        ReadError: the file is cut off or refused.
    """
    for record in xml.records(source, ("record",)):
        if isinstance(record, ReadError):
            yield record
            continue
        element = record.element
        ref_type = element.find("ref-type")
        types = tuple(
            filter(None, [plain(element.find("work-type")), "" if ref_type is None else ref_type.get("name")])
        )
        texts = {local: plain(element.find(local)) for local in ("electronic-resource-num", "custom2", "notes", "urls")}
        try:
            yield record_article(
                source,
                "endnote",
                record.data.decode("utf-8", "replace"),
                record.number,
                _styled(element.find("titles/title")),
                _styled(element.find("abstract")),
                record.encoding,
                **_identifiers(
                    texts, plain(element.find("accession-num")), plain(element.find("remote-database-name"))
                    + plain(element.find("remote-database-provider"))
                ),
                journal=plain(element.find("periodical/full-title")) or plain(element.find("titles/secondary-title")),
                year=year_in(plain(element.find("dates/year"))),
                publication_types=types[:1],
                record_status=statuses(types),
                language=plain(element.find("language")),
            )  # fmt: skip
        except ReadError as error:
            yield ReadError(error.reason, f"record {record.number}, line {record.line}")


def _styled(element: etree._Element | None) -> Inline:
    if element is None:
        return []
    runs = marked(element.text or "")
    for style in element.iter("style"):
        if "superscript" in style.get("face", ""):
            runs.append((style.text or "", True))
        else:
            runs += marked(style.text or "")
    return runs


def _identifiers(field: Mapping[str, str], accession: str, database: str) -> dict[str, Any]:
    """The identifiers in the short fields of a record; accession numbers are PubMed's only where it says so."""
    texts = [value for value in field.values() if len(value) < 2_000]
    own = next((value for name, value in field.items() if name.lower() == "pmid" and value.strip().isdigit()), "")
    if not own and re.search(r"pubmed|medline|\bnlm\b", database, re.IGNORECASE):
        found = re.fullmatch(r"\s*(?:PMID:?\s*)?(\d{1,8})\s*", accession)
        own = found[1] if found else ""
    address = _PUBMED_ADDRESS.search(" ".join(texts))
    return {
        "pmid": own.strip() or bibliography.pmid(texts) or (address[1] if address else ""),
        "pmcid": bibliography.pmcid(texts),
        "doi": bibliography.doi([field.get("doi", ""), field.get("electronic-resource-num", ""), *texts]),
        "registry_ids": bibliography.registry_ids(accession),
    }


def _as_list(value: Any) -> list[str]:
    return [] if value is None else list(map(str, value)) if isinstance(value, list) else [str(value)]


def _one(value: Any) -> str:
    return " ".join(_as_list(value))
