"""Doncaster is carried over whole and credited; a place with mistakes is refused with file, line and field."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from simulation.errors import BadInput
from simulation.places import FOLDER, Place, known, load
from simulation.places.figures import BASES, GRADES, USES


@pytest.fixture(scope="module")
def doncaster() -> Place:
    return load("doncaster")


OWN_LIFE_TABLE = """
  life_table:
    file: life_table.csv
    says: Deaths per person-year by age and sex.
    year: "2017-2019"
    source: ons_projections_2018
    grade: A
    basis: england
    doubt: "The same, in a file of one's own."
"""


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A folder of one's own that starts as Doncaster, with a life table of its own."""
    mine = Path(shutil.copytree(FOLDER / "doncaster", tmp_path / "mine"))
    shutil.copy(FOLDER / "england" / "life_table.csv", mine)
    change(mine / "place.yaml", "from_england: [life_table, ", "from_england: [")
    change(mine / "place.yaml", "\nsources:\n", OWN_LIFE_TABLE + "\nsources:\n")
    return mine


def change(path: Path, old: str, new: str) -> int:
    """Put a mistake into a file; gives the line it stands on."""
    text = path.read_text()
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {path.name}"
    path.write_text(text.replace(old, new))
    return text[: text.index(old)].count("\n") + 1


def refused(place: str | Path) -> list[str]:
    with pytest.raises(BadInput) as caught:
        load(place)
    return [str(problem) for problem in caught.value.problems]


# --- Doncaster is what was published --------------------------------------------------------------------------------


def test_people_are_the_published_ones(doncaster: Place) -> None:
    assert set(known()) >= {"doncaster", "devon", "wigan", "derby", "somerset", "birmingham", "bristol", "riverton"}
    assert "england" not in known(), "nobody lives in an average"
    assert doncaster.council == "City of Doncaster Council"
    assert doncaster.people.shape == (2, 101)
    assert doncaster.people[:, 18:].sum() == pytest.approx(247_940, rel=0.001)
    assert doncaster.people[:, 65:].sum() == 61_651
    assert doncaster.people[:, 85:].sum() == doncaster["people_85_plus"] == 7_577
    assert doncaster.people[:, 90:].sum() == 2_594
    men, women = doncaster.people[:, 90:].sum(axis=1)
    assert women > 1.5 * men
    assert (np.diff(doncaster.people[:, 90:100], axis=1) < 0).all()


def test_the_life_table_rises_with_age_and_is_kinder_to_women(doncaster: Place) -> None:
    deaths = doncaster.life_table
    assert deaths.shape == (2, 111)
    assert deaths[0, 65] == pytest.approx(0.0121, abs=0.0002)
    assert deaths[1, 90] == pytest.approx(0.1434, abs=0.0005)
    assert (np.diff(deaths[:, 40:], axis=1) > 0).all()
    assert (deaths[0, 18:100] > deaths[1, 18:100]).all()
    assert doncaster.tables["life_table"].basis == "england"


def test_deaths_follow_from_people_life_table_and_local_mortality(doncaster: Place) -> None:
    at = doncaster.people[:, 65:], doncaster.life_table[:, 65:101]
    assert (at[0] * at[1]).sum() * doncaster["deaths_smr"] == pytest.approx(doncaster["deaths_65_plus"], rel=0.01)


def test_neighbourhood_shares_add_up(doncaster: Place) -> None:
    parts = doncaster.neighbourhoods
    assert 15 <= len(parts) <= 30
    assert parts.people.sum() == pytest.approx(1)
    assert parts.fifth.shape == (len(parts), 5)
    assert parts.fifth.sum(axis=1) == pytest.approx(np.ones(len(parts)))
    assert parts.people @ parts.fifth[:, 0] == pytest.approx(76 / 199, abs=0.02)  # small areas
    assert parts.people @ parts.disabled == pytest.approx(doncaster["disabled_share"], abs=0.001)
    assert np.corrcoef(parts.fifth[:, 0], parts.owned_outright)[0, 1] < -0.5
    assert set(parts.main_fifth) <= set(range(5))
    assert parts.people.max() < 3 * parts.people.min()


def test_every_figure_says_where_it_comes_from(doncaster: Place) -> None:
    for figure in doncaster.figures.values():
        assert figure.says and figure.doubt and figure.unit and figure.year, figure.name
        assert figure.grade in GRADES and figure.basis in BASES and figure.use in USES, figure.name
        assert figure.source in doncaster.sources or (figure.source, figure.grade) == ("assumption", "D"), figure.name
        assert figure.low is None or figure.high is None or figure.low <= figure.value <= figure.high, figure.name
    told = (FOLDER / "ATTRIBUTION.md").read_text()
    assert "Open Government Licence v3.0" in told
    figures, tables = doncaster.figures.values(), doncaster.tables.values()
    used = {f.source for f in figures} | {t.source for t in tables} | {r.source for f in figures for r in f.others}
    assert set(doncaster.sources) - used <= {"ons_people_2020", "imd_2025"}, "a source nobody uses"


