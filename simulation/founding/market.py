"""Homes, agencies, teams and care workers on the first day: as usual here, so that whatever moves later has a cause."""

from __future__ import annotations

from typing import Annotated

import numpy as np

from simulation.draws import Draws
from simulation.evidence.units import By, Hours, PerYear, Ratio, Ratios, Share, Shares, Weeks
from simulation.homes import COST, ELSEWHERE, EMPTY, FEE
from simulation.places import Place
from simulation.rules import WEEKS, normal
from simulation.week import working
from simulation.world.columns import Array
from simulation.world.town import Town

HOMES = ("residential", "nursing")
FEES = {"residential": "older_residential", "nursing": "older_nursing"}


def market(town: Town, place: Place, draws: Draws, *, vacancy_england: Share, direct_care_turnover: Ratio,
           quality_spread: Share, occupancy_spread: Share, cost_spread: Share, home_care_margin: Share,
           overseas_share: Share, care_turnover_good_job: PerYear, care_turnover_poor_job: PerYear,
           care_newcomer: Ratio, care_newcomer_weeks: Weeks, home_break_even: Share, home_fixed: Share,
           home_block_share: Share,
           care_staff_per_unit: Annotated[Ratios, By("role")], care_full_week: Hours, care_shortest_week: Hours,
           care_longest_week: Hours, care_vacancy: Annotated[Shares, By("role")],
           care_used_of_staffed: Annotated[Shares, By("role")], care_fills_vacancy: Share) -> None:
    """Providers' places, staff and money as they stand when everything is as usual.

    Care homes have the place's beds and occupancy: what its own residents leave is lived in by people whom other
    councils or the NHS placed. Staff are as many as those in use take; posts stand empty as they usually do.
    """
    use(town)
    turnover = float(place["workforce_turnover"]) * direct_care_turnover
    quality(town, draws, float(np.log(turnover / care_turnover_poor_job)
                               / np.log(care_turnover_good_job / care_turnover_poor_job)), quality_spread)
    for name in HOMES:
        if town.has(name):
            found_homes(town, place, draws, name, occupancy_spread, cost_spread, home_break_even, home_fixed,
                        home_block_share)
    if town.has("home_care"):
        found_agencies(town, draws, home_care_margin, cost_spread)
    here = place["workforce_vacancy_rate"] / vacancy_england
    town.memory["working.vacancy here"] = here
    vacancy, role = care_vacancy * here, working.roles(town)
    wanted = working.wanted_staff(town, role, care_staff_per_unit, vacancy, care_used_of_staffed)
    employ(town, draws, wanted * (1.0 - vacancy[role]), role, care_full_week, care_shortest_week, care_longest_week,
           turnover, care_newcomer, care_newcomer_weeks)
    p = town.providers
    p.staff[:] = working.staff_of(town.carers, p, care_full_week)
    p.wanted_staff[:], p.staffing[:] = wanted, 1.0
    supply(town, float(p.staff.sum()), float(wanted.sum()), turnover, care_fills_vacancy, overseas_share)
    agencies = np.flatnonzero(p.service == (town.service("home_care") if town.has("home_care") else -1))
    p.room[agencies] = p.built[agencies] = p.staff[agencies] / care_staff_per_unit[working.HOME_CARE]


def use(town: Town) -> None:
    """What is in use at every provider: places, hours or people."""
    pl, p = town.placements, town.providers
    p.used[:] = 0.0
    going = np.flatnonzero(pl.active & (pl.provider >= 0))
    for k in np.unique(pl.service[going]):
        rows = going[pl.service[going] == k]
        takes = town.services[int(k)].uses(pl.person[rows], pl.hours[rows], town)
        p.used[:] += np.bincount(pl.provider[rows], weights=takes, minlength=len(p))


def quality(town: Town, draws: Draws, mean: float, spread: float) -> None:
    """How good the jobs and the care are at each provider, 0 to 1, around the mean that gives the place's turnover."""
    p = town.providers
    rows = np.arange(len(p))
    u = draws.uniforms("founding: quality of providers", rows)
    p.quality[:] = np.clip(mean + spread * (2.0 * u - 1.0), 0.0, 1.0)


