"""What HTTP answers that are no data mean."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickwright.errors import Banned, RateLimited, VenueError, VenueRejected
from tickwright.venues.binance.refusals import refusal


WHERE = "GET /api/v3/depth"
PAGE = b"<!DOCTYPE html><html><head><title> 403 Forbidden </title></head></html>"

REFUSED = [
    (400, b'{"code":-1121,"msg":"Invalid symbol."}', VenueRejected, "-1121", "Invalid symbol."),
    (400, b'{"code":"-1121","msg":"Invalid symbol."}', VenueRejected, "-1121", "Invalid symbol."),
    (404, b"", VenueRejected, "HTTP 404", "an empty answer"),
    (404, b"Not Found", VenueRejected, "HTTP 404", "Not Found"),
    (403, PAGE, VenueRejected, "firewall", "titled '403 Forbidden'"),
    (403, b"<html>", VenueRejected, "firewall", "a web page in place of JSON"),
    (
        403,
        b'{"code":-1011,"msg":"This IP cannot access this route."}',
        VenueRejected,
        "-1011",
        "IP",
    ),
    (200, PAGE, VenueRejected, "HTTP 200", "a web page in place of JSON"),
    (200, b'{"code":-4088,"msg":"Maximum time interval."}', VenueRejected, "-4088", "Maximum"),
    (503, b'{"code":-1008,"msg":"Server is overloaded."}', VenueRejected, "-1008", "overloaded"),
    (503, b"Service Unavailable.", VenueRejected, "HTTP 503", "Service Unavailable."),
    (502, b"\xff\xfe", VenueRejected, "HTTP 502", "HTTP 502"),
    (429, b'{"code":-1003,"msg":"Too many requests queued."}', RateLimited, "", "queued"),
    (418, b"", Banned, "", "an empty answer"),
    (500, b"[" * 10_000, VenueRejected, "HTTP 500", "[["),
]


@pytest.mark.parametrize(("status", "body", "kind", "code", "text"), REFUSED)
def test_a_refusal_says_who_and_what_in_one_line(
    status: int, body: bytes, kind: type[VenueError], code: str, text: str
) -> None:
    error = refusal(status, body, WHERE)
    assert type(error) is kind
    message = str(error)
    assert code in message
    assert text in message
    assert WHERE in message
    assert "\n" not in message
    assert len(message) < 500


FINE = [
    b"{}",
    b"[]",
    b'{"serverTime":1795000000000}',
    b'{"code":200,"msg":"The operation of cancel all open order is done."}',
    b'{"symbols":[' + b'{"code":-1121},' * 400 + b"{}]}",
    b'{"a":"\xff"}',
]


@pytest.mark.parametrize("body", FINE)
def test_data_is_no_refusal(body: bytes) -> None:
    assert refusal(200, body, WHERE) is None


def test_g12_a_ban_names_its_end() -> None:
    body = (
        b'{"code":-1003,"msg":"Way too much request weight used; IP banned until 1795000123456.'
        b' Please use WebSocket Streams for live updates to avoid bans."}'
    )
    error = refusal(418, body, WHERE)
    assert isinstance(error, Banned)
    assert error.retry_at_ns == 1795000123456 * 1_000_000


def test_a_limit_without_an_end_leaves_it_open() -> None:
    error = refusal(429, b'{"code":-1003,"msg":"Too many requests."}', WHERE)
    assert isinstance(error, RateLimited)
    assert error.retry_at_ns == 0


@given(st.integers(100, 599), st.binary(max_size=300))
def test_no_answer_makes_it_raise(status: int, body: bytes) -> None:
    error = refusal(status, body, WHERE)
    assert status == 200 or error is not None
