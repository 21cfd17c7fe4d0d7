"""Experiments: read strictly, combined as asked, and nothing lost when processes are really killed, stopped or out of disk."""

from __future__ import annotations

import contextlib
import csv
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from careshift import cli
from scenarios import again, experiment, experiment_form, exporting, parameters, runs, workers
from scenarios.experiment import Outcome, Tally, Task
from scenarios.store import Store
from simulation import places
from simulation.errors import BadInput, RunStopped
from simulation.evidence.register import central, load
from tests.driven import made_up
from tests.test_command import Told, nobody_left, wait_for

ROOT = Path(__file__).parent.parent
POSIX = pytest.mark.skipif(os.name != "posix", reason="signals as a terminal sends them")
TINY = """\
title: A tiny experiment
question: Is anything lost?
scenarios: [ten_percent_to_community]
years: 1
replications: 3
one_in: 200
"""
VARIED = TINY + "combine: row_by_row\nparameters:\n  falling.serious: [0.05, 0.10]\n  homeshare.lead: [1, 2]\n"


@pytest.fixture(autouse=True)
def warmed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compiling is tried elsewhere; here it would only take time."""
    monkeypatch.setattr(runs, "warm", lambda _: 0)


@pytest.fixture
def careshift(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Callable[..., Told]:
    """The command in this process, in a folder of its own that has tiny.yaml."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tiny.yaml").write_text(TINY, encoding="utf-8")

    def run(*words: str) -> Told:
        monkeypatch.setattr(sys, "argv", ["careshift", "experiment", *words])
        capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            cli.main()
        said = capsys.readouterr()
        return Told(int(end.value.code or 0), said.out, said.err)
    return run


def read(folder: Path, text: str = TINY) -> experiment_form.Experiment:
    (folder / "tiny.yaml").write_text(text, encoding="utf-8")
    return experiment_form.load(folder / "tiny.yaml", places=places.known())


def told(folder: Path, text: str) -> str:
    with pytest.raises(BadInput) as error:
        read(folder, text)
    return "\n".join(str(p).replace(str(folder), "") for p in error.value.problems)


