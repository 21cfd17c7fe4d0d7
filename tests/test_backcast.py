"""Looking back: the place as it was is the place that lives forward to what it is."""

from __future__ import annotations

import numpy as np
import pytest

from scenarios.backcast import BACK, YEARS, change, counted, made_younger, page, rows
from simulation.founding.people import net_moves
from simulation.places import load


@pytest.mark.parametrize("name", ["doncaster", "devon", "birmingham"])
def test_people_made_younger_grow_old_again_into_those_of_today(name: str) -> None:
    there = load(name)
    deaths = there.life_table[:, :there.people.shape[1]] * there["deaths_smr"]
    people = made_younger(there).people
    for _ in range(BACK):
        lived = people * np.exp(-deaths)
        people = np.concatenate([np.full((2, 1), np.nan), lived[:, :-1]], axis=1) + net_moves(there)
        people[:, -1] += lived[:, -1]
    assert people[:, 30:] == pytest.approx(there.people[:, 30:], rel=0.01, abs=1.0)


@pytest.mark.parametrize("name", ["doncaster", "devon"])
def test_a_place_six_years_ago_had_fewer_older_people(name: str) -> None:
    now, then = load(name), made_younger(load(name))
    assert 0.80 < then["people_65_plus"] / now["people_65_plus"] < 0.97
    assert then["people_65_plus"] == then.people[:, 65:].sum() and then["adults"] == then.people[:, 18:].sum()
    assert then.hash != now.hash and (then.people >= 0).all()
    assert made_younger(now, 0).people == pytest.approx(now.people)


@pytest.mark.parametrize("name", ["doncaster", "devon", "wigan", "somerset", "birmingham"])
def test_every_year_of_the_series_was_counted(name: str) -> None:
    told = counted(load(name))
    assert set(YEARS) <= set(told) and min(told.values()) > 500


def test_a_change_is_from_the_first_year_and_the_page_keeps_what_people_wrote() -> None:
    series = {year: 100.0 + 10 * k for k, year in enumerate(YEARS)}
    assert change(series, 0, 2) == pytest.approx(0.2)
    ours = rows("doncaster", series, {year: 200.0 for year in YEARS})
    assert ours[0].endswith("| +20% | +50% |") and ours[1].endswith("| +0% | +0% |") and "| Doncaster | model | 200 |" in ours[1]
    text = page({"doncaster": series}, "* Ours to keep.\n")
    assert text.startswith("# Looking back") and text.endswith("\n* Ours to keep.\n") and "| Doncaster | counted | 1,096 |" in text
