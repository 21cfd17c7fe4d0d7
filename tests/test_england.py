"""What a place does not know it takes from England by name, worked out on its own people, and every such figure is marked."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from simulation.errors import BadInput
from simulation.places import FOLDER, Place, known, load
from simulation.places.england import LIFE_TABLE, england, rounded
from simulation.reading import read_page

NEEDED = read_page(FOLDER / "needed.yaml").data["figures"]
REAL = [name for name in known() if name != "riverton"]
OUTCOMES = ("council_admissions_65_plus", "long_term_clients_65_plus", "long_term_clients_18_64", "council_residents_65_plus",
            "ascof_1a", "ascof_3a", "carer_quality_of_life", "direct_payment_share", "reablement_episodes", "workforce_turnover")


@pytest.fixture
def bristol(tmp_path: Path) -> Path:
    """A folder of one's own that starts as Bristol."""
    return Path(shutil.copytree(FOLDER / "bristol", tmp_path / "mine"))


def change(folder: Path, old: str, new: str) -> None:
    path = folder / "place.yaml"
    text = path.read_text()
    assert text.count(old) == 1, (old, text.count(old))
    path.write_text(text.replace(old, new))


def refused(place: Path) -> list[str]:
    with pytest.raises(BadInput) as caught:
        load(place)
    return [str(problem) for problem in caught.value.problems]


def people(place: Place, youngest: int, oldest: int = 100) -> float:
    return float(place.people[:, youngest:oldest + 1].sum())


# --- every place --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", known())
def test_a_place_has_what_the_model_asks_and_says_of_each_figure_whose_it_is(name: str) -> None:
    there = load(name)
    listed = read_page(FOLDER / name / "place.yaml").data["from_england"]
    assert set(NEEDED) <= set(there.figures)
    for f in there.figures.values():
        assert f.says and f.doubt and f.year and f.unit, f.name
        assert f.unit == NEEDED.get(f.name, f.unit)
        assert f.source in there.sources or (f.source, f.grade) == ("assumption", "D"), f.name
        assert f.low is None or f.high is None or f.low <= f.value <= f.high, f.name
        assert f.basis == "england" or f.name not in listed, f"{f.name} was taken from England and is not marked so"
    assert {f.name for f in there.figures.values() if f.basis == "england"} >= set(listed) - {LIFE_TABLE}
    assert there.tables["life_table"].basis == "england" and LIFE_TABLE in listed


@pytest.mark.parametrize("name", known())
def test_a_place_fits_itself(name: str) -> None:
    there, adults, older = load(name), load(name)["adults"], load(name)["people_65_plus"]
    assert there.people[:, 18:].sum() == adults and there.people[:, 65:].sum() == older
    assert there["net_current_spend"] + there["contributions"] == pytest.approx(there["gross_current_spend"], rel=0.005)
    assert there["gross_current_spend"] + there["nhs_and_other_income"] == pytest.approx(there["total_spend"], rel=0.005)
    assert there["requests_65_plus"] == pytest.approx(there["requests_65_plus_per_100k"] * older / 1e5, rel=0.01)
    assert there["council_stay_65_plus"] == pytest.approx(
        there["council_residents_65_plus"] / there["council_admissions_65_plus"], rel=0.03)
    expected = (there.people[:, 65:] * there.life_table[:, 65:101]).sum()
    if there.figures["deaths_65_plus"].basis != "england":
        assert expected * there["deaths_smr"] == pytest.approx(there["deaths_65_plus"], rel=0.02)
    homes = there.neighbourhoods.owned_outright.min(), there.neighbourhoods.owned_outright.max()
    assert homes[0] < there["households_owning_outright"] < homes[1]
    assert there.neighbourhoods.people @ there.neighbourhoods.disabled == pytest.approx(there["disabled_share"], abs=0.002)
    assert there["council_residents_65_plus"] < there["care_home_beds"]


def test_the_places_are_as_different_as_england_is() -> None:
    there = {name: load(name) for name in known()}
    older = {name: p["people_65_plus"] / p.everybody for name, p in there.items()}
    assert max(older, key=lambda n: older[n]) == "devon" and min(older, key=lambda n: older[n]) == "bristol"
    assert older["devon"] == pytest.approx(0.261, abs=0.001) and older["birmingham"] == pytest.approx(0.131, abs=0.001)
    assert max(there, key=lambda n: there[n].most_deprived) == "birmingham"
    assert there["birmingham"]["adults"] == 876_568
    assert there["devon"]["deaths_smr"] < 0.9 < 1.1 < there["wigan"]["deaths_smr"]
    assert there["devon"]["council_residents_65_plus"] == 2_676 and there["wigan"]["council_admissions_65_plus"] == 402


@pytest.mark.parametrize("name", ["bristol", "derby"])
def test_where_nothing_was_published_to_us_outcomes_are_englands_rate(name: str) -> None:
    there = load(name)
    assert {there.figures[f].basis for f in OUTCOMES} == {"england"}
    assert there["ascof_1a"] == 19.0
    assert there["long_term_clients_65_plus"] == pytest.approx(0.052435 * there["people_65_plus"], rel=0.001)
    assert {there.figures[f].basis for f in ("adults", "unpaid_carers_50_plus", "households", "delayed_patients")} == {"local"}


