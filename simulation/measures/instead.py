"""What people live on who would have had a council-paid care home place in the run compared with: the same people, found by name.

Once a year everybody is told by what they live on. Beside the run compared with, each place more or fewer in care homes is
then traced to the support, the family or the want of both that stands in its stead.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simulation.evidence.lists import NEED
from simulation.measures.kinds import Measure, Now, register
from simulation.services import found
from simulation.world.columns import Array
from simulation.world.town import CARE_HOME, COUNCIL

GONE, PLACE, PLACE_ELSE, WAITING, WITHOUT, FAMILY, ABLE = (
    "gone", "council_place", "place_others_pay", "waiting", "going_without", "family", "little_need")
HOMES = ("residential", "nursing")
SERVICES = {name: kind for name, kind in found().items() if name not in HOMES}
LIVES_ON: tuple[str, ...] = (GONE, PLACE, PLACE_ELSE, WAITING, WITHOUT, FAMILY, ABLE, *SERVICES)
OLDER = len(LIVES_ON)  # is added to the code of a person of 65 and over
PERSONAL = NEED.index("one or two personal tasks")
assert np.iinfo(np.uint8).max >= 2 * OLDER, "too many kinds of support for one byte"

TITLES = {PLACE_ELSE: "a care home place that others pay for", WAITING: "waiting for an assessment or support",
          WITHOUT: "needs at home that are not met", FAMILY: "family and friends alone", ABLE: "no help, or next to none",
          GONE: "died or moved away"}


@dataclass(frozen=True)
class Instead(Measure):
    """People with a council-paid care home place in the run compared with who live on this, less those the other way."""

    what: str = ""


def _register(what: str, title: str) -> None:
    register(Instead(f"instead_{what}", f"In place of a council-paid care home place: {title}", "people", "system", "neither", "end", 0,
                     "Who would have a council-paid care home place in the run compared with and lives on this, less who lives on this "
                     "there and has such a place here; at the year's end. All of them add up to the places that are fewer.", True, what))


for _what in (*SERVICES, *TITLES):
    _register(_what, TITLES.get(_what) or SERVICES[_what].title or _what)


def lives_on(now: Now) -> Array:
    """What everybody lives on now, as codes of LIVES_ON: the first that is true of lasting support, help for some weeks,
    waiting, going without, other company and help, family, nothing."""
    r, p, code = now.r, now.p, {name: k for k, name in enumerate(LIVES_ON)}
    out = np.where(r.present, code[ABLE], code[GONE]).astype(np.uint8)
    out[(r.hours_family > 0) & r.present] = code[FAMILY]
    kinds = now.town.services
    service = np.array([code.get(s.name, 0) for s in kinds], dtype=np.uint8)
    lasting = np.array([s.long_term and not s.keeps_funder for s in kinds], dtype=bool)
    bridging = np.array([not s.long_term and not s.keeps_funder for s in kinds], dtype=bool)
    active = np.flatnonzero(p.active)

    def supported(which: Array) -> None:
        rows = active[which[p.service[active]] & (service[p.service[active]] > 0)]
        out[p.person[rows]] = service[p.service[rows]]

    supported(~lasting & ~bridging)
    counts = getattr(now.town.door, "unmet_counts", 0.0)
    out[(r.need >= PERSONAL) & (r.unmet > counts) & r.present] = code[WITHOUT]
    out[(r.stage > 0) & r.long_term & r.present] = code[WAITING]
    supported(bridging)
    supported(lasting)
    home = r.present & (r.setting >= CARE_HOME[0])
    out[home] = np.where(r.funder[home] == COUNCIL, code[PLACE], code[PLACE_ELSE])
    return np.asarray(out + np.where(r.age >= 65, np.uint8(OLDER), np.uint8(0)), dtype=np.uint8)


def instead(here: Array, there: Array) -> Array:
    """Net people by age band and what they live on here who have a council-paid place there [2, LIVES_ON]; the places
    themselves are counted as those that are fewer."""
    k, out = LIVES_ON.index(PLACE), np.zeros((2, OLDER))
    for sign, now, then in ((1.0, here, there), (-1.0, there, here)):
        rows = np.flatnonzero((then % OLDER == k) & (now % OLDER != k))
        np.add.at(out, (then[rows] // OLDER, now[rows] % OLDER), sign)
    out[:, k] = out.sum(axis=1)
    return out
