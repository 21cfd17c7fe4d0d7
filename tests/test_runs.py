"""Replications: paired, resumed where they stopped, never lost, and the same in whatever process they run."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from scenarios import design, keeping, runs
from scenarios import plan as files
from scenarios.plan import Scenario
from scenarios.results import Results
from scenarios.runs import Job, Replication
from simulation import places
from simulation.errors import BadInput, RunStopped
from simulation.plan import Budget, Plan, Shift

SMALL = 200  # one adult in so many: about 1,240 people
YEARS = 1


def asked(name: str = "ten_percent_to_community") -> Scenario:
    found = files.load(name, places=places.known())
    return replace(found, years=YEARS, plan=replace(found.plan, years=YEARS))


def job(scenario: Scenario, replication: int = 0, worlds: str = "drawn", **change: Any) -> Job:
    return Job("doncaster", tuple(change.pop("runs", None) or two(scenario)), change.pop("seed", 1), replication, SMALL, worlds)


def two(scenario: Scenario) -> list[design.Run]:
    return design.runs_for(scenario, places=places.known(), rivals=False, variants=False, all_rules=False)


@pytest.fixture(scope="module")
def really() -> Replication:
    """One real replication of the headline plan's first year and its baseline."""
    return runs.run_one(job(asked()))


# Pairing ------------------------------------------------------------------------------------------------------------
def test_a_plan_that_changes_nothing_is_nought_in_every_measure_through_the_whole_path(tmp_path: Path) -> None:
    """A shift of nothing and an investment of nothing, run beside present policy: every figure the same, bit for bit."""
    scenario = asked()
    nothing = Plan(name="nothing", years=YEARS, budget=scenario.plan.budget, invest={"homeshare": {0: 0.0}},
                   shifts=(Shift("older_residential_and_nursing", 0.0, 0, 52, {"shared_lives": 1.0}),))
    idle = replace(scenario, name="nothing", plan=nothing)
    chosen = two(idle)
    assert [bool(run.against) for run in chosen] == [False, True], "it is run, not read off the baseline"
    file = tmp_path / "replications"
    (done,) = runs.run_all([job(idle, runs=chosen)], file, workers=1)
    again = runs.load_replication(next(file.iterdir()))
    assert again is not None
    for r in (done, again):
        assert np.isfinite(r.values).any()
        np.testing.assert_array_equal(r.values[0], r.values[1])
        for name, series in r.weekly.items():
            np.testing.assert_array_equal(series, r.weekly[chosen[0].key + "\t" + name.split("\t")[1]])
    rows = Results(idle, chosen, [done], SMALL, "drawn").rows()
    assert len(rows) > 500 and {row[c] for row in rows for c in row if c.startswith("difference")} == {0}


def test_the_runs_of_a_replication_share_people_and_luck_and_part_only_by_the_plan(really: Replication) -> None:
    at = {k: i for i, k in enumerate(really.index)}
    before = [i for (y, *_), i in at.items() if y < 0]
    np.testing.assert_array_equal(really.values[0, before], really.values[1, before])
    people = at[0, "people", "people", "all"]
    assert abs(really.values[1, people] / really.values[0, people] - 1) < 0.01
    assert (really.values[0] != really.values[1]).any(), "a plan with transition money is felt in its first year"


def test_a_run_is_the_same_whatever_else_is_run_beside_it(really: Replication) -> None:
    scenario = asked()
    more = design.runs_for(scenario, places=places.known(), rivals=False, variants=True, all_rules=False)
    wider = runs.run_one(job(scenario, runs=more))
    at = {k: i for i, k in enumerate(wider.index)}
    for key in really.keys:
        np.testing.assert_array_equal(wider.values[wider.keys.index(key), [at[k] for k in really.index]],
                                      really.values[really.keys.index(key)])


# What determines an answer ------------------------------------------------------------------------------------------
def test_the_hash_tells_apart_all_that_determines_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    first = job(asked())
    others = [replace(first, seed=2), replace(first, replication=1), replace(first, one_in=100), replace(first, worlds="central"),
              replace(first, runs=first.runs[:1]),
              replace(first, runs=(first.runs[0], replace(first.runs[1], plan=replace(first.runs[1].plan, budget=Budget("real_growth", 0.01)))))]
    hashes = [first.hash, *(o.hash for o in others)]
    assert len(set(hashes)) == len(hashes) and job(asked()).hash == first.hash
    monkeypatch.setattr(runs, "code_hash", lambda: "a rule was mended")
    assert job(asked()).hash != hashes[0], "an old answer is not taken up by new code"


