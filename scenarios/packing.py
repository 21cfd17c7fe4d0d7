"""Weekly series and plans as plain bytes and words, so that a run can be taken up again years later without any pickle."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

import numpy as np

from simulation.plan import Budget, Plan, Shift, Shock, Transition


def packed(series: Mapping[str, np.ndarray]) -> bytes:
    """Named arrays, compressed; the same arrays always give the same bytes."""
    out = io.BytesIO()
    np.savez_compressed(out, head=np.array(json.dumps(list(series))), **{f"w{i}": a for i, a in enumerate(series.values())})
    return out.getvalue()


def unpacked(raw: bytes) -> dict[str, np.ndarray]:
    """The arrays again, to the last bit."""
    with np.load(io.BytesIO(raw), allow_pickle=False) as kept:
        return {name: kept[f"w{i}"] for i, name in enumerate(json.loads(str(kept["head"])))}


def plan_as_text(plan: Plan) -> str:
    """Everything a plan decides, in the order it decides it."""
    return json.dumps(asdict(replace(plan, reference=None)))


def plan_from_text(text: str) -> Plan:
    """The plan that was written as text."""
    told: dict[str, Any] = json.loads(text)
    transition = told["transition"]
    budget = told["budget"]
    told["budget"] = Budget(**(budget | {"pounds": _by_year(budget.get("pounds", {}))}))
    told["shifts"] = tuple(Shift(**shift) for shift in told["shifts"])
    told["transition"] = Transition(_by_year(transition["by_year"]), transition["paid_by"], tuple(transition["on"]))
    told["invest"] = {service: _by_year(pounds) for service, pounds in told["invest"].items()}
    told["shocks"] = tuple(Shock(**shock) for shock in told["shocks"])
    return Plan(**told)


def _by_year(pounds: Mapping[str, float]) -> dict[int, float]:
    return {int(year): amount for year, amount in pounds.items()}