def test_rates_of_england_are_told_apart(doncaster: Place) -> None:
    england = {figure.name for figure in doncaster.from_england()}
    assert {"home_care_price", "gross_current_spend", "lonely_75_plus", "requests_65_plus"} <= england
    assert not england & {"council_residents_65_plus", "ascof_1a", "unpaid_carers_50_plus"}
    targets = {figure.name for figure in doncaster.targets()}
    assert "ascof_1a" in targets and "emergency_admissions_trust" not in targets


def test_figures_fit_one_another(doncaster: Place) -> None:
    adults, older = doncaster["adults"], doncaster["people_65_plus"]
    assert doncaster["council_residents_65_plus"] == 844
    assert doncaster["total_spend"] == pytest.approx(
        doncaster["net_current_spend"] + doncaster["contributions"] + doncaster["nhs_and_other_income"])
    assert doncaster["requests_65_plus"] == pytest.approx(
        doncaster["requests_65_plus_per_100k"] * older / 1e5, rel=0.01)
    assert doncaster["requests_18_64"] == pytest.approx(
        doncaster["requests_18_64_per_100k"] * (adults - older) / 1e5, rel=0.01)
    assert doncaster["council_stay_65_plus"] == pytest.approx(844 / doncaster["council_admissions_65_plus"], abs=0.01)
    assert doncaster["delayed_patients"] == pytest.approx(0.70 * doncaster["delayed_patients_trust"], abs=0.5)
    ages = ((18, 25, "16_24"), (25, 35, "25_34"), (35, 50, "35_49"), (50, 65, "50_64"), (65, 75, "65_74"),
            (75, 101, "75_plus"))
    lonely = sum(doncaster.people[:, a:b].sum() * doncaster[f"lonely_{name}"] for a, b, name in ages) / adults
    assert doncaster["lonely_often_adults"] == pytest.approx(lonely, abs=0.0005)


def test_a_misspelt_figure_is_asked_about(doncaster: Place) -> None:
    with pytest.raises(BadInput, match="did you mean care_home_beds"):
        doncaster["care_home_bed"]


# --- names and folders ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["../doncaster", "doncaster/../doncaster", "/etc", "..", "a\\b", "c:doncaster"])
def test_a_path_is_not_a_name(name: str) -> None:
    assert "is a path, not the name of a place" in refused(name)[0]


@pytest.mark.parametrize(("name", "help_"), [
    ("doncester", "did you mean doncaster?"), ("Doncaster", "did you mean doncaster?"),
    ("atlantis", "known places: birmingham"), ("", "known places: birmingham"), ("england", "known places: birmingham")])
def test_an_unknown_place_is_refused_with_help(name: str, help_: str) -> None:
    told = refused(name)
    assert "unknown place" in told[0] and help_ in told[0]


def test_a_folder_of_ones_own_is_a_place(copy: Path, doncaster: Place) -> None:
    mine = load(copy)
    assert load(FOLDER / "doncaster").hash == doncaster.hash != mine.hash
    assert (mine.people == doncaster.people).all()
    change(copy / "people.csv", "\n18,", "\n18, ")
    assert load(copy).hash != mine.hash


def test_a_folder_without_a_place_is_refused(tmp_path: Path) -> None:
    assert "there is no place.yaml in this folder" in refused(tmp_path)[0]


# --- mistakes -------------------------------------------------------------------------------------------------------


HOMES = "value: 73, unit: homes"
STOCK = "value: 844, low: 780, high: 950, unit: people"
DIRECT = "value: 0.371, low: 0.34, high: 0.40, unit: share"
BEDS = "year: about 2024, source: care_directory"


