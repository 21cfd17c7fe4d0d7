"""Who is supported when the story begins: in which home or by whom, since when, and who pays.

People in care homes are given the time they have already lived there, and their savings and homes are spent down over
it, before the means test is applied: so the mix of who pays is right on the first day and stays so.
"""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np

from simulation import door as the_door
from simulation import means as the_means
from simulation.draws import Draws
from simulation.evidence.lists import FUNDER, GROUP, NEED, SETTING
from simulation.evidence.units import By, People, PerYear, Ratio, Ratios, Share, Shares, Weeks, Years
from simulation.founding import readiness, suppliers
from simulation.founding.lots import band, evenly, whole
from simulation.places import Place
from simulation.rules import WEEKS
from simulation.world.columns import Array, Table
from simulation.world.ledger import Events
from simulation.world.town import CARE_HOME, COUNCIL, NHS, SELF, Town

AGES = (65, 70, 75, 80, 85, 90)  # where the bands of the list "care home age" begin
LEARNING, MENTAL, PHYSICAL = (GROUP.index(g) for g in ("learning disability", "mental health", "physical disability"))
PERSONAL, ROUND_THE_CLOCK = NEED.index("one or two personal tasks"), NEED.index("round the clock")
WITH_FAMILY = SETTING.index("with family")
NOBODY = FUNDER.index("nobody")


def care(town: Town, residents: Table, place: Place, draws: Draws, *,
         home_share: Annotated[Shares, By("care home age")], home_by_sex: Annotated[Ratios, By("sex")],
         home_by_need: Annotated[Ratios, By("need")], home_alone: Ratio, home_partner: Ratio, home_other: Ratio,
         home_dementia: Ratio, quick_share: Share, quick_deaths: PerYear, slow_deaths: PerYear, nhs_pays: Share,
         learning_home: Annotated[Shares, By("age band")], learning_tenancy: Annotated[Shares, By("age band")],
         learning_shared_lives: Share, learning_family: Annotated[Shares, By("age band")], leans_to_band: Ratio,
         mental_supported: Share, physical_supported: Share, others_home: Share, others_tenancy: Share,
         at_home_by_need: Annotated[Shares, By("need")], at_home_alone: Ratio, at_home_together: Ratio,
         at_home_for: Years, working_age_homes: Share, working_age_beds: Share, nursing_homes: Share,
         home_spread: Share, clients_an_agency: People, places_a_scheme: People, reablement_episodes: Ratio,
         reablement_weeks: Weeks, spare: Share) -> None:
    """Suppliers first, then care homes for older people, people with a learning disability, others, care at home."""
    sizes = suppliers.Sizes(working_age_homes, working_age_beds, nursing_homes, home_spread, clients_an_agency,
                            places_a_scheme, reablement_episodes, reablement_weeks, spare)
    suppliers.homes(town, place, sizes)
    suppliers.others(town, place, sizes)
    kept, town.events = town.events, Events("counts")  # what was before the first day did not happen in it
    lives_with = (float(home_alone), float(home_partner), float(home_other))
    weight, cell, expected, old = _might_live_in_a_home(town, home_share, home_by_sex, home_by_need, lives_with, float(home_dementia))
    lived = (float(quick_share), float(quick_deaths), float(slow_deaths))
    old = _care_home_residents(town, draws, weight, cell, expected, old, lived, float(nhs_pays))
    _move_in(town, old, _elapsed(draws, old, *lived), float(nhs_pays))
    others, is_mental, how_many = _supported_others(town, float(mental_supported), float(physical_supported))
    younger = np.count_nonzero(residents.present & (residents.group == LEARNING) & (residents.age < town.door.older_from))
    scale = readiness.scale(town, readiness.YOUNGER_HOME, younger * float(learning_home[0]) + float(how_many.sum() * others_home))
    _learning_disability(town, draws, learning_home * np.array([scale, 1.0]), learning_tenancy, float(learning_shared_lives),
                         learning_family, float(leans_to_band), float(slow_deaths))
    _others_of_working_age(town, draws, others, is_mental, how_many, float(others_home) * scale, float(others_tenancy), float(at_home_for))
    free = np.flatnonzero(residents.present & (residents.funder == NOBODY))
    free = free[the_door.is_older(free, town)]
    chance = at_home_by_need[residents.need[free]] * np.where(residents.alone[free], at_home_alone, at_home_together)
    poor = ~town.means.pays_own_way(residents.savings[free])
    scale = readiness.scale(town, readiness.AT_HOME, float(chance[poor].sum()))
    readiness.comes(town, "at home 65+", scale)
    chance = np.where(poor, chance * scale, chance)
    luck = evenly(draws, "founding: care at home", residents.need[free] * 2 + residents.alone[free])
    clients = free[luck < chance]
    since = _since(draws, "founding: years of care at home", clients, float(at_home_for))
    _at_home(town, "older people", clients, since)
    readiness.younger_homes(town, place)
    the_door.look_for_a_home(np.flatnonzero(residents.present & (residents.setting >= CARE_HOME[0])), town)
    suppliers.fill(town, float(spare))
    town.events = kept


