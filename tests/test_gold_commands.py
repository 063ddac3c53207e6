"""`trialsift gold`: from papers to annotations to correct, into another tool's form, checked, and back."""

from __future__ import annotations

from pathlib import Path

from tests.test_commands import ABSTRACT, trialsift


def test_start_convert_and_validate(tmp_path: Path) -> None:
    (tmp_path / "paper.txt").write_text(ABSTRACT, "utf-8")
    begun, there, back = tmp_path / "begun", tmp_path / "there.json", tmp_path / "back"
    assert trialsift("gold", "start", tmp_path / "paper.txt", "--out", begun).returncode == 0
    assert (begun / "paper.txt").read_text("utf-8") == ABSTRACT
    assert "SampleSize 37 43\tTwelve" in (begun / "paper.ann").read_text("utf-8")
    assert "1 documents in" in trialsift("gold", "convert", begun, there, "--to", "label-studio").stderr
    assert trialsift("gold", "convert", there, back).returncode == 0
    assert (back / "paper.ann").read_text("utf-8") == (begun / "paper.ann").read_text("utf-8")
    checked = trialsift("gold", "validate", back)
    assert (checked.returncode, checked.stderr) == (0, "1 documents, 0 faults\n")


def test_faults_are_named_and_end_with_one(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Six people", "utf-8")
    (tmp_path / "a.ann").write_text("T1\tSampleSize 4 7\tSix\nT2\tPeople 4 10\tpeople\n", "utf-8")
    checked = trialsift("gold", "validate", tmp_path)
    assert checked.returncode == 1
    assert "a.ann, line 1: SampleSize [4, 7) says 'Six'" in checked.stderr
    assert "a.ann, line 2: People [4, 10): unknown label 'People'" in checked.stderr
    converted = trialsift("gold", "convert", tmp_path, tmp_path / "gold.jsonl", "--to", "jsonl")
    assert converted.returncode == 1
    assert not (tmp_path / "gold.jsonl").exists()


def test_an_unknown_form_is_wrong_usage(tmp_path: Path) -> None:
    assert trialsift("gold", "convert", tmp_path, tmp_path / "b", "--to", "excel").returncode == 2
