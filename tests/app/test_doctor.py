"""What the doctor finds on hosts that are well, slow, limited or gone."""

from __future__ import annotations

import pytest

from tickwright.app import doctor
from tickwright.app.config import Settings
from tickwright.app.doctor import Diagnosis, HostFinding, examine
from tickwright.app.registry import products_of
from tickwright.kernel import IS_COMPILED
from tickwright.sandbox.faults import Faults
from tickwright.sandbox.market import GeneratedMarket
from tickwright.sandbox.server import LoopbackVenue
from tickwright.venues.base import Endpoints


async def examined(faults: Faults | None = None, **endpoints: str) -> Diagnosis:
    market = GeneratedMarket("binance.spot", 2, depth=5)
    async with LoopbackVenue([market], faults=faults, speed=0) as venue:
        served = venue.endpoints["binance.spot"]
        own = Endpoints(
            rest=endpoints.get("rest", served.rest),
            ws_public=endpoints.get("ws_public", served.ws_public),
        )
        settings = Settings(endpoints={"binance.spot": own})
        return await examine(products_of("binance.spot"), settings)


def only(diagnosis: Diagnosis) -> HostFinding:
    (host,) = diagnosis.hosts
    return host


async def test_a_host_that_is_well_is_measured() -> None:
    diagnosis = await examined()
    host = only(diagnosis)
    assert diagnosis.is_healthy
    assert (host.rest_error, host.ws_error) == (None, None)
    assert (host.latency_ms or 0) > 0
    assert (host.connect_ms or 0) > 0
    assert (host.clock_error_ms or 0) > 0
    assert host.clock_offset_ms is not None
    weight = host.limits[0]
    assert (weight.name, weight.limit, weight.interval_s) == ("REQUEST_WEIGHT", 6000, 60.0)
    assert weight.used > 0


async def test_the_installation_is_told() -> None:
    here = (await examined()).installation
    assert here.kernel.startswith("compiled" if IS_COMPILED else "pure Python")
    assert here.python.startswith("CPython 3.")
    assert here.event_loop in ("uvloop", "asyncio")


async def test_a_port_that_refuses_is_told_for_each_side() -> None:
    rest = only(await examined(rest="http://127.0.0.1:9"))
    assert "127.0.0.1:9 refused" in str(rest.rest_error)
    assert rest.ws_error is None
    assert rest.latency_ms is None
    socket = only(await examined(ws_public="ws://127.0.0.1:9"))
    assert "127.0.0.1:9 refused" in str(socket.ws_error)
    assert not socket.is_reachable


async def test_a_limit_is_told_as_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "PATIENCE_S", 0.3)
    host = only(await examined(Faults(rest_status=429, retry_after_s=60)))
    assert "over a limit of the venue" in str(host.rest_error)


async def test_a_host_that_never_answers_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(doctor, "PATIENCE_S", 0.3)
    host = only(await examined(Faults(rest_black_hole=True)))
    assert host.rest_error == "no answer within 0.3 s"
    assert host.ws_error is None


async def test_a_product_without_an_address_for_streams_is_told() -> None:
    settings = Settings(
        environment="sandbox", endpoints={"binance.spot": Endpoints(rest="http://127.0.0.1:9")}
    )
    host = only(await examine(products_of("binance.spot"), settings))
    assert "set ws_public" in str(host.ws_error)
