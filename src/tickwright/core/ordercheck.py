"""Checks before a command leaves (G36): the instrument's rules, the user's limits, the kill switch.

Each check is a function from what is known to a `Denial` or ``None``; all of them stand in one tuple, in the order in which they
are made. A denial names its rule and the numbers; nothing was sent.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import msgspec

from tickwright.core.risklimits import NO_LIMITS, RiskLimits
from tickwright.errors import InvalidNumber
from tickwright.model.instrument import Instrument, InstrumentStatus
from tickwright.model.market import Side
from tickwright.model.numbers import format_decimal, multiply, total
from tickwright.model.orders import SubmitOrder


__all__ = ["KILLED", "Denial", "OrderFacts", "check_order"]

KILLED = ("KILL_SWITCH", "the kill switch is on; nothing but cancels leaves")
"""Rule and text of the kill switch."""
_TAKES_ORDERS = (InstrumentStatus.TRADING, InstrumentStatus.UNKNOWN)


class Denial(msgspec.Struct, frozen=True):
    """Why a command was not sent."""

    code: str
    """The rule: ``MAX_ORDER_NOTIONAL``."""
    text: str
    """What was asked, and what is allowed."""


_OPEN_ONE = "have it streamed (`tw.book`) while you trade"


class OrderFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What is known at the moment of checking; ``None`` where nothing is."""

    is_killed: bool = False
    """The kill switch is on."""
    best_bid: Decimal | None = None
    best_ask: Decimal | None = None
    open_orders: int = 0
    """Of the instrument, those on their way and those whose outcome is unknown among them."""
    position: Decimal = Decimal(0)
    open_buys: Decimal = Decimal(0)
    """What open buy orders of the instrument have left."""
    open_sells: Decimal = Decimal(0)
    wait_s: float = 0.0
    """How long `RiskLimits.max_orders_per_s` asks to wait."""


class _Case(msgspec.Struct, frozen=True):
    command: SubmitOrder
    instrument: Instrument
    limits: RiskLimits
    facts: OrderFacts

    @property
    def taken_price(self) -> Decimal | None:
        """The price that the order may trade at: its own, or that of the book's other side."""
        if self.command.price is not None:
            return self.command.price
        return self.facts.best_ask if self.command.side is Side.BUY else self.facts.best_bid

    @property
    def notional(self) -> Decimal | None:
        """What the order is worth in the quote asset, as far as that is known."""
        if self.command.quote_quantity is not None:
            return self.command.quote_quantity
        price, quantity = self.taken_price, self.command.quantity
        if quantity is None or (price is None and not self.instrument.is_inverse):
            return None
        unit = self.instrument.contract_size or Decimal(1)
        if self.instrument.is_inverse:
            return multiply(quantity, unit)
        assert price is not None
        return multiply(price, quantity, unit)


def check_order(
    command: SubmitOrder, instrument: Instrument, limits: RiskLimits, facts: OrderFacts
) -> Denial | None:
    """Return why an order must not leave, ``None`` if it may.

    Example:
        >>> check_order(command, instrument, RiskLimits(max_open_orders=10), OrderFacts(open_orders=10))
        Denial(code='MAX_OPEN_ORDERS', text='binance:BTC/USDT: 10 orders are open, 10 are allowed')
    """
    case = _Case(command, instrument, limits, facts)
    for check in _CHECKS if limits != NO_LIMITS else _RULES:
        denial = check(case)
        if denial is not None:
            return denial
    return None


def _kill_switch(case: _Case) -> Denial | None:
    if case.facts.is_killed:
        return Denial(*KILLED)
    return None


def _status(case: _Case) -> Denial | None:
    status = case.instrument.status
    if status in _TAKES_ORDERS:
        return None
    return Denial("NOT_TRADING", f"{case.instrument.id} is {status.value}")


def _allowed(case: _Case) -> Denial | None:
    allowed = case.limits.instruments
    if allowed is None or case.instrument.id in allowed:
        return None
    return Denial("INSTRUMENT", f"{case.instrument.id} is none of those that may be traded")


def _rules(case: _Case) -> Denial | None:
    """Check tick, lot, their bounds, and the notional."""
    command, instrument = case.command, case.instrument
    try:
        if command.price is not None:
            instrument.price(command.price)
        if command.trigger is not None and command.trigger.price is not None:
            instrument.price(command.trigger.price, name="trigger price")
        if command.quantity is not None:
            instrument.quantity(command.quantity)
        if command.display_quantity is not None:
            instrument.quantity(command.display_quantity, name="display quantity")
        if command.price is not None and command.quantity is not None and not command.reduce_only:
            instrument.check_notional(command.price, command.quantity)
    except InvalidNumber as error:
        return Denial("INSTRUMENT_RULES", str(error))
    if (
        command.quantity is not None
        and command.trigger is None
        and command.display_quantity is None
    ):
        return None  # the way of nearly every order
    nonsense = _nonsense(command)
    return Denial("INSTRUMENT_RULES", f"{instrument.id}: {nonsense}") if nonsense else None


