"""What comes undone when somebody dies or moves away: their partner, family and carers are let go, on both sides."""

from __future__ import annotations

import numpy as np

from simulation.world.columns import Array, Table
from simulation.world.town import Town


def part(town: Town, rows: Array, why: str) -> Array:
    """These people are no longer here; their support ends and every tie to them is let go.

    Returns the partners they leave behind, who live alone from now on unless they live in a home. Friends are let go
    where ties are kept.
    """
    r, rows = town.residents, np.asarray(rows)
    if not len(rows):
        return rows
    r.present[rows] = False
    r.left[rows] = town.week
    partner = r.partner[rows]
    behind = partner[partner >= 0]
    behind = np.unique(behind[r.present[behind]])
    r.partner[behind] = -1
    r.alone[behind] = True
    r.partner[rows] = -1
    _kin(r, rows)
    _caring(r, rows)
    r.stage[rows] = r.hospital[rows] = 0
    r.days_left[rows] = 0
    r.wants_service[rows] = -1
    _placements(town, rows, why)
    return behind


def _kin(r: Table, rows: Array) -> None:
    slots = r.kin.shape[1]
    for mine in range(slots):
        kin = r.kin[rows, mine]
        who, other = rows[kin >= 0], kin[kin >= 0]
        for theirs in range(slots):
            back = other[r.kin[other, theirs] == who]
            r.kin[back, theirs] = -1
            r.kin_kind[back, theirs] = 0
    r.kin[rows] = -1
    r.kin_kind[rows] = 0


def _caring(r: Table, rows: Array) -> None:
    """Those they cared for lose a carer (the second becomes the first); those who cared for them are free."""
    for row in rows:
        cared = r.cares_for[row]
        if cared >= 0 and r.carer[cared] == row:
            r.carer[cared], r.second_carer[cared] = r.second_carer[cared], -1
        elif cared >= 0 and r.second_carer[cared] == row:
            r.second_carer[cared] = -1
        for carer in (r.carer[row], r.second_carer[row]):
            if carer >= 0 and r.cares_for[carer] == row:
                r.cares_for[carer], r.care_hours[carer] = -1, 0
    r.carer[rows] = r.second_carer[rows] = r.cares_for[rows] = -1
    r.care_hours[rows] = 0


def _placements(town: Town, rows: Array, why: str) -> None:
    if town.residents.supports[rows].any():
        going_on = np.flatnonzero(town.placements.active)
        town.end(going_on[~town.residents.present[town.placements.person[going_on]]], why)