# The file -----------------------------------------------------------------------------------------------------------------
MISTAKES = {
    "misspelt field": (TINY.replace("years", "yeers"), r"tiny\.yaml:4: yeers: 'yeers' is not a field; did you mean years\?"),
    "missing field": (TINY.replace("replications: 3\n", ""), r"replications: this field is missing; add replications: how many worlds"),
    "unknown scenario": (TINY.replace("ten_percent_to_community", "ten_percent"), r":3: scenarios\[0\]: there is no file or scenario 'ten_percent'"),
    "a path": (TINY.replace("[ten", "[../ten"), r":3: scenarios\[0\]: '\.\./ten_percent_to_community' is not the name of a scenario"),
    "said twice": (TINY.replace("community]", "community, ten_percent_to_community]"), r":3: scenarios: 'ten_percent_to_community' is said twice"),
    "unknown place": (TINY + "places: [doncastr]\n", r":7: places\[0\]: 'doncastr' is not a place that careshift knows; did you mean doncaster\?"),
    "too many years": (TINY.replace("years: 1", "years: 11"), r":4: years: ten_percent_to_community is a plan of 10 years; write 10 or less"),
    "unknown number": (VARIED.replace("serious", "serius"), r":9: parameters\.falling\.serius: .*; did you mean falling\.serious\?"),
    "impossible value": (VARIED.replace("0.10", "1.5"), r":9: parameters\.falling\.serious: 1\.5 cannot be a share"),
    "not a number": (VARIED.replace("0.10", "high"), r":9: parameters\.falling\.serious: 'high' is not a number"),
    "uneven rows": (VARIED.replace("[1, 2]", "[1, 2, 3]"), r":8: parameters: rows need as many values of each: falling\.serious has 2, homeshare\.lead has 3"),
    "unknown way": (VARIED.replace("row_by_row", "fullgrid"), r":7: combine: 'fullgrid' is not a way of combining parameters; did you mean full_grid\?"),
    "nothing to combine": (TINY + "combine: full_grid\n", r":7: combine: full_grid combines parameters, and none are named"),
    "not combined": (VARIED.replace("row_by_row", "none"), r":8: parameters: parameters are named, and combine says none; write combine: row_by_row or"),
    "not a power of two": (VARIED.replace("row_by_row", "space_filling\npoints: 24"), r":8: points: 24 is not a power of two.*write 16 or 32"),
    "lists in a space": (VARIED.replace("row_by_row", "space_filling\npoints: 8"), r":10: parameters\.falling\.serious: a space-filling design spreads"),
    "turned range": (VARIED.replace("[0.05, 0.10]", "{low: 0.2, high: 0.1}"), r":9: parameters\.falling\.serious: the range ends at 0\.1, before"),
    "a table": (TINY + "combine: full_grid\nparameters: {shared.hours_by_need: [1, 2]}\n", r":8: parameters\.shared\.hours_by_need: .* is a table of \d+ by"),
    "too many": (VARIED.replace("row_by_row", "full_grid").replace("[0.05, 0.10]", "{low: 0.01, high: 0.2, steps: 1000}").replace(
        "[1, 2]", "{low: 1, high: 2, steps: 1000}"), r":8: parameters: these combine to 1,000,000 parameter sets"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_every_mistake_is_told_at_its_line(name: str, tmp_path: Path) -> None:
    text, said = MISTAKES[name]
    assert re.search(said, told(tmp_path, text)), told(tmp_path, text)


def test_several_mistakes_are_told_together(tmp_path: Path) -> None:
    said = told(tmp_path, VARIED.replace("0.10", "1.5").replace("[1, 2]", "[-1, 2]") + "places: [nowhere]\n")
    assert said.count("\n") == 2 and "cannot be a share" in said and "-1 cannot be a weeks" in said and "'nowhere'" in said


def test_the_librarys_experiments_can_be_read() -> None:
    names = experiment_form.library()
    assert len(names) >= 3
    for name in names:
        found = experiment_form.load(name, places=places.known())
        assert found.sets and found.cells


def test_the_example_of_the_docs_can_be_read(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "experiments.md").read_text(encoding="utf-8")
    found = read(tmp_path, page.split("```yaml\n")[1].split("```")[0])
    assert len(found.sets) == 1 + 3 + 5 + 3 and [place for place, _ in found.cells] == ["doncaster", "wigan"]


# Combining ----------------------------------------------------------------------------------------------------------------
def test_five_ways_of_combining(tmp_path: Path) -> None:
    falls, lead = "falling.serious", "homeshare.lead"
    assert read(tmp_path).sets == ({},)
    assert list(read(tmp_path, VARIED).sets) == [{falls: 0.05, lead: 1.0}, {falls: 0.10, lead: 2.0}]
    assert list(read(tmp_path, VARIED.replace("row_by_row", "one_at_a_time")).sets) == [{}, {falls: 0.05}, {falls: 0.10}, {lead: 1.0}, {lead: 2.0}]
    grid = read(tmp_path, VARIED.replace("row_by_row", "full_grid").replace("[1, 2]", "{low: 1, high: 3, steps: 3}")).sets
    assert [(s[falls], s[lead]) for s in grid] == [(f, x) for f in (0.05, 0.10) for x in (1.0, 2.0, 3.0)]
    spread = VARIED.replace("row_by_row", "space_filling\npoints: 16").replace("[0.05, 0.10]", "{low: 0.05, high: 0.10}").replace("[1, 2]", "{low: 1, high: 3}")
    points = read(tmp_path, spread).sets
    assert points == read(tmp_path, spread).sets != read(tmp_path, spread + "seed: 2\n").sets
    for key, low, high in ((falls, 0.05, 0.10), (lead, 1.0, 3.0)):
        strata = sorted(int((s[key] - low) / (high - low) * 16) for s in points)
        assert strata == list(range(16)), "one point in every sixteenth of each range"


def test_the_evidences_own_range_moves_a_number_along_its_distribution(tmp_path: Path) -> None:
    entry = load().entries["shared_lives.willing"]
    low, middle, high = (s["shared_lives.willing"] for s in read(tmp_path, TINY + "combine: full_grid\nparameters: {shared_lives.willing: evidence}\n").sets)
    assert [low, middle, high] == [entry.at(0.05), entry.at(0.5), entry.at(0.95)] and low < middle < high


def test_a_parameter_set_changes_what_it_names_and_nothing_else() -> None:
    before = central()
    after = parameters.changed(before, {"falling.serious": 0.09})
    assert {k for k in before.values if before.values[k] != after.values[k]} == {"falling.serious"} and after.values["falling.serious"] == 0.09


# What determines a run ----------------------------------------------------------------------------------------------------
def test_a_runs_key_is_all_that_determines_it_and_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def keys(text: str = TINY) -> set[str]:
        return {key for t in experiment.tasks(read(tmp_path, text), places=places.known()) for key in t.keys}

    first = keys()
    assert len(first) == 6 and keys() == first
    assert keys(TINY.replace("tiny experiment", "renamed one")) == first
    assert first < keys(TINY.replace("3", "4")), "more replications keep those there are"
    wider = keys(TINY.replace("community]", "community, better_home_care]"))
    assert first < wider and len(wider) == 9, "another plan beside it shares the baseline"
    for change in (("seed: 1", "seed: 2"), ("one_in: 200", "one_in: 100"), ("years: 1", "years: 2")):
        assert not keys((TINY + "seed: 1\n").replace(*change)) & first, change
    assert not keys(TINY + "worlds: central\n") & first and not keys(VARIED) & first
    monkeypatch.setattr(runs, "code_hash", lambda: "a rule was mended")
    assert not keys() & first


def test_the_parts_of_an_experiment_are_the_whole_and_do_not_overlap(tmp_path: Path) -> None:
    every = experiment.tasks(read(tmp_path, TINY.replace("3", "40")), places=places.known())
    parts = [[t.keys for t in experiment.to_do(every, set(), (k, 3))] for k in (1, 2, 3)]
    assert sorted(k for part in parts for k in part) == sorted(t.keys for t in every) and min(map(len, parts)) > 5
    for wrong in ("0/3", "4/3", "1", "a/b", "1/-2"):
        with pytest.raises(BadInput, match="is not a part of an experiment"):
            experiment.shard_of(wrong)


# A real experiment --------------------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real experiment, uninterrupted and in one process; gives the folder with its store and both exports."""
    folder = tmp_path_factory.mktemp("whole")
    carried(read(folder), folder / "s.db")
    exports(folder / "s.db", folder)
    return folder


def carried(asked: experiment_form.Experiment, where: Path | str, count: int = 1, shard: tuple[int, int] = (1, 1)) -> Tally:
    every = experiment.tasks(asked, places=places.known())
    with Store(where) as store, store.writing():
        store.begin(experiment.asked(asked, every))
        left = experiment.to_do(every, store.finished({k for t in every for k in t.keys}), shard)
        tally = Tally(sum(len(t.keys) for t in every), 0)
        return experiment.carry_out(left, store, lambda: workers.local(count), at_once=2, tally=tally)


def exports(where: Path | str, folder: Path, name: str = "tiny") -> tuple[bytes, bytes]:
    with Store(where, make=False) as store:
        asked = store.experiment(name)
        exporting.write(folder / "means.csv", exporting.COLUMNS, exporting.rows(store, asked))
        exporting.write(folder / "runs.csv", exporting.RUN_COLUMNS, exporting.run_rows(store, asked))
    return (folder / "means.csv").read_bytes(), (folder / "runs.csv").read_bytes()


def test_a_run_of_an_experiment_is_the_run_of_a_comparison_bit_for_bit(whole: Path) -> None:
    asked = experiment_form.load(whole / "tiny.yaml", places=places.known())
    task = experiment.tasks(asked, places=places.known())[1]
    same = runs.run_one(runs.Job(task.place, task.runs, task.seed, task.replication, task.one_in, task.worlds))
    with Store(whole / "s.db") as store:
        for row, key in enumerate(task.keys):
            stored = store.values(store.run(key)["id"])
            assert {k: v for k, v in zip(same.index, same.values[row]) if not np.isnan(v)} == stored
        weekly = store.series(store.run(task.keys[1])["id"])
        assert all(a.tobytes() == same.weekly[f"{task.runs[1].key}\t{name}"].tobytes() for name, a in weekly.items())


def test_a_stored_run_gives_the_same_bits_again_and_a_spoilt_one_is_found_out(whole: Path, careshift: Callable[..., Told],
                                                                              tmp_path: Path) -> None:
    with Store(whole / "s.db") as store:
        plan = next(r for r in store.runs(store.experiment("tiny")["key"]) if r["against"])
    said = careshift("verify", plan["key"][:12], "--store", str(whole / "s.db"))
    assert said.code == 0 and re.search(r"the same to the last bit, [\d,]{4,} figures and \d{3} weekly series", said.out), said
    spoilt = tmp_path / "spoilt.db"
    spoilt.write_bytes((whole / "s.db").read_bytes())
    with Store(spoilt) as store, store.engine.begin() as c:
        c.exec_driver_sql(f"UPDATE results SET value = value * (1 + 1e-15) WHERE run = {plan['id']} AND value > 1000")
        c.exec_driver_sql("UPDATE provenance SET code_hash = 'older'")
    with Store(spoilt) as store:
        verdict = again.verify(store, plan["key"])
    assert not verdict.same and verdict.moved[0].startswith("code: older then, ")


@POSIX
@pytest.mark.slow
def test_the_parent_killed_midway_goes_on_to_the_same_bits(whole: Path, tmp_path: Path, careshift: Callable[..., Told]) -> None:
    """Real runs in two workers, killed with kill -9 and resumed, against one process that was left in peace."""
    first = start(tmp_path, "run", "tiny.yaml", "--workers", "2", "--store", "s.db")
    wait_for(lambda: finished(tmp_path / "s.db") or first.poll() is not None)
    os.kill(first.pid, signal.SIGKILL)
    first.communicate(timeout=30)
    wait_for(lambda: nobody_left(first.pid), 20)
    before = finished(tmp_path / "s.db")
    assert first.returncode == -signal.SIGKILL and 2 <= len(before) < 6
    refused = careshift("run", "tiny.yaml", "--store", "s.db")
    assert refused.code == 2 and f"{len(before)} of 6 runs of tiny are finished in this store; give --resume" in refused.err
    resumed = careshift("run", "tiny.yaml", "--workers", "1", "--store", "s.db", "--resume")
    assert resumed.code == 0 and not resumed.err and "6 of 6 runs are finished and kept" in resumed.out
    assert "scenario 1 of 1 ever put to doncaster" in resumed.out
    after = finished(tmp_path / "s.db")
    assert len(after) == 6 and before.items() <= after.items(), "what was finished is not run again"
    assert exports(tmp_path / "s.db", tmp_path) == ((whole / "means.csv").read_bytes(), (whole / "runs.csv").read_bytes())


def finished(file: Path) -> dict[str, tuple[int, str]]:
    """Finished runs of a store, each with how often it was tried and when it ended."""
    with contextlib.suppress(BadInput, RunStopped), Store(file, make=False) as store:
        return {r["key"]: (r["tries"], r["ended"]) for e in store.experiments() for r in store.runs(e["key"], "finished")}
    return {}


# Made-up replications, really killed ----------------------------------------------------------------------------------------
def start(folder: Path, *words: str, how: str = "", limit: int = 0) -> subprocess.Popen[str]:
    """The command in a process group of its own; `how` names what is run in place of a replication, `limit` bytes a file may have."""
    def before() -> None:
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    return subprocess.Popen([sys.executable, str(ROOT / "tests" / "driven.py"), how, *words], cwd=folder, text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True, preexec_fn=before if limit else None,
                            env=os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])})


