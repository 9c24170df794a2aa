"""What settings may be: a mirror of them that pydantic checks, with words for what is wrong.

Imports pydantic, as `tickwright.app.sources` does, which alone imports this module.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from random import Random
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    FiniteFloat,
    ValidationInfo,
    field_validator,
)
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from tickwright.app.config import Environment, LogLevel, OrderTransport
from tickwright.core.clientids import ClientOrderIds
from tickwright.core.risklimits import limit_fault
from tickwright.errors import InvalidNumber, UsageError
from tickwright.io.dial import is_origin
from tickwright.model.numbers import parse_decimal


__all__ = ["PREFIX", "Schema", "fields_at"]

PREFIX = "tickwright_"
"""Of all variables."""
_JOURNALS = ("sqlite:", "postgresql:")


def _origin(*schemes: str) -> Callable[[str], str]:
    def check(text: str) -> str:
        parts = urlsplit(text)
        if parts.scheme not in schemes or not parts.netloc:
            raise ValueError(f"should be an address that starts with {schemes[-1]}://")
        if not is_origin(parts, schemes):
            raise ValueError("should be an address with a port from 1 to 65535")
        return text.rstrip("/")

    return check


def _journal(url: str) -> str:
    if url != "memory:" and (url in _JOURNALS or not url.startswith(_JOURNALS)):
        raise ValueError("should be memory:, sqlite: with a path, or postgresql:// with a host")
    return url


def _prefix(text: str) -> str:
    try:
        return ClientOrderIds(text, Random(0)).prefix
    except UsageError as error:
        raise ValueError(str(error)) from None


def _number(value: object) -> object:
    """Read a number as text has it, a float of YAML included, which was written there with few digits."""
    try:
        return parse_decimal(str(value) if isinstance(value, float) else value)  # type: ignore[arg-type]  # it checks
    except InvalidNumber:
        raise ValueError("should be a finite number in digits") from None


def _listed(value: object) -> object:
    """Split a variable's text at its commas."""
    if not isinstance(value, str):
        return value
    return [part.strip() for part in value.split(",") if part.strip()]


_Http = Annotated[str, AfterValidator(_origin("http", "https"))]
_Ws = Annotated[str, AfterValidator(_origin("ws", "wss"))]
_Proxy = Annotated[str, AfterValidator(_origin("https", "socks4", "socks5", "http"))]
_Seconds = Annotated[FiniteFloat, Field(gt=0)]
_Amount = Annotated[Decimal, BeforeValidator(_number)]
_Count = Annotated[int, BeforeValidator(_number)]


class _Endpoints(BaseModel):
    """Mirrors ``venues.base.Endpoints``."""

    model_config = ConfigDict(extra="forbid")

    rest: _Http | None = None
    ws_public: _Ws | None = None
    ws_private: _Ws | None = None
    ws_api: _Ws | None = None
    ws_trade: _Ws | None = None


class _Risk(BaseModel):
    """Mirrors ``core.risklimits.RiskLimits``, which says what a limit may be."""

    model_config = ConfigDict(extra="forbid")

    instruments: Annotated[frozenset[str], BeforeValidator(_listed)] | None = None
    max_order_quantity: _Amount | None = None
    max_order_notional: _Amount | None = None
    max_open_orders: _Count | None = None
    max_position: _Amount | None = None
    max_orders_per_s: _Count | None = None
    price_collar: _Amount | None = None

    @field_validator("*")
    @classmethod
    def _is_limit(cls, value: object, info: ValidationInfo) -> object:
        fault = None if value is None else limit_fault(info.field_name or "", value)
        if fault is not None:
            raise ValueError(fault)
        return value


class Schema(BaseSettings):
    """Mirrors ``config.Settings``, whose defaults count; these here only mark what was not said."""

    model_config = SettingsConfigDict(extra="forbid", env_prefix=PREFIX, env_ignore_empty=True)

    environment: Environment = "live"
    endpoints: dict[str, _Endpoints] = {}
    proxy: _Proxy | None = None
    connect_timeout_s: _Seconds = 1
    request_timeout_s: _Seconds = 1
    audit_books: bool = True
    renewal_window: str | None = None
    queue_capacity: Annotated[int, Field(ge=1)] = 1
    credentials: Any = {}
    journal: Annotated[str, AfterValidator(_journal)] | None = None
    order_prefix: Annotated[str, AfterValidator(_prefix)] = "tw"
    order_transport: OrderTransport = "websocket"
    risk: _Risk | None = None
    dead_man_s: _Seconds | None = None
    cancel_on_exit: bool = False
    log_level: LogLevel = "warning"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read nothing by itself: each source is read, and checked, alone."""
        return (init_settings,)


def fields_at(path: Sequence[str]) -> list[str]:
    """Return the names that there are beside the last one of a path.

    Example:
        >>> fields_at(["endpoints", "binance.spot", "res"])
        ['rest', 'ws_public', 'ws_private', 'ws_api', 'ws_trade']
    """
    model = _BELOW.get(path[0], Schema) if len(path) > 1 else Schema
    return list(model.model_fields)


_BELOW: dict[str, type[BaseModel]] = {"endpoints": _Endpoints, "risk": _Risk}
