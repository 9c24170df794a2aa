"""What one connection remembers."""

from __future__ import annotations

import pytest

from tickwright.venues.binance.dialect.private import sessions
from tickwright.venues.binance.dialect.private.refused import Refused
from tickwright.venues.binance.dialect.private.sessions import Session, Subscriptions
from tickwright.venues.binance.dialect.private.user_streams import user_stream
from tickwright.venues.privateside import ApiKey


ME, YOU = ApiKey(key="k1", account="me"), ApiKey(key="k2", account="you")


def test_the_last_logon_counts() -> None:
    session = Session(1)
    session.log_on(ME, 2)
    session.log_on(YOU, 3)
    assert (session.key, session.authorized_ms, session.connected_ms) == (YOU, 3, 1)
    session.log_out()
    assert session.key is None


def test_ids_count_up_and_are_never_used_again() -> None:
    found = Subscriptions()
    assert [found.add(ME, is_logon=True).number, found.add(YOU, is_logon=False).number] == [0, 1]
    assert [one.number for one in found.end(lambda one: one.number == 0)] == [0]
    assert found.add(ME, is_logon=False).number == 2
    assert found.rows() == [{"subscriptionId": 1}, {"subscriptionId": 2}]
    assert list(found.active) == [user_stream("you"), user_stream("me")]


def test_an_account_is_heard_once_a_connection_whatever_its_key() -> None:
    found = Subscriptions()
    found.add(ME, is_logon=True)
    with pytest.raises(Refused) as raised:
        found.add(ApiKey(key="k3", account="me"), is_logon=False)
    assert raised.value.code == -2035
    found.end(lambda one: True)
    found.add(ME, is_logon=True)


def test_there_is_an_end_to_ids_and_to_subscriptions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "_EVER_MAX", 2)
    found = Subscriptions()
    for _ in range(2):
        found.add(ME, is_logon=True)
        found.end(lambda one: True)
    with pytest.raises(Refused) as raised:
        found.add(ME, is_logon=True)
    assert raised.value.code == -2042
    monkeypatch.setattr(sessions, "_ACTIVE_MAX", 1)
    found = Subscriptions()
    found.add(ME, is_logon=True)
    with pytest.raises(Refused):
        found.add(YOU, is_logon=True)
