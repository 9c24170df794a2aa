"""Binance's words for what orders are: statuses and sides, those that nobody here knows among them (G25)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

from tickwright.errors import DecodeError
from tickwright.model.market import Side
from tickwright.model.orders import ReportedState
from tickwright.venues.binance.order_rows import AlgoRow
from tickwright.venues.binance.user_rows import AlgoOrder
from tickwright.venues.typed import read_optional


__all__ = [
    "ALGO_STATES",
    "HEDGED",
    "ONE_WAY",
    "SIDES",
    "STATES",
    "ReadState",
    "algo_quantity",
    "state_of",
    "state_or_open",
]

STATES = {
    "NEW": ReportedState.OPEN,
    "PENDING_NEW": ReportedState.OPEN,
    "PARTIALLY_FILLED": ReportedState.OPEN,
    "FILLED": ReportedState.FILLED,
    "CANCELED": ReportedState.CANCELED,
    "REJECTED": ReportedState.REJECTED,
    "EXPIRED": ReportedState.EXPIRED,
    "EXPIRED_IN_MATCH": ReportedState.EXPIRED,
    "NEW_INSURANCE": ReportedState.OPEN,
    "NEW_ADL": ReportedState.OPEN,
}
"""Sections "Order status" of the venue's enumerations (*Spot*, *USD-M*)."""

SIDES = {"BUY": Side.BUY, "SELL": Side.SELL}
"""Section "Order side" of the same; one that nobody knows must hide no other order of a list (G25)."""

ALGO_STATES = {
    "NEW": ReportedState.OPEN,
    "TRIGGERING": ReportedState.OPEN,
    "TRIGGERED": ReportedState.OPEN,
    "FINISHED": ReportedState.OPEN,  # what became of the order that it turned into, only that order says
    "CANCELED": ReportedState.CANCELED,
    "EXPIRED": ReportedState.EXPIRED,
    "REJECTED": ReportedState.REJECTED,
}
"""``algoStatus`` (*USD-M*, New Algo Order)."""

ONE_WAY = ("", "BOTH")
"""``positionSide`` of accounts that have one position an instrument; those in hedge mode have two, ``LONG`` and ``SHORT``."""
HEDGED = (
    "the account is in hedge mode, with two positions an instrument where one is expected;"
    " set it to one-way mode (POST /fapi/v1/positionSide/dual, dualSidePosition=false)"
)

ReadState = Callable[[str, Mapping[str, ReportedState]], tuple[ReportedState, str]]
"""How the status in an answer is read: strictly in one to a command, otherwise for what it is worth."""

_SHOWN_MAX = 50


def algo_quantity(row: AlgoRow | AlgoOrder) -> Decimal | None:
    """Return the quantity of a conditional order: zero if it is to close whatever position there is when it is triggered."""
    if row.closes_position and not row.order_id:
        return Decimal(0)
    return read_optional(row.quantity)


def state_of(
    status: str, states: Mapping[str, ReportedState] = STATES
) -> tuple[ReportedState, str]:
    """Return a status in our words, and what is to be said of it: nothing.

    Raises:
        DecodeError: For one that nobody knows. What became of a command is never guessed (G1): whoever gave it asks.
    """
    state = states.get(status)
    if state is None:
        raise DecodeError(f"unknown order status {status[:_SHOWN_MAX]!r}")
    return state, ""


def state_or_open(
    status: str, states: Mapping[str, ReportedState] = STATES
) -> tuple[ReportedState, str]:
    """Return a status in our words, and what is to be said of it.

    Of a word that nobody knows no more is sure than that the venue has the order: it is never taken for an ending (G1), and as
    long as it is open here, it is asked for again. So it hides neither an execution nor the other orders of a list (G25).
    """
    state = states.get(status)
    if state is not None:
        return state, ""
    return ReportedState.OPEN, f"the venue says {status[:_SHOWN_MAX]!r}, which nobody here knows"
