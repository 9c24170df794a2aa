"""Binance's own SDK for USD-M futures, over REST; its methods block."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from binance_common.configuration import ConfigurationRestAPI
from binance_sdk_derivatives_trading_usds_futures import (
    derivatives_trading_usds_futures as futures,
)

from benchmarks.orderplan import OrderPlan, measure_orders, run_client


async def measure(plan: OrderPlan) -> dict[str, Any]:
    """Measure the SDK."""
    configuration = ConfigurationRestAPI(
        api_key=plan.key, api_secret=plan.secret, base_path=plan.endpoints["rest"]
    )
    rest = futures.DerivativesTradingUsdsFutures(config_rest_api=configuration).rest_api

    async def place(market: dict[str, Any]) -> None:
        rest.new_order(
            symbol=market["symbol"],
            side="BUY",
            type="LIMIT",
            time_in_force="GTC",
            quantity=float(market["quantity"]),
            price=float(market["price"]),
        ).data()

    package = "binance-sdk-derivatives-trading-usds-futures"
    return {**await measure_orders(plan, place), "version": version(package)}


if __name__ == "__main__":
    run_client(measure)
