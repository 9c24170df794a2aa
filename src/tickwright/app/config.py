"""Settings: where they come from, and what they may be.

In order of precedence: arguments, ``TICKWRIGHT_*`` environment variables, ``.env`` in the working directory, a YAML file,
and the defaults below. Only what is said counts: a YAML file that sets one endpoint leaves all others as they are.

::

    # tickwright.yaml, or the file that TICKWRIGHT_CONFIG names
    environment: testnet
    endpoints:
      binance.spot:
        rest: http://127.0.0.1:8080          # TICKWRIGHT_ENDPOINTS__BINANCE_SPOT__REST
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import msgspec

from tickwright.core.risklimits import RiskLimits
from tickwright.io.redact import safe_store_url, safe_url
from tickwright.runtime.queues import CAPACITY
from tickwright.venues.base import Endpoints
from tickwright.venues.signing import Credentials


__all__ = ["NO_JOURNAL", "Environment", "LogLevel", "OrderTransport", "Settings", "load_settings"]

Environment = Literal["live", "testnet", "demo", "sandbox"]
OrderTransport = Literal["websocket", "rest"]
LogLevel = Literal["debug", "info", "warning", "error"]

NO_JOURNAL = "memory:"
"""The URL of a journal that ends with the program."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that can be set, with its default. `load_settings` reads and checks it."""

    environment: Environment = "live"
    """Which of a venue's worlds to connect to; not every venue has all of them."""
    endpoints: Mapping[str, Endpoints] = msgspec.field(default_factory=dict)
    """Product → origins that replace the venue's own; what is ``None`` stays the venue's."""
    proxy: str | None = None
    """For every connection: ``http://``, ``https://``, ``socks4://`` or ``socks5://``, with user and password."""
    connect_timeout_s: float = 10.0
    """Until a connection is usable: name, TCP, proxy, TLS and handshake."""
    request_timeout_s: float = 10.0
    """Until a REST answer begins, and between its parts."""
    audit_books: bool = True
    """Compare every book with the venue's best bid and offer, which costs one more stream a book."""
    renewal_window: str | None = None
    """When to renew connections before the venue cuts them, ``HH:MM-HH:MM`` in UTC; ``None`` for any time."""
    queue_capacity: int = CAPACITY
    """Events that wait for a slow reader before its overflow policy applies."""
    credentials: Mapping[str, Credentials] = msgspec.field(default_factory=dict)
    """Venue → API key and secret. From the environment or ``.env`` as ``TICKWRIGHT_BINANCE__KEY`` and ``…__SECRET``, or as
    ``BINANCE_API_KEY`` and ``BINANCE_API_SECRET``, or with ``_FILE`` behind any of them from a file; never from YAML. Without any, everything that needs no key works."""
    journal: str | None = None
    """Where orders are written down, once there are any: ``sqlite:PATH``, ``postgresql://USER:PASSWORD@HOST/DATABASE?journal=NAME``,
    or ``memory:`` for nowhere. Without it ``tickwright-orders.db`` in the working directory, for other environments than live
    ``tickwright-orders-testnet.db`` and so on, and nowhere for a sandbox."""
    order_prefix: str = "tw"
    """What the client order ids of this program begin with: up to 12 lower-case letters and digits."""
    order_transport: OrderTransport = "websocket"
    """How commands travel: over the venue's socket for orders, where it has one and it is connected, else over REST; or always
    over ``rest``. Questions go over REST."""
    risk: RiskLimits = RiskLimits()
    """What no order may exceed; nothing is limited unless said."""
    dead_man_s: float | None = None
    """Cancel open orders once the account's private stream has been down for so long: by the venue where it has a switch for
    that, else by this program. ``None`` for never."""
    cancel_on_exit: bool = False
    """Cancel our open orders when the connector is closed, within 5 s; those that others placed on the account stay."""
    log_level: LogLevel = "warning"
    """For the commands; a program that imports the library sets up logging itself."""

    @property
    def journal_url(self) -> str:
        """The journal that is used. Each environment has its own, so that none's orders are sought at another."""
        if self.journal is not None:
            return self.journal
        if self.environment == "sandbox":
            return NO_JOURNAL
        world = "" if self.environment == "live" else f"-{self.environment}"
        return f"sqlite:tickwright-orders{world}.db"

    def __repr__(self) -> str:
        shown = {name: getattr(self, name) for name in self.__struct_fields__}
        if self.proxy is not None:
            shown["proxy"] = safe_url(self.proxy)
        shown["journal"] = self.journal and safe_store_url(self.journal)
        return f"Settings({', '.join(f'{name}={value!r}' for name, value in shown.items())})"


def load_settings(
    *, file: str | Path | None = None, dotenv: str | Path = ".env", **arguments: object
) -> Settings:
    """Read the settings from all sources.

    Args:
        file: A YAML file that must exist; ``None`` takes the one that ``TICKWRIGHT_CONFIG`` names, or
            ``tickwright.yaml`` in the working directory if there is one.
        dotenv: A file of environment variables, read if there is one.
        arguments: Fields of `Settings`; they outrank everything else.

    Raises:
        ConfigError: If a source cannot be read, or names an unknown setting, or gives a value of the wrong kind; one
            line that says where, what was expected and, for a name, the nearest valid one.

    Example:
        >>> load_settings(environment="testnet").environment
        'testnet'
    """
    # Here, because pydantic takes a quarter of a second to import, and `import tickwright` must not.
    from tickwright.app.sources import read_sources

    found = read_sources(None if file is None else Path(file), Path(dotenv), arguments)
    return msgspec.convert(found, Settings)
