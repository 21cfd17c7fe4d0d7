"""The register is whole, in one price year, with its rivals; and its page tells all of it, worst known first."""

from __future__ import annotations

import re
from functools import lru_cache
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from careshift import api, cli
from careshift.report import register_page
from simulation.errors import EvidenceError
from simulation.evidence import register
from simulation.places import england
from simulation.reading import read_page
from tests import wording
from tests.test_report import words_of

ELSEWHERE = ("Doncaster", "Scotland", "Scottish", "Wigan,", "Cornwall", "Derby", "UK Household Longitudinal", "Lancashire", "North East and North Cumbria")


@lru_cache(maxsize=1)
def raw() -> dict[str, dict[str, Any]]:
    pages = {p.stem: read_page(p).data for p in sorted(register.FOLDER.glob("*.yaml")) if p.stem != "deflators"}
    return {f"{page}.{name}": entry for page, entries in pages.items() for name, entry in entries.items()}


@lru_cache(maxsize=1)
def page() -> str:
    return register_page.render(register.load(), api.readers())


def own() -> dict[str, tuple[dict[str, Any], register.Entry]]:
    """Every entry that is neither law nor arithmetic, as written and as loaded."""
    return {k: (raw()[k], e) for k, e in register.load().entries.items() if e.kind != "rule"}


# The register -------------------------------------------------------------------------------------------------------
def test_every_number_that_is_no_rule_has_a_range_and_says_how_it_is_spread() -> None:
    lacks = [f"{k}: {field}" for k, (told, _) in own().items() for field in ("low", "high", "shape") if field not in told]
    assert not lacks, "write it on the entry, with an equal low and high where one value only is possible"


def test_every_number_with_a_source_says_of_when_it_is() -> None:
    lacks = [k for k, (told, e) in own().items() if not e.source.lower().startswith("assum") and not told.get("year")]
    assert not lacks, "year: of the figure; '(published)' after it where only that is known; 'not told by the source' where nothing is"


def test_a_number_from_elsewhere_does_not_pass_for_englands() -> None:
    lacks = [k for k, (told, e) in own().items()
             if any(word in e.source for word in ELSEWHERE) and (told.get("place") or "England") == "England"]
    assert not lacks, "say in place: whose figure it is"


def test_a_weak_number_says_why_it_is_weak() -> None:
    assert not [k for k, (_, e) in own().items() if e.grade in "CD" and not e.doubt]
    generic = [k for k, (_, e) in own().items() if e.doubt == register.JUDGED and e.is_effect]
    assert not generic, "an effect of support needs a doubt of its own"


def test_a_number_recalled_from_memory_stays_marked() -> None:
    for k, (_, e) in own().items():
        if "recalled" in e.source.lower():
            assert e.verify, f"{k} is recalled and not marked verify"


def test_rival_figures_come_with_the_argument() -> None:
    held = [e for e in register.load().entries.values() if e.others]
    assert len(held) >= 20
    for e in held:
        assert e.doubt and e.doubt != register.JUDGED, f"{e.key} has rivals and no argument"


def test_a_rival_without_a_source_is_refused(tmp_path: Path) -> None:
    (tmp_path / "falling.yaml").write_text("serious: {says: a, value: 0.1, unit: share, source: b, grade: D, others: [{value: 2}]}")
    (tmp_path / "deflators.yaml").write_text("{}")
    with pytest.raises(EvidenceError, match="a rival figure has value and source"):
        register.load(tmp_path)


def test_numbers_whose_range_is_drawn_move_and_no_other_does() -> None:
    held = register.load()
    one, two = register.drawn(1, 0, held).values, register.drawn(1, 1, held).values
    for e in held.entries.values():
        if not e.is_drawn:
            assert one[e.key] == two[e.key] == e.value
    assert np.mean([one[e.key] != two[e.key] for e in held.entries.values() if e.is_drawn]) > 0.98


# One price year -----------------------------------------------------------------------------------------------------
def test_money_is_in_one_price_year_by_the_index_it_names() -> None:
    held = register.load().entries
    for key, told in raw().items():
        if not str(told["unit"]).startswith("pounds") or told["price_year"] in ("any", register.PRICE_YEAR):
            continue
        factor = register.deflators()[told.get("index", "prices")]["years"][told["price_year"]]
        assert held[key].factor == pytest.approx(factor)
        assert np.allclose(held[key].value, np.asarray(told["value"]) * factor)


@pytest.mark.parametrize(("entry", "index"), [("founding_prices.bed_day", "hospital"), ("founding_prices.ae_visit", "hospital"),
                                              ("founding_prices.emergency_stay", "hospital"), ("founding_prices.reablement_episode", "care")])
def test_hospital_and_care_move_by_their_own_prices(entry: str, index: str) -> None:
    assert register.load().entries[entry].index == index


def test_an_index_is_one_in_the_price_year_and_only_falls_as_years_come_nearer() -> None:
    for name, told in register.deflators().items():
        years = {y: f for y, f in told["years"].items() if "-" in str(y)}
        assert years[register.PRICE_YEAR] == 1.0, name
        assert all(told[field] for field in ("says", "source", "grade", "doubt")), name
        steps = np.diff([years[y] for y in sorted(years)])
        assert (steps < 0.008).all(), f"{name} falls back by more than the pandemic's year did"  # 2021-22: spending fell back into step with prices


