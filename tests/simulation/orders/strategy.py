"""A user drawn from a seed: places, changes and cancels, carelessly, while everything goes wrong.

Orders are placed alone, in pairs and by the dozen, names are used twice, waiting is given up half-way, orders are canceled twice
at once, the kill switch is pulled. Whatever it does must end in one of the documented ways.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from decimal import Decimal
from random import Random
from typing import Any

from tests.simulation.orders.drawing import Drawn
from tests.simulation.orders.witness import Instrument, Life, Witness

from tickwright import Connector
from tickwright.errors import (
    CircuitOpen,
    ConnectivityError,
    DecodeError,
    UsageError,
    VenueError,
)
from tickwright.model.orders import TimeInForce, Trigger, TriggerKind
from tickwright.testing.virtual_time import VirtualClock
from tickwright.trading.live import LiveOrder


__all__ = ["Trader", "leaves"]

_DOCUMENTED = (
    VenueError, ConnectivityError, CircuitOpen, DecodeError, UsageError, TimeoutError,
)  # fmt: skip
"""How a command may end, besides well."""
_SIZES = tuple(map(Decimal, ("0.002", "0.005", "0.011", "0.03", "0.08")))
_LINEAR = ("binance.usdm", "bybit.linear")

Fields = dict[str, Any]


class Trader:
    """Gives commands until told to stop.

    Args:
        tw: The connector.
        drawn: The world.
        rng: Its own chance.
        witness: Sees what it does.
        life: The process that it lives in.
    """

    def __init__(
        self, tw: Connector, drawn: Drawn, rng: Random, witness: Witness, life: Life
    ) -> None:
        self._tw = tw
        self._drawn = drawn
        self._rng = rng
        self._witness = witness
        self._life = life
        self._names = 0
        self._is_killing = False
        self._actions: dict[Callable[[], Awaitable[object]], float] = {
            self._rest: 6,
            self._take: 3,
            self._wait_for_trigger: 1.5,
            self._cancel: 4,
            self._amend: 3,
            self._submit_twice: 1,
            self._give_up: 2,
            self._cancel_twice: 0.7,
            self._cancel_all: 0.5,
            self._many: 1.5,
            self._cancel_many: 1,
            self._pair: 1,
            self._replace: 2,
            self._kill: 0.2,
        }
        if drawn.has_rare_orders:
            self._actions |= {self._spend: 1, self._trail: 1, self._end_later: 1}

    async def run(self, until_s: float) -> None:
        """Give commands until a moment of the world's time, and wait for the last of them."""
        await self.ready()
        loop = asyncio.get_running_loop()
        async with asyncio.TaskGroup() as group:
            while loop.time() - 1000 < until_s:
                chosen = self._rng.choices([*self._actions], [*self._actions.values()])[0]
                group.create_task(self._act(chosen), name=f"user {chosen.__name__}")
                await asyncio.sleep(self._rng.expovariate(1 / self._drawn.pause_s))
            if self._drawn.ends_killed:
                await self._kill_for_good()

    async def _kill_for_good(self) -> None:
        while self._is_killing:
            await asyncio.sleep(0.1)
        self._is_killing = True
        while not await self._act(self._clear):
            await asyncio.sleep(1.0)
        self._witness.kills(self._life)
        self._witness.tell("user: killed for good")

    async def _clear(self) -> None:
        left = [order for order in await self._tw.orders.kill() if not order.state.is_final]
        if left:
            raise TimeoutError(f"{len(left)} orders are not canceled")

    async def ready(self) -> None:
        """Wait until the account is known, as often as need be."""
        while not await self._act(self._tw.orders.ready):
            await asyncio.sleep(1.0)

    async def _act(self, action: Callable[[], Awaitable[object]]) -> bool:
        name = action.__name__.removeprefix("_")
        try:
            await action()
        except Exception as error:  # noqa: BLE001  # the judge reads it
            if self._life.is_over:
                return False
            ends = list(leaves(error))
            self._witness.tell(f"user: {name} ended with {ends}")
            if not all(isinstance(each, _DOCUMENTED) for each in ends):
                self._witness.breaks("commands end as documented", f"{name}: {ends}")
            return False
        return True

    # ------------------------------------------------------------------ placing

    async def _rest(self) -> None:
        """Place a limit order that rests, mostly."""
        rng = self._rng
        fields: Fields = {"post_only": rng.random() < 0.3}
        await self._submit(away=rng.choice((0.0, 0.0001, 0.0005, 0.003, 0.02)), **fields)

    async def _take(self) -> None:
        """Place an order that trades at once, mostly."""
        rng = self._rng
        forces = (TimeInForce.GTC, TimeInForce.IOC, TimeInForce.FOK)
        if rng.random() < 0.4:
            await self._submit(away=None)
        else:
            await self._submit(away=-0.001, time_in_force=rng.choice(forces))

    async def _wait_for_trigger(self) -> None:
        """Place an order that waits for a price."""
        rng = self._rng
        kind = rng.choice((TriggerKind.STOP, TriggerKind.TAKE_PROFIT))
        await self._submit(away=rng.choice((None, 0.001)), trigger=kind)

    async def _spend(self) -> None:
        """Place a market order by what it spends or earns, where there is such a thing."""
        spots = [name for name in self._drawn.instruments if not self._is_linear(name)]
        if spots:
            worth = self._rng.choice((20, 150, 700, 3000))
            await self._submit(away=None, among=spots, quantity=None, quote_quantity=worth)

    async def _trail(self) -> None:
        """Place an order that follows the market, where there is such a thing."""
        kind = self._rng.choice((TriggerKind.STOP, TriggerKind.TAKE_PROFIT))
        trail_bps = self._rng.choice((10, 20, 100))
        await self._submit(away=None, trigger=kind, trail_bps=trail_bps)

    async def _end_later(self) -> None:
        """Place an order that ends by itself, where there is such a thing; not before the world does."""
        expire_ts_ns = VirtualClock().time_ns() + self._rng.choice((660, 900, 5000)) * 1_000_000_000
        await self._submit(away=0.001, time_in_force=TimeInForce.GTD, expire_ts_ns=expire_ts_ns)

    async def _submit_twice(self) -> None:
        """Use one name for two orders, at once or a little later."""
        wait_s = self._rng.choice((0.0, 0.0, 0.01, 0.5))
        fields: Fields = {"away": 0.001, "client_order_id": self._name()}

        async def again() -> None:
            await asyncio.sleep(wait_s)
            await self._submit(**fields)

        async with asyncio.TaskGroup() as group:
            group.create_task(self._submit(**fields))
            group.create_task(again())

    async def _give_up(self) -> None:
        """Place an order and stop waiting for it."""
        wait_s = self._rng.choice((0.0, 0.0001, 0.002, 0.05, 1.0)) * self._rng.random()
        try:
            async with asyncio.timeout(wait_s):
                await self._submit(away=self._rng.choice((0.001, -0.001)))
        except TimeoutError:
            self._witness.tell("user: gave up waiting for a placing")

    async def _submit(
        self,
        *,
        away: float | None,
        **fields: Any,
    ) -> LiveOrder:
        """Place an order; see `_wanted`."""
        wanted = self._wanted(away=away, **fields)
        self._witness.tell(f"user: submit {_shown(wanted)}")
        order = await self._tw.orders.submit(**wanted)
        self._witness.tell(f"user: {order!r} {order.now.code} {order.now.text}")
        return order

    def _wanted(
        self,
        *,
        away: float | None,
        trigger: TriggerKind | None = None,
        trail_bps: int | None = None,
        client_order_id: str | None = None,
        among: Sequence[str] = (),
        **fields: Any,
    ) -> Any:
        """Return an order whose price lies so far from the market on its own side; ``None`` takes any price."""
        rng = self._rng
        one = self._witness.instruments[rng.choice(among or self._drawn.instruments)]
        side = rng.choice(("buy", "sell"))
        sign = -1 if side == "buy" else 1
        if away is not None:
            fields["price"] = self._price(one, side, 1 + sign * away)
        if trigger is not None:
            rises = (side == "buy") == (trigger is TriggerKind.STOP)
            at = self._price(one, side, 1 + (1 if rises else -1) * rng.choice((0.0005, 0.01)))
            fields["trigger"] = (
                Trigger(kind=trigger, price=at)
                if trail_bps is None
                else Trigger(kind=trigger, trail_bps=trail_bps)
            )
        if one.listing.product in _LINEAR and rng.random() < 0.1:
            fields["reduce_only"] = True
        if client_order_id is None and rng.random() < 0.7:
            client_order_id = self._name()
        size = rng.choice(_SIZES) * (20 if "ETH" in one.id else 1)
        given = {"instrument": one.id, "side": side, "quantity": size}
        return {**given, "client_order_id": client_order_id, **fields}

    async def _many(self) -> None:
        """Place orders together, up to more than a batch takes."""
        rng = self._rng
        wanted = [
            self._wanted(
                away=rng.choice((0.003, 0.001, 0.0, -0.001)),
                trigger=rng.choice((None, None, None, TriggerKind.STOP)),
            )
            for _ in range(rng.randint(2, 12))
        ]
        self._witness.tell(
            f"user: submit {len(wanted)} orders: {[_shown(each) for each in wanted]}"
        )
        for order in await self._tw.orders.submit_many(wanted):
            self._witness.tell(f"user: {order!r} {order.now.code} {order.now.text}")

    async def _pair(self) -> None:
        """Place two orders of which one ends the other, where there is such a thing."""
        spots = [name for name in self._drawn.instruments if self._is_spot(name)]
        if not spots:
            return
        rng = self._rng
        one = self._witness.instruments[rng.choice(spots)]
        side = rng.choice(("buy", "sell"))
        sign = 1 if side == "sell" else -1
        near = rng.choice((0.0002, 0.001, 0.02, -0.001))
        size = rng.choice(_SIZES) * (20 if "ETH" in one.id else 1)
        self._witness.tell(f"user: a pair, {side} {size} {one.id}, {near} away")
        for order in await self._tw.orders.submit_oco(
            one.id,
            side,
            quantity=size,
            price=self._price(one, side, 1 + sign * near),
            stop_price=self._price(one, side, 1 - sign * 0.0005),
        ):
            self._witness.tell(f"user: {order!r} {order.now.code} {order.now.text}")

    def _is_linear(self, name: str) -> bool:
        return self._witness.instruments[name].listing.product in _LINEAR

    def _is_spot(self, name: str) -> bool:
        return self._witness.instruments[name].listing.product == "binance.spot"

    def _price(self, one: Instrument, side: str, factor: float) -> Decimal:
        """Return a price near the market's as it really is, or what it was a while ago: the user may be blind."""
        bids, asks = one.books[-1]
        best = (bids if side == "buy" else asks) or bids or asks
        tick = one.listing.price(one.listing.tick)
        return (best[0][0] * Decimal(str(factor)) // tick) * tick

    def _name(self) -> str:
        self._names += 1
        return f"u{self._life.number}-{self._names}"

    # ------------------------------------------------------------------ changing

    async def _cancel(self) -> None:
        order = await self._one()
        if order is not None:
            self._witness.tell(f"user: cancel {order.client_order_id}")
            await self._tw.orders.cancel(order)

    async def _cancel_many(self) -> None:
        """Cancel orders together, up to more than a batch takes."""
        found = await self._tw.orders.open()
        chosen = found[: self._rng.randint(0, 12)]
        self._witness.tell(f"user: cancel {[order.client_order_id for order in chosen]}")
        self._witness.tell(f"user: {await self._tw.orders.cancel_many(chosen)}")

    async def _replace(self) -> None:
        """Put an order in the place of another, also where that cannot be done."""
        order = await self._one()
        if order is None or order.now.price is None:
            return
        one = self._witness.instruments[order.instrument]
        side = order.now.command.side.value
        away = self._rng.choice((0.0, 0.001, -0.001, 0.02))
        price = self._price(one, side, 1 + (-away if side == "buy" else away))
        self._witness.tell(f"user: replace {order.client_order_id} at {price}")
        new = await self._tw.orders.replace(order, price=price)
        self._witness.tell(f"user: {new!r} {new.now.code} {new.now.text}")

    async def _cancel_twice(self) -> None:
        order = await self._one()
        if order is not None:
            self._witness.tell(f"user: cancel {order.client_order_id}, twice")
            async with asyncio.TaskGroup() as group:
                group.create_task(self._tw.orders.cancel(order))
                group.create_task(self._tw.orders.cancel(order))

    async def _amend(self) -> None:
        order = await self._one()
        if order is None or order.now.price is None:
            return
        rng, fields = self._rng, Fields()
        one = self._witness.instruments[order.instrument]
        if rng.random() < 0.6:
            fields["quantity"] = rng.choice(_SIZES) * (20 if "ETH" in one.id else 1)
        if not fields or rng.random() < 0.4:
            side = order.now.command.side.value
            away = rng.choice((0.0, 0.001, -0.001, 0.02))
            fields["price"] = self._price(one, side, 1 + (-away if side == "buy" else away))
        self._witness.tell(f"user: amend {order.client_order_id} {_shown(fields)}")
        await self._tw.orders.amend(order, **fields)

    async def _cancel_all(self) -> None:
        name = self._rng.choice((None, *self._drawn.instruments))
        self._witness.tell(f"user: cancel all of {name or 'everything'}")
        await self._tw.orders.cancel_all(name)

    async def _kill(self) -> None:
        """Pull the kill switch, look away for a while, and take it back."""
        if self._is_killing:
            return
        self._is_killing = True
        self._witness.tell("user: kill")
        wait_s = self._rng.uniform(0.5, 6.0)
        try:
            await self._tw.orders.kill()
            self._witness.kills(self._life)
            self._witness.tell("user: killed")
            await asyncio.sleep(wait_s)
        finally:
            self._is_killing = False
            if not self._life.is_over:
                self._witness.revives()
                await self._tw.orders.revive()
                self._witness.tell("user: revived")

    async def _one(self) -> LiveOrder | None:
        """Return one of the open orders; now and then one that has ended."""
        rng = self._rng
        if rng.random() < 0.05:
            orders = await self._tw.orders.all()
            return await self._tw.orders.get(rng.choice(orders).client_order_id) if orders else None
        found = await self._tw.orders.open()
        return rng.choice(found) if found else None


def _shown(fields: Fields) -> str:
    return " ".join(f"{name}={value}" for name, value in fields.items() if value)


def leaves(error: BaseException) -> Iterator[BaseException]:
    """Yield the exceptions in a group, or the one that is none."""
    if isinstance(error, BaseExceptionGroup):
        for part in error.exceptions:
            yield from leaves(part)
    else:
        yield error
