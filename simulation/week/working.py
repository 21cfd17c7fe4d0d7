"""Care workers join, stay, move and leave: one local pool of people willing to do the work, for every employer."""

from __future__ import annotations

from typing import Annotated

import numpy as np

from simulation.draws import Draws
from simulation.evidence.lists import ROLE, STAGE
from simulation.evidence.units import By, Elasticity, Hours, PerYear, Ratio, Ratios, Share, Shares, Weeks, Years
from simulation.homes import from_elsewhere
from simulation.plan import Plan
from simulation.process import changes
from simulation.schemes import working_for_themselves
from simulation.world.columns import Array, Table
from simulation.world.ledger import Events
from simulation.world.town import COUNCIL, Town

HOME_CARE, CARE_HOME = ROLE.index("home care"), ROLE.index("care home")
WAITING = STAGE.index("waiting for support")
TINY = float(np.finfo(np.float64).eps)


@changes("carers.employed", "carers.provider", "carers.role", "carers.hours", "carers.pay", "carers.since",
         "providers.staff", "providers.wanted_staff", "providers.staffing")
def working(carers: Table, providers: Table, draws: Draws, town: Town, plan: Plan, events: Events, *,
            care_staff_per_unit: Annotated[Ratios, By("role")], care_full_week: Hours,
            care_vacancy: Annotated[Shares, By("role")], care_used_of_staffed: Annotated[Shares, By("role")],
            care_shortest_week: Hours, care_longest_week: Hours, care_turnover_good_job: PerYear,
            care_turnover_poor_job: PerYear, care_newcomer: Ratio, care_newcomer_weeks: Weeks, pay_keeps: Elasticity,
            pay_attracts: Elasticity, supply_years: Years, stays_in_care: Share,
            care_fills_vacancy: Share, overseas_leaves: PerYear, overseas_comes: PerYear, overseas_comes_later: PerYear,
            overseas_closes: Weeks, tight_pay: Elasticity, fees_to_pay: Share, pay_settles: Weeks,
            home_care_pay_share: Share) -> None:
    """One week of the labour market: what is wanted, who leaves, who is hired, what work pays.

    Staff are whole-time equivalents, from rows of `carers`; `staffing` is 1 with no more posts empty than usual.
    Supply is a number of people who would do care work here: local people, who follow pay with a lag of years, and
    people who came from abroad.
    """
    role = roles(town)
    if not (role >= 0).any() or "working.willing" not in town.memory:
        return
    care_vacancy = care_vacancy * town.memory["working.vacancy here"]
    wanted = wanted_staff(town, role, care_staff_per_unit, care_vacancy, care_used_of_staffed)
    providers.wanted_staff[:] = wanted
    premium = pay_premium(town, plan, fees_to_pay, home_care_pay_share, max(pay_settles, 1.0))
    _leave(carers, providers, draws, town, events, premium, care_turnover_good_job, care_turnover_poor_job,
           care_newcomer, care_newcomer_weeks, pay_keeps, stays_in_care)
    _set_up_alone(carers, draws, town)
    staff = staff_of(carers, providers, care_full_week)
    _supply(town, staff, premium, role, pay_attracts, supply_years, overseas_leaves,
            overseas_comes if town.week < -overseas_closes else overseas_comes_later, care_full_week)
    easily = (1.0 - care_vacancy) / care_vacancy  # how easily a post is filled, from how many stand empty as usual
    _hire(carers, providers, draws, town, np.maximum(wanted - staff, 0.0), easily * (1.0 + premium), role,
          care_full_week, care_shortest_week, care_longest_week, care_fills_vacancy)
    staff = staff_of(carers, providers, care_full_week)
    providers.staff[:] = staff
    usual = wanted * (1.0 - care_vacancy[role])
    providers.staffing[:] = np.where(wanted > 0, np.minimum(1.0, staff / np.maximum(usual, TINY)), 1.0)
    _tighten(town, float(staff.sum()), float(wanted.sum()), tight_pay)
    rows = np.flatnonzero(carers.employed)
    carers.pay[rows] = town.prices["pay_hour"] * (1.0 + premium[carers.role[rows]])


def roles(town: Town) -> Array:
    """The role of each provider's care workers; -1 where it employs none of this pool."""
    code = [ROLE.index(s.role) if s.role and "care_workers" in s.pools else -1 for s in town.services]
    role = np.array([*code, -1], dtype=np.int64)[town.providers.service]
    return np.asarray(np.where(town.providers.open, role, -1))


