"""What happened, in words for people: one line for each notice and log line."""

from __future__ import annotations

import logging
from collections import deque
from datetime import UTC, datetime

from tickwright.model.market import datetime_of
from tickwright.model.notices import (
    BookStateChanged,
    Caution,
    DeadManFired,
    DecodeFailure,
    Notice,
    SessionDown,
    SessionUp,
    TopicFailed,
    TopicStale,
)


__all__ = ["EventLog", "describe", "notice_in"]

KEPT = 50

Line = tuple[datetime, str, str]
"""When, what, in which colour."""


def describe(notice: Notice) -> tuple[str, str]:
    """Return a notice as one line, and the colour it deserves.

    Example:
        >>> describe(SessionUp(received_ts_ns=0, session="binance.spot#1", attempt=2))
        ('binance.spot#1 is connected again, at try 2', 'green')
    """
    match notice:
        case SessionUp(session=session, attempt=attempt):
            again = "" if attempt == 1 else f" again, at try {attempt}"
            return f"{session} is connected{again}", "green"
        case SessionDown(session=session, reason=reason, is_final=True):
            return f"{session} has ended: {reason}", "yellow"
        case SessionDown(session=session, code=code, reason=reason, retry_in_s=retry_in_s):
            why = f"{reason} (code {code})" if code else reason.rstrip(".")
            return f"{session} is down: {why}; next try in {retry_in_s:.1f} s", "red"
        case TopicStale(stream=stream, silent_s=silent_s, action=action):
            return f"{stream} is silent for {silent_s:.0f} s: {action}", "yellow"
        case TopicFailed(stream=stream, text=text):
            return f"{stream} was refused: {text}", "red"
        case DecodeFailure(stream=stream, session=session, error=error):
            return f"unreadable frame on {stream or session}: {error}", "red"
        case DeadManFired(product=product, orders=orders, window_s=window_s):
            return f"{product} down for {window_s:g} s: canceling {len(orders)} orders", "red"
        case Caution(subject=subject, text=text):
            return f"{subject}: {text}", "yellow"
        case BookStateChanged(instrument=instrument, old=old, new=new, reason=reason):
            colour = "green" if new.is_readable else "yellow"
            return f"{instrument} {old.value} → {new.value}: {reason}", colour
    return repr(notice), "default"


def notice_in(record: logging.LogRecord) -> Notice | None:
    """Return the notice that a log line repeats, ``None`` if it is about something else."""
    arguments = record.args if isinstance(record.args, tuple) else ()
    return next((each for each in arguments if isinstance(each, Notice)), None)


class EventLog:
    """The last things that happened: a handler of notices, and a sink of log lines."""

    def __init__(self) -> None:
        self._lines: deque[Line] = deque(maxlen=KEPT)
        self._fresh: deque[Line] = deque(maxlen=KEPT)

    def on_notice(self, notice: Notice) -> None:
        """Take a notice."""
        self._add((datetime_of(notice.received_ts_ns), *describe(notice)))

    def on_log(self, record: logging.LogRecord) -> None:
        """Take a log line, unless it repeats a notice."""
        if notice_in(record) is None:
            colour = "red" if record.levelno >= logging.ERROR else "yellow"
            when = datetime.fromtimestamp(record.created, UTC)
            self._add((when, record.getMessage(), colour))

    def say(self, when_ts_ns: int, text: str, colour: str) -> None:
        """Add a line of one's own."""
        self._add((datetime_of(when_ts_ns), text, colour))

    def last(self, count: int) -> list[Line]:
        """Return the last ``count`` lines, oldest first."""
        return list(self._lines)[max(0, len(self._lines) - count) :]

    def take(self) -> list[Line]:
        """Return the lines since the last call, oldest first."""
        fresh = list(self._fresh)
        self._fresh.clear()
        return fresh

    def _add(self, line: Line) -> None:
        self._lines.append(line)
        self._fresh.append(line)
