"""USD-M's user events (section 18), from the engine and from an account's own settings to whoever holds its listen key."""

from __future__ import annotations

from collections.abc import Sequence

from tickwright.venues.binance.dialect.private.context import Context
from tickwright.venues.binance.dialect.private.listenkeys import LISTEN_KEY_MS, ListenKeys
from tickwright.venues.binance.dialect.private.usdm_account_events import UsdmAccountEvents
from tickwright.venues.binance.dialect.private.usdm_order_events import UsdmOrderEvents
from tickwright.venues.binance.dialect.private.user_streams import LISTEN_KEY_EXPIRED, listen_stream
from tickwright.venues.reports import (
    AccountChanged,
    Event,
    FundingPaid,
    MarginCalled,
    OrderReport,
)


__all__ = ["UsdmEvents"]

Json = dict[str, object]


class UsdmEvents:
    """Tells the accounts of USD-M what happens to them, those that have a listen key.

    Nobody is told what happened while there was no key: events are not kept.

    Args:
        context: Whose engine, and where events go.

    Attributes:
        keys: Who listens.
        account: Writes the events of settings.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self.keys = ListenKeys(self._lifetime_ms)
        self.account = UsdmAccountEvents(context)
        self._orders = UsdmOrderEvents(context)

    def take(self, events: Sequence[Event]) -> None:
        """Tell of what happened at the engine."""
        for event in events:
            if isinstance(event, OrderReport):
                for body in self._orders.of(event):
                    self.tell(event.order.account, body)
            elif isinstance(event, FundingPaid):
                self.tell(event.account, self.account.funding(event))
            elif isinstance(event, MarginCalled):
                self.tell(event.account, self.account.margin_call(event))
            elif isinstance(event, AccountChanged):
                for body in self.account.of(event):
                    self.tell(event.account, body)

    def tell(self, account: str, body: Json) -> None:
        """Tell an account something."""
        key = self.keys.of(account, self._context.market.now_ms)
        if key:
            self._context.tell(listen_stream(key, str(body["e"])), body)

    def beat(self, now_ms: int) -> None:
        """Tell of listen keys that have run out.

        Example:
            {"e":"listenKeyExpired","E":1795003600000,"listenKey":"SimListenKey0000…"}
        """
        for key in self.keys.expired(now_ms):
            body: Json = {
                "e": LISTEN_KEY_EXPIRED,
                "E": self._context.told_ms,
                "listenKey": key,
            }
            self._context.tell(listen_stream(key, LISTEN_KEY_EXPIRED), body)

    def _lifetime_ms(self) -> int:
        faults = self._context.faults
        lifetime_s = None if faults is None else faults.listen_key_lifetime_s
        return LISTEN_KEY_MS if lifetime_s is None else round(lifetime_s * 1000)
