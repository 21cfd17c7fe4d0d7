"""Care homes, home care agencies and care workers: places, money, closing, pay."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module

import numpy as np
import pytest

from simulation.draws import certain, never
from simulation.evidence.lists import FUNDER
from simulation.evidence.register import central, load
from simulation.founding.market import supply
from simulation.homes import COST, ELSEWHERE, EMPTY, FAR, FEE, from_elsewhere
from simulation.model import CareSystem
from simulation.places import load as load_place
from simulation.plan import Plan
from simulation.process import bind
from simulation.service import Users
from simulation.week.working import hired, roles, staff_of, take_on
from simulation.world.town import Town
from tests.towns import TinyTown, a_town, resident

COUNCIL, SELF = FUNDER.index("council"), FUNDER.index("self")
GOES_ON = {**never("residential: decides to close"), **never("nursing: decides to close")}


def home(town: TinyTown, beds: float, elsewhere: float = 0.0, service: str = "residential", **more: object) -> int:
    """One more care home in a town, with its books open: its break-even as the evidence says."""
    t = town.town
    row = int(t.providers.append(1, service=t.service(service), open=True, built=beds, room=beds, staffing=1.0,
                                 **more)[0])
    for key, value in ((COST, 900.0), (FEE, 900.0), (ELSEWHERE, elsewhere), (EMPTY, max(beds * 0.14, 1.0))):
        t.tables[key] = np.append(t.tables.get(key, np.zeros(row)), value)
    t.memory[f"home {row}: from elsewhere"] = elsewhere
    return row


def homes_town(people: int = 0, *, homes: int = 2, beds: float = 40.0, elsewhere: float = 0.0,
               plan: Plan | None = None) -> tuple[TinyTown, list[int]]:
    """Homes of a size, with so many residents paid for by the council in the first."""
    town = a_town(*[resident(f"p{i}", age=85.0, need=3, hours_needed=28.0) for i in range(max(people, 1))],
                  services=["residential"], plan=plan)
    rows = [home(town, beds, elsewhere) for _ in range(homes)]
    t = town.town
    t.providers.open[0] = False
    t.begin(0, np.arange(people), rows[0], funder=COUNCIL, price=900.0)
    return town, rows


def weeks(town: TinyTown, name: str, count: int, luck: dict[str, np.uint64] | None = None) -> Iterator[None]:
    """Many weeks of one process, bound once."""
    t = town.town
    process = bind(getattr(import_module(f"simulation.week.{name}"), name), town.beliefs)
    t.draws.fixed = dict(luck or {})
    for _ in range(count):
        t.draws.begin(t.week)
        t.events.week = t.money.week = t.week
        process.run(t)
        t.week += 1
        yield


# Care homes ----------------------------------------------------------------------------------------------------------
def test_a_place_is_one_persons_and_costs_nothing_from_the_week_it_empties() -> None:
    town, _ = homes_town(3)
    t, service = town.town, town.town.services[0]
    paid = []
    for _ in range(3):
        town.week("supporting", luck=GOES_ON)
        paid.append(sum(float(x.pence.sum()) for x in service.costs(Users(t, 0), t) if x.purpose == "support") / 100)
        t.end(t.placements.of(0)[:1], "death")
    assert paid == pytest.approx([2700.0, 1800.0, 900.0])


def test_block_places_are_paid_empty_only_until_the_contract_has_run_down() -> None:
    town, rows = homes_town(40, beds=60.0)
    t, service = town.town, town.town.services[0]
    t.providers.block[rows] = 0.15
    town.week("supporting", luck=GOES_ON)
    assert not list(service.empty_block_places(t))
    t.end(t.placements.of(0)[:20], "death")
    void = []
    for _ in weeks(town, "supporting", 156, GOES_ON):
        void.append(sum(float(x.pence.sum()) for x in service.empty_block_places(t)) / 100)
    assert 0.85 * 20 * 0.15 * 900 < void[0] <= 20 * 0.15 * 900
    assert void[155] < 0.06 * void[0] and void == sorted(void, reverse=True)


def test_half_empty_homes_close_sooner_than_full_ones_and_not_all_at_once() -> None:
    closed = {}
    for people in (10, 38):
        town = a_town(resident("Mrs K"), services=["residential"])
        t = town.town
        rows = np.array([home(town, 40.0, float(people)) for _ in range(60)])
        for _ in range(520):
            t.draws.begin(t.week)
            t.services[0]._keep_books(rows, t.placements.of(0), np.zeros(60), t)
            t.services[0]._decide(rows, t)
            for row in rows:
                t.memory[f"home {row}: from elsewhere"] = float(people)
            t.week += 1
        closed[people] = np.count_nonzero(t.providers.closes[rows] < FAR) / 60
    assert closed[38] < 0.25 < closed[10]
    assert closed[10] > 2 * closed[38]


def test_a_margin_is_nought_at_break_even() -> None:
    town = a_town(resident("Mrs K"), services=["residential"])
    even = float(central().values["shared.home_break_even"])
    row = np.array([home(town, 100.0, 100.0 * even)])
    for _ in range(300):
        town.town.services[0]._keep_books(row, town.town.placements.of(0), np.zeros(1), town.town)
        town.town.memory[f"home {row[0]}: from elsewhere"] = 100.0 * even
    assert town.town.providers.margin[row[0]] == pytest.approx(0.0, abs=1e-3)


def test_people_move_before_a_home_closes_and_the_last_ask_again_in_crisis() -> None:
    town, (first, second) = homes_town(10, beds=12.0)
    t = town.town
    t.providers.built[second] = 7.0
    t.providers.closes[first] = t.week + 8
    seen = []
    for _ in range(9):
        town.week("supporting", luck=GOES_ON)
        seen.append(np.count_nonzero(t.placements.provider[t.placements.of(0)] == first))
    assert seen[0] > seen[4] >= seen[7] > 0 and seen[8] == 0
    assert not t.providers.open[first] and t.providers.room[first] == 0
    stayed = t.placements.person[t.placements.of(0)]
    assert len(stayed) == 7 and (t.placements.price[t.placements.of(0)] == 900.0).all()
    asks = np.setdiff1d(np.arange(10), stayed)
    assert (t.residents.stage[asks] == 1).all() and (t.residents.reason[asks] == 7).all()
    assert (t.residents.setting[asks] == 0).all() and (t.residents.stage[stayed] == 0).all()


def test_some_homes_close_from_one_week_to_the_next_and_everybody_asks_at_once_in_a_crisis() -> None:
    town, (first, second) = homes_town(10, beds=12.0)
    t = town.town
    t.providers.built[second] = 0.0
    town.week("supporting", luck=certain("residential: decides to close") | certain("residential: without notice"))
    assert not t.providers.open[first] and not len(t.placements.of(0))
    r = t.residents
    assert (r.stage[:10] == 1).all() and (r.reason[:10] == 7).all() and (r.setting[:10] == 0).all()


def test_a_home_lives_on_those_who_pay_more_and_earns_less_when_their_money_runs_out() -> None:
    """The council's fee is below what an own payer is charged: the same home, the same care, two margins."""
    margin = {}
    for funder in (COUNCIL, SELF):
        town, (first, _) = homes_town(35, beds=40.0)
        t, s = town.town, town.town.services[0]
        mine, who = t.placements.of(0), np.arange(35)
        t.placements.funder[mine] = t.residents.funder[who] = funder
        t.placements.price[mine] = (s.own_price if funder == SELF else s.price)(who, np.zeros(35), t)
        t.residents.savings[who] = 80_000.0
        for _ in weeks(town, "supporting", 104, GOES_ON):
            pass
        margin[funder] = float(t.providers.margin[first])
    assert margin[SELF] > margin[COUNCIL] + 0.1
    t.residents.savings[who], t.residents.owns_home[who], t.residents.house[who] = 14_000.0, False, 0.0
    town.week("reviewing", luck=never("reviewing: wants to move on"))
    assert (t.placements.funder[mine] == COUNCIL).all() and (t.residents.setting[who] == 4).all(), "people stay, and the council pays"
    for _ in weeks(town, "supporting", 156, GOES_ON):
        pass
    assert float(t.providers.margin[first]) == pytest.approx(margin[COUNCIL], abs=0.03)


