"""The screen of `tickwright watch`: a line on top, the instruments, and the health of the connections below."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.table import Table
from rich.text import Text

from tickwright.app.status import Status
from tickwright.cli.events import EventLog
from tickwright.cli.ladder import WIDTH_MIN, Room, ladder
from tickwright.cli.overview import overview
from tickwright.cli.watched import Watched
from tickwright.runtime.reporting import SessionStatus


__all__ = ["Pulse", "Screen", "fit"]

PANEL_WIDTH_MAX = 64
TRADES_MAX = 6
LEVELS_MIN = 3
EVENTS_SHOWN = 4
SESSIONS_SHOWN = 6
HEAD_LINES = 1
GAP_LINES = 1
RATE_WIDTH_MIN = 100
SILENT_S = 3.0
"""A connection is looked at once a second, so less than this says nothing."""
CONFIRMED = "confirmed"
PULSE_S = 2.0
"""Over so long frames a second are counted: short enough to live, long enough not to flicker."""


class Pulse:
    """Frames a second of a counter that grows."""

    def __init__(self) -> None:
        self._samples: deque[tuple[float, int]] = deque()

    def per_s(self, now_s: float, count: int) -> float:
        """Take a sample; return the rate over the last seconds."""
        samples = self._samples
        samples.append((now_s, count))
        while len(samples) > 2 and now_s - samples[0][0] > PULSE_S:
            samples.popleft()
        first_s, first = samples[0]
        return (count - first) / (now_s - first_s) if now_s > first_s else 0.0


class Screen:
    """Everything that is drawn at one moment; rich asks it to lay itself out for the window as it is.

    Args:
        watched: The instruments.
        status: The connector's health.
        events: What happened.
        levels: Book levels a side, where they fit.
        now: Wall time.
        frames_per_s: Over all connections.
        title: The line on top begins with it.
    """

    def __init__(
        self,
        watched: Sequence[Watched],
        status: Status,
        events: EventLog,
        *,
        levels: int,
        now: datetime,
        frames_per_s: float,
        title: RenderableType = "[bold]tickwright watch[/bold]",
    ) -> None:
        self._watched = list(watched)
        self._sessions = [each for product in status.products for each in product.sessions]
        self._events = events
        self._levels = levels
        self._now = now
        self._frames_per_s = frames_per_s
        self._title = title

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        width, height = options.max_width, options.height or console.height
        # The foot keeps its height, so that the ladders do not jump when something happens.
        foot_lines = min(len(self._sessions), SESSIONS_SHOWN) + EVENTS_SHOWN
        yield self._head(width)
        yield self._instruments(width, height - HEAD_LINES - GAP_LINES - foot_lines)
        yield Text()
        yield Group(*self._foot(width))

    def _head(self, width: int) -> RenderableType:
        line = Table.grid(expand=True)
        line.add_column(no_wrap=True)
        line.add_column(justify="right", no_wrap=True)
        live = sum(session.state == "live" for session in self._sessions)
        colour = "green" if live == len(self._sessions) else "red"
        rate = f" · {self._frames_per_s:,.0f} frames/s" if width >= RATE_WIDTH_MIN else ""
        facts = Text.assemble(
            (f"● {live} of {len(self._sessions)} connections", colour),
            f"{rate} · {self._now:%H:%M:%S} UTC",
        )
        line.add_row(self._title, facts)
        return line

    def _instruments(self, width: int, lines: int) -> RenderableType:
        room = fit(len(self._watched), width, lines, self._levels)
        if room is None:
            return overview(self._watched, width, lines)
        grid = Table.grid()
        columns = max(1, width // room.width)
        for start in range(0, len(self._watched), columns):
            grid.add_row(*(ladder(each, room) for each in self._watched[start : start + columns]))
        return grid

    def _foot(self, width: int) -> list[RenderableType]:
        sessions = self._sessions
        if len(sessions) > SESSIONS_SHOWN:
            # Those in trouble first: the others are all alike.
            sessions = sorted(sessions, key=lambda each: each.state == "live")[:SESSIONS_SHOWN]
        table = Table.grid(padding=(0, 3, 0, 0))
        cells = _session_cells(width)
        for _ in cells:
            table.add_column(no_wrap=True)
        for session in sessions:
            table.add_row(*(cell(session) for cell in cells))
        lines: list[RenderableType] = [table] if sessions else []
        for when, text, colour in self._events.last(EVENTS_SHOWN):
            line = Text.assemble((f"{when:%H:%M:%S}  ", "dim"), (text, colour))
            line.no_wrap, line.overflow = True, "ellipsis"
            lines.append(line)
        return lines


def fit(count: int, width: int, lines: int, levels: int) -> Room | None:
    """Return how large each of ``count`` panels may be, ``None`` if they do not fit even at their smallest."""
    rows = -(-count // max(1, width // WIDTH_MIN))
    each_width = min(PANEL_WIDTH_MAX, width // -(-count // rows))
    each_lines = lines // rows
    for trades in range(TRADES_MAX, -1, -1):
        smaller = Room(each_width, LEVELS_MIN, trades)
        if smaller.lines > each_lines:
            continue
        room = Room(each_width, min(levels, LEVELS_MIN + (each_lines - smaller.lines) // 2), trades)
        # Half of a ladder is worth more than the last of the trades.
        if room.levels >= min(levels, trades + LEVELS_MIN) or not trades:
            return room
    return None


def _session_cells(width: int) -> list[Callable[[SessionStatus], Text | str]]:
    cells: list[Callable[[SessionStatus], Text | str]] = [_name, _streams, _frames]
    if width >= 90:
        cells.append(_reconnects)
    if width >= 110:
        cells.append(_silence)
    return cells


def _name(session: SessionStatus) -> Text:
    colour = "green" if session.state == "live" else "red"
    return Text(f"● {session.name} {session.state}", style=colour)


def _streams(session: SessionStatus) -> str:
    counts = session.streams.items()
    parts = [f"{count} {state}" for state, count in counts if count and state != CONFIRMED]
    streams = session.streams.get(CONFIRMED, 0)
    return ", ".join([f"{streams} stream{'' if streams == 1 else 's'}", *parts])


def _frames(session: SessionStatus) -> str:
    unreadable = session.decode_failures
    return f"{session.frames:,} frames" + (f", {unreadable:,} unreadable" if unreadable else "")


def _reconnects(session: SessionStatus) -> str:
    return f"{session.reconnects} reconnect{'' if session.reconnects == 1 else 's'}"


def _silence(session: SessionStatus) -> str:
    silent_s = session.silent_s
    return f"silent for {silent_s:.0f} s" if silent_s is not None and silent_s >= SILENT_S else ""
