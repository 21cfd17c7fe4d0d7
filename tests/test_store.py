"""The store: every answer once, to the last bit, whatever database it is in; scenarios counted, even those deleted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa

from scenarios import experiment, tables
from scenarios import store as kept
from scenarios.packing import packed, plan_as_text, plan_from_text, unpacked
from scenarios.plan import library, load
from scenarios.store import Asked, Said, Store
from simulation import places
from simulation.errors import BadInput, RunStopped
from tests.driven import made_up
from tests.servers import database, postgres
from tests.test_experiment import carried, exports, read, start

NUMBERS = count(1)
VALUES = {(0, "council_net", "pounds", "all"): 0.1 + 0.2, (0, "people", "people", "65+"): 1e300, (1, "people", "people", "all"): 5e-324}
WEEKLY = {"people": np.array([1.5, np.nan, -0.0], dtype=np.float32)}


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with postgres() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgres"])
def fresh(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], str]:
    """Addresses of new stores, one after the other."""
    if request.param == "sqlite":
        return lambda: str(tmp_path / f"store{next(NUMBERS)}.db")
    url = request.getfixturevalue("server")
    return lambda: database(url, f"store{next(NUMBERS)}")


def asked(name: str = "trial", scenarios: tuple[str, ...] = ("as_now", "plan_a"), replications: int = 2) -> Asked:
    """An experiment of made-up runs at one place."""
    rows = [{"key": f"s-{s}", "place": "riverton", "name": s, "title": s, "budget_rule": "follows_demand", "plan": "{}", "begun": "2026",
             "changes_nothing": s == "as_now"} for s in scenarios]
    runs = [{"key": f"r-{s}-{k}", "scenario": f"s-{s}", "against": "" if s == "as_now" else f"r-as_now-{k}", "parameter_set": "p",
             "provenance": "o", "place": "riverton", "seed": 2**63 - 1, "replication": k, "one_in": 1, "worlds": "drawn", "years": 2,
             "first_year": "2026-27"} for k in range(replications) for s in scenarios]
    about = {"key": f"e-{name}", "name": name, "title": "A trial", "question": "?", "text": name, "begun": "2026"}
    origin = {"key": "o", "code_hash": "c", "evidence_hash": "e", "place_hash": "p", "made_with": "{}"}
    return Asked(about, rows, [{"key": "p", "changes": "{}"}], [origin], runs)


def said(key: str, **change: Any) -> Said:
    return Said(**{"key": key, "values": VALUES, "weekly": WEEKLY, "lines": {"home_care": np.arange(3.0)}, "seconds": 1.0, **change})


def bits(values: dict[Any, float]) -> dict[Any, bytes]:
    return {k: np.float64(v).tobytes() for k, v in values.items()}


# Kept once, to the bit ----------------------------------------------------------------------------------------------------
def test_what_a_run_said_comes_back_to_the_last_bit_and_is_kept_once(fresh: Callable[[], str]) -> None:
    with Store(fresh()) as store:
        store.begin(asked())
        missing = {**VALUES, (1, "lonely_often", "share", "all"): np.nan, (1, "nobody", "people", "all"): -0.0}
        assert store.finish([said("r-as_now-0", values=missing)]) == 1
        assert store.finish([said("r-as_now-0", values=dict.fromkeys(VALUES, 9.9))]) == 0, "the first answer stands"
        run = store.run("r-as_now-0")
        assert bits(store.values(run["id"])) == bits({**VALUES, (1, "nobody", "people", "all"): 0.0}) and run["seed"] == 2**63 - 1 and run["tries"] == 1
        assert store.series(run["id"])["people"].tobytes() == WEEKLY["people"].tobytes()
        lines = store.lines("r-as_now-0")
        assert lines is not None and lines["home_care"].tolist() == [0, 1, 2] and store.lines("r-as_now-1") is None
        store.begin(asked())
        assert store.states("e-trial") == {"r-as_now-0": "finished", "r-as_now-1": "planned", "r-plan_a-0": "planned", "r-plan_a-1": "planned"}


def test_answers_are_kept_together_or_not_at_all(fresh: Callable[[], str], monkeypatch: pytest.MonkeyPatch) -> None:
    with Store(fresh()) as store:
        store.begin(asked())
        monkeypatch.setattr(kept, "packed", _out_of_memory_at_the_second(kept.packed))
        with pytest.raises(MemoryError):
            store.finish([said("r-as_now-0", lines={}), said("r-plan_a-0", lines={})])
        assert set(store.states("e-trial").values()) == {"planned"} and store.values(1) == {}
        monkeypatch.undo()
        assert store.finish([said("r-as_now-0"), said("r-plan_a-0")]) == 2


def _out_of_memory_at_the_second(pack: Callable[[Any], bytes]) -> Callable[[Any], bytes]:
    calls = count(1)

    def work(series: Any) -> bytes:
        if next(calls) == 2:
            raise MemoryError
        return pack(series)
    return work


def test_a_failure_is_on_record_until_the_run_is_finished(fresh: Callable[[], str]) -> None:
    with Store(fresh()) as store:
        store.begin(asked())
        store.fail(["r-plan_a-0"], "ValueError in falling.py, falling", "the whole story")
        (failed,) = store.runs("e-trial", "failed")
        assert (failed["key"], failed["error_kind"], failed["error"], failed["tries"]) == (
            "r-plan_a-0", "ValueError in falling.py, falling", "the whole story", 1)
        store.finish([said("r-plan_a-0")])
        store.fail(["r-plan_a-0"], "late", "a second process lost it")
        (done,) = store.runs("e-trial", "finished")
        assert done["error"] == "" and done["tries"] == 2


# Scenario k of n ----------------------------------------------------------------------------------------------------------
def test_every_plan_ever_tried_keeps_its_number_and_a_deleted_one_a_tombstone(fresh: Callable[[], str]) -> None:
    with Store(fresh()) as store:
        store.begin(asked("one", ("as_now", "plan_a")))
        store.begin(asked("two", ("as_now", "plan_b", "plan_a")))
        store.finish([said("r-as_now-0"), said("r-plan_a-0"), said("r-plan_b-0")])
        assert {s["name"]: (s["number"], s["of"]) for s in store.scenarios("riverton")} == {"as_now": (None, 2), "plan_a": (1, 2), "plan_b": (2, 2)}
        assert store.forget("riverton", "plan_a", "its file had a slip") == 2
        store.begin(asked("three", ("as_now", "plan_c")))
        told = {s["name"]: (s["number"], s["of"], s["why_deleted"]) for s in store.scenarios()}
        assert told["plan_a"] == (1, 3, "its file had a slip") and told["plan_c"] == (3, 3, "")
        assert not any(r["scenario_name"] == "plan_a" for e in store.experiments() for r in store.runs(e["key"]))
        with pytest.raises(BadInput, match="no scenario 'plan_z' was ever put"):
            store.forget("riverton", "plan_z", "")


def test_stores_are_put_together_and_nothing_is_counted_twice(fresh: Callable[[], str]) -> None:
    with Store(fresh()) as here, Store(fresh()) as there:
        here.begin(asked("one", ("as_now", "plan_a")))
        here.finish([said("r-as_now-0"), said("r-plan_a-0")])
        there.begin(asked("one", ("as_now", "plan_a")))
        there.begin(asked("two", ("as_now", "plan_b")))
        other = {**VALUES, (7, "new", "people", "all"): 1.0}
        there.finish([said("r-as_now-0"), said("r-as_now-1", values=other), said("r-plan_b-0")])
        there.fail(["r-plan_b-1"], "kind", "why")
        assert here.take(there) == 2 and here.take(there) == 0
        assert bits(here.values(here.run("r-as_now-1")["id"])) == bits(other)
        assert here.states("e-two") == {"r-as_now-0": "finished", "r-as_now-1": "finished", "r-plan_b-0": "finished", "r-plan_b-1": "failed"}
        assert {s["name"]: s["number"] for s in here.scenarios()} == {"as_now": None, "plan_a": 1, "plan_b": 2}


# The database -------------------------------------------------------------------------------------------------------------
def test_the_migrations_make_exactly_the_tables_the_store_uses(fresh: Callable[[], str]) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext

    with Store(fresh()) as store, store.engine.connect() as c:
        assert compare_metadata(MigrationContext.configure(c, opts={"compare_type": True}), tables.META) == []


def test_a_store_of_a_later_careshift_is_left_alone(fresh: Callable[[], str]) -> None:
    where = fresh()
    with Store(where) as store, store.engine.begin() as c:
        c.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(BadInput, match=r"written by a later careshift \(form 9999\); use that careshift"):
        Store(where)


def test_a_connection_lost_in_the_middle_of_writing_is_taken_up_again(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    where = database(server, f"store{next(NUMBERS)}")
    pack, cut = kept.packed, count(1)

    def work(series: Any) -> bytes:
        if next(cut) == 2:
            admin = sa.create_engine(server)
            with admin.begin() as c:
                assert c.execute(sa.text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname LIKE 'store%'")).all()
            admin.dispose()
        return pack(series)

    with Store(where) as store:
        store.begin(asked())
        monkeypatch.setattr(kept, "packed", work)
        assert store.finish([said("r-as_now-0", lines={}), said("r-plan_a-0", lines={})]) == 2
        assert next(cut) == 5, "the transaction was begun again from the start"
        assert bits(store.values(store.run("r-plan_a-0")["id"])) == bits(VALUES)


def test_two_processes_on_one_server_share_an_experiment_and_lose_nothing(server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same experiment twice at once, and then whole: as if one process had run it alone."""
    monkeypatch.setattr(experiment, "replicated", made_up)
    where = database(server, f"store{next(NUMBERS)}")
    read(tmp_path)
    with Store(where):
        both = [start(tmp_path, "run", "tiny.yaml", "--workers", "1", "--store", where, "--resume", how="made_up") for _ in range(2)]
        for one in both:
            out, err = one.communicate(timeout=60)
            assert one.returncode == 0 and not err and "of 6 runs are finished and kept" in out
    (tmp_path / "alone").mkdir()
    carried(read(tmp_path / "alone"), tmp_path / "alone" / "s.db")
    assert exports(where, tmp_path) == exports(tmp_path / "alone" / "s.db", tmp_path / "alone")


