"""Puts order entry together, when somebody first asks for it: journal, board, gateway, private streams.

    root ── one private stream a product whose venue takes orders and has credentials,
            one socket for orders, where the venue has them,
            and one dead-man switch, where the settings want it

Who only reads market data pays nothing for it: no file is made, no key is needed, no socket is opened.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from decimal import Decimal
from random import Random

import msgspec

from tickwright.app.announcer import Announcer
from tickwright.app.config import Settings
from tickwright.app.credentials import variables_of
from tickwright.app.guarding import Guarding
from tickwright.app.keycheck import check_keys
from tickwright.app.readiness import Readiness
from tickwright.core.clientids import ClientOrderIds
from tickwright.errors import ConfigError, NoCredentials
from tickwright.io.clock import Clock
from tickwright.io.store import Store
from tickwright.io.websocket import WebSocketOptions, WebSocketTransport
from tickwright.marketdata.feed import Feed
from tickwright.model.notices import Notice
from tickwright.runtime.bus import Bus
from tickwright.runtime.supervisor import ChildSpec, Restart, Supervisor
from tickwright.trading.accounts import Accounts
from tickwright.trading.board import OrderBoard
from tickwright.trading.deadman import DeadManSwitch
from tickwright.trading.desk import TradingDesk
from tickwright.trading.gateway import Gateway
from tickwright.trading.journal import Journal
from tickwright.trading.keptsocket import SocketParts
from tickwright.trading.live import LiveOrder
from tickwright.trading.ordersocket import OrderSocket, OrderSocketPolicy
from tickwright.trading.private import PrivateParts, PrivateSession
from tickwright.trading.recorder import Recorder
from tickwright.trading.refresh import Refresher
from tickwright.trading.risk import RiskDesk
from tickwright.venues.base import Endpoints
from tickwright.venues.signing import Signer
from tickwright.venues.trading import OrderLink


__all__ = ["Floor", "FloorParts", "open_floor"]


class FloorParts(msgspec.Struct, frozen=True, kw_only=True):
    """What order entry needs of a connector."""

    feeds: tuple[Feed, ...]
    endpoints: Mapping[str, Endpoints]
    settings: Settings
    bus: Bus
    root: Supervisor
    clock: Clock
    rng: Random
    transport: Callable[[], WebSocketTransport]
    open_store: Callable[[str], Awaitable[Store]]
    notify: Callable[[Notice], None]


class Floor(msgspec.Struct, frozen=True, kw_only=True):
    """Order entry, open."""

    gateway: Gateway
    accounts: Accounts
    refresher: Refresher
    """Asks the venues anew."""
    recorder: Recorder
    risk: RiskDesk
    ids: ClientOrderIds
    sessions: Mapping[str, PrivateSession]
    """Product → its private stream."""
    order_sockets: Mapping[str, OrderSocket]
    """Product → what its commands go over; none where they go over REST."""
    readiness: Readiness
    desks: Mapping[str, TradingDesk]
    journal: Journal
    switches: tuple[DeadManSwitch, ...]
    cancels_on_exit: bool
    """Whether open orders are taken back when it is left."""
    clock: Clock
    notify: Callable[[Notice], None]

    def live(self, client_order_id: str) -> LiveOrder:
        """Return an order as it lives."""
        return LiveOrder(self.gateway, self.recorder, client_order_id)


async def open_floor(parts: FloorParts) -> Floor:
    """Open the journal, fold it, and start the private streams.

    Raises:
        NoCredentials: No product that is open takes orders and has credentials.
        ConfigError: A venue does not take the dead-man switch's window.
        StoreError: The journal cannot be opened or read, or another process writes to it.
    """
    feeds = [feed for feed in parts.feeds if _takes_orders(feed, parts.settings)]
    if not feeds:
        raise NoCredentials(_what_is_missing(parts))
    guarding = _guarding(parts)
    guarding.check(feeds)
    for feed in feeds:
        await feed.list_instruments()
    store = await parts.open_store(parts.settings.journal_url)
    journal = Journal(store)
    try:
        floor = _built(parts, feeds, journal, guarding)
        await floor.gateway.recover(journal.entries())
    except BaseException:
        await journal.close()
        raise
    parts.root.spawn("key check", check_keys(feeds, parts.clock, parts.notify))
    for session in floor.sessions.values():
        parts.root.add(ChildSpec(name=session.name, start=session.run))
    for socket in floor.order_sockets.values():
        parts.root.add(ChildSpec(name=socket.name, start=socket.run))
    for switch in floor.switches:
        # It retires when the program stands down.
        parts.root.add(ChildSpec(name=switch.name, start=switch.run, restart=Restart.TRANSIENT))
    return floor


def _guarding(parts: FloorParts) -> Guarding:
    return Guarding(window_s=parts.settings.dead_man_s, clock=parts.clock, notify=parts.notify)


def _built(parts: FloorParts, feeds: list[Feed], journal: Journal, guarding: Guarding) -> Floor:
    announcer = Announcer(parts.bus, [feed.product.name for feed in feeds])
    board, accounts = OrderBoard(), Accounts(announcer.account)
    recorder = Recorder(journal, board, announcer.order, parts.root.spawn)
    risk = RiskDesk(parts.settings.risk, board, accounts, _best_prices(feeds), parts.clock)
    order_sockets = _order_sockets(feeds, parts)
    desks = {feed.product.name: _desk(feed, parts.clock, order_sockets) for feed in feeds}
    gateway = Gateway(
        desks,
        recorder,
        check=risk,
        leaving=risk.leaving,
        clock=parts.clock,
        spawn=parts.root.spawn,
    )
    sessions = {
        feed.product.name: _session(
            feed, desks[feed.product.name], parts, gateway, recorder, accounts, guarding
        )
        for feed in feeds
    }
    switches = (
        guarding.switch(feed, sessions[feed.product.name], gateway, recorder) for feed in feeds
    )
    return Floor(
        gateway=gateway,
        accounts=accounts,
        refresher=Refresher(gateway, desks, recorder, accounts, parts.clock),
        recorder=recorder,
        risk=risk,
        ids=ClientOrderIds(
            parts.settings.order_prefix,
            parts.rng,
            {feed.product.name: feed.product.client_ids for feed in feeds},
        ),
        sessions=sessions,
        order_sockets=order_sockets,
        readiness=Readiness(sessions, order_sockets),
        desks=desks,
        journal=journal,
        switches=tuple(switch for switch in switches if switch is not None),
        cancels_on_exit=parts.settings.cancel_on_exit,
        clock=parts.clock,
        notify=parts.notify,
    )


def _desk(feed: Feed, clock: Clock, order_sockets: Mapping[str, OrderSocket]) -> TradingDesk:
    product = feed.product
    carrier = order_sockets.get(product.name)
    return TradingDesk(product, feed.rest, lambda: feed.instruments, clock, carrier)


def _order_sockets(feeds: list[Feed], parts: FloorParts) -> dict[str, OrderSocket]:
    """Return the sockets for orders, by product; none of a venue that has none in this environment."""
    if parts.settings.order_transport == "rest":
        return {}
    policy = OrderSocketPolicy(answer_s=parts.settings.request_timeout_s)
    found: dict[str, OrderSocket] = {}
    for feed in feeds:
        name, calls = feed.product.name, feed.product.trading
        link = None if calls is None else calls.order_link
        if link is not None and _has_address(link, name, parts):
            found[name] = OrderSocket(name, link, _socket_parts(feed, parts), policy)
    return found


def _has_address(link: OrderLink, product: str, parts: FloorParts) -> bool:
    """Tell whether there is a socket where REST is: who names another place for REST alone wants no orders at the venue's own."""
    given = parts.settings.endpoints.get(product)
    is_elsewhere = given is not None and given.rest is not None and link.url(given) is None
    return not is_elsewhere and link.url(parts.endpoints[product]) is not None


