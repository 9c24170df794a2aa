"""Refusals: data is not taken for one, and each becomes the error that says what to do."""

from __future__ import annotations

import pytest

from tickwright.errors import Banned, RateLimited, TimestampRefused, VenueError, VenueRejected
from tickwright.venues.bybit.refusals import refusal, refused


WHERE = "GET /v5/market/kline"


@pytest.mark.parametrize("text", ["OK", "success", "SUCCESS", ""])
@pytest.mark.parametrize(
    "form", ['{{"retCode":0,"retMsg":"{}","result":{{}}}}', '{{"retMsg":"{}", "retCode": 0}}']
)
def test_success_is_told_by_the_code_alone(form: str, text: str) -> None:
    assert refusal(200, form.format(text).encode(), WHERE) is None


def test_a_refusal_keeps_the_venue_s_code_and_text() -> None:
    error = refusal(200, b'{"retCode":10001,"retMsg":"Illegal category","result":{}}', WHERE)
    assert isinstance(error, VenueRejected)
    assert (error.status, error.code, error.text) == (200, 10001, "Illegal category")
    assert str(error) == f"{WHERE}: the venue refused with 10001 (HTTP 200): Illegal category"


@pytest.mark.parametrize("body", [b"", b"<html>", b"{}", b"[]", b'{"retCode":"x"}', b"\xff"])
def test_what_is_no_answer_is_refused_too(body: bytes) -> None:
    error = refusal(200, body, WHERE)
    assert isinstance(error, VenueRejected)
    assert error.code is None


def test_g12_403_is_a_ban() -> None:
    error = refusal(403, b"access too frequent", WHERE)
    assert isinstance(error, Banned)
    assert "access too frequent" in str(error)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, b'{"retCode":10006,"retMsg":"Too many visits. Exceeded the API Rate Limit."}'),
        (200, b'{"retCode":10429,"retMsg":"System level frequency protection"}'),
        (200, b'{"retCode":10403,"retMsg":"Exceed the IP rate limit"}'),
        (429, b""),
    ],
)
def test_limits_are_told_from_bans(status: int, body: bytes) -> None:
    error = refusal(status, body, WHERE)
    assert isinstance(error, RateLimited)
    assert not isinstance(error, Banned)


def test_g20_a_refused_time_is_an_error_of_its_own() -> None:
    body = b'{"retCode":10002,"retMsg":"invalid request, please check your server timestamp"}'
    assert isinstance(refusal(200, body, WHERE), TimestampRefused)


def test_an_error_of_the_server_keeps_its_status() -> None:
    error = refusal(502, b"Bad Gateway", WHERE)
    assert isinstance(error, VenueRejected)
    assert (error.status, error.code, error.text) == (502, None, "Bad Gateway")


def test_codes_mean_the_same_on_a_socket() -> None:
    error: VenueError = refused(10004, "error sign!", "auth")
    assert isinstance(error, VenueRejected)
    assert (error.status, error.code) == (0, 10004)
