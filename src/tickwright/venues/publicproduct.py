"""A product with public data alone, whose frames tell channel and symbol: what follows from its name is put together here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tickwright.core.limits import RestLimits
from tickwright.errors import VenueError
from tickwright.model.ids import InstrumentKind
from tickwright.model.instrument import Instrument
from tickwright.model.topics import InstrumentTopic
from tickwright.venues.base import (
    BookFeed,
    Calls,
    Endpoints,
    Product,
    WsLimits,
    WsProtocol,
)
from tickwright.venues.channels import ChannelKind, ChannelRecordings, ChannelTable
from tickwright.venues.ownership import owns_kinds
from tickwright.venues.pairs import infer_pairs


__all__ = ["public_product"]


def public_product(
    name: str,
    *,
    endpoints: Mapping[str, Endpoints],
    ws: WsProtocol,
    ws_limits: WsLimits,
    rest_limits: RestLimits,
    calls: Calls,
    book: BookFeed,
    channels: Mapping[InstrumentTopic, ChannelKind],
    kinds: tuple[InstrumentKind, ...] = (InstrumentKind.SPOT,),
    infer: Callable[[str], Instrument] | str,
    hosts: tuple[str, ...],
    listing: str,
    error: Callable[[int, bytes, str], VenueError | None],
    **more: Any,
) -> Product:
    """Return the declaration.

    Args:
        name: ``venue.product``.
        endpoints: As in `Product`, like all that is not named here.
        ws: Its protocol; streams are named ``<channel>:<symbol>``.
        ws_limits: Of its sockets.
        rest_limits: Of its REST host.
        calls: Over REST.
        book: Where its books come from.
        channels: What serves which topic.
        kinds: What it lists.
        infer: Guesses an instrument from a symbol; the sign between the two assets does where they are pairs.
        hosts: Whose recorded traffic is its own.
        listing: Path of a request for what is listed.
        error: Finds the error in an answer.
        more: Further fields of `Product`, such as ``trade_ids`` and ``frame_number``.
    """
    table = ChannelTable(product=name, kinds=channels)
    return Product(
        name=name,
        venue=name.partition(".")[0],
        endpoints=endpoints,
        ws=ws,
        ws_limits=ws_limits,
        rest_limits=rest_limits,
        calls=calls,
        book=book,
        channel=table.channel,
        topics=table.topics,
        owns=owns_kinds(name, *kinds),
        infer=infer_pairs(name, infer) if isinstance(infer, str) else infer,
        recordings=ChannelRecordings(table, hosts=hosts, listing=listing),
        error=error,
        **more,
    )
