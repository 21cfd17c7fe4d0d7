"""What care and support cost when the place begins: fees of the place, England's prices where it has none."""

from __future__ import annotations

from simulation.evidence.units import Pounds, PoundsPerDay, PoundsPerHour, PoundsPerWeek, Ratio
from simulation.places import Place
from simulation.world.town import Town


def split(mean: float, first: float, second: float, ratio: float) -> tuple[float, float]:
    """Two prices whose mean, weighted by people, is the published one; the second is `ratio` times the first."""
    base = mean * (first + second) / (first + second * ratio)
    return base, base * ratio


def prices(town: Town, place: Place, *, nursing_over_residential: Ratio, own_nursing_over_residential: Ratio,
           own_fee_to_price_year: Ratio, own_home_care_over_council: Ratio, sustainable_hour: PoundsPerHour,
           pay_hour: PoundsPerHour, reablement_episode: Pounds, shared_lives_week: PoundsPerWeek,
           direct_payment_over_agency: Ratio, fnc_week: PoundsPerWeek, ae_visit: Pounds, bed_day: PoundsPerDay,
           emergency_stay: Pounds, unpaid_hour: PoundsPerHour) -> None:
    """The price list of the place at founding, in pounds of 2024-25, before anything grows.

    Fees are a week, home care is an hour, A&E and stays are each. `care_index` is the cost of giving care over its
    cost at founding; `fee_drift` of the commissioner is the council's fees over that cost.
    """
    people = place["council_residents_residential_65_plus"], place["council_residents_nursing_65_plus"]
    residential, nursing = split(place["older_care_home_price"], *people, nursing_over_residential)
    own, own_nursing = split(place["older_self_funder_price"] * own_fee_to_price_year, *people,
                             own_nursing_over_residential)
    hour = place["home_care_price"]
    town.prices = {
        "older_residential": residential, "older_nursing": nursing,
        "own_residential": own, "own_nursing": own_nursing,
        "working_age_residential": place["working_age_care_home_price"],
        "supported_living": place["supported_living_price"],
        "home_care_hour": hour, "own_home_care_hour": hour * own_home_care_over_council,
        "community_support": place["working_age_community_price"],
        "learning_disability_home": place["learning_disability_home_price"],
        "reablement_episode": float(reablement_episode), "shared_lives_week": float(shared_lives_week),
        "direct_payment_hour": hour * direct_payment_over_agency,
        "sustainable_hour": float(sustainable_hour), "pay_hour": float(pay_hour), "fnc_week": float(fnc_week),
        "ae_visit": float(ae_visit), "bed_day": float(bed_day), "emergency_stay": float(emergency_stay),
        "unpaid_hour": float(unpaid_hour), "care_index": 1.0,
    }
