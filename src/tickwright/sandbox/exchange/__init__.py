"""The matching engine of the sandbox: pure, exact, and the same events for the same commands."""

from __future__ import annotations

from tickwright.sandbox.exchange.engine import Exchange


__all__ = ["Exchange"]