def test_a_home_that_will_close_takes_nobody_in() -> None:
    town, (first, _) = homes_town(5)
    town.town.providers.closes[first] = town.town.week + 30
    town.week("supporting", luck=GOES_ON)
    p = town.town.providers
    assert p.room[first] <= p.used[first]


def test_empty_places_draw_people_from_elsewhere_but_not_enough_to_fill_them() -> None:
    town, (first, _) = homes_town(30, homes=2, beds=40.0, elsewhere=5.0)
    t = town.town
    for _ in weeks(town, "supporting", 104, GOES_ON):
        pass
    steady = float(from_elsewhere(np.array([first]), t)[0])
    assert steady == pytest.approx(5.0, abs=0.4)
    t.end(t.placements.of(0)[:10], "death")
    for _ in weeks(town, "supporting", 260, GOES_ON):
        pass
    assert steady + 1 < float(from_elsewhere(np.array([first]), t)[0]) < steady + 8


def test_staff_short_homes_open_fewer_places_and_leave_needs_unmet() -> None:
    town, (first, _) = homes_town(2, beds=20.0)
    town.week("supporting", luck=GOES_ON)
    p, r = town.town.providers, town.town.residents
    assert p.room[first] == 20.0 and r.hours_paid[0] == pytest.approx(28.0)
    p.staffing[first] = 0.5
    town.week("supporting", luck=GOES_ON)
    assert p.room[first] < 12.0 and r.hours_paid[0] < 16.0


