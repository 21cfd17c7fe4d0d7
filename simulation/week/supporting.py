"""Services turn money and staff into room, help the people they support, and end; what they brought fades."""

from __future__ import annotations

from typing import Any, cast

import numpy as np

from simulation import schemes
from simulation.evidence.lists import FUNDER
from simulation.evidence.units import Weeks
from simulation.process import changes
from simulation.rules import WEEKS
from simulation.service import Service, Users
from simulation.services import found
from simulation.world.columns import Array, Column, distinct
from simulation.world.providers import Placement, Provider
from simulation.world.town import CARE_HOME, Town

# Endings after which nobody asks again for that reason: they left with what they came for, or of their own will.
CONTENT = frozenset({"goals met", "moves on", "handed over", "planned end", "stops coming", "scheme ends",
                     "no longer needed", "arranged otherwise"})
OUTGROWN = "need outgrown"
HELPED = frozenset(f"residents.{column}" for kind in found().values() for column in kind.effects)
ALWAYS = frozenset({
    "residents.hours_paid", "residents.hours_other", "residents.company", "residents.control", "residents.continuity",
    "residents.days",
    "residents.break_hours", "residents.supports", "residents.setting", "residents.funder", "residents.stage",
    "residents.reason", "residents.asked", "residents.long_term", "residents.touched",
    "neighbourhoods.strength", "neighbourhoods.meeting_places",
    *(f"placements.{name}" for name, column in vars(Placement).items() if isinstance(column, Column)),
    *(f"providers.{name}" for name, column in vars(Provider).items() if isinstance(column, Column)),
})


@changes(*sorted(HELPED | ALWAYS))
def supporting(town: Town, *, company_half_life: Weeks) -> None:
    """Every service in turn: what is in use, what room there is, what it gives, whom it helps, whose support ends."""
    _fade(town, float(company_half_life))
    p = town.placements
    if town.week % WEEKS == 0:
        p.tidy()
    town.providers.used[:] = 0.0
    mine = _in_use(town)
    schemes.learn_staffing(town)
    for service in town.services:
        service.makes_room(town)
    _close(town)
    for code, service in enumerate(town.services):
        if code in mine or schemes.money_for(service, town) > 0:
            users = Users(town, code)
            if len(users):
                p.given[users.placements] = gives(service, users, town)
                service.helps(users, town)
                _end(town, service, users)
    going = np.flatnonzero(p.active & (p.given > 0))
    np.add.at(cast(Any, town.residents).hours_paid, p.person[going], p.given[going])


def _fade(town: Town, half_life: float) -> None:
    """What support brings this week starts from nothing; the company it brought fades slowly."""
    r: Any = town.residents
    for column in (r.hours_paid, r.hours_other, r.control, r.continuity, r.days, r.break_hours):
        column[:] = 0.0
    r.company *= np.float32(0.5 ** (1.0 / half_life)) if half_life > 0 else np.float32(0.0)


def _in_use(town: Town) -> set[int]:
    """What is in use at every provider; returns the services that support somebody."""
    p, providers = town.placements, cast(Any, town.providers)
    going = np.flatnonzero(p.active & (p.provider >= 0))
    codes = p.service[going]
    for code in distinct(codes):
        rows = going[codes == code]
        taken = town.services[code].uses(p.person[rows], p.hours[rows], town)
        used = np.bincount(p.provider[rows], weights=taken, minlength=len(providers))
        providers.used += used.astype(np.float32)
    return set(distinct(p.service[p.active]))


def gives(service: Service, users: Users, town: Town) -> Array:
    """Hours a week that really come: those agreed, as far as there is staff to give them; none while in hospital."""
    special: Any = getattr(service, "gives", None)
    if special is not None:
        hours = special(users, town)
    else:
        carried = np.where(users.providers >= 0, schemes.carried(service, town, users.providers), 1.0)
        hours = town.placements.hours[users.placements] * carried
    return np.where(users.hospital == 0, hours, 0.0)


def _end(town: Town, service: Service, users: Users) -> None:
    """End support for each reason in turn; whoever is left without support they lived by asks for it."""
    left = np.ones(len(users), dtype=bool)
    for why, mask in service.ends(users, town).items():
        now = left & np.asarray(mask, dtype=bool)
        if not now.any():
            continue
        left &= ~now
        town.end(users.placements[now], why)
        if why == OUTGROWN or (why not in CONTENT and (service.long_term or service.statutory or service.bridges)):
            _ask_again(town, users.rows[now], "outgrown" if why == OUTGROWN else "support ended")


def _close(town: Town) -> None:
    """Providers whose last day has come and that nobody has wound up: what they gave ends, and people ask again."""
    p = cast(Any, town.providers)
    gone = np.flatnonzero(p.open & (p.closes <= town.week))
    if not len(gone):
        return
    ending = np.flatnonzero(town.placements.active & np.isin(town.placements.provider, gone))
    people = town.placements.person[ending]
    town.end(ending, "closing")
    _ask_again(town, people, "support ended")
    p.open[gone] = False
    p.room[gone] = p.built[gone] = p.used[gone] = p.budget[gone] = 0.0


def _ask_again(town: Town, rows: Array, reason: str) -> None:
    """People who need personal care or a band of support, and now have no long-term support, ask."""
    r = town.residents
    nobody = r.funder[rows] == FUNDER.index("nobody")
    needy = (r.need[rows] >= 2) | (r.band[rows] > 0)
    schemes.asks(town, rows[nobody & needy & (r.setting[rows] < CARE_HOME[0])], reason)
