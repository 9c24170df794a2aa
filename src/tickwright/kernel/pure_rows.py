"""The kernel's scanner of rows in plain Python: frames that hold many of the same, such as the trades of one moment."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import cycle
from typing import Any, Generic, TypeVar, final

from tickwright.errors import DecodeError, UsageError
from tickwright.kernel.pure_fields import (
    ABSENT,
    Field,
    Frame,
    check_fields,
    fields_of,
    read_object,
    value_at,
)
from tickwright.kernel.pure_values import ROW_KINDS


__all__ = ["RowScanner"]

T = TypeVar("T")


@final
class RowScanner(Generic[T]):
    """Makes an object of each row of a JSON frame, in one pass over it.

    Args:
        rows: Key of the array, in the outermost object.
        make: Called with the values of a row, in the order of ``fields``.
        fields: ``(dotted path, kind)`` of each value within a row, or ``None`` for one that the caller of `scan` gives.
            Kinds are those of a `FieldScanner`; ``id``, a text that is given as a number where it is one; ``ms``, a
            time that is given in ns; ``positive``, a decimal above zero; and a mapping from words to what they stand
            for, where ``""`` stands for any other word.

    Raises:
        UsageError: If a kind is unknown, or the paths cannot be watched together.

    Example:
        >>> fields = [None, ("p", "positive"), ("S", {"Buy": 1, "Sell": -1})]
        >>> scanner = RowScanner(rows="data", make=lambda *values: values, fields=fields)
        >>> scanner.scan(b'{"data":[{"p":"61000.5","S":"Buy"},{"p":"61000","S":"Sell"}]}', "BTC")
        [('BTC', Decimal('61000.5'), 1), ('BTC', Decimal('61000'), -1)]
    """

    __slots__ = ("_fields", "_given", "_make", "_rows")

    def __init__(
        self,
        *,
        rows: str,
        make: Callable[..., T],
        fields: Sequence[tuple[str, str | Mapping[str, Any]] | None],
    ) -> None:
        check_fields([field for field in fields if field is not None], ROW_KINDS)
        if not rows:
            raise UsageError("the array of rows needs a name")
        self._rows = rows
        self._make = make
        self._fields: list[Field | None] = []
        for field in fields:
            self._fields += [None] if field is None else fields_of([field])
        self._given = self._fields.count(None)

    def scan(self, frame: Frame, *given: object) -> list[T]:
        """Return what is made of each row of ``frame``, in their order.

        Args:
            frame: The whole message.
            given: Values of the fields that are ``None``.

        Raises:
            DecodeError: If the frame is not JSON, has no such array, or a row is no object, lacks a value, or one is
                not of its kind.
            TypeError: If not as many values are given as ``fields`` leave open.
        """
        if len(given) != self._given:
            raise TypeError(f"{len(given)} values given for {self._given} fields")
        rows = value_at(read_object(frame), (self._rows,))
        if rows is ABSENT:
            raise DecodeError(f"{self._rows} is missing")
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise DecodeError("an array of objects expected")
        make, fields, left = self._make, self._fields, cycle(given)
        return [
            make(*[next(left) if field is None else field.of(row) for field in fields])
            for row in rows
        ]
