"""Dead-man switches for the products that take orders, if the setting ``dead_man_s`` asks for them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from tickwright.io.clock import Clock
from tickwright.marketdata.feed import Feed
from tickwright.model.notices import Caution, Notice
from tickwright.trading.deadman import DeadManParts, DeadManSwitch, check_window
from tickwright.trading.gateway import Gateway
from tickwright.trading.private import PrivateSession
from tickwright.trading.recorder import Recorder
from tickwright.trading.tether import Tie
from tickwright.venues.deadman import Tether


__all__ = ["Guarding"]


class Guarding(msgspec.Struct, frozen=True, kw_only=True):
    """What switches are made with."""

    window_s: float | None
    """``None`` for no switches at all."""
    clock: Clock
    notify: Callable[[Notice], None]

    def check(self, feeds: Sequence[Feed]) -> None:
        """Make sure that every venue takes the window, before anything is opened.

        Raises:
            ConfigError: One does not; the text says which it takes.
        """
        if self.window_s is not None:
            for feed in feeds:
                check_window(feed.product, self.window_s)

    def tie(self, feed: Feed) -> Tie | None:
        """Return what ties a product's private stream to the venue's watch, ``None`` where there is none."""
        tether = feed.product.dead_man
        if self.window_s is None or not isinstance(tether, Tether):
            return None

        def lacking(reason: str) -> None:
            text = (
                f"the venue keeps no dead-man switch ({reason}): open orders are canceled by this"
                " program, as long as it lives and is not cut off"
            )
            now_ns = self.clock.time_ns()
            self.notify(Caution(received_ts_ns=now_ns, subject=feed.product.name, text=text))

        return Tie(tether, feed.rest, self.window_s, lacking)

    def switch(
        self, feed: Feed, session: PrivateSession, gateway: Gateway, recorder: Recorder
    ) -> DeadManSwitch | None:
        """Return a product's switch, to be run beside its private stream; ``None`` if none is wanted."""
        if self.window_s is None:
            return None
        parts = DeadManParts(
            product=feed.product,
            rest=feed.rest,
            instruments=lambda: feed.instruments,
            session=session,
            gateway=gateway,
            recorder=recorder,
            clock=self.clock,
            notify=self.notify,
        )
        return DeadManSwitch(parts, self.window_s)
