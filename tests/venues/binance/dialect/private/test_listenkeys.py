"""Listen keys: one an account, for an hour."""

from __future__ import annotations

import pytest

from tickwright.venues.binance.dialect.private.listenkeys import LISTEN_KEY_MS, ListenKeys
from tickwright.venues.binance.dialect.private.refused import Refused


def test_an_account_has_one_key_that_asking_again_keeps_alive() -> None:
    keys = ListenKeys()
    key = keys.start("me", 0)
    assert len(key) == 64
    assert keys.start("me", 10) == key
    assert keys.of("me", LISTEN_KEY_MS) == key
    assert keys.start("you", 0) != key


def test_a_key_lives_an_hour_unless_it_is_kept_alive() -> None:
    keys = ListenKeys()
    key = keys.start("me", 0)
    assert keys.of("me", LISTEN_KEY_MS - 1) == key
    assert keys.extend("me", LISTEN_KEY_MS - 1) == key
    assert keys.expired(LISTEN_KEY_MS) == []
    assert keys.of("me", 2 * LISTEN_KEY_MS - 1) == ""


def test_a_key_expires_once() -> None:
    keys = ListenKeys()
    key = keys.start("me", 0)
    assert keys.expired(LISTEN_KEY_MS) == [key]
    assert keys.expired(LISTEN_KEY_MS) == []
    assert keys.start("me", LISTEN_KEY_MS) != key


def test_a_key_that_is_gone_cannot_be_kept_alive() -> None:
    keys = ListenKeys()
    keys.start("me", 0)
    keys.drop("me")
    assert keys.of("me", 0) == ""
    with pytest.raises(Refused, match="This listenKey does not exist"):
        keys.extend("me", 0)


def test_a_shorter_life_strikes_the_keys_that_there_are() -> None:
    lifetime_ms = LISTEN_KEY_MS
    keys = ListenKeys(lambda: lifetime_ms)
    key = keys.start("me", 0)
    assert keys.of("me", 5000) == key
    lifetime_ms = 1000
    assert keys.of("me", 5000) == ""
    assert keys.expired(5000) == [key]
