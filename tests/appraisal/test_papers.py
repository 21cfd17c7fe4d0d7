"""The board paper, the medium-term lines and the monitoring sheet: fixed headings, sums that add up, nothing booked from few pairs."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import docx
import numpy as np
import openpyxl
import pytest
from typer.testing import CliRunner

from careshift import cli
from careshift.report import paper
from scenarios.appraisal.whole import Appraisal, appraise
from scenarios.papers import medium_term, monitoring
from scenarios.papers.board import BLANK, board_paper
from scenarios.results import Results
from simulation.errors import BadInput
from simulation.measures import MEASURES
from tests import wording
from tests.appraisal import made
from tests.test_report import Read, made_up, words_of

HEADINGS = ["1 In a sentence", "2 Money", "3 Where the saving comes from", "4 People by 2035-36", "5 Options", "6 Who gains, who loses",
            "7 What would stop it", "8 How sure"]
SIGNS = ("support", "admissions", "residents", "home_care", "waiting", "strain")


def whole(count: int = 20) -> Results:
    """Worlds with every measure, year by year and week by week: a sign is 100 at the start, and the plan takes a tenth off it in a year."""
    r = made_up(count=count, push=made.MONEY)
    run = next(x for x in r.runs if x.scenario == r.scenario.name and x.against)
    weeks = np.arange(r.scenario.years * 52)
    for k, one in enumerate(r.replications):
        for measure in {m for sign in monitoring.signs(r) for m in sign.measures} | {"spend_older_home_care"}:
            level = 100.0 * (1 + k / count)
            one.weekly[f"{run.against}\t{measure}"] = np.full(len(weeks), level)
            one.weekly[f"{run.key}\t{measure}"] = level * (1 - 0.1 * np.minimum(weeks / 52, 1) + 0.02 * np.sin(k))
    return r


@pytest.fixture(scope="module")
def a() -> Appraisal:
    r = whole()
    return appraise(r, made.about(r))


@pytest.fixture(scope="module")
def few() -> Appraisal:
    r = whole(3)
    return appraise(r, made.about(r))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made.kept(whole(), tmp_path_factory.mktemp("papers") / "ten")


# The board paper ------------------------------------------------------------------------------------------------------------
def test_headings_are_fixed_and_the_decision_is_left_blank(a: Appraisal, few: Appraisal) -> None:
    for one in (a, few):
        p = board_paper(one)
        assert len(HEADINGS) == 8 and [part.heading for part in p.parts] == HEADINGS
        text = paper.render(p, paper.pictures(one))
        assert BLANK in text and not wording.found(words_of(text))
        assert Read(text).open == []
        assert "<script" not in text and "http" not in text.replace("http://www.w3.org", "")


def test_the_money_says_of_which_price_people_and_complexity(a: Appraisal) -> None:
    """On the first page in one line, by year in the annex; what is written adds up to what doing nothing grows by, but for rounding."""
    p, in_cash = board_paper(a), medium_term.doing_nothing(a.results).mean(axis=0) * medium_term.cash_factors(a.results)
    line = next(said for said in p.parts[1].says if said.startswith("Doing nothing, net, 2030-31 beside 2026-27"))
    whole, *parts = (float(x) for x in re.findall(r"[+-]?\d+\.\d", line.partition("cash")[2]))
    assert whole == pytest.approx((in_cash[4] - in_cash[0]) / 1e6, abs=0.051) and sum(parts) == pytest.approx(whole, abs=0.21) and len(parts) == 3
    full = p.annex[1].table
    assert full is not None and [row[0].split(",")[0] for row in full.rows[:4]] == ["Doing nothing", "of which price", "of which people", "of which complexity"]
    assert sum(float(row[5]) for row in full.rows[1:4]) == pytest.approx((in_cash[4] - in_cash[0]) / 1e6, abs=0.21)
    assert "add up in each world" in p.annex[1].says[0]


def test_from_few_pairs_the_paper_says_so_first_and_books_nothing(few: Appraisal) -> None:
    p = board_paper(few)
    assert p.warnings[0].startswith("A first look, not a result: 3 pairs")
    money = p.parts[1].table
    assert money is not None and money.rows[-1][1] == "none: too few pairs"
    assert "Not told" in p.parts[6].says[0] and medium_term.bookable(few) is None
    assert {s.confidence for s in medium_term.savings(few)} == {medium_term.UNRATED}


def test_the_plan_type_stands_in_every_title(a: Appraisal) -> None:
    p = board_paper(a)
    word = docx.Document(io.BytesIO(_bytes(p, a)))
    assert word.paragraphs[0].text.startswith(p.kind.capitalize()) and word.core_properties.title.startswith(p.kind)


def _bytes(p: Any, a: Appraisal) -> bytes:
    out = io.BytesIO()
    paper._word(p, paper.pictures(a), None).save(out)
    return out.getvalue()


def test_word_has_real_headings_head_rows_captions_and_words_for_pictures(a: Appraisal) -> None:
    word = docx.Document(io.BytesIO(_bytes(board_paper(a), a)))
    assert [p.text for p in word.paragraphs if p.style.name == "Heading 2"][:8] == HEADINGS
    assert len(word.tables) >= 6 and all("w:tblHeader" in t.rows[0]._tr.xml for t in word.tables)
    captions = [p.text for p in word.paragraphs if p.style.name == "Caption"]
    assert len(captions) == len(word.tables) + len(word.inline_shapes)
    told = [shape._inline.docPr.get("descr") for shape in word.inline_shapes]
    assert len(told) == 2 and all(len(words) > 40 for words in told)


def test_word_and_page_say_the_same(a: Appraisal) -> None:
    p = board_paper(a)
    word = docx.Document(io.BytesIO(_bytes(p, a)))
    text = "\n".join(x.text for x in word.paragraphs) + "\n".join(c.text for t in word.tables for row in t.rows for c in row.cells)
    text = text.replace(paper.JOINED, "")
    assert not wording.found(text)
    page = words_of(paper.render(p, paper.pictures(a))).replace("&#39;", "'").replace(paper.JOINED, "")
    for part in p.parts:
        for line in (*part.says, *((part.table.rows[0][0],) if part.table else ())):
            said = paper.true_minus(line)
            assert said in text and " ".join(said.split()) in page, line


def test_a_council_s_own_word_file_lends_its_styles_and_nothing_else_is_taken_for_one(a: Appraisal, tmp_path: Path) -> None:
    own = docx.Document()
    own.styles["Normal"].font.name = "Council Sans"
    own.save(str(tmp_path / "own.docx"))
    made_of = paper._word(board_paper(a), paper.pictures(a), tmp_path / "own.docx")
    assert made_of.styles["Normal"].font.name == "Council Sans"
    (tmp_path / "no.docx").write_text("not a Word file")
    with pytest.raises(BadInput, match="no Word file"):
        paper._word(board_paper(a), paper.pictures(a), tmp_path / "no.docx")


def test_the_fixed_headings_stand_on_one_page_and_the_annexes_after_it(a: Appraisal, tmp_path: Path) -> None:
    """Printed by a browser: all eight headings and the foot on the first of its pages. Without a browser the words are counted."""
    p = board_paper(a)
    lines = [line for part in p.parts for line in part.says]
    rows = sum(len(part.table.rows) for part in p.parts if part.table)
    assert sum(len(line.split()) for line in lines) < 420 and rows <= 32
    browser, told = shutil.which("chromium"), shutil.which("pdftotext")
    if not browser or not told:
        pytest.skip("no browser to print with; the words were counted")
    (tmp_path / "board.html").write_text(paper.render(p, paper.pictures(a)), encoding="utf-8")
    subprocess.run([browser, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}", "--no-pdf-header-footer",
                    f"--print-to-pdf={tmp_path / 'board.pdf'}", (tmp_path / "board.html").as_uri()], check=True, capture_output=True, timeout=120)
    first = subprocess.run([told, "-l", "1", str(tmp_path / "board.pdf"), "-"], check=True, capture_output=True, text=True).stdout
    first = " ".join(first.split())
    assert [h for h in HEADINGS if h not in first] == []
    assert "not a substitute for them" in first and "Annex A" not in first


# Guards ---------------------------------------------------------------------------------------------------------------------
def test_families_hours_strain_and_work_stand_on_page_one_and_where_a_saving_comes_from_always(a: Appraisal, few: Appraisal) -> None:
    for one in (a, few):
        parts = {part.heading: part for part in board_paper(one).parts}
        people = parts["4 People by 2035-36"].table
        assert people is not None
        assert {"Families' unpaid hours a week, for all", "Unpaid carers under heavy strain, all", "Carers of working age in paid work"} <= {
            row[0] for row in people.rows}
        (line,) = parts["3 Where the saving comes from"].says
        for source in ("people need less help", "eligible need goes unmet", "families do it", "somebody else pays", "a lower price for the same need"):
            assert source in line


# The medium-term strategy -------------------------------------------------------------------------------------------------
def test_lines_add_up_to_net_spending_and_to_the_effect_on_the_gap(a: Appraisal) -> None:
    held = {line.title: line.amount for line in medium_term.lines(a)}
    parts = list(held)[:-3]
    assert np.allclose(sum(held[t] for t in parts), held["Change in net spending"])
    assert np.allclose(held["Change in net spending"] + held["Paid by transition money"], held["Effect on the budget gap"])
    assert np.allclose(held["Change in net spending"], -a.council)


def test_no_more_is_booked_than_nine_worlds_of_ten_save(a: Appraisal) -> None:
    book = medium_term.bookable(a)
    assert book is not None
    saved = -a.results.paired(next(x for x in a.results.runs if x.against and x.scenario == a.results.scenario.name), "council_net_own")
    assert ((saved >= book[None, :] - 1e-6).mean(axis=0) >= 0.89)[book > 0].all() and (book >= 0).all()


def test_confidence_is_the_share_of_worlds_that_go_that_way() -> None:
    for down, word in ((20, "high"), (14, "medium"), (11, "low")):
        assert medium_term.confidence(np.array([-5.0] * down + [1.0] * (20 - down)), True).startswith(word)
    assert medium_term.confidence(np.array([-1.0] * 3), False) == medium_term.UNRATED


def test_the_full_year_is_the_rate_at_which_the_last_year_ends(a: Appraisal) -> None:
    title = MEASURES["spend_older_home_care"].title
    line = next(s for s in medium_term.savings(a) if s.title == title)
    level = 100.0 * (1 + np.arange(20) / 20)
    assert line.full_year == pytest.approx(52 * level * (-0.1 + 0.02 * np.sin(np.arange(20))))


def test_cash_is_real_terms_at_published_deflators_and_then_a_steady_rise(a: Appraisal) -> None:
    factors = medium_term.cash_factors(a.results)
    assert factors[0] == pytest.approx(1 / 0.9472) and factors[1:] / factors[:-1] == pytest.approx(1.02)


def test_the_sheet_s_cash_is_formulas_over_its_real_terms(a: Appraisal, tmp_path: Path) -> None:
    from careshift.report import medium_term as sheets

    file = sheets.write(a, tmp_path / "m.xlsx")
    live, found = openpyxl.load_workbook(file)["Strategy"], openpyxl.load_workbook(file, data_only=True)["Strategy"]
    rows = [row for row in range(1, live.max_row + 1) if live.cell(row, 1).value == "Effect on the budget gap"]
    real, cash = rows
    assert str(live.cell(cash, 3).value).startswith("=") and not str(live.cell(real, 3).value).startswith("=")
    gap = medium_term.lines(a)[-1].amount.mean(axis=0)
    bridge, told = openpyxl.load_workbook(file)["Doing nothing"], openpyxl.load_workbook(file, data_only=True)["Doing nothing"]
    assert bridge.cell(6, 11).value == "=SUM(K3:K5)" and told.cell(6, 11).value == pytest.approx(sum(told.cell(row, 11).value for row in (3, 4, 5)))
    assert told.cell(6, 11).value == pytest.approx(told.cell(2, 11).value - told.cell(2, 2).value)
    assert found.cell(real, 3).value == pytest.approx(gap[0]) and found.cell(cash, 4).value == pytest.approx(gap[1] * medium_term.cash_factors(a.results)[1])


# Watching it --------------------------------------------------------------------------------------------------------------
def test_six_signs_each_quarter_brought_to_one_level(a: Appraisal) -> None:
    found = monitoring.expected(a.results)
    assert len(found) == 6 * 40 and tuple(dict.fromkeys(e.sign.name for e in found)) == SIGNS
    first = found[0]
    assert first.nothing[0] == pytest.approx(first.nothing[2]), "worlds differ by level alone, and the level is known"
    own = monitoring.expected(a.results, {"waiting": 30.0})
    assert next(e for e in own if e.sign.name == "waiting").nothing[1] == pytest.approx(30.0)


def test_a_sign_is_seen_from_the_quarter_it_parts_for_a_year(a: Appraisal) -> None:
    seen = monitoring.visible(monitoring.expected(a.results))
    assert seen["residents"] == "2026-27 Q2", "a tenth in a year, 4% in the second quarter, against worlds that differ by two in a hundred"
    same = whole()
    for one in same.replications:
        for key in [k for k in one.weekly if k.endswith("\twaiting")]:
            one.weekly[key] = np.full(520, 5.0)
    assert monitoring.visible(monitoring.expected(same))["waiting"] == ""


def test_two_quarters_outside_on_the_side_that_worries_call_somebody(a: Appraisal) -> None:
    r = a.results
    actual = {("2026-27 Q1", "waiting"): 500.0, ("2026-27 Q2", "waiting"): 500.0, ("2026-27 Q1", "residents"): 1.0, ("2026-27 Q2", "residents"): 1.0,
              ("2026-27 Q3", "waiting"): 130.0}
    reads = {(x.quarter, x.sign.name): x for x in monitoring.track(r, {}, actual)}
    assert not reads["2026-27 Q1", "waiting"].trigger and reads["2026-27 Q2", "waiting"].trigger
    assert "worrying" in reads["2026-27 Q2", "waiting"].says and "better" in reads["2026-27 Q2", "residents"].says
    assert not reads["2026-27 Q2", "residents"].trigger and reads["2026-27 Q3", "waiting"].running == 0


def test_few_pairs_give_no_range_to_watch_by(few: Appraisal) -> None:
    with pytest.raises(BadInput, match="give no range"):
        monitoring.expected(few.results)


def test_every_mistake_in_a_file_of_counts_is_told_with_its_line(a: Appraisal, tmp_path: Path) -> None:
    file = tmp_path / "actuals.csv"
    file.write_text("quarter,sign,value\n2026-27 Q9,waiting,3\n2026-27 Q1,wating,3\n2026-27 Q1,waiting,many\n2026-27 Q1,strain,-1\n"
                    "2026-27 Q2,strain,0.07\n2026-27 Q2,strain,0.08\n", encoding="utf-8")
    with pytest.raises(BadInput) as told:
        monitoring.read_actuals(file, a.results)
    said = [str(p) for p in told.value.problems]
    assert len(said) == 5 and "waiting" in said[1] and all(f":{n}" in text for n, text in zip((2, 3, 4, 5, 7), said))
    for bad in ("", "a,b\n1,2\n"):
        file.write_text(bad, encoding="utf-8")
        with pytest.raises(BadInput, match=r"quarter, sign, value|columns"):
            monitoring.read_actuals(file, a.results)


def test_the_template_is_read_back_as_no_counts_and_a_filled_one_as_them(folder: Path, tmp_path: Path) -> None:
    empty = tmp_path / "actuals.csv"
    ran = CliRunner().invoke(cli.app, ["track", str(folder), "--template", str(empty)])
    assert ran.exit_code == 0, ran.output
    text = empty.read_text(encoding="utf-8")
    assert text.count("\n") == 1 + 6 * 41
    empty.write_text(text.replace("start,waiting,", "start,waiting,50").replace("2026-27 Q1,waiting,", "2026-27 Q1,waiting,500"), encoding="utf-8")
    ran = CliRunner().invoke(cli.app, ["track", str(folder), str(empty), "--json"])
    told = json.loads(ran.stdout)
    assert [x["sign"] for x in told["reads"]] == ["waiting"] and told["reads"][0]["says"].endswith("worrying")
    assert (folder / "monitoring.csv").read_text(encoding="utf-8").startswith(",".join(monitoring.HELD))


def test_one_command_writes_page_word_and_sheet(folder: Path) -> None:
    ran = CliRunner().invoke(cli.app, ["paper", str(folder)])
    assert ran.exit_code == 0, ran.output
    assert [Path(line).name for line in ran.stdout.split()] == ["board_paper.html", "board_paper.docx", "medium_term.xlsx"]
    assert all((folder / n).stat().st_size > 5000 for n in ("board_paper.html", "board_paper.docx", "medium_term.xlsx"))
