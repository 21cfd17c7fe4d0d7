"""Who cares for whom when the story begins, how tired they are; and how satisfied people are with life.

Carers are chosen and hours shared by the rules of the week itself, until strain and hours agree with one another.
"""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np

from simulation.condition import OLDER
from simulation.draws import UNABLE, Draws
from simulation.evidence.lists import KIN
from simulation.evidence.units import By, Hours, Points, PointsList, Ratio, Ratios, Share, Shares, Weeks
from simulation.rules import WEEKS, standard_normal
from simulation.week import caring
from simulation.week.wellbeing import ALL_IN_ALL
from simulation.world.columns import Array
from simulation.world.town import Town

CHILD = KIN.index("child near")
BEST = 10  # the scale of satisfaction with life


def families(town: Town, residents: Any, draws: Draws, *,
             care_together: Hours, care_near: Hours, care_others: Hours,
             care_by_own_need: Annotated[Ratios, By("need")], care_beside_work: Ratio, care_under_strain: Share,
             care_willing: Annotated[Shares, By("sex")], care_others_willing: Share, care_of_friends: Hours,
             care_displaced: Share, care_made_up: Share, care_usual_after: Weeks, strain_least: Points,
             strain_of_hours: Points, strain_of_nights: Points, strain_of_dementia: Points,
             strain_of_loneliness: Points, strain_of_work: Points, strain_differs: Points,
             strain_eased_by_break: Points, strain_eased_by_help: Points, strain_eased_by_company: Points,
             strain_settles: Weeks, satisfaction_lonely: Points,
             satisfaction_by_need: Annotated[PointsList, By("need")], satisfaction_unmet: Points,
             satisfaction_strain: Points, satisfaction_spread: Points) -> None:
    """Carers, hours given and unmet need, strain, of families that have long lived like this."""
    w = caring.ways(locals())
    r, p = residents, town.placements
    _outside(r, draws, w)
    going = np.flatnonzero(p.active)
    hours = np.bincount(p.person[going], weights=p.given[going], minlength=len(r))
    r.hours_paid[:] = np.where(r.setting > caring.WITH_FAMILY, r.hours_needed, hours)
    stopped = np.empty(len(r), dtype=np.int32)
    moves = caring.moves_in(w.strain_settles)
    for week in range(WEEKS):  # twice a year's worth of strain: a fourth of carers at each look
        caring.share(r, draws, w, week, week * 2 > WEEKS)
        caring.tire(r.present, r.need, r.dementia, r.lonely, r.works, r.company, r.carer, r.cares_for, r.hours_needed,
                    r.hours_paid, r.care_hours, r.strain, r.break_hours, r.resting, r.touched,
                    draws.trait(caring.BEARING), UNABLE, 0.0, 0.0, 0, week,
                    moves, w, stopped)
    own = standard_normal(draws.traits(ALL_IN_ALL, np.arange(len(r))))
    moved = satisfaction_lonely * r.lonely + satisfaction_by_need[r.need] + satisfaction_unmet * r.unmet
    moved = moved + satisfaction_strain * r.strain * (r.care_hours > 0) + satisfaction_spread * own
    content = _content(moved[r.present], town.place["life_satisfaction"])
    town.memory["wellbeing: content"] = content
    r.scrqol[:] = r.ascof[:] = r.carer_quality[:] = np.nan
    r.satisfaction[:] = np.clip(content + moved, 0.0, BEST)


def _content(moved: Array, mean: float) -> float:
    """Satisfaction of somebody whom nothing moves, at which the mean of all (0 to 10) is the published one."""
    content = mean
    for _ in range(BEST):
        content += mean - float(np.clip(content + moved, 0.0, BEST).mean()) if len(moved) else 0.0
    return content


def _outside(r: Any, draws: Draws, w: caring.Ways) -> None:
    """Children near who are not residents told by name: they live just outside the place, or are still to grow up.

    Whoever is younger than 65 when the story begins, and has no child told by name, will at 65 have one near as often
    as people of 65 and over have now.
    """
    named = ((r.kin >= 0) & (r.kin_kind == CHILD)).any(axis=1)
    rows, older = np.arange(len(r)), r.age >= OLDER
    founders = r.present & older
    share = float(r.child_near[founders].mean()) if founders.any() else 0.0
    near = np.where(older, r.child_near, r.child_near | (draws.traits("a child near at 65", rows) < share))
    would = draws.traits("a child outside would care", rows) < w.care_willing.mean()
    r.outside_hours[:] = np.where(near & ~named & would, w.care_near, 0.0)