@pytest.fixture
def peace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[bytes, bytes]:
    """What the made-up experiment says when nobody disturbs it."""
    (tmp_path / "peace").mkdir()
    with monkeypatch.context() as patched:
        patched.setattr(experiment, "replicated", made_up)
        carried(read(tmp_path / "peace"), tmp_path / "peace" / "s.db")
    read(tmp_path)
    return exports(tmp_path / "peace" / "s.db", tmp_path / "peace")


@POSIX
def test_a_worker_killed_is_replaced_and_its_task_given_again(tmp_path: Path, peace: tuple[bytes, bytes]) -> None:
    going = start(tmp_path, "run", "tiny.yaml", "--workers", "2", "--store", "s.db", how="killed_once")
    out, err = going.communicate(timeout=120)
    assert going.returncode == 0 and "6 of 6 runs are finished and kept" in out and (tmp_path / "killed").exists(), err
    assert exports(tmp_path / "s.db", tmp_path) == peace


@POSIX
def test_workers_killed_three_times_stop_it_with_a_clear_word(tmp_path: Path, peace: tuple[bytes, bytes], careshift: Callable[..., Told],
                                                              monkeypatch: pytest.MonkeyPatch) -> None:
    going = start(tmp_path, "run", "tiny.yaml", "--workers", "2", "--store", "s.db", how="killed_always")
    _, err = going.communicate(timeout=120)
    assert going.returncode == 2 and re.fullmatch(r"worker processes were ended from outside 3 times, most often for want of memory; "
                                                  r"[024] of 6 runs are finished and kept; with fewer --workers .*--resume it goes on\n", err), err
    monkeypatch.setattr(experiment, "replicated", made_up)
    assert careshift("run", "tiny.yaml", "--workers", "1", "--store", "s.db", "--resume").code == 0
    assert exports(tmp_path / "s.db", tmp_path) == peace


