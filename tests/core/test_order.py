"""The life of an order: every cell of its table, and any order in which the truth may be learned."""

from __future__ import annotations

from decimal import Decimal
from random import Random
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickwright.core.order import GONE, OrderLife
from tickwright.errors import IllegalTransition
from tickwright.model.market import Side
from tickwright.model.orders import (
    Fill,
    OrderAccepted,
    OrderAmended,
    OrderCanceled,
    OrderDenied,
    OrderEvent,
    OrderExpired,
    OrderFilled,
    OrderOutcomeUnknown,
    OrderRejected,
    OrderReport,
    OrderSent,
    OrderState,
    ReportedState,
    SubmitOrder,
    Trigger,
    TriggerKind,
)


NOW_NS = 1_795_000_000_000_000_000
D = Decimal
SPOT = "binance.spot"

COMMAND = SubmitOrder(
    client_order_id="me-1",
    instrument="binance:BTC/USDT",
    side=Side.BUY,
    quantity=D("1.0"),
    price=D(60000),
)


def fill(number: int, quantity: str, price: str = "60000") -> Fill:
    return Fill(trade_id=str(number), price=D(price), quantity=D(quantity), fee=D("0.1"))


def report(
    state: ReportedState = ReportedState.OPEN,
    *fills: Fill,
    filled: str | None = None,
    at: int = 0,
    **other: object,
) -> OrderReport:
    return OrderReport(
        client_order_id="me-1",
        instrument="binance:BTC/USDT",
        state=state,
        received_ts_ns=NOW_NS + at,
        venue_ts_ns=NOW_NS + at,
        fills=fills,
        filled_quantity=None if filled is None else D(filled),
        **other,  # type: ignore[arg-type]  # fields of the report
    )


def kinds(events: list[OrderEvent]) -> list[type[OrderEvent]]:
    return [type(event) for event in events]


def sent() -> OrderLife:
    life = OrderLife(COMMAND, SPOT)
    assert kinds(life.sent(NOW_NS)) == [OrderSent]
    return life


def test_an_order_lives_from_sent_to_filled() -> None:
    life = sent()
    assert kinds(life.reported(report(venue_order_id="28"))) == [OrderAccepted]
    assert life.order.venue_order_id == "28"
    (filled,) = life.reported(report(ReportedState.OPEN, fill(1, "0.4"), filled="0.4"))
    assert isinstance(filled, OrderFilled)
    assert filled.order.state is OrderState.PARTLY_FILLED
    assert filled.order.leaves_quantity == D("0.6")
    (last,) = life.reported(report(ReportedState.FILLED, fill(2, "0.6", "60010"), filled="1"))
    assert last.order.state is OrderState.FILLED
    assert last.order.average_price == D("60006")
    assert last.order.leaves_quantity == 0


def test_g35_a_fill_before_the_accept_tells_the_accept_first() -> None:
    events = sent().reported(report(ReportedState.FILLED, fill(1, "1"), filled="1"))
    assert kinds(events) == [OrderAccepted, OrderFilled]


def test_g35_a_venue_that_rejects_what_it_had_accepted_has_ended_it() -> None:
    life = sent()
    life.reported(report(venue_order_id="28"))
    (ended,) = life.reported(report(ReportedState.REJECTED, venue_order_id="28", text="would take"))
    assert isinstance(ended, OrderExpired)
    assert ended.order.text == "would take"


def test_g35_a_fill_after_the_cancel_is_counted_and_leaves_it_canceled() -> None:
    life = sent()
    life.reported(report())
    assert kinds(life.reported(report(ReportedState.CANCELED))) == [OrderCanceled]
    assert kinds(life.reported(report(ReportedState.OPEN, fill(1, "0.4"), filled="0.4"))) == [
        OrderFilled
    ]
    assert life.order.state is OrderState.CANCELED
    assert life.order.filled_quantity == D("0.4")


def test_g35_fills_after_the_cancel_that_complete_the_order_make_it_filled() -> None:
    life = sent()
    life.reported(report(ReportedState.CANCELED))
    life.reported(report(ReportedState.OPEN, fill(1, "1"), filled="1"))
    assert life.order.state is OrderState.FILLED


