"""State in columns, people as Mesa agents that are windows on a row."""

from __future__ import annotations

import mesa
import numpy as np
import pytest

from simulation.process import reads
from simulation.week.deciding import deciding
from simulation.week.needing import needing
from simulation.week.supporting import supporting
from simulation.world.columns import Column, Table
from simulation.world.residents import Resident


def people(n: int = 5) -> Table:
    return Table(Resident, n, room=n + 2)


def test_a_view_reads_and_writes_the_column() -> None:
    table = people()
    someone = table.at(3)
    assert isinstance(someone, mesa.Agent)
    someone.age = 82.0
    someone.need = "three or more"
    assert table.age[3] == 82.0 and table.need[3] == 3
    assert someone.need == "three or more"
    assert table.at(3) is someone


def test_views_cannot_meet_registered_agents() -> None:
    assert people().at(0).unique_id == -1


def test_columns_are_plain_writable_arrays() -> None:
    table = people()
    assert table.age.flags.writeable and table.age.flags.c_contiguous
    assert table.friends.shape == (5, 6) and (table.friends == -1).all()


def test_rows_can_be_added_beyond_the_room() -> None:
    table = people()
    table.age[:] = 40
    rows = table.append(10, age=20.0)
    assert len(table) == 15 and (table.age[rows] == 20).all() and (table.age[:5] == 40).all()
    assert table.partner[rows[0]] == -1


def test_a_state_is_a_copy_and_loads_back() -> None:
    table = people()
    table.age[:] = np.arange(5)
    state = table.state()
    table.age[:] = 0
    other = people(0)
    other.restore(state)
    assert other.age.tolist() == [0, 1, 2, 3, 4]


def test_an_unknown_column_is_named() -> None:
    with pytest.raises(AttributeError, match="no column 'agee'"):
        _ = people().agee
    with pytest.raises(IndexError):
        people().at(99)


def test_what_a_process_reads_is_told_by_whatever_name_it_calls_the_table() -> None:
    assert {"residents.unmet", "residents.asked", "residents.need"} <= set(reads(deciding)), "r = town.residents; r.unmet"
    assert {"providers.closes", "placements.given"} <= set(reads(supporting)), "p = cast(Any, town.providers)"
    of_people = {f"residents.{name}" for name, column in vars(Resident).items() if isinstance(column, Column)}
    assert {name for name in reads(needing) if name.startswith("residents.")} <= of_people, "r: Rates is no table"
