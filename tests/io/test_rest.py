"""The REST client on virtual time: what is tried again, what waits, what is said."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

import msgspec
import pytest
from tests.io.rest_rig import PRODUCT, call, client

from tickwright.core.limits import Priority, RateLimit, RestLimits
from tickwright.core.restart import RestartPolicy
from tickwright.errors import (
    Banned,
    CircuitOpen,
    ConfigError,
    ConnectFailed,
    ConnectionLost,
    ConnectTimeout,
    DecodeError,
    NoCredentials,
    NotSupported,
    RateLimited,
    RequestTimeout,
    TimestampRefused,
    VenueError,
    VenueRejected,
)
from tickwright.io.http import HttpRequest, HttpResponse, Next
from tickwright.io.rest import RestPolicy
from tickwright.testing.http import FakeHttp, Reply, script
from tickwright.testing.virtual_time import VirtualClock, virtual_time
from tickwright.venues.base import RestCall, Seal, Security
from tickwright.venues.signing import Credentials, Signer


STEADY = RestPolicy(retry=RestartPolicy(first_s=1, factor=2, jitter=0))
FAILURES = [
    ConnectFailed("refused"),
    ConnectTimeout("slow"),
    RequestTimeout("silent"),
    ConnectionLost(1006, "cut"),
]


@virtual_time
async def test_a_call_becomes_a_request_and_its_answer_is_decoded() -> None:
    rest, http = client(script(Reply(body=b'{"a": 1}')))
    assert await rest.call(call("/api/v3/depth", params=(("symbol", "币安"), ("limit", "5")))) == {
        "a": 1
    }
    request = http.requests[0].request
    assert request.method == "GET"
    assert request.url == "https://api.toy.com/api/v3/depth?symbol=%E5%B8%81%E5%AE%89&limit=5"


@pytest.mark.parametrize("failure", [*[Reply(error=error) for error in FAILURES], Reply(503)])
@virtual_time
async def test_a_read_is_tried_again_with_growing_delays(failure: Reply) -> None:
    rest, http = client(script(failure, failure, Reply(body=b"7")), policy=STEADY)
    assert await rest.call(call()) == 7
    assert http.times_s == [1000, 1001, 1003]


@virtual_time
async def test_pages_are_asked_for_until_one_names_no_other() -> None:
    def page(number: int) -> RestCall[list[int]]:
        asked = call(params=(("page", str(number)),))
        return msgspec.structs.replace(
            asked, next_page=lambda body: page(number + 1) if b"1" in body else None
        )

    rest, http = client(
        script(Reply(body=b"[1, 2]"), Reply(503), Reply(body=b"[1]"), Reply(body=b"[3]"))
    )
    assert await rest.pages(page(1)) == [1, 2, 1, 3]
    assert [sent.request.url[-1] for sent in http.requests] == ["1", "2", "2", "3"]


@virtual_time
async def test_an_empty_page_is_the_last_whatever_it_says() -> None:
    def endless(body: bytes) -> RestCall[list[int]]:
        return msgspec.structs.replace(call(), next_page=endless)

    rest, http = client(script(Reply(body=b"[1]"), Reply(body=b"[]")))
    assert await rest.pages(endless(b"")) == [1]
    assert len(http.requests) == 2


@virtual_time
async def test_the_last_failure_is_raised_after_three_tries() -> None:
    rest, http = client(script(Reply(error=RequestTimeout("silent"))), policy=STEADY)
    with pytest.raises(RequestTimeout, match="silent"):
        await rest.call(call())
    assert len(http.requests) == 3


@virtual_time
async def test_a_server_error_is_raised_with_its_text_after_three_tries() -> None:
    rest, http = client(script(Reply(502, body=b"bad\n gateway")))
    with pytest.raises(VenueRejected, match=r"GET /x: .*HTTP 502: bad gateway"):
        await rest.call(call())
    assert len(http.requests) == 3


@pytest.mark.parametrize(
    "failure", [*[Reply(error=error) for error in FAILURES], Reply(503), Reply(429)]
)
@pytest.mark.parametrize(
    ("method", "is_idempotent"), [("POST", True), ("DELETE", True), ("GET", False)]
)
@virtual_time
async def test_g02_what_changes_something_is_sent_once(
    failure: Reply, method: str, is_idempotent: bool
) -> None:
    rest, http = client(script(failure, Reply()))
    with pytest.raises((type(failure.error) if failure.error else VenueRejected, RateLimited)):
        await rest.call(call(method=method, is_idempotent=is_idempotent))
    assert len(http.requests) == 1


@virtual_time
async def test_what_the_venue_rejects_is_not_tried_again() -> None:
    rest, http = client(script(Reply(400, body=b'{"code":-1121}')))
    with pytest.raises(VenueRejected, match=r"GET /x: the venue refused with -1121"):
        await rest.call(call())
    assert len(http.requests) == 1


@pytest.mark.parametrize("status", [301, 404])
@virtual_time
async def test_a_status_without_an_error_body_is_an_error_too(status: int) -> None:
    rest, _ = client(script(Reply(status, body=b"nothing here")))
    with pytest.raises(VenueRejected, match=f"HTTP {status}: nothing here"):
        await rest.call(call())


@pytest.mark.parametrize("status", [200, 400, 503])
@virtual_time
async def test_html_instead_of_json_is_one_line_that_names_the_host(status: int) -> None:
    rest, _ = client(script(Reply(status, body=b"\n<!DOCTYPE html><html>maintenance</html>")))
    with pytest.raises(
        VenueRejected, match=r"api\.toy\.com answered HTML instead of JSON"
    ) as caught:
        await rest.call(call())
    assert "\n" not in str(caught.value)


@virtual_time
async def test_an_answer_that_cannot_be_read_names_host_and_call() -> None:
    rest, _ = client(script(Reply(body=b"{trunc")))
    with pytest.raises(DecodeError, match=r"api\.toy\.com: GET /x: expected JSON at byte 3"):
        await rest.call(call())
    assert "expected JSON" in str(rest.status().last_error)


@pytest.mark.parametrize("status", [429, 418, 403])
@virtual_time
async def test_g12_a_ban_means_silence_until_its_time_and_then_work_goes_on(status: int) -> None:
    rest, http = client(
        script(Reply(status, headers={"retry-after": "30"}, delay_s=0.5), Reply(body=b"7"))
    )
    async with asyncio.TaskGroup() as tasks:
        first = tasks.create_task(rest.call(call()))
        await asyncio.sleep(1)
        others = [tasks.create_task(rest.call(call(priority=priority))) for priority in Priority]
    assert [task.result() for task in (first, *others)] == [7] * 6
    assert http.times_s[0] == 1000
    assert all(at_s >= 1030.5 for at_s in http.times_s[1:])
    assert all(at_s < 1033 for at_s in http.times_s[1:])


@virtual_time
async def test_g12_a_ban_named_in_the_text_counts_too() -> None:
    clock = VirtualClock()
    until_ns = clock.time_ns() + 300_000_000_000
    rest, http = client(script(Reply(418, body=str(until_ns).encode()), Reply(body=b"7")))
    assert await rest.call(call()) == 7
    assert http.times_s[1] >= 1300


@virtual_time
async def test_g12_a_limit_named_by_the_body_alone_counts_too() -> None:
    rest, http = client(
        script(Reply(200, body=b"over a limit", headers={"retry-after": "5"}), Reply(body=b"7"))
    )
    assert await rest.call(call()) == 7
    assert http.times_s[1] >= 1005


@virtual_time
async def test_g12_a_limit_that_is_known_by_its_code_silences_nothing_else() -> None:
    def error(status: int, body: bytes, where: str) -> VenueError | None:
        return RateLimited(where, 0, "too many", 10006) if body == b"10006" else None

    limits = RestLimits(
        buckets=(
            RateLimit("weight", 100, 60.0),
            RateLimit("placing", 10, 1.0, is_sliding=True, code=10006),
        )
    )
    product = msgspec.structs.replace(PRODUCT, rest_limits=limits, error=error)
    answers = script(Reply(body=b"10006"), *[Reply(body=b"7")] * 2)
    rest, http = client(answers, product=product)
    placing = msgspec.structs.replace(
        call(method="POST", is_idempotent=False), costs={"weight": 1, "placing": 1}
    )
    with pytest.raises(RateLimited) as caught:
        await rest.call(placing)
    assert caught.value.code == 10006
    await rest.call(call(method="DELETE", is_idempotent=False))
    await rest.call(placing)
    assert http.times_s == [1000, 1000, pytest.approx(1001.05)]


@virtual_time
async def test_g12_with_a_deadline_a_ban_is_an_error_at_once() -> None:
    rest, http = client(script(Reply(418, headers={"retry-after": "300"})))
    with pytest.raises(Banned) as caught:
        await rest.call(call(), deadline_s=10)
    clock = VirtualClock()
    assert clock.monotonic_s() < 1001
    assert caught.value.retry_at_ns >= clock.time_ns() + 300_000_000_000
    with pytest.raises(Banned):
        await rest.call(call(method="POST"), deadline_s=10)
    assert len(http.requests) == 1


@virtual_time
async def test_g12_a_ban_short_enough_for_the_deadline_is_waited_for() -> None:
    rest, http = client(script(Reply(429, headers={"retry-after": "3"}), Reply(body=b"7")))
    assert await rest.call(call(), deadline_s=10) == 7
    assert len(http.requests) == 2


@virtual_time
async def test_g12_refusal_after_refusal_is_raised_after_three_tries() -> None:
    rest, http = client(script(Reply(429, headers={"retry-after": "3"}, body=b"slow\ndown")))
    with pytest.raises(RateLimited, match=r"GET /x: .*slow down"):
        await rest.call(call())
    assert len(http.requests) == 3


@virtual_time
async def test_g13_cancels_overtake_waiting_snapshots() -> None:
    rest, http = client(script(Reply(body=b"7")))
    async with asyncio.TaskGroup() as tasks:
        for _ in range(300):
            tasks.create_task(rest.call(call("/depth", weight=10, priority=Priority.SNAPSHOT)))
        await asyncio.sleep(0.1)
        tasks.create_task(rest.call(call("/cancel", method="DELETE", priority=Priority.CANCEL)))
        await asyncio.sleep(0)
        sent = [request.request.url for request in http.requests]
        assert sum(url.endswith("/depth") for url in sent) == 5
        await asyncio.sleep(0.1)
        assert http.requests[-1].request.url.endswith("/cancel")
        for task in list(asyncio.all_tasks()):
            if task is not asyncio.current_task():
                task.cancel()


@virtual_time
async def test_calls_wait_for_the_window_and_leave_without_polling() -> None:
    rest, http = client(script(Reply(body=b"7")))
    async with asyncio.TaskGroup() as tasks:
        for _ in range(3):
            tasks.create_task(rest.call(call(weight=60)))
    assert len(http.requests) == 3
    assert http.times_s[1] - http.times_s[0] <= 60.5
    assert http.times_s[2] - http.times_s[1] >= 60


@virtual_time
async def test_a_wait_longer_than_the_deadline_is_an_error() -> None:
    rest, http = client(script(Reply(body=b"7")))
    await rest.call(call(weight=100))
    with pytest.raises(RateLimited, match="the time allowed for it is over"):
        await rest.call(call(), deadline_s=2)
    assert VirtualClock().monotonic_s() == 1002
    assert len(http.requests) == 1


@virtual_time
async def test_g27_a_cancelled_call_gives_its_place_up() -> None:
    rest, http = client(script(Reply(body=b"7", delay_s=1)))
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(rest.call(call(weight=90)))
        big = tasks.create_task(rest.call(call("/big", weight=50)))
        small = tasks.create_task(rest.call(call("/small", weight=10)))
        await asyncio.sleep(0.1)
        assert len(http.requests) == 1  # the small one does not overtake the big one
        big.cancel()
        await asyncio.sleep(0.1)
        assert [sent.request.url[-6:] for sent in http.requests[1:]] == ["/small"]
        await small
    assert rest.status().in_flight == 0
    assert sum(rest.status().usage.waiting.values()) == 0


@virtual_time
async def test_a_host_that_keeps_failing_is_left_alone_then_probed_by_one() -> None:
    rest, http = client(
        script(*[Reply(error=ConnectFailed("down"))] * 5, Reply(body=b"7", delay_s=1))
    )
    with pytest.raises(ConnectFailed):
        await rest.call(call())
    with pytest.raises((ConnectFailed, CircuitOpen)):
        await rest.call(call())
    with pytest.raises(CircuitOpen, match=r"api\.toy\.com: held back after repeated failures"):
        await rest.call(call())
    assert len(http.requests) == 5
    assert rest.status().breaker == "open"
    await asyncio.sleep(61)
    async with asyncio.TaskGroup() as tasks:
        probe = tasks.create_task(rest.call(call()))
        await asyncio.sleep(0.5)
        with pytest.raises(CircuitOpen):
            await rest.call(call())
    assert probe.result() == 7
    assert await rest.call(call()) == 7
    assert rest.status().breaker == "closed"


@virtual_time
async def test_a_cancelled_probe_leaves_its_place_to_the_next_caller() -> None:
    rest, _ = client(script(*[Reply(error=ConnectFailed("down"))] * 5, Reply(body=b"7", delay_s=1)))
    for _ in range(2):
        with pytest.raises((ConnectFailed, CircuitOpen)):
            await rest.call(call())
    await asyncio.sleep(61)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.5):
            await rest.call(call())
    assert await rest.call(call()) == 7


@virtual_time
async def test_used_weight_reported_by_the_venue_is_believed() -> None:
    rest, http = client(script(Reply(body=b"7", headers={"x-used-weight": "95"})))
    await rest.call(call())
    await rest.call(call(weight=10))
    assert http.times_s[1] - http.times_s[0] > 1


@virtual_time
async def test_middlewares_see_every_attempt_and_every_answer() -> None:
    seen: list[int | str] = []

    async def watch(request: HttpRequest, go_on: Next) -> HttpResponse:
        try:
            response = await go_on(request)
        except RequestTimeout as error:
            seen.append(str(error))
            raise
        seen.append(response.status)
        return response

    rest, _ = client(
        script(
            Reply(error=RequestTimeout("silent")),
            Reply(429, headers={"retry-after": "1"}),
            Reply(body=b"7"),
        ),
        middlewares=(watch,),
    )
    assert await rest.call(call()) == 7
    assert seen == ["silent", 429, 200]


@virtual_time
async def test_two_clients_of_one_host_share_its_gate() -> None:
    first, http = client(script(Reply(418, headers={"retry-after": "60"}), Reply(body=b"7")))
    second = type(first)(
        PRODUCT,
        "https://api.toy.com",
        http,
        clock=VirtualClock(),
        rng=first._rng,
        gate=first.gate,
    )
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(first.call(call()))
        await asyncio.sleep(1)
        tasks.create_task(second.call(call()))
    assert all(at_s >= 1060 for at_s in http.times_s[1:])


@virtual_time
async def test_g20_the_clock_of_the_venue_is_known_and_a_step_of_ours_does_nothing() -> None:
    clock = VirtualClock()
    rest, _ = client(
        lambda _: Reply(body=str(clock.time_ns() + 5_000_000_000).encode(), delay_s=0.1)
    )
    assert rest.status().clock_offset_ns is None
    await rest.sync_clock(samples=4)
    offset_ns = rest.status().clock_offset_ns
    assert offset_ns is not None
    assert abs(offset_ns - 5_000_000_000) < 100_000_000
    before_ns = rest.clock_sync.server_ns(clock.monotonic_ns())
    clock.step(-30)
    assert rest.clock_sync.server_ns(clock.monotonic_ns()) == before_ns


@virtual_time
async def test_the_status_tells_what_goes_on() -> None:
    rest, _ = client(
        script(Reply(503, delay_s=0.2), Reply(body=b"7", delay_s=0.2), Reply(delay_s=9)),
        policy=STEADY,
    )
    await rest.call(call(weight=2))
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(rest.call(call()))
        await asyncio.sleep(0.5)
        status = rest.status()
        task.cancel()
    assert status.host == "api.toy.com"
    assert (status.requests, status.failures, status.in_flight) == (3, 1, 1)
    assert status.latency_s == pytest.approx(0.2)
    assert status.usage.buckets[0].used == 5
    assert "HTTP 503" in str(status.last_error)
    assert status.last_error_ts_ns is not None
    assert status.breaker == "closed"


@virtual_time
async def test_a_missing_address_is_a_mistake_in_the_settings() -> None:
    rest, _ = client(script(Reply()), origin="")
    with pytest.raises(ConfigError, match=r"toy\.spot has no REST address here"):
        await rest.call(call())


@virtual_time
async def test_g30_nothing_secret_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    rest, _ = client(script(Reply(429, headers={"retry-after": "1"}), Reply(body=b"7")))
    await rest.call(call(params=(("signature", "planted"),)))
    assert "nothing leaves" in caplog.text
    assert "planted" not in caplog.text


class ToyAuth:
    """Writes the time and the key where a test can read them."""

    def seal(
        self, query: str, body: bytes, signer: Signer, now_ms: int, *, security: Security
    ) -> Seal:
        signed = f"{query}&t={now_ms}" if query else f"t={now_ms}"
        return Seal(signed, (("key", signer.key.reveal()),))


SIGNED_PRODUCT = msgspec.structs.replace(PRODUCT, auth=ToyAuth())
SIGNER = Signer(Credentials("planted-key", "planted-secret"))


@pytest.mark.parametrize("status", [200, 401, 429, 502])
@virtual_time
async def test_g30_a_key_that_the_venue_quotes_is_not_passed_on(status: int) -> None:
    body = b'{"msg":"error sign! origin_string[1763640000000planted-key5000]"}'
    quoting = msgspec.structs.replace(
        SIGNED_PRODUCT, error=lambda status, body, where: VenueRejected(status, 7, f"{body}", where)
    )
    rest, _ = client(script(Reply(status, body=body)), product=quoting, signer=SIGNER)
    with pytest.raises(VenueError) as caught:
        await rest.call(call(method="POST", security=Security.SIGNED))
    assert "planted" not in str(caught.value)
    assert "1763640000000***5000" in str(caught.value)
    assert "planted" not in repr(rest.status())


@virtual_time
async def test_g19_a_request_is_stamped_after_all_waiting() -> None:
    clock = VirtualClock()
    rest, http = client(stepping(clock, 0), product=SIGNED_PRODUCT, signer=SIGNER, clock=clock)
    await asyncio.gather(
        *(rest.call(call(weight=60, method="POST", security=Security.SIGNED)) for _ in range(2))
    )
    _, *signed = http.requests
    stamps_ms = [int(seen.request.url.partition("t=")[2]) for seen in signed]
    waited_ms = round((signed[1].at_s - signed[0].at_s) * 1000)
    assert waited_ms > 1000  # the second one had to wait for the limit
    assert stamps_ms[1] - stamps_ms[0] == waited_ms


@virtual_time
async def test_a_signed_call_carries_its_query_its_body_and_the_seal() -> None:
    rest, http = client(stepping(VirtualClock(), 0), product=SIGNED_PRODUCT, signer=SIGNER)
    await rest.call(
        call(
            "/order",
            method="POST",
            params=(("symbol", "币安"),),
            body=b"{}",
            security=Security.SIGNED,
        )
    )
    request = http.requests[-1].request
    assert request.url.startswith("https://api.toy.com/order?symbol=%E5%B8%81%E5%AE%89&t=")
    assert request.body == b"{}"
    assert ("key", "planted-key") in request.headers


@virtual_time
async def test_g19_the_stamp_is_the_venue_s_time_once_it_is_known() -> None:
    clock = VirtualClock()
    ahead_ns = clock.time_ns() + 30_000_000_000
    rest, http = client(
        script(Reply(body=str(ahead_ns).encode())),
        product=SIGNED_PRODUCT,
        signer=SIGNER,
        clock=clock,
    )
    await rest.sync_clock()
    await rest.call(call(security=Security.SIGNED))
    stamp_ms = int(http.requests[-1].request.url.partition("t=")[2])
    assert abs(stamp_ms - ahead_ns // 1_000_000) <= 1


@virtual_time
async def test_middlewares_never_see_key_or_signature() -> None:
    seen: list[HttpRequest] = []

    async def look(request: HttpRequest, go_on: Next) -> HttpResponse:
        seen.append(request)
        return await go_on(request)

    rest, _ = client(script(Reply()), product=SIGNED_PRODUCT, signer=SIGNER, middlewares=(look,))
    await rest.call(call(security=Security.KEY))
    assert "planted" not in f"{seen[0].url} {seen[0].headers}"


@virtual_time
async def test_without_credentials_a_signed_call_fails_before_anything_is_sent() -> None:
    rest, http = client(script(Reply()), product=SIGNED_PRODUCT)
    with pytest.raises(NoCredentials, match="TICKWRIGHT_TOY__KEY"):
        await rest.call(call(security=Security.SIGNED))
    assert not http.requests


@virtual_time
async def test_a_product_without_signatures_takes_no_signed_call() -> None:
    rest, http = client(script(Reply()), signer=SIGNER)
    with pytest.raises(NotSupported, match=r"toy\.spot"):
        await rest.call(call(security=Security.SIGNED))
    assert not http.requests


def stepping(clock: VirtualClock, step_ns: int) -> Callable[[HttpRequest], Reply]:
    """Answer as a venue whose clock is ``step_ns`` off ours, and which allows 5 s."""

    def answer(request: HttpRequest) -> Reply:
        now_ns = clock.time_ns() + step_ns
        if "/time" in request.url:
            return Reply(body=str(now_ns).encode())
        stamp_ms = int(request.url.partition("t=")[2])
        if abs(stamp_ms - now_ns // 1_000_000) > 5000:
            return Reply(400, body=b'{"code":-1021}')
        return Reply(body=b"1")

    return answer


def paths(http: FakeHttp) -> list[str]:
    return [seen.request.url.split("?")[0].rpartition("/")[2] for seen in http.requests]


@virtual_time
async def test_g20_the_venue_s_time_is_asked_for_before_anything_is_signed_and_only_then() -> None:
    clock = VirtualClock()
    answer = stepping(clock, 30_000_000_000)
    rest, http = client(answer, product=SIGNED_PRODUCT, signer=SIGNER, clock=clock)
    await asyncio.gather(*(rest.call(call(security=Security.SIGNED)) for _ in range(3)))
    assert paths(http) == ["time", "x", "x", "x"]
    assert rest.status().clock_offset_ns is not None


@pytest.mark.parametrize("step_s", [-30, 30])
@virtual_time
async def test_g20_after_a_step_of_the_clock_one_look_at_the_venue_s_time_heals_reads(
    step_s: int,
) -> None:
    clock, venue = VirtualClock(), VirtualClock()
    rest, http = client(stepping(venue, 0), product=SIGNED_PRODUCT, signer=SIGNER, clock=clock)
    assert await rest.call(call(security=Security.SIGNED)) == 1
    venue.step(step_s)
    assert await rest.call(call(security=Security.SIGNED)) == 1
    assert paths(http) == ["time", "x", "x", "time", "x"]


@virtual_time
async def test_g20_a_venue_that_refuses_every_timestamp_is_asked_for_the_time_once_a_try() -> None:
    refusing = script(Reply(400, body=b'{"code":-1021}'))
    rest, http = client(refusing, product=SIGNED_PRODUCT, signer=SIGNER)
    with pytest.raises(TimestampRefused):
        await rest.call(call(security=Security.SIGNED))
    assert len(http.requests) <= 15


@virtual_time
async def test_g20_a_command_refused_for_its_time_is_not_repeated_and_the_next_one_is_right() -> (
    None
):
    clock, venue = VirtualClock(), VirtualClock()
    rest, _ = client(stepping(venue, 0), product=SIGNED_PRODUCT, signer=SIGNER, clock=clock)
    order = call(method="POST", security=Security.SIGNED)
    assert await rest.call(order) == 1
    venue.step(30)
    with pytest.raises(TimestampRefused):
        await rest.call(order)
    assert await rest.call(order) == 1
