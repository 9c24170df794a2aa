"""An open connector, watched: what to draw or print, again and again until somebody has seen enough."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from typing import Self

import msgspec
from rich.live import Live

from tickwright.app.connector import Connector
from tickwright.cli.console import logs_into, out
from tickwright.cli.events import EventLog
from tickwright.cli.watch_view import Pulse, Screen
from tickwright.cli.watched import Watched, plain_line, summary
from tickwright.io.clock import Clock, SystemClock
from tickwright.model.instrument import Instrument
from tickwright.model.market import datetime_of
from tickwright.model.topics import BookStates, Notices, Trades


__all__ = ["Watching"]

DRAWINGS_PER_S = 8
"""How often the screen is drawn: smooth to the eye, a few hundredths of a core."""


class Watching:
    """Instruments of an open connector, and what happens to them. Make one with `begin`.

    Args:
        tw: The connector.
        instruments: What to watch.
        clock: For the time on the screen.
    """

    def __init__(
        self, tw: Connector, instruments: Sequence[Instrument], *, clock: Clock | None = None
    ) -> None:
        self.watched = [Watched(instrument) for instrument in instruments]
        self.events = EventLog()
        self.title = "[bold]tickwright watch[/bold]"
        self._tw = tw
        self._clock = clock or SystemClock()
        self._pulse = Pulse()

    @classmethod
    async def begin(cls, tw: Connector, instrument_ids: Sequence[str]) -> Self:
        """Find the instruments and subscribe to their books and trades.

        Raises:
            UnknownInstrument, ConnectivityError, VenueError: If an instrument cannot be had at all.
        """
        watching = cls(tw, [await tw.instrument(each) for each in dict.fromkeys(instrument_ids)])
        await watching._subscribe()
        return watching

    async def draw(self, *, levels: int) -> None:
        """Draw the screen until cancelled. Log lines are shown among the events meanwhile."""
        with (
            logs_into(self.events.on_log),
            Live(console=out, screen=True, auto_refresh=False) as live,
        ):
            while True:
                live.update(self.screen(levels), refresh=True)
                await asyncio.sleep(1 / DRAWINGS_PER_S)

    async def print_lines(self) -> None:
        """Print one line an instrument, and what happened, once a second until cancelled."""
        while True:
            await asyncio.sleep(1)
            for line in self.lines():
                out.print(line, soft_wrap=True, markup=False)

    async def print_json(self) -> None:
        """Print one JSON object a line, once a second until cancelled."""
        while True:
            await asyncio.sleep(1)
            line = {
                "ts": self._clock.time_ns(),
                "is_healthy": self._tw.status().is_healthy,
                "instruments": {each.id: summary(each) for each in self.watched},
            }
            sys.stdout.write(msgspec.json.encode(line).decode() + "\n")
            sys.stdout.flush()

    def screen(self, levels: int) -> Screen:
        """Return what to draw now."""
        status = self._tw.status()
        frames = sum(each.frames for product in status.products for each in product.sessions)
        return Screen(
            self.watched,
            status,
            self.events,
            levels=levels,
            now=datetime_of(self._clock.time_ns()),
            frames_per_s=self._pulse.per_s(self._clock.monotonic_s(), frames),
            title=self.title,
        )

    def lines(self) -> list[str]:
        """Return what happened since the last call, and where each instrument stands, as plain lines."""
        when = f"{datetime_of(self._clock.time_ns()):%H:%M:%S}"
        happened = [f"{at:%H:%M:%S}  ! {text}" for at, text, _ in self.events.take()]
        return happened + [f"{when}  {plain_line(each)}" for each in self.watched]

    def digest(self) -> list[str]:
        """Return what happened since the last call, and one line about the whole."""
        now = datetime_of(self._clock.time_ns())
        sessions = [each for product in self._tw.status().products for each in product.sessions]
        live = sum(session.state == "live" for session in sessions)
        readable = sum(each.state.is_readable for each in self.watched)
        whole = (
            f"{now:%H:%M:%S}  {readable} of {len(self.watched)} books live,"
            f" {live} of {len(sessions)} connections,"
            f" {sum(session.frames for session in sessions):,} frames,"
            f" {sum(each.count for each in self.watched):,} trades"
        )
        return [f"{at:%H:%M:%S}  ! {text}" for at, text, _ in self.events.take()] + [whole]

    async def _subscribe(self) -> None:
        tw = self._tw
        tw.on(Notices(), self.events.on_notice)
        listeners = []
        for each in self.watched:
            listeners.append(tw.on(BookStates(each.id), self.events.on_notice))
            listeners.append(tw.on(Trades(each.id), each.on_trade))
        for listener in listeners:
            await listener.wait_acquired()
        for each in self.watched:
            feed = next(feed for feed in tw.feeds if feed.product.name == each.instrument.product)
            each.book = feed.book_pipe(each.id).view
