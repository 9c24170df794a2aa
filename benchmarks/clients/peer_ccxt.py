"""ccxt.pro on the same frames, used as its manual says: ``while True: await exchange.watch_…()``.

It conflates: frames that arrive together wake the user once. All of them are decoded and applied, so CPU
per frame is comparable, and the callbacks it saves are to its favour.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import ccxt.pro

from benchmarks.meter import CHANNELS, Meter, Plan, report, run_client


def exchange_at(plan: Plan) -> Any:
    """Return ccxt.pro's Binance with its addresses replaced, and its pacing of requests off."""
    exchange = ccxt.pro.binance(
        {"enableRateLimit": False, "options": {"fetchMarkets": {"types": ["spot"]}}}
    )
    exchange.urls["api"]["public"] = f"{plan.rest}/api/v3"
    # It takes an address for spot if it contains "/stream", as the real one does.
    exchange.urls["api"]["ws"]["spot"] = f"{plan.ws}/stream/ws"
    return exchange


class Watch:
    """The user's loops, and how far the exchange's state has come."""

    def __init__(self, plan: Plan, exchange: Any, meter: Meter) -> None:
        self._plan = plan
        self._exchange = exchange
        self._meter = meter
        self._symbols = [f"{s['base']}/{s['quote']}" for s in plan.symbols]
        self._names = {f"{s['base']}/{s['quote']}": s["name"].lower() for s in plan.symbols}
        self._ends: list[tuple[Callable[[str], Any], str, Any]] = []
        self.streams: list[str] = []

    def start(self, tasks: asyncio.TaskGroup) -> list[asyncio.Task[None]]:
        """Start one loop for each kind of stream in the case."""
        exchange, symbols = self._exchange, self._symbols
        agg = {"name": "aggTrade"}
        watches = {
            "depth@100ms": lambda: exchange.watch_order_book_for_symbols(symbols),
            "bookTicker": lambda: exchange.watch_bids_asks(symbols),
            "trade": lambda: exchange.watch_trades_for_symbols(symbols),
            "aggTrade": lambda: exchange.watch_trades_for_symbols(symbols, params=agg),
        }
        channels = CHANNELS[self._plan.case]
        self.streams = self._plan.streams()
        return [tasks.create_task(self._loop(watches[channel])) for channel in channels]

    async def _loop(self, watch: Callable[[], Any]) -> None:
        while True:
            await watch()
            self._meter.seen += 1
            while self._ends and self._has_reached(*self._ends[-1]):
                self._ends.pop()
                if not self._ends:
                    self._meter.finish()

    def _has_reached(self, read: Callable[[str], Any], symbol: str, last: Any) -> bool:
        return bool(read(symbol) == last)

    def await_end_of(self, phase: str) -> None:
        """Remember the last id that each stream brings in ``phase``."""
        for symbol, name in self._names.items():
            for stream in (s for s in self.streams if s.startswith(f"{name}@")):
                payload = self._plan.last[phase].get(stream)
                if payload is None:
                    continue
                if "@depth" in stream:
                    self._ends.append((self._nonce, symbol, payload["u"]))
                elif "@bookTicker" in stream:
                    self._ends.append((self._quote_id, symbol, payload["u"]))
                else:
                    self._ends.append((self._trade_id, symbol, payload.get("t", payload.get("a"))))

    def has_books(self) -> bool:
        """Whether every book has its snapshot, where the case has books."""
        if "depth@100ms" not in CHANNELS[self._plan.case]:
            return True
        return all(self._nonce(symbol) is not None for symbol in self._symbols)

    def _nonce(self, symbol: str) -> Any:
        return (self._exchange.orderbooks.get(symbol) or {}).get("nonce")

    def _quote_id(self, symbol: str) -> Any:
        return self._exchange.bidsasks[symbol]["info"]["u"]

    def _trade_id(self, symbol: str) -> Any:
        return int(self._exchange.trades[symbol][-1]["id"])


async def measure(plan: Plan) -> dict[str, Any]:
    """Measure ccxt.pro on one workload."""
    exchange = exchange_at(plan)
    meter = Meter()
    watch = Watch(plan, exchange, meter)
    await exchange.load_markets()
    async with asyncio.TaskGroup() as tasks:
        loops = watch.start(tasks)
        await meter.settle(lambda: meter.seen > 0 and watch.has_books())
        watch.await_end_of("warm_up")
        await meter.phase(plan, "warm_up", None)
        watch.await_end_of("main")
        before = meter.seen
        used_ns = await meter.phase(plan, "main", None)
        wakes = meter.seen - before
        for loop in loops:
            loop.cancel()
    await exchange.close()
    frames = plan.frames("main", watch.streams)
    return report(frames, used_ns, version=ccxt.__version__, callbacks=wakes)


if __name__ == "__main__":
    run_client(measure)
