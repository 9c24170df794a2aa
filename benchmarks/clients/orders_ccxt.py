"""ccxt's asynchronous REST client, used as its manual says: ``await exchange.create_order(…)``."""

from __future__ import annotations

from typing import Any

import ccxt.async_support as ccxt

from benchmarks.orderplan import OrderPlan, measure_orders, run_client


async def measure(plan: OrderPlan) -> dict[str, Any]:
    """Measure ccxt."""
    exchange = ccxt.binance(
        {
            "apiKey": plan.key,
            "secret": plan.secret,
            "enableRateLimit": False,
            "options": {
                "fetchMarkets": {"types": ["linear"]},
                "defaultType": "swap",
                "fetchMargins": False,
                "fetchCurrencies": False,
            },
        }
    )
    origin = plan.endpoints["rest"]
    for version in ("", "V2", "V3"):
        for access in ("Public", "Private"):
            path = f"/fapi/v{version[1:] or 1}"
            exchange.urls["api"][f"fapi{access}{version}"] = origin + path
    await exchange.load_markets()

    async def place(market: dict[str, Any]) -> None:
        await exchange.create_order(
            market["unified"], "limit", "buy", float(market["quantity"]), float(market["price"])
        )

    try:
        return {**await measure_orders(plan, place), "version": ccxt.__version__}
    finally:
        await exchange.close()


if __name__ == "__main__":
    run_client(measure)
