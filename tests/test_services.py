"""Every service keeps the same promises, whoever wrote it. Stories of single services stand here and in tests/services."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np
import pytest

from simulation.draws import Draws, never
from simulation.evidence.lists import SETTING
from simulation.evidence.register import central, sceptic
from simulation.evidence.units import Weeks
from simulation.model import CareSystem
from simulation.places import load as load_place
from simulation.process import bind
from simulation.service import Service, Users
from simulation.services import found
from simulation.week.supporting import supporting
from simulation.world.columns import Column
from simulation.world.residents import Resident
from simulation.world.town import Town
from tests.towns import TinyTown, a_town, resident

SERVICES = sorted(found())
EACH = pytest.mark.parametrize("name", SERVICES)
PLENTY = 20_000.0  # pounds a week


class Listening(Draws):
    """Draws that remember what they were asked for."""

    def __init__(self, seed: int = 1):
        super().__init__(seed)
        self.heard: set[str] = set()

    def key(self, purpose: str) -> np.uint64:
        self.heard.add(purpose)
        return super().key(purpose)

    def trait(self, purpose: str) -> np.uint64:
        self.heard.add(purpose)
        return super().trait(purpose)


def all_sorts(count: int = 120) -> list[dict[str, Any]]:
    """People of every age, need, group and way of living, so that every service finds somebody."""
    return [resident(f"P{i}", age=20 + (i * 13) % 75, need=i % 5, group=(i // 5) % 5,
                     band=i % 6 if (i // 5) % 5 in (2, 3) else 0, lonely=i % 3 == 0, alone=i % 2 == 0,
                     owns_home=i % 2 == 0, dementia=i % 7 == 0, hours_needed=4.0 + i % 30, wants_control=(i % 10) / 10,
                     wants_company=(i % 9) / 9, setting=4 if i % 11 == 0 else 0, unmet=0.3,
                     discharged=-1 if i % 4 == 0 else -1000) for i in range(count)]


def a_town_with(name: str, *, money: bool = True, room: float = 30.0) -> TinyTown:
    return a_town(*all_sorts(), services=[name], room={name: room}, money={name: PLENTY} if money else {})


def begin(tiny: TinyTown, service: str, who: list[str] | None = None, hours: float = 10.0, **terms: Any) -> np.ndarray:
    """These people (or everybody it suits) begin support; returns their placements."""
    town, k = tiny.town, tiny.town.service(service)
    s, rows = town.services[k], np.arange(len(town.residents))
    if who is not None:
        rows = np.array([tiny.names.index(n) for n in who])
    else:
        rows = rows[np.isfinite(s.suits(rows, town))][:20]
        rows = rows if len(rows) else np.arange(5)
    agreed = np.full(len(rows), 0.0 if s.home else hours)
    terms.setdefault("price", s.price(rows, agreed, town))
    provider = np.flatnonzero(town.providers.service == k)[0]
    return np.asarray(town.begin(k, rows, provider, hours=agreed, **terms))


def go(tiny: TinyTown, weeks: int = 1, *names: str, luck: dict[str, np.uint64] | None = None) -> TinyTown:
    """So many weeks of these processes (of supporting alone, without names), bound once; this luck is certain."""
    bound = [bind(getattr(import_module(f"simulation.week.{name}"), name), tiny.beliefs)
             for name in names or ("supporting",)]
    town = tiny.town
    town.draws.fixed = dict(luck or {})
    for _ in range(weeks):
        town.draws.begin(town.week)
        town.events.week = town.money.week = town.week
        for process in bound:
            process.run(town)
        town.week += 1
    return tiny


# Promises every service keeps ---------------------------------------------------------------------------------------
@EACH
def test_it_says_what_it_is(name: str) -> None:
    kind = found()[name]
    columns = {c for c, v in vars(Resident).items() if isinstance(v, Column)}
    assert kind.title and kind.__doc__ and kind.effects <= columns
    assert not kind.home or kind.home in SETTING
    assert kind.pools <= {"care_workers", "volunteers", "family_hours"}
    assert {f"residents.{c}" for c in kind.effects} <= set(supporting.changes)  # type: ignore[attr-defined]


@EACH
def test_it_says_what_a_person_costs_how_long_it_takes_and_what_makes_its_capacity(name: str) -> None:
    tiny = a_town_with(name)
    service = tiny.town.services[0]
    cost, lead = service.costs_a_person(tiny.town.prices), service.lead_time()
    assert cost > 0 and cost.unit.startswith("pounds"), "say what one person costs"
    assert isinstance(lead, Weeks) and 0 <= lead < 520
    rule = type(service).makes_room.__doc__ or ""
    assert rule and rule != Service.makes_room.__doc__, "the first line of makes_room is the capacity rule"


def test_what_a_person_is_said_to_cost_is_what_is_paid() -> None:
    """Price of an older person, or of an hour: said and charged are one number. A scheme's money over the people it carries."""
    for name, hours in (("residential", 0.0), ("nursing", 0.0), ("home_care", 1.0), ("direct_payments", 1.0)):
        tiny = a_town(resident("Mrs K", age=80, need=4), services=[name])
        s, prices = tiny.town.services[0], tiny.town.prices
        charged = s.price(np.array([0]), np.array([hours]), tiny.town)[0]
        assert charged == pytest.approx(float(s.costs_a_person(prices)), rel=1e-6), name
    for name in ("local_area_coordination", "homeshare", "care_home_health_support"):
        tiny = go(a_town_with(name, room=0.0), 400)
        p, said = tiny.town.providers, tiny.town.services[0].costs_a_person(tiny.town.prices)
        weekly = float(said) / (52 if said.unit == "pounds a year" else 1)
        full = float(p.built.sum())
        assert float(p.budget.sum()) / full == pytest.approx(weekly, rel=0.02), name


