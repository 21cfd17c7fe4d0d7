"""Several seeds for each set of numbers: chance and not knowing are told apart, and seeds of one set are no independent worlds."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.special import stdtrit

from careshift import api, telling
from careshift.report import report
from scenarios import again, answers, answers_split, answers_sure, experiment, experiment_form, exporting, runs
from scenarios import plan as files
from scenarios.appraisal import sure
from scenarios.appraisal.opened import opened
from scenarios.results import Results
from scenarios.runs import Job, Replication
from scenarios.split import by_set, error, interval, split
from scenarios.store import Said, Store
from simulation import places
from simulation.errors import BadInput
from simulation.evidence import register
from tests.test_report import ABOUT, made_up


def told(sets: int, seeds: int, trials: int = 1, between: float = 1.0, within: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """Differences [pairs, trials] of so many sets with so many seeds each, and the set of each pair."""
    luck = np.random.default_rng(sets * 100 + seeds)
    own = np.repeat(np.arange(sets), seeds)
    return luck.normal(0, between**0.5, (sets, trials))[own] + luck.normal(0, within**0.5, (sets * seeds, trials)), own


# Arithmetic ------------------------------------------------------------------------------------------------------------
def test_components_are_those_worked_out_by_hand() -> None:
    """Means 2, 5, 11 of two seeds each: seeds vary by 2 in the mean; set means by 21, of which half of 2 is chance of their seeds."""
    found = split(np.array([1.0, 3, 4, 6, 10, 12]), np.array([0, 0, 1, 1, 2, 2]))
    assert found is not None and (found.sets, found.pairs, found.below) == (3, 6, False)
    assert found.within == pytest.approx(2) and found.between == pytest.approx(21 - 1) and found.chance == pytest.approx(2 / 22)


def test_components_are_right_in_the_mean_with_uneven_sets_too() -> None:
    values, own = told(24, 4, 800, between=4, within=2)
    kept = np.ones(96, dtype=bool)
    kept[[0, 1, 2, 9, 10, 17, 33, 34]] = False
    found = [split(v, own[kept]) for v in values[kept].T]
    assert np.mean([f.within for f in found if f]) == pytest.approx(2, rel=0.02)
    assert np.mean([f.between for f in found if f]) == pytest.approx(4, rel=0.04)


def test_a_pair_of_which_nothing_was_recorded_is_left_out() -> None:
    whole, short = np.array([1.0, 3, 4, 6, np.nan, 10, 12]), np.array([1.0, 3, 4, 6, 10, 12])
    assert split(whole, np.array([0, 0, 1, 1, 1, 2, 2])) == split(short, np.array([0, 0, 1, 1, 2, 2]))


def test_sets_that_differ_less_than_chance_alone_are_nought_and_said_to_be() -> None:
    found = split(np.array([1.0, 9, 2, 8]), np.array([0, 0, 1, 1]))
    assert found is not None and found.between == 0 and found.below and found.chance == 1


def test_nothing_is_told_apart_where_each_set_has_one_seed_or_there_is_one_set() -> None:
    assert split(np.array([1.0, 2, 3]), np.arange(3)) is None
    assert split(np.array([1.0, 2, 3]), np.zeros(3, dtype=int)) is None
    flat = split(np.zeros(4), np.array([0, 0, 1, 1]))
    assert flat is not None and np.isnan(flat.chance)


def test_the_interval_of_the_share_holds_it_eight_times_in_ten() -> None:
    values, own = told(20, 3, 600, between=1, within=3)
    found = [split(v, own) for v in values.T]
    assert np.mean([f.low <= 0.75 <= f.high for f in found if f]) == pytest.approx(0.8, abs=0.04)


def test_the_error_of_a_mean_counts_sets_and_not_seeds() -> None:
    """Eight in ten intervals hold the truth; taking every seed for a world of its own they would not by far."""
    values, own = told(12, 5, 4000, between=1, within=1)
    reach, mean = stdtrit(11, 0.9) * error(values, own), values.mean(axis=0)
    assert np.mean(np.abs(mean) < reach) == pytest.approx(0.8, abs=0.02)
    careless = stdtrit(59, 0.9) * error(values, np.arange(60))
    assert np.mean(np.abs(mean) < careless) < 0.6
    low, high = interval(values[:, 0], own)
    assert (low, high) == (pytest.approx(mean[0] - reach[0]), pytest.approx(mean[0] + reach[0]))
    assert error(values, own) == pytest.approx(by_set(values.T, own).std(axis=1, ddof=1) / 12**0.5)


def test_with_one_seed_a_set_the_error_is_what_it_was_to_the_last_bit() -> None:
    values, _ = told(7, 1, 5)
    assert (error(values, np.arange(7)) == values.std(axis=0, ddof=1) / np.sqrt(7)).all()
    assert by_set(values.T, np.arange(7)) is not None and (by_set(values.T, np.arange(7)) == values.T).all()


# Worlds ----------------------------------------------------------------------------------------------------------------
def small(years: int = 1) -> Any:
    scenario = replace(files.load("home_care_alone", places=places.known()), years=years)
    return replace(scenario, plan=replace(scenario.plan, years=years))


def test_a_job_has_the_name_it_always_had_unless_it_shares_its_numbers() -> None:
    plans = tuple(api.design.runs_for(small(), places=places.known(), rivals=False, variants=False, all_rules=False))
    job = Job("riverton", plans, 1, 3, 100, "drawn")
    text = json.dumps([places.load("riverton").hash, register.load().hash, runs.code_hash(), 1, 3, 100, "drawn", [asdict(r) for r in plans]],
                      sort_keys=True, default=str)
    assert job.hash == hashlib.sha256(text.encode()).hexdigest()[:20] == replace(job, drawn_set=3).hash
    assert len({job.hash, replace(job, drawn_set=1).hash, replace(job, drawn_set=2).hash}) == 3


def test_sets_come_out_even_and_central_values_are_one_set() -> None:
    assert runs.sets_of(4, 1, "central", False) == [0, 1, 2, 3] and runs.sets_of(4, 2, "central", True) == [0, 0, 1, 1]
    with pytest.raises(BadInput, match="5 replications do not make sets of 2 seeds; run 6"):
        runs.sets_of(5, 2, "drawn", False)
    with pytest.raises(BadInput, match="central values are one set"):
        runs.sets_of(4, 2, "central", False)


@pytest.fixture(scope="module")
def twice(tmp_path_factory: pytest.TempPathFactory) -> api.Comparison:
    """Two sets of numbers, two seeds each, really run, in a folder where one world of them was run before."""
    folder = tmp_path_factory.mktemp("twice") / "answers"
    kept: dict[str, Any] = {"place": "riverton", "one_in": 50, "workers": 1, "folder": folder, "beside": ()}
    api.compare(small(), replications=1, **kept)
    return api.compare(small(), replications=4, seeds_per_set=2, **kept)


def test_seeds_of_a_set_share_its_numbers_and_not_their_luck(twice: api.Comparison) -> None:
    r = twice.results
    assert [one.world for one in r.replications] == [register.drawn(1, k // 2).hash for k in range(4)]
    assert len(set(answers.baseline(r, "council_gross")[:, -1])) == 4 and r.sets == 2 and list(r.set_of) == [0, 0, 1, 1]
    assert len(list((twice.folder / "replications").glob("replication_0000_*"))) == 1, "what was run with one seed a set is not run again"


def test_the_folder_remembers_its_sets_and_its_errors_count_them(twice: api.Comparison) -> None:
    r, about = opened(twice.folder, places.known())
    assert about["seeds_per_set"] == 2 and r.sets == 2
    row = next(row for row in r.rows(("council_net",)) if row["group"] == "all")
    net = r.paired(r.run(row["scenario"], row["budget_rule"]), "council_net")[:, 0]
    assert row["mc_se"] == pytest.approx(net.reshape(2, 2).mean(axis=1).std(ddof=1) / 2**0.5, rel=1e-5)


def test_it_is_told_in_a_sentence_and_to_programs(twice: api.Comparison) -> None:
    lines = answers_sure.caveats(twice.results, twice.about)
    assert any("4 pairs of runs with 2 sets of numbers. A result takes at least 20 sets" in line for line in lines)
    assert any(("is chance and the rest not knowing" in line or "all is chance" in line) and "2 sets of numbers with 2 seeds each" in line for line in lines)
    assert any("--replications 40 --seeds-per-set 2" in line for line in lines)
    found = telling.as_object(twice, Path("report.html"))["split"]
    net = next(one for one in found if one["measure"] == "council_net")
    assert net == answers_split.numbers(twice.results)[0] and 0 <= net["chance_low80"] <= net["chance"] <= net["chance_high80"] <= 1


# Experiments -------------------------------------------------------------------------------------------------------------
TINY = """\
title: Two seeds a set
question: What is chance?
scenarios: [home_care_alone]
places: [riverton]
years: 1
replications: 6
one_in: 200
"""


def read(folder: Path, text: str) -> experiment_form.Experiment:
    (folder / "tiny.yaml").write_text(text, encoding="utf-8")
    return experiment_form.load(folder / "tiny.yaml", places=places.known())


def made(store: Store, asked: experiment_form.Experiment, net: np.ndarray) -> list[experiment.Task]:
    """An experiment in a store with these differences in net spending, replication by replication; nothing is run."""
    every = experiment.tasks(asked, places=places.known())
    store.begin(experiment.asked(asked, every))
    for task, more in zip(every, net, strict=True):
        store.finish([Said(key, {(0, "council_net", "pounds", "all"): 1e6 + (more if run.against else 0.0)}, {"people": np.zeros(2, dtype=np.float32)})
                      for run, key in zip(task.runs, task.keys)])
    return every


def test_an_experiment_shares_numbers_between_seeds_and_its_first_world_is_the_one_it_always_was(tmp_path: Path) -> None:
    one, two = (experiment.tasks(read(tmp_path, TINY + more), places=places.known()) for more in ("", "seeds_per_set: 2\n"))
    assert [t.drawn_set for t in one] == [None] * 6 and [t.drawn_set for t in two] == [None, 0, 1, 1, 2, 2]
    assert one[0].keys == two[0].keys and not {k for t in one for k in t.keys} & {k for t in two[1:] for k in t.keys}
    assert experiment.burnt_in(two[3])[1].hash == register.drawn(1, 1).hash
    for text, said in (("seeds_per_set: 4\n", "6 replications do not make sets of 4 seeds"), ("seeds_per_set: 2\nworlds: central\n", "one set of numbers")):
        with pytest.raises(BadInput, match=said):
            read(tmp_path, TINY + text)


def test_an_experiments_export_counts_sets_and_a_stored_run_knows_its_set(tmp_path: Path) -> None:
    net, own = np.array([1.0, 3, 4, 6, 10, 12]), np.array([0, 0, 1, 1, 2, 2])
    with Store(tmp_path / "s.db") as store:
        every = made(store, read(tmp_path, TINY + "seeds_per_set: 2\n"), net)
        row = next(r for r in exporting.rows(store, store.experiment("tiny")) if r["difference_mean"])
        assert again.task_of(store, store.run(every[5].keys[1])).drawn_set == 2
    assert float(row["difference_mc_se"]) == pytest.approx(float(error(net, own)), rel=1e-5) and row["sets"] == 3
    assert float(row["difference_chance_share"]) == pytest.approx(2 / 22, rel=1e-5)
    assert row["replications_needed"] == int(np.ceil(6 * (float(error(net, own)) / (0.05 * 6)) ** 2))


def test_an_older_store_is_taken_up_as_it_is_and_its_worlds_have_numbers_of_their_own(tmp_path: Path) -> None:
    asked, file = read(tmp_path, TINY), tmp_path / "s.db"
    with Store(file) as store:
        made(store, asked, np.arange(6.0))
        before = list(exporting.rows(store, store.experiment("tiny")))
        with store.engine.begin() as c:
            c.exec_driver_sql("ALTER TABLE runs DROP COLUMN drawn_set")
            c.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
    with Store(file) as store:
        kept = store.runs(store.experiment("tiny")["key"])
        assert list(exporting.rows(store, store.experiment("tiny"))) == before and {r["drawn_set"] for r in kept} == {None}
        every = experiment.tasks(asked, places=places.known())
        assert experiment.to_do(every, store.finished({k for t in every for k in t.keys})) == []


# The page --------------------------------------------------------------------------------------------------------------
def in_sets(count: int, seeds: int) -> Results:
    """Made-up results whose sets differ by a million pounds and their seeds by half of that."""
    r = made_up(count=count, beside=False)
    luck, at = np.random.default_rng(4), r.at
    sets = np.repeat(luck.normal(-2e6, 1e6, count // seeds), seeds)
    done = []
    for k, one in enumerate(r.replications):
        values = one.values.copy()
        for key, column in at.items():
            if key[1] == "council_net" and key[3] == "all":
                values[1, column] = values[0, column] + sets[k] + luck.normal(0, 5e5)
        done.append(Replication(k, one.keys, [tuple(key) for key in r.keys], values, {}))
    return Results(r.scenario, r.runs, done, 1, "drawn", seeds)


def test_the_page_has_the_table_and_widths_fit_the_share(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "sections", lambda *_: [])  # pictures are tried elsewhere
    r = in_sets(60, 2)
    net = answers_split.parted(r)[0]
    assert net.headline.measure == "council_net" and 0.05 < net.split.chance < 0.5 and net.split.low < 0.2 < net.split.high
    assert net.knowing**2 + net.luck**2 == pytest.approx(net.width**2)
    page = report.render(r, ABOUT | {"replications": 60, "seeds_per_set": 2})
    assert "What a range is made of" in page and "Width, no chance" in page
    lines = " ".join(answers_sure.caveats(r, ABOUT))
    assert answers_split.NOT_TOLD not in lines and "first look" not in lines


def test_with_one_seed_a_set_the_page_says_that_nothing_is_told_apart() -> None:
    r = made_up(beside=False)
    assert answers_split.rows(r) == [] and answers_split.NOT_TOLD in answers_sure.caveats(r, ABOUT)


def test_twenty_pairs_of_ten_sets_are_a_first_look() -> None:
    r = in_sets(20, 2)
    assert not answers.enough(r) and answers.range_name(r) == "middle of 20 pairs"
    with pytest.raises(BadInput, match="it takes 20"):
        sure.chance(np.ones(20), "it pays", r.sets)
    wide, narrow = (sure.chance(np.arange(60) % 3 - 0.5, "it pays", n) for n in (30, 60))
    assert wide.times == narrow.times == 40 and wide.high - wide.low > narrow.high - narrow.low
