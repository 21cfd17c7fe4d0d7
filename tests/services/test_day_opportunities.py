"""Day opportunities: days and company for one, a break for the other; the building costs what it costs."""

from __future__ import annotations

from typing import Any

import pytest

from simulation.draws import certain, never
from simulation.evidence.register import central, sceptic
from tests.test_services import go
from tests.towns import TinyTown, a_town, resident

NAME = "day_opportunities"
GOES = certain(f"{NAME}: would go") | never(f"{NAME}: stops going")
PLACE = 80 * 1.042 * 2  # pounds a week, at the prices of 2024-25


def mother_and_son(i: int = 0, strain: float = 0.5, **columns: Any) -> list[dict[str, Any]]:
    return [resident(f"son {i}", **{"age": 30, "group": 2, "band": 2, "hours_needed": 14.0, "setting": "with family",
                                    "alone": False, "carer": f"mother {i}", **columns}),
            resident(f"mother {i}", age=60, cares_for=f"son {i}", strain=strain, alone=False)]


def a_centre(places: float, *people: dict[str, Any]) -> TinyTown:
    return a_town(*people, services=[NAME], room={NAME: places}, money={NAME: places * PLACE})


def test_he_has_days_and_company_and_she_has_a_break() -> None:
    tiny = a_centre(1, *mother_and_son())
    go(tiny, 2, "supporting", "paying", luck=GOES)
    assert tiny["son 0"].days == pytest.approx(1.6) and tiny["son 0"].company > 1
    assert tiny["mother 0"].break_hours == pytest.approx(11) and tiny["mother 0"].days == 0
    tiny["son 0"].hospital = 1
    go(tiny, 1, luck=GOES)
    assert tiny["son 0"].days == 0 and tiny["mother 0"].break_hours == 0


def test_places_are_few_and_go_first_to_those_whose_carers_are_most_strained() -> None:
    tiny = a_centre(2, *[p for i in range(6) for p in mother_and_son(i, strain=i / 10)])
    go(tiny, 1, luck=GOES)
    went = [name for name, has in zip(tiny.names, tiny.town.supported_by(0), strict=True) if has]
    assert went == ["son 4", "son 5"]


def test_places_come_months_after_the_money_and_are_paid_for_meanwhile() -> None:
    tiny = a_town(*[p for i in range(20) for p in mother_and_son(i)], services=[NAME], money={NAME: 10 * PLACE})
    room = [float(go(tiny, 13, "supporting", "paying", luck=GOES).town.providers.room[0]) for _ in range(14)]
    assert room[0] < 4 < room[3] and room[-1] >= 9
    assert tiny.town.money.by_week("council", NAME, purpose="start_up").sum() > 1000


def test_when_people_leave_the_building_costs_what_it_cost() -> None:
    tiny = a_centre(10, *[p for i in range(10) for p in mother_and_son(i)])
    go(tiny, 20, "supporting", "paying", luck=GOES)
    full = float(tiny.town.money.by_week("council", NAME)[tiny.town.week - 1 + 104])
    for i in range(5):
        tiny[f"son {i}"].setting = "residential"
    go(tiny, 2, "supporting", "paying", luck=GOES | never(f"{NAME}: would go"))
    half = float(tiny.town.money.by_week("council", NAME)[tiny.town.week - 1 + 104])
    assert len(tiny.town.placements.of(0)) == 5 and 0.7 < half / full < 0.85, "for half the people"


def test_a_fifth_less_money_is_more_than_a_fifth_fewer_places_until_the_building_is_given_up() -> None:
    tiny = a_centre(20, *[p for i in range(20) for p in mother_and_son(i)])
    go(tiny, 8, luck=GOES)
    tiny.town.commissioner.funding[NAME] *= 0.8
    go(tiny, 26, luck=GOES)
    soon = len(tiny.town.placements.of(0))
    go(tiny, 300, luck=GOES)
    assert soon < 15 <= len(tiny.town.placements.of(0)) <= 16


def test_when_the_grant_ends_the_days_end_with_it() -> None:
    tiny = a_centre(5, *mother_and_son())
    go(tiny, 2, luck=GOES)
    tiny.town.commissioner.funding.clear()
    go(tiny, 150, luck=GOES)
    assert ("ends", NAME, "scheme ends") in tiny.story("son 0") and tiny["son 0"].days == 0
    assert tiny["mother 0"].break_hours == 0 and not tiny.town.providers.room.any()


def test_a_sceptic_grants_the_bill_and_nothing_else() -> None:
    sceptical = a_town(*mother_and_son(), services=[NAME], room={NAME: 1}, money={NAME: PLACE},
                       beliefs=sceptic(central()))
    go(sceptical, 2, "supporting", "paying", luck=GOES)
    assert sceptical["son 0"].days == 0 and sceptical["mother 0"].break_hours == 0
    assert sceptical.paid("council", NAME) > 0
