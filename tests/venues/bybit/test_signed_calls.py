"""What every signed call says of itself, beside what it asks."""

from __future__ import annotations

from tickwright.core.limits import Priority
from tickwright.venues.base import Security
from tickwright.venues.bybit.rest import ADDRESS
from tickwright.venues.bybit.signed_calls import asked, paged, posted


def length(body: bytes, received_ts_ns: int) -> list[int]:
    return [len(body)]


def test_what_changes_something_is_sent_once_and_counted_by_its_kind() -> None:
    call = posted("/v5/order/cancel", {"symbol": "BTCUSDT"}, length, Priority.CANCEL, "CANCELS")
    assert (call.method, call.body) == ("POST", b'{"symbol":"BTCUSDT"}')
    assert call.security is Security.SIGNED
    assert call.priority is Priority.CANCEL
    assert not call.is_idempotent
    assert "CANCELS" in call.costs


def test_a_question_is_signed_and_may_be_asked_again() -> None:
    call = asked("/v5/order/realtime", (("category", "spot"),), length)
    assert (call.method, call.params) == ("GET", (("category", "spot"),))
    assert call.security is Security.SIGNED
    assert call.is_idempotent
    assert call.costs == {ADDRESS: 1, "ORDER_REALTIME": 1}


def test_the_next_page_begins_where_the_last_one_says() -> None:
    first = paged("/v5/order/history", (("category", "spot"), ("limit", "50")), length)
    answer = b'{"retCode":0,"result":{"list":[{}],"nextPageCursor":"%s"}}'
    assert first.next_page is not None
    second = first.next_page(answer % b"page:50")
    assert second is not None
    assert second.params == (("category", "spot"), ("limit", "50"), ("cursor", "page:50"))
    assert second.next_page is not None
    third = second.next_page(answer % b"page:100")
    assert third is not None
    assert third.params[-1] == ("cursor", "page:100")
    assert len(third.params) == 3
    assert third.next_page is not None
    assert third.next_page(answer % b"") is None
