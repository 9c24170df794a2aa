"""User data events as the documentation shows them, as others recorded them, and as the sandbox sends them."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.venues.binance.dialect.private.kit import Venue
from tests.venues.binance.trading_rig import (
    RECEIVED_NS,
    SPOT_BTC,
    SPOT_LISTINGS,
    USDM_BTC,
    USDM_LISTINGS,
    ask,
    command,
    order_of,
)

from tickwright.core.order import OrderLife
from tickwright.errors import DecodeError
from tickwright.model.market import Side
from tickwright.model.orders import (
    OrderReport,
    OrderState,
    OrderTerms,
    ReportedState,
    Trigger,
    TriggerBy,
    TriggerKind,
)
from tickwright.venues.binance.spot_trading import SpotTrading
from tickwright.venues.binance.usdm_trading import UsdmTrading
from tickwright.venues.binance.user_events import user_events
from tickwright.venues.trading import AccountNews, StreamEnded


D = Decimal
MS = 1_000_000


def read_spot(frame: bytes, received_ts_ns: int) -> Any:
    return user_events(frame, received_ts_ns, "binance.spot", SPOT_LISTINGS)


def read_usdm(frame: bytes, received_ts_ns: int) -> Any:
    return user_events(frame, received_ts_ns, "binance.usdm", USDM_LISTINGS)


EXECUTION: dict[str, Any] = {
    "e": "executionReport", "E": 1795000000206, "s": "BTCUSDT", "c": "sim-0001", "S": "BUY",
    "o": "LIMIT", "f": "GTC", "q": "0.01000000", "p": "65000.10000000", "P": "0.00000000",
    "F": "0.00000000", "g": -1, "C": "", "x": "TRADE", "X": "FILLED", "r": "NONE", "i": 28,
    "l": "0.01000000", "z": "0.01000000", "L": "65000.10000000", "n": "0.00001000", "N": "BTC",
    "T": 1795000000205, "t": 4200000050, "I": 76, "w": False, "m": True, "M": True,
    "O": 1795000000105, "Z": "650.00100000", "Y": "650.00100000", "Q": "0.00000000",
    "W": 1795000000105, "V": "EXPIRE_MAKER",
}  # fmt: skip
UPDATE: dict[str, Any] = {
    "s": "BTCUSDT", "c": "fsim-0001", "S": "BUY", "o": "LIMIT", "f": "GTC", "q": "0.010",
    "p": "65000.10", "ap": "65000.10000", "sp": "0", "x": "TRADE", "X": "FILLED", "i": 22542179,
    "l": "0.010", "z": "0.010", "L": "65000.10", "n": "0.32500050", "N": "USDT",
    "T": 1795000000205, "t": 6200000050, "m": False, "R": False, "ot": "LIMIT", "ps": "BOTH",
    "er": "0",
}  # fmt: skip
ALGO: dict[str, Any] = {
    "caid": "alg-0001", "aid": 2146760, "at": "CONDITIONAL", "o": "TAKE_PROFIT", "s": "BTCUSDT",
    "S": "SELL", "q": "0.010", "X": "TRIGGERED", "ai": "22542190", "p": "67000.00", "rm": "",
}  # fmt: skip


def spot(**changes: Any) -> Any:
    event = {"subscriptionId": 0, "event": {**EXECUTION, **changes}}
    (found,) = read_spot(json.dumps(event).encode(), RECEIVED_NS)
    return found


def usdm(event: dict[str, Any]) -> tuple[Any, ...]:
    return read_usdm(json.dumps(event).encode(), RECEIVED_NS)


def future(**changes: Any) -> Any:
    (found,) = usdm({"e": "ORDER_TRADE_UPDATE", "E": 1, "T": 2, "o": {**UPDATE, **changes}})
    return found


# ---------------------------------------------------------------------- orders


def test_a_trade_of_spot_names_its_execution_with_price_fee_and_side() -> None:
    report = spot()
    assert (report.client_order_id, report.venue_order_id) == ("sim-0001", "28")
    assert (report.state, report.side) == (ReportedState.FILLED, Side.BUY)
    (fill,) = report.fills
    assert (fill.trade_id, fill.price, fill.quantity) == ("4200000050", D("65000.1"), D("0.01"))
    assert (fill.fee, fill.fee_asset, fill.is_maker) == (D("0.00001"), "BTC", True)
    assert report.average_price == D("65000.1")
    assert report.venue_ts_ns == 1795000000205 * MS


def test_a_cancel_goes_by_the_order_s_name_not_by_its_own() -> None:
    report = spot(x="CANCELED", X="CANCELED", c="cxl-0001", C="sim-0005", t=-1, N=None)
    assert report.client_order_id == "sim-0005"
    assert report.fills == ()


def test_an_expiry_tells_the_reason() -> None:
    report = spot(x="EXPIRED", X="EXPIRED", eR="UNFILLED_IOC_QUANTITY_EXPIRED")
    assert (report.state, report.text) == (ReportedState.EXPIRED, "UNFILLED_IOC_QUANTITY_EXPIRED")
    assert spot(x="NEW", X="NEW").text == ""


@pytest.mark.parametrize(
    ("status", "on_book", "is_working"),
    [("NEW", True, True), ("NEW", False, False), ("PENDING_NEW", False, False), ("FILLED", False, True)],
)  # fmt: skip
def test_an_order_that_waits_for_its_trigger_is_told_from_one_that_works(
    status: str, *, on_book: bool, is_working: bool
) -> None:
    assert spot(X=status, w=on_book).is_working is is_working


def test_a_trade_of_futures_reads_like_one_of_spot() -> None:
    report = future()
    assert (report.client_order_id, report.state) == ("fsim-0001", ReportedState.FILLED)
    (fill,) = report.fills
    assert (fill.trade_id, fill.fee, fill.fee_asset) == ("6200000050", D("0.32500050"), "USDT")
    assert report.average_price == D("65000.1")


def test_a_new_order_of_futures_has_no_execution_and_need_not_have_a_fee() -> None:
    shown = {name: value for name, value in UPDATE.items() if name not in ("n", "N")}
    new = {**shown, "x": "NEW", "X": "NEW", "z": "0", "t": 0, "ap": "0"}
    (report,) = usdm({"e": "ORDER_TRADE_UPDATE", "o": new})
    assert (report.fills, report.average_price) == ((), None)


def test_events_of_combined_streams_are_read_from_inside() -> None:
    inner = {"e": "ORDER_TRADE_UPDATE", "E": 1, "T": 2, "o": UPDATE}
    assert usdm({"stream": "listen-key", "data": inner}) == usdm(inner)


def test_a_triggered_order_is_told_with_the_id_that_it_got() -> None:
    (report,) = usdm({"e": "ALGO_UPDATE", "T": 1795000900001, "E": 1, "o": ALGO})
    assert (report.client_order_id, report.venue_order_id) == ("alg-0001", "22542190")
    assert report.is_working
    (waiting,) = usdm({"e": "ALGO_UPDATE", "o": {**ALGO, "X": "NEW", "ai": ""}})
    assert not waiting.is_working
    (refused,) = usdm(
        {"e": "ALGO_UPDATE", "o": {**ALGO, "X": "REJECTED", "ai": "", "rm": "margin"}}
    )
    assert (refused.state, refused.text) == (ReportedState.REJECTED, "margin")


@pytest.mark.parametrize(
    "event",
    [
        {"e": "executionReport"},
        {**EXECUTION, "l": "much"},
        {**EXECUTION, "X": "TELEPORTED", "x": "TELEPORTED"},
        {"e": "ALGO_UPDATE", "o": {**ALGO, "X": "DREAMING"}},
    ],
)
def test_g01_what_cannot_be_read_is_no_news(event: dict[str, Any]) -> None:
    read = read_usdm if "o" in event and event["e"] == "ALGO_UPDATE" else read_spot
    with pytest.raises(DecodeError):
        read(json.dumps(event).encode(), RECEIVED_NS)


def test_g25_words_that_nobody_knows_take_no_execution_with_them() -> None:
    for report in (spot(X="TELEPORTED", S="SHORT"), future(X="TELEPORTED", S="SHORT")):
        assert (report.state, report.side) == (ReportedState.OPEN, Side.UNKNOWN)
        assert "'TELEPORTED'" in report.text
        assert len(report.fills) == 1


def test_events_tell_how_an_order_was_placed_unless_it_is_a_plain_one() -> None:
    assert spot().terms is None
    assert future().terms is None
    assert spot(o="LIMIT_MAKER").terms == OrderTerms(post_only=True)
    assert future(f="GTX", R=True).terms == OrderTerms(post_only=True, reduce_only=True)
    stop = Trigger(kind=TriggerKind.STOP, price=D(63000))
    assert spot(o="STOP_LOSS_LIMIT", P="63000.0").terms == OrderTerms(trigger=stop)
    assert future(ot="STOP", sp="63000", wt="CONTRACT_PRICE").terms == OrderTerms(trigger=stop)
    for more in ({"F": "0.001"}, {"g": 7}, {"gP": "PRIMARY_PEG"}):
        assert not spot(**more).terms.is_understood
    profit = {**ALGO, "X": "NEW", "ai": "", "tp": "67000.00", "wt": "MARK_PRICE", "f": "GTC"}
    (waiting,) = usdm({"e": "ALGO_UPDATE", "o": profit})
    trigger = Trigger(kind=TriggerKind.TAKE_PROFIT, price=D(67000), by=TriggerBy.MARK)
    assert waiting.terms == OrderTerms(trigger=trigger)


# ---------------------------------------------------------------------- the account


def test_balances_of_spot_are_what_there_is_now() -> None:
    event = {
        "e": "outboundAccountPosition", "E": 1, "u": 2,
        "B": [{"a": "BTC", "f": "1.00999000", "l": "0.5"}],
    }  # fmt: skip
    (news,) = read_spot(json.dumps({"event": event}).encode(), RECEIVED_NS)
    assert isinstance(news, AccountNews)
    assert news.venue_ts_ns == 2_000_000
    assert (news.balances[0].free, news.balances[0].total) == (D("1.00999"), D("1.50999"))


def test_an_account_update_of_futures_tells_wallets_and_signed_positions() -> None:
    changes = {
        "m": "ORDER",
        "B": [{"a": "USDT", "wb": "9999.67499950", "cw": "1", "bc": "0"}],
        "P": [
            {"s": "BTCUSDT", "pa": "-0.010", "ep": "65000.10", "up": "0.11000000", "ps": "BOTH"},
            {"s": "NEWUSDT", "pa": "1", "ep": "1", "up": "0", "ps": "BOTH"},
        ],
    }
    (news,) = usdm({"e": "ACCOUNT_UPDATE", "E": 1, "T": 2, "a": changes})
    assert isinstance(news, AccountNews)
    assert news.wallets == (("USDT", D("9999.6749995")),)
    (position,) = news.positions
    assert (position.instrument, position.quantity) == (USDM_BTC.id, D("-0.010"))


@pytest.mark.parametrize(
    "event",
    [
        {"event": {"e": "eventStreamTerminated", "E": 1}},
        {"e": "listenKeyExpired", "E": 1, "listenKey": "planted"},
    ],
)
def test_the_end_of_a_stream_is_told_without_its_key(event: dict[str, Any]) -> None:
    (news,) = read_usdm(json.dumps(event).encode(), RECEIVED_NS)
    assert isinstance(news, StreamEnded)
    assert "planted" not in repr(news)


@pytest.mark.parametrize(
    "event",
    [
        {"e": "TRADE_LITE", "s": "BTCUSDT"},
        {"e": "somethingNew", "E": 1, "x": [{}]},
        {"result": None, "id": 1},
        {**EXECUTION, "s": "NEWUSDT"},
    ],
)
def test_g25_what_says_nothing_of_our_orders_is_passed_over(event: dict[str, Any]) -> None:
    assert read_spot(json.dumps(event).encode(), RECEIVED_NS) == ()


# ---------------------------------------------------------------------- from elsewhere


def test_events_that_others_recorded_are_read(shared_data: Path) -> None:
    files = sorted((shared_data / "fixtures/binance/ws-user").glob("*.json"))
    assert files
    for path in files:
        frame = path.read_bytes()
        read_spot(frame, RECEIVED_NS)
        read_usdm(frame, RECEIVED_NS)


@pytest.mark.parametrize("is_futures", [False, True], ids=["spot", "usdm"])
def test_g10_events_and_answers_of_the_sandbox_tell_the_same_story(*, is_futures: bool) -> None:
    venue = Venue(is_futures=is_futures)
    instrument = USDM_BTC if is_futures else SPOT_BTC
    calls: Any = UsdmTrading() if is_futures else SpotTrading()
    read = read_usdm if is_futures else read_spot
    if is_futures:
        venue.listen()
    wanted = command(instrument, quantity=D("0.150"), price=D("65000.1"))
    placed = ask(venue, calls.submit(wanted, instrument))
    ask(venue, calls.cancel(order_of(wanted, placed), instrument))
    life = OrderLife(wanted, "binance.usdm" if is_futures else "binance.spot")
    life.sent(RECEIVED_NS)
    for _, frame in venue.side.take_frames():
        for news in read(frame.encode(), RECEIVED_NS):
            if isinstance(news, OrderReport) and news.client_order_id == wanted.client_order_id:
                life.reported(news)
    shown = ask(venue, calls.query(life.order, instrument))
    rows = ask(venue, calls.executions(instrument, life.order.venue_order_id))
    assert life.order.state is OrderState.CANCELED
    assert life.order.filled_quantity == shown.filled_quantity == D("0.1")
    assert [fill.trade_id for fill in life.order.fills] == [row.fill.trade_id for row in rows]
    assert [fill.fee for fill in life.order.fills] == [row.fill.fee for row in rows]
