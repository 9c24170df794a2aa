"""Spot's times in microseconds, for who asks: a query parameter of streams, a header of REST (sections 3.1 and 8)."""

from __future__ import annotations

import re


__all__ = ["INVALID_UNIT", "in_microseconds", "is_micro"]

INVALID_UNIT = (
    "Invalid value for time unit; expected either MICROSECOND or MILLISECOND."  # code -1194
)
_UNITS = {"MICROSECOND": True, "microsecond": True, "MILLISECOND": False, "millisecond": False}
_TIMES = "E|T|O|C|D|W|t|u|serverTime|time|openTime|closeTime|timestamp|transactTime"
# Ids never have the thirteen digits of a time in ms.
_FIELD = re.compile(rf'("(?:{_TIMES})":)(1\d{{12}})(?=[,}}])')
_CANDLE_CLOSE = re.compile(r'("k":\{"t":\d+,"T":\d+999)000')
_ROW_OPEN = re.compile(r'(\[)(1\d{12})(,")')
_ROW_CLOSE = re.compile(r'(",)(1\d{9}999)(,")')


def is_micro(unit: str | None) -> bool:
    """Tell whether a unit is the microsecond; none means ms.

    Raises:
        ValueError: If there is no such unit.

    Example:
        >>> is_micro("MICROSECOND"), is_micro(None)
        (True, False)
    """
    if unit is None:
        return False
    if unit not in _UNITS:
        raise ValueError(INVALID_UNIT)
    return _UNITS[unit]


def in_microseconds(text: str) -> str:
    """Return a payload or body with its times in µs; a candle ends with its last µs.

    Example:
        >>> in_microseconds('{"serverTime":1795000000123}')
        '{"serverTime":1795000000123000}'
    """
    text = _FIELD.sub(r"\g<1>\g<2>000", text)
    text = _CANDLE_CLOSE.sub(r"\g<1>999", text)
    text = _ROW_OPEN.sub(r"\g<1>\g<2>000\g<3>", text)
    return _ROW_CLOSE.sub(r"\g<1>\g<2>999\g<3>", text)
