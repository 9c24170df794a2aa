"""The second opinion about a book: when it is given, and what it counts (G32)."""

from __future__ import annotations

import io
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from tickwright.core import audit as module
from tickwright.core.audit import MATCH, PENDING_MAX, QUOTES_MAX, BookAudit, Match, Mismatch
from tickwright.core.booksync import BookChain, BookSync, Replay
from tickwright.core.booksync import Verdict as Sync
from tickwright.model.market import BookDelta, BookSnapshot, Level, Quote


Verdict = Match | Mismatch | None


def level(price: int, quantity: int = 1) -> Level:
    return Decimal(price), Decimal(quantity)


def quote(audit: BookAudit, sequence: int, bid: int, ask: int, quantity: int = 1) -> Verdict:
    return audit.quote(quote_of(sequence, level(bid, quantity), level(ask, quantity)))


def quote_of(sequence: int | None, bid: Level, ask: Level) -> Quote:
    return Quote("v:A/B", None, 1, *bid, *ask, sequence)


def book(audit: BookAudit, sequence: int, bid: int, ask: int, quantity: int = 1) -> Verdict:
    return audit.book(sequence, level(bid, quantity), level(ask, quantity))


def test_an_agreement_with_the_last_quote_is_a_match_at_once() -> None:
    audit = BookAudit()
    quote(audit, 5, 10, 11)
    quote(audit, 7, 12, 13)
    assert book(audit, 8, 12, 13) is MATCH
    assert (audit.audited, audit.mismatches) == (1, 0)


def test_the_quote_in_force_is_the_last_one_up_to_the_deltas_id() -> None:
    audit = BookAudit()
    quote(audit, 5, 10, 11)
    quote(audit, 9, 20, 21)
    assert book(audit, 8, 10, 11) is MATCH
    assert book(audit, 9, 20, 21) is MATCH


def test_a_disagreement_waits_until_no_quote_can_be_missing() -> None:
    audit = BookAudit()
    quote(audit, 5, 10, 11)
    assert book(audit, 8, 12, 13) is None
    verdict = quote(audit, 9, 12, 13)
    assert isinstance(verdict, Mismatch)
    assert (verdict.sequence, verdict.quote.sequence) == (8, 5)


def test_a_quote_that_comes_after_its_delta_decides_it() -> None:
    audit = BookAudit()
    quote(audit, 5, 10, 11)
    assert book(audit, 8, 12, 13) is None
    assert quote(audit, 7, 12, 13) is None
    assert quote(audit, 9, 14, 15) is MATCH


def test_a_quote_of_the_very_id_decides_at_once() -> None:
    audit = BookAudit()
    quote(audit, 5, 10, 11)
    assert book(audit, 8, 12, 13) is None
    assert quote(audit, 8, 12, 13) is MATCH
    assert isinstance(book(audit, 8, 12, 14), Mismatch)


def test_with_a_later_quote_known_a_mismatch_is_certain_at_once() -> None:
    audit = BookAudit()
    quote(audit, 5, 10, 11)
    quote(audit, 9, 12, 13)
    assert isinstance(book(audit, 8, 10, 12), Mismatch)


def test_behind_one_that_waits_all_wait_so_that_verdicts_stay_in_order() -> None:
    audit = BookAudit()
    quote(audit, 5, 10, 11)
    assert book(audit, 6, 12, 13) is None
    assert book(audit, 7, 10, 11) is None
    assert quote(audit, 8, 14, 15) is MATCH
    assert (audit.audited, audit.mismatches, audit.mismatches_in_row) == (2, 1, 0)


def test_mismatches_in_a_row_are_counted_and_a_match_ends_them() -> None:
    audit = BookAudit()
    quote(audit, 5, 10, 11)
    quote(audit, 20, 12, 13)
    for number in range(3):
        book(audit, 6 + number, 10, 14)
        assert audit.mismatches_in_row == number + 1
    assert book(audit, 9, 10, 11) is MATCH
    assert (audit.mismatches, audit.mismatches_in_row) == (3, 0)


def test_without_a_quote_up_to_its_id_a_delta_is_not_compared() -> None:
    audit = BookAudit()
    quote(audit, 9, 10, 11)
    assert book(audit, 8, 12, 13) is None
    assert (audit.audited, audit.uncompared) == (0, 1)


