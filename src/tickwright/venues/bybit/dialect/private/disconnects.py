"""Disconnect-cancel-all (section 5.6): orders are cancelled once nobody who subscribed to it is connected any more.

The venue has it for institutional accounts only; here an account has it once it sets a window. It is armed by a private
connection that subscribes to ``dcp.future`` or ``dcp.spot``, and fires when the last such connection has been gone for the window.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from tickwright.venues.bybit.dialect.envelope import Refused, missing
from tickwright.venues.bybit.dialect.private.context import Call, Context, Endpoint, Result
from tickwright.venues.bybit.dialect.private.events import user_stream
from tickwright.venues.commands import CancelOrder


__all__ = ["Disconnects"]

IsHeard = Callable[[str], bool]
_PRODUCTS = {"DERIVATIVES": ("dcp.future", "linear"), "SPOT": ("dcp.spot", "spot")}
"""Product → the topic that arms it, and the category whose orders it cancels."""
_OPTIONS = "OPTIONS"
_WINDOW_S = (3, 300)


class _Switch(msgspec.Struct):
    window_s: int
    is_armed: bool = False
    gone_ms: int = 0
    """Since when nobody is connected; 0 while somebody is."""


class Disconnects:
    """The switches of all accounts.

    Args:
        context: Whose orders they cancel.
        is_heard: Tells whether anybody is subscribed to a stream of an account's.
    """

    def __init__(self, context: Context, is_heard: IsHeard) -> None:
        self._context = context
        self._is_heard = is_heard
        self._switches: dict[tuple[str, str], _Switch] = {}

    def endpoints(self) -> dict[tuple[str, str], Endpoint]:
        """Return the endpoints by method and path."""
        set_path, query_path = "order/disconnected-cancel-all", "account/query-dcp-info"
        return {
            ("POST", f"/v5/{set_path}"): Endpoint(
                make=self.set, name=set_path, limit=5, is_trade=True
            ),
            ("GET", f"/v5/{query_path}"): Endpoint(make=self.query, name=query_path, limit=5),
        }

    def set(self, call: Call) -> Result:
        """``order/disconnected-cancel-all``: the window of a product; of options unless one is named."""
        form = call.form
        window_s = form.whole("timeWindow")
        if window_s is None:
            raise missing("timeWindow")
        if not _WINDOW_S[0] <= window_s <= _WINDOW_S[1]:
            raise Refused(10001, "timeWindow should be in the range of 3 to 300")
        product = form.choice("product", (*_PRODUCTS, _OPTIONS), _OPTIONS)
        if product != _OPTIONS:
            switch = self._switches.setdefault((call.account, product), _Switch(window_s))
            switch.window_s = window_s
        return Result({})

    def query(self, call: Call) -> Result:
        """``account/query-dcp-info``."""
        rows = [
            {"product": product, "dcpStatus": "ON", "timeWindow": str(switch.window_s)}
            for (account, product), switch in self._switches.items()
            if account == call.account
        ]
        return Result({"dcpInfos": rows})

    def beat(self, now_ms: int) -> None:
        """Cancel the orders of those who were gone for too long."""
        for (account, product), switch in self._switches.items():
            topic, category = _PRODUCTS[product]
            if self._is_heard(user_stream(account, topic)):
                switch.is_armed, switch.gone_ms = True, 0
            elif switch.is_armed:
                switch.gone_ms = switch.gone_ms or now_ms
                if now_ms - switch.gone_ms >= 1000 * switch.window_s:
                    switch.is_armed = False
                    self._cancel(account, category)

    def _cancel(self, account: str, category: str) -> None:
        for order in self._context.exchange.open_orders(account):
            if self._context.rules(order.symbol).listing.category == category:
                self._context.annals.note_cancel(order.id, "CancelByDCP")
                self._context.submit(
                    CancelOrder(account=account, symbol=order.symbol, order_id=order.id)
                )