@POSIX
def test_ctrl_c_keeps_what_is_finished_and_meanwhile_nobody_else_writes(tmp_path: Path, peace: tuple[bytes, bytes],
                                                                        careshift: Callable[..., Told]) -> None:
    going = start(tmp_path, "run", "tiny.yaml", "--workers", "2", "--store", "s.db", how="slow")
    wait_for(lambda: finished(tmp_path / "s.db") or going.poll() is not None)
    second = careshift("run", "tiny.yaml", "--store", "s.db", "--resume")
    assert second.code == 2 and second.err.startswith("s.db: another careshift is writing to this store; wait until it is done"), second
    assert "2 of 6 runs finished, 0 failed" in careshift("status", "--store", "s.db").out, "reading goes on"
    time.sleep(0.3)
    os.killpg(going.pid, signal.SIGINT)
    _, err = going.communicate(timeout=60)
    assert going.returncode == 2
    assert err == "stopped by you; 2 of 6 runs are finished and kept; the same command with --resume goes on where this one stopped\n"
    wait_for(lambda: nobody_left(going.pid), 20)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(experiment, "replicated", made_up)
        assert careshift("run", "tiny.yaml", "--store", "s.db", "--resume", "--workers", "1").code == 0
    assert exports(tmp_path / "s.db", tmp_path) == peace


