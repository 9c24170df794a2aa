"""A new journal for an old one: what is needed is there, what is not stays behind, and nothing is half done."""

from __future__ import annotations

from decimal import Decimal
from random import Random

import pytest

from tickwright.errors import StoreError
from tickwright.io.store import MemoryStore
from tickwright.model.market import Side
from tickwright.model.orders import Fill, OrderReport, ReportedState, SubmitOrder
from tickwright.trading.carrying import Carried, carry
from tickwright.trading.inspection import inspect
from tickwright.trading.journal import (
    CancelAsked,
    Denied,
    Entry,
    Executed,
    Journal,
    Lost,
    Reported,
    Submitted,
)


BTC, SPOT = "binance:BTC/USDT", "binance.spot"
D = Decimal
NOW_NS = 1_000


def submitted(name: str, at_ns: int) -> Submitted:
    command = SubmitOrder(
        client_order_id=name, instrument=BTC, side=Side.BUY, quantity=D(1), price=D(60000)
    )
    return Submitted(at_ns=at_ns, product=SPOT, command=command, is_leaving=True)


def reported(name: str, at_ns: int, state: ReportedState, venue_order_id: str) -> Reported:
    report = OrderReport(
        client_order_id=name,
        instrument=BTC,
        state=state,
        received_ts_ns=at_ns,
        side=Side.BUY,
        venue_order_id=venue_order_id,
        venue_ts_ns=at_ns,
        quantity=D(1),
        price=D(60000),
        filled_quantity=D(1) if state is ReportedState.FILLED else D(0),
    )
    return Reported(at_ns=at_ns, product=SPOT, report=report)


def life(number: int, rng: Random) -> list[Entry]:
    """Return some order's entries, of which the last may be missing."""
    name, venue_order_id, at_ns = f"me-{number}", f"v-{number}", 10 * number
    fill = Fill(trade_id=name, price=D(60000), quantity=D(1))
    begun = submitted(name, at_ns)
    working = reported(name, at_ns + 1, ReportedState.OPEN, venue_order_id)
    stories: list[list[Entry]] = [
        [begun, Denied(at_ns=at_ns, client_order_id=name, code="NO", text="no")],
        [begun, Lost(at_ns=at_ns + 1, client_order_id=name, text="cut"), working],
        [
            begun,
            working,
            reported(name, at_ns + 2, ReportedState.FILLED, venue_order_id),
            Executed(at_ns=at_ns + 3, client_order_id=name, fills=(fill,)),
        ],
        [
            working,  # a stranger's
            CancelAsked(at_ns=at_ns + 2, client_order_id=name),
            reported(name, at_ns + 3, ReportedState.CANCELED, venue_order_id),
        ],
    ]
    story = rng.choice(stories)
    return story[: rng.randint(max(1, len(story) - 1), len(story))]


async def journal_of(*entries: Entry) -> Journal:
    made = Journal(MemoryStore())
    await made.append(entries)
    return made


async def contents(journal: Journal) -> list[Entry]:
    return [entry async for entry in journal.entries()]


async def carried_over(old: Journal, since_ns: int) -> tuple[Journal, Carried]:
    new = Journal(MemoryStore())
    return new, await carry(old, new, since_ns=since_ns, now_ns=NOW_NS)


@pytest.mark.parametrize("seed", range(20))
async def test_g34_unfinished_orders_and_those_of_late_are_what_they_were(seed: int) -> None:
    rng = Random(seed)
    lives = [life(number, rng) for number in range(60)]
    entries = [entry for each in lives for entry in each]
    entries.sort(key=lambda entry: entry.at_ns)
    old = await journal_of(*entries)
    before = await inspect(old)
    new, done = await carried_over(old, since_ns=400)
    after = await inspect(new)
    needed = [
        order
        for order in before.board.orders()
        if order in before.board.unfinished() or before.news_ns[order.client_order_id] >= 400
    ]
    assert after.board.orders() == needed
    assert after.board.unfinished() == before.board.unfinished()
    assert 0 < len(needed) < 60
    assert done == Carried(
        entries=after.entries - 1,  # besides what it says of those left behind
        entries_before=len(entries),
        orders=len(needed),
        orders_before=60,
        unfinished=len(before.board.unfinished()),
    )
    assert await contents(old) == entries


async def test_entries_about_nobody_stay_behind() -> None:
    nameless = OrderReport(
        client_order_id="?", instrument=BTC, state=ReportedState.OPEN, received_ts_ns=1
    )
    old = await journal_of(
        submitted("a", 1), Reported(at_ns=2, product=SPOT, report=nameless), submitted("b", 3)
    )
    new, _ = await carried_over(old, since_ns=0)
    assert await contents(new) == [
        submitted("a", 1),
        submitted("b", 3),
    ]  # and nothing was forgotten


async def test_a_journal_that_has_entries_is_not_written_on() -> None:
    old, new = await journal_of(submitted("a", 1)), await journal_of(submitted("b", 1))
    with pytest.raises(StoreError, match="the new journal holds entries already"):
        await carry(old, new, since_ns=0, now_ns=NOW_NS)
    assert await contents(new) == [submitted("b", 1)]


async def test_a_damaged_journal_is_not_carried_over() -> None:
    old = await journal_of(submitted("a", 1), submitted("a", 2))
    new = Journal(MemoryStore())
    with pytest.raises(StoreError, match="entry 2 of the journal places order 'a' a second time"):
        await carry(old, new, since_ns=0, now_ns=NOW_NS)
    assert await contents(new) == []


async def test_an_order_goes_by_the_name_that_it_had_because_of_one_that_is_left_behind() -> None:
    # Two programs used one name, one after the other: the second order is known by the venue's id besides.
    old = await journal_of(
        submitted("a", 1),
        reported("a", 2, ReportedState.CANCELED, "v-1"),
        reported("a", 50, ReportedState.OPEN, "v-2"),
        CancelAsked(at_ns=51, client_order_id="a#v-2"),
        Lost(at_ns=52, client_order_id="a#v-2", text="cut"),
    )
    new, done = await carried_over(old, since_ns=40)
    found = await inspect(new)
    assert [order.client_order_id for order in found.board.orders()] == ["a#v-2"]
    assert (done.orders, done.entries) == (1, 3)


async def test_a_listing_of_the_past_brings_none_back_that_was_left_behind() -> None:
    old = await journal_of(
        submitted("a", 1), reported("a", 20, ReportedState.CANCELED, "v-1"), submitted("b", 50)
    )
    new, _ = await carried_over(old, since_ns=40)
    board = (await inspect(new)).board
    assert not board.has_news(reported("a", 20, ReportedState.CANCELED, "v-1"))
    assert "a" in board
    again, _ = await carried_over(new, since_ns=40)
    assert await contents(again) == await contents(new)


async def test_progress_is_told_now_and_then() -> None:
    told: list[int] = []
    old = await journal_of(*[submitted(f"me-{number}", number) for number in range(20_001)])
    await carry(old, Journal(MemoryStore()), since_ns=0, now_ns=NOW_NS, progress=told.append)
    assert told == [10_000, 20_000]