@EACH
def test_without_money_and_room_it_does_nothing(name: str) -> None:
    with_it = go(a_town(*all_sorts(), services=[name]), 30, "supporting", "paying")
    without = go(a_town(*all_sorts(), services=[]), 30, "supporting", "paying")
    for column, values in with_it.town.residents.arrays.items():
        np.testing.assert_array_equal(values, without.town.residents.arrays[column], err_msg=column)
    assert not len(with_it.town.placements) and not with_it.town.providers.room.any()
    assert not [line for line in with_it.town.money.lines if name in (line.payer, line.payee)]
    assert with_it.town.memory.get("care home emergency ratio", 1.0) == 1.0


@EACH
def test_it_changes_only_what_it_says_it_changes(name: str) -> None:
    tiny = a_town_with(name)
    begin(tiny, name)
    go(tiny, 1)
    town, k = tiny.town, tiny.town.service(name)
    town.draws.begin(town.week)
    service, before = town.services[k], town.residents.state()
    service.helps(Users(town, k), town)
    now = town.residents.arrays
    changed = {c for c, values in before.items() if not np.array_equal(values, now[c], equal_nan=True)}
    assert changed <= service.effects


@EACH
def test_every_cost_lands_in_the_ledger(name: str) -> None:
    tiny = a_town_with(name)
    begin(tiny, name)
    for _ in range(6):
        go(tiny, 1)
        town, k = tiny.town, tiny.town.service(name)
        town.money.week = town.week
        users = Users(town, k)
        payments = list(town.services[k].costs(users, town))
        asked = sum(int(p.pence.sum()) for p in payments)
        before = int(town.money.weekly.sum())
        for payment in payments:
            town.money.pay(payment)
        assert int(town.money.weekly.sum()) - before == asked
        assert all(p.payer and p.payee and p.line and p.payer != p.payee for p in payments)
        prices = round(float(town.placements.price[users.placements].astype(np.float64).sum()) * 100)
        fees = sum(int(p.pence.sum()) for p in payments if p.purpose in ("support", "own_fees"))
        assert fees >= prices - len(users)


@EACH
def test_nobody_leaves_who_never_began(name: str) -> None:
    tiny = a_town_with(name)
    begin(tiny, name, until=20)
    go(tiny, 80, "supporting", "paying")
    began: dict[int, int] = {}
    for event in tiny.town.events.table():
        kind, person = tiny.town.events.kinds[event["kind"]], int(event["person"])
        if kind in ("begins", "ends"):
            began[person] = began.get(person, 0) + (1 if kind == "begins" else -1)
            assert began[person] >= 0
    active = tiny.town.placements.of(tiny.town.service(name))
    assert sum(began.values()) == len(active)
    assert set(tiny.town.placements.person[active]) == set(np.flatnonzero(tiny.town.supported_by(0)))