def _socket_parts(feed: Feed, parts: FloorParts) -> SocketParts:
    settings = parts.settings
    return SocketParts(
        rest=feed.rest,
        signer=Signer(settings.credentials[feed.product.venue]),
        endpoints=parts.endpoints[feed.product.name],
        transport=parts.transport(),
        options=WebSocketOptions(
            connect_timeout_s=settings.connect_timeout_s, proxy=settings.proxy
        ),
        clock=parts.clock,
        rng=parts.rng,
        notify=parts.notify,
        refused_s=feed.product.ws_limits.refused_s,
    )


def _session(
    feed: Feed,
    desk: TradingDesk,
    parts: FloorParts,
    gateway: Gateway,
    recorder: Recorder,
    accounts: Accounts,
    guarding: Guarding,
) -> PrivateSession:
    return PrivateSession(
        PrivateParts(
            **msgspec.structs.asdict(_socket_parts(feed, parts)),
            desk=desk,
            instruments=lambda: feed.instruments,
            gateway=gateway,
            recorder=recorder,
            accounts=accounts,
            tie=guarding.tie(feed),
        )
    )


def _best_prices(feeds: list[Feed]) -> Callable[[str], tuple[Decimal | None, Decimal | None]]:
    def best(instrument_id: str) -> tuple[Decimal | None, Decimal | None]:
        for feed in feeds:
            for pipe in feed.book_pipes:
                if pipe.view.instrument.id == instrument_id and pipe.view.is_readable:
                    bid, ask = pipe.view.best_bid, pipe.view.best_ask
                    return bid and bid[0], ask and ask[0]
        return None, None

    return best


def _takes_orders(feed: Feed, settings: Settings) -> bool:
    return feed.product.trading is not None and feed.product.venue in settings.credentials


def _what_is_missing(parts: FloorParts) -> str:
    able = sorted({feed.product.venue for feed in parts.feeds if feed.product.trading})
    if not able:
        names = ", ".join(feed.product.name for feed in parts.feeds)
        raise ConfigError(f"none of {names} takes orders here")
    return (
        f"orders need an API key of {' or '.join(able)}; set {variables_of(able[0])},"
        " in the environment or in .env"
    )
