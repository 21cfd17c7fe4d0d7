"""A council's own page: what it is asked, what is refused, what England fills; joined and parted with nobody lost."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from careshift import cli, own_budget, own_joining, own_page
from simulation.errors import BadInput
from simulation.evidence import register
from simulation.places import FOLDER, check_own, england, known, load, needed, own_people, personal
from simulation.places.figures import ASSUMPTION
from simulation.reading import read_page

PAGE = """name: north_shire
council: North Shire Council
year: 2024-25
people:
  bands:
    0-17: 40_000
    18-64: [60_000, 62_000]
    65+: 42_000
deprivation:
  most_deprived_tenth: 0.12
figures:
  unpaid_carers_1_19: 9_000
  admissions_65_plus_per_100k: {value: 600, source: ascof}
  council_residents_nursing_65_plus: {value: 150, year: 2022-23, source: ascfr}
  council_residents_residential_65_plus: {value: 450, year: 2022-23, source: ascfr}
  gross_current_spend: 110_000_000
  net_current_spend: 92_000_000
"""


@pytest.fixture
def page(tmp_path: Path) -> Path:
    file = tmp_path / "north_shire.yaml"
    file.write_text(PAGE, encoding="utf-8")
    return file


def told(file: Path, old: str = "", new: str = "") -> list[str]:
    """What is said of the page once some of it is changed."""
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(BadInput) as refused:
        check_own(file)
    return [str(p) for p in refused.value.problems]


# The page to fill in ------------------------------------------------------------------------------------------------
def test_a_new_page_asks_for_every_figure_with_unit_meaning_and_where_it_is_found(tmp_path: Path) -> None:
    text = own_page.write(tmp_path / "my_council.yaml").read_text(encoding="utf-8")
    asked = set(re.findall(r"^  # (\w+):$", text, flags=re.M))
    assert asked == set(needed()["figures"]) - {"adults", "people_65_plus"}, "the two are counted from the people"
    for name in asked:
        says = england.england().figures[name]["says"]
        assert f"# {says}\n  #   Unit: {needed()['figures'][name]}. Found in: " in text, name
    assert "ASCOF" in text and "ASC-FR" in text and "TS039" in text


def test_a_page_left_empty_is_told_line_by_line_and_nothing_is_guessed(tmp_path: Path) -> None:
    file = own_page.write(tmp_path / "my_council.yaml")
    lines = file.read_text(encoding="utf-8").splitlines()
    problems = told(file)
    assert len([p for p in problems if "is left empty" in p]) == len(own_page.BANDS)
    assert any("deprivation: needs one of" in p for p in problems)
    at = int(problems[0].split(":")[1])
    assert lines[at - 1].strip().rstrip(":") in problems[0]


def test_a_page_filled_in_is_a_place(tmp_path: Path) -> None:
    file = own_page.write(tmp_path / "my_council.yaml", "My Council")
    text = file.read_text(encoding="utf-8")
    shape = own_people.englands(100) / 200
    for band in own_page.BANDS:
        first, last = (int(x) for x in band.replace("90+", "90-100").split("-"))
        men, women = shape[:, first:last + 1].sum(axis=1).round()
        text = text.replace(f"    {band}:\n", f"    {band}: [{men:.0f}, {women:.0f}]\n")
    text = text.replace("most_deprived_tenth:", "most_deprived_tenth: 0.1", 1)
    for name, rate in england.england().figures.items():  # every # taken away, with England's own value written in
        if f"  # {name}:\n" in text and "value" in rate:
            text = text.replace(f"  # {name}:\n", f"  {name}: {rate['value']}\n")
    file.write_text(text, encoding="utf-8")
    place, read = check_own(file)
    assert place.everybody == pytest.approx(shape.sum(), abs=20) and place.council == "My Council"
    assert all(place.figures[n].basis == "local" for n, r in england.england().figures.items() if "value" in r and n in needed()["figures"])
    assert not [n for n in read.notes if "England's rate here would be" in n.what]


def test_a_page_that_is_there_is_never_written_over(page: Path) -> None:
    with pytest.raises(BadInput, match="is there already"):
        own_page.write(page)
    assert page.read_text(encoding="utf-8") == PAGE


# Checked and filled -------------------------------------------------------------------------------------------------
def test_figures_of_its_own_stay_and_england_fills_the_rest_and_says_so(page: Path) -> None:
    place, read = check_own(page)
    assert place["unpaid_carers_1_19"] == 9_000 and place.figures["unpaid_carers_1_19"].basis == "local"
    assert place["adults"] == 164_000 and place["people_65_plus"] == 42_000 and place.everybody == 204_000
    assert set(needed()["figures"]) <= place.figures.keys()
    filled = {f.name for f in place.from_england()}
    assert filled == set(read.filled) and "home_care_price" in filled and "unpaid_carers_1_19" not in filled
    assert place["requests_65_plus"] == england.rounded(0.1324 * 42_000)
    _, _, lines = own_page.check(page)
    for name in filled:
        assert any(line.startswith(f"  {name} ") for line in lines), name


def test_what_follows_from_its_own_figures_is_worked_out_before_england_is_asked(page: Path) -> None:
    place, read = check_own(page)
    assert place["council_residents_65_plus"] == 600 and place["contributions"] == 18_000_000
    assert place["council_admissions_65_plus"] == 252
    assert {place.figures[n].basis for n in ("council_residents_65_plus", "contributions", "council_admissions_65_plus")} == {"local"}
    assert "worked out from" in next(n.what for n in read.notes if n.name == "contributions")


def test_a_part_alone_tells_its_whole_by_englands_share(page: Path) -> None:
    page.write_text(PAGE.replace("  gross_current_spend: 110_000_000\n", ""), encoding="utf-8")
    place, _ = check_own(page)
    assert place.figures["gross_current_spend"].basis == "england"
    assert place["gross_current_spend"] == pytest.approx(92_000_000 / 0.8401, rel=0.001)
    assert place["net_current_spend"] + place["contributions"] == pytest.approx(place["gross_current_spend"], rel=0.01)


def test_englands_parts_are_brought_to_the_councils_own_whole(page: Path) -> None:
    page.write_text(PAGE.replace("figures:\n", "figures:\n  net_migration: 700\n"), encoding="utf-8")
    place, _ = check_own(page)
    parts = [place.figures[n] for n in needed()["sums"]["net_migration"]]
    assert sum(f.value for f in parts) == pytest.approx(700, rel=0.002) and {f.basis for f in parts} == {"england"}


@pytest.mark.parametrize(("old", "new", "where", "what"), [
    ("unpaid_carers_1_19: 9_000", "unpaid_carer_1_19: 9_000", "figures.unpaid_carer_1_19", "did you mean unpaid_carers_1_19"),
    ("unpaid_carers_1_19: 9_000", "unpaid_carers_1_19:", "figures.unpaid_carers_1_19", "put the # back to take England's rate"),
    ("unpaid_carers_1_19: 9_000", "unpaid_carers_1_19: -9_000", "figures.unpaid_carers_1_19", "out of range"),
    ("unpaid_carers_1_19: 9_000", "unpaid_carers_1_19: 300_000", "figures.unpaid_carers_1_19", "more than people_5_plus"),
    ("unpaid_carers_1_19: 9_000", "direct_payment_share: 26.5", "figures.direct_payment_share", "if it is 26.5%, write 0.265"),
    ("unpaid_carers_1_19: 9_000", "adults: 150_000", "figures.adults", "the people above have 164,000 aged 18 and over"),
    ("unpaid_carers_1_19: 9_000", "council_admissions_65_plus: 500", "figures.admissions_65_plus_per_100k", "makes 1,190.48"),
    ("unpaid_carers_1_19: 9_000", "contributions: 30_000_000", "figures.gross_current_spend", "add up to 122,000,000"),
    ("unpaid_carers_1_19: 9_000", "older_care_home_price: {value: 800, year: 2022-23}", "figures.older_care_home_price", "it comes to 939.12"),
    ("unpaid_carers_1_19: 9_000", "home_care_price: {value: 22, year: 2024/25}", "figures.home_care_price", "is written 2023-24"),
    ("unpaid_carers_1_19: 9_000", "ascof_1a: {value: 19, sauce: ascof}", "figures.ascof_1a.sauce", "did you mean source"),
    ("unpaid_carers_1_19: 9_000", "ascof_1a: {value: 19, source: ascoff}", "figures.ascof_1a.source", "did you mean ascof"),
    ("18-64: [", "20-64: [", "people.bands", "ages 18 to 19 are missing"),
    ("18-64: [", "10-64: [", "people.bands.10-64", "overlaps 0-17"),
    ("65+: 42_000", "65-74: 42_000", "people.bands", "ages over 74 are missing"),
    ("65+: 42_000", "old: 42_000", "people.bands.old", "is not a band of age"),
    ("most_deprived_tenth: 0.12", "most_deprived_tenth: 12", "deprivation.most_deprived_tenth", "15.8% is 0.158"),
    ("most_deprived_tenth: 0.12", "fifths: [0.5, 0.5, 0.5, 0, 0]", "deprivation.fifths", "add up to 1"),
    ("name: north_shire", "name: North Shire", "name", "one word of small letters"),
])
def test_what_is_impossible_or_at_odds_is_told_with_its_line(page: Path, old: str, new: str, where: str, what: str) -> None:
    problems = told(page, old, new)
    line = next(k for k, text in enumerate(page.read_text(encoding="utf-8").splitlines(), 1) if new.split(":")[0] in text)
    mine = [p for p in problems if re.search(rf": {re.escape(where)}(\.value)?: ", p) and what in p]
    assert mine, problems
    at = int(mine[0].split(":")[1])
    assert at == line or where in ("people.bands", "figures.admissions_65_plus_per_100k", "figures.gross_current_spend")


def test_every_mistake_is_told_at_once_and_the_command_ends_with_2(page: Path, capsys: pytest.CaptureFixture[str],
                                                                  monkeypatch: pytest.MonkeyPatch) -> None:
    page.write_text(PAGE.replace("0-17: 40_000", "0-17:").replace("9_000", "lots").replace("0.12", "12"), encoding="utf-8")
    monkeypatch.setattr("sys.argv", ["careshift", "place", "check", str(page)])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    said = capsys.readouterr().err
    assert ended.value.code == 2 and "3 things to mend" in said and "Traceback" not in said


# Nobody in particular -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("line", "kind"), [
    ("# client: Mrs Smithson had 14 hours", "somebody's name"), ("# 943 476 5919", "an NHS number"), ("# 9434765919 asked twice", "an NHS number"),
    ("# lives in DN4 8QN", "a postcode"), ("# 14/03/1941", "a date of birth"), ("# 1941-03-14", "a date of birth"),
    ("nhs_number: 12", "a field about one person"), ("# date of birth: see below", "a field about one person"), ("surname: Jones", "a field about one person"),
    ("# QQ 12 34 56 C", ""), ("# AB 12 34 56 C", "a National Insurance number"), ("# a.person@council.gov.uk", "an email address"),
    ("# 01302 736 000", "a telephone number"), ("cases: [{age: 82, sex: F, hours: 14}]", "a row about one person"), ("# 82,F,residential", ""),
    ("82,F,residential", "a row about one person"), ("# weeks over 52.14, 2022-23, of 1_000_000_000 pounds", ""), ("# E01007612 and E02001539", ""),
    ("# mid-2023, March 2021, 31 March 2025", ""), ("# 1234567890", ""), ("  65-69: [4_000, 4_100]", "")])
def test_what_looks_like_a_person_is_refused_by_line_and_not_repeated(page: Path, line: str, kind: str) -> None:
    page.write_text(f"{PAGE}{line}\n", encoding="utf-8")
    found = personal.found(page.read_text(encoding="utf-8"), "p")
    if not kind:
        assert not found
        return
    problems = told(page)
    assert all("looks like" in p for p in problems), "nothing else is read of such a page"
    assert any(f":{len(PAGE.splitlines()) + 1}: looks like {kind}" in p for p in problems)
    for word in re.findall(r"\b(?:Smithson|Jones|\d{4,}|DN4)\b", line):
        assert not any(word in p for p in problems), "the words themselves are not repeated"


def test_a_table_of_persons_beside_the_page_is_refused(page: Path) -> None:
    (page.parent / "people.csv").write_text("age,sex,postcode\n82,F,DN4 8QN\n", encoding="utf-8")
    page.write_text(re.sub(r"  bands:.*?deprivation", "  csv: people.csv\ndeprivation", PAGE, flags=re.S), encoding="utf-8")
    problems = told(page)
    assert all("people.csv" in p and "looks like" in p for p in problems) and "DN4" not in "".join(problems)


def test_pages_of_the_project_have_nobody_in_them() -> None:
    for file in [*FOLDER.rglob("*.yaml"), *FOLDER.rglob("*.csv")]:
        assert not personal.found(file.read_text(encoding="utf-8"), file.name), file


# People and neighbourhoods ------------------------------------------------------------------------------------------
def test_bands_are_kept_to_a_person_and_filled_as_england_is(page: Path) -> None:
    place, _ = check_own(page)
    assert place.people[:, :18].sum() == 40_000 and list(place.people[:, 18:65].sum(axis=1)) == [60_000, 62_000]
    assert (place.people == np.round(place.people)).all() and place.people[:, 65:].sum() == 42_000
    shape = own_people.englands(100)
    assert np.allclose(place.people[:, 65:] / 42_000, shape[:, 65:] / shape[:, 65:].sum(), atol=2e-4)


def test_a_table_by_year_of_age_is_taken_as_it_is(page: Path) -> None:
    (page.parent / "people.csv").write_text((FOLDER / "derby" / "people.csv").read_text(encoding="utf-8"), encoding="utf-8")
    page.write_text(re.sub(r"  bands:.*?deprivation", "  csv: people.csv\ndeprivation", PAGE, flags=re.S), encoding="utf-8")
    assert (check_own(page)[0].people == load("derby").people).all()


def test_made_up_neighbourhoods_have_the_councils_mix_and_englands_size(page: Path) -> None:
    place, read = check_own(page)
    parts = place.neighbourhoods
    assert len(parts) == round(204_000 / 9_000) and place.tables["neighbourhoods"].basis == "england"
    whole = own_people.moved(0.12, 10)
    assert np.allclose(parts.people @ parts.fifth, whole) and np.allclose(parts.fifth.sum(axis=1), 1)
    assert parts.people @ parts.owned_outright == pytest.approx(place["households_owning_outright"])
    assert np.corrcoef(parts.fifth[:, 0], parts.owned_outright)[0, 1] < -0.5
    ranks = parts.fifth @ np.arange(5)
    spread = whole @ (np.arange(5) - whole @ np.arange(5)) ** 2
    assert ranks.var() / spread == pytest.approx(england.england().neighbourhoods["between"], abs=0.02)
    assert any("nobody lives in any of them" in n.what for n in read.notes)


@pytest.mark.parametrize("name", ["doncaster", "wigan", "derby", "birmingham", "bristol"])
def test_a_mix_moved_to_one_share_is_near_the_published_mix(name: str) -> None:
    parts = load(name).neighbourhoods
    real = parts.people @ parts.fifth
    made = own_people.moved(float(real[0]), 5)
    assert made[0] == pytest.approx(real[0], abs=0.001) and made.sum() == pytest.approx(1)
    assert np.abs(made - real).max() < 0.09


def test_england_moved_nowhere_is_england() -> None:
    assert np.allclose(own_people.moved(0.1, 10), 0.2) and np.allclose(own_people.moved(0.2, 5), 0.2)
    assert own_people.moved(0.5, 10)[0] > 0.7 and (own_people.moved(0.0, 10) > 0).all()


# It runs ------------------------------------------------------------------------------------------------------------
def test_a_plan_is_compared_on_a_page_of_ones_own(page: Path, tmp_path: Path) -> None:
    from careshift import api

    answer = api.compare("as_now", place=str(page), replications=1, one_in=200, workers=1, folder=tmp_path / "out", worlds="central", beside=())
    assert answer.about["place"] == str(page) and answer.about["place_hash"] == load(page).hash
    page.write_text(PAGE.replace("0.12", "0.13"), encoding="utf-8")
    assert load(page).hash != answer.about["place_hash"]


def test_a_page_that_is_not_there_is_asked_for(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="careshift place new writes one"):
        load(str(tmp_path / "nowhere.yaml"))


# The ledger ---------------------------------------------------------------------------------------------------------
LEDGER = """line,budget,outturn,gross,contributions,net
older_residential_and_nursing,29000000,30000000,42000000,12000000,30000000
older_home_care,11000000,12000000,15000000,3000000,12000000
other,50000000,50000000,53000000,3000000,50000000
"""


def test_the_ledger_stands_line_by_line_beside_the_models_own(page: Path, tmp_path: Path) -> None:
    file = tmp_path / "budget.csv"
    file.write_text(LEDGER, encoding="utf-8")
    place, rows = check_own(page)[0], own_budget.read(file)
    model = own_budget.year_0(place, 100)
    lines = list(own_budget.told(place, rows, model, 100))
    mine = next(line for line in lines if "older_residential_and_nursing" in line).split()
    assert mine[1] == "42.00" and float(mine[2].replace(",", "")) == pytest.approx(model["older_residential_and_nursing"].gross / 1e6, abs=0.006)
    whole = next(line for line in lines if "all but NHS" in line)
    assert "110.00" in whole and f"{sum(s.gross for n, s in model.items() if n != own_budget.JOINT) / 1e6:,.2f}" in whole
    behind = next(line for k, line in enumerate(lines) if "older_home_care" in lines[k - 1] and "England's rate behind" in line)
    assert "home_care_price" in behind and "older_care_home_price" in "".join(lines)
    assert not any("gross_current_spend: the ledger" in line for line in lines), "the page has the same total"


def test_the_models_year_0_meets_both_budget_identities(page: Path) -> None:
    place = check_own(page)[0]
    model = own_budget.year_0(place, 200)
    assert all(side.gross >= 0 and side.net == side.gross - side.contributions for side in model.values())
    assert sum(s.gross for s in model.values()) > 0 and sum(s.contributions for s in model.values()) > 0


@pytest.mark.parametrize(("old", "new", "what"), [
    ("older_home_care", "older_homecare", "did you mean older_home_care"), ("11000000", "eleven", "is not a sum of pounds"),
    (",12000000,30000000\nolder", ",12000000,31000000\nolder", "gross less contributions is 30,000,000"),
    ("29000000,30000000", "29000000,33000000", "both are what was spent"), ("other,", "older_home_care,", "is said twice"),
    ("line,budget", "name,budget", "the columns are line, budget"), ("other,", "Mr Jones,", "looks like somebody's name")])
def test_a_ledger_with_mistakes_is_sent_back_by_line(tmp_path: Path, old: str, new: str, what: str) -> None:
    file = tmp_path / "budget.csv"
    file.write_text(LEDGER.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(BadInput) as refused:
        own_budget.read(file)
    assert any(what in str(p) and "budget.csv:" in str(p) for p in refused.value.problems)


def test_every_budget_line_says_what_stands_behind_it() -> None:
    from simulation.measures import BUDGET_LINES

    behind = read_page(FOLDER / "found_at.yaml").data["behind"]
    assert set(behind) == set(BUDGET_LINES)
    assert {f for names in behind.values() for f in names} <= set(needed()["figures"])


# Reorganisation -----------------------------------------------------------------------------------------------------
def test_two_councils_joined_keep_everybody_and_every_pound(page: Path, tmp_path: Path) -> None:
    into = tmp_path / "both.yaml"
    own_joining.merge("doncaster", str(page), into, "Both")
    one, two, both = load("doncaster"), load(page), load(into)
    assert (both.people == one.people + two.people).all()
    for name, figure in both.figures.items():
        if name in needed()["figures"] and name not in needed()["weights"]:
            assert figure.value == pytest.approx(one[name] + two[name], rel=1e-9), name
        elif name in needed()["weights"]:
            assert min(one[name], two[name]) - 1e-9 <= figure.value <= max(one[name], two[name]) + 1e-9, name
    bill = sum(p["older_care_home_price"] * p["council_residents_65_plus"] for p in (one, two))
    assert both["older_care_home_price"] * both["council_residents_65_plus"] == pytest.approx(bill)
    assert len(both.neighbourhoods) == len(one.neighbourhoods) + len(two.neighbourhoods)
    mix = sum(p.everybody * (p.neighbourhoods.people @ p.neighbourhoods.fifth) for p in (one, two)) / both.everybody
    assert np.allclose(both.neighbourhoods.people @ both.neighbourhoods.fifth, mix, atol=1e-4)
    assert both.council == "Both" and both.figures["home_care_price"].basis == "england"


@pytest.mark.parametrize("how", ["share", "neighbourhoods"])
def test_one_council_parted_loses_nobody_and_no_pound(tmp_path: Path, how: str) -> None:
    whole, into = load("wigan"), (tmp_path / "east.yaml", tmp_path / "west.yaml")
    names = ",".join(whole.neighbourhoods.name[:9])
    own_joining.split("wigan", into, *((0.4, None) if how == "share" else (None, names)))
    east, west = map(load, into)
    assert (east.people + west.people == whole.people).all()
    for name in needed()["figures"]:
        if name not in needed()["weights"]:
            assert east[name] + west[name] == pytest.approx(whole[name], rel=1e-9), name
    part = 0.4 if how == "share" else float(whole.neighbourhoods.people[:9].sum())
    assert east.everybody / whole.everybody == pytest.approx(part, abs=1e-4)
    assert east["gross_current_spend"] == pytest.approx(whole["gross_current_spend"] * part, rel=1e-6)
    owners = sum(p["households"] * p["households_owning_outright"] for p in (east, west))
    assert owners == pytest.approx(whole["households"] * whole["households_owning_outright"], rel=1e-3)
    assert len(east.neighbourhoods) == (len(whole.neighbourhoods) if how == "share" else 9)
    own_joining.merge(str(into[0]), str(into[1]), tmp_path / "again.yaml", None)
    again = load(tmp_path / "again.yaml")
    assert (again.people == whole.people).all() and again["net_current_spend"] == pytest.approx(whole["net_current_spend"], rel=1e-9)


@pytest.mark.parametrize(("share", "names", "what"), [(1.5, None, "between 0 and 1"), (None, None, "needs two pages"), (0.4, "a", "needs two pages"),
                                                      (None, "Wigan 999", "has no neighbourhood")])
def test_a_parting_that_makes_no_sense_is_refused(tmp_path: Path, share: float | None, names: str | None, what: str) -> None:
    with pytest.raises(BadInput, match=what):
        own_joining.split("wigan", (tmp_path / "a.yaml", tmp_path / "b.yaml"), share, names)
    assert not list(tmp_path.iterdir())


# Whose figures ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", known())
def test_every_source_used_in_a_place_is_credited(name: str) -> None:
    credited = (FOLDER / "ATTRIBUTION.md").read_text(encoding="utf-8")
    place = load(name)
    used = {f.source for f in place.figures.values()} | {t.source for t in place.tables.values()} | {r.source for f in place.figures.values() for r in f.others}
    for key in used - {ASSUMPTION} if not place.invented else set():
        source = place.sources[key]
        assert f"`{key}`" in credited, f"{key}: {source.title}, {source.publisher}"
        assert source.publisher.split(",")[0] in credited and source.licence


def test_the_licence_says_what_is_free_and_what_must_be_asked_for() -> None:
    root = Path(__file__).parents[1]
    licence, cite = " ".join((root / "LICENSE").read_text(encoding="utf-8").split()), read_page(root / "CITATION.cff").data
    for word in ("MIT License", "Open Government Licence v3.0", "University of Kent", "none of the instrument's wording", "Commercial users"):
        assert word in licence
    assert cite["license"] == "MIT" and cite["title"] == "careshift" and cite["version"] == register_version(root)


def register_version(root: Path) -> str:
    return re.search(r'^version = "([^"]+)"', (root / "pyproject.toml").read_text(encoding="utf-8"), flags=re.M)[1]  # type: ignore[index]


def test_prices_of_a_page_are_sent_back_by_the_registers_own_index() -> None:
    assert register.deflators()["older_fees"]["years"]["2022-23"] * 800 == pytest.approx(939.12)