@EACH
def test_room_is_never_below_nought(name: str) -> None:
    tiny = a_town_with(name, room=0.0)
    p = tiny.town.providers
    for week in range(150):
        if week == 80:
            tiny.town.commissioner.funding.clear()
        go(tiny, 1)
        for column in ("room", "built", "used", "budget", "ramp"):
            assert np.isfinite(p.arrays[column]).all() and (p.arrays[column] >= 0).all(), column
        assert (p.ramp <= 1 + 1e-6).all()


@EACH
def test_its_luck_is_its_own(name: str) -> None:
    tiny = a_town_with(name)
    tiny.town.draws = Listening()
    begin(tiny, name)
    go(tiny, 30)
    town = tiny.town
    town.services[0].suits(np.arange(len(town.residents)), town)
    own = {purpose for purpose in town.draws.heard if purpose != "door: need lasts"}  # a request's luck is the door's, whatever is offered
    assert all(purpose.startswith(f"{name}: ") for purpose in own), own


@EACH
def test_it_suits_the_same_people_whenever_it_is_asked(name: str) -> None:
    tiny = a_town_with(name)
    town, rows = tiny.town, np.arange(len(tiny.names))
    first = town.services[0].suits(rows, town)
    town.draws.begin(5)
    assert first.shape == rows.shape and not np.isnan(first).any()
    np.testing.assert_array_equal(first, town.services[0].suits(rows, town))
    np.testing.assert_array_equal(first[::3], town.services[0].suits(rows[::3], town))


@EACH
def test_a_sceptic_keeps_its_costs(name: str) -> None:
    sure, doubting = (a_town(*all_sorts(), services=[name], room={name: 30.0}, money={name: PLENTY}, beliefs=b)
                      for b in (central(), sceptic(central())))
    for tiny in (sure, doubting):
        begin(tiny, name, who=["P1", "P2", "P6"])
        go(tiny, 1, "supporting", "paying")
    assert sure.paid("council", name) == pytest.approx(doubting.paid("council", name))


@pytest.mark.parametrize("name", [n for n in SERVICES if not found()[n].statutory])
def test_a_scheme_without_money_runs_down(name: str) -> None:
    tiny = go(a_town_with(name, room=0.0), 120, "supporting", "paying")
    assert tiny.paid("council", name) > 0
    tiny.town.commissioner.funding.clear()
    go(tiny, 200, "supporting", "paying")
    spent = tiny.paid("council", name)
    go(tiny, 20, "supporting", "paying")
    assert tiny.paid("council", name) == spent and not tiny.town.providers.room.any()
    assert not len(tiny.town.placements.of(0))


def test_a_place_is_the_same_to_the_last_bit_with_and_without_what_nobody_pays_for() -> None:
    """Founded and lived in for a year: services that wait for a plan's money leave no trace, in anybody's luck either."""
    def lived(only: list[str] | None) -> Town:
        return CareSystem(load_place("doncaster"), central(), one_in=500, burn_in=52, events="counts", only=only).run(52).town
    with_all = lived(None)
    without = lived([s.name for k, s in enumerate(with_all.services) if with_all.providers.built[with_all.providers.service == k].any()])
    assert len(with_all.services) > len(without.services) + 10
    for column, values in with_all.residents.arrays.items():
        if column not in ("supports", "wants_service"):  # codes, which say where in the list a service stands
            np.testing.assert_array_equal(values, without.residents.arrays[column], err_msg=column)


# Stories: supporting ------------------------------------------------------------------------------------------------
def test_hours_follow_the_staff_there_is_and_stop_in_hospital() -> None:
    tiny = a_town(resident("Ms A", age=40, need=2), resident("Mr B", age=40, need=2, hospital=1),
                  services=["direct_payments"], room={"direct_payments": 100})
    begin(tiny, "direct_payments", ["Ms A", "Mr B"], hours=12)
    tiny.town.providers.staffing[:] = 0.75
    go(tiny, 1, luck=never("direct_payments: hands it back") | never("direct_payments: no longer needed"))
    assert tiny["Ms A"].hours_paid == pytest.approx(9) and tiny["Mr B"].hours_paid == 0