# Older people in care homes ----------------------------------------------------------------------------------------
def _might_live_in_a_home(town: Town, share: Array, by_sex: Array, by_need: Array, lives_with: tuple[float, float, float],
                          dementia: float) -> tuple[Array, Array, Array, Array]:
    """How likely each older person (rows, last) is to live in a home by need, dementia and company; and how many of each age and sex do."""
    r = town.residents
    old = np.flatnonzero(r.present)
    old = old[the_door.is_older(old, town)]
    cell = band(r.age[old], AGES) * 2 + r.sex[old]
    count = np.bincount(cell, minlength=2 * len(AGES))
    expected = count * (share[:, None] * by_sex[None, :]).ravel()
    alone, partner, other = lives_with
    weight = by_need[r.need[old]] * np.where(r.partner[old] >= 0, partner, np.where(r.alone[old], alone, other))
    return weight * np.where(r.dementia[old], dementia, 1.0), cell, expected, old


def _care_home_residents(town: Town, draws: Draws, weight: Array, cell: Array, expected: Array, old: Array,
                         lived: tuple[float, float, float], nhs_pays: float) -> Array:
    """Older residents (rows): as many as the common rates have, more or fewer of them without means, as the council's own count says.

    Whom the council pays for are those who came without means and those whose money has run out.
    """
    luck = draws.uniforms("founding: lives in a care home", old)
    rich = town.means.pays_own_way(town.residents.savings[old], the_means.house_counted(old, town))
    paid = _council_pays(town, old, _elapsed(draws, old, *lived, first_day="before founding"), nhs_pays)
    wanted = whole(expected, 0.5)

    def living_there(scale: float) -> Array:
        return _first(luck, weight * np.where(rich, 1.0, scale), cell, wanted)

    chosen = living_there(readiness.search(town, readiness.CARE_HOME, lambda scale: float(paid[living_there(scale)].sum())))
    _, asks = the_door.rates(old, town)
    asks[chosen] = 0.0
    for kind, here in (("care home 65+", ~rich), ("own care home 65+", rich)):
        readiness.keeps_up(town, kind, float(here[chosen].sum()), float(asks[here].sum()))
    return np.asarray(old[chosen])


def _council_pays(town: Town, rows: Array, weeks: Array, nhs_pays: float) -> Array:
    """Whom the council would pay for (mask), had these people moved in so many weeks ago; nothing of theirs is spent."""
    r = town.residents
    spent = {c: r.arrays[c].copy() for c in ("savings", "house", "owns_home", "deferred", "disregard")}
    nursing, pays = _needs_a_nurse(town, rows, "before founding"), np.zeros(len(rows), dtype=bool)
    for name, here in (("residential", ~nursing), ("nursing", nursing)):
        if town.has(name):
            pays[here] = _payers(town, name, rows[here], weeks[here], nhs_pays) == COUNCIL
    for c, before in spent.items():
        r.arrays[c][:] = before
    return pays