@POSIX
def test_a_full_disk_stops_it_plainly_and_loses_nothing(tmp_path: Path, peace: tuple[bytes, bytes], careshift: Callable[..., Told],
                                                        monkeypatch: pytest.MonkeyPatch) -> None:
    """No file may grow beyond a limit that the operating system keeps: enough for some runs, not for all."""
    stopped = start(tmp_path, "run", "tiny.yaml", "--workers", "1", "--store", "s.db", how="made_up", limit=300_000)
    _, err = stopped.communicate(timeout=60)
    assert stopped.returncode == 2, err
    assert re.search(r"s\.db: the store cannot be written or read \(.*\); what is finished is kept; make room on the disk", err), err
    assert "Traceback" not in err and len(finished(tmp_path / "s.db")) < 6
    monkeypatch.setattr(experiment, "replicated", made_up)
    assert careshift("run", "tiny.yaml", "--workers", "1", "--store", "s.db", "--resume").code == 0
    assert exports(tmp_path / "s.db", tmp_path) == peace


def test_parts_run_apart_and_merged_are_the_whole(tmp_path: Path, peace: tuple[bytes, bytes], careshift: Callable[..., Told],
                                                  monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(experiment, "replicated", made_up)
    for k in (1, 2, 3):
        assert careshift("run", "tiny.yaml", "--workers", "1", "--shard", f"{k}/3", "--store", f"part{k}.db").code == 0
    assert careshift("merge", "s.db", "part3.db", "part1.db", "part2.db").code == 0
    assert "part2.db: 0 finished runs were new" in careshift("merge", "s.db", "part2.db").out
    assert exports(tmp_path / "s.db", tmp_path) == peace


# Errors -------------------------------------------------------------------------------------------------------------------
def sometimes_wrong(bad: set[int]) -> Callable[[Any, Any, Any, Any], Any]:
    """A model that fails in these replications, whatever the plan."""
    def work(state: Any, run: Any, beliefs: Any, reference: Any) -> Any:
        if state in bad:
            raise ValueError(f"nobody lives here in replication {state}")
        return {(0, "people", "people", "all"): float(state)}, {}, {} if run.against else {"home_care": np.zeros(1)}
    return work


@pytest.fixture
def no_model(monkeypatch: pytest.MonkeyPatch) -> Callable[[set[int]], None]:
    """Replications of nothing, so that only the runner is tried; some fail."""
    def fails(bad: set[int]) -> None:
        monkeypatch.setattr(experiment, "burnt_in", lambda task: (task.replication, central()))
        monkeypatch.setattr(runs, "forked", sometimes_wrong(bad))
    return fails


def test_a_failed_run_is_on_record_and_the_rest_go_on(tmp_path: Path, careshift: Callable[..., Told], no_model: Callable[[set[int]], None]) -> None:
    no_model({1})
    said = careshift("run", "tiny.yaml", "--workers", "1")
    assert said.code == 0 and "4 of 6 runs are finished and kept in results/store.db, 2 failed (careshift experiment failed tiny)" in said.out
    shown = careshift("failed", "tiny")
    assert shown.out.count("ValueError in test_experiment.py, work: ValueError: nobody lives here in replication 1") == 2 and "2 failed runs" in shown.out
    assert "Traceback (most recent call last)" in careshift("failed", "tiny", "--whole").out
    no_model(set())
    assert careshift("run", "tiny.yaml", "--workers", "1").code == 2, "without --resume it is not begun again"
    assert "6 of 6 runs are finished" in careshift("run", "tiny.yaml", "--workers", "1", "--resume").out
    assert careshift("failed", "tiny").out == "0 failed runs\n"


def test_three_failures_of_one_kind_stop_the_rest(tmp_path: Path, careshift: Callable[..., Told], no_model: Callable[[set[int]], None]) -> None:
    no_model({1, 2, 4, 5})
    (tmp_path / "tiny.yaml").write_text(TINY.replace("3", "9"), encoding="utf-8")
    said = careshift("run", "tiny.yaml", "--workers", "1")
    assert said.code == 2 and said.err == (
        "3 failures of the same kind (ValueError in test_experiment.py, work: ValueError: nobody lives here in replication 4); "
        "4 of 18 runs are finished and kept, 6 failed; careshift experiment failed shows them; mend the cause, then go on with --resume\n")


def test_a_runner_needs_submit_and_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Only:
        def submit(self, what: Any, task: Task) -> Future[Outcome]:
            done: Future[Outcome] = Future()
            done.set_result(made_up(task))
            return done

    @contextlib.contextmanager
    def somewhere() -> Any:
        executor: Executor = Only()  # type: ignore[assignment]
        yield executor

    asked = read(tmp_path)
    every = experiment.tasks(asked, places=places.known())
    with Store(tmp_path / "s.db") as store:
        store.begin(experiment.asked(asked, every))
        assert experiment.carry_out(experiment.to_do(every, set()), store, somewhere, at_once=2, tally=Tally(6, 0)).finished == 6


def test_a_new_plan_beside_a_finished_baseline_runs_alone(whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The stored baseline is not run again; what it spent is taken from the store, and the answer is the same."""
    store_file = tmp_path / "s.db"
    store_file.write_bytes((whole / "s.db").read_bytes())
    asked = read(tmp_path, TINY.replace("community]", "community, better_home_care]").replace("3", "1"))
    ran: list[str] = []
    forked = runs.forked
    monkeypatch.setattr(runs, "forked", lambda state, run, *rest: (ran.append(run.scenario), forked(state, run, *rest))[1])
    assert carried(asked, store_file).finished == 1 and ran == ["better_home_care"]
    with Store(store_file) as store:
        key = store.runs(store.experiment("tiny")["key"])[-1]["key"]
        assert again.verify(store, key).same


# Figures ------------------------------------------------------------------------------------------------------------------
def test_every_figure_has_its_error_and_the_replications_it_needs(tmp_path: Path, peace: tuple[bytes, bytes]) -> None:
    rows = list(csv.DictReader(peace[0].decode().splitlines()))
    one_by_one = list(csv.DictReader(peace[1].decode().splitlines()))
    plan = next(r for r in rows if r["scenario"] == "ten_percent_to_community" and r["measure"] == "council_net")
    by = {s: np.array([float(r["value"]) for r in one_by_one if r["scenario"] == s and r["measure"] == "council_net"])
          for s in ("as_now", "ten_percent_to_community")}
    pairs = by["ten_percent_to_community"] - by["as_now"]
    assert float(plan["difference_mean"]) == pytest.approx(pairs.mean(), rel=1e-5)
    assert float(plan["difference_mc_se"]) == pytest.approx(pairs.std(ddof=1) / 3**0.5, rel=1e-5)
    assert int(plan["replications_needed"]) == max(2, int(np.ceil((pairs.std(ddof=1) / (0.05 * abs(pairs.mean()))) ** 2)))
    assert (plan["scenario_number"], plan["scenarios_of_place"], plan["replications"], plan["year"]) == ("1", "1", "3", "2026-27")
    baseline = next(r for r in rows if r["scenario"] == "as_now")
    assert baseline["scenario_number"] == baseline["difference_mean"] == ""


def test_as_many_replications_as_are_said_to_be_needed_do_bring_the_precision() -> None:
    luck = np.random.default_rng(5)
    count = exporting.needed(luck.normal(10, 3, 4000), 0.05)
    means = luck.normal(10, 3, (2000, int(count))).mean(axis=1)
    assert means.std() == pytest.approx(0.5, rel=0.1)
    assert exporting.needed(np.array([3.0]), 0.05) == exporting.needed(np.array([1.0, -1.0]), 0.05) == ""


def test_a_dry_run_foretells_and_leaves_nothing(careshift: Callable[..., Told], tmp_path: Path) -> None:
    said = careshift("run", "tiny.yaml", "--dry-run", "--workers", "1")
    assert said.code == 0 and "finished in this store: 0 runs; to do in this part: 6" in said.out
    assert re.search(r"expected: \d+ seconds with 1 side by side, \d\.\d MB on disk, from a pilot of \d+ seconds", said.out), said.out
    assert [p.name for p in tmp_path.iterdir()] == ["tiny.yaml"]


def test_what_a_pilot_foretells_of_the_disk_is_near_what_is_used(whole: Path, tmp_path: Path) -> None:
    asked = experiment_form.load(whole / "tiny.yaml", places=places.known())
    every = experiment.tasks(asked, places=places.known())
    foretold = again.pilot(asked, every, experiment.to_do(every, set()))
    used = [(whole / "s.db").stat().st_size]
    with Store(copy := tmp_path / "s.db") as store, Store(whole / "s.db") as full:
        store.begin(experiment.asked(asked, every))
        store._know(full.values(1))
        store.checkpoint()
        used.append(copy.stat().st_size)
    assert 0.7 < foretold.bytes / (used[0] - used[1]) < 1.4

