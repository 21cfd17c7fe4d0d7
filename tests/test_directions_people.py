"""What must come out of people's lives without being put in: who moves to a care home, how long they stay, whose money runs out.

One adult in five of Doncaster under present policy, ten years; or one person with two answers, side by side.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pytest

from simulation import means
from simulation.evidence.lists import FIFTH, FUNDER
from simulation.plan import Plan
from simulation.world.town import CARE_HOME, COUNCIL, Town
from tests.paired import Ran, burnt_in, run
from tests.towns import TinyTown, a_town, resident

HOMES = ("residential", "nursing")
YEARS, FOLLOWED = 10, 6  # years of the run; years over which entries to care homes are counted
OFTEN, NEVER = 39.0, -39.0  # an outlook so dark, or so bright, that loneliness follows whatever happens


@lru_cache(maxsize=1)
def ten_years() -> Ran:
    """Present policy, with every event."""
    return run(Plan(years=YEARS), events="all")


@lru_cache(maxsize=1)
def founders() -> dict[str, np.ndarray]:
    """Everybody as they were in the first week of those years."""
    columns: dict[str, np.ndarray] = burnt_in().town["tables"]["residents"]
    return columns


def told(town: Town, kind: str, services: tuple[str, ...] = ()) -> np.ndarray:
    """Events of one kind since the plan began, of some services."""
    table, events = town.events.table(), town.events
    mine = (table["kind"] == events.kinds.index(kind)) & (table["week"] >= 0)
    if services:
        mine &= np.isin(table["service"], [events.services.index(s) for s in services if s in events.services])
    return table[mine]


# 9. Loneliness and care homes ------------------------------------------------------------------------------------------
def odds_ratios(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Logistic regression of y on the columns of x (Newton's method): the odds ratio of each column."""
    x = np.column_stack([np.ones(len(x)), x]).astype(float)
    b = np.zeros(x.shape[1])
    for _ in range(25):
        p = 1 / (1 + np.exp(-x @ b))
        b += np.linalg.solve(x.T @ (x * (p * (1 - p))[:, None]), x.T @ (y - p))
    return np.asarray(np.exp(b[1:]))


def test_a_regression_finds_two_groups_as_different_as_they_were_made() -> None:
    luck = np.random.default_rng(1).random((2, 200_000))
    group = luck[0] < 0.3
    assert odds_ratios(group[:, None], luck[1] < np.where(group, 0.2, 0.1))[0] == pytest.approx(2.25, rel=0.05)


def test_in_a_regression_lonely_people_move_to_care_homes_about_twice_as_often() -> None:
    """People of 65 and over at home, six years, given their age and sex: odds between 1.4 and 3.2, as a cohort study found."""
    then = founders()
    rows = np.flatnonzero(then["present"] & (then["age"] >= 65) & (then["setting"] < CARE_HOME[0]))
    moves = told(ten_years().town, "begins", HOMES)
    moved = np.isin(rows, moves["person"][moves["week"] < 52 * FOLLOWED])
    known = np.column_stack([then["lonely"][rows], then["age"][rows] - 75, then["sex"][rows]])
    assert 1.4 < odds_ratios(known, moved)[0] < 3.2


def test_the_same_people_made_lonely_move_to_care_homes_only_a_little_more_often() -> None:
    """The do-twin: everybody of 65 and over is lonely, or nobody is; all else is as it was. Most of the odds are not its doing."""
    moved = []
    for outlook in (OFTEN, NEVER):
        def see_the_world_so(town: Town, outlook: float = outlook) -> None:
            town.residents.outlook[town.residents.age >= 65] = outlook
        town = run(Plan(years=3), before=see_the_world_so).town
        weeks = range(4, 156)
        moved.append(sum(float(town.events.happened("begins", weeks, service=s).sum()) for s in HOMES))
    assert 1.0 <= moved[0] / moved[1] < 1.7


# 10. Stay, stock and flow ------------------------------------------------------------------------------------------------
def test_half_of_those_who_move_to_a_care_home_are_gone_within_fifteen_to_eighteen_months() -> None:
    """People of 65 and over who moved in over five years; a move to another home is no leaving."""
    town = ten_years().town
    r = town.residents
    moves, ends = told(town, "begins", HOMES), told(town, "ends", HOMES)
    came = {int(e["person"]): int(e["week"]) for e in moves[::-1] if e["week"] < 52 * 5}
    went = {int(e["person"]): int(e["week"]) for e in ends}
    there = r.present & (r.setting >= CARE_HOME[0])
    end = 52 * YEARS
    aged = {p: float(r.age[p]) - (end - week if r.present[p] else 0) / 52 for p, week in came.items()}
    stays = np.array([(end if there[p] else went.get(p, end)) - week for p, week in came.items() if aged[p] >= 65])
    assert len(stays) > 300
    assert 13.5 < np.median(stays) / 52 * 12 < 19.5, "15 to 18 months, and what chance does to some hundred people"
    assert 0.5 < (stays > 52).mean() < 0.65, "55% live there a year later"


def test_those_who_live_in_care_homes_are_those_who_come_times_how_long_they_stay() -> None:
    """Over ten years, people of 65 and over: mean stay about 2.2 years, and the stock is the flow times it."""
    base = ten_years()
    stock = base.over("care_home_residents", 1, YEARS, "65+")
    out = base.over("care_home_departures", 1, YEARS, "65+")
    came = base.over("care_home_admissions", 1, YEARS, "65+")
    assert 1.9 < stock / out < 2.5
    assert came == pytest.approx(out, rel=0.1), "what comes in goes out"