def wanted_staff(town: Town, role: Array, per_unit: Array, vacancy: Array, used_share: Array) -> Array:
    """Whole-time equivalents each provider wants: for those it supports, those who wait for it, and its usual slack.

    A team that is funded (its room is a caseload) wants staff for all of its room. A service may say itself how many
    care workers a unit takes (`staff_per_unit`).
    """
    p = town.providers
    use = p.used + waiting_for(town)
    homes = np.flatnonzero(role == CARE_HOME)
    use[homes] += from_elsewhere(homes, town)
    more = town.memory.get("home_care: more hours wanted", 0.0)
    if more > 0:
        agencies = np.where((p.service == town.service("home_care")) & (role >= 0), p.used, 0.0)
        use += more * agencies / max(float(agencies.sum()), 1.0)
    use = np.where(_counted(town, "hours") & (town.week - p.opened < 52), np.maximum(use, p.built), use)
    going = p.closes > town.week
    units = np.where(role >= 0, use / used_share[role], 0.0)
    units = np.where(_counted(town, "places"), np.minimum(units, p.built), units)
    units = np.where(_counted(town, "caseload") & (role >= 0), p.built, units)
    own = np.array([float(getattr(s, "staff_per_unit", np.nan)) for s in town.services])[p.service]
    each = np.where(np.isnan(own), per_unit[role], own)
    return np.asarray(np.where((role >= 0) & going, units * each / (1.0 - vacancy[role]), 0.0))


def _counted(town: Town, by: str) -> Array:
    """Which providers' room is counted so."""
    return np.asarray(np.array([s.counts == by for s in town.services], dtype=bool)[town.providers.service])


def waiting_for(town: Town) -> Array:
    """What people wait for, by provider: each service's queue, shared among its open providers by size."""
    r, p = town.residents, town.providers
    queue = np.zeros(len(town.services))
    rows = np.flatnonzero(r.stage == WAITING)
    if len(rows):
        asked = r.wants_service[rows]
        hourly = np.array([s.counts == "hours" for s in town.services])
        rows, asked = rows[asked >= 0], asked[asked >= 0]
        queue += np.bincount(asked, weights=np.where(hourly[asked], r.hours_wanted[rows], 1.0), minlength=len(queue))
    size = np.where(p.open & (p.closes > town.week), np.maximum(p.used, 1.0), 0.0)
    total = np.bincount(p.service, weights=size, minlength=len(queue))
    return np.asarray(queue[p.service] * size / np.maximum(total[p.service], TINY))


def pay_premium(town: Town, plan: Plan, fees_to_pay: float, pay_share: float, settles: float) -> Array:
    """Pay over the going rate, by role (memory "pay premium"); and what of it prices must bear ("price premium").

    What fees above the cost of care let employers pay is in those fees already, so prices do not bear it again.
    """
    m, c = town.memory, town.commissioner
    lever = plan.lever("care_worker_pay") if town.week >= 0 else 0.0
    m["price premium"] = m.get("working.tightness", 0.0) + lever
    money = c.funding.get("home_care", 0.0) if town.week >= 0 else 0.0
    to_pay = money * plan.lever("home_care_money_to_pay")
    m["home_care: money for hours"] = money - to_pay
    aim = to_pay / max(_home_care_bill(town) * pay_share, TINY) if to_pay > 0 else 0.0
    now = m.get("price premium, home care", 0.0)
    m["price premium, home care"] = now + (aim - now) / settles
    m["pay premium"] = m["price premium"] + fees_to_pay * max(c.fee_drift - 1.0, 0.0)
    premium = np.full(len(ROLE), m["pay premium"])
    premium[HOME_CARE] += m["price premium, home care"]
    return premium


def _home_care_bill(town: Town) -> float:
    """Pounds a week of council home care at the going rate of pay."""
    if not town.has("home_care"):
        return 0.0
    pl = town.placements
    mine = pl.of(town.service("home_care"))
    ours = mine[pl.funder[mine] == COUNCIL]
    return float(pl.hours[ours].sum()) * town.prices["home_care_hour"]


def staff_of(carers: Table, providers: Table, full_week: float) -> Array:
    """Whole-time equivalents in post, by provider."""
    rows = np.flatnonzero(carers.employed)
    return np.bincount(carers.provider[rows], weights=carers.hours[rows], minlength=len(providers)) / full_week


def _leave(carers: Table, providers: Table, draws: Draws, town: Town, events: Events, premium: Array, good: PerYear,
           poor: PerYear, newcomer: float, newcomer_weeks: float, keeps: float, stays: float) -> None:
    """People leave jobs: poor ones more often, in the first year, where pay is low. Closed employers let go."""
    rows = np.flatnonzero(carers.employed)
    if not len(rows):
        return
    at, since, role = carers.provider[rows], carers.since[rows], carers.role[rows]
    rate = poor * (good / poor) ** providers.quality[at].astype(np.float64)
    rate *= np.where(town.week - since < newcomer_weeks, newcomer, 1.0) / town.memory.get("working.newness", 1.0)
    rate *= (1.0 + premium[role]) ** -keeps
    who = _address(rows, since, town)
    leaves = draws.happens("working: leaves", 1.0 - np.exp(-rate / 52), who) | ~providers.open[at]
    gone = rows[leaves]
    outside = int((draws.uniforms("working: leaves care", who[leaves]) >= stays).sum())
    carers.employed[gone] = False
    m = town.memory
    m["working.left"] = float(len(gone))
    m["working.posts"] = float(len(rows))
    m["working.outside"] = m.get("working.outside", 0.0) + outside


