"""The page of what was predicted: it says what the shipped posterior of five places says, misses and rivals with it."""

from __future__ import annotations

import pytest

from calibration import joint_page, shipped, unseen
from calibration.joint import FIVE

pytestmark = pytest.mark.skipif("five_places" not in shipped.known(), reason="no posterior of five places is shipped")


@pytest.fixture(scope="module")
def posterior():
    return shipped.used("five_places").posterior


@pytest.fixture(scope="module")
def page():
    return joint_page.PAGE.read_text(encoding="utf-8")


def test_the_page_is_made_of_the_shipped_posterior(posterior, page):
    assert page == joint_page.page(posterior, joint_page.NOTES.read_text(encoding="utf-8"))


def test_every_figure_of_a_place_left_out_is_its_own_and_none_is_left_away(posterior):
    rows = posterior.diagnostics["left_out"]
    assert {row["place"] for row in rows} == set(FIVE) and all(row["own"] for row in rows)
    for place in FIVE:
        theirs = {row["target"] for role in ("fit", "held_out") for row in posterior.diagnostics[role] if row["target"].startswith(f"{place}: ")}
        assert {row["target"] for row in rows if row["place"] == place} == theirs


def test_coverage_and_scores_are_those_of_the_rows(posterior, page):
    rows = posterior.diagnostics["left_out"]
    inside = sum(row["low"] <= row["value"] <= row["high"] for row in rows) / len(rows)
    assert f"| all five: the model, all figures | {len(rows)} | {inside:.0%} |" in page
    for row in rows:
        for rival in row["rivals"].values():
            assert rival["inside"] == (rival["low"] <= row["value"] <= rival["high"])
            assert rival["interval_score"] >= rival["width"]


def test_like_is_held_against_like(posterior):
    rows = posterior.diagnostics["left_out"]
    for name, (ours, theirs) in unseen.scores(rows).items():
        assert ours["figures"] == theirs["figures"] == sum(name in row["rivals"] for row in rows)


def test_places_that_were_never_used_are_told_with_intervals(posterior, page):
    for place in joint_page.UNSEEN:
        rows = posterior.diagnostics["foretold"][place]
        assert len(rows) >= 12 and all(row["low"] < row["median"] < row["high"] for row in rows)
        assert f"## {place.capitalize()}" in page
