"""Stories of Shared Lives: a shared life, slow approvals, few referrals, frozen fees, a household that leaves, a broken match."""

from __future__ import annotations

import numpy as np
import pytest

from simulation.draws import certain, never
from simulation.evidence.lists import STAGE
from tests.test_services import PLENTY, STEADY, begin, go
from tests.towns import a_town, resident


def test_a_shared_life_brings_help_company_and_a_fee() -> None:
    tiny = a_town(resident("Tom", age=30, group=2, band=2, hours_needed=14.0), services=["shared_lives"],
                  room={"shared_lives": 1})
    begin(tiny, "shared_lives", ["Tom"])
    go(tiny, 1, "supporting", "paying", luck=STEADY)
    tom = tiny["Tom"]
    assert tom.setting == "shared lives" and tom.hours_other == pytest.approx(14)
    assert tom.company > 2 and tom.control > 0
    assert tiny.paid("council", "shared_lives") > 300 and tiny.paid("dwp", "shared_lives") > 50


def scheme(count: int, weeks: int) -> list[float]:
    """Room week by week of a scheme with all the money it can use, where so many people would live in Shared Lives."""
    tiny = a_town(*[resident(f"P{i}", age=30, group=2, band=2) for i in range(count)], services=["shared_lives"],
                  money={"shared_lives": PLENTY})
    tiny.town.neighbourhoods.people[:] = 250_000
    room = []
    for _ in range(weeks):
        p = tiny.town.providers
        waiting = [n for n, has in zip(tiny.names, tiny.town.supported_by(0), strict=True) if not has]
        if waiting and p.room[0] >= p.used[0] + 1:
            begin(tiny, "shared_lives", waiting[:int(p.room[0] - p.used[0])])
        go(tiny)
        tiny.town.residents.stage[:] = 0
        room.append(float(p.room[0]))
    return room


def test_the_first_household_comes_after_months_and_many_after_years() -> None:
    room = scheme(count=200, weeks=260)
    first = next(w for w, r in enumerate(room) if r >= 1)
    assert 17 <= first <= 52, "four to twelve months"
    assert room[51] < 15 and 20 < room[259] < 120, "at best two approvals a month"


def test_without_referrals_households_wait_and_the_scheme_stops_looking() -> None:
    assert max(scheme(count=0, weeks=260)) < 15


def test_a_household_that_leaves_takes_the_home_along() -> None:
    tiny = a_town(resident("Tom", age=30, group=2, band=2), services=["shared_lives"], room={"shared_lives": 1})
    begin(tiny, "shared_lives", ["Tom"])
    go(tiny, 1, luck=never("shared_lives: match breaks down") | certain("shared_lives: household leaves 0"))
    assert tiny["Tom"].stage == STAGE[1] and tiny["Tom"].setting == "shared lives", "asks while there is notice"
    go(tiny, 13, luck=STEADY)
    assert tiny["Tom"].setting == "own home"
    assert ("ends", "shared_lives", "household leaves") in tiny.story("Tom")
    assert tiny.town.providers.room[0] == 0


def test_a_broken_match_leaves_the_household_free_and_the_person_asking() -> None:
    tiny = a_town(resident("Tom", age=30, group=2, band=2), services=["shared_lives"], room={"shared_lives": 1})
    begin(tiny, "shared_lives", ["Tom"])
    go(tiny, 1, luck=certain("shared_lives: match breaks down") | never("shared_lives: household leaves 0"))
    assert tiny.story("Tom")[-2:] == [("ends", "shared_lives", "match breaks down"), ("asks", "", "support ended")]
    assert tiny.town.providers.built[0] > 0.5


def test_frozen_fees_drive_households_away() -> None:
    def left(fee_drift: float) -> float:
        tiny = a_town(services=["shared_lives"], room={"shared_lives": 100})
        tiny.town.commissioner.fee_drift = fee_drift
        tiny.town.memory["shared_lives.founded.0"] = 0.0
        return float(go(tiny, 52).town.providers.built[0])
    assert left(0.8) < left(1.0) - 1


def test_few_people_are_thought_of_and_hardly_any_of_them_older() -> None:
    """Referrals, not households, are what lacks: most who ask are never told of it."""
    people = [resident(f"P{i}", age=84 if i % 2 else 30, need=2 if i % 2 else 0, group=1 if i % 2 else 2, band=0 if i % 2 else 2)
              for i in range(2000)]
    tiny = a_town(*people, services=["shared_lives"])
    fits = np.isfinite(tiny.town.services[0].suits(np.arange(2000), tiny.town))
    assert 0.1 < fits[::2].mean() < 0.3 and 0 < fits[1::2].mean() < 0.03


def test_who_loses_a_household_is_matched_to_another_only_where_one_stands_ready() -> None:
    """A carer retires and takes the home along: in between the person has none of their own choosing."""
    for room, setting in ((3.0, "shared lives"), (1.0, "own home")):
        tiny = a_town(resident("Tom", age=30, group=2, band=2, hours_needed=14.0), services=["shared_lives"], room={"shared_lives": room})
        tiny.town.memory["shared_lives.founded.0"] = room
        begin(tiny, "shared_lives", ["Tom"])
        go(tiny, 1, luck=never("shared_lives: match breaks down") | certain("shared_lives: household leaves 0"))
        go(tiny, 12, luck=STEADY)
        assert tiny["Tom"].setting == "own home"
        tiny["Tom"].stage = STAGE.index("waiting for support")
        go(tiny, 2, "choosing", "supporting", luck=STEADY | certain("shared_lives: thought of"))
        assert tiny["Tom"].setting == setting, room
