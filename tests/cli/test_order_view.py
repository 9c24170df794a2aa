"""Orders in tables, lines and JSON."""

from __future__ import annotations

import io
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from rich.console import Console

from tickwright.cli.order_view import (
    advice,
    colour_of,
    event_line,
    event_row,
    order_row,
    show_orders,
    wish,
)
from tickwright.model.market import Side
from tickwright.model.orders import (
    Fill,
    Order,
    OrderAccepted,
    OrderAmended,
    OrderCanceled,
    OrderFilled,
    OrderOutcomeUnknown,
    OrderState,
    SubmitOrder,
    TimeInForce,
    Trigger,
    TriggerBy,
    TriggerKind,
)


D = Decimal
FILL = Fill(
    trade_id="7", price=D("59999.50"), quantity=D("0.004"), fee=D("0.000004"), fee_asset="BTC"
)


def order(state: OrderState = OrderState.OPEN, **given: Any) -> Order:
    command: dict[str, Any] = {"quantity": D("0.010"), "price": D("60000.00")}
    for name in ("quantity", "price", "quote_quantity", "trigger"):
        if name in given:
            command[name] = given.pop(name)
    return Order(
        command=SubmitOrder(
            client_order_id="tw-abcdefghij-1",
            instrument="binance:BTC/USDT:USDT",
            side=Side.BUY,
            **command,
        ),
        state=state,
        venue_order_id="4711",
        quantity=command["quantity"],
        price=command["price"],
        **given,
    )


def shown(*orders: Order, width: int = 80) -> list[str]:
    console = Console(file=io.StringIO(), width=width, highlight=False)
    show_orders(orders, console)
    assert isinstance(console.file, io.StringIO)
    return [line.rstrip() for line in console.file.getvalue().splitlines()]


@pytest.mark.parametrize("width", [80, 120])
def test_an_order_is_one_line_that_fits(width: int) -> None:
    lines = shown(order(), order(OrderState.FILLED, filled_quantity=D("0.01")), width=width)
    assert len(lines) == 3
    assert all(len(line) <= width for line in lines)
    assert all("tw-abcdefghij-1 binance:BTC/USDT:USDT" in line for line in lines[1:])
    assert lines[1].endswith("open")


def test_average_prices_are_shown_where_there_is_room() -> None:
    filled = order(OrderState.FILLED, filled_quantity=D("0.01"), average_price=D("59999.50"))
    assert "59999.5" in shown(filled, width=120)[1]
    assert "59999.5" not in shown(filled, width=75)[1]


def test_an_average_price_is_shown_with_as_many_digits_as_anybody_reads() -> None:
    average = D("64999.12345678901234567890123")
    filled = order(OrderState.FILLED, filled_quantity=D("0.03"), average_price=average)
    assert " 64999.1234568 " in shown(filled, width=120)[1]
    assert order_row(filled)["average_price"] == str(average)


def test_the_venue_s_words_stand_whole_below_the_table() -> None:
    text = (
        "POST /api/v3/order: the venue refused with -2010 (HTTP 400): Order would match and take."
    )
    lines = shown(order(), order(OrderState.REJECTED, code="POST_ONLY", text=text))
    assert lines[-1] == f"tw-abcdefghij-1: rejected: POST_ONLY: {text}"
    assert len(lines) == 4


def test_a_code_that_its_text_holds_is_not_said_twice() -> None:
    lines = shown(order(OrderState.UNKNOWN, code="-1007", text="-1007: timeout"))
    assert lines[-1] == "tw-abcdefghij-1: unknown: -1007: timeout"
    lines = shown(order(OrderState.EXPIRED, code="EC_NoEnough", text="EC_NoEnough"))
    assert lines[-1] == "tw-abcdefghij-1: expired: EC_NoEnough"


def test_what_was_asked_for_needs_no_words() -> None:
    assert len(shown(order(OrderState.CANCELED, code="EC_PerCancelRequest"))) == 2


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "at 60000"),
        ({"price": None}, "at market"),
        (
            {"trigger": Trigger(kind=TriggerKind.STOP, price=D(61000))},
            "at stop 61000 → 60000",
        ),
        (
            {
                "trigger": Trigger(
                    kind=TriggerKind.STOP, price=D(61000), by=TriggerBy.MARK, trail_bps=50
                )
            },
            "at stop 61000 trail 50 bps by mark → 60000",
        ),
        (
            {"price": None, "trigger": Trigger(kind=TriggerKind.TAKE_PROFIT, trail_bps=50)},
            "at take-profit trail 50 bps → market",
        ),
    ],
)
def test_a_price_says_what_it_waits_for(given: dict[str, Any], words: str) -> None:
    assert wish(order(**given)) == f"buy 0.01 binance:BTC/USDT:USDT {words}"