def test_the_nhs_pays_the_nurses_part_for_everybody_in_a_nursing_home() -> None:
    town = a_town(resident("council", age=85.0, need=4), resident("own", age=85.0, need=4), services=["nursing"])
    t = town.town
    for person, funder in ((0, COUNCIL), (1, SELF)):
        t.begin(0, np.array([person]), 0, funder=funder, price=1000.0)
    nhs = [p for p in t.services[0].costs(Users(t, 0), t) if p.payer == "nhs"]
    assert sorted(np.concatenate([p.rows for p in nhs])) == [0, 1]
    assert sum(int(p.pence.sum()) for p in nhs) == 2 * round(t.prices["fnc_week"] * 100)


def test_whom_homes_suit() -> None:
    town = a_town(resident("well", age=85.0, need=0), resident("some", age=85.0, need=2, alone=False, partner="well"),
                  resident("alone", age=85.0, need=2, alone=True),
                  resident("dementia", age=85.0, need=2, dementia=True),
                  resident("round the clock", age=85.0, need=4), services=["residential", "nursing"])
    t = town.town
    fits = {s.name: np.isfinite(s.suits(np.arange(5), t)).tolist() for s in t.services}
    assert fits["residential"] == [False, False, True, True, True]
    assert fits["nursing"] == [False, False, False, False, True]


def test_people_who_pay_for_themselves_pay_more() -> None:
    town = a_town(resident("Mrs K", age=85.0, need=4), services=["residential", "nursing", "home_care"])
    for s in town.town.services:
        who, hours = np.array([0]), np.array([10.0])
        assert s.own_price(who, hours, town.town)[0] > s.price(who, hours, town.town)[0] > 0


def test_budget_lines_follow_age_not_the_kind_of_home() -> None:
    town = a_town(resident("old", age=85.0), resident("young", age=40.0), services=["residential", "nursing"])
    for s in town.town.services:
        names, which = s.line(np.array([0, 1]), town.town)
        assert [names[k] for k in which] == ["older_residential_and_nursing", "working_age_residential"]


# Home care -----------------------------------------------------------------------------------------------------------
def agency_town(hours: float = 10.0, room: float = 100.0, people: int = 1) -> TinyTown:
    """People with home care from one agency."""
    town = a_town(*[resident(f"p{i}", age=80.0, need=3, hours_needed=28.0, unmet=0.5) for i in range(people)],
                  services=["home_care"], room={"home_care": room})
    town.town.begin(0, np.arange(people), 0, hours=hours, funder=COUNCIL)
    return town


STAYS = {**never("home_care: hands back"), **never("home_care: decides to close"), **never("home_care: ends")}


def test_what_comes_is_what_is_paid_for() -> None:
    town = agency_town()
    town.week("supporting", luck=STAYS)
    pl, price = town.town.placements, town.town.prices["home_care_hour"]
    assert pl.given[0] == pytest.approx(10.0) and pl.price[0] == pytest.approx(10 * price, rel=1e-6)
    town.town.residents.hospital[0] = 1
    town.week("supporting", luck=STAYS)
    assert pl.given[0] == 0 and pl.price[0] == 0


def test_an_agency_short_of_staff_brings_fewer_hours_to_everybody() -> None:
    town = agency_town(people=4, room=30.0)
    town.week("supporting", luck=STAYS)
    assert town.town.placements.given == pytest.approx([7.5] * 4)


def test_packages_are_handed_back_when_the_price_falls_below_cost() -> None:
    back = {}
    for fees in (1.0, 0.85):
        town = agency_town(people=200, room=1e6)
        t = town.town
        t.memory["home_care: cost of an hour"] = t.prices["home_care_hour"] / 1.03
        t.prices["home_care_hour"] *= fees
        luck = {**never("home_care: decides to close"), **never("home_care: ends")}
        for _ in weeks(town, "supporting", 104, luck):
            pass
        back[fees] = 200 - len(t.placements.of(0))
        waiting = np.count_nonzero(t.residents.stage == 1)
        assert waiting == back[fees]
    assert back[1.0] < 20 < back[0.85]


