"""Stories of Shared Lives short breaks: a family rests, few are referred, frozen fees, a household that leaves."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from simulation.draws import certain, never
from simulation.service import Users
from tests.test_services import begin, go
from tests.towns import TinyTown, a_town, resident

NAME = "shared_lives_breaks"
THOUGHT_OF = certain("shared_lives_breaks: thought of")
STAYS = never("shared_lives_breaks: stops coming") | never("caring: cannot go on")


def family(i: int = 0, **columns: Any) -> list[dict[str, Any]]:
    """Tom, with a learning disability, lives with his mother, who cares for him."""
    tom = resident(f"Tom {i}", **{"age": 35, "group": 2, "band": 2, "hours_needed": 30.0, "setting": 1, "carer": f"Ann {i}",
                                  "alone": False, **columns})
    return [tom, resident(f"Ann {i}", age=62, cares_for=f"Tom {i}", care_hours=30.0)]


def scheme(families: int = 1, money: float = 700.0, room: float = 5.0, people: float = 250_000.0, **columns: Any) -> TinyTown:
    tiny = a_town(*[p for i in range(families) for p in family(i, **columns)], services=[NAME], room={NAME: room}, money={NAME: money})
    tiny.town.neighbourhoods.people[:] = people
    for i in range(families):  # she is his mother
        tiny.town.residents.kin[2 * i, 0], tiny.town.residents.kin_kind[2 * i, 0] = 2 * i + 1, 3
    return tiny


def test_he_stays_with_a_household_and_his_mother_rests() -> None:
    tiny = go(scheme(), 1, "caring", "supporting", luck=THOUGHT_OF | STAYS)
    assert tiny.story("Tom 0") == [("begins", NAME, "match")]
    alone = scheme(money=0.0, room=0.0)
    for town in (tiny, alone):
        go(town, 60, "caring", "supporting", "paying", luck=THOUGHT_OF | STAYS)
    assert tiny["Ann 0"].break_hours == pytest.approx(6.5) and tiny["Tom 0"].company > 0 and tiny["Tom 0"].hours_other > 1
    assert tiny["Ann 0"].strain < alone["Ann 0"].strain - 0.03
    assert tiny["Tom 0"].setting == "with family" and tiny["Tom 0"].funder == "nobody"
    assert tiny.paid("council", NAME) > 50 * 75 * 28 / 52, "fees and workers are paid"


def test_only_people_whose_carer_could_rest_and_whom_a_household_could_have() -> None:
    tiny = scheme(2)
    tiny["Tom 1"].need = 3
    tiny.town.draws.fixed = dict(THOUGHT_OF)
    fits = np.isfinite(tiny.town.services[0].suits(np.arange(4), tiny.town))
    assert fits.tolist() == [True, False, False, False]


def test_households_come_over_months() -> None:
    tiny = scheme(money=7000.0, room=0.0)
    room = [float(go(tiny, 1).town.providers.room[0]) for _ in range(160)]
    assert room[12] < 0.4 * room[-1] and 60 < room[-1] < 110


def test_few_are_referred_and_workers_are_paid_for_households_that_stand_ready() -> None:
    tiny = scheme(families=60, money=7000.0, room=0.0)
    go(tiny, 150, "caring", "supporting", "paying", luck=STAYS)
    assert 3 < len(Users(tiny.town, 0)) < 25 < tiny.town.providers.room[0]
    assert tiny.town.money.by_week("council", NAME, purpose="standing_empty").sum() > 20_000


def test_money_cannot_buy_more_households_than_a_place_has() -> None:
    tiny = go(scheme(money=100_000.0, room=0.0, people=100_000.0), 200)
    assert tiny.town.providers.room[0] <= 100_000 * 0.0004 * 3
    assert tiny.town.providers.budget[0] < 4000, "and what it cannot use is not spent"


def test_frozen_fees_drive_households_away() -> None:
    def room(drift: float) -> float:
        tiny = scheme(money=7000.0, room=0.0)
        tiny.town.commissioner.fee_drift = drift
        p = go(tiny, 200).town.providers
        return float(p.room[0] / p.built[0])
    assert room(0.7) < room(1.0) - 0.02


def test_a_household_that_leaves_takes_the_breaks_along() -> None:
    tiny = scheme(families=5)
    begin(tiny, NAME, [f"Tom {i}" for i in range(5)])
    tiny.town.providers.ramp[0] *= 0.5
    go(tiny, 1, luck=STAYS)
    lost = [i for i in range(5) if ("ends", NAME, "household leaves") in tiny.story(f"Tom {i}")]
    assert 2 <= len(lost) <= 4
    go(tiny, 1, luck=STAYS | never("shared_lives_breaks: thought of"))
    assert all((tiny[f"Ann {i}"].break_hours == 0) == (i in lost) for i in range(5))


def test_it_ends_when_nobody_cares_at_home_any_longer_and_when_need_outgrows_it() -> None:
    tiny = scheme(families=2)
    begin(tiny, NAME, ["Tom 0", "Tom 1"])
    tiny["Tom 0"].carer, tiny["Tom 1"].need = -1, 4
    go(tiny, 1, luck=STAYS)
    assert tiny.story("Tom 0")[-1] == ("ends", NAME, "no longer needed")
    assert tiny.story("Tom 1")[-2:] == [("ends", NAME, "need outgrown"), ("asks", "", "outgrown")]
