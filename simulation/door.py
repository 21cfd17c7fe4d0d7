"""How often people come to the council's front door for long-term support, and what for: care at home or a care home.

Asking is the sum of two rates, one for each answer; choosing weighs the answers by the same two rates. So people's ways
through the front door are those found in published flows, until waits, room, unmet need or a plan change them.
Bound once to the evidence page `door` and kept at `town.door`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np

from simulation.draws import uniforms_for
from simulation.evidence.lists import BAND, GROUP, KIN, LISTS, NEED, REASON, SETTING, STAGE
from simulation.evidence.units import By, Hours, HoursList, Log, PerYear, PerYears, Ratio, Share, Shares, Slope, Weeks, Years
from simulation.means import house_counted
from simulation.world.columns import Array
from simulation.world.town import CARE_HOME

PERSONAL = NEED.index("one or two personal tasks")
HEAVY = NEED.index("three or more")
DISABILITY, MENTAL = GROUP.index("learning disability"), GROUP.index("mental health")
ENDED, NEVER = REASON.index("support ended"), -(10**6)
SUPPORT, PLANNED, OUTGROWN = STAGE.index("waiting for support"), REASON.index("planned"), REASON.index("outgrown")
CRISIS = REASON.index("crisis while waiting")
ASKINGS = 4096  # requests of one person told apart in luck that lasts while they wait: the week of asking, folded
WITH_FAMILY = SETTING.index("with family")
PARENT = KIN.index("parent")
STRENGTHS = "practice: packages beside what people and places can do"  # factor on agreed hours, set by a service
MEDICAL = np.array([reason in ("discharge", "fall") for reason in REASON])
READY = {kind: f"readiness: {kind}" for kind in LISTS["coming"]}  # scales of this council, kept by the founding
MOVES_ON = "readiness: moving on from a care home at 18-64"
REABLEMENT = "readiness: new clients of reablement a year"
URGENT = np.array([reason not in ("none", "planned", "outgrown") for reason in REASON])


@dataclass(frozen=True)
class Door:
    """Rates of asking by what people need and whom they have, and the hours agreed on at assessment."""

    older_from: Years
    scale_home: Ratio
    scale_care_home: Ratio
    home_by_need: Annotated[PerYears, By("need")]
    home_alone: Ratio
    home_partner: Ratio
    home_no_child: Ratio
    care_home_by_need: Annotated[PerYears, By("need")]
    care_home_alone: Ratio
    care_home_partner: Ratio
    care_home_no_child: Ratio
    care_home_dementia: Ratio
    care_home_no_dementia: Ratio
    care_home_recent: Ratio
    care_home_settled: Ratio
    care_home_lonely: Ratio
    care_home_unmet: Ratio
    recent: Weeks
    age_centre: Years
    age_slope: Slope
    mental_health: PerYear
    working_age_needing: PerYear
    working_age_care_home: PerYear
    disability_new: PerYear
    disability_parents_gone: PerYear
    disability_more: PerYear
    disability_care_home: PerYear
    working_age_moves_on: PerYear
    finds_a_home_least: Weeks
    finds_a_home_most: Weeks
    parent_too_old: Years
    crisis_home: Log
    lasts_after_crisis: Annotated[Shares, By("need")]
    stays: Log
    wider_choice: Ratio
    hours_by_need: Annotated[HoursList, By("need")]
    hours_by_band: Annotated[HoursList, By("band")]
    hours_with_partner: Ratio
    hours_in_place_of_a_home: Ratio
    family_counted: Share
    family_counted_besides: Share
    least_hours: Hours
    unmet_counts: Share

    def most_a_year(self, oldest: float, memory: Mapping[str, float] | None = None) -> Array:
        """By age (working age, older) and need: no rate of asking for long-term support is above this.

        `memory` holds how readily this council arranges support; without it, as the register has it. People with a learning
        disability or lasting mental ill health are left out.
        """
        in_home, own_home, at_home, others, younger = (max((memory or {}).get(READY[kind], 1.0), 1.0) for kind in LISTS["coming"])
        home = at_home * self.scale_home * self.home_by_need * max(self.home_alone, 1.0) * max(self.home_no_child, 1.0)
        most = max(self.care_home_alone, 1.0) * max(self.care_home_no_child, 1.0)
        most *= max(self.care_home_dementia, self.care_home_no_dementia) * max(self.care_home_lonely, 1.0) * max(self.care_home_unmet, 1.0)
        most *= max(self.care_home_recent, self.care_home_settled) * np.exp(self.age_slope * (oldest - self.age_centre))
        older = home + max(in_home, own_home) * self.scale_care_home * self.care_home_by_need * most
        working_age = others * self.scale_home * self.working_age_needing + younger * self.scale_care_home * self.working_age_care_home
        return np.vstack([np.where(np.arange(len(NEED)) >= PERSONAL, working_age, 0.0), older])


def is_older(rows: Array, town: Any) -> Array:
    """Who is asked as an older person; people with a learning disability keep their own way for life (mask)."""
    r = town.residents
    return np.asarray((r.age[rows] >= town.door.older_from) & (r.group[rows] != DISABILITY))


def parents_gone(rows: Array, town: Any) -> Array:
    """People who live with family but whose parents have died, need much help themselves or are very old (mask)."""
    r = town.residents
    kin = r.kin[rows]
    parent = (kin >= 0) & (r.kin_kind[rows] == PARENT)
    able = parent & r.present[kin] & (r.need[kin] < HEAVY) & (r.age[kin] < town.door.parent_too_old)
    return np.asarray((r.setting[rows] == WITH_FAMILY) & parent.any(axis=1) & ~able.any(axis=1))


def ready_at_home(rows: Array, town: Any) -> Array:
    """How readily support at home is arranged for these older people, over the rate of the register: of whom the council pays for."""
    own = town.means.pays_own_way(town.residents.savings[rows])
    return np.asarray(np.where(own, 1.0, town.memory.get(READY["at home 65+"], 1.0)))


def ready_in_a_home(rows: Array, town: Any) -> Array:
    """How readily these older people move to a care home, over the rate of the register: whom the council pays for, and others."""
    council, own = (town.memory.get(READY[kind], 1.0) for kind in ("care home 65+", "own care home 65+"))
    if council == own:
        return np.full(len(rows), council)
    return np.asarray(np.where(town.means.pays_own_way(town.residents.savings[rows], house_counted(rows, town)), own, council))


def found_to_need_it(rows: Array, town: Any) -> Array:
    """How readily people who did not plan to come are found to need lasting support, over the rate of the register.

    A planned request carries the council's readiness in its rate already; a learning disability is supported for life.
    """
    older = is_older(rows, town)
    ready = np.where(older, ready_at_home(rows, town), town.memory.get(READY["other working age"], 1.0))
    planned = (town.residents.reason[rows] == PLANNED) | (town.residents.group[rows] == DISABILITY)
    return np.asarray(np.where(planned, 1.0, ready))


def lonely_ratio(rows: Array, town: Any) -> Array:
    """How much more often lonely people ask for a care home, before centring."""
    return np.where(town.residents.lonely[rows], float(town.door.care_home_lonely), 1.0)


def unmet_ratio(rows: Array, town: Any) -> Array:
    """How much more often older people ask for a care home, and not for help at home, while help does not come; before centring."""
    return np.asarray(float(town.door.care_home_unmet) ** town.residents.unmet[rows].astype(np.float64))


def rates(rows: Array, town: Any) -> tuple[Array, Array]:
    """Yearly rates of asking for long-term help at home, and for a care home, of each of these people.

    Somebody already supported at home asks again at the same rate: for more help, or for a care home. Somebody who
    lives in a care home and asks wants to leave it.
    """
    older = is_older(rows, town)
    home, care_home = np.empty(len(rows)), np.empty(len(rows))
    home[older], care_home[older] = _older_rates(rows[older], town)
    home[~older], care_home[~older] = _younger_rates(rows[~older], town)
    lost = _lost_a_place(rows, town)
    care_home[lost] = np.maximum(care_home[lost], home[lost] * np.exp(town.door.stays))
    return home, care_home


def _lost_a_place(rows: Array, town: Any) -> Array:
    """People whose care home has closed over their heads (mask): they want what they had, as others want to stay."""
    r = town.residents
    was_there = (r.entered_home[rows] > NEVER) & (r.setting[rows] < CARE_HOME[0])
    return np.asarray(was_there & (r.reason[rows] == ENDED))


def _older_rates(rows: Array, town: Any) -> tuple[Array, Array]:
    r, d = town.residents, town.door
    need, partner = r.need[rows], r.partner[rows]
    together = (partner >= 0) & r.present[partner] & (r.setting[partner] < CARE_HOME[0])
    alone, no_child = r.alone[rows] & ~together, ~r.child_near[rows]
    home = d.scale_home * d.home_by_need[need] * np.where(no_child, d.home_no_child, 1.0)
    home = home * np.where(alone, d.home_alone, np.where(together, d.home_partner, 1.0))
    care = d.scale_care_home * d.care_home_by_need[need] * np.where(no_child, d.care_home_no_child, 1.0)
    care = care * np.where(alone, d.care_home_alone, np.where(together, d.care_home_partner, 1.0))
    care = care * np.where(r.dementia[rows], d.care_home_dementia, d.care_home_no_dementia)
    care = care * np.where(r.worsened[rows] < d.recent + _waited(rows, town), d.care_home_recent, d.care_home_settled)
    care = care * np.exp(d.age_slope * (r.age[rows].astype(np.float64) - d.age_centre))
    care = np.where(r.setting[rows] >= CARE_HOME[0], 0.0, care) * ready_in_a_home(rows, town)
    care = care * np.minimum(lonely_ratio(rows, town) / town.centre("door: lonely"), d.care_home_lonely)
    home = home * ready_at_home(rows, town)
    return home, care * np.minimum(unmet_ratio(rows, town) / town.centre("door: unmet"), d.care_home_unmet)


def _younger_rates(rows: Array, town: Any) -> tuple[Array, Array]:
    """Working age, and learning disability at any age; without support nobody asks for a care home first."""
    r, d = town.residents, town.door
    needing, supported = r.need[rows] >= PERSONAL, r.funder[rows] > 0
    in_care_home = r.setting[rows] >= CARE_HOME[0]
    lasting = (r.group[rows] == MENTAL) & (r.band[rows] > BAND.index("none"))
    home = d.scale_home * (d.working_age_needing * needing + d.mental_health * lasting) * town.memory.get(READY["other working age"], 1.0)
    in_home = town.memory.get(READY["care home 18-64"], 1.0)
    care = np.where(supported & (needing | lasting) & ~in_care_home, d.scale_care_home * d.working_age_care_home * in_home, 0.0)
    has_disability = r.group[rows] == DISABILITY
    new = has_disability & ~supported & (r.band[rows] > BAND.index("none"))
    gone = has_disability & in_care_home
    gone[has_disability] |= parents_gone(rows[has_disability], town)
    asks = np.where(gone, d.disability_parents_gone, np.where(new, d.disability_new, d.disability_more))
    return (np.where(has_disability, asks, home),
            np.where(has_disability, d.disability_care_home * in_home * ((supported | new) & ~in_care_home), care))


def _waited(rows: Array, town: Any) -> Array:
    """Weeks since each of these people asked, none for whoever does not wait: what was recent to them as they asked is why they asked."""
    r = town.residents
    return np.asarray(np.where((r.stage[rows] > 0) & (r.asked[rows] > NEVER), town.week - r.asked[rows], 0))


def worse_since(rows: Array, town: Any) -> Array:
    """Whose need has risen while they waited (mask): what they ask for now is no longer what one crisis called for."""
    return np.asarray(town.residents.worsened[rows] < _waited(rows, town))


def agreed_hours(rows: Array, town: Any) -> Array:
    """Hours a week of help that an assessment agrees on: by need, limited by what the family already does.

    The council's practice (package size) and the plan's lever act here, on new packages and at reviews alike.
    """
    r, d = town.residents, town.door
    usual = d.hours_by_need[r.need[rows]] * np.where(r.partner[rows] >= 0, d.hours_with_partner, 1.0)
    usual = np.maximum(usual, d.hours_by_band[r.band[rows]]) * r.spread[rows]
    usual = usual * np.where(r.diverted[rows], d.hours_in_place_of_a_home, 1.0)
    gap = r.hours_needed[rows] - d.family_counted * r.hours_family[rows]
    gap = gap - np.where(r.diverted[rows], min(d.family_counted_besides, 1.0 - d.family_counted), 0.0) * r.hours_family[rows]
    hours = np.maximum(np.minimum(usual, np.maximum(gap, 0.0)), d.least_hours)
    practice = town.commissioner.package_size * (1.0 + town.plan.lever("package_size"))
    practice *= town.memory.get(STRENGTHS, 1.0)
    return np.asarray(hours * practice, dtype=np.float64)


def urgent(rows: Array, town: Any) -> Array:
    """Who comes in a crisis, or waits in a hospital bed to go home (mask)."""
    r = town.residents
    return np.asarray(URGENT[r.reason[rows]] | (r.hospital[rows] > 0))


def hours_at_risk(rows: Array, town: Any) -> Array:
    """Hours a week of help that each of these people lacks, or cannot count on: by these a council short of time tells who must not wait.

    In a crisis all the help that is needed; else what does not come, and of what a family gives the part that its main carer's
    strain puts at risk.
    """
    r = town.residents
    needed, carer = r.hours_needed[rows].astype(np.float64), r.carer[rows]
    strain = np.where(carer >= 0, r.strain[carer].astype(np.float64), 0.0)
    return np.asarray(np.where(urgent(rows, town), needed, needed * r.unmet[rows] + r.hours_family[rows] * strain))


def asked_in_a_crisis(rows: Array, town: Any) -> Array:
    """Whose request began with a crisis (mask); whoever had asked before one came, or before a stay in hospital, wants what they wanted."""
    reason = town.residents.reason[rows]
    return np.asarray(URGENT[reason] & (reason != CRISIS) & ~worse_since(rows, town))


def waits_its_turn(rows: Array, town: Any) -> Array:
    """Who lives at home, has asked for lasting support in no crisis, and still waits for it (mask)."""
    r = town.residents
    in_turn = (r.reason[rows] == PLANNED) | (r.reason[rows] == OUTGROWN)
    return np.asarray((r.stage[rows] > 0) & r.long_term[rows] & in_turn & (r.setting[rows] < CARE_HOME[0]))


def comes_to_a_crisis(rows: Array, town: Any, why: str = "waited too long") -> None:
    """These people cannot wait for their turn any longer: they come to the front, and want what they wanted."""
    town.residents.reason[rows] = CRISIS
    town.events.note("comes to a crisis while waiting", rows, cause=why)


def one_request(rows: Array, town: Any) -> Array:
    """A number for each person and request, to which luck that lasts as long as the request is addressed."""
    return np.asarray(rows.astype(np.int64) * ASKINGS + (town.residents.asked[rows] & (ASKINGS - 1)))


def weeks_to_find_a_home(rows: Array, town: Any) -> Array:
    """Weeks after asking in which each of these people finds a home of their own, with support that comes along."""
    d = town.door
    luck = uniforms_for(town.draws.trait("door: finds a home"), one_request(rows, town))
    return np.asarray(d.finds_a_home_least + (d.finds_a_home_most - d.finds_a_home_least) * luck)


def look_for_a_home(rows: Array, town: Any) -> None:
    """On the first day, of these residents of care homes, those of working age who look for a home of their own already.

    As many as come to want one in the time it takes to find it, each part of the way through.
    """
    r, d = town.residents, town.door
    rows = rows[(r.stage[rows] == 0) & ~is_older(rows, town)]
    ago = d.finds_a_home_most * town.draws.traits("founding: has looked for a home", rows)
    asked = town.draws.traits("founding: looks for a home", rows) < d.working_age_moves_on.weekly * town.memory.get(MOVES_ON, 1.0) * d.finds_a_home_most
    rows, ago = rows[asked], ago[asked].astype(np.int32)
    before = r.asked[rows].copy()
    r.asked[rows] = town.week - ago
    looks = weeks_to_find_a_home(rows, town) > ago
    r.asked[rows[~looks]] = before[~looks]
    rows = rows[looks]
    r.stage[rows], r.reason[rows], r.long_term[rows], r.wants_service[rows] = SUPPORT, PLANNED, True, -1
    r.hours_wanted[rows] = agreed_hours(rows, town)


def outlasts(rows: Array, town: Any) -> Array:
    """Whose need outlasts what made them ask (mask): after a hospital stay or a fall most do not.

    A request has one luck, whatever is offered first: short-term help neither makes a need last nor makes it pass. The need of
    somebody who got worse while waiting lasts.
    """
    r = town.residents
    luck = uniforms_for(town.draws.trait("door: need lasts"), one_request(rows, town))
    return np.asarray(~MEDICAL[r.reason[rows]] | worse_since(rows, town) | (luck < town.door.lasts_after_crisis[r.need[rows]] * found_to_need_it(rows, town)))


def free_room(service: int, town: Any) -> tuple[Array, Array]:
    """Providers of a service that take people now (rows), and the room each has left: places, hours or caseload."""
    p = town.providers
    rows = np.flatnonzero((p.service == service) & p.open & (p.closes > town.week + town.weeks))
    return rows, np.maximum(p.room[rows].astype(np.float64) - p.used[rows], 0.0)


def settle(rows: Array, town: Any) -> None:
    """A request ends without long-term support; it is told apart whether needs are met, by whom, or not at all."""
    for cause, mask in settled_by(rows, town).items():
        town.events.note("settled", rows[mask], cause=cause)
    close(rows, town)


def close(rows: Array, town: Any) -> None:
    """These people no longer ask for anything."""
    r = town.residents
    r.stage[rows], r.reason[rows], r.long_term[rows] = 0, 0, False
    r.wants_service[rows], r.hours_wanted[rows] = -1, 0


def settled_by(rows: Array, town: Any) -> dict[str, Array]:
    """How the needs of somebody who gets no long-term support are met: masks over the rows; each person is in one."""
    r = town.residents
    well = r.need[rows] == 0
    short = ~well & (r.unmet[rows] > town.door.unmet_counts)
    means = short & town.means.pays_own_way(r.savings[rows])
    family = ~well & ~short & (r.hours_family[rows] > 0)
    return {"got better": well, "family": family, "own means": means | (~well & ~short & ~family),
            "going without": short & ~means}
