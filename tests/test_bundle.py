"""A bundle: the same bits twice, any change found, and answers that its own code gives again."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from careshift import api
from scenarios import bundle, bundle_parts, runs
from scenarios.store import Store
from simulation.errors import BadInput
from tests.test_command import SHORT, Told, careshift, plan
from tests.test_experiment import whole

__all__ = ["careshift", "whole"]  # fixtures


@pytest.fixture(autouse=True)
def warmed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "warm", lambda _: 0)


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real comparison of one year, two pairs, with its bundle beside it."""
    folder = tmp_path_factory.mktemp("answers")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(runs, "warm", lambda _: 0)
        done = api.compare(folder / plan(folder, SHORT), one_in=200, replications=2, workers=1, beside=(), folder=folder / "r")
    (done.folder / "report.html").write_text("<!doctype html>", encoding="utf-8")
    bundle.pack(folder / "b.zip", bundle_parts.of_results(done.folder))
    return folder


def inside(file: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(file) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


# What is in it ------------------------------------------------------------------------------------------------------------
def test_a_bundle_is_the_same_bits_each_time_and_its_manifest_is_sha256sums(answers: Path, tmp_path: Path) -> None:
    bundle.pack(tmp_path / "again.zip", bundle_parts.of_results(answers / "r"))
    assert (tmp_path / "again.zip").read_bytes() == (answers / "b.zip").read_bytes()
    parts = inside(answers / "b.zip")
    said = dict(reversed(line.split("  ", 1)) for line in parts.pop(bundle.MANIFEST).decode().splitlines())
    assert said == {name: hashlib.sha256(raw).hexdigest() for name, raw in parts.items()}
    assert bundle.check(answers / "b.zip")[0] == len(parts)


def test_it_holds_what_a_paper_needs(answers: Path) -> None:
    parts = inside(answers / "b.zip")
    assert {"README.md", "Containerfile", "requirements.txt", "LICENSE", "answers/summary.csv", "answers/codebook.csv", "answers/weekly.csv.gz",
            "answers/run.json", "answers/report.html", "answers/events.csv.gz", "asked/mine.yaml", "place/doncaster/place.yaml", "place/ATTRIBUTION.md",
            "evidence/register.csv", "checklists/odd.md", "checklists/stress-abs.md", "checklists/trace.md", "code/simulation/model.py",
            "code/careshift/cli.py",
            "code/scenarios/library/as_now.yaml", "code/simulation/evidence/falling.yaml", "code/careshift/report/report.html"} <= parts.keys()
    assert parts["asked/mine.yaml"] == (answers / "mine.yaml").read_bytes()
    register = list(csv.DictReader(io.StringIO(parts["evidence/register.csv"].decode())))
    assert len(register) == len(api.evidence()) and all(row["source"] for row in register)
    recipe = parts["Containerfile"].decode()
    assert recipe.startswith(f"FROM python:{sys.version_info.major}.{sys.version_info.minor}-slim\n") and "://" not in recipe
    pins = parts["requirements.txt"].decode().splitlines()
    assert f"numpy=={np.__version__}" in pins and all(re.fullmatch(r"[\w.-]+==[\w.+]+", pin) for pin in pins) and not any("pytest" in p for p in pins)
    checklist = parts["checklists/stress-abs.md"].decode()
    assert "2 replications" in checklist and f"| {len(register)} numbers: " in checklist and "To be written by the authors" in checklist
    trace = parts["checklists/trace.md"].decode()
    assert all(f"\n| {k} " in trace for k in range(1, 9)) and "No posterior was used" in trace and f"{len(register)} numbers with unit" in trace
    assert "scenario 1 of 1" in parts["README.md"].decode().lower()
    assert str(answers).encode() not in b"".join(parts.values()), "whoever packs it does not show their own folders"


def test_the_event_log_is_the_run_that_is_kept(answers: Path) -> None:
    parts = inside(answers / "b.zip")
    events = list(csv.DictReader(io.TextIOWrapper(gzip.GzipFile(fileobj=io.BytesIO(parts["answers/events.csv.gz"])), "utf-8")))
    assert re.search(r"run again with all its events \([\d,]+\); every one of its [\d,]{5,} figures .* to the last bit", parts["README.md"].decode())
    kept = runs.load_replication(next((answers / "r" / "replications").glob("replication_0000_*.npz")))
    assert kept is not None
    stays = kept.values[-1][[k[1] == "emergency_stays" and k[3] == "all" and k[0] == 0 for k in kept.index]]
    mine = sum(e["kind"] == "emergency stay" and 0 <= int(e["week"]) < 52 for e in events)
    assert mine * 200 == pytest.approx(float(stays[0]), rel=1e-6) and len(events) > 100


@pytest.mark.slow
def test_the_code_in_a_bundle_gives_the_same_answers(answers: Path, tmp_path: Path) -> None:
    """Unpacked, and run as its README says, with nothing of this project on the path."""
    with zipfile.ZipFile(answers / "b.zip") as packed:
        packed.extractall(tmp_path)
    line = next(x for x in (tmp_path / "README.md").read_text(encoding="utf-8").splitlines() if "careshift.cli compare" in x)
    words = line.split("careshift.cli ")[1].split()
    done = subprocess.run([sys.executable, "-m", "careshift.cli", *words, "--workers", "1"], cwd=tmp_path, capture_output=True, text=True, timeout=300,
                          env=os.environ | {"PYTHONPATH": "code"})
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "again" / "summary.csv").read_bytes() == (tmp_path / "answers" / "summary.csv").read_bytes()


