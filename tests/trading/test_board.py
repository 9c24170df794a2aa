"""All orders folded from entries, and what can be asked of them."""

from __future__ import annotations

from collections.abc import Sized
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from tickwright.model.market import Side
from tickwright.model.orders import (
    Fill,
    OrderAccepted,
    OrderReport,
    OrderSent,
    OrderState,
    OrderTerms,
    ReportedState,
    SubmitOrder,
    TimeInForce,
    Trigger,
    TriggerKind,
)
from tickwright.trading.board import OrderBoard
from tickwright.trading.journal import (
    Absent,
    CancelAsked,
    Denied,
    Entry,
    Executed,
    Lost,
    Rejected,
    Reported,
    Sent,
    Submitted,
)


D = Decimal
BTC, ETH = "binance:BTC/USDT", "binance:ETH/USDT"
SPOT = "binance.spot"


def submitted(name: str, instrument: str = BTC, side: Side = Side.BUY) -> Submitted:
    command = SubmitOrder(
        client_order_id=name, instrument=instrument, side=side, quantity=D(1), price=D(60000)
    )
    return Submitted(at_ns=1, product=SPOT, command=command)


def reported(
    name: str, state: ReportedState = ReportedState.OPEN, *, filled: str = "0", **other: object
) -> Reported:
    report = OrderReport(
        client_order_id=name,
        instrument=BTC,
        state=state,
        received_ts_ns=2,
        filled_quantity=D(filled),
        **other,  # type: ignore[arg-type]  # fields of the report
    )
    return Reported(at_ns=2, product=SPOT, report=report)


def board(*entries: Entry) -> OrderBoard:
    made = OrderBoard()
    for entry in entries:
        made.apply(entry)
    return made


def state_of(made: OrderBoard, name: str) -> OrderState:
    order = made.order(name)
    assert order is not None
    return order.state


def test_each_kind_of_entry_moves_the_order_that_it_is_about() -> None:
    begun = (submitted("a"), Sent(at_ns=1, client_order_id="a"))
    lost = Lost(at_ns=1, client_order_id="a", text="cut")
    ends: list[tuple[tuple[Entry, ...], OrderState]] = [
        ((submitted("a"),), OrderState.NEW),
        (begun, OrderState.SENT),
        ((*begun, lost), OrderState.UNKNOWN),
        ((*begun, lost, Absent(at_ns=1, client_order_id="a", text="")), OrderState.REJECTED),
        (
            (submitted("a"), Denied(at_ns=1, client_order_id="a", code="X", text="")),
            OrderState.DENIED,
        ),
        ((*begun, Rejected(at_ns=1, client_order_id="a", code="X", text="")), OrderState.REJECTED),
        ((*begun, reported("a")), OrderState.OPEN),
        ((*begun, CancelAsked(at_ns=1, client_order_id="a")), OrderState.SENT),
    ]
    for entries, state in ends:
        assert state_of(board(*entries), "a") is state


def test_an_intent_that_leaves_at_once_is_sent_by_the_same_entry() -> None:
    made = OrderBoard()
    (event,) = made.apply(msgspec.structs.replace(submitted("a"), is_leaving=True))
    assert isinstance(event, OrderSent)
    assert (state_of(made, "a"), made.pending(BTC)[0]) == (OrderState.SENT, 1)


def test_an_order_is_unfinished_until_it_has_ended_and_all_its_executions_are_named() -> None:
    made = board(submitted("a"), Sent(at_ns=1, client_order_id="a"))
    assert [order.client_order_id for order in made.unfinished()] == ["a"]
    made.apply(reported("a", ReportedState.FILLED, filled="1"))
    assert [order.client_order_id for order in made.unfinished(BTC)] == ["a"]
    fill = Fill(trade_id="1", price=D(60000), quantity=D(1))
    made.apply(Executed(at_ns=3, client_order_id="a", fills=(fill,)))
    assert made.unfinished() == []
    assert len(made) == 1
    assert "a" in made


def test_an_order_of_somebody_else_is_seen_and_marked() -> None:
    made = OrderBoard()
    (event,) = made.apply(reported("web_1", side=Side.SELL, quantity=D(2), price=D(61000)))
    assert isinstance(event, OrderAccepted)
    assert event.order.is_external
    assert event.order.command.side is Side.SELL
    assert made.product("web_1") == SPOT


