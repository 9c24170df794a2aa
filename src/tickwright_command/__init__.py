"""The ``tickwright`` command, before anything of it is imported.

`import tickwright` takes a fifth of a second and the command line as much again, in which Ctrl-C must end it as it does later: silently,
with exit code 130. So this is no part of ``tickwright``, whose import would come first.
"""

from __future__ import annotations

import os
import signal
from types import FrameType


__all__ = ["main"]

INTERRUPTED = 130
"""What shells expect of a program that Ctrl-C ended."""


def main() -> None:
    """Run the command line; the ``tickwright`` script calls this."""
    # Whoever ignores Ctrl-C, as shells do for what runs in the background, goes on ignoring it.
    is_heard = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if is_heard:
        signal.signal(signal.SIGINT, _leave)
    import tickwright.cli.commands  # noqa: F401 - it takes most of the time
    from tickwright.cli.main import main as run

    if is_heard:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    run()


def _leave(number: int, frame: FrameType | None) -> None:
    os._exit(INTERRUPTED)  # there is nothing to clean up, and half an import can only complain
