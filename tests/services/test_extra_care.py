"""Extra care: years to build, empty flats paid for, care on the site; it fills with fit people, and needs outgrow it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from simulation.draws import certain, never
from simulation.world.town import COUNCIL
from tests.test_services import begin, go
from tests.towns import TinyTown, a_town, resident

NAME = "extra_care"
STAYS = never(f"{NAME}: moves away")
WOULD = certain(f"{NAME}: would move") | certain(f"{NAME}: would move while well")


def older(name: str, **columns: Any) -> dict[str, Any]:
    return resident(name, **{"age": 80, "need": 2, "hours_needed": 12.0, "alone": True, **columns})


def a_building(*people: dict[str, Any], flats: float = 10, money: float = 0.0) -> TinyTown:
    return a_town(*people, services=[NAME], room={NAME: flats}, money={NAME: money})


def test_a_flat_brings_care_company_and_say_at_a_price_and_rent_from_benefits() -> None:
    tiny = a_building(older("Mrs K"))
    begin(tiny, NAME, ["Mrs K"])
    go(tiny, 1, "supporting", "paying", luck=STAYS)
    mrs_k = tiny["Mrs K"]
    assert mrs_k.setting == "supported living" and mrs_k.hours_paid + mrs_k.hours_other == pytest.approx(12)
    assert mrs_k.company > 1 and mrs_k.control > 0
    assert 120 < tiny.town.money.by_week("council", NAME, purpose="support").sum() < 350 and tiny.paid("dwp", NAME) > 100


def test_it_takes_years_to_build_and_the_landlords_part_is_noted_apart() -> None:
    tiny = a_town(services=[NAME], money={NAME: 12_000})
    room = [float(go(tiny, 13, "supporting", "paying").town.providers.room.sum()) for _ in range(30)]
    first = 13 * next(i for i, r in enumerate(room) if r > 0)
    assert 130 <= first <= 286 and max(room) == 65, "all flats at once; the next only when these are let"
    council, landlords = (tiny.paid(payer, NAME) for payer in ("council", "landlords"))
    assert landlords > 5 * council > 0
    assert tiny.town.money.by_week("council", NAME, purpose="standing_empty").sum() > 50_000, "night staff for empty flats"


def test_half_the_money_builds_half_as_fast_and_none_leaves_it_half_built() -> None:
    def after_two_years(money: float) -> float:
        return float(go(a_town(services=[NAME], money={NAME: money}), 104).town.providers.ramp[0])
    assert after_two_years(5_000) == pytest.approx(after_two_years(10_000) / 2, rel=0.02)
    tiny = go(a_town(services=[NAME], money={NAME: 12_000}), 104)
    built = float(tiny.town.providers.ramp[0])
    tiny.town.commissioner.funding.clear()
    go(tiny, 104, "supporting", "paying")
    assert 0.3 < tiny.town.providers.ramp[0] == pytest.approx(built, abs=0.01) and built < 0.8 and not tiny.town.providers.room.any()
    assert tiny.paid("council", NAME) == 0, "and nobody pays for a site that stands still"


def test_older_people_who_live_alone_choose_it_where_a_flat_is_free() -> None:
    people = [older("alone"), older("couple", alone=False), older("well", need=0), older("round the clock", need=4),
              resident("young", age=40, need=2, alone=True), older("dementia", dementia=True, need=3)]
    tiny = a_building(*people)
    tiny.town.draws.fixed = WOULD
    fits = np.isfinite(tiny.town.services[0].suits(np.arange(len(people)), tiny.town))
    assert fits.tolist() == [True, False, False, False, False, False]
    tiny.town.providers.used[:] = 10
    assert not np.isfinite(tiny.town.services[0].suits(np.arange(len(people)), tiny.town)).any(), "nobody waits years for it"


def test_a_landlord_who_waits_too_long_lets_to_people_who_need_no_care() -> None:
    tiny = a_building(*[older(f"P{i}", need=0, hours_needed=0.0) for i in range(40)])
    go(tiny, 60, "supporting", "paying", luck=WOULD | STAYS)
    tenants = tiny.town.placements.of(0)
    assert len(tenants) >= 6 and not tiny.town.placements.price[tenants].any() and not tiny.town.residents.funder.any()
    assert ("begins", NAME, "let by the landlord") in {e for p in tiny.names for e in tiny.story(p)}


def test_a_fit_tenant_grows_older_there_and_is_then_paid_for() -> None:
    tiny = a_building(older("Mr B", need=0, hours_needed=0.0))
    begin(tiny, NAME, ["Mr B"], funder=0, price=0.0)
    go(tiny, 1, "supporting", "paying", luck=STAYS)
    assert tiny["Mr B"].funder == "nobody" and tiny["Mr B"].hours_paid == 0
    tiny["Mr B"].need, tiny["Mr B"].hours_needed = 2, 12.0
    go(tiny, 2, "supporting", "paying", luck=STAYS)
    assert tiny.town.residents.funder[0] == COUNCIL and tiny["Mr B"].hours_paid > 5
    assert tiny.town.money.by_week("council", NAME, purpose="support").sum() > 100


def test_needs_outgrow_what_the_site_can_give_and_the_tenant_asks() -> None:
    tiny = a_building(older("Mrs K"))
    begin(tiny, NAME, ["Mrs K"])
    tiny["Mrs K"].need, tiny["Mrs K"].hours_needed = 4, 70.0
    go(tiny, 1, luck=STAYS)
    assert tiny["Mrs K"].hours_paid < 25 and tiny.story("Mrs K")[-1] == ("asks", "", "outgrown")