def test_money_for_hours_reaches_people_who_lack_them_and_no_money_changes_nothing() -> None:
    given = {}
    for money in (0.0, 100.0, 1e6):
        town = agency_town(hours=10.0, room=40.0, people=2)
        town.town.memory["home_care: money for hours"] = money
        town.town.residents.unmet[1] = 0.0
        town.week("supporting", luck=STAYS)
        given[money] = town.town.placements.given.copy()
    price = town.town.prices["home_care_hour"]
    assert given[0.0] == pytest.approx([10.0, 10.0])
    assert given[100.0] == pytest.approx([10.0 + 100 / price, 10.0], rel=1e-5)
    assert given[1e6] == pytest.approx([24.0, 10.0], rel=1e-5)


def test_dearer_care_work_is_paid_for_on_all_hours_at_once() -> None:
    town = agency_town(people=3)
    town.week("supporting", luck=STAYS)
    before = town.town.placements.price.copy()
    town.town.memory["price premium"] = 0.1
    town.week("supporting", luck=STAYS)
    share = float(central().values["shared.home_care_pay_share"])
    assert town.town.placements.price == pytest.approx(before * (1 + 0.1 * share), rel=1e-5)


# Care workers --------------------------------------------------------------------------------------------------------
def labour_town(plan: Plan | None = None, used: float = 30_000.0, beliefs: object = None) -> TinyTown:
    """One big agency with its staff, as usual."""
    town = a_town(resident("Mrs K"), services=["home_care"], room={"home_care": used}, plan=plan,
                  beliefs=beliefs)  # type: ignore[arg-type]
    t = town.town
    t.providers.used[:], t.providers.quality[:] = used, 0.75
    t.memory["working.vacancy here"] = 1.0
    wanted = used / 0.965 * 0.034 / (1 - 0.115)
    posts = round(wanted * (1 - 0.115) * 37 / 29)
    take_on(t.carers, t, t.draws, np.array([posts]), roles(t), 16.0, 42.0, "test: hours")
    t.carers.since[:] = -200
    staff = float(staff_of(t.carers, t.providers, 37.0).sum())
    supply(t, staff, wanted, 0.28, 0.16, 0.0)
    return town


def labour(town: TinyTown, years: int, used: float | None = None) -> tuple[float, float, float]:
    """Run the labour market alone: whole-time staff at the end, turnover in the last year, pay over the going rate."""
    left = 0.0
    t = town.town
    t.providers.used[:] = t.providers.used if used is None else used
    for week, _ in enumerate(weeks(town, "working", 52 * years)):
        left += t.memory["working.left"] * (week >= 52 * (years - 1))
    return float(t.providers.staff.sum()), left / t.memory["working.posts"], t.memory["price premium"]


def test_the_market_is_steady_when_nothing_changes() -> None:
    town = labour_town()
    start = float(staff_of(town.town.carers, town.town.providers, 37.0).sum())
    staff, turnover, _ = labour(town, 4)
    assert staff == pytest.approx(start, rel=0.04)
    assert 0.2 < turnover < 0.38


def test_better_pay_keeps_workers_and_draws_more_but_slowly() -> None:
    plain, raised = labour_town(), labour_town(Plan(levers={"care_worker_pay": 0.1}))
    for town in (plain, raised):
        town.town.memory["working.usual vacancy"] = 1.0  # no pay rise but the plan's
    first = labour(plain, 1, 40_000.0), labour(raised, 1, 40_000.0)
    later = labour(plain, 5, 40_000.0), labour(raised, 5, 40_000.0)
    assert raised.town.memory["price premium"] == pytest.approx(0.1)
    assert later[1][1] < 0.97 * later[0][1], "fewer leave"
    assert later[1][0] > 1.06 * later[0][0], "more work here in the end"
    assert first[1][0] / first[0][0] < 1 + 0.7 * (later[1][0] / later[0][0] - 1), "but not at once"


def test_when_few_would_do_the_work_pay_rises_before_hours_do() -> None:
    """Twenty per cent more hours wanted: with few people to be had, dearer and fewer."""
    ends = {}
    for elasticity in (0.2, 5.0):
        beliefs = central(load())
        beliefs = type(beliefs)(beliefs.register, {**beliefs.values, "working.pay_attracts": elasticity})
        ends[elasticity] = labour(labour_town(beliefs=beliefs), 6, 36_000.0)
    assert ends[0.2][2] > 1.5 * ends[5.0][2] > 0
    assert ends[0.2][0] < ends[5.0][0]


