"""Workers of a Dask cluster, from one core to many by one flag: they run replications, this process alone keeps the answers.

Somebody else starts scheduler and workers, and they stay when the experiment ends. A worker that was made of other code,
evidence, places or libraries than this process is refused, since its answers would be kept under a name that is not theirs.
"""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future
from contextlib import contextmanager, suppress
from functools import lru_cache
from typing import Any

from simulation.errors import BadInput, Problem, RunStopped

ADDRESS = re.compile(r"(tcp|tls)://(\[[0-9a-fA-F:.]+\]|[\w.-]+):(\d{1,5})")
CONNECT, LOOK, PATIENCE = 10.0, 2.0, 300.0  # seconds: to reach the scheduler, between looks at it, without any worker
ONE_AT_A_TIME = threading.Lock()  # a worker with several threads still runs one replication at a time
Made = Mapping[str, str]


def address(text: str) -> str:
    """A scheduler's address as a person wrote it. Raises BadInput."""
    found = ADDRESS.fullmatch(text)
    if not found or not 0 < int(found[3]) < 2**16:
        raise BadInput(Problem("", 0, "--cluster", f"{text!r} is not the address of a scheduler",
                               "write tcp://host:port (or tls://host:port), as dask scheduler prints it when it starts"))
    return text


@lru_cache(maxsize=64)
def made_of(place: str) -> Made:
    """What an answer of this process is made of: code, evidence, place, Python and libraries."""
    from scenarios.experiment import libraries, origins

    return {**origins(place), **libraries()}


def alike(fn: Callable[..., Any], made: Mapping[str, Made], *args: Any) -> Any:
    """In a worker: run it, if this worker is made of what the asking process is made of. Raises RunStopped."""
    for place, theirs in made.items():
        mine = made_of(place)
        if other := [f"{name.removesuffix('_hash')} ({theirs[name]} there, {mine.get(name)} here)" for name in theirs if mine.get(name) != theirs[name]]:
            raise RunStopped(Problem("", 0, "--cluster", f"a worker is made of other {', '.join(other)}",
                                     "install the same careshift, Python and libraries on every machine, and start its workers again"))
    with ONE_AT_A_TIME:
        return fn(*args)


class Afar(Executor):
    """The workers of a cluster. What was under way when workers or scheduler went is a broken executor's, and is given again."""

    def __init__(self, client: Any, made: Mapping[str, Made]):
        self.client, self.made, self.pool = client, made, client.get_executor(pure=False)
        self.flying: dict[Future[Any], Future[Any]] = {}
        self.workers, self.ended = count(client), threading.Event()
        self.watch = threading.Thread(target=self._watch, daemon=True)
        self.watch.start()

    @property
    def at_once(self) -> int:
        """So many replications are with the cluster at a time: each worker has one to run and one to go on with."""
        return 2 * max(1, self.workers)

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Hand a replication to the scheduler."""
        mine: Future[Any] = Future()
        try:
            theirs = self.pool.submit(alike, fn, self.made, *args, **kwargs)
        except Exception as error:  # the client has lost its scheduler
            raise BrokenExecutor(str(error)) from error
        self.flying[mine] = theirs
        theirs.add_done_callback(lambda done: self._landed(mine, done))
        return mine

    def _landed(self, mine: Future[Any], done: Future[Any]) -> None:
        if self.flying.pop(mine, None) is None:
            return
        if done.cancelled():
            mine.set_exception(BrokenExecutor("the scheduler was lost"))
        elif error := done.exception():
            ended = type(error).__name__ in ("KilledWorker", "FutureCancelledError", "NoWorkersError")
            mine.set_exception(BrokenExecutor(str(error)) if ended else error)
        else:
            mine.set_result(done.result())

    def _watch(self) -> None:
        """Nobody waits for ever for workers that are gone."""
        alone = 0.0
        while not self.ended.wait(LOOK):
            with suppress(Exception):
                self.workers = count(self.client)
            alone = 0.0 if self.workers else alone + LOOK
            if alone >= PATIENCE:
                while self.flying:
                    with suppress(KeyError):
                        self.flying.popitem()[0].set_exception(BrokenExecutor("no worker is left"))

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Leave the cluster; what it still runs for us is of no use to anybody."""
        self.ended.set()
        with suppress(Exception):
            self.pool.shutdown(wait=False)


def count(client: Any) -> int:
    """How many workers the scheduler has."""
    return len(client.scheduler_info()["workers"])


@contextmanager
def cluster(where: str, places: Sequence[str]) -> Iterator[Afar]:
    """The workers of the cluster at this address. Raises BadInput, or RunStopped where it cannot be reached or has no worker."""
    client = _reached(address(where))
    try:
        try:
            client.wait_for_workers(1, timeout=min(CONNECT, PATIENCE))
        except Exception:
            raise _gone(where, "no worker has joined the scheduler",
                        f"start some: dask worker {where} --nthreads 1 --nworkers N, with this careshift installed") from None
        afar = Afar(client, {place: made_of(place) for place in places})
        try:
            yield afar
        finally:
            afar.shutdown()
    finally:
        with suppress(Exception):
            client.close(timeout=LOOK)


def _reached(where: str) -> Any:
    try:
        from distributed import Client
    except ImportError as error:
        raise BadInput(Problem("", 0, "--cluster", f"{error.name} is needed for a cluster and is not installed",
                               "pip install 'careshift[cluster]'")) from None
    for name in list(logging.root.manager.loggerDict):
        if name.split(".")[0] in ("distributed", "tornado"):
            logging.getLogger(name).setLevel(logging.CRITICAL)  # what there is to say of a lost scheduler is said by us
    try:
        return Client(where, timeout=CONNECT, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        why = next(iter(str(error).strip().splitlines()), type(error).__name__)
        raise _gone(where, f"the scheduler cannot be reached ({why})",
                    "see that dask scheduler is running there and that this machine may connect to it") from None


def _gone(where: str, what: str, todo: str) -> RunStopped:
    return RunStopped(Problem("", 0, "--cluster", f"{where}: {what}; what is finished is kept", todo))
