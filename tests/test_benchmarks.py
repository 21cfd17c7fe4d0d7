"""The benchmarks compare like with like: objects, columns and kernels live the same lives; goals are told as they are."""

from __future__ import annotations

import csv
import warnings
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from benchmarks import __main__ as command
from benchmarks import alone, floor, measure, table
from benchmarks.columns import ColumnTown
from benchmarks.engine import FIRST, Subset, founded, funded, place_times, shares
from benchmarks.given import PROCESSES, given
from benchmarks.objects import COLUMNS, ObjectTown
from benchmarks.plain import plain
from simulation import rules
from simulation.model import CareSystem
from simulation.services import found
from simulation.week import NAMES, hospital, needing
from simulation.world.residents import Resident

WEEKS = 40
STATE = [c for c in COLUMNS if c not in ("supports", "left", "care_hours")]  # what the subset itself reads or changes


@pytest.fixture(scope="module")
def lives() -> SimpleNamespace:
    """About five hundred people, forty weeks, three ways; and once more as objects and columns with other luck."""
    system = founded(500, burn_in=8)
    told = given(system.town, system.beliefs)
    objects, other = ObjectTown(system.town, told, "addressed"), ObjectTown(system.town, told, "stream")
    columns, engine = ColumnTown(system.town, told, "addressed"), Subset(system)
    others, before = ColumnTown(system.town, told, "stream"), system.town.residents.present.sum()
    for _ in range(WEEKS):
        for town in (objects, other, columns, others, engine):
            town.step()
    return SimpleNamespace(r=system.town.residents, objects=objects, other=other, columns=columns, others=others, engine=engine,
                           before=before)


def test_objects_columns_and_kernels_live_the_same_lives(lives: Any) -> None:
    here = np.flatnonzero(lives.r.present)
    assert sorted(p.row for p in lives.objects.agents) == here.tolist() == lives.columns.row[lives.columns.present].tolist()
    people = [lives.objects.people[int(i)] for i in here]
    for name in STATE:
        engine = lives.r.arrays[name][here]
        as_objects = np.array([getattr(p, name) for p in people], dtype=np.float64)
        assert np.array_equal(getattr(lives.columns, name)[lives.columns.present], engine), name
        if engine.dtype.kind == "f":  # objects keep sixteen figures, columns seven
            assert np.allclose(as_objects, engine, rtol=1e-5, atol=1e-5), name
        else:
            assert np.array_equal(as_objects, engine), name


def test_the_same_things_happen_to_them_and_something_does(lives: Any) -> None:
    kinds = ("dies", "bereaved", "need rises", "recovers", "falls", "A&E", "emergency stay", "goes home from hospital")
    told = {k: (lives.engine.counts.get(k, 0), lives.objects.counts[k], lives.columns.counts[k]) for k in kinds}
    assert all(len(set(three)) == 1 for three in told.values()), told
    assert all(three[0] > 0 for three in told.values()), "a kind that never happened was not compared"
    assert len(lives.objects.agents) == lives.before - told["dies"][0]


def test_partners_left_behind_are_the_same(lives: Any) -> None:
    for i in np.flatnonzero(lives.r.present):
        partner, engine = lives.objects.people[int(i)].partner, int(lives.r.partner[i])
        assert (-1 if partner is None else partner.row) == engine


def test_other_luck_gives_other_lives_at_the_same_rates(lives: Any) -> None:
    same = lives.engine.counts["A&E"]
    for other in (lives.other.counts["A&E"], lives.others.counts["A&E"]):
        assert abs(same - other) < 5 * np.sqrt(same + other)
    assert {p.row: p.acute for p in lives.objects.agents} != {p.row: p.acute for p in lives.other.agents}


def test_the_subset_is_what_it_says_and_in_the_order_of_the_week(lives: Any) -> None:
    names = [p.name for p in lives.engine.processes]
    assert names == [n for n in NAMES if n in PROCESSES] and set(PROCESSES) - set(names) == {"ageing"}


