"""Every kind of entry comes back as it was written; what cannot be read is named by its number."""

from __future__ import annotations

from collections.abc import AsyncIterator
from decimal import Decimal
from typing import get_args

import pytest

from tickwright.errors import StoreError
from tickwright.io.store import MemoryStore, Row
from tickwright.model.market import Side
from tickwright.model.orders import (
    Fill,
    OrderReport,
    OrderState,
    ReportedState,
    SubmitOrder,
    Trigger,
    TriggerKind,
)
from tickwright.trading.board import OrderBoard
from tickwright.trading.journal import (
    Absent,
    AmendAsked,
    CancelAsked,
    Denied,
    Entry,
    Executed,
    Forgotten,
    Journal,
    Lost,
    Rejected,
    Reported,
    Sent,
    Submitted,
)


D = Decimal
FILL = Fill(
    trade_id="7", price=D("60000.10"), quantity=D("0.00000002"), fee=D("-0.1"), fee_asset="BNB"
)
COMMAND = SubmitOrder(
    client_order_id="me-1",
    instrument="binance:测试/USDT",
    side=Side.SELL,
    quantity=D("123456789.00000001"),
    trigger=Trigger(kind=TriggerKind.TAKE_PROFIT, price=D("60000")),
)
REPORT = OrderReport(
    client_order_id="me-1",
    instrument="binance:测试/USDT",
    state=ReportedState.OPEN,
    received_ts_ns=5,
    filled_quantity=D("0.00000002"),
    fills=(FILL,),
)
ABOUT = {"at_ns": 1, "client_order_id": "me-1"}
ENTRIES: list[Entry] = [
    Submitted(at_ns=1, product="binance.spot", command=COMMAND),
    Denied(**ABOUT, code="KILL_SWITCH", text="…"),  # type: ignore[arg-type]  # two fields
    Sent(**ABOUT),  # type: ignore[arg-type]  # two fields
    Lost(**ABOUT, text="no answer"),  # type: ignore[arg-type]  # two fields
    Absent(**ABOUT, text="not found"),  # type: ignore[arg-type]  # two fields
    Rejected(**ABOUT, code="FUNDS", text="…"),  # type: ignore[arg-type]  # two fields
    Reported(at_ns=1, product="binance.spot", report=REPORT),
    Executed(**ABOUT, fills=(FILL,)),  # type: ignore[arg-type]  # two fields
    AmendAsked(**ABOUT, price="60001"),  # type: ignore[arg-type]  # two fields
    CancelAsked(**ABOUT),  # type: ignore[arg-type]  # two fields
    Forgotten(
        at_ns=1,
        until_ns={"binance.spot": 7},
        names=("entry-1",),
        called=(("binance.spot", "28", "tp#28"),),
    ),
]


async def written(journal: Journal) -> list[Entry]:
    return [entry async for entry in journal.entries()]


async def test_g24_every_kind_of_entry_comes_back_exactly() -> None:
    assert {type(entry) for entry in ENTRIES} == set(get_args(Entry))
    store = MemoryStore()
    await Journal(store).append(ENTRIES[:4])
    await Journal(store).append(ENTRIES[4:])
    found = await written(Journal(store))
    assert found == ENTRIES
    assert found[0].command.quantity == D("123456789.00000001")


@pytest.mark.parametrize("row", [b"", b"{}", b'[1,{"kind":"teleported","at_ns":1}]', b"\xff"])
async def test_a_row_that_cannot_be_read_is_named(row: bytes) -> None:
    store = MemoryStore()
    await Journal(store).append(ENTRIES[:2])
    await store.append([row])
    with pytest.raises(StoreError, match="entry 3 of the journal"):
        await written(Journal(store))


@pytest.mark.parametrize("row", [None, 5])
async def test_a_row_that_holds_something_else_is_named_with_what_to_do(row: bytes) -> None:
    with pytest.raises(StoreError, match=r"entry 1 of the journal holds .*; restore a copy"):
        await written(Journal(MemoryStore([row])))


class Holed(MemoryStore):
    """Of which something took the second row."""

    async def rows(self, after: int = 0) -> AsyncIterator[Row]:
        async for number, body in super().rows(after):
            if number != 2:
                yield number, body