def _payers(town: Town, name: str, rows: Array, weeks: Array, nhs_pays: float) -> Array:
    """Who pays for these residents of one kind of home, once what they own is spent over the weeks they have been there."""
    k, r = town.service(name), town.residents
    funder = _spent_down(town, rows, weeks, town.services[k].own_price(rows, np.zeros(len(rows)), town))
    if name == "nursing":
        luck = town.draws.traits("choosing: the NHS pays", rows)
        funder = np.where((luck < nhs_pays) & (r.need[rows] == ROUND_THE_CLOCK), NHS, funder)
    return np.asarray(funder)


def _picked(draws: Draws, purpose: str, rows: Array, weight: Array, cell: Array, wanted: Array) -> Array:
    """So many of each cell, chosen with chances in proportion to weight (positions; weight 0 is never chosen)."""
    return _first(draws.uniforms(purpose, rows), weight, cell, wanted)


def _first(luck: Array, weight: Array, cell: Array, wanted: Array) -> Array:
    """Whose clock strikes first in each cell (positions): the greater the weight, the faster it runs."""
    with np.errstate(divide="ignore", invalid="ignore"):
        clock = np.where(weight > 0, -np.log1p(-luck) / weight, np.inf)
    order = np.lexsort((clock, cell))
    first = np.searchsorted(cell[order], cell[order], side="left")
    place_in_cell = np.arange(len(order)) - first
    return order[(place_in_cell < wanted[cell[order]]) & np.isfinite(clock[order])]


def _elapsed(draws: Draws, rows: Array, quick: float, quick_deaths: float, slow_deaths: float, first_day: str = "founding") -> Array:
    """Weeks already lived in the home, drawn as a stock of residents has them, from survival after admission."""
    slow_part = (1.0 - quick) / slow_deaths
    is_slow = draws.uniforms(f"{first_day}: quick or slow", rows) < slow_part / (slow_part + quick / quick_deaths)
    luck = evenly(draws, f"{first_day}: years in the care home", is_slow.astype(np.int64))
    return -np.log1p(-luck) / np.where(is_slow, slow_deaths, quick_deaths) * WEEKS


def _move_in(town: Town, rows: Array, weeks: Array, nhs_pays: float) -> None:
    """Older people move in; what they own is spent over the weeks they have been there; then who pays is settled."""
    r = town.residents
    nursing = _needs_a_nurse(town, rows)
    for name, here in (("residential", ~nursing), ("nursing", nursing)):
        if not town.has(name):
            continue
        k, people, stay = town.service(name), rows[here], weeks[here]
        r.needs_entry[people] = True
        funder = _payers(town, name, people, stay, nhs_pays)
        left = r.partner[people]
        r.alone[left[left >= 0]] = True
        _place(town, k, people, stay, funder, working_age=False)


def _needs_a_nurse(town: Town, rows: Array, first_day: str = "founding") -> Array:
    """Who lives in a nursing home: by how well each kind of home suits, as those who come later will choose."""
    if not (town.has("nursing") and town.has("residential")):
        return np.full(len(rows), town.has("nursing"))
    nursing, residential = (np.exp(town.services[town.service(s)].suits(rows, town))
                            for s in ("nursing", "residential"))
    chance = nursing / np.maximum(nursing + residential, np.finfo(np.float64).tiny)
    return np.asarray(evenly(town.draws, f"{first_day}: nursing home", town.residents.need[rows]) < chance)


