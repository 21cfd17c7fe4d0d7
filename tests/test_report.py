"""What a reader is told: the sentence, the small table and the page, from made-up results shaped like real ones."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from careshift import telling
from careshift.api import Comparison
from careshift.report import charts, figures, report
from scenarios import answers, answers_models, answers_money, answers_people, answers_sure, design
from scenarios import plan as files
from scenarios.answers_words import Range, apart, middle, plain, span, step, tenths
from scenarios.results import Results
from scenarios.runs import Replication
from simulation import places
from simulation.evidence import register
from simulation.measures import GROUPS, MEASURES
from tests import wording

SHIFT, HEALTH, CUT, WORKING_AGE, AS_NOW = ("ten_percent_to_community", "care_home_health_support", "budget_cut",
                                           "ten_percent_working_age", "as_now")
SHOWN = ("all", "18-64", "65+", "fifth: most deprived", "fifth: least deprived", "tenure: owns", "reason: learning disability")
ABOUT: dict[str, Any] = {
    "scenario": SHIFT, "place": "doncaster", "careshift": "0.1.0", "python": "3.11", "mesa": "3.3", "numpy": "2", "numba": "0.6",
    "seed": 1, "replications": 20, "one_in": 1, "worlds": "drawn", "price_year": "2024-25", "scenario_hash": "a" * 64,
    "evidence_hash": "b" * 16, "place_hash": "c" * 64, "code_hash": "d" * 16}


def made_up(name: str = SHIFT, count: int = 20, one_in: int = 1, beside: bool = True,
            push: dict[str, tuple[float, float]] | None = None) -> Results:
    """Results with random numbers in every measure; `push` sets a measure's difference: its mean and its spread."""
    known = places.known()
    scenario = files.load(name, places=known)
    runs = design.runs_for(scenario, places=known, rivals=beside, variants=beside, all_rules=beside)
    index = [(y, m, MEASURES[m].unit, g) for y in range(scenario.years) for m in MEASURES for g in SHOWN]
    place = {k: i for i, k in enumerate(index)}
    luck = np.random.default_rng(7)
    size = np.array([_size(m) for _, m, _, _ in index])
    replications = []
    for i in range(count):
        base = size * (1 + luck.normal(0, 0.01, len(index)))
        values = np.stack([base + (size * luck.normal(0, 0.002, len(index)) if r.against else 0.0) for r in runs])
        for measure, (by, spread) in (push or {}).items():
            for j, run in enumerate(runs):
                for y in range(scenario.years):
                    k = place[y, measure, MEASURES[measure].unit, "all"]
                    values[j, k] = base[k] + ((by + spread * luck.normal()) if run.against else 0.0)
        replications.append(Replication(i, [r.key for r in runs], list(index), values, {}))
    return Results(scenario, runs, replications, one_in, "drawn")


def _size(measure: str) -> float:
    unit = MEASURES[measure].unit
    return 1e6 if unit.startswith("pounds") and "hour" not in unit else 0.2 if unit == "share" else 10.0 if "score" in unit else 1e3


@lru_cache
def page(name: str = SHIFT, count: int = 20, one_in: int = 1, beside: bool = True) -> str:
    r = made_up(name, count, one_in, beside)
    return report.render(r, ABOUT | {"scenario": name, "replications": count, "one_in": one_in})


class Tag(NamedTuple):
    name: str
    said: dict[str, str | None]
    text: list[str]


class Read(HTMLParser):
    """A page as tags in order with the text in them, and whether each that opens is closed."""

    EMPTY = {"meta", "br", "hr", "img", "link", "input"}

    def __init__(self, html: str):
        super().__init__()
        self.tags: list[Tag] = []
        self.open: list[Tag] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        made = Tag(tag, dict(attrs), [])
        self.tags.append(made)
        if tag not in self.EMPTY:
            self.open.append(made)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(Tag(tag, dict(attrs), []))

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open[-1].name == tag, f"</{tag}> closes {self.open[-1].name if self.open else 'nothing'}"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        for tag in self.open:
            tag.text.append(data)

    def all(self, *names: str) -> list[Tag]:
        return [t for t in self.tags if t.name in names]