def test_workers_are_one_pool_and_none_is_counted_twice() -> None:
    town = a_town(resident("Mrs K"), services=["home_care", "residential"], room={"home_care": 9000.0})
    t = town.town
    t.providers.used[:] = [9000.0, 200.0]
    t.providers.built[1], t.providers.quality[:] = 230.0, 0.7
    t.memory["working.vacancy here"] = 1.0
    take_on(t.carers, t, t.draws, np.array([400, 250]), roles(t), 16.0, 42.0, "test: hours")
    staff = float(staff_of(t.carers, t.providers, 37.0).sum())
    supply(t, staff, 1.08 * staff, 0.28, 0.16, 0.1)
    for _ in weeks(town, "working", 52):
        employed = np.flatnonzero(t.carers.employed)
        assert t.providers.staff.sum() <= t.memory["working.willing"] + 37
        assert np.allclose(t.providers.staff, staff_of(t.carers, t.providers, 37.0), rtol=1e-5)
        assert np.array_equal(t.carers.role[employed], roles(t)[t.carers.provider[employed]])
    t.providers.open[1] = False
    town.week("working")
    assert t.providers.staff[1] == 0 and not (t.carers.provider[np.flatnonzero(t.carers.employed)] == 1).any()
    for _ in weeks(town, "working", 26):
        pass
    assert t.providers.staffing[0] > 0.99, "care home workers find work in home care"


def test_hiring_needs_both_vacancies_and_people() -> None:
    assert hired(0.0, 50.0, 0.2) == 0.0 and hired(50.0, 0.0, 0.2) == 0.0
    assert hired(50.0, 60.0, 0.2) > hired(50.0, 30.0, 0.2) > 0
    assert hired(50.0, 1e9, 0.2) == pytest.approx(10.0, rel=1e-3)


def test_luck_of_a_new_worker_is_their_own() -> None:
    town = labour_town()
    t = town.town
    town.week("working", luck=certain("working: leaves"))
    assert t.memory["working.left"] == t.memory["working.posts"]
    for _ in range(8):
        town.week("working")
    new = t.carers.since[np.flatnonzero(t.carers.employed)]
    assert len(new) and (new >= 0).all()


# The first day ------------------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def founded() -> Iterator[Town]:
    """One in ten of Doncaster, with whole homes."""
    system = CareSystem(load_place("doncaster"), central(), Plan(years=1), one_in=10, seed=3)
    yield system.town
    system.close()


def test_homes_have_the_places_beds_and_occupancy_on_the_first_day(founded: Town) -> None:
    p = founded.providers
    homes = np.flatnonzero(np.isin(p.service, [founded.service(n) for n in ("residential", "nursing")]))
    elsewhere = from_elsewhere(homes, founded)
    assert float(p.built[homes].sum()) == pytest.approx(founded.place["care_home_beds"] / 10, rel=0.1)
    in_use = float((p.used[homes] + elsewhere).sum() / p.built[homes].sum())
    assert in_use == pytest.approx(founded.place["care_home_occupancy"], abs=0.06)
    assert (p.used[homes] + elsewhere <= p.built[homes] + 1e-3).all()


def test_agencies_are_nearly_full_and_posts_stand_empty_as_usual_on_the_first_day(founded: Town) -> None:
    p, m = founded.providers, founded.memory
    agencies = np.flatnonzero(p.service == founded.service("home_care"))
    use = float(p.used[agencies].sum() / p.room[agencies].sum())
    assert 0.94 < use < 0.99
    assert m["working.usual vacancy"] == pytest.approx(founded.place["workforce_vacancy_rate"], abs=0.02)
    assert m["working.willing"] > p.staff.sum() > 0
    rate = central().values
    poor, good = rate["shared.care_turnover_poor_job"], rate["shared.care_turnover_good_job"]
    turnover = poor * (good / poor) ** p.quality[agencies].mean()
    assert 0.2 < turnover < 0.35


def test_the_burn_in_leaves_the_market_as_it_found_it() -> None:
    system = CareSystem(load_place("doncaster"), central(), Plan(years=1), one_in=10, seed=3, events="counts")
    town = system.town
    beds, staff = float(town.providers.built.sum()), float(town.providers.staff.sum())
    system.burn_in()
    assert float(town.providers.built.sum()) == pytest.approx(beds, rel=0.25)
    assert float(town.providers.staff.sum()) == pytest.approx(staff, rel=0.15)
    assert town.memory["working.vacancy"] < 0.14
    assert town.memory["price premium"] < 0.05
    assert 0.8 * town.hospital.beds < town.hospital.occupied < 1.1 * town.hospital.beds
    system.close()