async def test_g34_who_is_to_fold_a_journal_is_told_of_its_hole() -> None:
    journal = Journal(Holed())
    await journal.append(ENTRIES[:3])
    with pytest.raises(StoreError, match="entry 2 of the journal is missing; restore a copy"):
        await written(journal)
    assert [number async for number, _ in journal.numbered()] == [1, 3]  # what is left is to be had


EARLIER = (
    b'[1,{"kind":"submitted","at_ns":1,"product":"binance.spot","command":{"client_order_id":"me-1",'
    b'"instrument":"binance:BTC/USDT","side":"sell","quantity":"0.05","quote_quantity":null,"price":"60000",'
    b'"time_in_force":"gtc","expire_ts_ns":null,"post_only":false,"reduce_only":false,"trigger":{"kind":"stop",'
    b'"price":"61000","by":"last","trail_bps":null},"display_quantity":null}}]',
    b'[1,{"kind":"sent","at_ns":1,"client_order_id":"me-1"}]',
    b'[1,{"kind":"lost","at_ns":2,"client_order_id":"me-1","text":"lost"}]',
    b'[1,{"kind":"reported","at_ns":6,"product":"binance.spot","report":{"client_order_id":"me-1",'
    b'"instrument":"binance:BTC/USDT","state":"open","received_ts_ns":6,"side":"sell","venue_order_id":"28",'
    b'"venue_ts_ns":5,"quantity":"0.05","price":"60000","filled_quantity":"0.02","average_price":null,"fills":'
    b'[{"trade_id":"7","price":"60000","quantity":"0.02","fee":"1.2","fee_asset":"USDT","is_maker":true,'
    b'"venue_ts_ns":5}],"is_working":true,"code":"","text":""}}]',
    b'[1,{"kind":"amendasked","at_ns":7,"client_order_id":"me-1","quantity":"0.04","price":null}]',
    b'[1,{"kind":"cancelasked","at_ns":8,"client_order_id":"me-1"}]',
    b'[1,{"kind":"executed","at_ns":9,"client_order_id":"me-1","fills":[{"trade_id":"7","price":"60000",'
    b'"quantity":"0.02","fee":"1.2","fee_asset":"USDT","is_maker":true,"venue_ts_ns":5}]}]',
)
"""What an earlier version wrote, before there were groups."""


async def test_g34_what_earlier_versions_wrote_is_still_read_and_folded() -> None:
    board = OrderBoard()
    entries = [entry async for entry in Journal(MemoryStore(EARLIER)).entries()]
    for entry in entries:
        board.apply(entry)
    assert len(entries) == len(EARLIER)
    order = board.order("me-1")
    assert order is not None
    assert (order.state, order.venue_order_id) == (OrderState.PARTLY_FILLED, "28")
    assert (order.filled_quantity, len(order.fills)) == (D("0.02"), 1)


async def test_entries_have_numbers_and_can_be_read_from_one_on() -> None:
    journal = Journal(MemoryStore())
    await journal.append(ENTRIES[:3])
    assert [row async for row in journal.numbered(1)] == [(2, ENTRIES[1]), (3, ENTRIES[2])]


async def test_a_row_of_a_newer_form_is_not_guessed_at() -> None:
    store = MemoryStore([b'[99,{"kind":"sent","at_ns":1,"client_order_id":"me-1"}]'])
    with pytest.raises(StoreError, match=r"entry 1 .*form 99"):
        await written(Journal(store))


async def test_an_order_that_contradicts_itself_is_a_row_that_cannot_be_read() -> None:
    store = MemoryStore()
    await Journal(store).append(ENTRIES[:1])
    store.contents[0] = store.contents[0].replace(b'"sell"', b'"unknown"')
    with pytest.raises(StoreError, match=r"entry 1 .*must buy or sell"):
        await written(Journal(store))


async def test_closing_lets_the_store_go() -> None:
    store = MemoryStore()
    journal = Journal(store)
    await journal.close()
    await journal.close()
    with pytest.raises(Exception, match="closed"):
        await journal.append(ENTRIES[:1])