def said(tag: Tag) -> str:
    return " ".join("".join(tag.text).split())


def words_of(html: str) -> str:
    """What a reader sees of a page, without style sheets and markup."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", re.sub(r"<style>.*?</style>", " ", html, flags=re.S)))


# Figures in words -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("low", "high", "how", "words"), [
    (-1.6e6, -0.4e6, "money", "£0.4m to £1.6m lower a year"), (0.42e6, 1.61e6, "money", "£0.4m to £1.6m higher a year"),
    (-5.02e6, 1.61e6, "money", "between £5m lower and £2m higher a year"), (-0.001e6, 8e6, "money", "up to £8m higher a year"),
    (-900.0, 800.0, "money", "no different (by less than £0.01m a year)"), (-121.0, -81.0, "count", "81 to 121 lower a year")])
def test_a_range_is_told_as_lower_or_higher_and_never_with_two_signs(low: float, high: float, how: Any, words: str) -> None:
    assert apart(Range(low, high, (low + high) / 2), how, of="a year") == words


@pytest.mark.parametrize(("width", "digits"), [(0.6e6, "£0.1m"), (4e6, "£0.1m"), (12e6, "£1m"), (0.09e6, "£0.01m")])
def test_digits_follow_the_width_of_the_range(width: float, digits: str) -> None:
    x = Range(1e6, 1e6 + width, 1e6 + width / 2)
    assert plain(step(x, "money"), "money", step(x, "money")) == digits


def test_what_was_not_recorded_is_said_to_be_so() -> None:
    nothing = middle(np.full(20, np.nan))
    assert not nothing.known and span(nothing, "count") == apart(nothing, "money") == "not recorded"


def test_tenths_are_never_all_or_none_where_they_are_not() -> None:
    assert [tenths(k, 20) for k in (0, 1, 14, 19, 20)] == ["none", "1 in 10", "7 in 10", "9 in 10", "all"]


# The sentence ---------------------------------------------------------------------------------------------------------
def test_the_sentence_says_the_range_first_then_how_often() -> None:
    text = answers.sentence(made_up(push={"council_net": (-2e6, 0.5e6)}))
    assert re.match(r"By 2035-36 net council spending is £[\d.]+m to £[\d.]+m lower a year than if present policy went on "
                    r"\(8 in 10 of the 20 worlds run\); it is lower at all in all \(20 of 20\)\.", text)
    assert "In no year does it cost the council more" in text
    assert "ASCOT-years" in text and "hospital bed" in text


@pytest.mark.parametrize("count", [1, 2, 19])
def test_few_pairs_are_a_first_look_and_never_8_in_10(count: int) -> None:
    r = made_up(count=count, beside=False)
    pairs = "1 pair" if count == 1 else f"{count} pairs"
    assert f"from only {pairs}: a first look, not a result" in answers.sentence(r)
    assert "8 in 10" not in answers.sentence(r)
    html = page(count=count, beside=False)
    assert "8 in 10" not in words_of(html) and "A first look, not a result" in html


def test_twenty_pairs_of_the_whole_place_carry_no_banner() -> None:
    assert 'class="banner"' not in page()
    assert "8 in 10" in page()


def test_a_plan_that_costs_more_every_year_is_never_repaid() -> None:
    said_so = answers.sentence(made_up(push={"council_net": (3e6, 0.1e6)}))
    assert "higher a year" in said_so and "costs more than doing nothing in every year" in said_so
    assert "never repaid within the 10 years" in said_so


def test_when_it_is_repaid_is_found_world_by_world() -> None:
    r = made_up(count=20, beside=False)
    k = r.row[answers.main_run(r).key]
    base = r.row[answers.main_run(r).against]
    path = np.array([4.0, 1, -1, -1, -1, -1, -1, -1, -1, -1])
    for y, x in enumerate(path):
        at = r.at[y, "council_net", "pounds", "all"]
        r.values[:, k, at] = r.values[:, base, at] + x * 1e6
    r.values[:5, k, at] += 8e6  # a quarter of the worlds lose it all again in the last year
    repaid = answers.paid_back(r)
    assert np.isinf(repaid[:5]).all() and (repaid[5:] == 6).all()
    assert "more than doing nothing in 3 of 10 years, the last 2035-36, by up to £4.00m in 2026-27" in answers.sentence(r)
    assert "repaid within the 10 years in 15 of 20 worlds, by 2032-33 in half of them" in answers.sentence(r)


def test_present_policy_beside_itself_is_no_change() -> None:
    r = made_up(AS_NOW, beside=False)
    assert answers.plan_type(r) == "NO CHANGE"
    assert "changes nothing" in answers.sentence(r)
    assert all(row.interval in ("£0.00m", "0", "0.00 points") for row in answers.small_table(r))
    assert "NO CHANGE" in page(AS_NOW, beside=False)


# What kind of plan ------------------------------------------------------------------------------------------------------
LINES = {f"spend_{x}": (0.0, 0.0) for x in [m.removeprefix("spend_") for m in MEASURES if m.startswith("spend_")]}


@pytest.mark.parametrize(("lost", "gained", "kind"), [(-4e6, 3.5e6, "SHIFT"), (-4e6, 7.9e6, "SHIFT"), (-4e6, 9e6, "INVESTMENT"),
                                                      (-4e6, 1e6, "CUT"), (0.0, 1e6, "INVESTMENT"), (0.0, 0.0, "NO CHANGE")])
def test_the_kind_of_plan_comes_from_the_arithmetic(lost: float, gained: float, kind: str) -> None:
    r = made_up(count=2, beside=False, push=LINES | {"spend_older_residential_and_nursing": (lost, 0.0),
                                                     "spend_older_home_care": (gained, 0.0)})
    assert answers.plan_type(r) == kind
    assert answers.plan_line(r).startswith(kind)


def test_small_lines_that_chance_could_explain_one_by_one_still_count_together() -> None:
    """Four pairs: what homes lose is plain, what a dozen lines gain is not, line by line; all together it is."""
    gains = {line: (3e5, 6e5) for line in LINES}
    r = made_up(count=4, beside=False, push=gains | {"spend_older_residential_and_nursing": (-4e6, 1e5)})
    assert answers.plan_type(r) == "SHIFT"


def test_a_few_pairs_that_differ_by_chance_claim_no_kind_of_plan() -> None:
    lines = {line: (0.0, 1e6) for line in LINES}
    few, many = made_up(count=2, beside=False, push=lines), made_up(count=20, beside=False, push={k: (0.0, 0.0) for k in LINES})
    assert answers.plan_type(few) == "TYPE NOT CLEAR" and "so few pairs" in answers.plan_line(few)
    assert answers.plan_type(many) == "NO CHANGE"


def test_doing_nothing_stands_under_every_budget_rule_that_was_run() -> None:
    r = made_up(count=2, push={"council_net": (1e6, 0.0)})
    shown = figures.doing_nothing(r)
    rules = {row[0] for row in shown.table.rows}
    assert rules == {"If the budget follows demand", "If the budget grows 1.5% a year in real terms",
                     "If the budget is flat in real terms"}
    assert len(shown.table.rows) == 3 * r.scenario.years and all(rule.removeprefix("If ") in shown.svg for rule in rules)
    assert len({row[0] for row in figures.doing_nothing(made_up(count=2, beside=False)).table.rows}) == 1


def test_a_care_act_risk_cannot_be_left_out_of_the_title() -> None:
    html = page(CUT, beside=False)
    title = said(Read(html).all("title")[0])
    assert "Care Act risk" in title and "Care Act risk" in said(Read(html).all("h1")[0])
    assert re.match("(SHIFT|INVESTMENT|CUT|NO CHANGE): ", title)


# Money ----------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", [SHIFT, WORKING_AGE, HEALTH, CUT])
def test_the_steps_add_up_to_what_is_left(name: str) -> None:
    r = made_up(name, beside=False)
    parts = answers.waterfall(r)
    assert sum(s.amount.mean for s in parts[:-1]) == pytest.approx(parts[-1].amount.mean)
    assert parts[-1].amount.mean == pytest.approx(-answers.last_year(r, "council_net").mean)


def test_a_working_age_shift_reads_its_own_lines() -> None:
    homes, at_home = answers_money.spending_lines(made_up(WORKING_AGE, count=1, beside=False))
    assert homes == ["spend_working_age_residential"]
    assert at_home and all(line.startswith("spend_working_age_") and "residential" not in line for line in at_home)


@pytest.mark.parametrize("name", [SHIFT, HEALTH])
def test_the_parts_of_the_cash_flow_add_up_to_net_spending(name: str) -> None:
    r = made_up(name, beside=False)
    whole = sum(p.by_year for p in answers.cash_flow(r))
    assert whole == pytest.approx(answers.difference(r, "council_net").mean(axis=0))
    if name == SHIFT:  # empty block places are shown apart, and not twice
        parts = {p.title: p.by_year for p in answers.cash_flow(r)}
        line = answers.difference(r, "spend_older_residential_and_nursing").mean(axis=0)
        assert parts["Care home places"] + parts["Old places paid for and empty"] == pytest.approx(line)


def test_what_is_asked_rises_over_the_years_of_the_shift_and_then_stays() -> None:
    r = made_up(beside=False)
    found = answers_money.asked_and_moved(r)
    assert found is not None
    asked = found[0] / answers.baseline(r, "spend_older_residential_and_nursing").mean(axis=0)
    assert asked[:3] == pytest.approx([1 / 60, 3 / 60, 5 / 60], abs=1e-3)
    assert asked[3:] == pytest.approx(np.full(7, 0.1))
    assert answers_money.asked_and_moved(made_up(HEALTH, count=1, beside=False)) is None


# What stands beside it, and how sure ----------------------------------------------------------------------------------
@pytest.mark.parametrize("by", [-2e6, 2e6])
def test_the_same_cut_without_reform_is_shown_beside_a_plan_that_lowers_spending_and_no_other(by: float) -> None:
    r = made_up(count=2, push={"council_total": (by, 1e5)})
    shown = [b.title for b in answers.beside(r)]
    assert ("The same cut, no reform" in shown) == answers.lowers_spending(r) == (by < 0)


def test_budget_rules_rivals_and_beliefs_stand_beside_the_plan() -> None:
    r = made_up(count=2)
    found = answers.beside(r)
    assert found[0].title == "This plan (the budget follows demand)"
    assert found[0].differences["council_net"] == answers.last_year(r, "council_net")
    assert "flat in real terms" in found[2].title or "flat in real terms" in found[1].title
    kinds = [b.kind for b in found]
    assert kinds == sorted(kinds, key=["plan", "budget", "rival", "belief"].index)
    assert (kinds.count("plan"), kinds.count("budget"), kinds.count("rival"), kinds.count("belief")) == (1, 2, 3 + answers.lowers_spending(r), 2)
    assert "If no assumed effect is real" in answers.points(made_up(count=2))[-1].answer


def test_each_number_of_the_register_is_told_once() -> None:
    entries = list(register.load().entries.values())
    parts = answers_sure.shares(entries)
    assert sum(s.numbers for s in parts) == len(entries)
    assert sum(s.effects for s in parts) == sum(e.is_effect for e in entries)
    assert answers.rests_on(entries).startswith(f"{len(entries)} numbers: ")
    assert answers.rests_on([]) == "no numbers"


def test_a_sample_tells_its_gap_to_full_size_and_the_full_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    r = made_up(count=4, one_in=10, beside=False)
    lines = answers.caveats(r, ABOUT)
    assert any("one adult in 10" in x for x in lines) and any("not known for this place" in x for x in lines)
    assert any(x.endswith(f"careshift compare {SHIFT} --replications 20") for x in lines)
    here = answers_sure.first_year(r)
    (tmp_path / "doncaster").mkdir()
    (tmp_path / "doncaster" / "full_size.csv").write_text(
        f"measure,value\npeople,{here['people']}\nbed_days,{here['bed_days'] / 1.25}\nnot_a_measure,3\n", encoding="utf-8")
    monkeypatch.setattr(answers_sure.places, "FOLDER", tmp_path)
    gaps = answers_sure.gaps_to_full_size(r, "doncaster")
    assert [round(g.share, 6) for g in gaps] == [0.25, 0.0]
    monkeypatch.undo()
    monkeypatch.setattr(answers_sure, "full_size", lambda _: {"people": here["people"], "bed_days": here["bed_days"] / 1.25})
    assert any("bed days +25%" in x for x in answers.caveats(r, ABOUT))


def test_the_full_command_asks_the_same_question(tmp_path: Path) -> None:
    mine = tmp_path / "my plan.yaml"
    mine.write_text(files.library_path(SHIFT).read_text(encoding="utf-8"), encoding="utf-8")
    r = made_up(count=1, beside=False)
    object.__setattr__(r.scenario, "source", mine)
    r.worlds = "central"
    assert answers_sure.full_command(r, ABOUT | {"seed": 5, "place": "elsewhere"}) == (
        f"careshift compare '{mine}' --place elsewhere --replications 20 --seed 5 --central")


def test_the_whole_place_with_enough_pairs_needs_no_other_command() -> None:
    lines = answers.caveats(made_up(beside=False), ABOUT)
    assert not any("careshift compare" in x or "sample" in x.lower() for x in lines)
    england = len(places.load("doncaster").from_england())
    assert any(x.startswith(f"{england} of the place's") for x in lines)


# The page -------------------------------------------------------------------------------------------------------------
CASES = [(SHIFT, 20, 1, True), (SHIFT, 4, 10, False), (HEALTH, 20, 1, False), (CUT, 20, 1, False), (AS_NOW, 20, 1, False)]


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c[0]}-{c[1]}")
def test_the_page_is_whole_and_needs_nothing_from_outside(case: tuple[str, int, int, bool]) -> None:
    html = page(*case)
    read = Read(html)
    assert not read.open, "every tag is closed"
    assert not read.all("script", "iframe", "img", "link", "object", "embed")
    assert not [a for t in read.tags for a in t.said if a.startswith("on")]
    addresses = set(re.findall(r"(?:https?:)?//[^\s\"'<>)]+", html))
    assert all(a.startswith("http://www.w3.org/") for a in addresses), addresses
    assert "@import" not in html and "@font-face" not in html
    assert read.all("html")[0].said["lang"] == "en-GB"


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c[0]}-{c[1]}")
def test_headings_go_down_one_at_a_time_and_links_lead_somewhere(case: tuple[str, int, int, bool]) -> None:
    read = Read(page(*case))
    levels = [int(t.name[1]) for t in read.all("h1", "h2", "h3", "h4")]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(b - a <= 1 for a, b in pairwise(levels))
    ids = [t.said["id"] for t in read.tags if "id" in t.said]
    assert len(ids) == len(set(ids)), "ids are unique"
    targets = [t.said["href"] for t in read.all("a")] + [t.said.get("xlink:href") for t in read.all("use")]
    assert all(a and a.startswith("#") and a[1:] in ids for a in targets)
    labelled = [i for t in read.tags for i in (t.said.get("aria-labelledby") or "").split()]
    assert labelled and set(labelled) <= set(ids)


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c[0]}-{c[1]}")
def test_every_picture_has_words_and_a_table_and_a_short_title(case: tuple[str, int, int, bool]) -> None:
    read = Read(page(*case))
    pictures, figures = read.all("svg"), read.all("figure")
    assert len(pictures) == len(figures) == (1 if case[0] == AS_NOW else 13 if case[0] in (HEALTH, CUT) else 14) - (not case[3] and case[0] != AS_NOW)
    assert all(t.said["role"] == "img" for t in pictures)
    assert len([d for d in read.all("desc") if len(said(d)) > 20]) == len(pictures)
    for figure in re.findall(r"<figure>.*?</figure>", page(*case), re.S):
        inside = Read(figure)
        assert said(inside.all("figcaption")[0]) and inside.all("details") and len(inside.all("tr")) > 2
        assert len(said(inside.all("h3")[0]).split()) <= 10, said(inside.all("h3")[0])


def test_every_table_has_heads_and_rows_that_fit_them() -> None:
    for table in re.findall(r"<table[^>]*>.*?</table>", page(), re.S):
        read = Read(table)
        assert all(t.said.get("scope") in ("col", "row") for t in read.all("th"))
        rows = re.findall(r"<tr>.*?</tr>", table, re.S)
        assert len({len(Read(row).all("th", "td")) for row in rows}) == 1


def test_the_page_says_the_same_as_the_summary() -> None:
    r = made_up()
    rows = {(x["measure"], x["group"]): x for x in r.rows()
            if x["scenario"] == SHIFT and x["budget_rule"] == "follows_demand" and x["year"] == "2035-36"}
    html = page()
    for h, row in zip(answers.HEADLINES, answers.small_table(r)):
        x = rows[h.measure, h.group]
        summary = Range(x["difference_low80"], x["difference_high80"], x["difference_mean"])
        assert row.interval == span(summary, h.how), h.title
        title = re.escape(h.title.replace("'", "&#39;"))
        cells = re.search(rf'<tr><th scope="row">{title}</th>(.*?)</tr>', html)
        assert cells and [said(t) for t in Read(cells.group(1)).all("td")] == [
            row.baseline, report.true_minus(row.interval), report.true_minus(row.difference)], h.title


def test_the_numbers_for_programs_are_those_of_the_summary() -> None:
    r = made_up(count=3, beside=False)
    rows = {(x["measure"], x["group"]): x for x in r.rows() if x["year"] == "2035-36"}
    for n in answers.numbers(r):
        x = rows[n["measure"], n["group"]]
        assert n["difference_mean"] == pytest.approx(x["difference_mean"], rel=1e-5)
        assert n["difference_low80"] == pytest.approx(x["difference_low80"], rel=1e-5)


def test_the_command_says_what_the_page_says(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    r = made_up(CUT, count=4, one_in=10, beside=False)
    done = Comparison(r, tmp_path, ABOUT | {"scenario": CUT})
    telling.show(done, tmp_path / "report.html")
    shown = " ".join(capsys.readouterr().out.split())
    for line in (answers.sentence(r), answers.plan_line(r), r.scenario.heading, "middle of 4 pairs", *answers.caveats(r, done.about)):
        assert " ".join(line.split()) in shown, line
    made = json.loads(json.dumps(telling.as_object(done, tmp_path / "report.html"), allow_nan=False))
    assert made["sentence"] == answers.sentence(r) and made["plan_type"] == answers.plan_type(r)
    assert len(made["numbers"]) == len(made["headline"]) == len(answers.HEADLINES)


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c[0]}-{c[1]}")
def test_the_page_keeps_to_the_words(case: tuple[str, int, int, bool]) -> None:
    html = page(*case)
    told = words_of(html[:html.index('<h2 id="rests">')]) + words_of(html[html.index("<footer>"):])
    assert not wording.found(told)
    for needed in ("model, not a forecast", "Not for decisions about anyone", "equality impact assessment",
                   "England", "prices of 2024-25", "Seed 1", "scenario aaaaaaaaaaaa"):
        assert needed in told, needed
    for r in (made_up(case[0], 3, 10, case[3]),):
        assert not wording.found(answers.sentence(r) + " ".join(answers.caveats(r, ABOUT)))


def test_a_range_stands_before_its_mean_in_every_head() -> None:
    heads = [[said(t) for t in Read(row).all("th")] for row in re.findall(r"<thead>.*?</thead>", page(), re.S)]
    with_both = [h for h in heads if "Mean" in h]
    assert with_both
    assert all(any("8 in 10" in x for x in h[:h.index("Mean")]) for h in with_both)


def test_nothing_told_as_markup_gets_through() -> None:
    r = made_up(count=2, beside=False)
    object.__setattr__(r.scenario, "question", 'A "<script>alert(1)</script>" & more')
    html = report.render(r, ABOUT)
    assert "<script" not in html and "&lt;script&gt;" in html
    assert "<b>" not in charts.share_bar([("x", 1)], "n", "<b>t</b>", '<b>"w"</b>')


def test_the_same_results_give_the_same_bytes_and_a_whole_file(tmp_path: Path) -> None:
    written = report.write(Comparison(made_up(count=4, one_in=10, beside=False), tmp_path, ABOUT | {"replications": 4, "one_in": 10}))
    assert written == tmp_path / "report.html" and [p.name for p in tmp_path.iterdir()] == ["report.html"]
    first = written.read_bytes()
    again = report.render(made_up(count=4, one_in=10, beside=False), ABOUT | {"replications": 4, "one_in": 10})
    assert first.decode("utf-8") == again and len(first) < 2_000_000


def test_text_and_marks_stand_out_from_the_page() -> None:
    style = (Path(report.__file__).parent / "style.html").read_text(encoding="utf-8")
    named = dict(re.findall(r"--(\w+): (#\w{6})", style))
    for name in ("ink", "soft", "blue"):
        assert contrast(named[name], "#ffffff") >= 4.5 and contrast(named[name], named["pale"]) >= 4.5
    for colour in (charts.INK, charts.EDGE, charts.ORANGE, charts.TEAL, charts.GREY):
        assert contrast(colour, "#ffffff") >= 3, colour
    assert contrast(charts.TEXT, "#ffffff") >= 4.5 and contrast(charts.GREY, "#ffffff") >= 4.5


def contrast(a: str, b: str) -> float:
    """How far two colours stand apart, as the web's accessibility rules count it: 1 to 21."""
    def light(colour: str) -> float:
        parts = [int(colour[i:i + 2], 16) / 255 for i in (1, 3, 5)]
        r, g, b = (x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in parts)
        return 0.2126 * r + 0.7152 * g + 0.0722 * b
    high, low = sorted((light(a), light(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_groups_that_were_not_recorded_are_left_out() -> None:
    groups = {w.group for w in answers_people.who_gains(made_up(count=1, beside=False))}
    assert groups == {g.rpartition(": ")[2] for g in SHOWN if g != "all"} and set(SHOWN) <= set(GROUPS)


def test_the_page_says_what_models_came_to_what_takes_over_and_what_is_short() -> None:
    words = words_of(page())
    assert "What the models came to" in words and "this plan pays for" in words
    assert "What takes over from care home places" in words and "Fewer council-paid care home places" in words
    assert "Is there enough" in words and ("needed than there is" in words or "there is enough of every kind" in words)
    assert "never named" in words
    alike = words_of(page(AS_NOW))
    assert "What takes over" not in alike and "Is there enough" not in alike, "present policy moves nothing"


def test_models_that_support_nobody_are_named_and_a_plan_of_none_says_so() -> None:
    r = made_up()
    one, *others = answers_models.reached(r)
    assert {"Shared Lives", "Homeshare"} <= {one.title, *(o.title for o in others)} and one.people > 0
    for name in ("homeshare", "shared_lives"):
        cut = made_up()
        cut.values[:, :, [k for (_, measure, _, _), k in cut.at.items() if measure == f"users_{name}"]] = 0.0
        assert f"nobody: {answers_models.found()[name].title}" in answers_models.said(cut)
    assert answers_models.said(made_up(CUT)) == "The plan pays for no model that supports people of its own."