def _spent_down(town: Town, rows: Array, weeks: Array, price: Array) -> Array:
    """Savings and homes after so many weeks of fees; returns who pays now."""
    r, means = town.residents, town.means
    house, savings = the_means.house_counted(rows, town), r.savings[rows].astype(np.float64)
    out = np.maximum(price - means.own_money(r.income[rows], r.need[rows]), 0.0)
    own_at_once = means.pays_own_way(savings)
    by_home = ~own_at_once & means.pays_own_way(savings, house)
    paid = np.where(own_at_once | by_home, out * np.maximum(weeks - np.where(by_home, means.disregard, 0.0), 0.0), 0.0)
    r.disregard[rows] = np.where(by_home, np.ceil(np.maximum(means.disregard - weeks, 0.0)), 0)
    from_savings = np.minimum(paid, np.maximum(savings - means.upper, 0.0))
    short = paid - from_savings
    defers = (short > 0) & (house > 0) & (town.draws.traits("reviewing: defers the payment", rows) < means.defers)
    lent = np.where(defers, np.minimum(short, means.equity_lent * house), 0.0)
    sells = (short > 0) & (house > 0) & ~defers
    left = np.where(sells, np.maximum(savings - from_savings + house - short, means.upper), savings - from_savings)
    r.deferred[rows], r.savings[rows] = lent, left
    r.house[rows[sells]], r.owns_home[rows[sells]] = 0, False
    still_lends = defers & means.can_still_borrow(house, lent)
    not_yet = r.disregard[rows] > 0
    own = means.pays_own_way(left, np.where(sells | (defers & ~still_lends), 0.0, house))
    return np.where(own & ~not_yet, SELF, COUNCIL)


# People of working age and people with a learning disability -------------------------------------------------------
def _learning_disability(town: Town, draws: Draws, home: Array, tenancy: Array, shared: float, family: Array,
                         leans: float, leaves: float) -> None:
    """Everybody with a learning disability is supported: in a care home, a tenancy, Shared Lives, the family, alone."""
    r = town.residents
    r.savings[r.group == LEARNING] = np.minimum(r.savings[r.group == LEARNING], town.means.lower)  # few ever earned
    rows = np.flatnonzero(r.present & (r.group == LEARNING))
    older = (r.age[rows] >= town.door.older_from).astype(np.int64)
    more = leans ** (r.band[rows].astype(np.float64) - r.band[rows].mean()) if len(rows) else np.empty(0)
    has_parent = (r.kin[rows] >= 0).any(axis=1) & ~the_door.parents_gone(rows, town)
    kinds: tuple[tuple[str, Array, Array], ...] = (
        ("residential", home, more), ("supported_living", tenancy, more),
        ("shared_lives", np.full(2, shared), 1.0 / more), ("family", family, np.where(has_parent, leans * leans, 1.0)),
        ("own home", np.ones(2), more))
    left = np.ones(len(rows), dtype=bool)
    count = np.bincount(older, minlength=2)
    since = _since(draws, "founding: years of support for life", rows, 1.0 / leaves)
    for name, share, weight in kinds:
        here = _picked(draws, f"founding: learning disability, {name}", rows, np.where(left, weight, 0.0), older,
                       whole(count * share, 0.5))
        left[here] = False
        if name == "family":
            r.setting[rows[here]] = WITH_FAMILY
        if name in ("family", "own home"):
            _at_home(town, f"learning disability, {name}", rows[here], since[here])
        elif town.has(name):
            _place(town, town.service(name), rows[here], since[here], np.full(len(here), COUNCIL), working_age=True)


def _supported_others(town: Town, mental: float, physical: float) -> tuple[Array, Array, Array]:
    """Working-age people (rows) with a physical disability or (mask) lasting mental ill health, and how many of each are supported."""
    r = town.residents
    rows = np.flatnonzero(r.present & ((r.group == MENTAL) | (r.group == PHYSICAL)) & (r.age < town.door.older_from))
    is_mental = (r.group[rows] == MENTAL).astype(np.int64)
    usual = np.bincount(is_mental, minlength=2) * np.array([physical, mental])
    scale = readiness.scale(town, readiness.OTHERS, float(usual.sum()))
    readiness.comes(town, "other working age", scale, mental)
    return rows, is_mental, np.minimum(usual * scale, np.bincount(is_mental, minlength=2))