def test_a_comparison_made_with_a_posterior_is_run_again_with_the_set_it_had(tmp_path: Path) -> None:
    """Each replication holds the numbers at a set of its own: run again at central values, other figures would come and be refused."""
    done = api.compare(tmp_path / plan(tmp_path, SHORT), one_in=200, replications=2, workers=1, beside=(), folder=tmp_path / "r", posterior="five_places")
    assert any(isinstance(x, tuple) for x in done.about["posterior"]["sets"][0].values()), "a table of the register is among them"
    parts = bundle_parts.of_results(done.folder)
    readme = parts["README.md"].decode()
    assert "--posterior asked/posterior.json" in readme and "A posterior was used" in readme and "to the last bit" in readme
    assert json.loads(parts["asked/posterior.json"]) == json.loads(Path("simulation/posterior/five_places.json").read_text(encoding="utf-8"))
    file = tmp_path / "r" / "run.json"
    about = json.loads(file.read_text(encoding="utf-8"))
    name = next(iter(about["posterior"]["sets"][0]))
    about["posterior"]["sets"][0][name] *= 1.5
    file.write_text(json.dumps(about), encoding="utf-8")
    with pytest.raises(BadInput, match="does not give the figures that are kept"):
        bundle_parts.of_results(done.folder)
    del about["posterior"]["sets"]
    file.write_text(json.dumps(about), encoding="utf-8")
    with pytest.raises(BadInput, match="which set of the posterior each replication had"):
        bundle_parts.of_results(done.folder)


# What is found out --------------------------------------------------------------------------------------------------------
def spoilt(file: Path, to: Path, change: Callable[[dict[str, bytes]], object]) -> Path:
    parts = inside(file)
    change(parts)
    with zipfile.ZipFile(to, "w") as packed:
        for name, raw in parts.items():
            packed.writestr(name, raw)
    return to


SPOILT = {
    "a figure": (lambda p: p.update({"answers/summary.csv": p["answers/summary.csv"].replace(b"1", b"2", 1)}),
                 r"answers/summary\.csv: is not as it was packed"),
    "a file gone": (lambda p: p.pop("asked/mine.yaml"), r"asked/mine\.yaml: is named in the manifest and is not there"),
    "a file more": (lambda p: p.update({"answers/more.csv": b"x"}), r"answers/more\.csv: is there and is not named in the manifest"),
    "the manifest": (lambda p: p.update({bundle.MANIFEST: p[bundle.MANIFEST] + b"nonsense\n"}), r"the manifest has a line that names no file"),
    "no manifest": (lambda p: p.pop(bundle.MANIFEST), r"this is no bundle of careshift: there is no MANIFEST\.sha256 in it"),
}


@pytest.mark.parametrize("name", SPOILT)
def test_whatever_was_changed_is_found(name: str, answers: Path, tmp_path: Path, careshift: Callable[..., Told]) -> None:
    change, said = SPOILT[name]
    told = careshift("bundle", "--check", str(spoilt(answers / "b.zip", tmp_path / "s.zip", change)))
    assert told.code == 2 and re.search(said, told.err) and "Traceback" not in told.err, told


