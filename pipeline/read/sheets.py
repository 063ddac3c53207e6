"""Tables of screening tools and spreadsheets: CSV, TSV and XLSX with an article a row.

CSV by the standard library, row by row; XLSX by openpyxl, which keeps what is raised within a cell if the sheet is read
as a whole (python-calamine, which is faster, and openpyxl's own streaming mode lose it); defusedxml beside it refuses
XML bombs. The columns of title and abstract are known by the names that tools give them, or by `--columns`.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import regex

from pipeline.read import bibliography
from pipeline.read.decoding import lines
from pipeline.read.rendering import Inline, marked, record_article, statuses, year_in
from pipeline.read.source import LARGEST_WHOLE, Options, ReadError, Source
from pipeline.records import Article

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "title": (
        "title", "article title", "document title", "primary title", "reference title", "study title", "paper title",
        "ti", "t1", "brief title",
    ),
    "abstract": (
        "abstract", "abstracts", "abstract text", "abstract note", "article abstract", "ab", "abst", "n2",
        "abstract english", "brief summary",
    ),
    "pmid": ("pmid", "pubmed id", "pubmedid", "pubmed", "pm"),
    "pmcid": ("pmcid", "pmc id", "pmc"),
    "doi": ("doi", "digital object identifier", "do", "di", "doi link"),
    "registry": (
        "registry number", "registration number", "trial registration", "trial registration number", "trial id",
        "nct number", "nct id", "nctid", "nct", "registry id", "clinical trial number",
    ),
    "journal": (
        "journal", "journal name", "journal title", "journal/book", "source title", "publication title",
        "publication name", "secondary title", "full journal", "jf", "jo", "t2", "source",
    ),
    "year": ("year", "publication year", "published year", "year published", "py", "date", "publication date"),
    "language": ("language", "language of original document", "la"),
    "type": ("publication type", "publication types", "document type", "pt", "item type", "reference type"),
    "id": ("id", "key", "record id", "ref id", "refid", "study id", "covidence #", "covidence number", "ut", "eid"),
}  # fmt: skip
"""What can stand in a column, and what tools call it, the usual first."""

_LARGEST_BOOK = 100_000_000
_DELIMITERS = {",": "csv", "\t": "tsv", ";": "csv", "|": "csv"}
csv.field_size_limit(LARGEST_WHOLE)


def delimiter_of(line: str) -> str:
    """What separates the cells of a heading in which title and abstract have names, or empty."""
    for delimiter in _DELIMITERS:
        cells = _cells(line, delimiter)
        found = _guess(cells)
        if {"title", "abstract"} <= found.keys() and all(len(cell) < 60 for cell in cells):
            return delimiter
    return ""


def read_csv(source: Source, options: Options) -> Iterator[Article | ReadError]:
    """The rows of a table whose first line names its columns.

    Raises:
        ReadError: no column is that of the abstract or of the title.
    """
    encodings = ["utf-8"]

    def texts() -> Iterator[str]:
        for line, encoding in lines(source):
            encodings[0] = encoding
            yield line + "\n"

    read = texts()
    heading = next((line for line in read if line.strip()), "")
    delimiter = delimiter_of(heading) or max(_DELIMITERS, key=lambda each: len(_cells(heading, each)))
    columns = _columns(_cells(heading, delimiter), options)
    rows = csv.reader(read, delimiter=delimiter, strict=True)
    number = 1
    while True:
        number += 1
        try:
            row = next(rows)
            if any(cell.strip() for cell in row):
                cells: list[Inline] = [marked(cell) for cell in row]
                yield _article(cells, columns, source, _DELIMITERS[delimiter], number, encodings[0])
        except StopIteration:
            return
        except csv.Error as error:
            reason = "its last cell has no closing quote" if "unexpected end" in str(error) else str(error)
            yield ReadError(f"not a row: {reason}", f"row {number}, before line {rows.line_num + 2}")
        except ReadError as error:
            yield ReadError(error.reason, f"row {number}")


def _cells(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return []


def read_xlsx(source: Source, options: Options) -> Iterator[Article | ReadError]:
    """The rows of each sheet whose first row names its columns.

    Raises:
        ReadError: it cannot be read, or no sheet has a column of abstracts and one of titles.
    """
    import openpyxl
    from openpyxl.cell.rich_text import CellRichText

    data = io.BytesIO(source.read())
    with zipfile.ZipFile(data) as parts:
        if sum(part.file_size for part in parts.infolist()) > _LARGEST_BOOK:
            raise ReadError(f"larger than {_LARGEST_BOOK:,} bytes unpacked: save it as CSV")
    try:
        book = openpyxl.load_workbook(data, rich_text=True, data_only=True)
    except Exception as error:  # openpyxl raises whatever its parts do
        cause = error.__cause__ or error
        raise ReadError(f"damaged workbook: {type(cause).__name__} {cause}") from error
    problem = ReadError("an empty workbook")
    found_one = False
    several = len(book.worksheets) > 1
    for sheet in book.worksheets:
        rows = sheet.iter_rows(values_only=True)
        heading = ["" if cell is None else str(cell) for cell in next(rows, ())]
        try:
            columns = _columns(heading, options)
        except ReadError as error:
            problem = error if any(heading) else problem
            continue
        found_one = True
        for number, row in enumerate(rows, 2):
            if all(cell is None or not str(cell).strip() for cell in row):
                continue
            cells = [
                [(str(part), getattr(getattr(part, "font", None), "vertAlign", "") == "superscript") for part in cell]
                if isinstance(cell, CellRichText)
                else marked("" if cell is None else str(cell))
                for cell in row
            ]
            place = f"sheet {sheet.title}, row {number}" if several else f"row {number}"
            try:
                yield _article(cells, columns, source, "xlsx", number, "", sheet.title if several else "")
            except ReadError as error:
                yield ReadError(error.reason, place)
    if not found_one:
        raise problem


def _name(column: str) -> str:
    return regex.sub(r"[\s_-]+", " ", column.strip("\ufeff \t\"'").lower()).strip(" .:")


def _guess(heading: Iterable[str]) -> dict[str, int]:
    names = [_name(cell) for cell in heading]
    found = {}
    for field, known in COLUMNS.items():
        place = next((names.index(name) for name in known if name in names), None)
        if place is not None:
            found[field] = place
    return found


def _columns(heading: list[str], options: Options) -> dict[str, int]:
    """Where each field stands, by what the user says, else by name.

    Raises:
        ReadError: a column that the user names is not there, or the abstract or the title is in none.
    """
    columns = _guess(heading)
    shown = ", ".join(repr(cell.strip()) for cell in heading if cell.strip())[:500]
    names = [_name(cell) for cell in heading]
    for field, column in options.columns.items():
        if _name(column) not in names:
            raise ReadError(f"no column {column!r} for the {field}, only {shown}")
        columns[field] = names.index(_name(column))
    for field in ("abstract", "title"):
        if field not in columns:
            raise ReadError(f"no column is known to be the {field}: say which of {shown} with --columns {field}=NAME")
    return columns


def _article(
    cells: list[Inline],
    columns: Mapping[str, int],
    source: Source,
    form: str,
    number: int,
    encoding: str,
    sheet: str = "",
) -> Article:
    if len(cells) <= max(columns["title"], columns["abstract"]):
        raise ReadError(f"only {len(cells)} cells, the abstract is in column {columns['abstract'] + 1}")
    field: dict[str, Any] = {
        name: "".join(words for words, _ in cells[place]).strip() if place < len(cells) else ""
        for name, place in columns.items()
    }
    types = tuple(each.strip() for each in regex.split(r"[;|]", field.get("type", "")) if each.strip())
    pmid = regex.fullmatch(r"(?:PMID:?\s*)?(\d{1,8})(?:\.0)?", field.get("pmid", ""))
    return record_article(
        source,
        form,
        repr(cells),
        number,
        cells[columns["title"]],
        cells[columns["abstract"]],
        encoding,
        record_id="-".join(filter(None, (sheet, field.get("id", "") or str(number)))),
        pmid=pmid[1] if pmid else "",
        pmcid=bibliography.pmcid([field.get("pmcid", "")]),
        doi=bibliography.doi([field.get("doi", "")]),
        registry_ids=bibliography.registry_ids(field.get("registry", "")),
        journal=field.get("journal", ""),
        year=year_in(field.get("year", "")),
        publication_types=types,
        record_status=statuses(types),
        language=field.get("language", ""),
    )