def test_riverton_is_invented_in_every_entry() -> None:
    there = load("riverton")
    assert there.invented and 18_000 < there["adults"] < 22_000
    assert {(f.source, f.grade, f.basis) for f in there.figures.values()} == {("invented for teaching", "D", "invented")}
    for name in ("people", "neighbourhoods"):
        assert there.tables[name].source == "invented for teaching" and there.tables[name].grade == "D"
    assert not any(load(name).invented for name in REAL)


# --- how rates are taken ------------------------------------------------------------------------------------------------


def test_a_rate_is_worked_out_on_the_people_of_the_place() -> None:
    there, held = load("bristol"), england().figures
    assert there["requests_65_plus"] == rounded(0.1324 * people(there, 65))
    assert there["admissions_18_64"] == rounded(0.0001702 * people(there, 18, 64))
    assert there["care_home_beds"] == rounded(33.5 * there["care_homes"])
    assert there["gross_current_spend"] == rounded(45_690 * there["long_term_clients_18_64"] + 26_250 * there["long_term_clients_65_plus"])
    steps = held["self_funded_share_care_home"]["rate"]
    here = there.neighbourhoods.people @ there.neighbourhoods.fifth
    assert there["self_funded_share_care_home"] == rounded(sum(here[k] * steps[f"fifth_{k + 1}"] for k in range(5)))
    ages = ((18, 24, .09), (25, 34, .08), (35, 49, .07), (50, 64, .05), (65, 74, .04), (75, 100, .05))
    assert there["lonely_often_adults"] == rounded(sum(people(there, a, b) * share for a, b, share in ages) / there["adults"])
    low, high = there.figures["requests_65_plus"].low, there.figures["requests_65_plus"].high
    assert low is not None and high is not None and low < there["requests_65_plus"] < high


def test_the_same_rate_of_englands_own_people_gives_englands_total() -> None:
    held, t = england().figures, england().totals
    for name, total, of in (("requests_65_plus", 1_427_375, "people_65_plus"), ("council_residents_65_plus", 147_034, "people_65_plus"),
                            ("workforce_posts", 1_600_000, "adults"), ("households", 23_436_382, "adults")):
        assert held[name]["rate"][of] * t[of] == pytest.approx(total, rel=0.001), name
    assert held["net_current_spend"]["rate"]["gross_current_spend"] * t["gross_current_spend"] == pytest.approx(24.7e9, rel=0.001)


def test_a_places_own_figure_moves_what_is_taken_for_each_of_it(bristol: Path) -> None:
    before = load(bristol)
    change(bristol, "care_homes,", "")
    change(bristol, "figures:\n", "figures:\n  care_homes: {value: 100, year: 2024-25, source: ascof, grade: A, doubt: made up for a test}\n")
    after = load(bristol)
    assert after.figures["care_homes"].basis == "local" and after.figures["care_homes"].says == before.figures["care_homes"].says
    assert after["care_home_beds"] == rounded(100 * 33.5) != before["care_home_beds"]
    assert after.hash != before.hash


@pytest.mark.parametrize(("old", "new", "what"), [
    ("care_home_beds,", "care_home_bed,", "England has no rate for 'care_home_bed'; did you mean care_home_beds?"),
    ("care_home_beds,", "", "care_home_beds is missing; the model needs it, in beds: give it, or list it under from_england"),
    ("care_home_beds,", "care_home_beds, care_home_beds,", "care_home_beds is said twice"),
    ("care_home_beds,", "care_home_beds, households,", "households is said twice; the place's own, or England's: one of them"),
    ("care_home_beds,", "care_home_beds, adults,", "England has no rate for 'adults'"),
    ("[life_table, ", "[", "life_table is missing"),
])
def test_what_is_taken_is_named_rightly_and_once(bristol: Path, old: str, new: str, what: str) -> None:
    change(bristol, old, new)
    told = refused(bristol)
    assert any(what in line and line.startswith(f"{bristol}/place.yaml:") for line in told), told


def test_a_list_is_a_list_and_a_rate_of_something_untold_is_refused(bristol: Path) -> None:
    text = (bristol / "place.yaml").read_text()
    start, end = text.index("from_england: ["), text.index("]", text.index("from_england: ["))
    (bristol / "place.yaml").write_text(text[:start] + "from_england: everything" + text[end + 1:])
    assert any("is a list of names of figures" in line for line in refused(bristol))


def test_england_is_no_place_to_live() -> None:
    assert "england" not in known()
    with pytest.raises(BadInput, match="unknown place 'england'"):
        load("england")
    assert set(NEEDED) <= set(england().figures) | {"adults", "people_65_plus"}
    assert set(england().gives()) >= set(NEEDED) - {"adults", "people_65_plus"}, "a council that knows only its people can be founded"


@pytest.mark.parametrize(("value", "told"), [(12_345.6, 12_350), (0.123456, 0.1235), (0.0, 0.0), (-987.65, -987.6), (147_034, 147_000)])
def test_a_figure_is_told_to_four_digits(value: float, told: float) -> None:
    assert rounded(value) == pytest.approx(told, rel=1e-3) and len(f"{rounded(value):.10g}".strip("-0.").replace(".", "").rstrip("0")) <= 4


def test_neighbourhoods_of_every_place_are_of_a_size_to_know_one_another() -> None:
    for name in REAL:
        there = load(name)
        size = there.neighbourhoods.people * there.everybody
        assert size.min() > 5_000 and size.max() < 26_000, name
        assert np.corrcoef(there.neighbourhoods.fifth[:, 0], there.neighbourhoods.owned_outright)[0, 1] < -0.3, name
