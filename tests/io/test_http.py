from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import msgspec
import pytest

from tickwright.io.http import HttpRequest, HttpResponse, Next, retry_after_s, with_middlewares


ANSWER = HttpResponse(
    status=200,
    headers={},
    body=b"{}",
    sent_mono_ns=1_000_000,
    received_mono_ns=3_500_000,
    received_ts_ns=0,
)


async def send(request: HttpRequest) -> HttpResponse:
    return msgspec.structs.replace(ANSWER, body=repr(request.headers).encode())


def tagger(tag: str) -> object:
    async def middleware(request: HttpRequest, go_on: Next) -> HttpResponse:
        tagged = msgspec.structs.replace(request, headers=(*request.headers, (tag, "in")))
        answer = await go_on(tagged)
        return msgspec.structs.replace(answer, body=answer.body + tag.encode())

    return middleware


async def test_middlewares_stand_around_the_request_first_one_outermost() -> None:
    chain = with_middlewares(send, [tagger("a"), tagger("b")])  # type: ignore[list-item]  # made above
    answer = await chain(HttpRequest(method="GET", url="http://h/"))
    assert answer.body == b"(('a', 'in'), ('b', 'in'))ba"


async def test_without_middlewares_the_transport_is_called_as_it_is() -> None:
    assert with_middlewares(send, []) is send


async def test_a_middleware_may_answer_by_itself() -> None:
    async def cache(request: HttpRequest, go_on: Next) -> HttpResponse:
        return ANSWER

    assert await with_middlewares(send, [cache])(HttpRequest(method="GET", url="x")) is ANSWER


def test_g30_a_request_shows_neither_signature_nor_key_nor_body() -> None:
    request = HttpRequest(
        method="POST",
        url="https://api.binance.com/api/v3/order?symbol=BTCUSDT&signature=planted1",
        headers=(("X-MBX-APIKEY", "planted2"),),
        body=b"planted3",
    )
    assert "planted" not in repr(request)
    assert repr(request) == (
        "HttpRequest(POST https://api.binance.com/api/v3/order?symbol=BTCUSDT&signature=***, "
        "headers=[('X-MBX-APIKEY', '***')], body=8 bytes)"
    )
    assert request.host == "api.binance.com"


def test_g30_an_answer_shows_its_size_and_time_only() -> None:
    assert repr(ANSWER) == "HttpResponse(200, 2 bytes, 2.5 ms)"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("17", 17.0),
        ("0", 0.0),
        (" 2.5 ", 2.5),
        ("-3", 0.0),
        ("soon", None),
        ("", None),
        ("nan", None),
        ("inf", None),
    ],
)
def test_retry_after_in_seconds(text: str, seconds: float | None) -> None:
    assert retry_after_s({"retry-after": text}) == seconds


def test_retry_after_as_a_date() -> None:
    later = datetime.now(UTC) + timedelta(seconds=60)
    seconds = retry_after_s({"retry-after": format_datetime(later, usegmt=True)})
    assert seconds is not None
    assert 55 < seconds <= 60


def test_without_the_header_nothing_is_said() -> None:
    assert retry_after_s({}) is None
