"""Batches of orders (*Batch Place Order*, *Batch Amend Order*, *Batch Cancel Order*): one call, a word on each.

The answer has two lists in the order of the request: what the orders are called, and, beside them, what each was told. That the
call as a whole succeeded says nothing: every order in it may have been refused.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct, field, structs

from tickwright.core.limits import Priority
from tickwright.errors import DecodeError
from tickwright.model.orders import Order, OrderReport, ReportedState
from tickwright.venues.bybit.order_params import Body
from tickwright.venues.bybit.refusals import refused
from tickwright.venues.bybit.rest import ADDRESS
from tickwright.venues.bybit.signed_calls import posted
from tickwright.venues.groups import Answered, Group
from tickwright.venues.typed import reader


__all__ = ["BATCH_MAX", "batch"]

BATCH_MAX = 10
"""Spot takes so many at once. Contracts take 20, but each order counts, and an account may send 10 in any second: the rest of a
larger batch would come back refused (*Rate Limit*)."""

_BUCKETS = {
    "create": "ORDER_CREATE_BATCH",
    "amend": "ORDER_AMEND_BATCH",
    "cancel": "ORDER_CANCEL_BATCH",
}
"""Batches have windows of their own beside those of single orders."""
_FINE = 200


class _Name(Struct, gc=False):
    """``{"category":"linear","symbol":"BTCUSDT","orderId":"24920bdb-…","orderLinkId":"b-1","createAt":"1763640009012"}``."""

    order_id: str = field(name="orderId", default="")
    link_id: str = field(name="orderLinkId", default="")


class _Word(Struct, gc=False):
    """``{"code":110072,"msg":"OrderLinkedID is duplicate"}``."""

    code: int
    text: str = field(name="msg", default="")


class _Names(Struct, gc=False):
    rows: list[_Name] = field(name="list")


class _Words(Struct, gc=False):
    rows: list[_Word] = field(name="list")


class _Answer(Struct, gc=False):
    """``{"retCode":0,"retMsg":"OK","result":{"list":[…]},"retExtInfo":{"list":[…]},"time":…}``."""

    names: _Names = field(name="result")
    words: _Words = field(name="retExtInfo")


_read_answer = reader(_Answer)


def batch(
    operation: str,
    category: str,
    rows: Sequence[Body],
    orders: Sequence[Order],
    priority: Priority,
) -> Group:
    """Return orders that are placed, changed or canceled together; each may be refused on its own.

    Args:
        operation: ``create``, ``amend`` or ``cancel``.
        category: Of all of them.
        rows: What would be sent for each alone.
        orders: What the batch is about.
        priority: Cancels go first.
    """
    path = f"/v5/order/{operation}-batch"

    def decode(body: bytes, received_ts_ns: int) -> list[Answered]:
        answer: _Answer = _read_answer(body)
        names, words = answer.names.rows, answer.words.rows
        if not len(names) == len(words) == len(orders):
            raise DecodeError(f"{len(names)} names and {len(words)} words on {len(orders)} orders")
        return [
            _answered(order, name, word, f"POST {path}", received_ts_ns)
            for order, name, word in zip(orders, names, words, strict=True)
        ]

    request = [{key: value for key, value in row.items() if key != "category"} for row in rows]
    body = {"category": category, "request": request}
    bucket = _BUCKETS[operation]
    call = posted(path, body, decode, priority, bucket)
    call = structs.replace(call, costs={ADDRESS: 1, bucket: len(rows)})
    return Group(tuple(order.client_order_id for order in orders), call)


def _answered(order: Order, name: _Name, word: _Word, where: str, received_ts_ns: int) -> Answered:
    if word.code:
        return refused(word.code, word.text, where, status=_FINE)
    if name.link_id != order.client_order_id and name.order_id != order.venue_order_id:
        raise DecodeError(f"an answer about {name.link_id!r} in place of {order.client_order_id!r}")
    return OrderReport(
        client_order_id=order.client_order_id,
        instrument=order.command.instrument,
        state=ReportedState.QUEUED,
        received_ts_ns=received_ts_ns,
        venue_order_id=name.order_id or None,
    )
