"""The dead-man switch of one product: its open orders do not outlive the private stream by more than a window.

Theory of operation
===================

`tickwright.core.deadman` decides; here its guards are told how things stand, and what they ask for is done. There is a guard for each
instrument where the venue has a countdown for each, and one for the product otherwise. Two safeguards work side by side:

- The venue's, if there is one: a countdown that is wound up as long as the stream works, or a watch over the connection
  (`tickwright.trading.tether`). It holds if this process dies, hangs, or is cut off.
- Ours: a stream that is down for the window has open orders canceled over REST, one by one. It does what it can wherever the
  venue has nothing, and for orders that wait for a trigger, which no countdown reaches. A dead process is beyond it.

Orders of others on the account are never canceled here. The venue's own safeguards know no difference.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Collection

import msgspec

from tickwright.core.deadman import Guard, GuardAction
from tickwright.core.privatestate import PrivateState
from tickwright.errors import ConfigError, CredentialsRefused, TickwrightError
from tickwright.io.clock import Clock
from tickwright.io.rest import RestClient
from tickwright.model.instrument import Instruments
from tickwright.model.notices import Caution, DeadManFired, Notice
from tickwright.model.orders import Order, OrderEvent
from tickwright.trading.gateway import Gateway
from tickwright.trading.private import PrivateSession
from tickwright.trading.recorder import Recorder
from tickwright.trading.withdrawal import withdraw
from tickwright.venues.base import Product
from tickwright.venues.deadman import Countdown


__all__ = ["DeadManParts", "DeadManSwitch", "check_window"]

log = logging.getLogger(__name__)

_WINDOW_S_MIN = 3.0
"""Where the venue sets none: a stream that reconnects at once is back by then."""
_REFUSED_S = 60.0
"""Between tries with a key that the venue does not take: what is wrong with it may be mended there."""


class DeadManParts(msgspec.Struct, frozen=True, kw_only=True):
    """What a switch works with."""

    product: Product
    rest: RestClient
    instruments: Callable[[], Instruments]
    session: PrivateSession
    gateway: Gateway
    recorder: Recorder
    clock: Clock
    notify: Callable[[Notice], None]


class DeadManSwitch:
    """Guards a product's orders; `run` it as a supervised child, beside the private stream.

    Args:
        parts: What it works with.
        window_s: How long the stream may be down while orders are open.

    Raises:
        ConfigError: If the venue takes no such window.
    """

    def __init__(self, parts: DeadManParts, window_s: float) -> None:
        check_window(parts.product, window_s)
        self.name = f"{parts.product.name}/dead-man"
        self._parts = parts
        self._window_s = window_s
        dead_man = parts.product.dead_man
        self._countdown = dead_man if isinstance(dead_man, Countdown) else None
        self._open: defaultdict[str, set[str]] = defaultdict(set)
        self._guards: dict[str, Guard] = {}
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        """Calls for one countdown leave one after the other."""
        self._doomed: set[str] = set()
        self._changed = asyncio.Event()
        self._is_over = False
        parts.recorder.listen(self._heard)

    async def run(self) -> None:
        """Guard until cancelled, or until `stand_down`."""
        self._doomed.clear()  # of a run that crashed
        for order in self._parts.gateway.board.unfinished():
            self._note(order)
        async with asyncio.TaskGroup() as tasks:
            listening = tasks.create_task(self._listen())
            while not self._is_over:
                self._changed.clear()
                for key in list(self._open):
                    self._look(key, tasks)
                await self._wait()
            listening.cancel()

    async def stand_down(self) -> None:
        """Stop the countdowns, so that orders may stay: for a program that ends as it should. Twice is fine.

        Nothing is raised; a countdown that cannot be stopped runs out.
        """
        self._is_over = True
        self._changed.set()
        stopped = [
            key for key, guard in self._guards.items() if guard.close() is GuardAction.DISARM
        ]
        await asyncio.gather(*(self._wind(key, 0.0) for key in stopped))

    # ------------------------------------------------------------------ how things stand

    def _heard(self, event: OrderEvent) -> None:
        self._note(event.order)

    def _note(self, order: Order) -> None:
        name = order.client_order_id
        if order.is_external or self._parts.gateway.board.product(name) != self._parts.product.name:
            return
        names = self._open[self._key(order)]
        was_open = bool(names)
        if order.state.is_final:
            names.discard(name)
        else:
            names.add(name)
        if was_open is not bool(names):
            self._changed.set()

    def _key(self, order: Order) -> str:
        return order.command.instrument if self._countdown else self._parts.product.name

    async def _listen(self) -> None:
        while True:
            await self._parts.session.wait_change()
            self._changed.set()

    async def _wait(self) -> None:
        due_s = [guard.due_s for guard in self._guards.values() if guard.due_s is not None]
        delay_s = max(0.001, min(due_s) - self._parts.clock.monotonic_s()) if due_s else None
        try:
            async with asyncio.timeout(delay_s):
                await self._changed.wait()
        except TimeoutError:
            return

    # ------------------------------------------------------------------ what is done

    def _look(self, key: str, tasks: asyncio.TaskGroup) -> None:
        now_s = self._parts.clock.monotonic_s()
        guard = self._guards.setdefault(key, Guard(self._window_s, now_s))
        is_up = self._parts.session.state is PrivateState.READY
        for action in guard.look(now_s, has_orders=bool(self._open[key]), is_up=is_up):
            self._act(action, key, tasks)

    def _act(self, action: GuardAction, key: str, tasks: asyncio.TaskGroup) -> None:
        match action:
            case GuardAction.CANCEL:
                doomed = self._open[key] - self._doomed
                if doomed:
                    tasks.create_task(self._cancel(doomed))
            case GuardAction.ARM if self._turns[key].locked():
                self._failed(key)  # the last call still waits for its turn, or for an answer
            case GuardAction.ARM:
                tasks.create_task(self._wind(key, self._window_s))
            case GuardAction.DISARM:
                tasks.create_task(self._wind(key, 0.0))

    async def _cancel(self, names: Collection[str]) -> None:
        self._doomed.update(names)
        fired = DeadManFired(
            received_ts_ns=self._parts.clock.time_ns(),
            product=self._parts.product.name,
            orders=tuple(sorted(names)),
            window_s=self._window_s,
        )
        self._parts.notify(fired)
        while True:
            try:
                await withdraw(self._parts.gateway, names)
                break
            except CredentialsRefused as error:
                self._parts.notify(
                    Caution(
                        received_ts_ns=self._parts.clock.time_ns(),
                        subject=self.name,
                        text=f"open orders cannot be canceled, it is tried again every {_REFUSED_S:g} s: {error}",
                    )
                )
                await asyncio.sleep(_REFUSED_S)
        self._doomed.difference_update(names)

    async def _wind(self, key: str, window_s: float) -> None:
        """Wind an instrument's countdown up, or stop it with a window of 0; nothing without a countdown."""
        if self._countdown is None:
            return
        async with self._turns[key]:
            try:
                call = self._countdown.wind(self._parts.instruments()[key], window_s)
                await self._parts.rest.call(call)
            except TickwrightError as error:
                log.warning("%s: the countdown of %s was not reached: %s", self.name, key, error)
                self._failed(key)

    def _failed(self, key: str) -> None:
        self._guards[key].failed(self._parts.clock.monotonic_s())
        self._changed.set()


def check_window(product: Product, window_s: float) -> None:
    """Make sure that a product's venue takes a window.

    Raises:
        ConfigError: It does not; the text says which it takes.
    """
    dead_man = product.dead_man
    least = _WINDOW_S_MIN if dead_man is None else dead_man.window_s_min
    most = None if dead_man is None else dead_man.window_s_max
    if window_s < least or (most is not None and window_s > most):
        bounds = f"at least {least:g}" if most is None else f"from {least:g} to {most:g}"
        raise ConfigError(f"dead_man_s: {product.name} takes {bounds} s, not {window_s:g}")