def test_a_delta_before_any_quote_may_still_get_its_own() -> None:
    audit = BookAudit()
    assert book(audit, 8, 12, 13) is None
    assert book(audit, 9, 14, 15) is None
    assert quote(audit, 9, 14, 15) is MATCH
    assert (audit.audited, audit.uncompared) == (1, 1)


def test_an_empty_side_is_quoted_as_zeros() -> None:
    audit = BookAudit()
    nothing = level(0, 0)
    audit.quote(quote_of(5, level(10), nothing))
    assert audit.book(6, level(10), None) is MATCH
    audit.quote(quote_of(7, nothing, nothing))
    assert audit.book(8, None, None) is MATCH
    assert audit.book(9, level(10), None) is None
    assert isinstance(audit.quote(quote_of(10, nothing, nothing)), Mismatch)


def test_a_quote_without_an_update_id_says_nothing() -> None:
    audit = BookAudit()
    audit.quote(quote_of(None, level(10), level(11)))
    assert book(audit, 8, 10, 11) is None


def test_one_other_quantity_is_a_hiccup_and_three_in_a_row_are_a_mismatch() -> None:
    audit = BookAudit()
    quote(audit, 5, 10, 11)
    verdicts = [book(audit, number, 10, 11, quantity=2) for number in (6, 7, 8)]
    assert verdicts[:2] == [MATCH, MATCH]
    assert isinstance(verdicts[2], Mismatch)
    assert book(audit, 9, 10, 11) is MATCH
    assert book(audit, 10, 10, 11, quantity=2) is MATCH


def test_reset_forgets_what_waits_and_keeps_the_quotes() -> None:
    audit = BookAudit()
    quote(audit, 5, 10, 11)
    book(audit, 6, 12, 13)
    audit.reset()
    assert (audit.uncompared, audit.mismatches_in_row) == (1, 0)
    assert book(audit, 7, 10, 11) is MATCH


def test_doubled_quotes_of_a_second_socket_are_ignored() -> None:
    audit = BookAudit()
    quote(audit, 5, 10, 11)
    quote(audit, 7, 12, 13)
    quote(audit, 5, 10, 11)
    assert book(audit, 8, 12, 13) is MATCH


def test_quotes_whose_ids_started_anew_are_believed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "QUOTES_MAX", 3)
    audit = BookAudit()
    quote(audit, 1000, 10, 11)
    for sequence in range(1, 6):
        quote(audit, sequence, 20, 21)
    assert book(audit, 6, 20, 21) is MATCH


