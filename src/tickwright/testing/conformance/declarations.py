"""What a product claims, and nothing else, is there."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from typing import Any

from tickwright.errors import NotSupported
from tickwright.model.market import MarketEvent
from tickwright.model.topics import BookUpdates, Liquidations
from tickwright.testing.conformance.deck import card
from tickwright.testing.conformance.table import SETTLE_S, all_topics, set_table, topics_of
from tickwright.venues.base import Product


__all__ = ["EVENT_WITHIN_S"]

EVENT_WITHIN_S = 400.0
"""Longer than any candle that is the shortest of its venue, in virtual time: what comes at all comes by then."""


@card
async def lists_instruments_that_it_owns(product: Product) -> None:
    """Listings are read, and every id leads back to the product and the symbol."""
    async with set_table(product) as table:
        listed = await table.tw.instruments(product.name)
        assert len(listed) >= len(table.ids), f"{len(listed)} instruments are listed"
        for instrument in listed:
            assert product.owns(instrument.id), f"{instrument.id} is not owned by {product.name}"
            assert listed.by_symbol(product.name, instrument.symbol) is instrument
            assert instrument.tick_size > 0, f"{instrument.id} has no tick"
            assert instrument.lot_size > 0, f"{instrument.id} has no lot"


@card
async def streams_every_topic_that_it_claims(product: Product) -> None:
    """Each kind of topic brings an event of its type, of the right instrument, with its times in order."""
    async with set_table(product) as table:
        name, subjects = table.ids[0], all_topics()
        for kind in sorted(product.topics, key=lambda each: each.__name__):
            if kind not in subjects:
                continue
            topic = await table.topic(kind)
            heard = table.hear(topic)
            is_rare = isinstance(topic, Liquidations)
            await table.until(
                lambda heard=heard, is_rare=is_rare: bool(heard) or is_rare,  # type: ignore[misc]  # bound now
                f"an event of {topic}",
                EVENT_WITHIN_S,
            )
            for event in heard[:1]:
                assert isinstance(event, kind.event) or kind is BookUpdates, f"{topic}: {event!r}"
                _is_stamped(event, name)


def _is_stamped(event: Any, name: str) -> None:
    if not isinstance(event, MarketEvent):
        return
    assert event.instrument == name, f"{event!r} is not of {name}"
    assert event.received_ts_ns > 0, f"{event!r} was never received"
    assert event.delivered_ts_ns >= event.received_ts_ns, f"{event!r} was delivered too early"


@card
async def refuses_what_it_does_not_claim_before_any_io(product: Product) -> None:
    """Topics that are not offered raise `NotSupported`, and nothing reaches the venue."""
    async with set_table(product) as table:
        await table.instrument()
        name = table.ids[0]
        board = table.sandbox.venue.switchboard(product.name)
        before = (len(table.sandbox.venue.rest(product.name).requests), board.connected)
        for kind in all_topics():
            if kind in product.topics:
                continue
            topic = topics_of(kind, name)[0]
            try:
                table.tw.on(topic, lambda event: None)
            except NotSupported:
                continue
            raise AssertionError(f"{topic} is not offered, and was taken")
        after = (len(table.sandbox.venue.rest(product.name).requests), board.connected)
        assert after == before, "a topic that is not offered was asked for"


@card
async def answers_every_call_that_it_offers(product: Product) -> None:
    """Each REST call is answered by the sandbox, or raises `NotSupported` before any I/O."""
    async with set_table(product) as table:
        instrument = await table.instrument()
        await asyncio.sleep(SETTLE_S)
        fetch, name = table.tw.fetch, instrument.id
        asked: Sequence[tuple[str, Awaitable[Any]]] = (
            ("server_time_ns", fetch.server_time_ns(product.name)),
            ("book", fetch.book(name, limit=5)),
            ("trades", fetch.trades(name, limit=5)),
            ("agg_trades", fetch.agg_trades(name, limit=5)),
            ("candles", fetch.candles(name, "1m", limit=5)),
            ("ticker", fetch.ticker(name)),
            ("tickers", fetch.tickers(product.name)),
            ("quote", fetch.quote(name)),
            ("premium_index", fetch.premium_index(name)),
            ("funding_history", fetch.funding_history(name, limit=5)),
            ("open_interest", fetch.open_interest(name)),
        )
        rest = table.sandbox.venue.rest(product.name)
        for what, call in asked:
            before = len(rest.requests)
            try:
                await call
            except NotSupported:
                assert len(rest.requests) == before, f"{what} is not offered, and was sent"
