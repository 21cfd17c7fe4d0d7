"""The compiled week and the same week in plain Python are one model: to the last bit, for everybody, with every service at work."""

from __future__ import annotations

import inspect
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from simulation.evidence.register import central
from simulation.model import CareSystem
from simulation.plan import Plan, Shift, Shock, Transition
from simulation.process import KERNELS
from simulation.world.town import Town
from tests.strategies import SERVICES, changed, known_place
from tests.test_laws_of_luck import everything

BURN_IN, WEEKS = 12, 14  # 26 weeks, with the first week of a plan among them
ONE_IN, OLDER, FEWER = 50, 6.0, 0.04  # about 500 people, most of them older, and as many services as for five thousand: all find users
ALL_AT_WORK = Plan(
    name="all at work", years=1, invest={name: {0: 40e6} for name in SERVICES if name not in ("residential", "nursing")},
    shifts=(Shift("older_residential_and_nursing", 0.3, 0, 0, {"shared_lives": 0.5, "homeshare": 0.5}),),
    transition=Transition({0: 20e6}), shocks=(Shock("flu_winter", 1, 1.5), Shock("provider_closes", 3, 1, "residential")),
    levers={"care_worker_pay": 0.05, "volunteer_drive": 2_000.0, "volunteer_coordinators": 5.0, "home_care_money_to_pay": 0.5})


def run_and_tell(folder: Path) -> None:
    """Found a small town, run it with everything on, and write down all there is and how often each kernel was compiled."""
    place = changed(known_place(), {}, age_by=OLDER, people_by=FEWER)
    system = CareSystem(place, central(), ALL_AT_WORK, seed=11, one_in=ONE_IN, burn_in=BURN_IN, events="counts")
    begin_everything(system.run(BURN_IN).town)
    system.run(WEEKS)
    supported = np.bincount(system.town.placements.service, minlength=len(system.town.services))
    told = {"people": int(system.town.residents.present.sum()),
            "never used": [s.name for s, n in zip(system.town.services, supported, strict=True) if not n],
            "parts": [f"{k.__module__}.{k.__name__}" for k in KERNELS if called_by_kernels(f"{k.__module__}.{k.__name__}")],
            "kernels": {f"{k.__module__}.{k.__name__}": len(getattr(k, "signatures", [])) for k in KERNELS}}
    (folder / "told.json").write_text(json.dumps(told), encoding="utf-8")
    whole = everything(system)
    np.savez(folder / "whole.npz", names=np.array(list(whole)), **{f"a{i}": v for i, v in enumerate(whole.values())})


def begin_everything(town: Town) -> None:
    """A few people begin each service that nobody has yet: within weeks some would find nobody by themselves."""
    placed = town.placements
    for k, service in enumerate(town.services):
        here = np.flatnonzero(town.residents.present & (town.residents.setting == 0))
        suited = here[np.isfinite(service.suits(here, town))]
        rows = (suited if len(suited) else here)[:5]
        provider = np.flatnonzero(town.providers.service == k)
        if not (placed.service == k).any() and len(provider):
            hours = np.full(len(rows), 0.0 if service.home else 5.0)
            town.begin(k, rows, provider[0], hours=hours, price=service.price(rows, hours, town))


def called_by_kernels(name: str) -> bool:
    """Whether a kernel is a part of others in its file: then it is compiled into them, or with them."""
    module, own = name.rsplit(".", 1)
    return inspect.getsource(sys.modules[module]).count(f"{own}(") > 1


def elsewhere(folder: Path, *, compiled: bool) -> tuple[dict[str, np.ndarray], dict[str, object]]:
    """The same run in a Python of its own, with or without the compiler."""
    root = Path(__file__).resolve().parents[1]
    folder.mkdir()
    env = {**os.environ, "NUMBA_DISABLE_JIT": "0" if compiled else "1", "PYTHONPATH": str(root)}
    what = f"from pathlib import Path; from tests.test_twin import run_and_tell; run_and_tell(Path({str(folder)!r}))"
    subprocess.run([sys.executable, "-c", what], env=env, cwd=root, check=True)
    with np.load(folder / "whole.npz") as kept:
        whole = {str(name): kept[f"a{i}"] for i, name in enumerate(kept["names"])}
    return whole, json.loads((folder / "told.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def twins(tmp_path_factory: pytest.TempPathFactory) -> dict[bool, tuple[dict[str, np.ndarray], dict[str, object]]]:
    """The compiled run and its plain twin."""
    folder = tmp_path_factory.mktemp("twins")
    return {compiled: elsewhere(folder / str(compiled), compiled=compiled) for compiled in (True, False)}


Twins = dict[bool, tuple[dict[str, np.ndarray], dict[str, object]]]


def test_the_week_without_the_compiler_is_the_same_week_to_the_last_bit(twins: Twins) -> None:
    """About 500 people, 26 weeks, every process; all tables, money, events and all that was recorded."""
    (fast, told), (plain, told_plainly) = twins[True], twins[False]
    assert told["people"] == told_plainly["people"] and 400 < int(str(told["people"])) < 800
    assert set(told["kernels"].values()) and not any(told_plainly["kernels"].values()), "one was compiled, the other was not"
    assert fast.keys() == plain.keys()
    assert not [name for name in fast if fast[name].dtype != plain[name].dtype or not np.array_equal(fast[name], plain[name], equal_nan=True)]


def test_every_service_is_at_work_in_the_twins(twins: Twins) -> None:
    """A service nobody uses would be compared with nothing."""
    assert twins[True][1]["never used"] == []


def test_each_kernel_is_compiled_once_for_one_set_of_types(twins: Twins) -> None:
    """A second set of types would double the wait at the first run, and hide a column of another type."""
    kernels, parts = twins[True][1]["kernels"], twins[True][1]["parts"]
    assert isinstance(kernels, dict) and isinstance(parts, list) and len(kernels) > 20
    assert not {name: times for name, times in kernels.items() if times > 1}, "more than one set of types"
    assert not [name for name, times in kernels.items() if times == 0 and name not in parts], "never called"