def test_one_writer_at_a_time_for_a_file(tmp_path: Path) -> None:
    with Store(tmp_path / "s.db") as store, store.writing(), Store(tmp_path / "s.db") as second:
        with pytest.raises(BadInput, match="another careshift is writing to this store; wait until it is done, or write to another --store"), \
                second.writing():
            raise AssertionError("never reached")
        assert second.experiments() == [], "reading goes on beside the writer"


def test_a_full_disk_is_said_plainly_and_keeps_what_is_finished(tmp_path: Path) -> None:
    """SQLite itself says that the disk is full: the file may not grow."""
    with Store(tmp_path / "s.db") as store:
        store.begin(asked())
        store.finish([said("r-as_now-0")])
        sa.event.listen(store.engine, "checkout", lambda c, *_: c.execute("PRAGMA max_page_count=1"))  # SQLite takes what is used already
        big = {"people": np.random.default_rng(1).normal(size=200_000).astype(np.float32)}
        with pytest.raises(RunStopped, match=r"\(database or disk is full\); what is finished is kept; make room on the disk, then .*--resume"):
            store.finish([said("r-plan_a-0", weekly=big)])
    with Store(tmp_path / "s.db") as store:
        assert store.states("e-trial")["r-plan_a-0"] == "planned" and store.finish([said("r-plan_a-0", weekly=big)]) == 1


