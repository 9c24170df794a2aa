"""Journals that hold together, and each way in which one does not."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tickwright.errors import StoreError
from tickwright.io.store import MemoryStore
from tickwright.model.market import Side
from tickwright.model.orders import OrderReport, OrderState, ReportedState, SubmitOrder
from tickwright.trading.inspection import Inspection, inspect
from tickwright.trading.journal import Denied, Entry, Journal, Reported, Sent, Submitted


SPOT = "binance.spot"


def submitted(name: str, at_ns: int = 1) -> Submitted:
    command = SubmitOrder(
        client_order_id=name,
        instrument="binance:BTC/USDT",
        side=Side.BUY,
        quantity=Decimal(1),
        price=Decimal(60000),
    )
    return Submitted(at_ns=at_ns, product=SPOT, command=command)


def reported(name: str, at_ns: int) -> Reported:
    report = OrderReport(
        client_order_id=name,
        instrument="binance:BTC/USDT",
        state=ReportedState.OPEN,
        received_ts_ns=at_ns,
        venue_order_id="4711",
    )
    return Reported(at_ns=at_ns, product=SPOT, report=report)


async def inspected(*entries: Entry) -> Inspection:
    journal = Journal(MemoryStore())
    await journal.append(entries)
    return await inspect(journal)


async def test_orders_are_told_with_the_time_of_their_last_news() -> None:
    found = await inspected(
        submitted("a"),
        submitted("b"),
        Sent(at_ns=2, client_order_id="a"),
        Denied(at_ns=3, client_order_id="b", code="NOPE", text="no"),
        reported("a", 4),
        reported("of another name by now", 5),
    )
    assert found.entries == 6
    assert found.news_ns == {"a": 5, "b": 3}
    assert [order.client_order_id for order in found.board.unfinished()] == ["a"]
    order = found.board.order("b")
    assert order is not None
    assert order.state is OrderState.DENIED


async def test_an_empty_journal_is_in_order() -> None:
    assert (await inspected()).entries == 0


async def test_news_of_an_order_that_nobody_can_name_is_no_order() -> None:
    assert not (await inspected(reported("external", 1))).news_ns


@pytest.mark.parametrize(
    ("entries", "why"),
    [
        (
            [submitted("a"), *[Sent(at_ns=1, client_order_id="a")] * 2],
            "entry 3 of the journal cannot be: order: no transition from OrderState.SENT",
        ),
        ([Sent(at_ns=1, client_order_id="a")], "entry 1 .* order 'a', which nobody placed"),
        ([submitted("a"), submitted("a")], "entry 2 of the journal places order 'a' a second time"),
    ],
)
async def test_entries_that_cannot_follow_each_other_are_named(
    entries: list[Entry], why: str
) -> None:
    with pytest.raises(StoreError, match=why):
        await inspected(*entries)


def test_a_hole_is_found() -> None:
    found = Inspection()
    found.take(1, submitted("a"))
    with pytest.raises(StoreError, match="entry 2 of the journal is missing"):
        found.take(3, Sent(at_ns=1, client_order_id="a"))


def test_orders_that_a_program_would_have_forgotten_are_told_as_they_go() -> None:
    told: list[tuple[str, int]] = []
    found = Inspection(lambda order, news_ns: told.append((order.client_order_id, news_ns)), kept=1)
    entries = [
        entry
        for name in "abc"
        for entry in (
            submitted(name),
            Denied(at_ns=2, client_order_id=name, code="NO", text="no"),
        )
    ]
    for number, entry in enumerate(entries, 1):
        found.take(number, entry)
    assert told == [("a", 2), ("b", 2)]
    assert [order.client_order_id for order in found.board.orders()] == ["c"]
    assert (found.orders, found.news_ns) == (3, {"c": 2})