def test_what_waits_and_what_is_ahead_is_bounded() -> None:
    audit = BookAudit()
    for sequence in range(2 * QUOTES_MAX):
        quote(audit, sequence, 10, 11)
    assert book(audit, QUOTES_MAX // 2, 10, 11) is None
    assert audit.uncompared == 1
    audit = BookAudit()
    quote(audit, 1, 10, 11)
    for sequence in range(PENDING_MAX + 5):
        book(audit, 2 + sequence, 12, 13)
    quote(audit, 10_000, 12, 13)
    assert (audit.audited, audit.uncompared) == (PENDING_MAX, 5)


def test_a_mismatch_says_both_sides_with_their_ids() -> None:
    mismatch = Mismatch(8, level(10), None, quote_of(7, level(12, 3), level(13)))
    assert str(mismatch) == "at 8 the book says 10 (1) / nothing, the quote of 7 12 (3) / 13 (1)"


Tops = list[tuple[int, int]]


@given(
    tops=st.lists(st.tuples(st.integers(1, 5), st.integers(6, 9)), min_size=1, max_size=40),
    batches=st.lists(st.integers(1, 6), max_size=20),
    delays=st.lists(st.integers(0, 5), min_size=40, max_size=40),
)
def test_g32_a_right_book_is_never_accused_however_the_streams_are_shifted(
    tops: Tops, batches: list[int], delays: list[int]
) -> None:
    audit = BookAudit()
    arrivals: list[tuple[int, int, int]] = []  # (time, 0 for a quote and 1 for a delta, id)
    clock = 0
    for sequence in range(len(tops)):
        if sequence == 0 or tops[sequence] != tops[sequence - 1]:
            clock = max(
                clock, sequence + delays[sequence]
            )  # late, but in the order of its own stream
            arrivals.append((clock, 0, sequence))
    last = -1
    for batch in batches:
        last += batch
        if last < len(tops):
            arrivals.append((last + 1, 1, last))
    for _time, kind, sequence in sorted(arrivals):
        bid, ask = tops[sequence]
        if kind == 0:
            quote(audit, sequence, bid, ask)
        else:
            book(audit, sequence, bid, ask)
    assert audit.mismatches == 0


@given(offset=st.integers(1, 3), count=st.integers(3, 20))
def test_g32_a_book_that_is_off_by_a_tick_is_found_out_within_three_deltas(
    offset: int, count: int
) -> None:
    audit = BookAudit()
    for number in range(count):
        quote(audit, 10 * number, 100 + number, 200)
        book(audit, 10 * number + 5, 100 + number + offset, 200)
    quote(audit, 10 * count, 100, 200)
    assert audit.mismatches_in_row >= 3


class Run(tuple[Level, ...]):
    """Levels of a book, as plain as can be."""

    __slots__ = ()

    price_scale = 8
    quantity_scale = 8


class PlainBook:
    """A book of one recorded symbol, as slow and as simple as possible."""

    def __init__(self, chain: BookChain) -> None:
        self.sync = BookSync(chain)
        self.sync.subscribed()
        self.audit = BookAudit()
        self.bids: dict[Decimal, Decimal] = {}
        self.asks: dict[Decimal, Decimal] = {}

    def depth(self, data: dict[str, Any]) -> None:
        update = BookDelta(
            "v:A/B",
            None,
            1,
            levels(data["b"]),
            levels(data["a"]),
            data["U"],
            data["u"],
            data.get("pu"),
        )
        if self.sync.delta(update) is Sync.APPLY:
            self.apply(update.bids, update.asks)
            self.audit.book(update.last, self.best(self.bids, max), self.best(self.asks, min))

    def rest(self, data: dict[str, Any]) -> None:
        fetched = BookSnapshot(
            "v:A/B", None, 1, levels(data["bids"]), levels(data["asks"]), data["lastUpdateId"]
        )
        answer = self.sync.snapshot(fetched)
        assert isinstance(answer, Replay)
        self.apply(fetched.bids, fetched.asks)
        for held in answer.deltas:
            self.apply(held.bids, held.asks)

    def apply(self, bids: Iterable[Level], asks: Iterable[Level]) -> None:
        for side, changed in ((self.bids, bids), (self.asks, asks)):
            side.update(changed)
            for price, quantity in changed:
                if not quantity:
                    side.pop(price, None)

    @staticmethod
    def best(
        side: dict[Decimal, Decimal], pick: Callable[[Iterable[Decimal]], Decimal]
    ) -> Level | None:
        return (price := pick(side), side[price]) if side else None


def levels(pairs: list[list[str]]) -> Run:
    return Run((Decimal(price), Decimal(quantity)) for price, quantity in pairs)


def frames(path: Path) -> Iterator[dict[str, Any]]:
    with path.open("rb") as file:
        yield from map(
            json.loads, io.TextIOWrapper(zstandard.ZstdDecompressor().stream_reader(file))
        )


@pytest.mark.parametrize(
    ("name", "chain", "compared_min", "mismatches"),
    [
        ("binance-spot-5", BookChain.FIRST_ID, 4_600, 0),
        ("binance-usdm-7", BookChain.PREVIOUS_ID, 4_300, 0),
        # One level is gone from the book of BCHUSD_PERP for two deltas and never from its quotes.
        ("binance-coinm-4", BookChain.PREVIOUS_ID, 1_700, 2),
    ],
)
def test_g32_recorded_books_agree_with_their_quotes(
    capture_path: Callable[[str], Path],
    name: str,
    chain: BookChain,
    compared_min: int,
    mismatches: int,
) -> None:
    books: defaultdict[str, PlainBook] = defaultdict(lambda: PlainBook(chain))
    for frame in frames(capture_path(name)):
        data = json.loads(frame["data"])
        if frame["dir"] == "http" and "/depth?" in frame["path"]:
            symbol = frame["path"].partition("symbol=")[2].partition("&")[0]
            books[symbol].rest(data)
        elif frame["dir"] == "in" and "@depth" in data["stream"]:
            books[data["data"]["s"]].depth(data["data"])
        elif frame["dir"] == "in" and "@bookTicker" in data["stream"]:
            top = data["data"]
            bid, ask = levels([[top["b"], top["B"]], [top["a"], top["A"]]])
            books[top["s"]].audit.quote(quote_of(top["u"], bid, ask))
    assert all(book.sync.is_synced and book.sync.gaps == 0 for book in books.values())
    assert sum(book.audit.audited for book in books.values()) >= compared_min
    assert sum(book.audit.mismatches for book in books.values()) == mismatches