def found_homes(town: Town, place: Place, draws: Draws, name: str, occupancy_spread: float, cost_spread: float,
                break_even: float, fixed: float, block: float) -> None:
    """Beds, people from elsewhere, fees, costs and margins of one kind of care home."""
    p, pl, m, service = town.providers, town.placements, town.memory, town.service(name)
    homes = np.flatnonzero((p.service == service) & p.open)
    if not len(homes):
        return
    own = p.used[homes].astype(np.float64)
    luck = draws.uniforms(f"founding: occupancy of {name} homes", homes)
    occupancy = np.clip(place["care_home_occupancy"] + occupancy_spread * (2.0 * luck - 1.0), 0.0, 1.0)
    beds = beds_of(town, place, homes)
    elsewhere = np.clip(occupancy * beds - own, 0.0, np.maximum(beds - own, 0.0))
    mine = pl.of(service)
    at, brings = pl.provider[mine], town.services[service].income_of(mine, town)
    income = np.bincount(at[at >= 0], weights=brings[at >= 0], minlength=len(p))[homes]
    usual_fee = town.prices[FEES[name]] + (town.prices["fnc_week"] if name == "nursing" else 0.0)
    fee_elsewhere = np.where(p.working_age[homes], town.prices["working_age_residential"], usual_fee)
    dear = draws.uniforms(f"founding: costs of {name} homes", homes)
    takings, living = income + elsewhere * fee_elsewhere, own + elsewhere
    each = np.where(living > 0, takings / np.maximum(living, 1.0), usual_fee)
    place_cost = each * np.exp(cost_spread * np.array([normal(u) for u in dear]))
    for name_of, values in ((COST, place_cost), (FEE, fee_elsewhere), (ELSEWHERE, elsewhere),
                            (EMPTY, np.maximum(beds - living, 1.0))):
        town.tables.setdefault(name_of, np.zeros(len(p)))[homes] = values
    m["homes: fee at working age"] = town.prices["working_age_residential"]
    m.update({f"home {h}: from elsewhere": float(n) for h, n in zip(homes, elsewhere, strict=True)})
    cost = place_cost * (fixed * break_even * beds + (1.0 - fixed) * living)
    p.margin[homes] = takings / np.maximum(cost, 1.0) - 1.0
    p.built[homes], p.block[homes], p.room[homes] = beds, block, beds - elsewhere


def beds_of(town: Town, place: Place, homes: Array) -> Array:
    """Beds of these homes: as they are, scaled so that all homes have the place's beds; never fewer than residents."""
    p = town.providers
    every = [town.service(n) for n in HOMES if town.has(n)]
    rows = np.flatnonzero(np.isin(p.service, every) & p.open)
    raw = np.maximum(p.built[rows].astype(np.float64), p.used[rows])
    raw = np.maximum(raw, 1.0) if raw.sum() <= 0 else raw
    scale = place["care_home_beds"] / town.one_in / raw.sum()
    beds = np.maximum(np.round(raw * scale), np.ceil(p.used[rows]))
    return np.asarray(beds[np.searchsorted(rows, homes)])


def found_agencies(town: Town, draws: Draws, margin: float, cost_spread: float) -> None:
    """What an hour costs agencies: what it brings on the mean, less a usual margin; some are dearer than others."""
    p, pl, m, service = town.providers, town.placements, town.memory, town.service("home_care")
    agencies = np.flatnonzero((p.service == service) & p.open)
    mine = pl.of(service)
    hours = float(pl.hours[mine].sum())
    mean = float(pl.price[mine].sum()) / hours if hours > 0 else town.prices["home_care_hour"]
    m["home_care: cost of an hour"] = mean / (1.0 + margin)
    luck = draws.uniforms("founding: costs of agencies", agencies)
    for i, a in enumerate(agencies):
        m[f"agency {a}: cost over the mean"] = float(np.exp(cost_spread * normal(luck[i])))
        p.margin[a] = (1.0 + margin) / m[f"agency {a}: cost over the mean"] - 1.0


def employ(town: Town, draws: Draws, staff: Array, role: Array, full_week: float, shortest: float, longest: float,
           turnover: float, newcomer: float, newcomer_weeks: float) -> None:
    """Care workers in post, some of them new to the job, as turnover makes them."""
    posts = np.cumsum(np.where(role >= 0, staff, 0.0) * full_week * 2 / (shortest + longest))
    counts = np.diff(np.floor(np.concatenate([[0.0], posts]) + 0.5)).astype(np.int64)
    rows = working.take_on(town.carers, town, draws, counts, role, shortest, longest, "founding: hours of care workers")
    elapsed = -np.log1p(-draws.uniforms("founding: weeks in post", rows)) * WEEKS / turnover
    town.carers.since[rows] = town.week - np.ceil(elapsed).astype(np.int32)
    new = float((elapsed < newcomer_weeks).mean()) if len(rows) else 0.0
    town.memory["working.newness"] = 1.0 + new * (newcomer - 1.0)


def supply(town: Town, staff: float, wanted: float, turnover: float, fills: float, overseas_share: float) -> None:
    """How many would do care work here: those in post, and as many looking as make up for those who leave."""
    m, vacant = town.memory, wanted - staff
    leaving = staff * turnover / WEEKS
    spare = fills * vacant - leaving
    idle = leaving * vacant / spare if spare > 0 else vacant
    m["working.willing"] = staff + idle
    m["working.overseas"] = m["working.overseas at founding"] = staff * overseas_share
    m["working.local"] = m["working.local at founding"] = staff + idle - staff * overseas_share
    m["working.usual vacancy"] = m["working.vacancy"] = vacant / wanted if wanted > 0 else 0.0

