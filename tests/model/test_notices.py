"""Notices: what Tickwright says about itself, in the form of events."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import force_setattr

from tickwright.model import notices
from tickwright.model.market import Stamped
from tickwright.model.notices import (
    BookState,
    BookStateChanged,
    CandleGap,
    Caution,
    DeadManFired,
    DecodeFailure,
    Dropped,
    Gap,
    HandlerFailed,
    Notice,
    SessionDown,
    SessionUp,
    TopicFailed,
    TopicStale,
)


BTC = "binance:BTC/USDT"
SESSION = "binance.spot/public#1"
NOW_NS = 1_760_000_000_123_456_789

CONTENT: dict[type[Notice], dict[str, Any]] = {
    SessionUp: {"session": SESSION, "attempt": 1},
    SessionDown: {"session": SESSION, "code": 1006, "reason": "EOF", "retry_in_s": 1.0},
    TopicStale: {"session": SESSION, "stream": "btcusdt@trade", "silent_s": 30.0, "action": "watch"},
    TopicFailed: {"session": SESSION, "stream": "nope@trade", "text": "Invalid symbol"},
    Gap: {"instrument": BTC, "first": 5, "last": 9},
    CandleGap: {"instrument": BTC, "interval": "1m", "start_ts_ns": 0, "end_ts_ns": 60},
    BookStateChanged: {
        "instrument": BTC, "old": BookState.SYNCING, "new": BookState.LIVE, "reason": "synced",
    },
    Dropped: {"topic": "Trades(x)", "count": 3},
    DecodeFailure: {"session": SESSION, "stream": "s", "error": "no field p", "raw": b"{}"},
    DeadManFired: {"product": "binance.spot", "orders": ("tw-1",), "window_s": 30.0},
    Caution: {"subject": "binance", "text": "the key may withdraw"},
    HandlerFailed: {"topic": "Trades(x)", "handler": "on_trade", "error": "KeyError: 'x'"},
}  # fmt: skip

NOTICES = sorted(CONTENT, key=lambda notice: notice.__name__)


def notice(kind: type[Notice], **changes: Any) -> Notice:
    return kind(**({"received_ts_ns": NOW_NS} | CONTENT[kind] | changes))


def test_every_notice_type_is_tried_here() -> None:
    defined = {
        value
        for value in vars(notices).values()
        if isinstance(value, type) and issubclass(value, Notice) and value is not Notice
    }
    assert defined == set(CONTENT)


@pytest.mark.parametrize("kind", NOTICES)
class TestEveryNotice:
    def test_is_frozen_and_made_by_names_only(self, kind: type[Notice]) -> None:
        with pytest.raises(AttributeError):
            notice(kind).received_ts_ns = 0  # type: ignore[misc]  # the point of the test
        with pytest.raises(TypeError):
            kind(NOW_NS, *CONTENT[kind].values())  # type: ignore[call-arg]  # the point of the test

    def test_differs_when_any_field_of_its_content_does(self, kind: type[Notice]) -> None:
        one = notice(kind)
        assert one == notice(kind)
        for name in (*CONTENT[kind], "received_ts_ns"):
            assert one != notice(kind, **{name: "something else"}), name

    def test_g29_stays_the_same_when_it_is_delivered(self, kind: type[Notice]) -> None:
        one = notice(kind)
        seen = {one}
        force_setattr(one, "delivered_ts_ns", NOW_NS + 5)
        assert one in seen
        assert one == notice(kind)

    def test_takes_its_comparison_from_where_events_do(self, kind: type[Notice]) -> None:
        assert kind.__eq__ is Stamped.__eq__
        assert kind.__hash__ is Stamped.__hash__

    def test_shows_its_content_and_when_it_was_noticed(self, kind: type[Notice]) -> None:
        text = repr(notice(kind))
        assert text.startswith(f"{kind.__name__}({next(iter(CONTENT[kind]))}=")
        assert text.endswith(", 2025-10-09T08:53:20.123+00:00)")
        assert "delivered" not in text


def test_the_repr_of_a_gap() -> None:
    assert repr(notice(Gap)) == (
        f"Gap(instrument='{BTC}', first=5, last=9, is_backfilled=False, 2025-10-09T08:53:20.123+00:00)"
    )


@pytest.mark.parametrize("state", BookState)
def test_g06_only_a_live_or_an_unaudited_book_can_be_read(state: BookState) -> None:
    assert state.is_readable is (state in (BookState.LIVE, BookState.UNAUDITED))
