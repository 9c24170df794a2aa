"""A venue small enough to be seen whole, for the tests of the REST client."""

from __future__ import annotations

import json
from collections.abc import Callable
from random import Random
from typing import Any

from tickwright.core.limits import Priority, RateLimit, RestLimits
from tickwright.errors import DecodeError, RateLimited, TimestampRefused, VenueError, VenueRejected
from tickwright.io.http import HttpRequest, Middleware
from tickwright.io.rest import RestClient, RestPolicy
from tickwright.testing.http import FakeHttp, Reply
from tickwright.testing.virtual_time import VirtualClock
from tickwright.venues.base import Product, RestCall, Security
from tickwright.venues.signing import Signer


LIMITS = RestLimits(
    buckets=(RateLimit("weight", 100, 60.0, header="x-used-weight"),),
    limited_statuses=(429,),
    banned_statuses=(418, 403),
)


def decode(body: bytes, received_ts_ns: int) -> Any:
    try:
        return json.loads(body)
    except ValueError as error:
        raise DecodeError("expected JSON", 3) from error


def refusal(status: int, body: bytes, where: str) -> VenueError | None:
    if body == b"over a limit":
        return RateLimited(where, 0, "by its body")
    if status == 418 and body.isdigit():
        return RateLimited(where, int(body), "until a time")
    if body.startswith(b'{"code"'):
        code = json.loads(body)["code"]
        kind = TimestampRefused if code == -1021 else VenueRejected
        return kind(status, code, "its words", where)
    return None


class Calls:
    """The calls that the client makes by itself."""

    def server_time(self) -> RestCall[int]:
        return call("/time", decode=lambda body, _: int(body))


def call(
    path: str = "/x",
    *,
    method: str = "GET",
    weight: int = 1,
    priority: Priority = Priority.QUERY,
    is_idempotent: bool = True,
    params: tuple[tuple[str, str], ...] = (),
    body: bytes = b"",
    security: Security = Security.PUBLIC,
    decode: Callable[[bytes, int], Any] = decode,
) -> RestCall[Any]:
    return RestCall(
        path=path,
        decode=decode,
        method=method,
        params=params,
        body=body,
        security=security,
        costs={"weight": weight},
        priority=priority,
        is_idempotent=is_idempotent,
    )


PRODUCT = Product(  # only what the client reads is there
    name="toy.spot",
    venue="toy",
    endpoints={},
    ws=None,  # type: ignore[arg-type]  # not read by the client
    ws_limits=None,  # type: ignore[arg-type]  # not read by the client
    rest_limits=LIMITS,
    calls=Calls(),  # type: ignore[arg-type]  # the one call that it makes
    book=None,  # type: ignore[arg-type]  # not read by the client
    channel=None,  # type: ignore[arg-type]  # not read by the client
    topics=frozenset(),
    owns=lambda _: True,
    infer=None,  # type: ignore[arg-type]  # not read by the client
    recordings=None,  # type: ignore[arg-type]  # not read by the client
    error=refusal,
)


def client(
    answer: Callable[[HttpRequest], Reply],
    *,
    middlewares: tuple[Middleware, ...] = (),
    policy: RestPolicy | None = None,
    origin: str = "https://api.toy.com",
    clock: VirtualClock | None = None,
    product: Product = PRODUCT,
    signer: Signer | None = None,
) -> tuple[RestClient, FakeHttp]:
    """Return a client on virtual time, and the host it talks to."""
    http = FakeHttp(answer)
    rest = RestClient(
        product,
        origin,
        http,
        clock=clock or VirtualClock(),
        rng=Random(7),
        middlewares=middlewares,
        policy=policy,
        signer=signer,
    )
    return rest, http