def leave_in_a_year(group: str) -> float:
    """The share of residents of an age group who leave it in a year (by death, by moving on, by turning 65), over ten years."""
    base = ten_years()
    fewer = (base("care_home_residents", 1, group) - base("care_home_residents", YEARS, group)) / (YEARS - 1)
    return (base.over("care_home_admissions", 1, YEARS, group) + fewer) / base.over("care_home_residents", 1, YEARS, group)


def test_of_older_residents_about_four_in_ten_leave_their_home_in_a_year() -> None:
    """Which is as fast as any plan can empty places; published 40 to 45%."""
    assert 0.38 < leave_in_a_year("65+") < 0.52


def test_of_younger_residents_at_most_one_in_six_leaves_in_a_year() -> None:
    assert 0.10 <= leave_in_a_year("18-64") <= 0.16


def test_whoever_wants_a_home_of_their_own_at_working_age_stays_where_they_are_until_it_is_found() -> None:
    """Six to eighteen months from asking to moving out, and nobody sooner."""
    town = ten_years().town
    asks, begins = told(town, "asks"), told(town, "begins")
    asks = asks[asks["cause"] == town.events.causes.index("wants to move on")]
    asked = {int(e["person"]): int(e["week"]) for e in asks[::-1]}
    homes = {town.events.services.index(s) for s in HOMES}
    lodged = [int(e["week"]) - asked[int(e["person"])] for e in begins if int(e["person"]) in asked and e["week"] > asked[int(e["person"])]
              and e["service"] not in homes and town.residents.age[int(e["person"])] < 65
              and town.events.causes[int(e["cause"])] == "planned"]
    waits = np.array(lodged)
    assert len(waits) > 50
    assert waits.min() >= 26 and 39 < np.median(waits) < 78


# 11. Own money -------------------------------------------------------------------------------------------------------------
def test_about_one_in_four_who_pay_for_a_care_home_themselves_runs_out_of_money() -> None:
    """Those whose money ran out over all who began to pay for themselves: at once, or when their home came to count."""
    town = ten_years().town
    weeks, happened = range(52 * YEARS), town.events.happened
    moved_in = sum(happened("begins", weeks, service=s).sum() for s in HOMES)
    by_council = sum(happened("council admission", weeks, cause=c).sum() for c in ("new", "home not yet counted"))
    later = happened("pays own way", weeks, cause="home counts").sum()
    ran_out = happened("money ran out", weeks, cause="care home").sum()
    assert 0.17 < ran_out / (moved_in - by_council + later) < 0.35


# 13. Neighbourhoods ----------------------------------------------------------------------------------------------------------
def test_poor_neighbourhoods_have_more_need_and_fewer_people_who_pay_for_themselves() -> None:
    """After two years of burn-in: need about twice as common in the most deprived fifth as in the least; self-funders fewer.

    That one grant does not do the same work everywhere rests on one coefficient, tests/test_ties.py.
    """
    then = founders()
    older = then["present"] & (then["age"] >= 65)
    homes = older & (then["setting"] >= CARE_HOME[0])
    need = [float((then["need"][older & (then["fifth"] == f)] >= 2).mean()) for f in range(len(FIFTH))]
    own = [float((then["funder"][homes & np.isin(then["fifth"], fs)] == FUNDER.index("self")).mean()) for fs in ((0, 1), (3, 4))]
    assert need == sorted(need, reverse=True) and 1.5 < need[0] / need[-1] < 2.5
    assert own[0] < 0.85 * own[1] and 0.15 < own[0] < 0.45 and 0.4 < own[1] < 0.7


# 15. A lone homeowner ----------------------------------------------------------------------------------------------------------
def mrs_h(where: str, *, owns: bool) -> TinyTown:
    """Mrs H, 84, lives alone and has little in savings. She goes to a care home, or stays at home with the hours agreed."""
    tiny = a_town(resident("Mrs H", age=84, need=3, alone=True, savings=9_000.0, income=230.0, owns_home=owns,
                           house=160_000.0 * owns, hours_needed=28.0, diverted=where == "home_care"), week=0)
    town, k, row = tiny.town, tiny.town.service(where), np.array([0])
    away = where in HOMES
    hours = np.array([0.0 if away else town.door.hours_by_need[3]])
    funder, disregard = means.who_pays(row, np.array([away]), town)
    price = town.services[k].price(row, hours, town)
    charged = means.charge(row, np.array([away]), price, town)
    town.begin(k, row, k, hours=hours, funder=funder, price=price, contribution=charged)
    town.residents.disregard[row], town.residents.contribution[row], town.residents.last_assessed[row] = disregard, charged, 0
    town.providers.room[:], town.providers.built[:] = 1_000, 1_000
    return tiny


def cost_to_the_council(tiny: TinyTown) -> float:
    """Pounds in two years: what the council paid for her support, less what she was charged. A loan is no cost."""
    for _ in range(104):
        tiny.week("reviewing", "paying")
        tiny.town.residents.last_assessed[:] = tiny.town.week
    money = tiny.town.money
    return float(money.by_week("council", None, None, "support").sum() - money.by_week("people", "council", None, "contribution").sum())


def test_a_lone_homeowner_who_stays_at_home_costs_the_council_more_than_in_a_care_home() -> None:
    """Two years, week by week: in a home the council pays twelve weeks and then her house pays; at home it pays throughout."""
    home, care_home = (cost_to_the_council(mrs_h(where, owns=True)) for where in ("home_care", "residential"))
    assert 0 < care_home < 15_000
    assert home > 2 * care_home


def test_a_lone_tenant_costs_the_council_much_in_both() -> None:
    """The other way round it can be: without a house to count, a care home is what the council pays for throughout."""
    home, care_home = (cost_to_the_council(mrs_h(where, owns=False)) for where in ("home_care", "residential"))
    assert care_home > 50_000 and home < care_home
    assert mrs_h("residential", owns=False).town.placements.funder[0] == COUNCIL
