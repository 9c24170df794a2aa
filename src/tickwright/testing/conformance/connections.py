"""Connections come back, are noticed when they are dead, and obey the venue's rules."""

from __future__ import annotations

import asyncio

from tickwright.app.connector import Connector
from tickwright.model.market import Trade
from tickwright.model.notices import SessionDown, SessionUp, TopicFailed
from tickwright.model.topics import Trades
from tickwright.sandbox.faults import EOF
from tickwright.sandbox.sandbox import Sandbox
from tickwright.testing.conformance.deck import card
from tickwright.testing.conformance.table import HEAL_WITHIN_S, count_of, set_table
from tickwright.testing.venues import MemoryVenues
from tickwright.venues.base import Product


__all__ = ["REFUSAL"]

REFUSAL = "the sandbox refuses this stream"
_HEALTHY_S = 40.0
"""After it the delays of reconnecting begin anew."""


@card
async def comes_back_after_every_kind_of_close(product: Product) -> None:
    """After each close code, and after none, all is as before (G3)."""
    async with set_table(product) as table:
        for name in table.ids:
            await table.tw.book(name)
        for code in (1000, 1001, 1008, 1011, 1012, EOF):
            downs = sum(isinstance(each, SessionDown) for each in table.notices)
            table.sandbox.close_sockets(code)
            await table.until(
                lambda downs=downs: (
                    count_of(table.notices, SessionDown) > downs  # type: ignore[misc]  # bound now
                    and count_of(table.notices, SessionUp) > downs
                ),
                f"a session after code {code}",
                HEAL_WITHIN_S,
            )
            await table.books_are_equal()
            await asyncio.sleep(_HEALTHY_S)


@card
async def notices_a_line_that_went_dead(product: Product) -> None:
    """Nothing is sent any more on an open socket: it is replaced (G4)."""
    async with set_table(product) as table:
        await table.tw.book(table.ids[0])
        for connection in table.sandbox.venue.connections():
            connection.is_black_hole = True
        await table.until(
            lambda: count_of(table.notices, SessionDown) > 0, "a dead line", HEAL_WITHIN_S
        )
        await table.books_are_equal()


@card
async def outlives_the_venue_s_heartbeat_rules(product: Product) -> None:
    """A quarter of an hour without one disconnect: pings are sent or answered as the venue wants them (G11)."""
    async with set_table(product) as table:
        await table.tw.book(table.ids[0])
        await asyncio.sleep(900)
        downs = [each for each in table.notices if isinstance(each, SessionDown)]
        assert not downs, f"the venue hung up: {downs[0].reason}"


@card
async def lets_a_refused_stream_fail_alone(product: Product) -> None:
    """One bad topic is told with the venue's text, and the others flow (G22)."""
    async with set_table(product) as table:
        bad, good = Trades(table.ids[0]), Trades(table.ids[1])
        table.faults.refuse[await table.stream_of(bad)] = REFUSAL
        heard_bad, heard_good = table.hear(bad), table.hear(good)
        await table.until(
            lambda: count_of(table.notices, TopicFailed) > 0, "word of a refusal", HEAL_WITHIN_S
        )
        failed = [each for each in table.notices if isinstance(each, TopicFailed)]
        assert [each.stream for each in failed] == [await table.stream_of(bad)]
        assert REFUSAL in failed[0].text, f"the venue's words are missing: {failed[0].text!r}"
        await table.until(lambda: bool(heard_good), "the other stream", HEAL_WITHIN_S)
        assert not [event for event in heard_bad if isinstance(event, Trade)]


@card
async def leaves_nothing_behind(product: Product) -> None:
    """Closing ends every connection (G27)."""
    async with Sandbox((product.name,), instruments=1, network=MemoryVenues()) as sandbox:
        async with Connector.open(product, environment=sandbox) as tw:
            await tw.book(sandbox.instruments[0])
            assert sandbox.venue.connections()
        await asyncio.sleep(1)
        assert not sandbox.venue.connections(), "a connection is still open"
