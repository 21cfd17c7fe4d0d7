"""Same person, same week, same process: same luck, in every scenario. Addressed random numbers.

A draw has an address (seed, replication, purpose, week, person) and no history: nobody draws "the next" number, so
adding or removing a service, a person or a whole process never disturbs another's luck. One key per purpose and week is
mixed in Python; one splitmix64 finaliser per person does the rest inside the kernels.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import numba
import numpy as np
from numba import njit
from numpy.typing import NDArray

from simulation.kernels import F8, Key, kernel

_MASK = (1 << 64) - 1
_ODD = 0x9E3779B97F4A7C15
_M1 = 0xBF58476D1CE4E5B9
_M2 = 0x94D049BB133111EB

# Two keys are reserved so that a test can make luck certain inside a kernel.
SURE = np.uint64(0)
UNABLE = np.uint64(1)
LARGEST_BELOW_ONE = 1.0 - 2.0**-53


def certain(purpose: str) -> dict[str, np.uint64]:
    """For tests: this purpose always happens (every draw is 0)."""
    return {purpose: SURE}


def never(purpose: str) -> dict[str, np.uint64]:
    """For tests: this purpose never happens (every draw is just below 1)."""
    return {purpose: UNABLE}


def _mix_int(z: int) -> int:
    z &= _MASK
    z = ((z ^ (z >> 30)) * _M1) & _MASK
    z = ((z ^ (z >> 27)) * _M2) & _MASK
    return z ^ (z >> 31)


def _uniform_plain(key: Any, person: Any) -> float:
    k = int(key)
    if k == 0:
        return 0.0
    if k == 1:
        return LARGEST_BELOW_ONE
    return (_mix_int(((int(person) + 1) * _ODD & _MASK) ^ k) >> 11) * 2.0**-53


def _uniform_fast(key: Any, person: Any) -> float:
    if key == np.uint64(0):
        return 0.0
    if key == np.uint64(1):
        return 1.0 - 2.0**-53
    z = (np.uint64(person + 1) * np.uint64(0x9E3779B97F4A7C15)) ^ key
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z = z ^ (z >> np.uint64(31))
    return np.float64(z >> np.uint64(11)) * 2.0**-53  # type: ignore[no-any-return]


# A rule for kernels: uniform(key, id) in [0, 1).
uniform = _uniform_plain if getattr(numba.config, "DISABLE_JIT", 0) else njit(inline="always", cache=True, nogil=True)(_uniform_fast)


@kernel
def _uniforms(key: Key, ids: NDArray[np.int64], out: F8) -> None:
    for n in range(len(ids)):
        out[n] = uniform(key, ids[n])


def uniforms_for(key: np.uint64, ids: NDArray[Any]) -> NDArray[np.float64]:
    """One uniform number in [0, 1) per person id: the kernels' `uniform`, for an array of them."""
    out = np.empty(len(ids))
    _uniforms(key, np.ascontiguousarray(ids, dtype=np.int64), out)
    return out


class Draws:
    """All the luck of one replication: ask by purpose, get the same answer in every scenario.

    `fixed` maps a purpose to SURE or UNABLE (see `certain` and `never`). Within a week a purpose may be asked for once.
    """

    def __init__(self, seed: int, replication: int = 0, fixed: Mapping[str, np.uint64] | None = None):
        self.seed, self.replication = seed, replication
        self.fixed = dict(fixed or {})
        self.week = 0
        self._asked: set[str] = set()
        self._purposes: dict[str, int] = {}
        self._root = _mix_int(_mix_int(seed * _ODD + 1) ^ (replication + 1) * _M1)

    def begin(self, week: int) -> None:
        """Open a new week: every purpose may be asked for once more."""
        self.week = week
        self._asked.clear()

    def _address(self, purpose: str) -> int:
        if purpose not in self._purposes:
            told = hashlib.blake2b(purpose.encode(), digest_size=8).digest()
            self._purposes[purpose] = _mix_int(int.from_bytes(told, "little") ^ self._root)
        return self._purposes[purpose]

    def key(self, purpose: str) -> np.uint64:
        """The key of this purpose in this week, for kernels. Raises if asked for twice in a week."""
        if purpose in self._asked:
            raise RuntimeError(f"same luck asked for twice in a week: {purpose!r}")
        self._asked.add(purpose)
        if purpose in self.fixed:
            return self.fixed[purpose]
        return np.uint64(_mix_int(self._address(purpose) + (self.week + 1_000_003) * _ODD) | 2)

    def trait(self, purpose: str) -> np.uint64:
        """The key of something that stays with a person for life (a wish, an outlook): the same in every week."""
        if purpose in self.fixed:
            return self.fixed[purpose]
        return np.uint64(self._address(f"for life: {purpose}") | 2)

    def uniforms(self, purpose: str, ids: NDArray[Any]) -> NDArray[np.float64]:
        """One uniform number per id for this purpose in this week."""
        return uniforms_for(self.key(purpose), ids)

    def happens(self, purpose: str, chance: NDArray[Any] | float, ids: NDArray[Any]) -> NDArray[np.bool_]:
        """For whom it happens this week, each with their own chance."""
        return np.asarray(self.uniforms(purpose, ids) < chance)

    def gumbel(self, purpose: str, ids: NDArray[Any]) -> NDArray[np.float64]:
        """Noise for a choice, addressed by option and person, so dropping an option reshuffles nobody else."""
        return gumbel_from(self.uniforms(purpose, ids))

    def traits(self, purpose: str, ids: NDArray[Any]) -> NDArray[np.float64]:
        """One uniform number per id that never changes for that person."""
        return uniforms_for(self.trait(purpose), ids)


def gumbel_from(u: NDArray[np.float64]) -> NDArray[np.float64]:
    """Standard Gumbel noise from uniforms; finite at both ends."""
    return np.asarray(-np.log(-np.log(np.clip(u, 1e-12, 1.0 - 1e-12))))
