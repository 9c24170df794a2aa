"""Logging on and off, and subscribing to user events."""

from __future__ import annotations

from typing import Any

import pytest
from tests.venues.binance.dialect.private.api_kit import PLACE, SESSION_KEY, ApiClient
from tests.venues.binance.dialect.private.kit import KEY, NOW_MS, OTHER_KEY, Venue

from tickwright.sandbox import Faults
from tickwright.venues.binance.dialect.private.user_streams import user_stream


ME, YOU = user_stream("me"), user_stream("you")
NOBODY = {"apiKey": None, "authorizedSince": None}


@pytest.fixture
def api(spot: Venue) -> ApiClient:
    return ApiClient(spot)


def terminated(number: int, now: int = NOW_MS) -> dict[str, Any]:
    return {"subscriptionId": number, "event": {"e": "eventStreamTerminated", "E": now}}


def test_a_session_tells_who_is_logged_on(api: ApiClient) -> None:
    api.venue.market.now_ms += 5
    status = {
        "connectedSince": NOW_MS,
        "returnRateLimits": True,
        "serverTime": NOW_MS + 5,
        "userDataStream": False,
    }
    assert api.ask("session.status")["result"] == {**NOBODY, **status}
    someone = {"apiKey": SESSION_KEY, "authorizedSince": NOW_MS + 5}
    assert api.log_on() == {**someone, **status}
    assert api.reply.is_logon
    assert api.ask("session.status")["result"] == {**someone, **status}
    assert api.ask("session.logout")["result"] == {**NOBODY, **status}


def test_futures_sessions_know_nothing_of_user_events(usdm: Venue) -> None:
    api = ApiClient(usdm)
    assert "userDataStream" not in api.log_on()
    assert api.ask("session.status")["result"]["apiKey"] == SESSION_KEY
    for method in ("session.subscriptions", "userDataStream.subscribe"):
        assert api.code(method) == (400, -5000)
    assert api.ask("session.logout")["result"]["apiKey"] is None


def test_a_bad_logon_leaves_the_session_as_it_was(api: ApiClient) -> None:
    assert api.signed("session.logon", key=KEY)["error"]["code"] == -4056
    assert not api.reply.is_logon
    assert api.code("session.logon", apiKey=SESSION_KEY, timestamp=NOW_MS) == (400, -1102)
    wrong = {"apiKey": SESSION_KEY, "timestamp": NOW_MS, "signature": "AAAA"}
    assert api.code("session.logon", **wrong) == (400, -1022)
    assert api.ask("session.status")["result"]["apiKey"] is None


def test_whoever_is_logged_on_need_not_sign(api: ApiClient) -> None:
    assert api.code("account.status", timestamp=NOW_MS) == (400, -1102)
    api.log_on()
    assert api.ask("account.status", timestamp=NOW_MS)["status"] == 200
    assert api.code("account.status") == (400, -1102)
    assert api.ask("order.place", timestamp=NOW_MS, **PLACE)["status"] == 200
    api.ask("session.logout")
    assert api.code("account.status", timestamp=NOW_MS) == (400, -1102)


def test_user_events_are_subscribed_to_by_session_or_by_signature(api: ApiClient) -> None:
    assert api.code("userDataStream.subscribe") == (401, -2015)
    api.log_on()
    assert api.ask("userDataStream.subscribe")["result"] == {"subscriptionId": 0}
    assert (api.reply.added, api.reply.is_logon) == ((ME,), True)
    assert api.ask("session.status")["result"]["userDataStream"] is True
    assert api.ok("userDataStream.subscribe.signature", key=OTHER_KEY) == {"subscriptionId": 1}
    assert api.reply.added == (YOU,)
    rows = [{"subscriptionId": 0}, {"subscriptionId": 1}]
    assert api.ask("session.subscriptions")["result"] == rows
    assert set(api.conversation.streams) == {ME, YOU}


def test_an_account_is_not_subscribed_to_twice(api: ApiClient) -> None:
    api.ok("userDataStream.subscribe.signature")
    again = api.signed("userDataStream.subscribe.signature")
    assert (again["status"], again["error"]["code"]) == (400, -2035)
    api.log_on()
    assert api.code("userDataStream.subscribe") == (400, -2035)
    assert api.reply.added == ()


