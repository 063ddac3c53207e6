"""The one number of a trial: marked where it is said, and nothing is marked where a curator would be in doubt."""

from __future__ import annotations

import pytest

from pipeline.extract.sample_size import find, normalise
from pipeline.extract.study_size import study_size
from tests.marked import document, unmark

CASES = (
    "[[Sixty]] patients were randomised to balm (n = 30) or soap (n = 30). Itch improved in 12 patients.",
    "Of 140 adults screened, [[96]] were enrolled; 48 received tea and 48 received water.",
    "We enrolled 210 women, of whom [[204]] were randomly assigned to a brace or none. Data of 190 were used.",
    "A [[24]]-patient study of a nasal spray. Sneezing stopped in nine patients.",
    "Twelve trials with [[1,204]] patients were included in the analysis.",
    # most of those enrolled were never randomized: the study is the larger number
    "[[900]] patients were enrolled in a run-in phase. Thirty patients were randomised to a second course.",
    # planned, and nothing else
    "We will recruit [[80]] patients with hay fever.",
    # groups without a total: sums are not for this column
    "Patients were randomised to balm (n = 30) or soap (n = 31).",
    # a group is larger than what looks like the total
    "Thirty-one patients completed the diary. The balm group (n = 80) slept better.",
    # no sample at all
    "Two patients died.",
    "This editorial discusses sleep.",
)


@pytest.mark.parametrize("case", CASES)
def test_size_of_the_study(case: str) -> None:
    text, marks = unmark(case)
    doc = document(text)
    facts = [(mention, normalise(mention, doc)) for mention in find(doc)]
    size = study_size([record for _, record in facts])
    expected = [(mention.start, mention.end) for mention, _ in facts if size is not None]
    assert (size is None) == (not marks)
    if marks:
        (start, end, _), *_ = marks
        assert (start, end) in expected
        assert [record.value for mention, record in facts if (mention.start, mention.end) == (start, end)] == [size]
