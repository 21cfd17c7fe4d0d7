"""The page of a place is made by the run, keeps what people wrote, and says of each figure whether it is met."""

from __future__ import annotations

from pathlib import Path

import pytest

from scenarios import place_report
from scenarios.validation import TARGETS, Line, base_run, markdown, table, told
from simulation.errors import BadInput
from simulation.places import known, load


@pytest.fixture(scope="module")
def system() -> object:
    return base_run("riverton", years=1)


def line(published: float, model: float, accepted: float = 0.1) -> Line:
    return Line("people_of_note", "people", "2024-25", "local", published, {-1: model}, accepted, -1, 90.0)


def test_a_gap_is_met_only_within_what_is_accepted() -> None:
    rows = markdown([line(100.0, 109.0), line(100.0, 111.0), line(100.0, float("nan"))]).splitlines()[2:]
    assert [row.rstrip("|").split("|")[-1].strip() for row in rows] == ["yes", "**no**", "**no**"]
    assert "| people of note | 100 people | 2024-25 | local | 90 | 109 | +9.0% | 10.0% |" in rows[0]


@pytest.mark.parametrize(("value", "said"), [(523_400_000, "523.4 million"), (1_234.6, "1,235"), (0.2037, "0.204"), (float("nan"), "not told")])
def test_figures_are_told_as_people_read_them(value: float, said: str) -> None:
    assert told(value) == said


def test_founded_counts_are_those_of_the_first_day(system: object) -> None:
    lines, there = {x.name: x for x in table(system)}, load("riverton")
    assert list(lines) == [name for name, *_ in TARGETS]
    assert lines["adults"].founded == there["adults"] and lines["people_65_plus"].founded == there["people_65_plus"]
    assert lines["care_home_residents_65_plus"].founded > lines["council_residents_65_plus"].founded > 0
    assert lines["council_admissions_65_plus"].founded != lines["council_admissions_65_plus"].founded, "a flow has not flowed yet"


def test_the_page_has_every_part_and_the_notes_as_they_were_written(system: object) -> None:
    notes = "* **Something** was missed, and a person knows why."
    text = place_report.page(system, table(system), (1.0, 2.0), 300.0, notes)
    for part in ("# Riverton", "Invented for teaching", "| adults | 20,811 people |", "## Stock, flow and stay", "## Ten years", "## What is England's"):
        assert part in text, part
    assert text.rstrip().endswith(notes)
    assert "No notes have been written" in place_report.page(system, table(system), (1.0, 2.0), 300.0, "")


def test_writing_again_keeps_what_people_wrote(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "riverton.md").write_text("* Ours to keep.\n", encoding="utf-8")
    monkeypatch.setattr(place_report, "PAGES", tmp_path)
    for _ in range(2):
        where = place_report.write("riverton", one_in=10, years=1)
        assert where == tmp_path / "riverton.md" and where.read_text(encoding="utf-8").endswith("\n\n* Ours to keep.\n")
    assert (tmp_path / "notes" / "riverton.md").read_text(encoding="utf-8") == "* Ours to keep.\n"
    with pytest.raises(BadInput):
        place_report.write("atlantis")


@pytest.mark.parametrize("name", known())
def test_every_place_has_a_page_with_notes(name: str) -> None:
    page = (place_report.PAGES / f"{name}.md").read_text(encoding="utf-8")
    notes = (place_report.PAGES / "notes" / f"{name}.md").read_text(encoding="utf-8")
    assert page.endswith(notes.strip() + "\n") and "the whole place" in page
    assert f"{load(name)['adults']:,.0f}" in page