def test_an_order_is_as_old_as_its_intent_or_as_what_the_venue_says_of_it() -> None:
    stranger: dict[str, Any] = {"side": Side.SELL, "quantity": D(2)}
    made = board(
        submitted("mine"),
        reported("b", placed_ts_ns=7, venue_ts_ns=9, **stranger),
        reported("c", venue_ts_ns=9, **stranger),
        reported("d", **stranger),
    )
    assert [order.placed_ts_ns for order in made.orders()] == [1, 7, 9, 2]


def test_a_name_that_others_use_again_is_another_order() -> None:
    stranger: dict[str, Any] = {"side": Side.SELL, "quantity": D(2)}
    made = board(
        reported("bot", ReportedState.CANCELED, venue_order_id="28", **stranger),
        reported("bot", venue_order_id="29", **stranger),
        reported("bot", ReportedState.CANCELED, venue_order_id="29", **stranger),
        reported("bot", ReportedState.FILLED, filled="2", venue_order_id="30", **stranger),
    )
    assert [(order.client_order_id, order.state.value) for order in made.orders()] == [
        ("bot", "canceled"),
        ("bot#29", "canceled"),
        ("bot#30", "filled"),
    ]
    assert made.named(SPOT, "29") == "bot#29"
    assert made.named(SPOT, "31") is None
    assert made.named("binance.usdm", "29") is None


def test_an_order_that_the_venue_calls_otherwise_later_stays_itself() -> None:
    made = board(
        submitted("a"),
        Sent(at_ns=1, client_order_id="a"),
        reported("a", venue_order_id="28"),
        reported("cancel-of-a", ReportedState.CANCELED, venue_order_id="28"),
    )
    assert state_of(made, "a") is OrderState.CANCELED
    assert len(made) == 1


FILL = Fill(trade_id="1", price=D(60000), quantity=D("0.5"))


@pytest.mark.parametrize(
    ("told", "is_news"),
    [
        (reported("a", venue_order_id="28"), False),
        (reported("a", ReportedState.QUEUED, venue_order_id="28"), False),
        (reported("a", venue_order_id="28", quantity=D(1), price=D(60000)), False),
        (reported("a", venue_order_id="28", quantity=D(2)), True),
        (reported("a", venue_order_id="28", price=D(61000)), True),
        (reported("a", venue_order_id="28", filled="0.5"), True),
        (reported("a", venue_order_id="28", fills=(FILL,)), True),
        (reported("a", ReportedState.CANCELED, venue_order_id="28"), True),
        (reported("done", ReportedState.CANCELED, venue_order_id="27"), False),
        (reported("done", venue_order_id="27"), False),  # an old listing
        (reported("done", ReportedState.CANCELED, venue_order_id="27", quantity=D(9)), False),
        (reported("sent", venue_order_id="26"), True),
        (reported("waits"), False),
        (reported("waits", venue_order_id="25"), True),
        (reported("stranger", quantity=D(1), side=Side.BUY), True),
        (reported("stranger"), False),
    ],
)
def test_news_is_what_would_change_something(told: Reported, is_news: bool) -> None:
    made = board(
        submitted("a"),
        Sent(at_ns=1, client_order_id="a"),
        reported("a", venue_order_id="28"),
        submitted("done"),
        reported("done", ReportedState.CANCELED, venue_order_id="27"),
        submitted("sent"),
        Sent(at_ns=1, client_order_id="sent"),
        submitted("waits"),
        reported("waits"),
    )
    assert made.has_news(told) is is_news


def test_a_report_that_tells_too_little_of_a_stranger_is_passed_over() -> None:
    made = OrderBoard()
    assert made.apply(reported("web_1")) == []
    assert made.order("web_1") is None


def test_what_may_still_trade_is_added_up_by_side() -> None:
    made = board(
        submitted("a"),
        submitted("b", side=Side.SELL),
        submitted("c"),
        submitted("d", ETH),
        Sent(at_ns=1, client_order_id="a"),
        reported("a", filled="0.25"),
        Lost(at_ns=1, client_order_id="c", text="cut"),
    )
    assert made.pending(BTC) == (3, D("1.75"), D(1))
    made.apply(reported("a", ReportedState.CANCELED, filled="0.25"))
    assert made.pending(BTC) == (2, D(1), D(1))


