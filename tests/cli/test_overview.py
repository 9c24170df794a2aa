from __future__ import annotations

import pytest
from tests.cli.books import listed, printed, trade, watched

from tickwright.cli.overview import overview
from tickwright.model.market import Side


MANY = [watched(listed(f"binance:COIN{number}/USDT")) for number in range(30)]


@pytest.mark.parametrize("width", [60, 80, 120, 200])
@pytest.mark.parametrize("lines", [2, 10, 31, 50])
def test_it_never_leaves_its_room(width: int, lines: int) -> None:
    found = printed(overview(MANY, width, lines), width=width)
    assert len(found) <= max(3, lines)
    assert max(map(len, found)) <= width


def test_what_does_not_fit_is_counted() -> None:
    assert printed(overview(MANY, 100, 11))[-1] == "… and 21 more; a higher window shows them"
    assert "more" not in printed(overview(MANY, 100, 31))[-1]


def test_a_line_shows_state_best_prices_and_the_last_trade() -> None:
    seen = watched()
    seen.on_trade(trade(1, "99.90", Side.SELL))
    head, line = printed(overview([seen], 140, 5), width=140)
    assert head.split()[:4] == ["instrument", "book", "size", "bid"]
    for cell in ("● unaudited", "1.000", "99.50", "100.25", "4.000", "0.75", "▼ 99.90", "20 ms"):
        assert cell in line


def test_a_narrow_window_shows_fewer_columns() -> None:
    head = printed(overview([watched()], 60, 5), width=60)[0]
    assert head.split() == ["instrument", "book", "bid", "ask"]


def test_a_book_that_cannot_be_read_has_no_prices() -> None:
    line = printed(overview([watched(is_synced=False)], 80, 5))[1]
    assert line.count("–") == 3
