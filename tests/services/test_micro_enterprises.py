"""Micro-enterprises: a neighbour sets up alone and helps; agencies lose workers; nobody stands in; traders stop."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from simulation.draws import certain, never
from simulation.world.residents import Carer
from tests.test_services import begin, go
from tests.towns import TinyTown, a_town, resident

NAME = "micro_enterprises"
WELL = never(f"{NAME}: ill or away")
LASTS = WELL | never(f"{NAME}: sole trader stops") | never(f"{NAME}: stops having one")
WOULD = certain(f"{NAME}: would have one")


def with_need(name: str, **columns: Any) -> dict[str, Any]:
    return resident(name, **{"age": 78, "need": 1, "hours_needed": 4.0, "unmet": 0.5, "savings": 90_000.0, **columns})


def catalysts(money: float, *people: dict[str, Any], **kinds: Any) -> TinyTown:
    tiny = a_town(*people, services=[NAME], money={NAME: money}, **kinds)
    tiny.town.neighbourhoods.people[:] = 250_000
    return tiny


def test_the_same_face_comes_below_an_agencys_price() -> None:
    tiny = a_town(with_need("Mrs K", need=2), services=[NAME], room={NAME: 40})
    begin(tiny, NAME, ["Mrs K"], hours=5)
    go(tiny, 1, "supporting", "paying", luck=LASTS)
    mrs_k = tiny["Mrs K"]
    assert mrs_k.hours_paid == pytest.approx(5) and mrs_k.continuity > 0.5 and mrs_k.company > 0
    assert 0 < tiny.paid("council", NAME) < 5 * tiny.town.prices["home_care_hour"]


def test_enterprises_come_months_after_the_money() -> None:
    tiny = catalysts(60_000 / 52, *[with_need(f"P{i}") for i in range(300)])
    hours = [float(go(tiny, luck=WOULD).town.providers.room[0]) for _ in range(104)]
    assert hours[8] < 20 and 50 < hours[51] < 200 and 150 < hours[103] < 500, "a few in the first months, then some 15 a year"


def test_nobody_to_help_and_the_catalyst_stops_looking() -> None:
    alone = catalysts(1200.0)
    needed = catalysts(1200.0, *[with_need(f"P{i}") for i in range(300)])
    for tiny in (alone, needed):
        go(tiny, 260, luck=WOULD)
    assert needed.town.providers.built[0] > 1.2 * alone.town.providers.built[0]


def test_a_neighbour_tells_of_it_and_they_pay_themselves() -> None:
    tiny = a_town(*[with_need(f"P{i}") for i in range(40)], services=[NAME], room={NAME: 30}, money={NAME: 1200})
    go(tiny, 60, "supporting", "paying", luck=WOULD | LASTS)
    users = tiny.town.placements.of(0)
    assert len(users) >= 5 and (tiny.town.placements.funder[users] == 2).all()
    assert tiny.paid("people", NAME) > 0 and tiny.paid("council", NAME) > 0, "their hours; the catalyst"
    assert tiny.town.placements.hours[users].sum() <= tiny.town.providers.room[0] + 4, "only as far as there are hours"


def test_it_is_no_answer_where_nobody_has_hours_free_or_need_is_too_much_for_one() -> None:
    tiny = a_town(with_need("little", hours_wanted=4.0), with_need("much", hours_wanted=25.0), services=[NAME],
                  room={NAME: 40})
    tiny.town.draws.fixed = WOULD
    fits = np.isfinite(tiny.town.services[0].suits(np.arange(2), tiny.town))
    assert fits.tolist() == [True, False]
    tiny.town.providers.used[:] = 40
    assert not np.isfinite(tiny.town.services[0].suits(np.arange(2), tiny.town)).any()


def test_nobody_stands_in_for_one_who_is_ill_and_nothing_is_paid() -> None:
    tiny = a_town(with_need("Mrs K", need=2), services=[NAME], room={NAME: 40})
    begin(tiny, NAME, ["Mrs K"], hours=5)
    go(tiny, 1, "supporting", "paying", luck=LASTS | certain(f"{NAME}: ill or away"))
    assert tiny["Mrs K"].hours_paid == 0 and tiny.paid("council", NAME) == 0


def test_when_a_sole_trader_stops_the_people_helped_ask_again() -> None:
    tiny = a_town(with_need("Mrs K", need=2), services=[NAME], room={NAME: 40})
    begin(tiny, NAME, ["Mrs K"], hours=5)
    go(tiny, 1, luck=WELL | certain(f"{NAME}: sole trader stops"))
    assert tiny.story("Mrs K")[-2:] == [("ends", NAME, "sole trader stops"), ("asks", "", "support ended")]


def test_care_workers_leave_agencies_to_set_up_and_are_lost_to_them_while_they_trade() -> None:
    def agency(room: float) -> TinyTown:
        tiny = a_town(services=["home_care", NAME], room={NAME: room})
        town = tiny.town
        town.carers.append(40, employed=True, provider=0, role=Carer.role.codes.index("home care"), hours=20.0, since=-300)
        town.memory.update({"working.vacancy here": 1.0, "working.willing": 22.0, "working.local": 22.0,
                            "working.local at founding": 22.0, "working.usual vacancy": 0.1,
                            "working.overseas": 0.0, "working.overseas at founding": 0.0})
        town.providers.used[0] = 800.0
        return go(tiny, 1, "working") if room == 0 else go(tiny, 2, "supporting", "working")
    without, with_it = agency(0.0), agency(500.0)
    hours = (float(t.town.carers.hours[t.town.carers.employed].sum()) for t in (without, with_it))
    assert next(hours) - next(hours) == pytest.approx(0.35 * 500, abs=45), "net hours are gross hours less crowd-out"
    assert with_it.town.memory["working.willing"] < without.town.memory["working.willing"] - 3