def test_orders_are_listed_in_the_order_in_which_they_became_known() -> None:
    made = board(submitted("b"), submitted("a", ETH), submitted("c"))
    assert [order.client_order_id for order in made.orders()] == ["b", "a", "c"]
    assert [order.client_order_id for order in made.orders(BTC)] == ["b", "c"]


def test_a_venue_without_executions_of_its_own_has_them_made_from_totals() -> None:
    made = OrderBoard(names_fills=lambda product: product != SPOT)
    made.apply(submitted("a"))
    made.apply(reported("a", filled="0.5", average_price=D(60000)))
    order = made.order("a")
    assert order is not None
    assert [fill.quantity for fill in order.fills] == [D("0.5")]


def test_orders_of_two_products_are_two_whatever_others_call_them() -> None:
    made = board(submitted("stop-1"), Sent(at_ns=1, client_order_id="stop-1"))
    theirs = reported("stop-1", filled="0.5", venue_order_id="7", side=Side.SELL, quantity=D(1))
    elsewhere = msgspec.structs.replace(theirs, product="bybit.linear")
    (accepted, *_) = made.apply(elsewhere)
    assert accepted.order.is_external
    assert accepted.order.client_order_id == "stop-1@bybit.linear"
    assert state_of(made, "stop-1") is OrderState.SENT
    again = msgspec.structs.replace(
        reported("stop-1", ReportedState.CANCELED, venue_order_id="7"), product="bybit.linear"
    )
    made.apply(again)
    assert state_of(made, "stop-1@bybit.linear") is OrderState.CANCELED


def test_an_order_that_somebody_else_placed_is_known_with_its_terms() -> None:
    trigger = Trigger(kind=TriggerKind.STOP, price=D(63000))
    terms = OrderTerms(time_in_force=TimeInForce.IOC, reduce_only=True, trigger=trigger)
    made = board(
        reported("theirs", side=Side.SELL, quantity=D(1), price=D(62000), terms=terms),
        reported("odd", side=Side.SELL, quantity=D(1), terms=OrderTerms(is_understood=False)),
        reported("odder", side=Side.SELL, quantity=D(1), terms=OrderTerms(post_only=True)),
    )
    theirs = made.order("theirs")
    assert theirs is not None
    command = theirs.command
    assert (command.trigger, command.reduce_only) == (trigger, True)
    assert command.time_in_force is TimeInForce.IOC
    assert theirs.is_understood
    for name in ("odd", "odder"):
        order = made.order(name)
        assert order is not None
        assert not order.is_understood


def test_an_order_that_was_amended_before_anybody_heard_of_it_is_still_ours() -> None:
    made = board(submitted("a"), Sent(at_ns=1, client_order_id="a"))
    made.apply(reported("a", venue_order_id="28", side=Side.BUY, quantity=D(9), price=D(59000)))
    assert state_of(made, "a") is OrderState.OPEN
    assert len(made) == 1


# ---------------------------------------------------------------------- forgetting

MINUTE_NS = 60_000_000_000


def ended(name: str, at_ns: int = 1) -> tuple[Entry, ...]:
    """Return the entries of an order that was bought and canceled at once."""
    placed = msgspec.structs.replace(submitted(name), at_ns=at_ns)
    return placed, reported(
        name,
        ReportedState.CANCELED,
        venue_order_id=f"v-{name}",
        placed_ts_ns=at_ns,
        venue_ts_ns=at_ns,
    )


def forgetful(*entries: Entry, kept: int = 1) -> OrderBoard:
    made = OrderBoard(kept=kept)
    for entry in entries:
        made.apply(entry)
    return made


def names(made: OrderBoard) -> list[str]:
    return [order.client_order_id for order in made.orders()]


