from __future__ import annotations

import pytest
from tests.cli.rig import Command

from tickwright.cli import demo as module
from tickwright.cli import demo_summary
from tickwright.sandbox.sandbox import Sandbox


@pytest.fixture
def _hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SECONDS", 5.0)
    monkeypatch.setattr(module, "ORDER_AT_S", 0.5)
    monkeypatch.setattr(module, "CUT_AT_S", 1.0)
    monkeypatch.setattr(module, "LOSS_AT_S", 3.5)


@pytest.mark.slow
@pytest.mark.usefixtures("_hurried")
def test_it_heals_from_both_accidents_and_ends_with_the_venue_s_own_books(
    tickwright: Command,
) -> None:
    result = tickwright("demo")
    assert result.code == 0, result.out
    assert "binance.spot#1 is down" in result.out
    assert "binance.spot#1 is connected" in result.out
    assert "binance:BTC/USDT live → resyncing: gap" in result.out
    assert "bybit:BTC/USDT:USDT unaudited → resyncing: gap" in result.out
    assert result.out.count("✓ live, equal") == 4
    assert result.out.count("✓ unaudited, equal") == 2, "Bybit has nothing to audit them with"
    assert "All books healed" in result.out
    assert "reconnects: 1." in result.out
    assert "binance:BTC/USDT order: nobody knows what became of it" in result.out
    for venue in ("binance", "bybit"):
        assert f"The order at {venue} to buy 0.05 BTC for at most " in result.out
    assert result.out.count(" is filled: 0.05 at ") == 2
    assert result.err == ""


@pytest.mark.slow
@pytest.mark.usefixtures("_hurried")
def test_a_book_that_differs_fails_it(tickwright: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(sandbox: Sandbox, instrument: str) -> tuple[dict[object, object], ...]:
        return {}, {}

    monkeypatch.setattr(Sandbox, "book", wrong)
    monkeypatch.setattr(demo_summary, "SETTLE_S", 0.1)
    result = tickwright("demo")
    assert result.code == 1
    assert "6 books differ" in result.out
