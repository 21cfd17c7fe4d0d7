"""Choices of structure as a factor of experiments: every combination in the same worlds, kept, verified, and in one table."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from careshift import api
from scenarios import again, answers, experiment, exporting, structured, structures
from scenarios import plan as files
from scenarios.experiment import Task
from scenarios.store import Store
from simulation.measures import MEASURES
from simulation.places import known
from tests.test_command import Told, careshift  # noqa: F401
from tests.test_experiment import TINY, carried, read, told

USUAL = TINY.replace("replications: 3", "replications: 1").replace("200", "20") + "worlds: central\nplaces: [riverton]\n"
BOTH = "structures: [hospital, money]\n"


def tasks(folder: Path, text: str) -> list[Task]:
    return experiment.tasks(read(folder, text), places=known())


# The file -----------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("line", "said"), [
    ("structures: [hospitl]", r"tiny\.yaml:9: structures\[0\]: 'hospitl' is not a choice of structure; did you mean hospital\?"),
    ("structures: [money, money]", r":9: structures\[1\]: 'money' is said twice; keep one of them"),
    ("structures: everything", r":9: structures: 'everything' is not a list of choices of structure; write all, or a list of some of budget, money, whom"),
    ("structures: [3]", r":9: structures: .* is not a list of choices"),
    ("structures: [hospital]\ncombine: full_grid\nparameters: {paying.hospital_cash_share: [0.1]}",
     r":11: parameters\.paying\.hospital_cash_share: the choice of structure hospital sets this number too; vary it here, or leave hospital out"),
])
def test_a_mistake_is_told_at_its_line_with_what_to_do(line: str, said: str, tmp_path: Path) -> None:
    assert re.search(said, told(tmp_path, USUAL + line + "\n")), told(tmp_path, USUAL + line + "\n")


def test_the_command_ends_with_two_and_no_traceback(careshift: Told, tmp_path: Path) -> None:  # noqa: F811
    (tmp_path / "mine.yaml").write_text(USUAL + "structures: [hospitl]\n", encoding="utf-8")
    said = careshift("experiment", "run", str(tmp_path / "mine.yaml"))
    assert said.code == 2 and "did you mean hospital?" in said.err and "Traceback" not in said.err


def test_all_is_every_combination_and_a_list_only_its_own_in_the_order_of_the_file(tmp_path: Path) -> None:
    assert len(read(tmp_path, USUAL + "structures: all\n").structures) == 32
    assert read(tmp_path, USUAL + BOTH).structures == ((), ("hospital",), ("money",), ("money", "hospital"))
    assert read(tmp_path, USUAL).structures == ((),)


# What is run --------------------------------------------------------------------------------------------------------------
def test_one_world_carries_every_combination_and_doing_nothing_once_for_each_that_touches_it(tmp_path: Path) -> None:
    (task,) = tasks(tmp_path, USUAL + "structures: all\n")
    bases, plans = [run for run in task.runs if not run.against], [run for run in task.runs if run.against]
    assert (len(bases), len(plans), len(set(task.keys))) == (8, 32, 40)
    assert {run.against for run in plans} == {run.key for run in bases}
    assert all(run.plan == plans[0].plan for run in plans), "the plan stays as it was asked, and is counted once"
    asked = experiment.asked(read(tmp_path, USUAL + "structures: all\n"), [task])
    assert [s["changes_nothing"] for s in asked.scenarios] == [True, False]


def test_as_usual_is_the_run_that_it_always_was_and_another_meaning_another_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (plain,), (both,) = tasks(tmp_path, USUAL), tasks(tmp_path, USUAL + BOTH)
    assert set(plain.keys) < set(both.keys)
    other = tuple(replace(c, beliefs={"paying.hospital_cash_share": 0.3}) if c.name == "hospital" else c for c in structures.choices())
    monkeypatch.setattr(structures, "choices", lambda: other)
    monkeypatch.setattr(structured, "choices", lambda: other)
    (changed,) = tasks(tmp_path, USUAL + BOTH)
    same = {run.key for run, key in zip(changed.runs, changed.keys) if key in both.keys}
    assert same == {run.key for run in both.runs if "hospital" not in run.key}


def test_what_a_run_is_stored_as_gives_the_run_again(tmp_path: Path) -> None:
    (task,) = tasks(tmp_path, USUAL + "structures: all\n")
    for run in task.runs:
        stored = {"falling.serious": 0.1} | structured.marks(run)
        changes, ways = structured.parted(stored)
        assert changes == {"falling.serious": 0.1} and ways == getattr(run, "ways", ())


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("structured")
    assert carried(read(folder, USUAL + BOTH), folder / "s.db").finished == 6
    return folder


def test_results_by_structure_stand_in_one_table(kept: Path) -> None:
    with Store(kept / "s.db") as store:
        asked = store.experiment("tiny")
        exporting.write(kept / "means.csv", exporting.COLUMNS, exporting.rows(store, asked, measures=("council_net", "nhs_cash", "practice_steer")))
    rows = list(csv.DictReader((kept / "means.csv").read_text(encoding="utf-8").splitlines()))
    table = {(r["measure"], r["structures"]): r for r in rows if r["difference_mean"] and r["group"] == "all"}
    plan = {ways: r for (measure, ways), r in table.items() if measure == "council_net"}
    assert list(plan) == ["as usual", "hospital", "money", "money + hospital"]
    assert {r["parameters"] for r in rows} == {"as they stand"} and {r["scenario_number"] for r in plan.values()} == {"1"}
    net, cash, steer = ({ways: r["mean"] for (measure, ways), r in table.items() if measure == name} for name in ("council_net", "nhs_cash", "practice_steer"))
    assert net["as usual"] == net["hospital"] and net["money"] == net["money + hospital"], "cash for hospital work moves nobody's life"
    assert float(cash["hospital"]) > 2 * float(cash["as usual"]) and float(steer["money"]) < float(steer["as usual"])


def test_one_plan_under_every_combination_is_run_once_and_gives_to_the_bit_what_an_experiment_gives(
        kept: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The command `careshift structures`, with two choices of the five so that it does not take minutes."""
    two = tuple(c for c in structures.choices() if c.name in ("money", "hospital"))
    monkeypatch.setattr(structures, "choices", lambda: two)
    asked, said = files.load("ten_percent_to_community", places=known()), list[str]()
    asked = replace(asked, place="riverton", years=1, seed=1, plan=replace(asked.plan, years=1))
    how = (asked, structures.Settings(1, 20, 1, "central"), tmp_path / structures.CSV)
    rows = structures.run(*how, said.append)
    assert len(rows) == len(said) == 4 and structures.run(*how, said.append) == rows and len(said) == 4, "what is kept is not run again"
    found = {tuple(c.name for c, other in zip(two, row.ways) if other): row.values for row in rows}
    assert found["money",] != found[()] and np.isfinite(list(found.values())).all()
    beside = api.compare(asked, replications=1, one_in=20, seed=1, worlds="central", workers=1, folder=tmp_path, beside=("structures",))
    assert structures.from_data(json.loads(json.dumps(beside.about["structures"]))) == rows, "a comparison takes up what is kept in its folder"
    shared = api.compare(asked, replications=2, seeds_per_set=2, one_in=20, seed=1, workers=1, folder=tmp_path / "shared", beside=("structures",))
    (first, *_), (second, *_) = ([r for r in structures.from_data(shared.about["structures"]) if r.world == k] for k in (0, 1))
    for row, pair in zip((first, second), answers.difference(shared.results, "council_net")):
        assert row.values[0] == pytest.approx(pair[0] / 1e6), "seeds that share a set of numbers share it here too"
    with Store(kept / "s.db") as store:
        every = store.runs(store.experiment("tiny")["key"], "finished")
        values = {r["key"]: store.values(r["id"]) for r in every}
        for r in (r for r in every if r["against"]):
            lived, base = ([sum(v[0, m, MEASURES[m].unit, "all"] for m in f.measures) / f.per for f in structures.FIGURES]
                           for v in (values[r["key"]], values[r["against"]]))
            assert tuple(a - b for a, b in zip(lived, base)) == found[structured.parted(r["changes"])[1]]


def test_a_stored_run_of_another_structure_is_the_same_to_the_last_bit_when_run_again(kept: Path) -> None:
    with Store(kept / "s.db") as store:
        every = store.runs(store.experiment("tiny")["key"], "finished")
        last = next(r for r in every if len(structured.parted(r["changes"])[1]) == 2)
        assert again.verify(store, last["key"]).same