def test_g16_the_first_to_end_are_forgotten_and_what_may_still_trade_never_is() -> None:
    told: list[str] = []
    made = OrderBoard(kept=2, forgotten=lambda order: told.append(order.client_order_id))
    for entry in (submitted("open"), *ended("a"), *ended("b"), *ended("c"), *ended("d")):
        made.apply(entry)
    assert names(made) == ["open", "c", "d"]
    assert (told, made.forgotten_count) == (["a", "b"], 2)
    assert made.order("a") is None
    assert made.named(SPOT, "v-a") is None
    with pytest.raises(KeyError):
        made.product("a")


def test_g16_what_forgotten_orders_traded_still_counts() -> None:
    fill = Fill(trade_id="1", price=D(60000), quantity=D(1))
    bought = reported("a", ReportedState.FILLED, filled="1", fills=(fill,), venue_order_id="v-1")
    made = forgetful(submitted("a"), bought, *ended("b"))
    assert names(made) == ["b"]
    assert made.traded(BTC) == 1


def test_an_order_that_lacks_executions_or_lives_again_is_not_forgotten() -> None:
    made = forgetful(
        submitted("lacking"),
        reported("lacking", ReportedState.FILLED, filled="1", venue_order_id="v-1"),
        submitted("back"),
        Sent(at_ns=1, client_order_id="back"),
        Absent(at_ns=2, client_order_id="back", text="not found"),
        reported("back", venue_order_id="v-2"),
        *ended("a"),
        *ended("b"),
    )
    assert names(made) == ["lacking", "back", "b"]


def test_news_of_a_forgotten_order_comes_to_nothing() -> None:
    made = forgetful(*ended("a"), *ended("b"))
    fill = Fill(trade_id="1", price=D(60000), quantity=D(1))
    assert made.apply(Executed(at_ns=3, client_order_id="a", fills=(fill,))) == []
    assert made.apply(Lost(at_ns=3, client_order_id="a", text="cut")) == []
    assert names(made) == ["b"]


def test_a_listing_of_the_past_does_not_bring_forgotten_orders_back_as_a_stranger_s() -> None:
    stranger: dict[str, Any] = {"side": Side.BUY, "quantity": D(1), "price": D(60000)}
    made = forgetful(*ended("a", 5 * MINUTE_NS), *ended("b", 6 * MINUTE_NS))
    again = reported("a", ReportedState.CANCELED, placed_ts_ns=5 * MINUTE_NS, **stranger)
    assert not made.has_news(again)
    assert made.apply(again) == []
    is_open = reported("web_1", placed_ts_ns=5 * MINUTE_NS, **stranger)
    is_later = reported("web_2", ReportedState.CANCELED, placed_ts_ns=7 * MINUTE_NS, **stranger)
    for news in (is_open, is_later):
        assert made.has_news(news)
        made.apply(news)
    assert names(made) == ["b", "web_1", "web_2"]


def test_what_somebody_holds_stays_known() -> None:
    made = forgetful(*ended("a"))
    life = made.life("a")
    for entry in ended("b"):
        made.apply(entry)
    assert names(made) == ["b"]
    assert life is not None
    assert made.order("a") == life.order
    assert made.product("a") == SPOT
    again = reported(
        "a", ReportedState.CANCELED, filled="0.5", placed_ts_ns=1, side=Side.BUY, quantity=D(1)
    )
    assert not made.has_news(again)
    del life
    assert made.order("a") is None


def test_g02_names_that_users_gave_are_known_for_ever_and_made_ones_need_not_be() -> None:
    mine = "desk1-3f9k2m7q0x-1b"
    stranger: dict[str, Any] = {"side": Side.BUY, "quantity": D(1), "price": D(60000)}
    theirs = reported("theirs", ReportedState.CANCELED, venue_order_id="v-1", **stranger)
    later = reported("later", ReportedState.CANCELED, venue_order_id="v-2", **stranger)
    made = forgetful(*ended("a"), *ended(mine), *ended("b"), theirs, later)
    assert names(made) == ["b", "later"]
    assert [each in made for each in ("a", mine, "theirs")] == [True, False, False]


def test_orders_that_no_venue_had_displace_none_and_hide_none() -> None:
    denials = [
        entry
        for name in "xyz"
        for entry in (
            submitted(name),
            Denied(at_ns=1, client_order_id=name, code="KILLED", text="no"),
        )
    ]
    made = forgetful(*ended("a", 5 * MINUTE_NS), *denials)
    assert names(made) == ["a", "z"]
    assert not made.is_past(SPOT, 1)