def test_g35_a_late_reject_does_not_end_an_order_that_the_venue_showed() -> None:
    life = sent()
    life.reported(report())
    assert life.rejected("-2010", "Duplicate order sent.", NOW_NS) == []
    assert life.order.state is OrderState.OPEN
    assert life.order.code == ""


def test_g35_a_cancel_straight_from_sent_ends_it() -> None:
    assert kinds(sent().reported(report(ReportedState.CANCELED))) == [OrderCanceled]


def test_g10_an_execution_counts_once_whichever_channels_bring_it() -> None:
    life = sent()
    life.reported(report(ReportedState.OPEN, fill(1, "0.4"), filled="0.4"))
    assert life.reported(report(ReportedState.OPEN, fill(1, "0.4"), filled="0.4")) == []
    assert life.order.filled_quantity == D("0.4")
    assert life.order.missing_quantity == 0


def test_g01_a_lost_reply_makes_it_unknown_and_the_next_word_of_the_venue_resolves_it() -> None:
    life = sent()
    (unknown,) = life.lost("no answer within 10 s", NOW_NS)
    assert isinstance(unknown, OrderOutcomeUnknown)
    assert unknown.order.text == "no answer within 10 s"
    assert kinds(life.reported(report())) == [OrderAccepted]
    assert life.order.text == ""


def test_g01_proof_that_it_never_arrived_is_a_rejection_of_its_own_code() -> None:
    life = sent()
    life.lost("-1007", NOW_NS)
    (event,) = life.absent("not found after its window", NOW_NS)
    assert isinstance(event, OrderRejected)
    assert event.order.code == "NEVER_ARRIVED"


def test_g02_an_order_is_sent_once() -> None:
    with pytest.raises(IllegalTransition):
        sent().sent(NOW_NS)


def test_a_denied_order_that_turns_up_at_the_venue_is_there() -> None:
    life = sent()
    assert kinds(life.denied("NOT_SENT", "refused", NOW_NS)) == [OrderDenied]
    assert kinds(life.reported(report())) == [OrderAccepted]


def test_what_the_venue_says_was_filled_and_did_not_name_is_missing_until_it_does() -> None:
    life = sent()
    life.reported(report(ReportedState.FILLED, filled="1", average_price=D(60003)))
    assert life.order.state is OrderState.FILLED
    assert life.order.missing_quantity == 1
    assert life.order.average_price == 60003
    assert kinds(life.reported(report(ReportedState.FILLED, fill(7, "1"), filled="1"))) == [
        OrderFilled
    ]
    assert life.order.missing_quantity == 0


def test_executions_that_were_asked_for_are_counted_whatever_the_state() -> None:
    life = sent()
    life.reported(report(ReportedState.CANCELED, filled="0.4"))
    assert life.executed([], NOW_NS) == []
    events = life.executed([fill(1, "0.3"), fill(2, "0.1")], NOW_NS)
    assert kinds(events) == [OrderFilled, OrderFilled]
    assert life.order.state is OrderState.CANCELED
    assert life.order.missing_quantity == 0


def test_g01_executions_of_an_unknown_order_are_evidence() -> None:
    life = sent()
    life.lost("cut", NOW_NS)
    assert kinds(life.executed([fill(1, "1")], NOW_NS)) == [OrderAccepted, OrderFilled]
    assert life.order.state is OrderState.FILLED


def test_a_request_that_was_queued_tells_a_name_and_no_outcome() -> None:
    life = sent()
    assert life.reported(report(ReportedState.QUEUED, venue_order_id="28")) == []
    assert (life.order.state, life.order.venue_order_id) == (OrderState.SENT, "28")


def test_a_venue_that_names_no_executions_has_its_totals_turned_into_some() -> None:
    life = OrderLife(COMMAND, SPOT, names_fills=False)
    life.sent(NOW_NS)
    life.reported(report(filled="0.4", average_price=D(60000)))
    (event,) = life.reported(report(filled="0.6", average_price=D(60010)))
    assert isinstance(event, OrderFilled)
    assert event.fill.quantity == D("0.2")
    assert event.fill.price == 60030
    assert life.reported(report(filled="0.6", average_price=D(60010))) == []
    assert life.reported(report(filled="0.5")) == []


