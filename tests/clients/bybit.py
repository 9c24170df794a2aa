"""What the tests with clients of Bybit share: a sandbox of it, and its addresses in the form of each client."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tickwright.sandbox import GeneratedMarket, Sandbox


SPOT, LINEAR = "bybit.spot", "bybit.linear"
CATEGORIES = ("spot", "linear")


def addresses(sandbox: Sandbox) -> dict[str, str]:
    """Return the origins, one a purpose."""
    found: dict[str, str] = sandbox.ready()["bybit"]
    return found


def keys(sandbox: Sandbox) -> dict[str, Any]:
    """Return what pybit signs with. Its logins expire after a second unless told otherwise, which is short."""
    return {"api_key": sandbox.account.key, "api_secret": sandbox.account.secret}


def ccxt_addresses(sandbox: Sandbox) -> dict[str, Any]:
    """Return where ccxt finds what the venue serves, in the form of its ``urls["api"]``."""
    at = addresses(sandbox)
    return {
        **dict.fromkeys(("public", "private", "spot", "futures", "v2"), at["rest"]),
        "ws": {
            "public": {
                name: f"{at['ws_public']}/v5/public/{name}" for name in (*CATEGORIES, "inverse")
            },
            "private": {
                "spot": {"unified": f"{at['ws_private']}/v5/private"},
                "contract": f"{at['ws_private']}/v5/private",
                "usdc": f"{at['ws_private']}/v5/private",
                "trade": f"{at['ws_trade']}/v5/trade",
            },
        },
    }


def market_of(sandbox: Sandbox) -> GeneratedMarket:
    """Return the market of all categories."""
    (market,) = sandbox.venue.markets
    assert isinstance(market, GeneratedMarket)
    return market


def sides(levels: dict[str, Any]) -> tuple[dict[Decimal, Decimal], dict[Decimal, Decimal]]:
    """Return a book as the venue writes one, price → quantity."""
    bids, asks = (
        {Decimal(price): Decimal(size) for price, size in levels[name]} for name in ("b", "a")
    )
    return bids, asks


def top(sandbox: Sandbox, key: str, levels: int) -> tuple[dict[Decimal, Decimal], ...]:
    """Return the best levels of the venue's own book."""
    bids, asks = market_of(sandbox).book(key)
    return (
        {price: bids[price] for price in sorted(bids, reverse=True)[:levels]},
        {price: asks[price] for price in sorted(asks)[:levels]},
    )
