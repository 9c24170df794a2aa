"""Drives an exchange class of ccxt's, REST and ``watch*``, for the tests in this folder."""

from __future__ import annotations

import asyncio
from typing import Any

import ccxt.pro
from channel import Channel


class Agent:
    """One ccxt exchange object at a time; calls name its methods."""

    def __init__(self, channel: Channel) -> None:
        self.channel = channel
        self.exchange: Any = None
        self.followers: list[asyncio.Task[None]] = []

    async def handle(self, name: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
        """Do what a call says: open, close, follow, or any method of the exchange object."""
        if name == "versions":
            return {"ccxt": ccxt.__version__}
        if name == "open":
            return await self.open(**kwargs)
        if name == "close":
            return await self.close()
        if name == "follow":
            follower = asyncio.get_running_loop().create_task(self.follow(*args))
            return self.followers.append(follower)
        return await getattr(self.exchange, name)(*args, **kwargs)

    async def open(
        self, urls: dict[str, Any], config: dict[str, Any], exchange: str = "binance"
    ) -> None:
        """Make an exchange object that finds the venue at ``urls``, in place of ccxt's own addresses."""
        await self.close()
        self.exchange = getattr(ccxt.pro, exchange)(config)
        api = self.exchange.urls["api"]
        self.exchange.urls["api"] = self.exchange.deep_extend(api, urls)

    async def close(self) -> None:
        """Close the exchange object, its sockets included."""
        for follower in self.followers:
            follower.cancel()
        await asyncio.gather(*self.followers, return_exceptions=True)
        self.followers.clear()
        if self.exchange is not None:
            await self.exchange.close()
            self.exchange = None

    async def follow(self, event: str, method: str, *args: Any) -> None:
        """Call a ``watch*`` method again and again, and tell each of its returns."""
        try:
            while True:
                self.channel.event(event, await getattr(self.exchange, method)(*args))
        except Exception as error:  # noqa: BLE001  # the test looks for whatever it is
            self.channel.event(event, {"error": f"{type(error).__name__}: {error}"})


async def main() -> None:
    """Serve until standard input ends."""
    channel = Channel()
    agent = Agent(channel)
    await channel.serve(agent.handle)
    await agent.close()


asyncio.run(main())