def test_an_amended_order_is_told_with_its_new_numbers() -> None:
    life = sent()
    life.reported(report(quantity=D("1.0"), price=D("60000.0")))
    (event,) = life.reported(report(quantity=D("0.8"), price=D(60005), at=2))
    assert isinstance(event, OrderAmended)
    assert (event.order.quantity, event.order.price) == (D("0.8"), D(60005))


def test_old_news_does_not_take_an_amend_back() -> None:
    life = sent()
    life.reported(report(quantity=D("0.8"), at=2))
    assert life.reported(report(quantity=D("1.0"), at=1)) == []
    assert life.order.quantity == D("0.8")


def test_a_venue_may_change_an_order_back_within_a_millisecond() -> None:
    # What a user adds to an order that only reduces, the venue takes off again (seed 1969 of the worlds).
    life = sent()
    life.reported(report(at=1, quantity=D("0.5"), price=D(60000)))
    added = report(at=2, quantity=D("0.7"), price=D(60000))
    assert kinds(life.reported(added)) == [OrderAmended]
    taken_off = msgspec.structs.replace(added, quantity=D("0.5"))
    assert kinds(life.reported(taken_off)) == [OrderAmended]
    assert life.order.quantity == D("0.5")


def test_an_amend_down_to_what_is_filled_completes_it() -> None:
    life = sent()
    life.reported(report(ReportedState.OPEN, fill(1, "0.4"), filled="0.4"))
    life.reported(report(quantity=D("0.4"), filled="0.4", at=1))
    assert life.order.state is OrderState.FILLED


def test_an_expiry_carries_the_venue_s_reason() -> None:
    life = sent()
    events = life.reported(report(ReportedState.EXPIRED, text="UNFILLED_IOC_QUANTITY_EXPIRED"))
    assert kinds(events) == [OrderExpired]
    assert life.order.text == "UNFILLED_IOC_QUANTITY_EXPIRED"


def test_a_conditional_order_works_once_it_was_triggered() -> None:
    command = SubmitOrder(
        client_order_id="me-1",
        instrument="binance:BTC/USDT",
        side=Side.SELL,
        quantity=D(1),
        trigger=Trigger(kind=TriggerKind.STOP, price=D(50000)),
    )
    life = OrderLife(command, SPOT)
    life.sent(NOW_NS)
    life.reported(report(state=ReportedState.QUEUED))  # which says nothing of it
    assert not life.order.is_working
    life.reported(report(is_working=False))
    assert not life.order.is_working
    life.reported(report(is_working=True))
    assert life.order.is_working


def test_a_market_order_by_quote_learns_its_quantity_without_being_amended() -> None:
    command = SubmitOrder(
        client_order_id="me-1",
        instrument="binance:BTC/USDT",
        side=Side.BUY,
        quote_quantity=D(100),
    )
    life = OrderLife(command, SPOT)
    life.sent(NOW_NS)
    events = life.reported(
        report(ReportedState.FILLED, fill(1, "0.002"), filled="0.002", quantity=D("0.002"))
    )
    assert kinds(events) == [OrderAccepted, OrderFilled]
    assert life.order.leaves_quantity == 0


# ---------------------------------------------------------------------- any order of learning


def history(parts: list[int], end: ReportedState) -> list[OrderReport]:
    """Return what the venue says of an order filled in parts (hundredths), and then ended, told twice."""
    reports = [report(quantity=D(1))]
    filled = 0
    for number, part in enumerate(parts):
        filled += part
        state = ReportedState.FILLED if filled == 100 else ReportedState.OPEN
        one = fill(number, str(D(part) / 100))
        reports.append(report(state, one, filled=str(D(filled) / 100), at=number + 1))
    if filled < 100:
        reports.append(report(end, filled=str(D(filled) / 100), at=50))
    return reports * 2


