"""USD-M's countdown, at the sandbox's door."""

from __future__ import annotations

import pytest
from tests.venues.binance.trading_rig import USDM, USDM_BTC, Desk, ask, order_of

from tickwright.core.limits import Priority
from tickwright.model.orders import ReportedState
from tickwright.venues.binance.countdown import USDM_COUNTDOWN


@pytest.fixture
def desk() -> Desk:
    return Desk(is_futures=True)


def state(desk: Desk) -> ReportedState:
    return ask(desk.venue, USDM.query(order_of(desk.command()), USDM_BTC)).state


def pass_time(desk: Desk, delay_ms: int) -> None:
    desk.venue.market.now_ms += delay_ms
    desk.venue.side.beat(desk.venue.market.now_ms)


def test_orders_are_canceled_unless_it_is_wound_up_in_time(desk: Desk) -> None:
    desk.submit()
    for _ in range(3):
        assert ask(desk.venue, USDM_COUNTDOWN.wind(USDM_BTC, 30.0)) is None
        pass_time(desk, 29_000)
        assert state(desk) is ReportedState.OPEN
    pass_time(desk, 1_000)
    assert state(desk) is ReportedState.CANCELED


def test_a_window_of_nothing_stops_it(desk: Desk) -> None:
    desk.submit()
    ask(desk.venue, USDM_COUNTDOWN.wind(USDM_BTC, 7.5))
    ask(desk.venue, USDM_COUNTDOWN.wind(USDM_BTC, 0.0))
    pass_time(desk, 60_000)
    assert state(desk) is ReportedState.OPEN


def test_it_is_told_in_milliseconds_and_goes_first() -> None:
    call = USDM_COUNTDOWN.wind(USDM_BTC, 7.5)
    assert call.params == (("symbol", "BTCUSDT"), ("countdownTime", "7500"))
    assert call.priority is Priority.CANCEL
    assert not call.is_idempotent, "a second try would be older than the next one is new"
