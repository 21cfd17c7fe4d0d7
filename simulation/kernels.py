"""Rules that a reader can read and kernels that run them for a whole town: compiled once, kept on disk.

A rule is one person's values in and one value out. A kernel is a short loop over people that calls rules. Without numba
(NUMBA_DISABLE_JIT=1) both are plain Python and give the same answers.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
import numpy as np
from numba import njit
from numpy.typing import NDArray

F = TypeVar("F", bound=Callable[..., Any])

# Array types as kernels name them in their signatures.
F4 = NDArray[np.float32]
F8 = NDArray[np.float64]
I1 = NDArray[np.int8]
I2 = NDArray[np.int16]
I4 = NDArray[np.int32]
I8 = NDArray[np.int64]
U4 = NDArray[np.uint32]
B1 = NDArray[np.bool_]
Key = np.uint64

KERNELS: list[Any] = []


def _cache_folder() -> str:
    """The compiled kernels' folder, named by the shared files that kernels call, whose changes numba does not see."""
    told = hashlib.sha256()
    for name in ("draws", "rules"):
        shared = Path(__file__).with_name(f"{name}.py")
        told.update(shared.read_bytes() if shared.exists() else b"")
    base = Path(os.environ.get("CARESHIFT_CACHE") or Path.home() / ".cache" / "careshift")
    folder = base / f"kernels-{told.hexdigest()[:12]}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f".probe-{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError:
        folder = Path(tempfile.gettempdir()) / f"careshift-{os.getuid() if hasattr(os, 'getuid') else 0}" / folder.name
        folder.mkdir(parents=True, exist_ok=True)
    return str(folder)


numba.config.CACHE_DIR = _cache_folder()  # type: ignore[attr-defined]


def rule(f: F) -> F:
    """One person's values in, one value out: readable, testable, and compiled into the kernels that call it."""
    return cast(F, njit(inline="never", cache=True, nogil=True)(f))


def kernel(f: F) -> F:
    """A short loop over people that calls rules; compiled once for one set of types, and plain Python without numba."""
    compiled = njit(cache=True, nogil=True)(f)
    KERNELS.append(compiled)
    return cast(F, compiled)
