"""Every fault of market data in every phase, over memory and over sockets: afterwards all is as if nothing had been."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from tests.simulation.fault import SOON_S, Fault, Phase
from tests.simulation.scenarios import ALL_FAULTS, NOT_PLAYED, cells, play
from tests.simulation.world import TRANSPORTS, open_world, run_on

from tickwright.model.notices import BookStateChanged, CandleGap, Gap, SessionDown
from tickwright.sandbox.faults import Faults


@pytest.mark.parametrize(
    ("fault", "phase", "transport"),
    [
        pytest.param(*cell, id=f"{cell[0].name}, {cell[1].value}, over {cell[2]}")
        for cell in cells()
    ],
)
def test_g05_after_any_fault_in_any_phase_books_are_the_venues_and_no_trade_is_missing_untold(
    fault: Fault, phase: Phase, transport: str
) -> None:
    async def scenario(transport: str) -> None:
        async with open_world(transport) as world:
            await play(world, fault, phase)

    run_on(transport, scenario)


def test_every_fault_of_market_data_stands_in_the_table() -> None:
    tabled = {name for fault in ALL_FAULTS for name in fault.sets}
    assert tabled.isdisjoint(NOT_PLAYED)
    untold = set(Faults.__struct_fields__) - tabled - set(NOT_PLAYED)
    assert not untold, f"give each a row in scenarios.py, or a reason in NOT_PLAYED: {untold}"
    assert set(NOT_PLAYED) <= set(Faults.__struct_fields__)
    names = [fault.name for fault in ALL_FAULTS]
    assert len(set(names)) == len(names)


def test_every_cell_without_a_scenario_has_its_reason() -> None:
    for fault in ALL_FAULTS:
        assert len(fault.not_at) < len(Phase), fault.name
        assert all(fault.not_at.values()), fault.name


def test_every_fault_is_played_over_sockets() -> None:
    played = {fault.name for fault, _, transport in cells() if transport == "sockets"}
    assert played == {fault.name for fault in ALL_FAULTS}
    in_full = {fault.name for fault in ALL_FAULTS if fault.twin is None}
    assert {fault.twin for fault in ALL_FAULTS} - {None} <= in_full


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_g23_what_the_old_connection_no_longer_brought_comes_from_its_successor(
    transport: str,
) -> None:
    async def scenario(transport: str) -> None:
        async with open_world(transport) as world:
            await world.want()
            await asyncio.sleep(5.0)
            old = world.sandbox.venue.connections()
            world.renew()
            await asyncio.sleep(1.5)
            for connection in old:
                connection.is_black_hole = True
            await asyncio.sleep(1.0)
            world.mark()
            for connection in old:
                connection.abort()
            await world.heals(SOON_S)
            assert not [each for heard in world.heard.values() for each in heard if _is_loss(each)]
            downs = [each for each in world.notices if isinstance(each, SessionDown)]
            assert len(downs) == len(old)
            assert all(each.is_final for each in downs)

    run_on(transport, scenario)


def _is_loss(event: Any) -> bool:
    if isinstance(event, BookStateChanged):
        return not event.new.is_readable
    return isinstance(event, Gap | CandleGap)
