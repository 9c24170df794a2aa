"""Tying a stream to the venue's watch, at venues that have it, have it not, refuse, or do not answer."""

from __future__ import annotations

import asyncio

import msgspec
import pytest
from tests.trading.deadman_rig import WINDOW_S, guarded
from tests.trading.rig import BYBIT_LINEAR, BYBIT_SPOT, Rig, rig

from tickwright.core.privatestate import PrivateState
from tickwright.model.orders import OrderState
from tickwright.testing.virtual_time import virtual_time
from tickwright.trading.private import PrivateSession
from tickwright.trading.tether import Tie
from tickwright.venues.base import RestCall
from tickwright.venues.bybit.disconnects import TETHERS
from tickwright.venues.bybit.private_protocol import PrivateTopics
from tickwright.venues.deadman import Tether


both = pytest.mark.parametrize("product", [BYBIT_SPOT, BYBIT_LINEAR])


def tied(at: Rig, tether: Tether) -> tuple[PrivateSession, Tie, list[str]]:
    """Run a private stream that is tied, and return what was said of it."""
    said: list[str] = []
    session = at.private()
    tie = Tie(tether, at.rest, WINDOW_S, said.append)
    session._parts = msgspec.structs.replace(session._parts, tie=tie)
    return session, tie, said


def never(call: RestCall[float | None]) -> RestCall[float | None]:
    """Return the same question at a venue that always says that the account has no watch."""
    return msgspec.structs.replace(call, decode=lambda body, received_ts_ns: None)


@both
@virtual_time
async def test_the_stream_is_tied_before_it_is_ready_and_again_after_each_outage(
    product: str,
) -> None:
    async with guarded(product) as at:
        tether = at.product.dead_man
        assert isinstance(tether, Tether)
        assert await at.at.rest.call(tether.ask) == WINDOW_S
        assert at.lacking == []
        await asyncio.sleep(5)
        at.at.sandbox.close_sockets(1006)
        await at.at.until(lambda: at.session.state is not PrivateState.READY)
        await at.session.wait_ready()
        order = await at.at.submit()
        await asyncio.sleep(2 * WINDOW_S)
        assert await at.at_the_venue(order) == "open"
        await at.die()
        await asyncio.sleep(WINDOW_S + 5)
        assert await at.at_the_venue(order) == "canceled"


@virtual_time
async def test_an_account_without_a_watch_is_told_once_and_does_without() -> None:
    async with rig(BYBIT_LINEAR) as at:
        tether = TETHERS["linear"]
        lacking = msgspec.structs.replace(tether, ask=never(tether.ask))
        session, tie, said = tied(at, lacking)
        await session.wait_ready()
        assert tie.is_held is False
        assert said == ["the venue has not switched it on for this account"]
        at.sandbox.close_sockets(1006)
        await at.until(lambda: session.state is not PrivateState.READY)
        await session.wait_ready()
        assert len(said) == 1


@virtual_time
async def test_a_window_that_is_refused_is_told_in_the_venue_s_words() -> None:
    async with rig(BYBIT_LINEAR) as at:
        tether = TETHERS["linear"]
        session, tie, said = tied(
            at, msgspec.structs.replace(tether, set=lambda window_s: tether.set(1.0))
        )
        await session.wait_ready()
        assert tie.is_held is False
        assert "10001" in said[0]


@virtual_time
async def test_a_topic_that_is_refused_leaves_the_stream_as_it_is() -> None:
    async with rig(BYBIT_LINEAR) as at:
        wrong = msgspec.structs.replace(
            TETHERS["linear"],
            greeting=lambda number: PrivateTopics().subscribe(("dcp.nobody",), number),
        )
        session, tie, said = tied(at, wrong)
        await session.wait_ready()
        assert tie.is_held is False
        assert "dcp.nobody" in said[0]
        assert (await at.submit()).state is OrderState.OPEN


@virtual_time
async def test_a_venue_that_does_not_answer_is_asked_on_another_connection() -> None:
    async with rig(BYBIT_LINEAR) as at:
        at.sandbox.faults.rest_only = {"*disconnected-cancel-all"}
        at.sandbox.faults.rest_black_hole = True
        session, tie, said = tied(at, TETHERS["linear"])
        await at.until(lambda: session.reconnects > 0)
        assert tie.is_held is None
        at.sandbox.faults.rest_black_hole = False
        await session.wait_ready()
        assert tie.is_held is True
        assert said == []