def _set_up_alone(carers: Table, draws: Draws, town: Town) -> None:
    """Care workers leave agencies to work for themselves, and are among those looking again when they stop."""
    m, wanted = town.memory, working_for_themselves(town)
    alone = min(m.get("working.alone", 0.0), wanted)
    if wanted > alone:
        rows = np.flatnonzero(carers.employed & (carers.role == HOME_CARE))
        rows = rows[np.argsort(draws.uniforms("working: sets up alone", _address(rows, carers.since[rows], town)))]
        hours = np.cumsum(carers.hours[rows].astype(np.float64))
        going = int(np.count_nonzero(hours <= wanted - alone))
        if going:
            carers.employed[rows[:going]] = False
            alone += float(hours[going - 1])
    if alone or "working.alone" in m:
        m["working.alone"] = alone


def _address(slots: Array, since: Array, town: Town) -> Array:
    """An address for each worker's luck: the slot and the week of starting, so that who comes next has their own."""
    return np.asarray((since.astype(np.int64) + 2 * town.burn_in + 1000) * len(town.carers) + slots)


def _supply(town: Town, staff: Array, premium: Array, role: Array, attracts: float, years: float,
            overseas_leaves: PerYear, overseas_comes: PerYear, full_week: float) -> None:
    """How many (whole-time) would work in care here: local people follow pay over years; others come and go."""
    m = town.memory
    employed = np.bincount(role[role >= 0], weights=staff[role >= 0], minlength=len(ROLE))
    pay = float((premium * employed).sum() / max(float(employed.sum()), TINY))
    aim = m["working.local at founding"] * (1.0 + pay) ** attracts
    m["working.local"] += (aim - m["working.local"]) / (years * 52)
    come, leave = m["working.overseas at founding"] * overseas_comes, m["working.overseas"] * overseas_leaves
    m["working.overseas"] += (come - leave) / 52
    m["working.willing"] = m["working.local"] + m["working.overseas"] - m.get("working.alone", 0.0) / full_week


def hired(vacant: float, idle: float, fills: float) -> float:
    """Whole-time equivalents hired in a week: employers and people looking meet, the scarcer side deciding."""
    return fills * vacant * idle / max(vacant + idle, TINY)


def _hire(carers: Table, providers: Table, draws: Draws, town: Town, vacancies: Array, draw_of_role: Array, role: Array,
          full_week: float, shortest: float, longest: float, fills: float) -> None:
    """Vacancies are filled from people who look for care work; some roles, and better paid ones, draw more of them."""
    staff = staff_of(carers, providers, full_week)
    idle = max(town.memory["working.willing"] - float(staff.sum()), 0.0)
    total = float(vacancies.sum())
    mean_week = (shortest + longest) / 2
    posts = hired(total, idle, fills) * full_week / mean_week
    pull = vacancies * np.where(role >= 0, draw_of_role[role], 0.0)
    if posts <= 0 or pull.sum() <= 0:
        return
    expected = np.cumsum(pull * (posts / pull.sum()))
    offset = draws.uniforms("working: hires", np.zeros(1, dtype=np.int64))[0]
    counts = np.diff(np.floor(np.concatenate([[0.0], expected]) + offset)).astype(np.int64)
    take_on(carers, town, draws, counts, role, shortest, longest, "working: hours of a new post")


def take_on(carers: Table, town: Town, draws: Draws, counts: Array, role: Array, shortest: float, longest: float,
            purpose: str) -> Array:
    """New workers take free rows (or new ones), so many for each provider. Returns their rows."""
    employer = np.repeat(np.arange(len(counts)), counts)
    free = np.flatnonzero(~carers.employed)[:len(employer)]
    if len(free) < len(employer):
        free = np.concatenate([free, carers.append(len(employer) - len(free))])
    carers.employed[free], carers.provider[free], carers.role[free] = True, employer, role[employer]
    carers.since[free] = town.week
    u = draws.uniforms(purpose, free)
    carers.hours[free] = shortest + (longest - shortest) * u
    return free


def _tighten(town: Town, staff: float, wanted: float, tight_pay: float) -> None:
    """Where posts stand empty more than usual, pay creeps up; it does not fall below the going rate."""
    m = town.memory
    vacancy = 1.0 - staff / max(wanted, TINY)
    m["working.vacancy"] = vacancy
    usual = m["working.usual vacancy"]
    m["working.tightness"] = max(m.get("working.tightness", 0.0) + tight_pay * (vacancy - usual) / 52, 0.0)