def _nonsense(command: SubmitOrder) -> str:
    """Return what no venue takes of any instrument; nothing if there is no such thing."""
    spent, shown, whole = command.quote_quantity, command.display_quantity, command.quantity
    if spent is not None and spent <= 0:
        return f"quote quantity {format_decimal(spent)} is not above zero"
    if shown is not None and whole is not None and shown > whole:
        return f"display quantity {format_decimal(shown)} is above the quantity {format_decimal(whole)}"
    trail_bps = None if command.trigger is None else command.trigger.trail_bps
    if trail_bps is not None and trail_bps <= 0:
        return f"trail of {trail_bps} bps is not above zero"
    return ""


def _order_quantity(case: _Case) -> Denial | None:
    limit, quantity = case.limits.max_order_quantity, case.command.quantity
    if limit is not None and quantity is None:
        return _without_quantity(case, "MAX_ORDER_QUANTITY")
    return _above(case, "MAX_ORDER_QUANTITY", quantity, limit)


def _order_notional(case: _Case) -> Denial | None:
    limit = case.limits.max_order_notional
    if limit is None:
        return None
    if case.notional is None:
        return Denial(
            "MAX_ORDER_NOTIONAL",
            f"{case.instrument.id}: what a market order is worth is not known without a live book; {_OPEN_ONE}",
        )
    return _above(case, "MAX_ORDER_NOTIONAL", case.notional, limit)


def _open_orders(case: _Case) -> Denial | None:
    count, limit = case.facts.open_orders, case.limits.max_open_orders
    if limit is None or count < limit:
        return None
    return Denial(
        "MAX_OPEN_ORDERS", f"{case.instrument.id}: {count} orders are open, {limit} are allowed"
    )


def _position(case: _Case) -> Denial | None:
    limit, quantity = case.limits.max_position, case.command.quantity
    if limit is None or case.command.reduce_only:
        return None
    if quantity is None:
        return _without_quantity(case, "MAX_POSITION")
    facts = case.facts
    if case.command.side is Side.BUY:
        reached = total(facts.position, facts.open_buys, quantity)
    else:
        reached = total(-facts.position, facts.open_sells, quantity)
    return _above(case, "MAX_POSITION", reached, limit)


def _collar(case: _Case) -> Denial | None:
    collar, price = case.limits.price_collar, case.command.price
    if collar is None or price is None:
        return None
    is_buy = case.command.side is Side.BUY
    best = case.facts.best_ask if is_buy else case.facts.best_bid
    if best is None:
        return Denial(
            "PRICE_COLLAR",
            f"{case.instrument.id}: there is no live book to hold the price against; {_OPEN_ONE}",
        )
    bound = multiply(best, 1 + collar if is_buy else 1 - collar)
    if price <= bound if is_buy else price >= bound:
        return None
    return Denial(
        "PRICE_COLLAR",
        f"{case.instrument.id}: {format_decimal(price)} lies beyond {format_decimal(bound)},"
        f" which is {format_decimal(collar * 100)} % from the best {format_decimal(best)}",
    )


def _rate(case: _Case) -> Denial | None:
    if case.facts.wait_s <= 0:
        return None
    return Denial(
        "MAX_ORDERS_PER_S",
        f"{case.limits.max_orders_per_s} orders a second are allowed; wait {case.facts.wait_s:.3f} s",
    )


def _without_quantity(case: _Case, code: str) -> Denial:
    return Denial(code, f"{case.instrument.id}: give a quantity, not a quote quantity")


def _above(case: _Case, code: str, value: Decimal | None, limit: Decimal | None) -> Denial | None:
    if value is None or limit is None or value <= limit:
        return None
    return Denial(
        code,
        f"{case.instrument.id}: {format_decimal(value)} is above the limit {format_decimal(limit)}",
    )


_CHECKS: tuple[Callable[[_Case], Denial | None], ...] = (
    _kill_switch,
    _allowed,
    _status,
    _rules,
    _order_quantity,
    _order_notional,
    _open_orders,
    _position,
    _collar,
    _rate,
)
"""In this order: the first one that denies is told."""
_RULES = (_kill_switch, _status, _rules)
"""What is left of them where the user sets no limits."""
