"""Friends, neighbourhoods and volunteers, when the story begins; and who is lonely.

Ties are brought to the state the weekly rules settle at by letting years of meeting and parting pass among the founded
people before the story begins, so that nothing drifts when it does. Community strength has no measurement: it is a
latent of mean 0 and sd 1 over England, tied to deprivation by one coefficient, and acts in one place, on ties formed.
"""

from __future__ import annotations

import math
from typing import Annotated, Any

import numpy as np

from simulation.draws import Draws
from simulation.evidence.units import By, Factor, Hours, Log, LogOdds, PerYear, Points, Ratio, Ratios, Share, Years
from simulation.process import F8, I4
from simulation.rules import WEEKS, standard_normal
from simulation.schemes import USUAL_PLACES
from simulation.week import loneliness as feeling
from simulation.week import meeting as meet
from simulation.week import volunteering as volunteers
from simulation.world.columns import Table
from simulation.world.residents import Volunteer
from simulation.world.town import Town


def ties(town: Town, residents: Any, neighbourhoods: Any, draws: Draws, *,
         strength_by_fifth: Factor, places_to_meet: Ratio, tie_forms: PerYear,
         tie_by_need: Annotated[Ratios, By("need")], tie_ages_apart: Years, tie_new: Points,
         tie_change: Annotated[F8, "points", By("need")], tie_fades_new: PerYear, tie_fades_firm: PerYear,
         community_on_ties: Log, lonely_limiting: LogOdds,
         lonely_alone: LogOdds, lonely_contact: LogOdds, years_of_ties: Years, volunteers_monthly: Share,
         in_caring_roles: Share, volunteer_hours: Hours, volunteer_leaves: PerYear) -> None:
    """Friends, community strength, loneliness and volunteers of a town that has long been as it is."""
    _neighbourhoods(town, neighbourhoods, draws, float(strength_by_fifth), float(places_to_meet))
    town.tables[meet.WHERE] = _where(town)
    forms = meet.chances_of_ties(tie_forms, tie_by_need, meet.ease(neighbourhoods, town, float(community_on_ties), 0.0))
    ends = meet.chances_of_ends(tie_fades_new, tie_fades_firm)
    ways = meet.Ways(forms, 0.0, float(tie_ages_apart), float(tie_new), tie_change, ends, 0.0, 0.0, town.week,
                     -town.burn_in, 0, *meet.spread(town))
    for m in range(int(years_of_ties * WEEKS / meet.MONTH)):
        told = [draws.key(f"founding: {what}, month {m}") for what in ("ties end", "ties form", "with whom")]
        meet.month(residents, ways._replace(week=m * meet.MONTH), town.tables[meet.WHERE], *told)
    _loneliness(town, residents, float(lonely_limiting), float(lonely_alone), float(lonely_contact))
    _volunteers(town, residents, draws, volunteers_monthly * in_caring_roles, float(volunteer_hours),
                float(volunteer_leaves))


def _neighbourhoods(town: Town, neighbourhoods: Any, draws: Draws, by_fifth: float, places: float) -> None:
    """Community strength follows deprivation by one coefficient, the rest is luck; places to meet are alike."""
    n = len(neighbourhoods)
    middle, half = 2.0, math.sqrt(2.0)  # mean and sd of five equal fifths
    wealth = (neighbourhoods.fifth.astype(np.float64) - middle) / half
    rest = math.sqrt(max(1.0 - by_fifth * by_fifth, 0.0))
    luck = standard_normal(draws.traits("community strength", np.arange(n)))
    neighbourhoods.strength[:] = by_fifth * wealth + rest * luck
    neighbourhoods.meeting_places[:] = places
    town.tables[meet.USUAL_STRENGTH] = neighbourhoods.strength.copy()
    town.tables[USUAL_PLACES] = neighbourhoods.meeting_places.copy()


def _where(town: Town) -> I4:
    """The first founder of each neighbourhood at or above each year of age, and the end of its rows."""
    r, here = town.residents, np.flatnonzero(town.residents.present)
    ages = np.arange(feeling.OLDEST)
    out = np.zeros((len(town.neighbourhoods), len(ages) + 1), dtype=np.int32)
    for n in range(len(out)):
        rows = here[r.neighbourhood[here] == n]
        if len(rows):
            out[n, :-1] = rows[0] + np.searchsorted(r.age[rows], ages)
            out[n, -1] = rows[-1] + 1
    return out


def _loneliness(town: Town, r: Any, limiting: float, alone: float, contact: float) -> None:
    """Everybody's loneliness at the level their life leads to, as many lonely at each age as surveys find."""
    town.week -= 1  # before the first week: nobody has just come
    for _ in feeling.AGES:  # the first look learns usual contacts; each further one brings the levels nearer
        pulls = feeling.Pulls(feeling.levels(town), feeling.usual_contacts(town), feeling.bands(), limiting, alone,
                              contact, 0.0, 1.0, town.week)
        feeling.learn(town, feeling.look(r, pulls, True, True), 1.0)
    feeling.look(r, pulls._replace(level=feeling.levels(town)), True, False)
    town.week += 1


def _volunteers(town: Town, r: Any, draws: Draws, share: float, hours: float, leaves: float) -> None:
    """Those who volunteer in caring roles: a share of all adults, found among those well enough."""
    town.volunteers = Table(Volunteer, 0, model=town.model)
    could = np.flatnonzero(r.present & (r.need == 0) & (r.setting == 0))
    if not len(could):
        return
    chance = min(share * np.count_nonzero(r.present) / len(could), 1.0)
    people = could[draws.happens("founding: volunteers", chance, could)]
    ago = -np.log1p(-draws.uniforms("founding: weeks of volunteering", people)) * WEEKS / max(leaves, 1.0 / WEEKS)
    volunteers.begin(people, r, town.volunteers, hours, town.week - ago.astype(np.int64))
    town.memory[volunteers.AT_FOUNDING] = float(len(people))