def test_a_market_order_by_quote_says_what_it_spends() -> None:
    by_quote = order(quantity=None, quote_quantity=D(100), price=None)
    assert "for 100" in shown(by_quote)[1]


def test_an_order_that_waits_for_its_trigger_is_waiting() -> None:
    assert shown(order(is_working=False))[1].endswith("waiting")


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (
            OrderAccepted(order=order(), received_ts_ns=0),
            "accepted as 4711: buy 0.01 binance:BTC/USDT:USDT at 60000",
        ),
        (
            OrderFilled(order=order(filled_quantity=D("0.004")), received_ts_ns=0, fill=FILL),
            "filled 0.004 at 59999.5, fee 0.000004 BTC, 0.006 left",
        ),
        (
            OrderAmended(order=order(), received_ts_ns=0),
            "amended: 0.01 at 60000, filled 0",
        ),
        (
            OrderCanceled(order=order(OrderState.CANCELED), received_ts_ns=0),
            "canceled: 0.01 at 60000, filled 0",
        ),
        (
            OrderOutcomeUnknown(order=order(OrderState.UNKNOWN, text="lost"), received_ts_ns=0),
            "unknown: lost",
        ),
    ],
)
def test_an_event_is_one_line(event: Any, words: str) -> None:
    assert event_line(event).plain == f"00:00:00.000  tw-abcdefghij-1  {words}"


def test_an_order_that_the_venue_has_not_named_is_accepted_without_a_name() -> None:
    unnamed = msgspec.structs.replace(order(), venue_order_id=None)
    line = event_line(OrderAccepted(order=unnamed, received_ts_ns=0))
    assert "  accepted: buy" in line.plain


def test_json_tells_waiting_from_working_and_all_of_the_terms() -> None:
    trigger = Trigger(kind=TriggerKind.STOP, price=D(61000), trail_bps=50)
    row = order_row(order(trigger=trigger, is_working=False))
    assert (row["state"], row["is_working"], row["is_understood"]) == ("open", False, True)
    assert row["trigger"] == {"kind": "stop", "price": "61000", "by": "last", "trail_bps": 50}
    assert (row["time_in_force"], row["post_only"], row["display_quantity"]) == ("gtc", False, None)


@pytest.mark.parametrize("given", [{"is_understood": False}, {"is_working": False}])
def test_what_nobody_told_of_an_order_of_somebody_else_is_not_claimed(
    given: dict[str, Any],
) -> None:
    stranger = order(is_external=True, **given)
    row = order_row(stranger)
    assert row["is_understood"] is False
    names = ("time_in_force", "expire_ts_ns", "post_only", "reduce_only", "trigger")
    assert [row[name] for name in names] == [None] * 5
    assert "is unknown" in shown(stranger)[-1]


def test_what_was_told_of_an_order_that_is_not_understood_is_said() -> None:
    command = msgspec.structs.replace(
        order().command, reduce_only=True, time_in_force=TimeInForce.IOC
    )
    row = order_row(
        Order(command=command, state=OrderState.OPEN, is_external=True, is_understood=False)
    )
    assert (row["reduce_only"], row["time_in_force"], row["post_only"]) == (True, "ioc", None)


def test_an_order_that_waits_for_nobody_knows_what_is_shown_so() -> None:
    waiting = shown(order(is_external=True, is_working=False))[1]
    assert "? → 60000" in waiting
    assert waiting.endswith("waiting")


def test_of_an_unknown_outcome_it_is_said_what_to_do() -> None:
    text = advice(order(OrderState.UNKNOWN))
    assert "Do not send it again" in text
    assert "orders list --history --fresh --instrument binance:BTC/USDT:USDT`" in text


def test_json_has_exact_numbers_as_text() -> None:
    row = order_row(order(filled_quantity=D("0.004"), fills=(FILL,)))
    assert (row["quantity"], row["price"], row["average_price"]) == ("0.01", "60000", None)
    assert row["fills"][0]["fee"] == "0.000004"
    event = OrderFilled(order=order(), received_ts_ns=1, fill=FILL)
    assert event_row(event)["event"] == "OrderFilled"
    assert event_row(event)["fill"]["trade_id"] == "7"


def test_states_that_need_somebody_stand_out() -> None:
    assert {colour_of(each) for each in (OrderState.DENIED, OrderState.REJECTED)} == {"red"}
    assert colour_of(OrderState.UNKNOWN) == "bold magenta"
    assert colour_of(OrderState.NEW) == "default"
