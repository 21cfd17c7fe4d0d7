"""Every number has a unit, a source and a range that contains it; and every number is read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from simulation.errors import EvidenceError
from simulation.evidence import register

GOOD = """serious:
  says: Share of falls that need hospital
  value: 0.1
  low: 0.05
  high: 0.2
  shape: beta
  unit: share
  source: assumption
  grade: D
"""


def loaded(folder: Path, text: str) -> register.Register:
    (folder / "falling.yaml").write_text(text, encoding="utf-8")
    register.load.cache_clear()
    return register.load(folder)


def test_a_good_page_loads(tmp_path: Path) -> None:
    entry = loaded(tmp_path, GOOD).entries["falling.serious"]
    assert (entry.value, entry.grade, entry.unit, entry.line) == (0.1, "D", "share", 1)


@pytest.mark.parametrize(("change", "said"), [
    (("unit: share", "unit: cats"), "unknown unit"),
    (("source: assumption", "source: ''"), "has no source"),
    (("low: 0.05", "low: 0.15"), "does not contain"),
    (("grade: D", "grade: E"), "not one of A, B, C, D"),
    (("value: 0.1", "value: .nan"), "is not a number"),
    (("value: 0.1", "value: 1.2"), "does not contain"),
    (("shape: beta", "shape: betta"), "did you mean beta"),
    (("grade: D", "grade: D\n  collour: red"), "unknown field"),
    (("unit: share", "unit: pounds a week"), "money needs a price year"),
    (("serious:", "deadweight_share:"), "is an outcome, not a state"),
])
def test_a_bad_page_says_where_and_what(tmp_path: Path, change: tuple[str, str], said: str) -> None:
    with pytest.raises(EvidenceError) as told:
        loaded(tmp_path, GOOD.replace(*change))
    assert said in str(told.value)
    assert "falling.yaml:" in str(told.value)


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError) as told:
        loaded(tmp_path, GOOD.replace("unit: share", "unit: cats").replace("grade: D", "grade: E"))
    assert len(told.value.problems) == 2


def test_the_shipped_register_is_whole_and_every_number_is_read() -> None:
    from simulation.model import CareSystem
    from simulation.places import load
    from simulation.plan import Plan

    register.load.cache_clear()
    beliefs = register.central()
    CareSystem(load("doncaster"), beliefs, Plan(years=1), one_in=200, burn_in=4).close()
    assert not beliefs.unread()


def test_an_assumption_is_called_one() -> None:
    register.load.cache_clear()
    for entry in register.load().entries.values():
        assert entry.source.strip() and entry.says.strip()
        if entry.source.strip().lower().startswith("assum"):
            assert entry.grade == "D", f"{entry.key} is an assumption of grade {entry.grade}"


def test_draws_from_the_register_stay_in_their_units_and_cover_their_ranges() -> None:
    held = register.load()
    values = [register.drawn(3, i, held).values for i in range(300)]
    for key, entry in held.entries.items():
        if isinstance(entry.value, tuple) or entry.shape == "fixed" or entry.low == entry.high:
            continue
        drawn = np.array([v[key] for v in values])
        inside = ((drawn >= entry.low) & (drawn <= entry.high)).mean()
        assert 0.70 <= inside <= 1.0, f"{key}: {inside:.2f} of draws lie in its central 90%"


def test_a_sceptic_keeps_costs_and_loses_assumed_effects() -> None:
    held = register.load()
    doubting, whole = register.sceptic(register.central(held)), register.central(held)
    effects = [e for e in held.entries.values() if e.is_effect]
    assert effects
    for e in held.entries.values():
        if e.is_effect and e.grade == "D":
            value = doubting.values[e.key]
            assert (set(value) if isinstance(value, tuple) else {value}) == {e.none}
        else:
            assert doubting.values[e.key] == whole.values[e.key]


def test_adding_a_number_moves_no_other_draw() -> None:
    held = register.load()
    fewer = register.Register({k: e for k, e in list(held.entries.items())[5:]}, held.hash)
    a, b = register.drawn(1, 4, held).values, register.drawn(1, 4, fewer).values
    assert all(a[k] == b[k] for k in b)