def test_orders_of_a_listing_displace_none_that_lived_here() -> None:
    stranger: dict[str, Any] = {"side": Side.BUY, "quantity": D(1), "price": D(60000)}
    listed = [
        reported(
            name,
            ReportedState.CANCELED,
            venue_order_id=name,
            placed_ts_ns=at_ns,
            venue_ts_ns=at_ns,
            **stranger,
        )
        for at_ns, name in enumerate("xyz", 1)
    ]
    made = forgetful(*ended("a", 5 * MINUTE_NS), *listed)
    assert names(made) == ["a", "z"]
    assert (made.is_past(SPOT, 2), made.is_past(SPOT, 3)) == (True, False)
    assert not made.is_past("binance.usdm", 2)


def test_what_is_past_goes_by_the_venue_s_clock() -> None:
    stranger: dict[str, Any] = {"side": Side.BUY, "quantity": D(1), "price": D(60000)}
    begun = msgspec.structs.replace(submitted("a"), at_ns=99 * MINUTE_NS)  # by ours, which is fast
    made = forgetful(begun, *ended("a", MINUTE_NS)[1:], *ended("b", 2 * MINUTE_NS))
    filled_at_once = reported("web", ReportedState.CANCELED, placed_ts_ns=2 * MINUTE_NS, **stranger)
    assert [type(event) for event in made.apply(filled_at_once)] != []


def test_what_a_journal_says_of_orders_that_it_leaves_out_is_enough_to_go_on() -> None:
    stranger: dict[str, Any] = {"side": Side.BUY, "quantity": D(1), "price": D(60000)}
    twice = reported("c", venue_order_id="v-2", placed_ts_ns=9 * MINUTE_NS, **stranger)
    before = forgetful(
        *ended("a", MINUTE_NS), *ended("b", 2 * MINUTE_NS), *ended("c", 3 * MINUTE_NS), twice
    )
    assert names(before) == ["c", "c#v-2"]
    said = before.without({"c"}, at_ns=7)
    assert said is not None
    assert (said.at_ns, said.until_ns, said.names) == (7, {SPOT: 3 * MINUTE_NS}, ("a", "b", "c"))
    after = OrderBoard()
    for entry in (said, twice):
        after.apply(entry)
    assert names(after) == ["c#v-2"]
    assert after.is_past(SPOT, 3 * MINUTE_NS)
    assert "a" in after
    assert after.apply(Lost(at_ns=1, client_order_id="a", text="cut")) == []


def test_a_journal_that_leaves_nothing_out_has_nothing_to_say() -> None:
    assert board(*ended("a")).without(set(), at_ns=7) is None


def test_g16_a_board_is_as_large_after_a_thousand_orders_as_after_ten() -> None:
    made = OrderBoard(kept=5)
    fill = Fill(trade_id="1", price=D(60000), quantity=D(1))
    stranger: dict[str, Any] = {"side": Side.BUY, "quantity": D(1), "price": D(60000)}
    sizes = []
    for number in range(1000):
        bought, waited, left = f"a-{number}", f"b-{number}", f"c-{number}"
        for entry in (
            submitted(bought),
            reported(bought, venue_order_id=f"1-{number}"),
            reported(bought, ReportedState.FILLED, filled="1", fills=(fill,)),
            submitted(waited),
            reported(waited, venue_order_id=f"2-{number}"),
            reported(waited, ReportedState.CANCELED, venue_order_id=f"2-{number}"),
            # An order of that name again, which is another one.
            reported(waited, ReportedState.CANCELED, venue_order_id=f"3-{number}", **stranger),
            reported(left, venue_order_id=f"4-{number}", **stranger),
            Lost(at_ns=1, client_order_id=left, text="cut"),
            reported(left, ReportedState.CANCELED, venue_order_id=f"4-{number}"),
        ):
            made.apply(entry)
        sizes.append(sum(len(each) for each in vars(made).values() if isinstance(each, Sized)))
    assert sizes[9] == sizes[-1]
