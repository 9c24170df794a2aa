"""The kernel's scanners in plain Python: numbers out of one JSON frame, exact or not at all.

The rules, which the compiled kernel shares: a frame is one JSON object in UTF-8. A key that is read
occurs once; other keys are skipped, whatever they hold. Numbers may be quoted or bare, and have at
most `NUMBER_LENGTH_MAX` characters and three digits of exponent, because nothing a venue sends needs
more. (Digits written as JSON escapes are the one thing that this module reads and the compiled kernel
refuses.) What `pure_fast` knows from an earlier frame it reads instead, to the same result.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any, NoReturn, final

from tickwright.errors import DecodeError, InvalidNumber, UsageError
from tickwright.kernel.fixed import RAW_MAX, SCALE_MAX, check_scale, to_raw
from tickwright.kernel.pure import Levels
from tickwright.kernel.pure_fast import Shapes, read_levels


__all__ = [
    "FIELDS_MAX",
    "NUMBER_LENGTH_MAX",
    "DepthScanner",
    "FieldScanner",
    "Frame",
    "RowScanner",
    "check_fields",
    "check_paths",
]

Frame = bytes | bytearray | memoryview
"""Anything with contiguous bytes."""

NUMBER_LENGTH_MAX = 64
"""Characters of one number; the longest that a venue sends have about 30."""

FIELDS_MAX = 60
"""Keys that one scanner may watch, the ones on the way to them included."""

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,3})?")
_INT = re.compile(r"-?(?:0|[1-9][0-9]{0,18})")
_ABSENT = object()


class _Bare(str):
    """The text of a number without quotes, so that ``5`` is not taken for the text ``"5"``."""

    __slots__ = ()


class _Repeating(dict[str, Any]):
    """A JSON object in which some keys occur more than once."""

    __slots__ = ("repeated",)

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__()
        self.repeated: set[str] = set()
        for key, value in pairs:
            if key in self:
                self.repeated.add(key)
            self[key] = value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    plain = dict(pairs)
    return plain if len(plain) == len(pairs) else _Repeating(pairs)


def _refuse_constant(text: str) -> NoReturn:
    raise DecodeError(f"{text} is not JSON")


_decode_json: Callable[[str], Any] = json.JSONDecoder(
    object_pairs_hook=_object, parse_float=_Bare, parse_int=_Bare, parse_constant=_refuse_constant
).decode


def _read_object(frame: Frame) -> dict[str, Any]:
    try:
        document = _decode_json(str(frame, "utf-8"))
    except UnicodeDecodeError as error:
        raise DecodeError("UTF-8 expected", error.start) from None
    except json.JSONDecodeError as error:
        raise DecodeError(error.msg, error.pos) from None
    except RecursionError:
        raise DecodeError("nested too deeply") from None
    if not isinstance(document, dict):
        raise DecodeError("an object expected", 0)
    return document


def _int(value: object, path: str) -> int:
    if isinstance(value, str) and _INT.fullmatch(value):
        number = int(value)
        if abs(number) <= RAW_MAX:
            return number
    raise DecodeError(f"{path}: an integer of 64 bits expected, not {value!r:.80}")


def _decimal(value: object, path: str) -> Decimal:
    if isinstance(value, str) and len(value) <= NUMBER_LENGTH_MAX and _NUMBER.fullmatch(value):
        return Decimal(value)
    raise DecodeError(f"{path}: a number expected, not {value!r:.80}")


def _bool(value: object, path: str) -> bool:
    if isinstance(value, bool):
        return value
    raise DecodeError(f"{path}: true or false expected, not {value!r:.80}")


def _text(value: object, path: str) -> str:
    if type(value) is str:
        return value
    raise DecodeError(f"{path}: a text expected, not {value!r:.80}")


def _level(value: object, path: str) -> tuple[Decimal | None, Decimal | None]:
    """Read the one level of an array; nothing, twice, where it is empty."""
    if not isinstance(value, list):
        raise DecodeError(f"{path}: an array of levels expected")
    if not value:
        return None, None
    if len(value) > 1:
        raise DecodeError(f"{path}: one level expected, not {len(value)}")
    if not isinstance(value[0], list) or len(value[0]) < 2:
        raise DecodeError(f"{path}: a level is an array of price and quantity")
    price, quantity, *_ = value[0]
    return _decimal(price, path), _decimal(quantity, path)


_READERS: dict[str, Callable[[object, str], Any]] = {
    "bool": _bool,
    "decimal": _decimal,
    "int": _int,
    "price": lambda value, path: _level(value, path)[0],
    "quantity": lambda value, path: _level(value, path)[1],
    "text": _text,
}
_KINDS = ("bool", "decimal", "int", "level", "text")
_LEVEL_PARTS = ("price", "quantity")
"""The kinds that a level is read as: it is two values."""


class _Field:
    """One place in a frame, and how its value is read."""

    __slots__ = ("is_optional", "keys", "kind", "path", "read")

    def __init__(self, path: str, kind: str) -> None:
        self.path = path
        self.keys = tuple(path.split("."))
        self.kind = kind
        self.is_optional = kind.endswith("?")
        self.read = _READERS[kind.removesuffix("?")]

    def of(self, document: dict[str, Any]) -> Any:
        """Return the value in ``document``."""
        value = _at(document, self.keys)
        if self.is_optional and (value is _ABSENT or value is None):
            return None
        if value is _ABSENT:
            raise DecodeError(f"{self.path} is missing")
        return self.read(value, self.path)


def _at(document: Any, keys: tuple[str, ...]) -> Any:
    for key in keys:
        if type(document) is not dict:
            if not isinstance(document, _Repeating):
                return _ABSENT
            if key in document.repeated:
                raise DecodeError(f"{key!r} occurs more than once")
        document = document.get(key, _ABSENT)
    return document


def check_fields(fields: Sequence[tuple[str, str]]) -> None:
    """Check that ``fields`` can be watched together, as `FieldScanner` takes them.

    Raises:
        UsageError: If a kind is unknown, or for what `check_paths` says of the paths.
    """
    for path, kind in fields:
        if kind.removesuffix("?") not in _KINDS:
            raise UsageError(f"{path}: kind {kind!r} is none of {', '.join(_KINDS)}")
    check_paths([path for path, _ in fields])


def _fields_of(fields: Sequence[tuple[str, str]]) -> list[_Field]:
    """Return what is read, a field a value."""
    check_fields(fields)
    found = []
    for path, kind in fields:
        mark = "?" if kind.endswith("?") else ""
        kinds = _LEVEL_PARTS if kind.startswith("level") else (kind.removesuffix("?"),)
        found += [_Field(path, each + mark) for each in kinds]
    return found


def check_paths(paths: Sequence[str]) -> None:
    """Check that ``paths`` can be watched together.

    Raises:
        UsageError: If one is empty, named twice, or leads through another; or if there are too many.
    """
    watched: set[tuple[str, ...]] = set()
    for path in paths:
        keys = tuple(path.split("."))
        if not all(keys):
            raise UsageError(f"{path!r} is no path; write keys joined by dots, for example data.E")
        watched.update(keys[: n + 1] for n in range(len(keys)))
    if len(watched) > FIELDS_MAX:
        raise UsageError(f"{len(watched)} keys to watch; a scanner takes {FIELDS_MAX}")
    inner = {keys[:-1] for keys in watched}
    for path in paths:
        if paths.count(path) > 1 or tuple(path.split(".")) in inner:
            raise UsageError(f"{path!r} is named twice, or leads to another path")


@final
class FieldScanner:
    """Takes chosen values out of a JSON frame, in one pass.

    Args:
        fields: ``(dotted path, kind)`` of each value. Kinds are ``int`` (64 bits), ``decimal``, ``bool``, ``text``,
            and ``level``: the price level of an array that has one or none. A question mark after it makes the value
            optional.

    Raises:
        UsageError: If a kind is unknown, or the paths cannot be watched together.

    Example:
        >>> scanner = FieldScanner(fields=[("data.p", "decimal"), ("data.t", "int"), ("data.x", "text?")])
        >>> scanner.scan(b'{"data":{"t":7,"p":"61000.50"}}')
        (Decimal('61000.50'), 7, None)
    """

    __slots__ = ("_fields", "_shapes")

    def __init__(self, *, fields: Sequence[tuple[str, str]]) -> None:
        self._fields = _fields_of(fields)
        self._shapes = Shapes([(field.keys, field.kind) for field in self._fields])

    def scan(self, frame: Frame) -> tuple[Any, ...]:
        """Return the values of ``frame`` in the order of ``fields``; ``None`` for an optional one without.

        A level is two of them, price and quantity; ``None`` both for an empty array.

        Raises:
            DecodeError: If the frame is not JSON, or lacks a value, or one is not of its kind.
        """
        known = self._shapes.read(frame)
        if known is not None:
            return tuple(known)
        document = _read_object(frame)
        values = tuple([field.of(document) for field in self._fields])
        self._shapes.learn(frame, document)
        return values


@final
class RowScanner:
    """Takes chosen values out of each object in an array of a JSON frame, in one pass.

    Args:
        rows: Key of the array, in the outermost object.
        fields: As for `FieldScanner`, within one row.

    Raises:
        UsageError: If a kind is unknown, or the paths cannot be watched together.

    Example:
        >>> scanner = RowScanner(rows="data", fields=[("p", "decimal"), ("i", "text")])
        >>> scanner.scan(b'{"data":[{"p":"61000.5","i":"a"},{"p":"61000","i":"b"}]}')
        [(Decimal('61000.5'), 'a'), (Decimal('61000'), 'b')]
    """

    __slots__ = ("_fields", "_rows")

    def __init__(self, *, rows: str, fields: Sequence[tuple[str, str]]) -> None:
        self._fields = _fields_of(fields)
        if not rows:
            raise UsageError("the array of rows needs a name")
        self._rows = rows

    def scan(self, frame: Frame) -> list[tuple[Any, ...]]:
        """Return the values of each row of ``frame`` in the order of ``fields``.

        Raises:
            DecodeError: If the frame is not JSON, has no such array, or a row is no object, lacks a value, or one is
                not of its kind.
        """
        rows = _at(_read_object(frame), (self._rows,))
        if rows is _ABSENT:
            raise DecodeError(f"{self._rows} is missing")
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise DecodeError("an array of objects expected")
        return [tuple([field.of(row) for field in self._fields]) for row in rows]


@final
class DepthScanner:
    """Takes the integers, texts and price levels out of a JSON frame, in one pass.

    A level is an array of price, quantity and anything further, which is ignored.

    Args:
        ints: Dotted paths of integers that every frame has.
        bids: Path of the bids' array.
        asks: Path of the asks' array.
        optional_ints: Paths of integers that may be absent or null.
        texts: Paths of texts that every frame has.

    Raises:
        UsageError: If the paths cannot be watched together.

    Example:
        >>> scanner = DepthScanner(ints=["u"], bids="b", asks="a")
        >>> scanner.scan(b'{"u":7,"b":[["99.5","2"]],"a":[]}', 1, 0)
        (7, Levels(1: 99.5 x 2), Levels(0: ))
    """

    __slots__ = ("_asks", "_bids", "_fields", "_shapes")

    def __init__(
        self,
        *,
        ints: Sequence[str] = (),
        bids: str,
        asks: str,
        optional_ints: Sequence[str] = (),
        texts: Sequence[str] = (),
    ) -> None:
        self._fields = [_Field(path, "int") for path in ints]
        self._fields += [_Field(path, "int?") for path in optional_ints]
        self._fields += [_Field(path, "text") for path in texts]
        self._bids = tuple(bids.split("."))
        self._asks = tuple(asks.split("."))
        check_paths([*ints, *optional_ints, *texts, bids, asks])
        self._shapes = Shapes(
            [
                *[(field.keys, field.kind) for field in self._fields],
                (self._bids, "levels"),
                (self._asks, "levels"),
            ]
        )

    def scan(self, frame: Frame, price_scale: int, quantity_scale: int) -> tuple[Any, ...]:
        """Return ints, optional ints, texts, bids and asks of ``frame``.

        Args:
            frame: The whole message.
            price_scale: Digits after the point of a price; a further digit that is not zero is an error.
            quantity_scale: The same for quantities.

        Raises:
            DecodeError: If the frame is not JSON, lacks a value, or holds a number that is not exact at its
                scale, beyond 64 bits, or (a quantity) negative.
            InvalidNumber: If a scale is out of range.
        """
        known = self._shapes.read(frame)
        if known is not None:
            sides = read_levels(known[-2], known[-1], price_scale, quantity_scale)
            if sides is not None:
                known[-2:] = sides
                return tuple(known)
        check_scale(price_scale, "price scale")
        check_scale(quantity_scale, "quantity scale")
        document = _read_object(frame)
        values = (
            *[field.of(document) for field in self._fields],
            _levels(_at(document, self._bids), price_scale, quantity_scale),
            _levels(_at(document, self._asks), price_scale, quantity_scale),
        )
        if known is None:
            self._shapes.learn(frame, document)
        return values


def _levels(value: object, price_scale: int, quantity_scale: int) -> Levels:
    if not isinstance(value, list):
        raise DecodeError("an array of price levels expected")
    if not set(map(type, value)) <= {list}:
        raise DecodeError("a level is an array of price and quantity")
    try:
        prices = _fixed_column([level[0] for level in value], price_scale)
        quantities = _fixed_column([level[1] for level in value], quantity_scale)
    except IndexError:
        raise DecodeError("a level is an array of price and quantity") from None
    if min(quantities, default=0) < 0:
        raise DecodeError("a quantity is negative")
    return Levels._of(prices, quantities, (price_scale, quantity_scale))


_UNIFORM = [
    re.compile(rf"(?:(?:0|[1-9][0-9]{{0,15}}){rf'[.][0-9]{{{n}}}' if n else ''},)*")
    for n in range(SCALE_MAX + 1)
]
"""Numbers that all have n digits after the point, each followed by a comma."""


def _fixed_column(texts: list[Any], scale: int) -> list[int]:
    """Read many numbers, in one sweep if all have as many digits as the first, as venues do it."""
    try:
        column = ",".join(texts)
    except TypeError:
        raise DecodeError("a level holds something other than numbers") from None
    if column:
        digits = len(texts[0].partition(".")[2])
        if digits <= SCALE_MAX and _UNIFORM[digits].fullmatch(column + ","):
            raws = _rescaled(map(int, column.replace(".", "").split(",")), digits, scale)
            if raws and len(raws) == len(texts) and max(raws) <= RAW_MAX:
                return raws
    return [_fixed(text, scale) for text in texts]


def _rescaled(raws: Iterable[int], digits: int, scale: int) -> list[int]:
    """Return ``raws`` of ``digits`` after the point at ``scale``; none if that loses a digit."""
    if digits <= scale:
        power = 10 ** (scale - digits)
        return list(raws) if power == 1 else [raw * power for raw in raws]
    power = 10 ** (digits - scale)
    wider = list(raws)
    rescaled = [raw // power for raw in wider]
    return rescaled if sum(rescaled) * power == sum(wider) else []


def _fixed(text: str, scale: int) -> int:
    try:
        return to_raw(_decimal(text, "level"), scale, "level")
    except InvalidNumber as error:
        raise DecodeError(str(error)) from None
