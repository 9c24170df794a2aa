"""Parameters as they were sent, read one by one, each refused in the venue's words if it is not what it should be."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal
from typing import Any, Self
from urllib.parse import parse_qsl

from tickwright.venues.binance.dialect.private.refused import (
    Refused,
    bad_value,
    duplicate,
    illegal,
    mandatory,
    unread,
)


__all__ = ["CLIENT_ID", "Params", "texts"]

CLIENT_ID = r"^[.A-Z:/a-z0-9_-]{1,36}$"
"""What client order ids are made of."""
_WHOLE = re.compile(r"[0-9]{1,20}")
_DECIMAL = re.compile(r"([0-9]{1,20})(\.[0-9]{1,20})?")
_DECIMAL_TEXT = r"^([0-9]{1,20})(\.[0-9]{1,20})?$"
_ALWAYS = frozenset({"timestamp", "recvWindow", "signature", "apiKey"})


class Params:
    """A request's parameters.

    It remembers which ones were read, so that those that nobody wanted can be complained about.

    Args:
        values: Name → text; an empty text counts as not sent.
    """

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values
        self._read: set[str] = set(_ALWAYS)

    @classmethod
    def sent(cls, query: str, body: str) -> Self:
        """Return the parameters of query and form; the query wins.

        Raises:
            Refused: If one of the two names a parameter twice.
        """
        values: dict[str, str] = {}
        for part in (body, query):
            pairs = parse_qsl(part, keep_blank_values=True)
            if len({name for name, _ in pairs}) < len(pairs):
                raise duplicate()
            values.update(pairs)
        return cls(values)

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Self:
        """Return parameters that came as JSON; see `texts`."""
        return cls(texts(values))

    def part(self, prefix: str, shared: Iterable[str] = ()) -> Params:
        """Return the parameters of one leg: those that begin with ``prefix``, and ``shared`` ones."""
        values = {name: self._values[name] for name in shared if name in self._values}
        for name, value in self._values.items():
            if name.startswith(prefix) and name[len(prefix) :][:1].isupper():
                rest = name[len(prefix) :]
                values[rest[0].lower() + rest[1:]] = value
                self._read.add(name)
        self._read.update(shared)
        return Params(values)

    def __contains__(self, name: str) -> bool:
        self._read.add(name)
        return bool(self._values.get(name))

    def text(self, name: str, default: str = "") -> str:
        """Return a parameter, or ``default``."""
        self._read.add(name)
        return self._values.get(name) or default

    def required(self, name: str) -> str:
        """Return a parameter that must be there."""
        value = self.text(name)
        if not value:
            raise mandatory(name)
        return value

    def whole(self, name: str, default: int | None = None) -> int | None:
        """Return a whole number."""
        text = self.text(name)
        if not text:
            return default
        if _WHOLE.fullmatch(text) is None:
            raise illegal(name, "^[0-9]{1,20}$")
        return int(text)

    def number(self, name: str) -> Decimal | None:
        """Return a decimal number without sign and exponent, exactly as it was written."""
        text = self.text(name)
        if not text:
            return None
        if _DECIMAL.fullmatch(text) is None:
            raise illegal(name, _DECIMAL_TEXT)
        return Decimal(text)

    def choice(
        self, name: str, known: Collection[str], refusal: Refused, default: str | None = None
    ) -> str:
        """Return one of some words; ``refusal`` is for others. Without a default it must be there."""
        value = self.required(name) if default is None else self.text(name, default)
        if value not in known:
            raise refusal
        return value

    def flag(self, name: str, *, default: bool = False) -> bool:
        """Return a flag, which is ``true`` or ``false`` in any case."""
        text = self.text(name).lower()
        if not text:
            return default
        if text not in ("true", "false"):
            raise bad_value(name)
        return text == "true"

    def client_id(self, name: str) -> str:
        """Return a client order id, empty if none was sent."""
        text = self.text(name)
        if text and re.fullmatch(CLIENT_ID, text) is None:
            raise illegal(name, CLIENT_ID)
        return text

    def limit(self, default: int, most: int, *, is_clamped: bool = True) -> int:
        """Return how many rows are wanted."""
        limit = self.whole("limit", default) or 0
        if limit < 1 or (limit > most and not is_clamped):
            raise bad_value("limit")
        return min(limit, most)

    def rows(self, name: str) -> list[Any]:
        """Return a parameter that is a JSON array.

        Raises:
            Refused: With -1102 if it is missing, and -1130 if it is something else.
        """
        try:
            found = json.loads(self.required(name))
        except json.JSONDecodeError:
            found = None
        if not isinstance(found, list):
            raise bad_value(name)
        return found

    def ignore(self, *names: str) -> None:
        """Take parameters as read, which the venue has but which change nothing here."""
        self._read.update(names)

    def check_read(self) -> None:
        """Complain if there are parameters that the endpoint does not have."""
        sent = {name for name in self._values if name not in _ALWAYS}
        if not sent <= self._read:
            raise unread(len(sent & self._read), len(sent))


def texts(values: Mapping[str, Any]) -> dict[str, str]:
    """Return values that came as JSON as the texts that REST has: numbers, flags and lists; ``null`` is not sent.

    Example:
        >>> texts({"limit": 5, "omitZeroBalances": True, "symbols": ["BTCUSDT"], "fromId": None})
        {'limit': '5', 'omitZeroBalances': 'true', 'symbols': '["BTCUSDT"]'}
    """
    return {name: _text(value) for name, value in values.items() if value is not None}


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, dict)):
        return json.dumps(value)
    return str(value)
