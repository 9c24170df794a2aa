"""Answers about several orders at once → a word on each: batches of USD-M, order lists and cancel-replace of spot."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from msgspec import Raw, Struct, field

from tickwright.errors import DecodeError, VenueRejected
from tickwright.model.orders import Order, OrderReport
from tickwright.venues.binance.order_answers import report
from tickwright.venues.binance.order_rows import OrderRow, RefusedRow
from tickwright.venues.groups import Answered
from tickwright.venues.typed import reader


__all__ = ["batch", "canceled", "order_list", "replaced", "replaced_in_part"]

_REFUSED, _SERVER_ERROR = 400, 500
"""What a refusal of one order of several comes without: its HTTP status, if it had come alone."""
_OF_SERVERS = frozenset({-1000, -1001, -1008})
"""Codes that come with 5xx (section 14.1): what they say is for `verdicts` to judge, as if each had come alone."""
_NOT_ATTEMPTED = -2022
_NOTHING = Raw(b"null")


class _List(Struct, gc=False):
    """An order list as placing and canceling it answer (*Spot*, New Order List - OCO, Cancel Order List).

    ``{"orderListId":1,"contingencyType":"OCO","listOrderStatus":"EXECUTING","orders":[…],"orderReports":[{"orderId":40,…},…]}``
    """

    rows: list[OrderRow] = field(name="orderReports")


class _Replaced(Struct, gc=False):
    """What came of both halves (*Spot*, Cancel an Existing Order and Send a New Order).

    ``{"cancelResult":"SUCCESS","newOrderResult":"FAILURE","cancelResponse":{…},"newOrderResponse":{"code":-2010,"msg":"…"}}``
    """

    cancel_result: str = field(name="cancelResult")
    new_result: str = field(name="newOrderResult")
    cancel: Raw = field(name="cancelResponse", default=_NOTHING)
    new: Raw = field(name="newOrderResponse", default=_NOTHING)


class _InPart(Struct, gc=False):
    """The same inside a refusal: ``{"code":-2021,"msg":"Order cancel-replace partially failed.","data":{…}}``."""

    data: _Replaced | None = None


_read_parts = reader(list[Raw])
_read_word = reader(RefusedRow)
_read_row = reader(OrderRow)
_read_list = reader(_List)
_read_replaced = reader(_Replaced)
_read_in_part = reader(_InPart)

Decode = Callable[[bytes, int], list[Answered]]


def batch(orders: Sequence[Order], where: str) -> Decode:
    """Return the decoder of a batch's answer, which has one part an order in the order of the request (*USD-M*, Place Multiple Orders).

    Args:
        orders: What the batch is about.
        where: Method and path.
    """

    def decode(body: bytes, received_ts_ns: int) -> list[Answered]:
        parts = _read_parts(body)
        if len(parts) != len(orders):
            raise DecodeError(f"{len(parts)} answers to {len(orders)} orders")
        return [
            _answered(bytes(part), order, where, received_ts_ns)
            for part, order in zip(parts, orders, strict=True)
        ]

    return decode


def order_list(names: Sequence[str], instrument_id: str) -> Decode:
    """Return the decoder of an order list's answer.

    Args:
        names: Client order ids of its orders, in the order wanted.
        instrument_id: Of all of them.
    """

    def decode(body: bytes, received_ts_ns: int) -> list[Answered]:
        rows: Mapping[str, OrderRow] = {row.client_id: row for row in _read_list(body).rows}
        missing = [name for name in names if name not in rows]
        if missing:
            raise DecodeError(f"no report of {', '.join(missing)} in the order list")
        return [report(rows[name], name, instrument_id, received_ts_ns) for name in names]

    return decode


def canceled(order: Order) -> Callable[[bytes, int], OrderReport]:
    """Return the decoder of a cancel on spot, which takes the whole list with it if the order belongs to one.

    What became of the others in the list comes over the private stream, as ever.
    """

    def decode(body: bytes, received_ts_ns: int) -> OrderReport:
        row = _own_row(body, order)
        return report(row, order.client_order_id, order.command.instrument, received_ts_ns)

    return decode


def replaced(old: Order, name: str, where: str) -> Decode:
    """Return the decoder of a cancel-replace that did both.

    Args:
        old: The order that was canceled.
        name: Client order id of the new one.
        where: Method and path.
    """

    def decode(body: bytes, received_ts_ns: int) -> list[Answered]:
        return _halves(_read_replaced(body), old, name, where, received_ts_ns)

    return decode


def replaced_in_part(
    old: Order, name: str, where: str
) -> Callable[[bytes, int], list[Answered] | None]:
    """Return the reader of a cancel-replace that failed, wholly or in part; other refusals say nothing of the halves."""

    def read(body: bytes, received_ts_ns: int) -> list[Answered] | None:
        found: _InPart = _read_in_part(body)
        if found.data is None:
            return None
        return _halves(found.data, old, name, where, received_ts_ns)

    return read


def _halves(
    found: _Replaced, old: Order, name: str, where: str, received_ts_ns: int
) -> list[Answered]:
    canceled = _half(
        found.cancel_result, found.cancel, old, old.client_order_id, where, received_ts_ns
    )
    if found.new_result == "NOT_ATTEMPTED":
        why = str(canceled) if isinstance(canceled, VenueRejected) else "the cancel failed"
        text = f"not attempted, as the old order was not canceled: {why}"
        return [canceled, VenueRejected(_REFUSED, _NOT_ATTEMPTED, text, where)]
    return [canceled, _half(found.new_result, found.new, old, name, where, received_ts_ns)]


def _half(
    result: str, part: Raw, old: Order, name: str, where: str, received_ts_ns: int
) -> Answered:
    body = bytes(part)
    if result == "FAILURE":
        return _refusal(body, where)
    if result != "SUCCESS":
        raise DecodeError(f"unknown result {result!r}")
    row = _own_row(body, old) if name == old.client_order_id else _read_row(body)
    return report(row, name, old.command.instrument, received_ts_ns)


def _own_row(body: bytes, order: Order) -> OrderRow:
    """Return an order's row of what its cancel ended: it alone, or the order list that it belonged to."""
    if b'"orderReports"' not in body:
        row: OrderRow = _read_row(body)
        return row
    for row in _read_list(body).rows:
        if order.client_order_id in (row.original_client_id, row.client_id):
            return row
    raise DecodeError(f"no report of {order.client_order_id} in the order list")


def _answered(body: bytes, order: Order, where: str, received_ts_ns: int) -> Answered:
    if _read_word(body).code is not None:
        return _refusal(body, where)
    row: OrderRow = _read_row(body)
    if row.client_id != order.client_order_id and str(row.order_id) != order.venue_order_id:
        raise DecodeError(
            f"an answer about {row.client_id!r} in place of {order.client_order_id!r}"
        )
    return report(row, order.client_order_id, order.command.instrument, received_ts_ns)


def _refusal(body: bytes, where: str) -> VenueRejected:
    word: RefusedRow = _read_word(body)
    status = _SERVER_ERROR if word.code in _OF_SERVERS else _REFUSED
    return VenueRejected(status, word.code, word.text, where)
