"""The entry point of the ``tickwright`` command.

It imports nothing slow before it can answer Ctrl-C in one line: everything else is behind `main`.
"""

from __future__ import annotations


__all__ = ["main"]


def main() -> None:
    """Run the command line; the ``tickwright`` script calls this."""
    try:
        from tickwright.cli.console import failing_in_one_line
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    with failing_in_one_line():
        from tickwright.cli.commands import run_command

        raise SystemExit(run_command())


if __name__ == "__main__":
    main()
