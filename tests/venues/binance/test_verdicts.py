"""What errors say about the command that they answer: a row for each kind of answer."""

from __future__ import annotations

import pytest

from tickwright.errors import (
    Banned,
    RateLimited,
    SubscriptionRefused,
    TimestampRefused,
    VenueRejected,
)
from tickwright.venues.binance.verdicts import rejection
from tickwright.venues.trading import RejectCode, Rejection, Verdict


SPOT, USDM = "POST /api/v3/order", "POST /fapi/v1/order"


@pytest.mark.parametrize(
    ("status", "code", "text", "where", "verdict"),
    [
        (503, None, "Unknown error, please check your request", USDM, Verdict.UNKNOWN),
        (502, None, "a web page in place of JSON", SPOT, Verdict.UNKNOWN),
        (500, -1000, "An unknown error occurred", SPOT, Verdict.UNKNOWN),
        (503, -1008, "Server is currently overloaded", SPOT, Verdict.UNKNOWN),
        (503, -1008, "Request throttled", USDM, Verdict.REFUSED),
        (400, -1006, "Execution status unknown.", SPOT, Verdict.UNKNOWN),
        (408, -1007, "Timeout waiting for response", USDM, Verdict.UNKNOWN),
        (408, None, "", USDM, Verdict.UNKNOWN),
        (400, -4083, "Fail to place batch orders.", USDM, Verdict.UNKNOWN),
        (400, -2012, "Batch cancel failure.", USDM, Verdict.UNKNOWN),
        (200, None, "a web page in place of JSON", SPOT, Verdict.UNKNOWN),
        (400, -2010, "Duplicate order sent.", SPOT, Verdict.LANDED),
        (400, -4116, "clientOrderId is duplicated.", USDM, Verdict.LANDED),
        (400, -2013, "Order does not exist.", SPOT, Verdict.NOT_FOUND),
        (400, -2011, "Unknown order sent.", SPOT, Verdict.REFUSED),
        (400, -9999, "news to us", SPOT, Verdict.REFUSED),
        (404, None, "not here", SPOT, Verdict.REFUSED),
    ],
)
def test_g01_only_an_answer_that_proves_it_is_a_refusal(
    status: int, code: int | None, text: str, where: str, verdict: Verdict
) -> None:
    assert rejection(VenueRejected(status, code, text, where)).verdict is verdict


@pytest.mark.parametrize(
    ("code", "text", "expected"),
    [
        (-2010, "Order would immediately match and take.", RejectCode.POST_ONLY),
        (-5022, "Due to the order could not be executed as maker, …", RejectCode.POST_ONLY),
        (
            -2010,
            "Account has insufficient balance for requested action.",
            RejectCode.FUNDS,
        ),
        (-2019, "Margin is insufficient.", RejectCode.FUNDS),
        (-2038, "Unknown order sent.", RejectCode.ORDER_GONE),
        (-5040, "The goodTillDate timestamp must be greater …", RejectCode.FILTER),
        (-2022, "ReduceOnly Order is rejected.", RejectCode.REDUCE_ONLY),
        (-2021, "Order would immediately trigger.", RejectCode.TRIGGER),
        (-1013, "Filter failure: LOT_SIZE", RejectCode.FILTER),
        (-1013, "Filter failure: PERCENT_PRICE_BY_SIDE", RejectCode.PRICE_BAND),
        (-4016, "Limit price can't be higher than 66000.", RejectCode.PRICE_BAND),
        (-1015, "Too many new orders.", RejectCode.RATE),
        (-2010, "something new", RejectCode.OTHER),
    ],
)
def test_one_vocabulary_says_why(code: int, text: str, expected: RejectCode) -> None:
    assert rejection(VenueRejected(400, code, text, SPOT)).code is expected


def test_limits_refuse_before_anything_is_carried_out() -> None:
    for error in (RateLimited(SPOT, 0), Banned(SPOT, 0)):
        assert rejection(error) == Rejection(Verdict.REFUSED, RejectCode.RATE)


def test_a_refused_timestamp_was_not_carried_out() -> None:
    error = TimestampRefused(400, -1021, "Timestamp for this request …", SPOT)
    assert rejection(error) == Rejection(Verdict.REFUSED, RejectCode.TIMESTAMP)


def test_an_error_of_another_kind_proves_nothing() -> None:
    assert rejection(SubscriptionRefused("x", "y")).verdict is Verdict.UNKNOWN