def test_a_session_does_not_sign_for_a_subscription(api: ApiClient) -> None:
    api.log_on()
    assert api.code("userDataStream.subscribe.signature", timestamp=NOW_MS) == (400, -1102)


@pytest.mark.parametrize(("params", "left"), [({"subscriptionId": 0}, [1]), ({}, [])])
def test_one_or_all_are_unsubscribed_and_each_is_told_to_be_over(
    api: ApiClient, params: dict[str, int], left: list[int]
) -> None:
    api.ok("userDataStream.subscribe.signature")
    api.ok("userDataStream.subscribe.signature", key=OTHER_KEY)
    assert api.ask("userDataStream.unsubscribe", **params)["result"] == {}
    over = [number for number in (0, 1) if number not in left]
    assert api.reply.removed == tuple((ME, YOU)[number] for number in over)
    assert api.notices == [terminated(number) for number in over]
    rows = api.ask("session.subscriptions")["result"]
    assert [row["subscriptionId"] for row in rows] == left


def test_what_is_not_subscribed_to_is_not_unsubscribed(api: ApiClient) -> None:
    assert api.code("userDataStream.unsubscribe", subscriptionId=0) == (400, -2036)
    assert api.ask("userDataStream.unsubscribe")["result"] == {}
    assert api.code("userDataStream.unsubscribe", subscriptionId="x") == (400, -1100)
    assert api.notices == []


def test_a_logout_ends_the_sessions_subscription_only(api: ApiClient) -> None:
    api.log_on()
    api.ask("userDataStream.subscribe")
    api.ok("userDataStream.subscribe.signature", key=OTHER_KEY)
    assert api.ask("session.logout")["result"]["userDataStream"] is False
    assert (api.reply.removed, api.notices) == ((ME,), [terminated(0)])
    assert api.ask("session.subscriptions")["result"] == [{"subscriptionId": 1}]


def test_a_revoked_key_ends_its_session_at_the_next_request(api: ApiClient) -> None:
    api.log_on()
    api.ask("userDataStream.subscribe")
    faults = api.venue.side.faults = Faults()
    faults.revoked_keys.add(SESSION_KEY)
    assert api.ask("order.place", timestamp=NOW_MS, **PLACE) == {
        "id": None,
        "status": 401,
        "error": {"code": -2015, "msg": "Invalid API-key, IP, or permissions for action."},
    }
    assert (api.reply.removed, api.notices) == ((ME,), [terminated(0)])
    assert not api.venue.exchange.open_orders("me")
    assert api.code("order.place", timestamp=NOW_MS, **PLACE) == (400, -1102)
    assert api.signed("session.logon", key=SESSION_KEY)["error"]["code"] == -2015


def test_requests_that_need_no_session_outlive_it(api: ApiClient) -> None:
    api.log_on()
    faults = api.venue.side.faults = Faults()
    faults.revoked_keys.add(SESSION_KEY)
    assert api.ok("account.status")["accountType"] == "SPOT"
    assert api.ask("ping")["status"] == 200
    assert api.ask("session.status")["result"]["apiKey"] is None


def test_what_was_signed_for_with_a_revoked_key_ends_too(api: ApiClient) -> None:
    api.ok("userDataStream.subscribe.signature")
    api.ok("userDataStream.subscribe.signature", key=OTHER_KEY)
    faults = api.venue.side.faults = Faults()
    faults.revoked_keys.add(KEY)
    assert api.ask("session.subscriptions")["result"] == [{"subscriptionId": 1}]
    assert (api.reply.removed, api.notices) == ((ME,), [terminated(0)])


def test_the_venues_clock_is_the_sessions(api: ApiClient) -> None:
    faults = api.venue.side.faults = Faults(clock_step_s=-30)
    assert api.ask("session.status")["result"]["serverTime"] == NOW_MS - 30_000
    assert api.signed("session.logon", key=SESSION_KEY)["error"]["code"] == -1021
    faults.clock_step_s = 0
    assert api.log_on()["serverTime"] == NOW_MS
