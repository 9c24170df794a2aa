"""Instrument ids: ``venue:BASE/QUOTE[:SETTLE[-YYMMDD]]``, in the notation that ccxt made common."""

from __future__ import annotations

import re
from enum import Enum

import msgspec

from tickwright.errors import UnknownInstrument


__all__ = ["InstrumentKind", "InstrumentName", "parse_instrument_id"]


class InstrumentKind(Enum):
    """What is traded: coins themselves, or a contract settled in quote (linear) or base (inverse)."""

    SPOT = "spot"
    LINEAR_PERPETUAL = "linear perpetual"
    INVERSE_PERPETUAL = "inverse perpetual"
    LINEAR_FUTURE = "linear future"
    INVERSE_FUTURE = "inverse future"


class InstrumentName(msgspec.Struct, frozen=True):
    """The parts of an instrument id.

    Raises:
        UnknownInstrument: If there is an expiry without a settle asset, which no id can spell.

    Example:
        >>> parse_instrument_id("binance:BTC/USDT:USDT").kind
        <InstrumentKind.LINEAR_PERPETUAL: 'linear perpetual'>
    """

    venue: str
    base: str
    quote: str
    settle: str | None = None
    expiry: str | None = None
    """Delivery day as ``YYMMDD``, ``None`` for spot and perpetuals."""

    def __post_init__(self) -> None:
        if self.expiry is not None and self.settle is None:
            raise _malformed(self.id)

    @property
    def id(self) -> str:
        """The id these parts spell."""
        text = f"{self.venue}:{self.base}/{self.quote}"
        if self.settle is not None:
            text += f":{self.settle}"
        return f"{text}-{self.expiry}" if self.expiry is not None else text

    @property
    def kind(self) -> InstrumentKind:
        """Spot without a settle asset; linear where it is the quote asset, else inverse."""
        if self.settle is None:
            return InstrumentKind.SPOT
        if self.settle == self.quote:
            return InstrumentKind.LINEAR_FUTURE if self.expiry else InstrumentKind.LINEAR_PERPETUAL
        return InstrumentKind.INVERSE_FUTURE if self.expiry else InstrumentKind.INVERSE_PERPETUAL


_ID = re.compile(
    r"(?P<venue>[a-z][a-z0-9_]*):(?P<base>[^\s:/\-]+)/(?P<quote>[^\s:/\-]+)"
    r"(?::(?P<settle>[^\s:/\-]+)(?:-(?P<expiry>[0-9]{6}))?)?"
)


def parse_instrument_id(text: str) -> InstrumentName:
    """Split an id into its parts.

    Raises:
        UnknownInstrument: If the text is not of the form; the error shows the form.
    """
    match = _ID.fullmatch(text)
    if match is None:
        raise _malformed(text)
    return InstrumentName(**match.groupdict())


def _malformed(text: str) -> UnknownInstrument:
    return UnknownInstrument(
        f"{text!r} is not an instrument id; write venue:BASE/QUOTE for spot"
        " (binance:BTC/USDT) or venue:BASE/QUOTE:SETTLE for a contract (binance:BTC/USDT:USDT)"
    )
