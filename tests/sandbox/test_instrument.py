from __future__ import annotations

import itertools
from collections.abc import Sequence
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from tickwright.model.ids import InstrumentName
from tickwright.sandbox.instrument import SimulatedInstrument
from tickwright.venues.facts import AggTradeFact, ForcedFact, InstrumentView, Listing, TradeFact


LISTING = Listing(
    name=InstrumentName("binance", "BTC", "USDT"),
    product="binance.spot",
    symbol="BTCUSDT",
    price_scale=2,
    quantity_scale=5,
    tick=10,
)
OPENED = 1_790_000_000_000


def instrument(
    seed: int = 1, *, price: int = 6_500_000, has_id_gaps: bool = False
) -> SimulatedInstrument:
    return SimulatedInstrument(
        LISTING, Random(seed), price=price, depth=20, opened_ms=OPENED, has_id_gaps=has_id_gaps
    )


class Listener:
    def __init__(self) -> None:
        self.trades: list[TradeFact] = []
        self.joined: list[AggTradeFact] = []
        self.spans: list[tuple[int, int]] = []
        self.changes = 0

    def on_trades(
        self, instrument: InstrumentView, trades: Sequence[TradeFact], joined: AggTradeFact
    ) -> None:
        assert sum(trade.quantity for trade in trades) == joined.quantity
        self.trades += trades
        self.joined.append(joined)

    def on_book(
        self,
        instrument: InstrumentView,
        first_id: int,
        bid_prices: Sequence[int],
        ask_prices: Sequence[int],
    ) -> None:
        self.spans.append((first_id, instrument.update_id))
        self.changes += len(bid_prices) + len(ask_prices)

    def on_forced(self, instrument: InstrumentView, forced: ForcedFact) -> None:
        raise AssertionError("nobody has a position here")


@given(st.integers(), st.integers(200, 10**9))
def test_a_book_never_crosses_nor_empties_whatever_the_seed(seed: int, price: int) -> None:
    one = instrument(seed, price=price // 10 * 10)
    for step in range(200):
        one.step(OPENED + step)
        bid, bid_quantity, ask, ask_quantity = one.best()
        assert 0 < bid < ask
        assert bid_quantity > 0 < ask_quantity
        assert bid % LISTING.tick == ask % LISTING.tick == 0


def test_the_same_seed_gives_the_same_market() -> None:
    first, second = instrument(3), instrument(3)
    for step in range(300):
        first.step(OPENED + step)
        second.step(OPENED + step)
    assert (first.bids(50), first.asks(50)) == (second.bids(50), second.asks(50))
    assert first.trades(None, 500) == second.trades(None, 500)
    assert first.bids(50) != instrument(4).bids(50)


def test_trade_ids_and_joined_ids_have_no_hole() -> None:
    one, heard = instrument(), Listener()
    one.listener = heard
    for step in range(2000):
        one.step(OPENED + step)
    ids = [trade.id for trade in heard.trades]
    assert ids == list(range(ids[0], ids[0] + len(ids)))
    joined = [trade.id for trade in heard.joined]
    assert joined == list(range(joined[0], joined[0] + len(joined)))
    covered = [n for trade in heard.joined for n in range(trade.first_id, trade.last_id + 1)]
    assert covered == ids


def test_update_ids_join_on_spot_and_skip_on_futures() -> None:
    for has_id_gaps in (False, True):
        one, heard = instrument(has_id_gaps=has_id_gaps), Listener()
        one.listener = heard
        for step in range(500):
            one.step(OPENED + step)
        jumps = [b[0] - a[1] for a, b in zip(heard.spans, heard.spans[1:], strict=False)]
        assert all(jump == 1 for jump in jumps) is not has_id_gaps
        assert min(jumps) >= 1
        assert sum(last - first + 1 for first, last in heard.spans) == heard.changes


def test_views_show_the_same_book() -> None:
    one = instrument()
    one.step(OPENED)
    (bid, bid_quantity), *_ = one.bids(3)
    assert one.best()[:2] == (bid, bid_quantity)
    assert one.quantity_at(bid, is_bid=True) == bid_quantity
    assert one.quantity_at(bid, is_bid=False) == 0


def test_trades_are_found_by_id_and_time() -> None:
    one = instrument()
    for step in range(500):
        one.step(OPENED + step)
    last = one.trades(None, 3)
    assert [trade.id for trade in one.trades(last[0].id, 2)] == [last[0].id, last[1].id]
    joined = one.agg_trades(None, None, None, 5)
    assert one.agg_trades(joined[0].id, None, None, 2) == joined[:2]
    assert one.agg_trades(None, joined[-1].ts_ms, None, 500)[-1] == joined[-1]
    before = one.agg_trades(None, None, OPENED - 1, 500)
    assert before[-1].ts_ms < OPENED
    assert before[-1].id + 1 == one.agg_trades(None, OPENED, None, 1)[0].id


def test_who_asks_at_the_opening_finds_trades_and_later_ones_follow_on_them() -> None:
    one = instrument()
    earlier = one.trades(None, 500)
    assert (len(earlier), earlier[-1].price) == (500, one.last_price)
    assert earlier[-1].id == one.last_trade_id
    for step in range(500):
        one.step(OPENED + step)
    ids = [trade.id for trade in one.trades(None, 1000)]
    assert ids == list(range(one.last_trade_id - 999, one.last_trade_id + 1))
    assert one.trades(earlier[-2].id, 3)[:2] == earlier[-2:]
    numbers = [trade.id for trade in one.agg_trades(None, None, None, 1000)]
    assert numbers == list(range(numbers[0], numbers[0] + 1000))


def test_trades_from_before_the_opening_go_once_there_are_enough_others() -> None:
    one = instrument()
    first = one.last_trade_id + 1
    steps = 0
    while one.last_trade_id < first + 2500:
        one.step(OPENED + steps)
        steps += 1
    found = one.trades(first - 10, 5)
    assert found[0].id > first
    assert [trade.id for trade in found] == list(range(found[0].id, found[0].id + 5))


def test_a_day_holds_its_prices() -> None:
    one = instrument()
    for step in range(500):
        one.step(OPENED + step)
    day = one.day(OPENED + 500)
    assert day.low <= min(day.open, day.last) <= max(day.open, day.last) <= day.high
    assert day.last_id - day.first_id + 1 == day.trades
    hour = one.day(OPENED + 500, 3_600_000)
    assert hour.open_ms % 60_000 == 0
    assert hour.volume > 0


def test_funding_is_paid_every_eight_hours() -> None:
    one = instrument()
    paid = one.fundings(None, None, 3, OPENED)
    times = [each.next_funding_ms for each in paid]
    assert [b - a for a, b in itertools.pairwise(times)] == [8 * 3_600_000] * 2
    assert times[-1] <= OPENED < one.mark(OPENED).next_funding_ms
    assert one.fundings(times[0], times[1], 10, OPENED) == paid[:2]


def test_the_mark_price_lies_at_the_book() -> None:
    one = instrument()
    bid, _, ask, _ = one.best()
    assert bid * 10**6 <= one.mark(OPENED).index <= ask * 10**6
