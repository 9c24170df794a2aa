"""Trades and candles: each once, in order, through every cut."""

from __future__ import annotations

import asyncio
from itertools import pairwise

import msgspec

from tickwright.model.market import Candle, Trade
from tickwright.model.notices import Gap
from tickwright.model.topics import Candles, Trades
from tickwright.sandbox.faults import EOF
from tickwright.testing.conformance.deck import card
from tickwright.testing.conformance.table import INTERVALS, set_table
from tickwright.venues.base import Product, TradeIds


__all__: list[str] = []

_NS = 1_000_000_000
_CLOSES = 6


@card
async def tells_each_trade_once_and_in_order(product: Product) -> None:
    """Through cuts no trade comes twice, and each hole is told: which trades, or where ids are no count that there may be one (G17)."""
    async with set_table(product, rate_per_s=50.0) as table:
        heard = table.hear(Trades(table.ids[0]))
        for code in (EOF, 1001, EOF):
            await asyncio.sleep(20)
            table.sandbox.close_sockets(code)
        await asyncio.sleep(20)
        trades = [event for event in heard if isinstance(event, Trade)]
        gaps = [event for event in heard if isinstance(event, Gap)]
        ids = [trade.trade_id for trade in trades]
        assert len(ids) > 100, f"only {len(ids)} trades came"
        assert len(set(ids)) == len(ids), "a trade came twice"
        if product.trade_ids is TradeIds.OPAQUE:
            assert gaps, "three outages, and nobody said that trades may be missing"
            return
        missing = (
            set(range(int(ids[0]), int(ids[-1]) + 1)) - {int(each) for each in ids} - _told(gaps)
        )
        assert not missing, f"{len(missing)} trades are missing, and nobody said so"


def _told(gaps: list[Gap]) -> set[int]:
    """Return the ids of all trades that are said to be missing."""
    return {
        number
        for gap in gaps
        if isinstance(gap.first, int) and isinstance(gap.last, int)
        for number in range(gap.first, gap.last + 1)
    }


@card
async def closes_each_candle_once_and_in_order(product: Product) -> None:
    """Through cuts every candle closes once (G31)."""
    async with set_table(product) as table:
        topic = await table.topic(Candles)
        assert isinstance(topic, Candles)
        interval_s = INTERVALS[topic.interval]
        heard = table.hear(msgspec.structs.replace(topic, closed_only=True))
        for _ in range(4):
            await asyncio.sleep(1.5 * interval_s)
            table.sandbox.close_sockets(EOF)
        await asyncio.sleep(1.5 * interval_s)
        opened = [event.open_ts_ns for event in heard if isinstance(event, Candle)]
        assert len(opened) >= _CLOSES, (
            f"only {len(opened)} candles closed in seven {topic.interval}"
        )
        for before, after in pairwise(opened):
            assert after - before == interval_s * _NS, "a candle is missing, or came twice"
