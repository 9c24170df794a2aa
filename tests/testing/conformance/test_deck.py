"""Cards can fail: venues that are wrong in one thing each are caught by the card that is about it."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from tickwright.app.registry import products_of
from tickwright.errors import DecodeError, UnknownVenue
from tickwright.model.instrument import Instrument
from tickwright.model.market import BookSnapshot
from tickwright.testing.conformance import cards
from tickwright.testing.conformance.deck import served
from tickwright.venues.base import Channel, Product, RestCall
from tickwright.venues.binance.spec import SPOT


def changed(**fields: Any) -> Product:
    return msgspec.structs.replace(SPOT, **fields)


def misnamed(topic: Any, instruments: Any) -> Channel:
    """Return a channel whose stream the venue does not have."""
    channel = SPOT.channel(topic, instruments)
    return msgspec.structs.replace(channel, stream=channel.stream + "x")


def unreadable(topic: Any, instruments: Any) -> Channel:
    """Return a channel whose frames cannot be read."""

    def decode(frame: bytes, received_ts_ns: int, subject: Any) -> Any:
        raise DecodeError("expected something else")

    channel = SPOT.channel(topic, instruments)
    kind = msgspec.structs.replace(channel.kind, decode=decode)
    return msgspec.structs.replace(channel, kind=kind)


def shallow(instrument: Instrument) -> RestCall[BookSnapshot]:
    """Return a snapshot that leaves most of the book out."""
    return SPOT.calls.book(instrument, 5)


@pytest.mark.parametrize(
    ("product", "title", "text"),
    [
        (changed(owns=lambda _: False), "lists instruments", "is not owned"),
        (changed(channel=misnamed), "streams every topic", "not within"),
        (changed(channel=unreadable), "streams every topic", "not within"),
        (
            changed(book=msgspec.structs.replace(SPOT.book, snapshot=shallow)),
            "keeps books",
            "equal books",
        ),
    ],
)
def test_a_venue_that_is_wrong_in_one_thing_fails_the_card_about_it(
    product: Product, title: str, text: str
) -> None:
    (card,) = (each for each in cards(product) if title in str(each))
    with pytest.raises(Exception, match=text):
        card.play()


def test_every_product_has_a_sandbox() -> None:
    assert served() == products_of()


def test_cards_are_dealt_by_venue_product_and_theme() -> None:
    everything, spot = cards("binance"), cards("binance.spot")
    assert len(everything) == 3 * len(spot)
    books = cards("binance.spot", theme="books")
    assert 0 < len(books) < len(spot)
    assert str(books[0]) == "binance.spot keeps books that equal the venue s own"
    with pytest.raises(UnknownVenue):
        cards("nowhere")
