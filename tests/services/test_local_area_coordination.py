"""Stories of Local Area Coordination: slow to be known, need found first, a vacancy, nothing to link to."""

from __future__ import annotations

from typing import Any

import numpy as np

from simulation.draws import certain, never
from simulation.evidence.lists import REASON
from simulation.schemes import USUAL_PLACES
from simulation.service import Users
from simulation.world.columns import Table
from simulation.world.residents import Neighbourhood
from tests.test_services import go
from tests.towns import TinyTown, a_town, resident


def lac(money: float = 1192.0, count: int = 400, **luck: Any) -> TinyTown:
    people = [resident(f"P{i}", age=40 + i % 50, need=i % 3, lonely=i % 2 == 0, alone=True, hours_needed=6.0)
              for i in range(count)]
    return a_town(*people, services=["local_area_coordination"], money={"local_area_coordination": money}, **luck)


STAYS = never("local_area_coordination: coordinator leaves")


def test_a_coordinator_takes_months_to_be_known() -> None:
    tiny = lac()
    used = [float(go(tiny, 1, luck=STAYS).town.providers.room[0]) for _ in range(200)]
    start = next(w for w, u in enumerate(used) if u > 0)
    assert 13 <= start <= 52
    assert 0.3 <= np.mean(used[start:start + 52]) / 55 <= 0.6, "the first year's share of a full caseload"
    assert used[-1] > 45


def test_she_finds_people_without_asking_who_is_eligible_and_company_follows() -> None:
    tiny = lac()
    go(tiny, 120, luck=STAYS)
    users = Users(tiny.town, 0)
    assert len(users) > 20 and (users.lonely | (users.need > 0)).all()
    assert users.company.mean() > 0.3 and (users.funder == 0).all()
    apart = tiny.town.residents.company[~tiny.town.supported_by(0)]
    assert apart.mean() < users.company.mean()


def test_case_finding_brings_people_to_the_front_door() -> None:
    tiny = lac()
    go(tiny, 150, luck=STAYS)
    asked = tiny.town.events.happened("asks", range(0, 150), cause="planned").sum()
    assert asked > 0
    assert (tiny.town.residents.reason[tiny.town.residents.stage == 1] == REASON.index("planned")).all()


def test_a_vacancy_destroys_ties() -> None:
    tiny = lac()
    go(tiny, 120, luck=STAYS)
    people = Users(tiny.town, 0).rows
    before, room = tiny.town.residents.company[people].mean(), float(tiny.town.providers.room[0])
    go(tiny, 1, luck=certain("local_area_coordination: coordinator leaves"))
    assert tiny.town.residents.company[people].mean() < 0.5 * before
    assert tiny.town.providers.room[0] == 0 < room
    go(tiny, 40, luck=STAYS)
    assert 0 < tiny.town.providers.room[0] < room, "a successor starts again, further back"


def test_where_there_is_nothing_to_link_to_nothing_comes_of_it() -> None:
    tiny = lac()
    tiny.town.neighbourhoods.meeting_places[:] = 0
    go(tiny, 120, luck=STAYS)
    assert len(Users(tiny.town, 0)) > 10 and not tiny.town.residents.company.any()


def two_patches(poor_places: float) -> TinyTown:
    """A poor and a better-off patch with a coordinator each; in the poor one so many of its places to meet are left."""
    tiny = lac(money=2 * 1192.0)
    town = tiny.town
    town.neighbourhoods = Table(Neighbourhood, 2)
    town.neighbourhoods.people[:], town.neighbourhoods.fifth[:] = 10_000, [0, 4]
    town.neighbourhoods.meeting_places[:] = [poor_places, 1.0]
    town.tables[USUAL_PLACES] = np.ones(2)
    town.providers.append(1, service=0, number=2, neighbourhood=1, open=True)
    town.residents.neighbourhood[:] = np.arange(len(town.residents)) % 2
    return tiny


def company_by_patch(tiny: TinyTown) -> list[float]:
    users = Users(tiny.town, 0)
    return [float(users.company[users.neighbourhood == n].mean()) for n in (0, 1)]


def test_a_poor_patch_that_lost_its_places_has_a_coordinator_first_and_least_to_link_to() -> None:
    poor, better_off = company_by_patch(go(two_patches(0.25), 120, luck=STAYS))
    assert 0 < poor < 0.4 * better_off


def test_places_that_open_elsewhere_take_nothing_from_a_patch() -> None:
    tiny = two_patches(1.0)
    before = company_by_patch(go(tiny, 120, luck=STAYS))[0]
    tiny = two_patches(1.0)
    tiny.town.neighbourhoods.meeting_places[1] = 5.0
    assert company_by_patch(go(tiny, 120, luck=STAYS))[0] == before


def test_with_money_for_one_the_poorest_patch_is_served() -> None:
    tiny = two_patches(1.0)
    tiny.town.commissioner.funding["local_area_coordination"] = 1192.0
    go(tiny, 80, luck=STAYS)
    assert set(Users(tiny.town, 0).neighbourhood) == {0}
