"""Runs the command line from its first line of output to its last.

The ``tickwright`` script comes here by way of `tickwright_command`, which hears Ctrl-C while all this is imported.
"""

from __future__ import annotations


__all__ = ["main"]


def main() -> None:
    """Run the command that the command line names, and end with its exit code."""
    try:
        from tickwright.cli.console import failing_in_one_line
        from tickwright.cli.streams import make_safe
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    make_safe()
    with failing_in_one_line():
        from tickwright.cli.commands import run_command

        raise SystemExit(run_command())


if __name__ == "__main__":
    main()
