"""Requests as one JSON object: a venue writes what stands in it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from tickwright.venues.channelprotocol import ChannelProtocol


class Acme(ChannelProtocol):
    path = "/ws"
    ping_text: str | None = "hello?"

    def request(self, word: str, streams: Sequence[str], request_id: int) -> Mapping[str, Any]:
        return {"op": word, "streams": list(streams), "id": request_id}


@pytest.mark.parametrize("origin", ["wss://acme.com", "wss://acme.com/"])
def test_the_path_follows_the_origin_once(origin: str) -> None:
    assert Acme().url(origin, "") == "wss://acme.com/ws"


def test_both_requests_are_texts_of_what_the_venue_writes() -> None:
    told = [
        json.loads(text)
        for text in (Acme().subscribe(["a:b"], 3), Acme().unsubscribe(["a:b", "a:c"], 4))
    ]
    assert told == [
        {"op": "subscribe", "streams": ["a:b"], "id": 3},
        {"op": "unsubscribe", "streams": ["a:b", "a:c"], "id": 4},
    ]


def test_a_ping_is_a_text_only_where_the_venue_has_one() -> None:
    class Silent(Acme):
        ping_text = None

    assert Acme().ping() == "hello?"
    assert Silent().ping() is None
