"""The rules about people in ordinary Python: the very code of the model, uncompiled, for objects that step one by one."""

from __future__ import annotations

import builtins
import math
from collections.abc import Callable
from types import FunctionType, ModuleType, SimpleNamespace
from typing import Any

import numpy as np

# What a rule asks of arrays for one number, as a modeller would write it for one number.
FOR_ONE = SimpleNamespace(exp=math.exp, log=math.log, sqrt=math.sqrt, float64=float)


def plain(rule: Callable[..., Any]) -> Callable[..., Any]:
    """The same rule with nothing compiled below it: its own code, `math` for one number, lists for small tables."""
    f = getattr(rule, "py_func", rule)
    names = {name: _plain_name(f.__globals__[name]) for name in f.__code__.co_names if name in f.__globals__}
    made = FunctionType(f.__code__, {**names, "__builtins__": builtins}, f.__name__, f.__defaults__)
    made.__doc__ = f.__doc__
    return made


def _plain_name(value: Any) -> Any:
    if hasattr(value, "py_func"):
        return plain(value)
    if isinstance(value, np.ndarray):
        return value.tolist()
    return FOR_ONE if isinstance(value, ModuleType) and value is np else value