def _others_of_working_age(town: Town, draws: Draws, rows: Array, is_mental: Array, how_many: Array, home: float, tenancy: float,
                           years: float) -> None:
    """Some people with lasting mental ill health or a physical disability are supported, a few of them in homes or tenancies."""
    r, wanted = town.residents, whole(how_many, 0.5)
    poor = ~town.means.pays_own_way(r.savings[rows])
    more = np.maximum(r.need[rows], r.band[rows]) * poor.astype(np.float64)
    rows = rows[_picked(draws, "founding: supported at working age", rows, more, is_mental, wanted)]
    one = np.zeros(len(rows), dtype=np.int64)
    more = np.maximum(r.need[rows], r.band[rows]).astype(np.float64)
    left = np.ones(len(rows), dtype=bool)
    since = _since(draws, "founding: years of support at working age", rows, years)
    for name, share in (("residential", home), ("supported_living", tenancy)):
        if not town.has(name):
            continue
        fits = left & np.isfinite(town.services[town.service(name)].suits(rows, town))
        here = _picked(draws, f"founding: working age, {name}", rows, np.where(fits, more, 0.0), one,
                       whole(np.array([len(rows) * share]), 0.5))
        left[here] = False
        _place(town, town.service(name), rows[here], since[here] + years * WEEKS, np.full(len(here), COUNCIL),
               working_age=True)
    _at_home(town, "working age", rows[left], since[left])


# Support at home ---------------------------------------------------------------------------------------------------
def _at_home(town: Town, who: str, rows: Array, weeks: Array) -> None:
    """Support where people live, from the service that suits each best, as those who come later will choose."""
    own = town.means.pays_own_way(town.residents.savings[rows])
    ways = [k for k, s in enumerate(town.services) if s.long_term and not s.keeps_funder and not s.home]
    if not ways or not len(rows):
        return
    worth = np.column_stack([town.services[k].suits(rows, town) + town.draws.gumbel(
        f"founding: {town.services[k].name}, {who}", rows) for k in ways])
    direct = np.array([town.services[k].name == "direct_payments" for k in ways])
    worth = np.where(own[:, None] & direct, -np.inf, worth)
    best = np.argmax(worth, axis=1)
    fits = np.isfinite(worth[np.arange(len(rows)), best])
    for j, k in enumerate(ways):
        here = fits & (best == j)
        _place(town, k, rows[here], weeks[here], np.where(own[here], SELF, COUNCIL))


def _since(draws: Draws, purpose: str, rows: Array, years: float) -> Array:
    """Weeks of support so far, when support ends at a steady rate: many short, few long."""
    return -years * WEEKS * np.log1p(-evenly(draws, purpose, np.zeros(len(rows), dtype=np.int64)))


def _place(town: Town, k: int, rows: Array, weeks: Array, funder: Array, working_age: bool | None = None) -> None:
    """These people are supported by this service: provider, hours, price, charge, and the week of the last review."""
    r, s = town.residents, town.services[k]
    if not len(rows):
        return
    order = np.argsort(r.neighbourhood[rows], kind="stable")
    rows, weeks, funder = rows[order], weeks[order], funder[order]
    in_home = np.full(len(rows), bool(s.home) and SETTING.index(s.home) in CARE_HOME)
    hours: Any = np.zeros(len(rows)) if s.home else the_door.agreed_hours(rows, town)
    provider = suppliers.seats(town, k, s.uses(rows, hours, town), working_age)
    price = np.where(funder == SELF, s.own_price(rows, hours, town), s.price(rows, hours, town))
    charged = np.where(funder == COUNCIL, the_means.charge(rows, in_home, price, town), 0.0)
    since = town.week - np.minimum(weeks, (r.age[rows] - r.age.min()) * WEEKS).astype(np.int32)
    town.begin(k, rows, provider, hours=hours, funder=funder, price=price, contribution=charged, since=since)
    r.contribution[rows] = charged
    ago = town.draws.traits("founding: weeks since the last review", rows) * np.minimum(weeks, WEEKS)
    r.last_assessed[rows] = town.week - ago.astype(np.int32)
    r.entered_home[rows] = np.where(in_home, since, r.entered_home[rows])
