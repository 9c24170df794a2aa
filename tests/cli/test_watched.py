from __future__ import annotations

from decimal import Decimal

import pytest
from tests.cli.books import listed, trade, watched

from tickwright.cli.watched import STATE_COLOURS, Watched, digits, plain_line, shown, summary
from tickwright.model.market import Side
from tickwright.model.notices import BookState


@pytest.mark.parametrize(
    ("values", "step", "expected"),
    [
        (["1.50000"], "0.01", 2),
        (["1.505"], "0.01", 3),
        (["1500"], "1", 0),
        (["1E+3"], "10", 0),
        (["0.00000001"], None, 8),
        ([], None, 0),
    ],
)
def test_digits_are_those_of_the_step_or_what_is_needed(
    values: list[str], step: str | None, expected: int
) -> None:
    assert digits(map(Decimal, values), None if step is None else Decimal(step)) == expected


def test_numbers_have_separators_and_no_exponent() -> None:
    assert shown(Decimal("65000.10000000"), 2) == "65,000.10"
    assert shown(Decimal("2E-8"), 8) == "0.00000002"


def test_a_guessed_step_adds_no_zeros() -> None:
    guessed = Watched(listed(is_inferred=True, tick_size=Decimal("0.00000001")))
    assert guessed.tick is guessed.lot is None
    assert Watched(listed()).tick == Decimal("0.01")


def test_every_state_has_a_colour() -> None:
    assert set(STATE_COLOURS) == set(BookState)


def test_before_there_is_a_book_it_is_syncing() -> None:
    empty = Watched(listed())
    assert (empty.state, empty.reason) == (BookState.SYNCING, "waiting for its first snapshot")
    assert empty.lag_s is None
    assert summary(empty)["best_bid"] is None


def test_trades_are_counted_and_the_last_one_is_first() -> None:
    seen = watched()
    for number in range(1, 31):
        seen.on_trade(trade(number))
    seen.on_trade("a gap notice")
    assert (seen.count, seen.trades[0].trade_id) == (30, 30)
    assert seen.lag_s == pytest.approx(0.02)


def test_a_summary_has_numbers_as_text() -> None:
    seen = watched()
    seen.on_trade(trade(1, "99.90", Side.SELL))
    found = summary(seen)
    assert found["state"] == "unaudited"
    assert found["best_bid"] == ["99.5", "1"]
    assert found["best_ask"] == ["100.25", "4"]
    assert found["last_price"] == "99.9"
    assert found["age_s"] == pytest.approx(0.5)


def test_a_plain_line_shows_the_best_prices_or_why_there_are_none() -> None:
    assert "99.50 × 100.25" in plain_line(watched())
    assert "no snapshot yet" in plain_line(watched(is_synced=False))
