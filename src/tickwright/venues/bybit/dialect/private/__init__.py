"""What Bybit does for those who hold a key: signed requests, orders, accounts, the private and the trade socket."""

from __future__ import annotations

from tickwright.venues.bybit.dialect.private.side import BybitPrivate


__all__ = ["BybitPrivate"]