# Stopped, spoilt, and taken up again, with made-up replications that cost nothing -----------------------------------------
def made_up(one: Job) -> Replication:
    luck = np.random.default_rng(one.replication)
    index = [(0, "council_net", "pounds", "all"), (0, "people", "people", "all")]
    return Replication(one.replication, [r.key for r in one.runs], index, luck.normal(size=(len(one.runs), 2)),
                       {f"{r.key}\tpeople": luck.normal(size=52).astype(np.float32) for r in one.runs}, 0.1, "w")


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Replications made up in no time; the list tells which were really run."""
    ran: list[int] = []

    def run(one: Job) -> Replication:
        ran.append(one.replication)
        return made_up(one)

    monkeypatch.setattr(runs, "run_one", run)
    yield ran


def four() -> list[Job]:
    return [job(asked(), k) for k in range(4)]


def same(a: list[Replication], b: list[Replication]) -> None:
    assert [r.replication for r in a] == [r.replication for r in b]
    for x, y in zip(a, b):
        assert x.keys == y.keys and x.index == y.index and list(x.weekly) == list(y.weekly)
        np.testing.assert_array_equal(x.values, y.values)
        for name in x.weekly:
            assert x.weekly[name].dtype == y.weekly[name].dtype
            np.testing.assert_array_equal(x.weekly[name], y.weekly[name])


def test_what_is_read_back_is_what_was_found_bit_for_bit(really: Replication, tmp_path: Path) -> None:
    runs.save_replication(tmp_path / "one.npz", really)
    back = runs.load_replication(tmp_path / "one.npz", job(asked()))
    assert back is not None and back.world == really.world
    same([back], [really])
    assert [p.name for p in tmp_path.iterdir()] == ["one.npz"]


def test_a_stopped_comparison_goes_on_where_it_was(quick: list[int], tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []

    def stop_after_two(_: Replication, done: int, total: int) -> None:
        told.append((done, total))
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(RunStopped, match=r"2 of 4 replications are finished and kept; the same command goes on"):
        runs.run_all(four(), tmp_path, workers=1, progress=stop_after_two)
    assert quick == [0, 1] and told == [(1, 4), (2, 4)]
    told.clear()
    resumed = runs.run_all(four(), tmp_path, workers=1, progress=lambda _, done, total: told.append((done, total)))
    assert quick == [0, 1, 2, 3] and told == [(k, 4) for k in (1, 2, 3, 4)]
    same(resumed, runs.run_all(four(), tmp_path / "uninterrupted", workers=1))
    runs.run_all(four(), tmp_path, workers=1)
    assert len(quick) == 8, "nothing is run twice"


@pytest.mark.parametrize("spoil", [
    lambda f: f.write_bytes(f.read_bytes()[:200]), lambda f: f.write_bytes(b""), lambda f: f.write_bytes(bytes(500)),
    lambda f: f.write_bytes(b"PK\x03\x04" + bytes(range(256))), lambda f: f.write_text("not a replication"),
    lambda f: f.write_bytes(f.read_bytes()[:-300] + bytes(300)),
    lambda f: np.savez(f, head=np.array('{"replication": 1}'), values=np.zeros(3)),
    lambda f: np.savez(f, head=np.array("[]"), values=np.array([None], dtype=object))],
    ids=["half", "empty", "noughts", "zip_head", "words", "end_lost", "other_head", "pickle"])
def test_a_spoilt_file_is_told_of_and_run_again(spoil: Any, quick: list[int], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = runs.run_all(four(), tmp_path, workers=1)
    file = next(tmp_path.glob("replication_0001_*.npz"))
    spoil(file)
    again = runs.run_all(four(), tmp_path, workers=1)
    assert quick == [0, 1, 2, 3, 1]
    assert capsys.readouterr().err == f"{file.name} cannot be read; this replication is run again\n"
    same(again, first)


def test_a_file_of_other_runs_is_not_taken_up(quick: list[int], tmp_path: Path) -> None:
    mine = job(asked())
    (tmp_path / "x").mkdir()
    runs.save_replication(tmp_path / "x" / "a.npz", made_up(replace(mine, runs=mine.runs[:1])))
    assert runs.load_replication(tmp_path / "x" / "a.npz", mine) is None


def test_a_full_disk_stops_plainly_and_keeps_what_is_there(quick: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep = keeping.whole

    def full(file: Path, write: Any) -> Path:
        if "replication_0002" in file.name:
            raise OSError(28, "No space left on device", str(file))
        return keep(file, write)

    monkeypatch.setattr(keeping, "whole", full)
    with pytest.raises(RunStopped, match=r"replication_0002.*No space left on device.*2 of 4 replications"):
        runs.run_all(four(), tmp_path, workers=1)
    assert len(list(tmp_path.glob("*.npz"))) == 2 and not list(tmp_path.glob("*.part-*"))


# Processes ------------------------------------------------------------------------------------------------------------
def die(*_: Any) -> None:
    import os

    os.kill(os.getpid(), signal.SIGKILL)


def test_a_worker_that_is_ended_from_outside_is_told_of_without_a_traceback(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "finished", die)
    with pytest.raises(RunStopped, match=r"ended from outside.*0 of 2 replications.*fewer --workers"):
        runs.run_all(four()[:2], tmp_path, workers=2)


def test_workers_are_as_many_as_there_is_work_for() -> None:
    assert [runs.worker_count(w, n) for w, n in ((1, 9), (4, 2), (3, 9), (5, 0))] == [1, 2, 3, 1]
    assert runs.worker_count(0, 100) >= 1


def test_a_pool_is_born_deaf_to_ctrl_c_and_the_parent_is_not_left_so() -> None:
    before = signal.getsignal(signal.SIGINT)
    with runs._deaf_to_ctrl_c():
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    assert signal.getsignal(signal.SIGINT) is before
    heard: list[BaseException] = []

    def elsewhere() -> None:
        try:
            with runs._deaf_to_ctrl_c():
                pass
        except BaseException as error:
            heard.append(error)

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert not heard, "off the main thread signals are nobody's to set"


# One folder, one comparison -------------------------------------------------------------------------------------------
def test_a_folder_in_use_is_refused_and_free_again_afterwards(tmp_path: Path) -> None:
    with keeping.held(tmp_path), pytest.raises(BadInput, match=r"another careshift is writing its answers here; wait"), \
            keeping.held(tmp_path):
        pass
    with keeping.held(tmp_path):
        pass


def test_a_folder_that_cannot_be_written_is_refused_at_once(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(BadInput, match=r"cannot be written here \(Not a directory\); name another folder with --results"):
        keeping.writable(tmp_path / "file" / "answers")


def test_no_reader_ever_finds_half_a_file(tmp_path: Path) -> None:
    keeping.whole_text(tmp_path / "a.txt", "old")

    def fails(out: Any) -> None:
        out.write(b"half of the ne")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        keeping.whole(tmp_path / "a.txt", fails)
    assert (tmp_path / "a.txt").read_text() == "old" and [p.name for p in tmp_path.iterdir()] == ["a.txt"]


# Rivals -------------------------------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def beside() -> tuple[list[design.Run], Replication]:
    """Three years of a cut and what stands beside it, in a town of some 12,000 people."""
    found = files.load("budget_cut", places=places.known())
    found = replace(found, years=3, plan=replace(found.plan, years=3))
    chosen = design.runs_for(found, places=places.known(), variants=False, all_rules=False)
    return chosen, runs.run_one(Job("doncaster", tuple(chosen), 1, 0, 20, "central"))


def test_a_cut_has_the_same_cut_without_reform_beside_it_with_the_same_total_each_year(beside: tuple[list[design.Run], Replication]) -> None:
    """Its budget is the plan's own outturn, to the penny; what it spends in the end comes to within three in a hundred of it."""
    chosen, done = beside
    at, row = {tuple(k): i for i, k in enumerate(done.index)}, {k: done.values[i] for i, k in enumerate(done.keys)}
    nothing, plan, cut = (next(r for r in chosen if r.scenario == name) for name in ("as_now", "budget_cut", design.SAME_CUT))
    figures = {k: {key: v[i] for key, i in at.items()} for k, v in row.items()}
    given = design.with_money(cut, figures).plan
    assert not (given.shifts or given.invest or given.levers), "no reform"
    for year in range(3):
        key = (year, "council_net", "pounds", "all")
        assert given.budget.pounds[year] == figures[plan.key][key]
        assert figures[cut.key][key] == pytest.approx(figures[plan.key][key], rel=0.03)
    total = [sum(figures[k.key][year, "council_net", "pounds", "all"] for year in range(3)) for k in (nothing, plan, cut)]
    assert abs(total[2] - total[1]) < 0.5 * (total[0] - total[1]), "much nearer the plan than doing nothing"


def test_health_support_in_homes_has_the_plans_own_money_year_by_year() -> None:
    """What is invested in the rival is what the plan put in: transition money, money set free, investment, in that world."""
    found = files.load("ten_percent_to_community", places=places.known())
    found = replace(found, years=2, plan=replace(found.plan, years=2))
    chosen = [r for r in design.runs_for(found, places=places.known(), variants=False, all_rules=False)
              if r.scenario in ("as_now", found.name, "care_home_health_support")]
    done = runs.run_one(Job("doncaster", tuple(chosen), 1, 0, 50, "central"))
    value = {(k, *key[:2]): done.values[i, j] for i, k in enumerate(done.keys) for j, key in enumerate(done.index) if key[3] == "all"}
    for year in range(2):
        put = sum(value[chosen[1].key, year, m] for m in design.PUT_IN)
        assert put > 0 and value[chosen[2].key, year, "invested"] == pytest.approx(put, rel=1e-6)