def test_a_plain_rule_is_the_same_rule_with_nothing_compiled_below_it() -> None:
    ages = np.linspace(18, 100, 30)
    assert [plain(hospital.band_of)(a) for a in ages] == [hospital.band_of(a) for a in ages]
    mine, theirs = plain(needing.rising), needing.rising
    assert np.allclose([mine(a, -3.0, 0.1, 80.0, 1.5) for a in ages], [theirs(a, -3.0, 0.1, 80.0, 1.5) for a in ages], rtol=1e-14)
    assert hasattr(rules.log_linear, "py_func") and not _compiled(plain(needing.which_move)) and not _compiled(mine)


def _compiled(f: Any) -> list[str]:
    below = [v for k, v in f.__globals__.items() if callable(v) and k in f.__code__.co_names]
    return [str(v) for v in below if hasattr(v, "py_func")] + [c for v in below if hasattr(v, "__globals__") for c in _compiled(v)]


def test_the_floor_counts_columns_there_are_and_all_a_process_writes_every_week() -> None:
    every = {name for told in (floor.READ, floor.WRITTEN) for columns in told.values() for name in columns}
    assert every <= set(vars(Resident)) and set(floor.READ) == set(floor.WRITTEN) == set(PROCESSES)
    changed = {p.name: p.changes for p in founded_processes()}
    for name, columns in floor.WRITTEN.items():
        declared = changed["coming" if name == "ageing" else name]
        assert {f"residents.{c}" for c in columns} <= set(declared), name
    assert floor._size(("friends", "age")) == 28
    assert 40 < floor.bytes_a_person() < sum(c.dtype.itemsize * c.slots for c in vars(Resident).values() if hasattr(c, "dtype"))


def founded_processes() -> Any:
    """The processes of the week as they are bound."""
    from simulation.evidence.register import central
    from simulation.process import bind
    from simulation.week import week

    return [bind(p, central()) for p in week()]


def test_a_larger_place_has_more_of_what_is_counted_and_the_same_of_the_rest() -> None:
    one, two = place_times(1), place_times(2)
    assert two.people.sum() == 2 * one.people.sum()
    assert two["care_home_beds"] == 2 * one["care_home_beds"] and two["net_current_spend"] == 2 * one["net_current_spend"]
    assert two["care_home_occupancy"] == one["care_home_occupancy"] and two["older_care_home_price"] == one["older_care_home_price"]


def test_the_exponent_is_the_power_that_cost_grows_with() -> None:
    sizes = [10.0, 100.0, 500.0]
    assert measure.exponent(sizes, [3 * n**1.1 for n in sizes]) == pytest.approx(1.1)


FOUND: dict[str, Any] = {
    "quick": False, "people": 1000, "guard": {"needing": 0.6, "paying": 0.4},
    "seconds": {"objects": 1.2, "objects, addressed luck": 2.0, "columns": 0.02, "columns, addressed luck": 0.03, "engine": 0.01, "whole week": 0.05},
    "floor": {"bytes_a_person": 70.0, "draws_a_person": 4.2, "gigabytes_a_second": 10.0, "gigabytes_a_second_big": 8.0,
              "nanoseconds_a_draw": 1.0, "seconds_a_week": 0.001},
    "held": {"residents": 300.0, "a_row": 250.0, "tables": 310.0, "process": 900.0}, "object": {"bytes": 2000.0}, "help": 0.5,
    "whole": {"seconds": 61.0, "waited": 80.0, "people": 1000, "weeks": 624, "megabytes": 700.0, "founding": 5.0},
    "grows": {"rows": [{"people": 30_000, "founding": 1.2, "week": 0.01}, {"people": 60_000, "founding": 3.0, "week": 0.02}],
              "exponent": 1.0, "last": 1.0},
    "shares": {"needing": 0.6, "paying": 0.4}, "services": {"first": 0.030, "all": 0.045},
}


def test_goals_are_told_as_they_are_met_or_not() -> None:
    told = {g.what.split(":")[0]: g.says for g in table.goals(FOUND)}
    assert told["Engine against plain Mesa objects, same rules"] == "met"  # 120 times
    assert told["The same, the later goal"] == told["Engine against NumPy columns, same rules"] == "**not met**"
    assert told["One replication, founding included, one core"] == "**not met**" and told["Its peak memory"] == "met"
    without = table.goals({k: v for k, v in FOUND.items() if k != "whole"})
    assert [g.says for g in without].count("not measured in this run") == 2


