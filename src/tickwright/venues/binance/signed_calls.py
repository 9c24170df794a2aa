"""What Binance's signed calls have in common: how orders are named, commands made, questions asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from tickwright.core.inquiry import InquiryPolicy
from tickwright.core.limits import Priority
from tickwright.model.instrument import Instrument
from tickwright.model.orders import Order
from tickwright.venues.base import RestCall, Security
from tickwright.venues.binance.auth import RECV_WINDOW_MS
from tickwright.venues.binance.order_params import Params


__all__ = ["INQUIRY", "asked", "commanded", "named", "narrowed", "trades_of"]

T = TypeVar("T")

_MS = 1_000_000

INQUIRY = InquiryPolicy(proof_after_s=RECV_WINDOW_MS / 1000 + 10.0 + 5.0)
"""The request's window, the matching engine's timeout (*General API Information*: 10 s), and five for the lag of reading."""


def named(order: Order, instrument: Instrument) -> Params:
    """Return the parameters that name an order: the venue's id where it is known, which no cancel changes.

    A canceled order of spot goes by its cancel's client order id.
    """
    symbol = ("symbol", instrument.symbol)
    if order.venue_order_id is not None:
        return (symbol, ("orderId", order.venue_order_id))
    return (symbol, ("origClientOrderId", order.client_order_id))


def narrowed(instrument: Instrument | None) -> Params:
    """Return the parameters that narrow a question to an instrument, none for all."""
    return () if instrument is None else (("symbol", instrument.symbol),)


def trades_of(instrument: Instrument, venue_order_id: str) -> Params:
    """Return the parameters that ask for the account's trades of an order, as many as there may be in one answer."""
    return (("symbol", instrument.symbol), ("orderId", venue_order_id), ("limit", "1000"))


def commanded(
    method: str,
    path: str,
    params: Params,
    decode: Callable[[bytes, int], T],
    costs: Mapping[str, int],
    priority: Priority,
) -> RestCall[T]:
    """Return a call that changes something, and so is never repeated.

    Args:
        method: ``POST``, ``PUT`` or ``DELETE``.
        path: Of the endpoint.
        params: Of the query, which is where Binance takes them.
        decode: Reads the answer.
        costs: Bucket → units; what no bucket counts is left out.
        priority: Cancels go first.
    """
    return RestCall(
        method=method,
        path=path,
        params=params,
        decode=decode,
        costs=costs,
        priority=priority,
        security=Security.SIGNED,
        is_idempotent=False,
    )


def asked(
    path: str, params: Params, decode: Callable[[bytes, int], T], costs: Mapping[str, int]
) -> RestCall[T]:
    """Return a call that asks, and may be repeated."""
    return RestCall(path=path, params=params, decode=decode, costs=costs, security=Security.SIGNED)
