"""python-binance's asynchronous client over REST: ``await client.futures_create_order(…)``."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from binance import AsyncClient

from benchmarks.orderplan import OrderPlan, measure_orders, run_client


async def measure(plan: OrderPlan) -> dict[str, Any]:
    """Measure python-binance."""
    client = AsyncClient(plan.key, plan.secret)
    client.FUTURES_URL = plan.endpoints["rest"] + "/fapi"

    async def place(market: dict[str, Any]) -> None:
        await client.futures_create_order(
            symbol=market["symbol"],
            side="BUY",
            type="LIMIT",
            timeInForce="GTC",
            quantity=market["quantity"],
            price=market["price"],
        )

    try:
        return {**await measure_orders(plan, place), "version": version("python-binance")}
    finally:
        await client.close_connection()


if __name__ == "__main__":
    run_client(measure)
