"""Things happen: providers close, a hard winter comes, pay rises, a budget is cut. Only where a plan asks what if."""

from __future__ import annotations

import numpy as np

from simulation.evidence.units import Share, Weeks
from simulation.plan import Shock
from simulation.process import changes
from simulation.world.town import Town


@changes("providers.closes")
def happening(town: Town, *, winter_weeks: Weeks, wage_share_of_price: Share) -> None:
    """The plan's shocks, each in its week; a hard winter ends by itself."""
    if town.memory.get("happening.winter ends") == town.week:
        town.hospital.winter /= town.memory.pop("happening.winter")
        del town.memory["happening.winter ends"]
    for i, shock in enumerate(town.plan.shocks):
        if shock.week != town.week:
            continue
        if shock.what == "provider_closes":
            close(town, shock, i)
        elif shock.what == "flu_winter":
            winter(town, shock.size, round(winter_weeks))
        elif shock.what == "pay_rise":
            pay_rise(town, shock.size, wage_share_of_price)
        else:
            town.memory["commissioning.cut"] = town.memory.get("commissioning.cut", 1.0) * (1 - shock.size)


def close(town: Town, shock: Shock, number: int) -> None:
    """So many providers of a service, chosen by lot, give up at once; the people they support must move on."""
    if not town.has(shock.service):
        return
    p = town.providers
    open_ = np.flatnonzero((p.service == town.service(shock.service)) & p.open & (p.closes > town.week))
    luck = town.draws.uniforms(f"happening: closes {number}", open_)
    chosen = open_[np.argsort(luck, kind="stable")[:round(shock.size)]]
    p.closes[chosen] = town.week


def winter(town: Town, size: float, weeks: int) -> None:
    """For some weeks more people come to hospital: the shock's size is a ratio to an ordinary week."""
    if size > 0 and "happening.winter" not in town.memory:
        town.hospital.winter *= size
        town.memory["happening.winter"] = size
        town.memory["happening.winter ends"] = town.week + weeks


def pay_rise(town: Town, size: float, wage_share: float) -> None:
    """Care workers' pay rises by this share. Costs rise at once; council fees follow in April, other prices now."""
    step = 1 + wage_share * size
    town.prices["pay_hour"] *= 1 + size
    for name in ("care_index", "sustainable_hour", "own_residential", "own_nursing", "own_home_care_hour"):
        town.prices[name] *= step
    town.memory["pricing.owed"] = town.memory.get("pricing.owed", 1.0) * step