def test_half_a_bundle_and_flipped_bits_are_found(answers: Path, tmp_path: Path) -> None:
    raw = (answers / "b.zip").read_bytes()
    (tmp_path / "half.zip").write_bytes(raw[: len(raw) // 2])
    with pytest.raises(BadInput, match="this zip file cannot be read"):
        bundle.check(tmp_path / "half.zip")
    with zipfile.ZipFile(answers / "b.zip") as packed:
        at = packed.getinfo("answers/summary.csv")
    place = at.header_offset + 30 + len(at.filename) + at.compress_size // 2
    (tmp_path / "bit.zip").write_bytes(raw[:place] + bytes([raw[place] ^ 255]) + raw[place + 1:])
    with pytest.raises(BadInput, match=r"answers/summary\.csv: is not as it was packed"):
        bundle.check(tmp_path / "bit.zip")


def test_answers_of_another_code_or_that_do_not_come_out_again_are_not_packed(answers: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(answers / "r", tmp_path / "r")
    file = next((tmp_path / "r" / "replications").glob("replication_0000_*.npz"))
    kept = runs.load_replication(file)
    assert kept is not None
    kept.values[-1, 5] += 1.0
    runs.save_replication(file, kept)
    with pytest.raises(BadInput, match="does not give the figures that are kept"):
        bundle_parts.of_results(tmp_path / "r")
    monkeypatch.setattr(runs, "code_hash", lambda: "a rule was mended")
    with pytest.raises(BadInput, match="these answers were given by other code than are here now; pack them with the careshift that gave them"):
        bundle_parts.of_results(answers / "r", events=False)


@pytest.mark.parametrize(("words", "said"), [
    (("results",), r"there is no such folder; name a folder that careshift compare wrote"), ((".",), r"there is no run\.json and no summary\.csv"),
    ((), r"says neither a folder of answers nor an experiment"), (("experiment",), r"says neither"), (("a", "b"), r"says neither"),
    (("experiment", "x"), r"there is no store here"), (("--check", "x.zip"), r"there is no such file"), (("x", "--check", "x.zip"), r"packs nothing"),
    (("x", "--store", "s.db"), r"says neither")])
def test_what_cannot_be_packed_is_told_plainly(words: tuple[str, ...], said: str, careshift: Callable[..., Told]) -> None:
    told = careshift("bundle", *words)
    assert told.code == 2 and re.search(said, told.err) and "Traceback" not in told.err, told


def test_a_run_json_that_is_none_is_told_plainly(answers: Path, tmp_path: Path, careshift: Callable[..., Told]) -> None:
    shutil.copytree(answers / "r", tmp_path / "r")
    for text, said in (("{", "JSONDecodeError"), ('{"scenario": 1}', "KeyError"), ("[]", "TypeError")):
        (tmp_path / "r" / "run.json").write_text(text, encoding="utf-8")
        told = careshift("bundle", "r")
        assert told.code == 2 and f"its run.json cannot be read ({said}" in told.err, told


# An experiment ------------------------------------------------------------------------------------------------------------
def test_an_experiment_is_packed_with_its_file_its_runs_and_every_plan_tried(whole: Path, tmp_path: Path, careshift: Callable[..., Told]) -> None:
    (tmp_path / "s.db").write_bytes((whole / "s.db").read_bytes())
    for name in ("a.zip", "b.zip"):
        told = careshift("bundle", "experiment", "tiny", "--store", "s.db", "-o", name)
        assert told.code == 0 and "hash of the manifest" in told.out, told
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes() and careshift("bundle", "--check", "a.zip").code == 0
    parts = inside(tmp_path / "a.zip")
    assert parts["asked/tiny.yaml"] == (whole / "tiny.yaml").read_bytes() and parts["answers/means.csv"] == (whole / "means.csv").read_bytes()
    assert parts["answers/runs.csv"] == (whole / "runs.csv").read_bytes() and "to the last bit" in parts["README.md"].decode()
    assert {(s["name"], s["number"], s["of"]) for s in json.loads(parts["answers/tried.json"])} >= {("ten_percent_to_community", 1, 1)}


def test_an_experiment_that_is_not_finished_is_not_packed(whole: Path, tmp_path: Path) -> None:
    (tmp_path / "s.db").write_bytes((whole / "s.db").read_bytes())
    with Store(tmp_path / "s.db") as store:
        with store.engine.begin() as c:
            c.exec_driver_sql("UPDATE runs SET state = 'planned' WHERE id = 1")
        with pytest.raises(BadInput, match="of tiny, 1 runs are not finished; go on with --resume first"):
            bundle_parts.of_experiment(store, "tiny", events=False)
