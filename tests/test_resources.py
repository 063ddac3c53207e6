"""What users bring: their own terms, MedDRA's files, a spaCy model. All made up here, in the real forms."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
import spacy
from spacy.training import Example

from pipeline.document import Document, ModelError, disease_model
from pipeline.extract import extract
from pipeline.extract.adverse_event import AdverseEvent
from pipeline.read import make_article
from pipeline.records import NO_RESOURCES, Resources
from pipeline.vocabulary.terminology import TermsError, terminology
from tests.test_commands import trialsift

TEXT = "RESULTS: Glimmer vision occurred in 3 patients. Two patients had fever and one patient had hepatitis."


def events(text: str, resources: Resources) -> dict[str, tuple[str, str]]:
    facts, _ = extract(Document(make_article(text, "a", "a", ""), resources))
    records = [fact.record for fact in facts if isinstance(fact.record, AdverseEvent)]
    return {each.term: (each.preferred_term, each.organ_class) for each in records}


@pytest.fixture
def terms(tmp_path: Path) -> Path:
    path = tmp_path / "terms.tsv"
    path.write_text("# ours\nglimmer vision\tphotopsia\tEye disorders\nhepatitis\tliver trouble\t\n", "utf-8")
    return path


@pytest.fixture
def meddra(tmp_path: Path) -> Path:
    """Files in the form of MedDRA's distribution, whose terms and codes are invented."""
    folder = tmp_path / "MedAscii"
    folder.mkdir()
    hierarchy = (
        "90000001$9001$9002$9003$Pyrexia-like rise$HLT$HLGT$Made-up general disorders$Gen$$9003$Y$\n"
        "90000001$9001$9002$9004$Pyrexia-like rise$HLT$HLGT$A second class$Sec$$9003$N$\n"
        "90000002$9001$9002$9004$Hepatic inflammation$HLT$HLGT$Made-up liver disorders$Liv$$9004$Y$\n"
    )
    (folder / "mdhier.asc").write_text(hierarchy, "latin-1")
    lowest = "".join(
        f"{code}${name}${preferred}$$$$$$$Y$$\n"
        for code, name, preferred in (
            (90000011, "Fever", 90000001),
            (90000012, "Hepatitis", 90000002),
            (90000013, "Ménétrier's", 90000002),
        )
    )
    (folder / "llt.asc").write_text(lowest, "latin-1")
    return folder


def test_without_resources() -> None:
    found = events(TEXT, NO_RESOURCES)
    assert found["fever"] == ("fever", "General disorders and administration site conditions")
    assert "Glimmer vision" not in found


def test_own_terms_are_found_and_named(terms: Path) -> None:
    found = events(TEXT, Resources(terms=terms))
    assert found["Glimmer vision"] == ("photopsia", "Eye disorders")
    assert found["hepatitis"] == ("liver trouble", "")
    assert found["fever"] == events(TEXT, NO_RESOURCES)["fever"]


def test_meddra_names_what_is_found(meddra: Path) -> None:
    found = events(TEXT, Resources(meddra=meddra))
    assert found["fever"] == ("Pyrexia-like rise", "Made-up general disorders")
    assert found["hepatitis"] == ("Hepatic inflammation", "Made-up liver disorders")
    assert "Glimmer vision" not in found


def test_a_synonym_of_ours_is_named_by_meddra_too(meddra: Path) -> None:
    assert events("RESULTS: Pyrexia occurred in 3 patients.", Resources(meddra=meddra))["Pyrexia"] == (
        "Pyrexia-like rise",
        "Made-up general disorders",
    )


def test_own_terms_come_before_meddra(terms: Path, meddra: Path) -> None:
    assert events(TEXT, Resources(terms=terms, meddra=meddra))["hepatitis"] == ("liver trouble", "")


def test_what_is_an_event_does_not_depend_on_meddra(meddra: Path) -> None:
    assert set(events(TEXT, Resources(meddra=meddra))) == set(events(TEXT, NO_RESOURCES))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("fever\n", "terms.tsv, line 1: not a term"),
        ("# x\n\tfever\t\n", "terms.tsv, line 2: not a term"),
        ("a\tb\tc\td\n", "terms.tsv, line 1: not a term"),
    ],
)
def test_a_bad_list_is_named(content: str, reason: str, tmp_path: Path) -> None:
    (tmp_path / "terms.tsv").write_text(content, "utf-8")
    with pytest.raises(TermsError, match=reason):
        terminology(Resources(terms=tmp_path / "terms.tsv"))


def test_bad_meddra_is_named(meddra: Path) -> None:
    (meddra / "mdhier.asc").write_text("1$2$3\n", "utf-8")
    with pytest.raises(TermsError, match=r"mdhier.asc, line 1: not 12 fields"):
        terminology(Resources(meddra=meddra))
    (meddra / "mdhier.asc").unlink()
    with pytest.raises(TermsError, match=r"mdhier.asc: No such file"):
        terminology(Resources(meddra=meddra, model="other"))


def test_the_command_says_what_is_wrong_with_a_list(tmp_path: Path) -> None:
    (tmp_path / "terms.tsv").write_text("fever\n", "utf-8")
    done = trialsift("extract", "-", "--terms", tmp_path / "terms.tsv", stdin=TEXT.encode())
    assert done.returncode == 2
    assert "terms.tsv, line 1" in done.stderr


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A real spaCy model that learnt two words for diseases that no vocabulary has."""
    language = spacy.blank("en")
    language.add_pipe("ner").add_label("DISEASE")
    sentences = ("Some patients had {} after a week.", "{} occurred in two patients.", "We saw {} and no other event.")
    examples = [
        Example.from_dict(
            language.make_doc(sentence.format(name)),
            {"entities": [(sentence.index("{}"), sentence.index("{}") + len(name), "DISEASE")]},
        )
        for sentence in sentences
        for name in ("glimmer sickness", "Glimmer sickness", "wobble knee", "Wobble knee")
    ]
    random.seed(1)
    optimizer = language.initialize(lambda: examples)
    for _ in range(30):
        language.update(examples, sgd=optimizer)
    folder = tmp_path_factory.mktemp("model") / "small"
    language.to_disk(folder)
    return str(folder)


def test_diseases_of_a_model_join_as_candidates(model: str) -> None:
    text = "RESULTS: Wobble knee occurred in two patients. Two patients had fever."
    assert set(events(text, NO_RESOURCES)) == {"fever"}
    assert set(events(text, Resources(model=model))) == {"Wobble knee", "fever"}


def test_a_candidate_is_an_event_only_where_one_is_said(model: str) -> None:
    assert events("BACKGROUND: Wobble knee is a disease of the old.", Resources(model=model)) == {}


def test_the_command_takes_a_model(model: str) -> None:
    text = b"RESULTS: Wobble knee occurred in two patients."
    assert "Wobble knee" in trialsift("extract", "-", "--format", "csv", "--model", model, stdin=text).stdout


@pytest.mark.parametrize("name", ["no_such_model", "/"])
def test_no_model_is_named(name: str) -> None:
    with pytest.raises(ModelError, match=f"{name}: not a model that spaCy"):
        disease_model(name)


def test_a_model_without_diseases_is_named(tmp_path: Path) -> None:
    spacy.blank("en").to_disk(tmp_path / "blank")
    with pytest.raises(ModelError, match="its entities are of no type DISEASE"):
        disease_model(str(tmp_path / "blank"))
