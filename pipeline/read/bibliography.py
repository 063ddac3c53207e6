"""What a page says of its article: identifiers of the article and of its trial, journal and year.

The registries are the primary registries of the WHO platform (ICTRP) and those that its search portal carries besides.
Each is written the way its registry does, without the spaces and colons that papers put in.
"""

from __future__ import annotations

from collections.abc import Iterable

import regex

_REGISTRIES = {
    "ACTRN": r"ACTRN\s?:?\s?(\d{14})p?",  # Australia and New Zealand
    "NCT": r"NCT[\s-]?:?\s?(\d{8})",  # ClinicalTrials.gov
    "ISRCTN": r"ISRCTN[\s-]?:?\s?(\d{8})",
    "ChiCTR": r"ChiCTR\s?((?:-[A-Z]{2,5})*-?\d{8,10})",  # China
    "ITMCTR": r"ITMCTR\s?(\d{10})",  # traditional medicine
    "CTRI/": r"CTRI\s?/\s?(\d{4}/\d{2,3}/\d{6})",  # India
    "DRKS": r"DRKS[\s-]?:?\s?(\d{8})",  # Germany
    "IRCT": r"IRCT\s?:?\s?(\d{8,}N\d+|\d{12,})",  # Iran
    "jRCT": r"jRCT\s?(s?\d{9,11}|[1-4][a-z]?\d{9})",  # Japan
    "UMIN": r"UMIN(?:[\s-]?CTR)?[\s-]?:?\s?(?:ID\s?:?\s?)?(?:UMIN)?(C?\d{9})",
    "JapicCTI-": r"Japic\s?CTI[\s-]?(\d{6})",
    "JMA-IIA": r"JMA-IIA(\d{5})",
    "KCT": r"KCT\s?(\d{7})",  # Korea
    "LBCTR": r"LBCTR\s?(\d{10})",  # Lebanon
    "NTR": r"NTR[\s-]?:?\s?(\d{2,5})",  # Netherlands, old
    "NL": r"NL-?(\d{4,6}(?:\.\d{3}\.\d{2})?)",  # Netherlands
    "NL-OMON": r"NL-OMON\s?(\d{4,6})",
    "PACTR": r"PACTR\s?(\d{15,16})",  # Africa
    "PER-": r"PER-(\d{3}-\d{2})",  # Peru
    "RBR-": r"RBR[-–]\s?([0-9a-z]{6,8})",  # Brazil
    "RPCEC": r"RPCEC\s?(\d{8})",  # Cuba
    "SLCTR/": r"SLCTR\s?/\s?(\d{4}/\d{3})",  # Sri Lanka
    "TCTR": r"TCTR\s?(\d{11})",  # Thailand
    "": r"(20\d{2}-5\d{5}-\d{2}(?:-\d{2})?|(?:19|20)\d{2}-\d{6}-\d{2})(?!-?\d)",  # EudraCT and CTIS
}
_REGISTRY_PATTERNS = {
    prefix: regex.compile(rf"(?<![\p{{L}}\d]){pattern}(?![\p{{L}}\d])", regex.IGNORECASE)
    for prefix, pattern in _REGISTRIES.items()
}
_PMID = regex.compile(r"\bPMID\s*:?\s*(\d{1,8})\b")
_PMCID = regex.compile(r"\bPMC(?:ID)?\s*:?\s*(?:PMC)?(\d{5,9})\b")
_DOI = regex.compile(r"\b10\.\d{4,9}/[^\s\"<>]+")

_JOURNAL = regex.compile(r"^\s*Journal\s*:?\s+(\S[^\n]{1,98}\S)\s*$", regex.MULTILINE)
_YEAR = regex.compile(
    r"^[^\n]{0,80}?\b(?:Published(?:\sonline)?|Publication\sdate|Epub|Date)\b[^\n]{0,40}?\b((?:19|20)\d\d)\b",
    regex.MULTILINE,
)


def journal(header: str) -> str:
    """The journal that a line of the page's header names (`Journal …`), or empty."""
    found = _JOURNAL.search(header)
    return str(found[1]) if found else ""


def year(header: str) -> int | None:
    """The year that a line of the page's header gives as that of publication, or None."""
    found = _YEAR.search(header)
    return int(found[1]) if found else None


def registry_ids(text: str) -> tuple[str, ...]:
    """The trial registry numbers in a text, each once, in the order of their first mention."""
    found = [
        (match.start(), prefix + match[1].upper() if prefix not in ("jRCT", "RBR-") else prefix + match[1].lower())
        for prefix, pattern in _REGISTRY_PATTERNS.items()
        for match in pattern.finditer(text)
    ]
    return tuple(dict.fromkeys(identifier for _, identifier in sorted(found)))


def pmid(texts: Iterable[str]) -> str:
    """The first PubMed identifier in the texts, digits only, or empty."""
    return next((match[1] for text in texts for match in _PMID.finditer(text)), "")


def pmcid(texts: Iterable[str]) -> str:
    """The first PubMed Central identifier in the texts (`PMC…`), or empty."""
    return next((f"PMC{match[1]}" for text in texts for match in _PMCID.finditer(text)), "")


def doi(texts: Iterable[str]) -> str:
    """The first DOI in the texts, in lower case and without the punctuation behind it, or empty."""
    for text in texts:
        for match in _DOI.finditer(text):
            found = match[0].rstrip(".,;:]}")
            return (found.rstrip(")") if found.count(")") > found.count("(") else found).lower()
    return ""
