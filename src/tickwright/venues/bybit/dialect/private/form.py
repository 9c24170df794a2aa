"""What a request says: the query of a GET or the JSON of a POST, read one by one, refused in the venue's words."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from decimal import Decimal
from urllib.parse import parse_qsl

from tickwright.venues.bybit.dialect.categories import Category
from tickwright.venues.bybit.dialect.envelope import Refused, missing, wrong
from tickwright.venues.dialects import RestRequest


__all__ = ["Form"]

_NUMBER = re.compile(r"[0-9]{1,20}(\.[0-9]{1,20})?")
_FORBIDDEN = 403


class Form:
    """A request's fields; an empty text counts as not sent.

    Args:
        values: Name → value, as JSON has it.
        categories: Those that it may name.
    """

    def __init__(self, values: Mapping[str, object], categories: Mapping[str, Category]) -> None:
        self.values = values
        self.categories = categories

    @classmethod
    def of(cls, request: RestRequest, categories: Mapping[str, Category]) -> Form:
        """Read a request.

        Raises:
            Refused: With status 403 for a GET with a body, 10001 for a body that is no JSON object.
        """
        if request.method == "GET":
            if request.body:
                raise Refused(10001, "GET request must not carry a body", _FORBIDDEN)
            return cls(dict(parse_qsl(request.query)), categories)
        if not request.body:
            return cls({}, categories)
        try:
            found = json.loads(request.body)
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise Refused(10001, "params error: the body is not a JSON object")
        return cls(found, categories)

    def part(self, values: Mapping[str, object]) -> Form:
        """Return one order of a batch, which is of the batch's category."""
        return Form({**values, "category": self.values.get("category")}, self.categories)

    def __contains__(self, name: str) -> bool:
        return bool(self.text(name))

    def text(self, name: str, default: str = "") -> str:
        """Return a field's text; numbers and flags become the texts that they are written as."""
        value = self.values.get(name)
        if value is None or value == "":
            return default
        if isinstance(value, bool):
            return "true" if value else "false"
        return str(value)

    def required(self, name: str) -> str:
        """Return a field that must be there.

        Raises:
            Refused: With 10001.
        """
        value = self.text(name)
        if not value:
            raise missing(name)
        return value

    def choice(self, name: str, known: Collection[str], default: str = "") -> str:
        """Return one of some words; without a default it must be there."""
        value = self.text(name, default) if default else self.required(name)
        if value not in known:
            raise wrong(name)
        return value

    def number(self, name: str) -> Decimal | None:
        """Return a decimal number without sign and exponent, ``None`` if it was not sent."""
        text = self.text(name)
        if not text:
            return None
        if _NUMBER.fullmatch(text) is None:
            raise wrong(name)
        return Decimal(text)

    def whole(self, name: str, default: int | None = None) -> int | None:
        """Return a whole number."""
        text = self.text(name)
        if not text:
            return default
        if not text.isdecimal():
            raise wrong(name)
        return int(text)

    def flag(self, name: str) -> bool:
        """Return a flag, which may be a text or a number."""
        return self.text(name).lower() in ("true", "1")

    def limit(self, default: int, most: int) -> int:
        """Return how many rows are wanted."""
        limit = self.whole("limit", default) or 0
        if limit < 1:
            raise wrong("limit")
        return min(limit, most)

    def rows(self, name: str) -> list[Mapping[str, object]]:
        """Return a list of objects, such as the orders of a batch."""
        found = self.values.get(name)
        if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
            raise missing(name)
        return found

    def category(self) -> Category:
        """Return the category that a request must name.

        Raises:
            Refused: With 10001.
        """
        found = self.categories.get(self.required("category"))
        if found is None:
            raise Refused(10001, "Illegal category")
        return found

    def contracts(self) -> Category:
        """Return the category, which must be one of contracts."""
        found = self.category()
        if not found.is_contract:
            raise Refused(10001, "category only support linear or option")
        return found
