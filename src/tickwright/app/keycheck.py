"""What the keys may, asked when order entry opens: a key that cannot trade, or could empty the account, is told at the start."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence

from tickwright.errors import TickwrightError
from tickwright.io.clock import Clock
from tickwright.marketdata.feed import Feed
from tickwright.model.account import KeyPermissions
from tickwright.model.notices import Caution, Notice
from tickwright.venues.base import RestCall


__all__ = ["asking", "check_keys", "concerns"]

log = logging.getLogger(__name__)


def asking(venue: str, feeds: Sequence[Feed]) -> tuple[Feed, RestCall[KeyPermissions]] | None:
    """Return the product that tells what a venue's key may, and the call; ``None`` if no open product does."""
    for feed in feeds:
        call = feed.product.permissions
        if feed.product.venue == venue and call is not None:
            return feed, call
    return None


def concerns(may: KeyPermissions) -> Iterator[str]:
    """Yield what a person should know of a key that is about to trade.

    Example:
        >>> list(concerns(KeyPermissions(can_trade=False, can_withdraw=False, is_bound=True)))
        ['the key may not trade: the venue will refuse every order; let it, or use another key']
    """
    if not may.can_trade:
        yield "the key may not trade: the venue will refuse every order; let it, or use another key"
    if may.can_withdraw:
        yield "the key may withdraw, which no trading program needs: take that from it"


async def check_keys(feeds: Sequence[Feed], clock: Clock, notify: Callable[[Notice], None]) -> None:
    """Ask each venue what its key may, and tell what is of concern.

    A venue that does not say is no concern: test environments mostly do not, and a key that is refused is met soon enough.

    Args:
        feeds: Of products that have credentials.
        clock: Stamps the notices.
        notify: Takes them.
    """
    for venue in dict.fromkeys(feed.product.venue for feed in feeds):
        found = asking(venue, feeds)
        if found is None:
            continue
        feed, call = found
        try:
            may = await feed.rest.call(call)
        except TickwrightError as error:
            log.info("%s does not say what its key may: %s", venue, error)
            continue
        for concern in concerns(may):
            notify(Caution(received_ts_ns=clock.time_ns(), subject=venue, text=concern))