def test_fees_of_each_age_brought_up_by_their_own_index_meet_the_price_that_is_used() -> None:
    figures, met = england.england().figures, 0
    for index in ("older_fees", "working_age_fees"):
        told = register.deflators()[index]
        for name in told["used_for"]:
            for rival in figures[name].get("others", []):
                factor = told["years"].get(str(rival["year"]))
                if factor and factor != 1.0:
                    met += 1
                    low, high = float(figures[name]["low"]), float(figures[name]["high"])
                    assert low <= float(rival["value"]) * factor <= high, f"{name}: {rival['value']} of {rival['year']}"
    assert met >= 3


def test_every_price_of_a_place_has_an_index() -> None:
    told = [name for index in register.deflators().values() for name in index.get("used_for", [])]
    priced = [name for name, f in england.england().figures.items() if str(f["unit"]) in ("pounds a week", "pounds an hour")]
    assert sorted(told) == sorted(priced)


def test_an_unknown_index_is_named(tmp_path: Path) -> None:
    (tmp_path / "falling.yaml").write_text("fee: {says: a, value: 1, unit: pounds, price_year: 2010-11, index: hospitals, source: b, grade: D}")
    (tmp_path / "deflators.yaml").write_text("hospital: {years: {2010-11: 1.2}}")
    with pytest.raises(EvidenceError, match="did you mean hospital"):
        register.load(tmp_path)


# The page -----------------------------------------------------------------------------------------------------------
class Reader(HTMLParser):
    """Collects tags, and what an alone-standing page may not have."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def test_the_page_stands_alone() -> None:
    reader = Reader()
    reader.feed(page())
    assert not [t for t, _ in reader.tags if t in ("script", "link", "img", "iframe")]
    assert not re.findall(r'(?:src|href)="(?!#)[^"]+"', re.sub(r"<svg.*?</svg>", "", page(), flags=re.S))
    ids = [a["id"] for _, a in reader.tags if a.get("id")]
    assert len(ids) == len(set(ids))
    targets = {a["href"][1:] for t, a in reader.tags if t == "a" and a.get("href")}
    assert targets <= set(ids)


def test_the_page_keeps_to_the_words_but_in_titles_of_what_was_published() -> None:
    text = unescape(words_of(page()))
    for e in register.load().entries.values():  # a number is headed by its name and its key
        text = text.replace(f"{e.key.split('.')[1].replace('_', ' ')} {e.key}", " ")
    others = [other["source"] for entry in raw().values() for other in entry.get("others", [])]
    for source in sorted({*others, *(e.source for e in register.load().entries.values())} - {""}, key=len, reverse=True):
        text = text.replace(" ".join(source.split()), " ")
    assert len(text) > 50_000 and not wording.found(text)


def test_every_entry_is_told_once_under_its_grade_with_what_it_feeds() -> None:
    text = page()
    for e in register.load().entries.values():
        assert text.count(f'id="{e.key}"') == 1, e.key
    at = {g: text.index(f'id="grade-{g}"') for g in register_page.GRADES}
    assert sorted(at.values()) == list(at.values())
    assert text.index('id="verify"') < text.index('id="rivals"') < at["A"]
    assert "<dt>Feeds</dt><dd>nothing</dd>" not in text


def test_what_is_to_be_verified_comes_first_and_whole() -> None:
    text = page()
    part = text[text.index('id="verify"'):text.index('id="rivals"')]
    told = re.findall(r"<code>([\w.]+)</code>", part)
    assert told == sorted(e.key for e in register.load().entries.values() if e.verify)


def test_pictures_say_in_words_what_they_show_and_add_up() -> None:
    entries = list(register.load().entries.values())
    picture = register_page.by_grade(entries)
    assert "<title" in picture.svg and "<desc" in picture.svg
    assert sum(int(row[-2]) for row in picture.table.rows) == len(entries)
    for grade, row in zip(register_page.GRADES, picture.table.rows):
        assert int(row[-2]) == sum(e.grade == grade for e in entries) == sum(int(n) for n in row[1:-2])


def test_a_shared_number_says_each_who_reads_it() -> None:
    readers = api.readers()
    assert readers["shared.care_displaced"] and "shared" not in readers["shared.care_displaced"]
    assert "befriending" in readers["befriending.cost"]
    assert all(readers.get(key) for key in register.load().entries)
    for e in api.evidence(used_by="volunteering"):
        assert "volunteering" in readers[e.key] or e.page == "volunteering"


def test_the_same_register_gives_the_same_page(tmp_path: Path) -> None:
    assert api.evidence_page(tmp_path / "e.html").read_text(encoding="utf-8") == page()


@pytest.mark.parametrize("options", [("page.html",), ("--report", "page.html", "--grade", "D")])
def test_a_file_without_report_or_a_report_of_a_part_is_refused(options: tuple[str, ...], monkeypatch: pytest.MonkeyPatch,
                                                                 capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["careshift", "evidence", *options])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 2 and "--report" in capsys.readouterr().err and not list(tmp_path.iterdir())
