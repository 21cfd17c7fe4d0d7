"""Whether there is enough, by kind of support and year, and how likely somebody closes: from made-up worlds and from a town."""

from __future__ import annotations

import numpy as np
import pytest

from scenarios import design
from scenarios import plan as files
from scenarios.answers_supply import COLUMNS, Supply, sufficiency, written
from scenarios.results import Results
from scenarios.runs import Replication
from simulation import places
from simulation.measures import MEASURES, Recorder
from tests.towns import a_town, resident

WORLDS = 10


def worlds(one_in: int = 1, **measures: list[list[float]]) -> Results:
    """Results in which only these measures were recorded: for each, worlds by years (as many years as are given)."""
    known = places.known()
    scenario = files.load("as_now", places=known)
    runs = design.runs_for(scenario, places=known, rivals=False, variants=False, all_rules=False)
    tables = {name: np.array(values) for name, values in measures.items()}
    index = [(y, m, MEASURES[m].unit, "all") for m, table in tables.items() for y in range(table.shape[1])]
    count = len(next(iter(tables.values())))
    replications = [Replication(i, [run.key for run in runs], list(index),
                                np.stack([[tables[m][i, y] for y, m, _, _ in index] for _ in runs]), {}) for i in range(count)]
    return Results(scenario, runs, replications, one_in, "drawn")


def years_of(first: float, later: float) -> list[list[float]]:
    """Ten worlds, two years: the same in every world."""
    return [[first, later]] * WORLDS


def homes(one_in: int = 1) -> Results:
    """Residential homes: 1,000 places in use of 1,050; in the second year 80 are waited for and in 3 of 10 worlds one closes."""
    return worlds(one_in, used_residential=years_of(1000, 1000), waited_residential=years_of(0, 80), room_residential=years_of(1050, 1050),
                  closed_residential=[[0, 2.0 if i < 3 else 0.0] for i in range(WORLDS)])


def test_needed_is_what_is_used_and_waited_for_against_what_is_available() -> None:
    first, second = sufficiency(homes())[:2]
    assert (first.title, first.unit, first.year) == ("residential home", "places", "2026-27")
    assert first.needed.mean == 1000 and first.available.mean == 1050 and first.short == 0
    assert second.needed.mean == 1080 and second.short == 1.0


def test_the_chance_of_a_closure_is_the_share_of_worlds_with_one_however_many_close() -> None:
    chances = [s.closes for s in sufficiency(homes())[:2]]
    assert chances == [0.0, pytest.approx(0.3)]
    assert sufficiency(homes(one_in=5))[1].closes == pytest.approx(1 - 0.7**5), "a sample has a fifth of the homes"


def test_worlds_that_differ_are_told_as_a_range_and_counted() -> None:
    used = [[900.0 + 20 * i] for i in range(WORLDS)]
    line = sufficiency(worlds(used_home_care=used, room_home_care=[[1000.0]] * WORLDS))[0]
    assert line.unit == "hours a week" and line.needed.low < 950 < line.needed.mean < line.needed.high
    assert line.short == pytest.approx(0.4), "1,020 to 1,080 in four worlds of ten"
    assert np.isnan(line.closes), "nothing was recorded of it"


def test_what_is_not_there_is_left_out_and_additions_are_no_market() -> None:
    told = sufficiency(worlds(used_shared_lives=years_of(0, 0), room_shared_lives=years_of(0, 0), used_homeshare=years_of(4, 4),
                              used_residential=years_of(10, 10), room_residential=years_of(12, 12)))
    assert {s.service for s in told} == {"residential"}


def test_the_table_is_words_a_councillor_can_read() -> None:
    rows = written(homes())
    assert all(len(row) == len(COLUMNS) for row in rows) and len(Supply._fields) == len(COLUMNS) + 1
    assert rows[1] == ("residential home", "places", "2027-28", "1,080", "1,050", "10 of 10", "3 of 10"), "ten worlds are too few for a chance"
    assert written(homes(one_in=5))[1][-1] == "not recorded", "nor can a few samples tell it"
    spread = written(worlds(used_home_care=[[900.0 + 20 * i] for i in range(WORLDS)], room_home_care=[[1000.0]] * WORLDS))[0]
    assert spread[3] == "990 (920 to 1,060)" and spread[4:] == ("1,000", "4 of 10", "not recorded")


def test_a_town_records_what_is_waited_for_and_who_closes() -> None:
    waiting = [resident(f"W{i}", age=80, need=2, stage=2, wants_service=1, hours_wanted=5.0) for i in range(3)]
    tiny = a_town(*waiting, resident("X", age=80, need=2, stage=1, wants_service=1, hours_wanted=7.0, present=False),
                  services=["direct_payments", "home_care", "residential"], room={"home_care": 10.0})
    town = tiny.town
    town.providers.closes[1] = 8
    recorder = Recorder(town)
    for _ in range(52):
        recorder.week(town)
        town.week += 1
    seen = {name: value for _, name, _, group, value in recorder.yearly(town) if group == "all"}
    assert seen["waited_home_care"] == pytest.approx(15) and seen["waited_residential"] == 0
    assert seen["closed_home_care"] == 1 and seen["closed_residential"] == 0