@pytest.mark.parametrize(("old", "new", "field", "what"), [
    (f"{HOMES}, year: 2024-25,", HOMES + ",", "figures.care_homes", "has no year"),
    (STOCK, "value: 844, low: 880, high: 950, unit: people", "figures.council_residents_65_plus.low",
     "880 is above 844"),
    (STOCK, "value: 844, low: 780, high: 800, unit: people", "figures.council_residents_65_plus.high",
     "800 is below 844"),
    (STOCK, "value: 844, high: 950, unit: people", "figures.council_residents_65_plus", "has one end of a range only"),
    (DIRECT, "value: 37.1, low: 34, high: 40, unit: share", "figures.direct_payment_share.value",
     "37.1 is out of range for share"),
    (DIRECT, "value: 37.1, low: 34, high: 40, unit: people", "figures.direct_payment_share.unit",
     "is people; the model asks for share"),
    ("value: 247_940,", "value: 257_940,", "figures.adults.value",
     "is 257,940; the table of people has 247,940 aged 18 and over"),
    (HOMES, "value: .nan, unit: homes", "figures.care_homes.value", "'.nan' is not a number"),
    (HOMES, "value: 1e999, unit: homes", "figures.care_homes.value", "'inf' is not a number"),
    (HOMES, "value: [1, 2], unit: homes", "figures.care_homes.value", "is a list; one value belongs here"),
    (HOMES, "value: -73, unit: homes", "figures.care_homes.value", "-73 is out of range for homes"),
    (HOMES, "value: 73, unit: house", "figures.care_homes.unit", "unknown unit 'house'"),
    (HOMES, "value: 73, unti: homes", "figures.care_homes.unti", "unknown field; did you mean unit?"),
    (f"{HOMES}, year: 2024-25, source: ascof,", f"{HOMES}, year: 2024-25, source: assumption,",
     "figures.care_homes.grade", "an assumption is grade D"),
    (BEDS, "year: about 2024, source: care_directry", "figures.care_home_beds.source",
     "'care_directry' is not in sources; did you mean care_directory?"),
    ("file: people.csv", "file: ../people.csv", "tables.people.file", "'../people.csv' is not the name of a table"),
])
def test_a_mistake_on_the_page_is_told_by_field(copy: Path, old: str, new: str, field: str, what: str) -> None:
    line = change(copy / "place.yaml", old, new)
    told = refused(copy)
    assert any(f": {field}: {what}" in one for one in told), told
    assert any(one.startswith(f"{copy}/place.yaml:{line + shift}:") for one in told for shift in (-1, 0)), told


def test_parts_must_add_up_to_the_whole(copy: Path) -> None:
    change(copy / "place.yaml", "value: 127, low: 100", "value: 27, low: 10")
    assert refused(copy)[0].endswith("figures.council_residents_65_plus.value: council_residents_nursing_65_plus and "
                                     "council_residents_residential_65_plus add up to 744, not 844")


def test_a_page_without_its_title_is_refused(copy: Path) -> None:
    change(copy / "place.yaml", "title: Doncaster\n", "")
    assert "has no title" in refused(copy)[0]


def test_a_missing_figure_is_named(copy: Path) -> None:
    change(copy / "place.yaml", "  care_home_beds: {", "  care_home_bed: {")
    assert any("care_home_beds is missing" in line and "care_home_bed?" in line for line in refused(copy))


def test_mistakes_are_told_with_their_lines_and_all_at_once(copy: Path) -> None:
    first = change(copy / "place.yaml", "value: 73, unit: homes", "value: many, unit: homes")
    people = copy / "people.csv"
    rows = people.read_text().splitlines()
    rows[20], rows[30] = "19,-5,1700", "29,lots,nan"
    people.write_text("\n".join(rows) + "\n")
    told = refused(copy)
    assert f"{copy}/place.yaml:{first}: figures.care_homes.value: 'many' is not a number" in told
    assert f"{copy}/people.csv:21: men: -5 is negative; counts and rates are 0 or more" in told
    assert f"{copy}/people.csv:31: men: 'lots' is not a number" in told
    assert f"{copy}/people.csv:31: women: 'nan' is not a number" in told


def test_shares_that_do_not_add_up_are_refused(copy: Path) -> None:
    line = change(copy / "neighbourhoods.csv", "Doncaster 001,4,6714,5116,", "Doncaster 001,4,6714,4116,")
    told = refused(copy)
    assert told == [f"{copy}/neighbourhoods.csv:{line}: fifth_1: the shares of the five fifths add up to 5,714 of "
                    "6,714 residents; they must add up to all of them"]


@pytest.mark.parametrize(("name", "old", "new", "what"), [
    ("people.csv", "age,men,women", "age,man,women", "men: this column is missing"),
    ("people.csv", "\n40,", "\n41,", "age: is 41 where 40 was expected"),
    ("life_table.csv", "age,men,women", "age,women,women", "women: is said twice"),
    ("neighbourhoods.csv", "Doncaster 002,", "Doncaster 001,", "'Doncaster 001' is said twice"),
    ("neighbourhoods.csv", "2686,869,", "2686,8690,", "owned_outright: 8,690 is more than all 2,686 households"),
    ("neighbourhoods.csv", "2686,869,", "869,", "has 10 cells; the first line has 11"),
])
def test_a_mistake_in_a_table_is_told(copy: Path, name: str, old: str, new: str, what: str) -> None:
    change(copy / name, old, new)
    assert any(f"{copy}/{name}" in line and what in line for line in refused(copy))


@pytest.mark.parametrize("name", ["place.yaml", "people.csv", "neighbourhoods.csv", "life_table.csv"])
def test_broken_files_are_refused_in_words(copy: Path, name: str) -> None:
    path = copy / name
    for raw, what in ((b"", "the file is empty"), (b"\xff\xfe\x00\x01rubbish", "not a text file in UTF-8"),
                      (b"x" * 2_000_000, "bytes"), (b"age,men,women\n1,2", "")):
        path.write_bytes(raw)
        told = refused(copy)
        assert any(line.startswith(f"{path}") and what in line for line in told), (name, told)
    path.unlink()
    assert any("there is no" in line for line in refused(copy))
