"""A venue that takes orders: the sandbox's USD-M futures on loopback, in a process of its own: ``python -m benchmarks.ordervenue``.

USD-M, because orders cost no weight there, and 300 of them fit into ten seconds: what is measured must never wait for a
limit. The market stands still, so that resting orders rest.
"""

from __future__ import annotations

import asyncio
import sys
from decimal import ROUND_DOWN, ROUND_UP, Decimal
from typing import Any

import msgspec

from benchmarks.stopwatch import take_core
from tickwright.io.loop import run
from tickwright.model.numbers import format_decimal
from tickwright.sandbox import Sandbox
from tickwright.venues.binance.spec import USDM


__all__ = ["main"]

IDS = ("binance:BTC/USDT:USDT", "binance:ETH/USDT:USDT")
"""Two, as the venue takes 200 open orders of one."""
BELOW = Decimal("0.97")
NOTIONAL = 500
"""Well above the venue's least."""


def _market(sandbox: Sandbox, id_: str) -> dict[str, Any]:
    instrument = USDM.infer(id_.partition(":")[2].partition(":")[0].replace("/", ""))
    bids, _ = sandbox.book(id_)
    price = (max(bids) * BELOW).quantize(Decimal(1), ROUND_DOWN)
    return {
        "id": id_,
        "symbol": instrument.symbol,
        "unified": id_.partition(":")[2],
        "price": format_decimal(price),
        "quantity": format_decimal((NOTIONAL / price).quantize(Decimal("0.001"), ROUND_UP)),
    }


async def serve() -> None:
    """Serve until standard input ends."""
    async with Sandbox((USDM.name,), instruments=IDS, rate_per_s=0.001, step_s=1.0) as sandbox:
        announced = {
            "endpoints": sandbox.ready()[USDM.name],
            "key": sandbox.account.key,
            "secret": sandbox.account.secret,
            "markets": [_market(sandbox, id_) for id_ in IDS],
        }
        sys.stdout.write(msgspec.json.encode(announced).decode() + "\n")
        sys.stdout.flush()
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


def main() -> None:
    """Run."""
    take_core(-1)
    run(serve())


if __name__ == "__main__":
    main()
