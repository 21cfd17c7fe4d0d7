"""What each column may hold. A new column fails its law until its bounds stand here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from simulation.world.columns import Link, Table
from simulation.world.town import Town

ANY = (-np.inf, np.inf)
UP = (0.0, np.inf)
SHARE = (0.0, 1.0)
WEEK = (-(10**6), 10**6)
MAY_BE_UNKNOWN = {"scrqol", "ascof", "satisfaction", "carer_quality"}  # nan: nobody asks this person
ROUNDING = 1e-4

BOUNDS: dict[str, dict[str, tuple[float, float]]] = {
    "residents": {
        "arrives": WEEK, "left": WEEK, "age": (0, 135), "neighbourhood": UP, "outlook": (-40, 40), "tie_strength": (0, 100),
        "kin_kind": (0, 3), "company": UP, "loneliness": (-40, 40), "worsened": UP, "acute": (-8, 8), "recovering": UP,
        "bed_days": UP, "falls": UP, "hours_needed": UP, "hours_paid": UP, "hours_family": UP, "hours_other": UP, "unmet": SHARE,
        "usual_unmet": SHARE, "spread": (1e-6, np.inf), "outside_hours": UP, "care_hours": (0, 168), "strain": SHARE,
        "break_hours": UP, "resting": UP, "supports": UP, "wants_home": SHARE, "wants_company": SHARE, "wants_control": SHARE,
        "control": (-1, 1), "continuity": SHARE, "days": (0, 7), "asked": WEEK, "hours_wanted": UP, "last_assessed": WEEK, "days_left": UP,
        "delayed_days": (0, 7), "stay_days": (0, 7), "discharged": WEEK, "house": UP, "savings": UP, "income": UP,
        "contribution": UP, "deferred": UP, "disregard": UP, "entered_home": WEEK, "scrqol": (-0.18, 1.0), "ascof": (0, 24),
        "satisfaction": (0, 10), "carer_quality": (0, 12)},
    "placements": {
        "service": UP, "since": WEEK, "until": (-(10**6), 2 * 10**6), "hours": UP, "given": UP, "price": UP, "contribution": UP},
    "providers": {
        "service": UP, "number": UP, "neighbourhood": UP, "opened": (-(10**7), 10**7), "closes": WEEK, "built": UP, "room": UP,
        "used": UP, "block": SHARE, "staff": UP, "wanted_staff": UP, "staffing": UP, "margin": (-1, np.inf), "budget": UP,
        "ramp": SHARE, "quality": SHARE, "spent": UP},
    "carers": {"hours": UP, "pay": UP, "since": WEEK},
    "volunteers": {"hours": UP, "load": UP, "strain": SHARE, "since": WEEK},
    "neighbourhoods": {"people": UP, "fifth": (0, 4), "strength": (-8, 8), "meeting_places": UP},
}


def limits(table: str, column: str, kind: Any, sizes: dict[str, int]) -> tuple[float, float]:
    """The bounds of one column: of codes and links from the lists and tables they point into, the rest from above."""
    if isinstance(kind, Link):
        words = kind.unit.split()
        return -1, sizes["providers" if "provider" in words[0] else "residents"] - 1
    if kind.dtype.kind == "b":
        return 0, 1
    if column == "wants_service":
        return -1, sizes["services"] - 1
    if kind.codes:
        return 0, len(kind.codes) - 1
    return BOUNDS[table][column]


def out_of_bounds(town: Town) -> Iterator[str]:
    """Every column that holds what it may not: its table and name, and what it holds."""
    sizes = {"providers": len(town.providers), "residents": len(town.residents), "services": len(town.services)}
    for table in town.TABLES:
        whole: Table = getattr(town, table)
        for column, kind in whole.columns.items():
            values = whole.arrays[column].astype(np.float64)
            if table == "residents" and column not in ("present", "arrives", "left"):
                values = values[whole.present]
            if table == "placements":
                values = values[whole.active]
            known = values[~np.isnan(values)]
            if len(known) < values.size and column not in MAY_BE_UNKNOWN:
                yield f"{table}.{column} is not a number"
            low, high = limits(table, column, kind, sizes)
            if known.size and (known.min() < low - ROUNDING or known.max() > high + ROUNDING):
                yield f"{table}.{column}: {known.min():g} to {known.max():g}, not within {low:g} to {high:g}"


def unbounded(town: Town) -> list[str]:
    """Columns whose bounds are not told."""
    missing = []
    for table in town.TABLES:
        for column, kind in getattr(town, table).columns.items():
            told = isinstance(kind, Link) or kind.dtype.kind == "b" or kind.codes or column == "wants_service"
            if not told and column not in BOUNDS[table]:
                missing.append(f"{table}.{column}")
    return missing
