"""Standard streams as a shell may hand them over: closed, onto a full disk, with nobody who reads, or too few characters.

None of that may end a command in a traceback, nor change what it does: an order is placed or not, whether or not anybody can read so.
What cannot be written is lost, and `lost_output` says why.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from typing import Any, TextIO


__all__ = ["Output", "lost_output", "make_safe", "when_lost"]


class Output:
    """A text stream that takes whatever is written, all else of it as it is.

    Args:
        stream: What it writes to, until that fails; from then on, nowhere.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._followers: list[Callable[[], object]] = []
        self.failure: OSError | None = None
        """Why something was lost."""

    def write(self, text: str) -> int:
        """Write a text, or lose it."""
        try:
            return self._stream.write(text)
        except OSError as error:
            self._lose(error)
            return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        """Write texts, or lose them."""
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        """Have all of it written, or lose it."""
        try:
            self._stream.flush()
        except OSError as error:
            self._lose(error)

    def when_lost(self, follower: Callable[[], object]) -> None:
        """Call somebody as soon as something cannot be written."""
        self._followers.append(follower)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def _lose(self, error: OSError) -> None:
        if self.failure is not None:
            return
        self.failure = error
        # What the stream still holds would fail once more, and loudly, when Python ends.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self._stream.fileno())
        os.close(nowhere)
        for follower in self._followers:
            follower()


def make_safe() -> None:
    """Take the standard streams as they are, so that no command has to care."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            # The lowest number that is free. Left free, a socket would get it, which uvloop does not bear.
            os.open(os.devnull, os.O_RDWR)
    sys.stdin = sys.stdin or open(0, closefd=False, encoding="utf-8")  # noqa: SIM115 - it stays
    sys.stdout = _output(sys.stdout, 1)
    sys.stderr = _output(sys.stderr, 2)


def lost_output() -> OSError | None:
    """Return why standard output could not be written, ``None`` if it could, or if its reader only had enough of it."""
    sys.stdout.flush()
    failure = sys.stdout.failure if isinstance(sys.stdout, Output) else None
    return None if isinstance(failure, BrokenPipeError) else failure


def when_lost(follower: Callable[[], object]) -> None:
    """Call somebody as soon as standard output cannot be written."""
    if isinstance(sys.stdout, Output):
        sys.stdout.when_lost(follower)


def _output(stream: TextIO | None, number: int) -> Any:
    found: Any = stream or open(number, "w", closefd=False, encoding="utf-8")  # noqa: SIM115 - it stays
    found.reconfigure(errors="replace")  # an arrow that an encoding lacks is no reason to fail
    return Output(found)
