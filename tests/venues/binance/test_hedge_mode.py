"""Accounts of USD-M with two positions an instrument, which cannot be traded on here: that is said, and nothing is guessed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence

import msgspec
import pytest
from tests.trading.rig import USDM, rig
from tests.venues.binance.trading_rig import RECEIVED_NS, USDM_LISTINGS

from tickwright.errors import VenueRejected
from tickwright.model.account import Position
from tickwright.model.instrument import Instruments
from tickwright.testing.virtual_time import virtual_time
from tickwright.venues.base import RestCall
from tickwright.venues.binance.account_answers import positions
from tickwright.venues.binance.usdm_trading import UsdmTrading
from tickwright.venues.binance.user_events import user_events
from tickwright.venues.trading import StreamEnded


LONG = {
    "symbol": "BTCUSDT", "positionSide": "LONG", "positionAmt": "0.500", "entryPrice": "65000.10",
    "markPrice": "65110.1", "unRealizedProfit": "1.1", "liquidationPrice": "0",
}  # fmt: skip
SHORT = {**LONG, "positionSide": "SHORT", "positionAmt": "-0.200"}
ROWS = json.dumps([LONG, SHORT]).encode()


class Hedged(UsdmTrading):
    """Calls at a venue where the account is in hedge mode."""

    is_hedged = True

    def positions(self, instruments: Instruments) -> Sequence[RestCall[list[Position]]]:
        (call,) = super().positions(instruments)

        def decode(body: bytes, received_ts_ns: int) -> list[Position]:
            return call.decode(ROWS if self.is_hedged else body, received_ts_ns)

        return (msgspec.structs.replace(call, decode=decode),)


def test_two_positions_of_an_instrument_are_not_told_as_one() -> None:
    with pytest.raises(VenueRejected, match=r"hedge mode.*set it to one-way mode"):
        positions("binance.usdm", USDM_LISTINGS)(ROWS, RECEIVED_NS)
    changes = {"m": "ORDER", "B": [], "P": [{"s": "BTCUSDT", "pa": "0.5", "ep": "1", "ps": "LONG"}]}
    event = {"e": "ACCOUNT_UPDATE", "E": 1, "T": 2, "a": changes}
    (news,) = user_events(json.dumps(event).encode(), RECEIVED_NS, USDM, USDM_LISTINGS)
    assert isinstance(news, StreamEnded)
    assert "hedge mode" in news.reason


@virtual_time
async def test_an_account_in_hedge_mode_is_not_ready_until_it_is_in_one_way_mode() -> None:
    async with rig(USDM) as at:
        at.desk.calls = calls = Hedged()
        session = at.private()
        await asyncio.sleep(60.0)
        assert not session.was_ready
        assert "hedge mode" in session.reason
        calls.is_hedged = False
        await session.wait_ready()
