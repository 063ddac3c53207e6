"""PubMed XML: what PubMed's "save" and E-utilities give, the yearly baseline and the daily update files.

Read record by record by `xml`, with lxml: of the readers on the package index only Biopython's keeps `<sup>`, and that
one takes five times as long and holds a whole file in memory.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from pipeline.read import bibliography, xml
from pipeline.read.rendering import Rendering, article, inline_of, labelled, plain, statuses
from pipeline.read.source import ReadError, Source
from pipeline.records import Article

ROOTS = frozenset(
    {
        "PubmedArticleSet",
        "PubmedBookArticleSet",
        "PubmedArticle",
        "PubmedBookArticle",
        "MedlineCitationSet",
        "DeleteCitation",
    }
)


def read_pubmed(source: Source) -> Iterator[Article | ReadError]:
    """The articles of a set. A deleted record is an article without text whose `record_status` says so.

    Raises:
        ReadError: the file is cut off or refused.
    """
    old = xml.root(source.head) == "MedlineCitationSet"
    tags = ("MedlineCitation" if old else "PubmedArticle", "PubmedBookArticle", "DeleteCitation")
    for record in xml.records(source, tags):
        if isinstance(record, ReadError):
            yield record
        elif record.element.tag == "DeleteCitation":
            for pmid in record.element.iterfind("PMID"):
                yield article(
                    Rendering(), source, "pubmed", etree.tostring(pmid, with_tail=False), record.number,
                    version=pmid.get("Version", ""), pmid=plain(pmid), record_status=statuses(["DeleteCitation"]),
                )  # fmt: skip
        else:
            try:
                yield _article(record, source)
            except ReadError as error:
                yield ReadError(error.reason, f"record {record.number}, line {record.line}")


def _article(record: xml.Record, source: Source) -> Article:
    whole = record.element
    citation = next(whole.iter("MedlineCitation", "BookDocument"), whole)
    paper = citation.find("Article")
    paper = citation if paper is None else paper
    pmid = citation.find("PMID")
    if pmid is None:
        raise ReadError("not a record of PubMed: without PMID")
    known = list(whole.iterfind("PubmedData/ArticleIdList/ArticleId"))
    known += whole.iterfind("PubmedBookData/ArticleIdList/ArticleId")
    ids = {each.get("IdType", ""): plain(each) for each in reversed(known)}
    places = {each.get("EIdType", ""): plain(each) for each in paper.iterfind("ELocationID")}
    types = tuple(filter(None, map(plain, paper.iterfind("PublicationTypeList/PublicationType"))))
    references = [each.get("RefType", "") for each in citation.iterfind("CommentsCorrectionsList/CommentsCorrections")]
    return article(
        _render(paper),
        source,
        "pubmed",
        record.data,
        record.number,
        version=pmid.get("Version", ""),
        pmid=plain(pmid),
        pmcid=bibliography.pmcid([ids.get("pmc", "")]),
        doi=bibliography.doi([ids.get("doi", "") or places.get("doi", "")]),
        registry_ids=_registry_ids(paper),
        journal=plain(paper.find("Journal/Title")) or plain(citation.find("MedlineJournalInfo/MedlineTA")),
        year=_year(paper),
        publication_types=types,
        record_status=statuses([*references, *types]),
        language=plain(paper.find("Language")),
        encoding=record.encoding,
    )


def _render(paper: etree._Element) -> Rendering:
    rendering = Rendering()
    for name in ("ArticleTitle", "VernacularTitle", "Book/BookTitle"):
        title = paper.find(name)
        if plain(title) and title is not None:
            rendering.add_title(inline_of(title))
            break
    for part in paper.iterfind("Abstract/AbstractText"):
        label = " ".join(part.get("Label", "").split())
        if label.upper() == "UNLABELLED":
            label = ""
        category = part.get("NlmCategory", "")
        section = labelled(label, category) if label or category not in ("", "UNASSIGNED") else ""
        rendering.add(inline_of(part), section, label)
    return rendering


def _registry_ids(paper: etree._Element) -> Iterator[str]:
    """The registry numbers in the list of data banks, which holds those of genes and proteins too."""
    for bank in paper.iterfind("DataBankList/DataBank"):
        for number in map(plain, bank.iterfind("AccessionNumberList/AccessionNumber")):
            yield from bibliography.registry_ids(number) or bibliography.registry_ids(
                f"{plain(bank.find('DataBankName'))}{number}"
            )


def _year(paper: etree._Element) -> int | None:
    dates = ("Journal/JournalIssue/PubDate", "ArticleDate", "Book/PubDate")
    for place in (f"{date}/{part}" for date in dates for part in ("Year", "MedlineDate")):
        if found := re.search(r"\b(?:19|20)\d\d\b", plain(paper.find(place))):
            return int(found[0])
    return None