def test_company_fades_when_support_has_ended() -> None:
    tiny = a_town(resident("Ms A"), services=[])
    tiny["Ms A"].company = 1.0
    go(tiny, 78)
    assert tiny["Ms A"].company == pytest.approx(0.5, rel=0.02)


STEADY = never("shared_lives: match breaks down") | never("shared_lives: household leaves 0")


def test_when_a_scheme_closes_the_people_it_supported_ask_again() -> None:
    tiny = a_town(resident("Tom", age=30, group=2, band=2), services=["shared_lives"], room={"shared_lives": 1})
    begin(tiny, "shared_lives", ["Tom"])
    tiny.town.providers.closes[:] = tiny.town.week + 1
    go(tiny, 1, luck=STEADY)
    assert tiny["Tom"].setting == "shared lives"
    go(tiny, 1, luck=STEADY)
    assert tiny.story("Tom")[1:] == [("ends", "shared_lives", "closing"), ("asks", "", "support ended")]
    assert not tiny.town.providers.open.any()


# Stories: supported living and community support ---------------------------------------------------------------------
LASTS = never("supported_living: moves on") | never("supported_living: tenancy breaks down")


def test_a_tenancy_brings_support_by_band_and_rent_from_benefits() -> None:
    tiny = a_town(*[resident(f"B{b}", age=30, group=2, band=b, hours_needed=20.0 * b) for b in (1, 3, 5)],
                  services=["supported_living"], room={"supported_living": 3})
    begin(tiny, "supported_living", ["B1", "B3", "B5"])
    go(tiny, 1, "supporting", "paying", luck=LASTS)
    price = tiny.town.placements.price
    assert price[0] < price[1] < price[2] and price[2] > 4 * price[0]
    assert tiny["B3"].setting == "supported living" and tiny["B3"].hours_paid == pytest.approx(60)
    assert tiny.paid("dwp", "supported_living") > 400


def test_places_wait_for_tenancies() -> None:
    tiny = a_town(*[resident(f"P{i}", age=30, group=2, band=3, stage=2, wants_service=0) for i in range(50)],
                  services=["supported_living"], room={"supported_living": 0.0})
    go(tiny, 13)
    after_a_quarter = float(tiny.town.providers.room[0])
    go(tiny, 91)
    assert after_a_quarter < 0.4 * tiny.town.providers.room[0] and tiny.town.providers.room[0] > 30


def test_money_set_aside_for_places_stands_empty_at_first() -> None:
    tiny = a_town(*[resident(f"P{i}", age=30, group=2, band=3) for i in range(5)], services=["supported_living"],
                  money={"supported_living": PLENTY})
    go(tiny, 104, "supporting", "paying")
    ledger = tiny.town.money
    assert ledger.by_week("council", "supported_living", purpose="start_up").sum() > 0
    assert ledger.by_week("council", "supported_living", purpose="standing_empty").sum() > 0


def test_support_at_home_is_priced_by_its_hours() -> None:
    tiny = a_town(resident("Ann", age=30, group=2, band=2, hours_needed=14.0), services=["community_support"],
                  room={"community_support": 100})
    service = tiny.town.services[0]
    one, two = (float(service.price(np.array([0]), np.array([h]), tiny.town)[0]) for h in (10.0, 20.0))
    assert two == pytest.approx(2 * one) and one > 0
    begin(tiny, "community_support", ["Ann"])
    go(tiny, 1, luck=never("community_support: moves on"))
    assert tiny["Ann"].hours_paid == pytest.approx(10) and tiny["Ann"].company > 0


# Stories: health support in care homes -------------------------------------------------------------------------------
def test_health_support_reaches_residents_as_teams_grow_and_costs_no_more_than_there_are_residents() -> None:
    people = [resident(f"P{i}", age=85, need=3, setting=4) for i in range(50)]
    tiny = a_town(*people, services=["care_home_health_support"], money={"care_home_health_support": PLENTY})
    ratio = [go(tiny, 1, "supporting", "paying").town.memory["care home emergency ratio"] for _ in range(200)]
    assert 0.95 < ratio[3] <= 1 and ratio[-1] == pytest.approx(0.8, abs=0.02)
    assert tiny.paid("council", "care_home_health_support") < 200 * 50 * 25
