"""Scenario k of n: whoever shows one plan shows how many were tried, whether by comparison or in an experiment, deleted ones too."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from careshift import api
from scenarios import answers_sure, runs
from scenarios.store import Store
from simulation.errors import BadInput
from tests.test_command import SHORT, Told
from tests.test_experiment import TINY, careshift, carried, made_up, read
from tests.test_runs import made_up as pair

__all__ = ["careshift"]  # a fixture


@pytest.fixture(autouse=True)
def no_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "warm", lambda _: 0)
    monkeypatch.setattr(runs, "run_one", pair)


def compared(folder: Path, text: str = SHORT, name: str = "mine", **how: object) -> api.Comparison:
    (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return api.compare(folder / f"{name}.yaml", replications=1, workers=1, beside=(), folder=folder / "results" / name, **how)  # type: ignore[arg-type]


def told(done: api.Comparison) -> str:
    return next((line for line in answers_sure.caveats(done.results, done.about) if "ever put to" in line), "")


def test_every_plan_compared_is_counted_once_whatever_it_is_called(tmp_path: Path) -> None:
    assert told(compared(tmp_path)) == "Scenario 1 of 1 ever put to Doncaster in this store of answers."
    other = SHORT.replace("6_000_000", "7_000_000")
    assert told(compared(tmp_path, other, "better")) == ("Scenario 2 of 2 ever put to Doncaster in this store of answers: "
                                                         "whoever shows one says how many were tried.")
    assert told(compared(tmp_path, SHORT, "renamed")).startswith("Scenario 1 of 2 ever put"), "another name is not another plan"
    assert told(compared(tmp_path, SHORT, "mine", place="wigan")).startswith("Scenario 1 of 1 ever put to Wigan"), "each place counts its own"
    assert told(compared(tmp_path, SHORT, "mine", store=tmp_path / "own.db")).startswith("Scenario 1 of 1 ever"), "each store counts its own"


def test_doing_nothing_is_no_scenario(tmp_path: Path) -> None:
    done = api.compare("as_now", replications=1, workers=1, beside=(), folder=tmp_path / "results" / "as_now")
    assert done.about["tried"] == {} and told(done) == ""


def test_experiments_and_comparisons_count_together_and_deleting_leaves_a_tombstone(tmp_path: Path, careshift: Callable[..., Told],
                                                                                    monkeypatch: pytest.MonkeyPatch) -> None:
    from scenarios import experiment

    monkeypatch.setattr(experiment, "replicated", made_up)
    (tmp_path / "results").mkdir()
    carried(read(tmp_path), tmp_path / "results" / "store.db")  # ten_percent_to_community, for one year
    compared(tmp_path)  # the same plan written for one year decides something else: its shift is complete sooner
    assert careshift("forget", "mine", "--place", "doncaster", "--why", "a slip").code == 0
    assert "mine (follows_demand): scenario 2 of 2 ever put to doncaster; deleted" in careshift("status").out
    third = compared(tmp_path, SHORT.replace("6_000_000", "7_000_000"), "third")
    assert told(third).startswith("Scenario 3 of 3 ever put")
    assert told(compared(tmp_path)).startswith("Scenario 2 of 3 ever put"), "what was deleted keeps its number"


def test_the_same_plan_has_the_same_number_in_both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from scenarios import experiment

    monkeypatch.setattr(experiment, "replicated", made_up)
    (tmp_path / "results").mkdir()
    (tmp_path / "mine.yaml").write_text(SHORT, encoding="utf-8")
    carried(read(tmp_path, TINY.replace("[ten_percent_to_community]", "[mine.yaml]")), tmp_path / "results" / "store.db")
    assert told(compared(tmp_path)).startswith("Scenario 1 of 1 ever put")


def test_counts_of_two_stores_are_put_together(tmp_path: Path) -> None:
    compared(tmp_path, store=tmp_path / "a.db")
    compared(tmp_path, SHORT.replace("6_000_000", "7_000_000"), "other", store=tmp_path / "b.db")
    with Store(tmp_path / "a.db") as here, Store(tmp_path / "b.db") as there:
        assert here.take(there) == 0 and {s["name"]: (s["number"], s["of"]) for s in here.scenarios()} == {"mine": (1, 2), "other": (2, 2)}


def test_a_store_that_somebody_writes_to_is_waited_for_and_then_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "COUNTING", 0.3)
    (tmp_path / "results").mkdir()
    with Store(tmp_path / "results" / "store.db") as store, store.writing(), \
            pytest.raises(BadInput, match="another careshift is writing to this store; wait until it is done, or write to another --store"):
        compared(tmp_path)
    assert told(compared(tmp_path)).startswith("Scenario 1 of 1 ever put")
