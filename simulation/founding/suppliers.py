"""Who gives support on the first day: homes of their true sizes, agencies, schemes and teams, spread over the place."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simulation.door import REABLEMENT
from simulation.founding.lots import whole
from simulation.places import Place
from simulation.service import Service
from simulation.world.columns import Array
from simulation.world.town import Town


@dataclass(frozen=True)
class Sizes:
    """How many suppliers of each kind there are, and how big."""

    working_age_homes: float  # share of homes
    working_age_beds: float  # share of beds
    nursing_homes: float  # share of older people's homes
    home_spread: float  # largest home over the mean, less one
    clients_an_agency: float
    places_a_scheme: float
    reablement_episodes: float  # over the published ones
    reablement_weeks: float
    spare: float


def homes(town: Town, place: Place, sizes: Sizes) -> None:
    """Care homes of sizes that run evenly from small to large. One in k keeps every k-th home whole, at least one."""
    count, beds = place["care_homes"], place["care_home_beds"]
    younger = round(count * sizes.working_age_homes)
    older = round(count) - younger
    _home_rows(town, "residential", younger, beds * sizes.working_age_beds, sizes, True)
    older_beds = beds * (1.0 - sizes.working_age_beds)
    nursing = round(older * sizes.nursing_homes)
    each = older_beds / max(older, 1)
    _home_rows(town, "residential", older - nursing, each * (older - nursing), sizes, False)
    _home_rows(town, "nursing", nursing, each * nursing, sizes, False)


def _home_rows(town: Town, service: str, count: int, beds: float, sizes: Sizes, working_age: bool) -> None:
    if not town.has(service) or count < 1:
        return
    k = town.one_in
    place_in_row = (np.arange(count) + 0.5) / count
    size = beds / count * (1.0 - sizes.home_spread + 2 * sizes.home_spread * place_in_row)
    built = whole(np.maximum(size, 1.0), 0.5)
    kept = np.arange(count)[k // 2::k] if count > k // 2 else np.array([count // 2])
    _rows(town, service, built[kept].astype(np.float64), working_age=working_age)


def _rows(town: Town, service: str, built: Array, *, working_age: bool = False) -> Array:
    """Provider rows of one service, spread over the neighbourhoods in proportion to people."""
    n, p = len(built), town.providers
    people = town.neighbourhoods.people.astype(np.float64)
    upto = np.cumsum(people) / people.sum()
    where = np.minimum(np.searchsorted(upto, (np.arange(n) * _golden() + 0.5 / max(n, 1)) % 1.0), len(people) - 1)
    number = np.count_nonzero(p.service == town.service(service)) + 1 + np.arange(n)
    return p.append(n, service=town.service(service), number=number, neighbourhood=where, working_age=working_age,
                    open=True, built=built, room=built, ramp=np.where(built > 0, 1.0, 0.0))


def _golden() -> float:
    """A step round the circle that spreads any number of points evenly."""
    return float((np.sqrt(2 * 2 + 1) - 1) / 2)


def others(town: Town, place: Place, sizes: Sizes) -> None:
    """One row or more for every other service; how big each is follows from whom it supports (see `fill`).

    What waits for a plan's money comes last, so that adding such a service moves no other provider and nobody's luck.
    """
    hours_clients = place["community_clients_year_end"] / town.one_in
    agencies = hours_clients / sizes.clients_an_agency
    counts = {"home_care": agencies, "community_support": agencies / 2,
              "supported_living": hours_clients / sizes.places_a_scheme}
    for service in sorted(town.services, key=lambda s: not _is_there(s, town)):
        if service.home in ("residential", "nursing"):
            continue
        if service.by_neighbourhood:
            rows = _rows(town, service.name, np.zeros(len(town.neighbourhoods)))
            town.providers.neighbourhood[rows] = np.arange(len(rows))
        elif service.name == "reablement":
            episodes = town.memory.get(REABLEMENT, place["reablement_episodes"]) * sizes.reablement_episodes / town.one_in
            _rows(town, service.name, np.array([max(episodes * sizes.reablement_weeks / 52, 1.0)]))
        else:
            _rows(town, service.name, np.zeros(max(round(counts.get(service.name, 1.0)), 1)))


def _is_there(service: Service, town: Town) -> bool:
    """Whether people may have this before any plan: it suits somebody although nothing was built for it."""
    everybody = np.flatnonzero(town.residents.present)
    return bool((service.long_term or service.statutory) and np.isfinite(service.suits(everybody, town)).any())


def seats(town: Town, service: int, uses: Array, working_age: bool | None = None) -> Array:
    """A provider row for each placement of one service, so that all are filled alike."""
    p = town.providers
    mine = p.service == service
    if working_age is not None and (p.working_age & mine).any():
        mine &= p.working_age == working_age
    rows = np.flatnonzero(mine)
    size = p.built[rows].astype(np.float64)
    upto = np.cumsum(size if size.sum() > 0 else np.ones(len(rows)))
    taken = (np.cumsum(uses) - uses / 2) / max(float(uses.sum()), 1.0)
    return rows[np.minimum(np.searchsorted(upto / upto[-1], taken), len(rows) - 1)]


def fill(town: Town, spare: float) -> None:
    """Count what is in use; suppliers founded without a size have room for that and a little to spare."""
    p, pl = town.providers, town.placements
    for k, service in enumerate(town.services):
        mine = pl.of(k)
        uses = service.uses(pl.person[mine], pl.hours[mine], town)
        rows = np.flatnonzero(p.service == k)
        used = np.bincount(pl.provider[mine], weights=uses, minlength=len(p))[rows]
        p.used[rows] = used
        if not p.built[rows].any():
            p.built[rows] = p.room[rows] = used * (1.0 + spare)
            p.ramp[rows] = np.where(used > 0, 1.0, 0.0)
