"""Drives Binance's own SDKs, spot or USD-M futures, for the tests in this folder.

Calls name a method after its part: ``rest.depth``, ``streams.trade``, ``ws_api.order_place``. Requests are answered with
``{"data": …, "model": the SDK's class of it, "limits": …}``; a stream sends events under its method's name, user events
under ``user``.
"""

from __future__ import annotations

import asyncio
import inspect
import logging
import sys
from importlib.metadata import version
from typing import Any

from binance_common.configuration import (
    ConfigurationRestAPI,
    ConfigurationWebSocketAPI,
    ConfigurationWebSocketStreams,
)
from binance_common.constants import TimeUnit
from channel import Channel


PRODUCTS = ("spot", "usdm")


def client_of(product: str, parts: dict[str, Any]) -> Any:
    """Return the SDK's client of a product."""
    if product == "spot":
        from binance_sdk_spot.spot import Spot

        return Spot(**parts)
    from binance_sdk_derivatives_trading_usds_futures import (
        derivatives_trading_usds_futures as futures,
    )

    return futures.DerivativesTradingUsdsFutures(**parts)


def told(response: Any) -> dict[str, Any]:
    """Return what a response holds."""
    data = response.data()
    limits = [vars(limit) for limit in response.rate_limits]
    return {"data": data, "model": type(data).__name__, "limits": limits}


class Complaints(logging.Handler):
    """Passes on what the SDK logs as a warning or worse: that is how it reports payloads it cannot read."""

    def __init__(self, channel: Channel) -> None:
        super().__init__(logging.WARNING)
        self.channel = channel

    def emit(self, record: logging.LogRecord) -> None:
        """Send one line."""
        self.channel.event("complaint", record.getMessage())


class Agent:
    """One SDK client at a time."""

    def __init__(self, channel: Channel) -> None:
        self.channel = channel
        self.client: Any = None
        self.sockets: dict[str, Any] = {}
        self.models: dict[str, bool] = {}

    async def handle(self, name: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
        """Do what a call says."""
        if name == "versions":
            packages = ("binance-sdk-spot", "binance-sdk-derivatives-trading-usds-futures")
            return {package: version(package) for package in packages}
        if name == "open":
            return await self.open(**kwargs)
        if name == "close":
            return await self.close()
        part, _, method = name.partition(".")
        if part == "rest":
            return await asyncio.to_thread(self.rest, method, args, kwargs)
        socket = await self.socket(part)
        found = getattr(socket, method)
        if part == "streams" and "RequestStreamHandle" in str(inspect.signature(found)):
            return await self.listen(method, await found(*args, **kwargs))
        response = await found(*args, **kwargs)
        if hasattr(response, "stream"):
            await self.listen("user", response.stream)
            response = response.response
        return told(response) if hasattr(response, "data") else response

    async def open(self, product: str, rest: dict[str, Any], **sockets: dict[str, Any]) -> None:
        """Make a client; the arguments of its three configurations hold addresses and keys."""
        await self.close()
        parts: dict[str, Any] = {"config_rest_api": ConfigurationRestAPI(**rest)}
        if "streams" in sockets:
            streams = ConfigurationWebSocketStreams(**sockets["streams"])
            parts["config_ws_streams"] = streams
        if "ws_api" in sockets:
            arguments = sockets["ws_api"]
            if "time_unit" in arguments:
                arguments["time_unit"] = TimeUnit(arguments["time_unit"])
            parts["config_ws_api"] = ConfigurationWebSocketAPI(**arguments)
        self.client = client_of(product, parts)

    async def close(self) -> None:
        """Close the client's sockets."""
        for socket in filter(None, self.sockets.values()):
            await socket.close_connection(close_session=True)
        self.sockets.clear()
        self.client = None

    def rest(self, method: str, args: list[Any], kwargs: dict[str, Any]) -> dict[str, Any]:
        """Call a REST method; it blocks."""
        return told(getattr(self.client.rest_api, method)(*args, **kwargs))

    async def socket(self, part: str) -> Any:
        """Return the connection of a part, made at its first use."""
        if part not in self.sockets:
            maker = {"streams": "websocket_streams", "ws_api": "websocket_api"}[part]
            self.sockets[part] = await getattr(self.client, maker).create_connection()
        return self.sockets[part]

    async def listen(self, name: str, handle: Any) -> None:
        """Tell every message of a stream."""

        def tell(message: Any) -> None:
            models = message if isinstance(message, list) else [message]
            kinds = sorted({type(getattr(one, "actual_instance", one)).__name__ for one in models})
            self.channel.event(name, {"data": message, "models": kinds})

        handle.on("message", tell)


async def main() -> None:
    """Serve until standard input ends."""
    channel = Channel()
    logging.basicConfig(level=logging.ERROR, stream=sys.stderr)
    logging.getLogger().addHandler(Complaints(channel))
    agent = Agent(channel)
    await channel.serve(agent.handle)
    await agent.close()


asyncio.run(main())