PARTS = st.lists(st.integers(1, 40), max_size=5).filter(lambda parts: sum(parts) <= 100)
ENDS = st.sampled_from([ReportedState.CANCELED, ReportedState.EXPIRED])


def all_of(life: OrderLife) -> list[object]:
    return [
        life.order,
        *(getattr(life, name) for name in OrderLife.__slots__ if name != "_trade_ids"),
        set(life._trade_ids),
    ]


@given(parts=PARTS, end=ENDS, seed=st.integers(0, 1 << 32), names_fills=st.booleans())
def test_what_repeats_the_last_word_changes_nothing_and_what_was_just_said_does(
    parts: list[int], end: ReportedState, seed: int, *, names_fills: bool
) -> None:
    reports = history(parts, end)
    Random(seed).shuffle(reports)
    life = OrderLife(COMMAND, SPOT, names_fills=names_fills)
    life.sent(NOW_NS)
    for each in reports:
        is_news = not life.repeats(each)
        before = all_of(life)
        events = life.reported(each)
        assert is_news or (events == [] and all_of(life) == before)
    last = report(end, at=100, filled=str(D(sum(parts)) / 100), quantity=D(1), price=D(60000))
    life.reported(last)
    assert life.repeats(msgspec.structs.replace(last, received_ts_ns=NOW_NS + 200))


@pytest.mark.parametrize(
    "other",
    [
        {"price": D(59000)},
        {"quantity": D(2)},
        {"venue_ts_ns": NOW_NS + 1},
        {"venue_ts_ns": None},
        {"venue_order_id": "8"},
        {"filled_quantity": D("0.5")},
        {"fills": (fill(1, "0.5"),)},
        {"average_price": D(60000)},
        {"state": ReportedState.CANCELED},
        {"state": ReportedState.QUEUED},
    ],
)
def test_a_report_with_anything_of_its_own_is_news(other: dict[str, Any]) -> None:
    life = sent()
    first = report(filled="0", quantity=D(1), price=D(60000), venue_order_id="7")
    life.reported(first)
    assert life.repeats(first)
    assert not life.repeats(msgspec.structs.replace(first, **other))


def test_an_order_that_was_there_and_is_found_nowhere_has_ended_until_it_turns_up_again() -> None:
    life = sent()
    first = report(filled="0", quantity=D(1), price=D(60000), venue_order_id="28")
    life.reported(first)
    life.absent("not found", NOW_NS)
    assert (life.order.state, life.order.code) == (OrderState.EXPIRED, GONE)
    assert not life.repeats(first)
    (revived,) = life.reported(first)
    assert isinstance(revived, OrderAccepted)
    assert life.order.state is OrderState.OPEN


def test_executions_of_an_order_that_is_gone_do_not_say_that_it_is_there() -> None:
    life = sent()
    life.reported(report(filled="0", quantity=D(1), price=D(60000)))
    life.absent("not found", NOW_NS)
    life.executed([fill(1, "0.4")], NOW_NS)
    assert (life.order.state, life.order.filled_quantity) == (OrderState.EXPIRED, D("0.4"))


@given(parts=PARTS, end=ENDS, seed=st.integers(0, 1 << 32), is_lost=st.booleans())
def test_g35_whatever_the_order_of_reports_the_end_is_the_truth(
    parts: list[int], end: ReportedState, seed: int, *, is_lost: bool
) -> None:
    reports = history(parts, end)
    Random(seed).shuffle(reports)
    life = sent()
    events = life.lost("cut", NOW_NS) if is_lost else []
    for each in reports:
        events += life.reported(each)
    truth = OrderState.FILLED if sum(parts) == 100 else OrderState[end.name]
    assert life.order.state is truth
    told = [event.fill.trade_id for event in events if isinstance(event, OrderFilled)]
    assert sorted(told) == sorted(str(number) for number in range(len(parts)))
    assert life.order.filled_quantity == D(sum(parts)) / 100
    assert life.order.missing_quantity == 0
    assert sum(isinstance(event, OrderCanceled | OrderExpired) for event in events) <= 1
