"""The extractors, one fact each, and all of them over one document.

A fact is one module here: a docstring with the question it answers, its record, pattern fragments and `RULES`,
`normalise`, `EXTRACTOR`. A new one is that module and its place in `EXTRACTORS`; its table, its comparison with gold
and the generic tests follow.
"""

from __future__ import annotations

from pipeline.document import Document
from pipeline.extract import adverse_event, cell_dose, p_value, sample_size, statistic
from pipeline.extract.extractor import Extractor, Fact
from pipeline.records import Rejected

EXTRACTORS: tuple[Extractor, ...] = (
    sample_size.EXTRACTOR,
    cell_dose.EXTRACTOR,
    p_value.EXTRACTOR,
    adverse_event.EXTRACTOR,
    statistic.EXTRACTOR,
)


def extract(document: Document) -> tuple[list[Fact], list[Rejected]]:
    """All facts of a document, in the order of its text, and the mentions that could not be normalised.

    Raises:
        TimeoutError: a pattern hit its time limit.
    """
    found = []
    rejected = []
    for extractor in EXTRACTORS:
        for mention in extractor.mentions(document):
            try:
                record = extractor.normalise(mention, document)
            except ValueError as error:
                rejected.append(Rejected(extractor.table, mention.start, mention.end, mention.text, str(error)))
            else:
                found.append((mention, extractor, record))
    found.sort(key=lambda each: (each[0].start, each[0].end, each[1].table))
    facts = [
        Fact(extractor.table, extractor.label, number, mention, record, extractor.doubt(mention, record))
        for number, (mention, extractor, record) in enumerate(found, 1)
    ]
    rejected.sort(key=lambda each: (each.start, each.end, each.table))
    return facts, rejected
