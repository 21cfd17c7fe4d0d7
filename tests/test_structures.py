"""Choices of structure: every combination is run, same world and same luck, and what each choice does is told."""

from __future__ import annotations

import contextlib
from pathlib import Path

import numpy as np
import pytest

from careshift import api, telling
from careshift.api import Comparison
from careshift.report import report, structures_page
from scenarios import plan as files
from scenarios import structures as made
from scenarios import workers
from scenarios.structures import FIGURES, Row, Settings, choices, combinations
from simulation.errors import BadInput
from simulation.evidence.register import load as register
from simulation.places import known
from simulation.plan import Budget
from tests import wording
from tests.test_report import ABOUT, made_up, words_of

COUNT = len(choices())


def rows(worlds: int = 2) -> list[Row]:
    """Made-up answers: the third choice's other way costs ten more in every world, the first two more, and nothing else matters."""
    return [Row(world, ways, (world + 10.0 * ways[2] + 2.0 * ways[0], *[5.0] * (len(FIGURES) - 1)))
            for world in range(worlds) for ways in combinations(COUNT)]


def test_there_are_thirty_two_combinations_and_the_first_is_as_usual() -> None:
    assert len(combinations(COUNT)) == 32 and not any(combinations(COUNT)[0])


def test_every_choice_changes_something_that_there_is() -> None:
    held = register().entries
    for c in choices():
        assert bool(c.beliefs) + (c.budget is not None) + c.net == 1, c.name
        assert set(c.beliefs) <= held.keys()
        assert all(held[name].low <= value <= held[name].high and value != held[name].value for name, value in c.beliefs.items()), c.name


def test_all_as_usual_changes_nothing_and_all_the_other_way_everything() -> None:
    own = Budget("real_growth", 0.015)
    assert made.of((False,) * COUNT, own) == (own, {}, False)
    budget, believed, net = made.of((True,) * COUNT, own)
    assert budget == Budget("real_growth", 0.0) and net and believed.keys() == {n for c in choices() for n in c.beliefs}


def test_what_a_choice_does_is_its_mean_over_all_ways_of_the_others() -> None:
    moved = made.moved(rows())
    assert moved[:, 0].tolist() == [[2.0, 2.0], [0.0, 0.0], [10.0, 10.0], [0.0, 0.0], [0.0, 0.0]]
    chosen = made.most(rows())
    assert chosen is not None and chosen.name == "whom"


def test_no_choice_is_said_to_move_it_most_where_luck_could_have() -> None:
    luck = np.random.default_rng(1)
    noisy = [row._replace(values=(float(luck.normal(0, 5)), *row.values[1:])) for row in rows(3)]
    assert made.most(noisy) is None and "no choice moves it further than luck could have" in structures_page.sentences(noisy)[0]
    assert made.most(rows(1)) is None, "one world tells no luck"
    assert len(structures_page.strip(noisy).table.rows) == 32


def test_what_is_kept_is_read_again_and_a_line_cut_off_is_run_again(tmp_path: Path) -> None:
    file = tmp_path / made.CSV
    for row in rows(1):
        made._append(file, row, "7")
    assert made.read(file, "7") == rows(1) and made.read(file, "8") == []
    file.write_text(file.read_text(encoding="utf-8")[:-12], encoding="utf-8")
    assert len(made.read(file, "7")) == 31


def test_the_page_names_the_choice_that_moves_it_most_and_holds_every_number(tmp_path: Path) -> None:
    words = structures_page.sentences(rows())
    assert words[0].startswith("Council, net, £m over the plan: from +0.5 to +12.5, below nought in 0 of 32")
    assert words[0].endswith("what moves it most is who is led to another answer than a care home.")
    assert words[1].endswith("no choice moves it further than luck could have.")
    page = structures_page.write(tmp_path / "page.html", files.load("ten_percent_to_community", places=known()), Settings(2), rows())
    assert not wording.found(words_of(page.read_text(encoding="utf-8")))
    picture = structures_page.strip(rows())
    assert len(picture.table.rows) == 32 and picture.table.rows[0][0] == "nothing: all as usual"
    assert structures_page.told(rows())["moved_by_the_other_way"]["whom"]["net"] == 10.0


def test_a_comparison_shows_the_strip_and_says_what_the_answer_hangs_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    r = made_up(count=2, beside=False)
    about = ABOUT | {"replications": 2, "structures": made.as_data(rows())}
    page = report.render(r, about)
    assert "What the question means" in page and "32 answers to one question" in page and "none of these choices is evidence" in page.lower()
    assert not wording.found(words_of(page[page.index('<h2 id="structures">'):page.index('<h2 id="supply">')]))
    assert "What the question means" not in report.render(r, ABOUT)
    telling.show(Comparison(r, tmp_path, about), tmp_path / "report.html")
    said = " ".join(capsys.readouterr().out.split())
    assert "Under 32 combinations of choices of structure" in said and "what moves it most is who is led to another answer than a care home" in said


def test_worlds_side_by_side_are_the_worlds_one_by_one_and_each_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(made, "_lived_through", lambda one: (Row(one.world, ways, (float(one.world + sum(ways)),) * len(FIGURES)) for ways in one.todo))
    monkeypatch.setattr(workers, "local", lambda count: contextlib.nullcontext(workers.Here()))
    asked = files.load("ten_percent_to_community", places=known())
    alone = made.run(asked, Settings(3), tmp_path / "one.csv")
    assert made.run(asked, Settings(3), tmp_path / "two.csv", side_by_side=2) == alone and len(alone) == 96
    (tmp_path / "two.csv").write_text("\n".join((tmp_path / "two.csv").read_text(encoding="utf-8").splitlines()[:40]) + "\n", encoding="utf-8")
    assert made.run(asked, Settings(3), tmp_path / "two.csv", side_by_side=2) == alone
    other = made.run(asked, Settings(3), tmp_path / "two.csv", changes=[{"falling.serious": 0.1}] * 3)
    assert other == alone and len(made.read(tmp_path / "two.csv")) == 192, "worlds with other numbers are other worlds"


def test_another_name_for_what_stands_beside_is_refused_with_the_nearest() -> None:
    with pytest.raises(BadInput, match="did you mean structures") as error:
        api.compare("ten_percent_to_community", beside=("structure",))
    assert error.value.exit_code == 2