@pytest.mark.parametrize(("where", "told"), [
    ("nonsense://", "this is not the address of a store"), ("missing.db", "there is no store here; name it with --store")])
def test_a_store_that_is_not_there_is_told_plainly(where: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BadInput, match=told):
        Store(where, make=False)


def test_a_file_that_is_no_store_is_told_plainly(tmp_path: Path) -> None:
    (tmp_path / "s.db").write_text("these are my notes, and no database at all; " * 40)
    with pytest.raises(RunStopped, match=r"s\.db: the store cannot be written or read"):
        Store(tmp_path / "s.db")


# Plans and series as text and bytes ---------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", library())
def test_a_plan_is_the_same_after_it_was_text(name: str) -> None:
    plan = load(name, places=places.known()).plan
    again = plan_from_text(plan_as_text(plan))
    assert again == plan and plan_as_text(again) == plan_as_text(plan)


def test_series_are_the_same_after_they_were_bytes_and_the_same_bytes_each_time() -> None:
    series = {"a|b": np.array([1.0, np.nan]), "é": np.arange(3, dtype=np.float32), "nothing": np.zeros(0)}
    again = unpacked(packed(series))
    assert list(again) == list(series) and packed(series) == packed(again)
    assert all(again[k].tobytes() == series[k].tobytes() and again[k].dtype == series[k].dtype for k in series)
