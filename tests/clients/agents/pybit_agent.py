"""Drives pybit, Bybit's own client: REST, streams and the trade socket, for the tests in this folder."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import pybit
import pybit._websocket_trading
import pybit.unified_trading
from channel import Channel


class Agent:
    """One session at a time; calls name its methods."""

    def __init__(self, channel: Channel) -> None:
        self.channel = channel
        self.http: Any = None
        self.keys: dict[str, Any] = {}
        self.sockets: dict[str, Any] = {}

    async def handle(self, name: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
        """Do what a call says; whatever is none of the agent's own is a method of the REST session."""
        own: dict[str, Callable[..., Awaitable[Any]]] = {
            "versions": self.versions,
            "open": self.open,
            "close": self.close,
            "follow": self.follow,
            "unfollow": self.unfollow,
            "trade": self.trade,
        }
        found = own.get(name)
        if found is not None:
            return await found(*args, **kwargs)
        return await self.run(getattr(self.http, name), *args, **kwargs)

    async def run(self, method: Any, *args: Any, **kwargs: Any) -> Any:
        """Call what blocks in a thread."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(None, partial(method, *args, **kwargs))

    async def versions(self) -> dict[str, str]:
        """Tell what is driven."""
        return {"pybit": pybit.VERSION}

    async def open(self, urls: dict[str, str], keys: dict[str, Any], **config: Any) -> None:
        """Make a session that finds the venue at ``urls``, in place of pybit's own addresses."""
        await self.close()
        streams = pybit.unified_trading
        streams.PUBLIC_WSS = urls["ws_public"] + "/v5/public/{CHANNEL_TYPE}"
        streams.PRIVATE_WSS = urls["ws_private"] + "/v5/private"
        pybit._websocket_trading.TRADE_WSS = urls["ws_trade"] + "/v5/trade"
        self.keys = keys
        self.http = streams.HTTP(**keys, **config)
        self.http.endpoint = urls["rest"]

    async def close(self) -> None:
        """End every socket."""
        for socket in self.sockets.values():
            await self.run(socket.exit)
        self.sockets.clear()
        self.http = None

    async def socket(self, channel: str) -> Any:
        """Return the socket of a category, the private or the trade one, connected when first asked for."""
        if channel not in self.sockets:
            if channel == "trade":
                make = partial(pybit.unified_trading.WebSocketTrading, testnet=False, **self.keys)
            else:
                keys = self.keys if channel == "private" else {}
                make = partial(pybit.unified_trading.WebSocket, channel, testnet=False, **keys)
            self.sockets[channel] = await self.run(make)
        return self.sockets[channel]

    async def follow(self, event: str, channel: str, method: str, **kwargs: Any) -> None:
        """Subscribe, and tell each message as pybit hands it on."""
        socket, loop = await self.socket(channel), asyncio.get_running_loop()

        def tell(message: Any) -> None:
            loop.call_soon_threadsafe(self.channel.event, event, message)

        await self.run(getattr(socket, method), callback=tell, **kwargs)

    async def unfollow(self, channel: str, topic: str) -> None:
        """Give a topic up."""
        await self.run((await self.socket(channel)).unsubscribe, topic)

    async def trade(self, method: str, **kwargs: Any) -> Any:
        """Send an order over the trade socket, and return its reply, whichever it is."""
        socket, loop = await self.socket("trade"), asyncio.get_running_loop()
        answer: asyncio.Future[Any] = loop.create_future()

        def take(message: Any) -> None:
            loop.call_soon_threadsafe(answer.set_result, message)

        await self.run(getattr(socket, method), take, take, **kwargs)
        return await answer


async def main() -> None:
    """Serve until standard input ends."""
    channel = Channel()
    agent = Agent(channel)
    await channel.serve(agent.handle)
    await agent.close()


asyncio.run(main())
