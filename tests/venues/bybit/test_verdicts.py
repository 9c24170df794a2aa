"""G1, G2: what an error proves about the command that it answers, and what it leaves open."""

from __future__ import annotations

import pytest

from tickwright.errors import RateLimited, VenueError, VenueRejected
from tickwright.venues.bybit.refusals import refusal, refused
from tickwright.venues.bybit.verdicts import rejection
from tickwright.venues.trading import RejectCode, Rejection, Verdict


WHERE = "POST /v5/order/create"


def read(code: int, text: str = "…") -> Rejection:
    error = refusal(200, f'{{"retCode":{code},"retMsg":"{text}"}}'.encode(), WHERE)
    assert error is not None
    over_socket = refused(code, text, "order.create")
    assert rejection(error) == rejection(over_socket)
    return rejection(error)


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (10001, RejectCode.FILTER),
        (10002, RejectCode.TIMESTAMP),
        (10003, RejectCode.PERMISSION),
        (10006, RejectCode.RATE),
        (10403, RejectCode.RATE),
        (110007, RejectCode.FUNDS),
        (110017, RejectCode.REDUCE_ONLY),
        (110043, RejectCode.NO_CHANGE),
        (110092, RejectCode.TRIGGER),
        (110094, RejectCode.FILTER),
        (170131, RejectCode.FUNDS),
        (170193, RejectCode.PRICE_BAND),
        (170134, RejectCode.FILTER),
        (170218, RejectCode.POST_ONLY),
        (110008, RejectCode.ORDER_GONE),
        (170142, RejectCode.ORDER_GONE),
        (170210, RejectCode.OTHER),
        (20006, RejectCode.OTHER),
    ],
)
def test_what_was_certainly_not_carried_out_says_why(code: int, reason: RejectCode) -> None:
    assert read(code) == Rejection(Verdict.REFUSED, reason)


@pytest.mark.parametrize(
    "code",
    [10000, 10016, 429, 10429, 170001, 170007, 170032, 170146, 170147, 170310, 500000, 987654],
)
def test_g01_what_may_have_been_carried_out_stays_unknown(code: int) -> None:
    assert read(code).verdict is Verdict.UNKNOWN


@pytest.mark.parametrize("code", [110072, 170141])
def test_g02_a_taken_name_means_that_an_earlier_try_arrived(code: int) -> None:
    assert read(code) == Rejection(Verdict.LANDED, RejectCode.CLIENT_ID)


@pytest.mark.parametrize("code", [110001, 170213])
def test_an_order_that_is_not_known_is_not_proven_to_be_none(code: int) -> None:
    assert read(code) == Rejection(Verdict.NOT_FOUND, RejectCode.ORDER_GONE)


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_g01_a_failing_server_leaves_it_open(status: int) -> None:
    error = refusal(status, b"", WHERE)
    assert error is not None
    assert rejection(error).verdict is Verdict.UNKNOWN


def test_g01_digits_of_the_time_are_no_code() -> None:
    """What the gate raises quotes the whole body."""
    body = '{"retCode":10429,"retMsg":"System level frequency protection","time":1763910006123}'
    for code, verdict in ((10429, Verdict.UNKNOWN), (10006, Verdict.REFUSED)):
        assert rejection(RateLimited(WHERE, 0, body, code)).verdict is verdict


def test_a_banned_address_has_placed_nothing() -> None:
    error = refusal(403, b"access too frequent", WHERE)
    assert error is not None
    assert rejection(error) == Rejection(Verdict.REFUSED, RejectCode.RATE)


@pytest.mark.parametrize("error", [VenueError("?"), VenueRejected(200, None, "<html>", WHERE)])
def test_g01_what_is_no_answer_of_the_venue_leaves_it_open(error: VenueError) -> None:
    assert rejection(error).verdict is Verdict.UNKNOWN
