"""Community businesses: days on a farm, children in a care home, hours in a village; grants end and costs remain."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from simulation import schemes
from simulation.draws import certain, never
from tests.test_services import go
from tests.towns import TinyTown, a_town, resident

NAME = "community_businesses"
COME = certain(f"{NAME}: would come") | never(f"{NAME}: stops coming")
LASTS = never(f"{NAME}: closes")
GRANT = 40 * 66.3 / 2  # pounds a week for one that trades as well as it will


def everybody() -> list[dict[str, Any]]:
    return [*[resident(f"farm {i}", age=30, group=2, band=2, hours_needed=14.0) for i in range(50)],
            *[resident(f"home {i}", age=85, need=3, setting="residential", lonely=True) for i in range(50)],
            *[resident(f"village {i}", age=80, need=2, hours_needed=12.0, unmet=0.4) for i in range(50)]]


def businesses(money: float, *people: dict[str, Any], count: int = 3) -> TinyTown:
    """Three that are there and grown, one of each kind."""
    tiny = a_town(*people, services=[NAME], room={NAME: 40}, money={NAME: money})
    town = tiny.town
    if count > 1:
        schemes.begin_units(town.services[0], town, np.zeros(count - 1, dtype=np.int64), 40.0)
        town.providers.ramp[:] = 1.0
    schemes.volunteers_free(town, 1000.0)
    return tiny


def test_days_on_the_farm_company_in_the_care_home_hours_in_the_village() -> None:
    tiny = businesses(3 * GRANT, *everybody())
    go(tiny, 2, "supporting", "paying", luck=COME | LASTS)
    r, has = tiny.town.residents, tiny.town.supported_by(0)
    assert [int(has[a:a + 50].sum()) for a in (0, 50, 100)] == [40, 40, 40]
    assert r.days[:50].sum() == 40 and not r.days[50:].any()
    assert (r.company[50:100] > 0).sum() == 40 and not r.company[100:].any()
    assert r.hours_other[100:].sum() == pytest.approx(40 * 3) and not r.hours_other[:100].any()


def test_it_takes_a_set_up_and_then_years() -> None:
    tiny = a_town(*everybody(), services=[NAME], money={NAME: 2 * 40 * 66.3})
    schemes.volunteers_free(tiny.town, 1000.0)
    used = [len(go(tiny, 26, "supporting", "paying", luck=COME | LASTS).town.placements.of(0)) for _ in range(12)]
    assert used[0] <= 2 and used[1] < 25 and used[-1] > 60
    assert tiny.town.money.by_week("council", NAME, purpose="start_up").sum() > 100_000


def test_without_volunteers_it_does_less() -> None:
    many, none = businesses(3 * GRANT, *everybody()), businesses(3 * GRANT, *everybody())
    schemes.volunteers_free(none.town, 0.0)
    for tiny in (many, none):
        go(tiny, 2, luck=COME | LASTS)
    assert len(none.town.placements.of(0)) == pytest.approx(0.6 * len(many.town.placements.of(0)), abs=3)


def test_volunteers_are_asked_of_the_one_pool() -> None:
    tiny = businesses(3 * GRANT)
    go(tiny, 1, luck=LASTS)
    assert schemes.asked_of_volunteers(tiny.town) == pytest.approx(150) and schemes.volunteer_coordinators(tiny.town) > 1


def test_when_the_grant_ends_the_costs_remain_and_most_close_within_a_year() -> None:
    tiny = businesses(30 * GRANT, *everybody(), count=30)
    go(tiny, 2, luck=COME | LASTS)
    tiny.town.commissioner.funding.clear()
    go(tiny, 80, "supporting", "paying", luck=COME)
    going = np.count_nonzero(tiny.town.providers.built)
    assert going < 15
    assert tiny.town.events.happened("ends", range(90), cause="business closes").sum() > 50
    go(tiny, 150, luck=COME)
    r = tiny.town.residents
    assert not r.days.any() and not r.hours_other.any() and r.company.max() < 0.5, "days, hours, company end with it"


def test_half_the_grant_is_not_half_the_harm_but_a_slow_death() -> None:
    def left(part: float) -> int:
        tiny = businesses(part * 40 * GRANT, count=40)
        return int(np.count_nonzero(go(tiny, 104).town.providers.built))
    assert left(1.0) > left(0.7) + 5


def test_some_close_although_they_are_paid() -> None:
    tiny = businesses(40 * GRANT, count=40)
    go(tiny, 52)
    assert 33 <= np.count_nonzero(tiny.town.providers.built) < 40