def test_what_services_cost_is_told_against_its_goal_and_its_row_can_be_renewed_alone() -> None:
    goal = table.services({"first": 0.030, "all": 0.045})
    assert goal.says == "met" and goal.shown == "1.50 times (30 to 45 ms)" and table.services(None).met is None
    assert table.services({"first": 0.03, "all": 0.06}).says == "**not met**" and goal in table.goals(FOUND)
    page = "Before\n| Goal | measured |\n| --- | ---: |\n| Other | 1 |\n\nAfter\n"
    once = table.put_in(page, goal)
    assert once.split("\n")[3:6] == ["| Other | 1 |", table.line(goal), ""] and once.endswith("\nAfter\n")
    assert table.put_in(once, goal) == once and len(once.split("\n")) == len(page.split("\n")) + 1


def test_all_services_are_on_in_one_town_and_the_first_seven_in_the_other() -> None:
    some, every = (funded(500, names, burn_in=4, weeks=8) for names in (FIRST, None))
    for system in (some, every):
        assert all(system.town.commissioner.funding.get(n, 0) > 0 for n in FIRST)
    named = {s.name for s in every.town.services} - {s.name for s in some.town.services}
    assert len(named) >= 17 and {"residential", "nursing"} <= {s.name for s in some.town.services}
    assert all(every.town.commissioner.funding.get(n, 0) > 0 for n in named)
    assert {s.name for s in every.town.services} == set(found())


def test_writing_replaces_the_tables_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = tmp_path / "performance.md"
    page.write_text(f"Before.\n{table.BEGINS}\nold figures\n{table.ENDS}\nAfter.\n", encoding="utf-8")
    monkeypatch.setattr(command, "PAGE", page)
    monkeypatch.setattr(command, "SHARES", tmp_path / "shares.csv")
    command.write(table.report(FOUND), FOUND["guard"])
    text = page.read_text(encoding="utf-8")
    assert text.startswith("Before.\n") and text.endswith("\nAfter.\n") and "old figures" not in text and "120 times" in text
    assert (tmp_path / "shares.csv").read_text(encoding="utf-8") == "process,share\nneeding,0.6000\npaying,0.4000\n"


def test_the_page_in_the_docs_has_a_place_for_the_tables() -> None:
    page = command.PAGE.read_text(encoding="utf-8")
    assert page.count(table.BEGINS) == page.count(table.ENDS) == 1


def test_a_question_that_fails_is_not_an_answer() -> None:
    with pytest.raises(SystemExit, match="did not finish"):
        alone.ask("no such question")


def test_a_process_that_takes_twice_its_share_is_noticed() -> None:
    before = {"needing": 0.2, "paying": 0.3, "happening": 0.001}
    assert table.doubled({"needing": 0.41, "paying": 0.35, "happening": 0.01, "new": 0.1}, before) == [
        "needing: 20.0% of the week before, 41.0% now", "new: 0.0% of the week before, 10.0% now"]


@pytest.mark.filterwarnings("default::UserWarning")
def test_no_process_has_grown_far_beyond_its_share_of_the_week() -> None:
    """Only warns, since a busy machine can do this too; what it holds firmly is that the stored table is of this week.

    The warning stands in pytest's summary, whichever worker ran this.
    """
    with command.SHARES.open(encoding="utf-8", newline="") as file:
        before = {row["process"]: float(row["share"]) for row in csv.DictReader(file)}
    system: CareSystem = founded(measure.GUARD, burn_in=8)
    now = shares(system, 26)
    assert set(before) == set(now) == {*NAMES, "recorder"}, "run python -m benchmarks --write: the week has other processes"
    assert sum(now.values()) == pytest.approx(1.0) and sum(before.values()) == pytest.approx(1.0, abs=0.01)
    grown = table.doubled(now, before)
    if grown:
        warnings.warn("share of the week more than doubled against benchmarks/shares.csv: " + "; ".join(grown), UserWarning, stacklevel=1)
