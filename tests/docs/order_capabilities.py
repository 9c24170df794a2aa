"""What each product's order entry offers, found out by asking for it: nothing here is written by hand."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import msgspec
from tests.docs.capabilities import SYMBOLS

from tickwright.app.registry import products_of
from tickwright.errors import NotSupported
from tickwright.model.instrument import Instrument
from tickwright.model.market import Side
from tickwright.model.orders import (
    Order,
    OrderState,
    SubmitOrder,
    TimeInForce,
    Trigger,
    TriggerBy,
    TriggerKind,
)
from tickwright.venues.base import Product
from tickwright.venues.groups import Group
from tickwright.venues.trading import TradingCalls


__all__ = ["order_table"]

D = Decimal
_YES, _NO = "yes", "–"
_MANY = 60
_STOP = Trigger(kind=TriggerKind.STOP, price=D(50000))


class _Asked:
    """A product's calls, and orders to ask with."""

    def __init__(self, product: Product, calls: TradingCalls) -> None:
        self.product = product
        self.calls = calls
        self.instrument: Instrument = product.infer(SYMBOLS[product.name])

    def command(self, name: str = "me", **changes: Any) -> SubmitOrder:
        fields: dict[str, Any] = {
            "client_order_id": name,
            "instrument": self.instrument.id,
            "side": Side.SELL,
            "quantity": D(1),
            "price": D(60000),
        }
        return SubmitOrder(**fields | changes)

    def order(self, name: str = "me") -> Order:
        command = self.command(name)
        return Order(
            command=command,
            state=OrderState.OPEN,
            quantity=command.quantity,
            price=command.price,
            venue_order_id=f"{sum(map(ord, name))}",
        )

    def submits(self, **changes: Any) -> str:
        return _tells(lambda: self.calls.submit(self.command(**changes), self.instrument))

    def amends(self) -> str:
        order = self.order()
        found = [
            word
            for word, changes in {
                "a lower quantity": {"quantity": D("0.5")},
                "a higher one": {"quantity": D(2)},
                "the price": {"price": D(59000)},
            }.items()
            if self._can_amend(order, changes)
        ]
        return ", ".join(found)

    def _can_amend(self, order: Order, changes: dict[str, Any]) -> bool:
        changed = msgspec.structs.replace(order, **changes)
        return _tells(lambda: self.calls.amend(order, changed, self.instrument)) == _YES

    def placed_at_once(self) -> str:
        return _largest(
            self.calls.submit_groups(
                [(self.command(f"me-{place}"), self.instrument) for place in range(_MANY)]
            )
        )

    def amended_at_once(self) -> str:
        orders = [self.order(f"me-{place}") for place in range(_MANY)]
        return _largest(
            self.calls.amend_groups(
                [
                    (order, msgspec.structs.replace(order, quantity=D("0.5")), self.instrument)
                    for order in orders
                ]
            )
        )

    def canceled_at_once(self) -> str:
        orders = [self.order(f"me-{place}") for place in range(_MANY)]
        return _largest(self.calls.cancel_groups([(order, self.instrument) for order in orders]))

    def one_or_the_other(self) -> str:
        legs = (
            self.command("limit", price=D(70000), post_only=True),
            self.command("stop", price=None, trigger=_STOP),
        )
        return _tells(lambda: self.calls.submit_oco(legs, self.instrument))

    def replaces(self) -> str:
        command = self.command("new")
        return _tells(lambda: self.calls.replace(self.order(), command, self.instrument))


def _tells(ask: Callable[[], object]) -> str:
    try:
        ask()
    except NotSupported:
        return _NO
    return _YES


def _largest(groups: Any) -> str:
    found: list[Group] = list(groups)
    size = max(len(group.names) for group in found)
    return _NO if size == 1 else str(size)


_FACTS: dict[str, Callable[[_Asked], str]] = {
    "limit; `ioc`, `fok`": lambda at: at.submits(time_in_force=TimeInForce.FOK),
    "`gtd`": lambda at: at.submits(time_in_force=TimeInForce.GTD, expire_ts_ns=2 * 10**18),
    "market by quantity": lambda at: at.submits(price=None),
    "market by `quote_quantity`": lambda at: at.submits(
        price=None, quantity=None, quote_quantity=D(500)
    ),
    "`post_only`": lambda at: at.submits(post_only=True),
    "`reduce_only`": lambda at: at.submits(reduce_only=True),
    "`display_quantity`": lambda at: at.submits(display_quantity=D("0.1")),
    "`trigger`: stop, take-profit": lambda at: at.submits(trigger=_STOP),
    "`trigger` by the mark price": lambda at: at.submits(
        trigger=msgspec.structs.replace(_STOP, by=TriggerBy.MARK)
    ),
    "`trigger` by the index price": lambda at: at.submits(
        trigger=msgspec.structs.replace(_STOP, by=TriggerBy.INDEX)
    ),
    "`trigger` that trails": lambda at: at.submits(
        price=None, trigger=Trigger(kind=TriggerKind.STOP, trail_bps=100)
    ),
    "`amend` changes": _Asked.amends,
    "`replace`": _Asked.replaces,
    "`submit_oco`": _Asked.one_or_the_other,
    "placed by one request": _Asked.placed_at_once,
    "amended by one request": _Asked.amended_at_once,
    "canceled by one request": _Asked.canceled_at_once,
    "commands over a socket": lambda at: _NO if at.calls.order_link is None else _YES,
}


def order_table() -> str:
    """Return what can be asked for × products that take orders."""
    asked = [
        _Asked(product, product.trading) for product in products_of() if product.trading is not None
    ]
    rows = [
        ["Orders", *(f"`{each.product.name}`" for each in asked)],
        ["---"] * (len(asked) + 1),
        *([name, *(tell(each) for each in asked)] for name, tell in _FACTS.items()),
    ]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)
