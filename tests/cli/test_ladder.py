from __future__ import annotations

from decimal import Decimal

import pytest
from tests.cli.books import listed, printed, trade, watched

from tickwright.cli.ladder import WIDTH_MIN, Room, ladder


@pytest.mark.parametrize("levels", [2, 5])
@pytest.mark.parametrize("trades", [0, 3])
@pytest.mark.parametrize("is_synced", [True, False])
def test_a_panel_is_always_as_large_as_its_room(levels: int, trades: int, is_synced: bool) -> None:
    room = Room(WIDTH_MIN, levels, trades)
    seen = watched(is_synced=is_synced)
    seen.on_trade(trade(1))
    lines = printed(ladder(seen, room))
    assert len(lines) == room.lines
    assert max(map(len, lines)) == WIDTH_MIN


def test_asks_stand_above_bids_with_the_best_in_the_middle() -> None:
    lines = printed(ladder(watched(), Room(60, 2, 0)))
    prices = [line.split()[1] for line in lines[1:-1]]
    assert prices == ["100.50", "100.25", "spread", "99.50", "99.40"]
    assert "spread 0.75 · 75.094 bp" in lines[3]


def test_bars_are_as_long_as_their_sizes() -> None:
    lines = printed(ladder(watched(), Room(60, 2, 0)))
    bars = {line.split()[1]: line.count("█") for line in lines[1:-1]}
    assert bars["100.25"] == 2 * bars["99.40"] == 4 * bars["99.50"]


def test_a_smallest_size_has_a_bar_all_the_same() -> None:
    seen = watched(bids=[("99", "0.00001")], asks=[("100", "9000")])
    assert "▏" in printed(ladder(seen, Room(60, 2, 0)))[4]


def test_missing_levels_leave_empty_lines_at_the_far_end() -> None:
    lines = printed(ladder(watched(), Room(60, 4, 0)))
    assert [line.strip("│ ") == "" for line in lines[1:-1]] == [True] * 2 + [False] * 5 + [True] * 2


def test_an_empty_side_is_said() -> None:
    lines = printed(ladder(watched(asks=[]), Room(60, 2, 0)))
    assert any("one side is empty" in line for line in lines)


def test_a_book_that_cannot_be_read_shows_why_instead_of_prices() -> None:
    text = "\n".join(printed(ladder(watched(is_synced=False), Room(60, 3, 0))))
    assert "syncing" in text
    assert "no snapshot yet" in text


def test_trades_show_time_side_price_and_size() -> None:
    seen = watched()
    seen.on_trade(trade(1, "99.90"))
    text = "\n".join(printed(ladder(seen, Room(60, 2, 2))))
    assert "1 trades" not in text
    assert "1 trade " in text
    assert "22:13:20.000  ▲ 99.90  0.100" in text
    assert "no trade yet" in "\n".join(printed(ladder(watched(), Room(60, 2, 2))))


def test_a_long_id_is_cut_and_breaks_nothing() -> None:
    seen = watched(listed("binance:1000000VERYLONGMEMECOINNAME/USDT:USDT-261225"))
    lines = printed(ladder(seen, Room(WIDTH_MIN, 2, 0)))
    assert {len(line) for line in lines} == {WIDTH_MIN}


def test_wide_numbers_leave_room_for_a_bar() -> None:
    instrument = listed(tick_size=Decimal("0.00000001"), lot_size=Decimal(1))
    seen = watched(
        instrument, bids=[("0.00000123", "912345678")], asks=[("0.00000124", "123456789")]
    )
    lines = printed(ladder(seen, Room(WIDTH_MIN, 2, 0)))
    assert {len(line) for line in lines} == {WIDTH_MIN}
    assert any("0.00000123  912,345,678  █" in line for line in lines)
