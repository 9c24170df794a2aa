"""Where in a frame a value stands, in plain Python: the JSON document, and paths of keys that lead to each value.

The rules, which the compiled kernel shares: a frame is one JSON object in UTF-8. A key that is read occurs once; other
keys are skipped, whatever they hold.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, Final, NoReturn

from tickwright.errors import DecodeError, UsageError
from tickwright.kernel.pure_values import KINDS, LEVEL_PARTS, Bare, reader_of


__all__ = [
    "ABSENT",
    "FIELDS_MAX",
    "Field",
    "Frame",
    "check_fields",
    "check_paths",
    "fields_of",
    "read_object",
    "value_at",
]

Frame = bytes | bytearray | memoryview
"""Anything with contiguous bytes."""

FIELDS_MAX = 60
"""Keys that one scanner may watch, the ones on the way to them included."""

ABSENT: Final = object()
"""What `value_at` returns where nothing is."""


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
    object_pairs_hook=_object, parse_float=Bare, parse_int=Bare, parse_constant=_refuse_constant
).decode


def read_object(frame: Frame) -> dict[str, Any]:
    """Return the JSON object in ``frame``.

    Raises:
        DecodeError: If it is none.
    """
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


class Field:
    """One place in a frame, and how its value is read.

    Args:
        path: Keys joined by dots.
        kind: What stands there, with a question mark where it may be missing; or words and what they stand for.
    """

    __slots__ = ("is_optional", "keys", "kind", "path", "read")

    def __init__(self, path: str, kind: str | Mapping[str, Any]) -> None:
        self.path = path
        self.keys = tuple(path.split("."))
        self.is_optional = isinstance(kind, str) and kind.endswith("?")
        self.kind = kind.removesuffix("?") if isinstance(kind, str) else "word"
        self.read = reader_of(self.kind if isinstance(kind, str) else kind)

    def of(self, document: dict[str, Any]) -> Any:
        """Return the value in ``document``."""
        keys = self.keys
        if (
            len(keys) == 1 and type(document) is dict
        ):  # what `value_at` does, without the call: rows are many
            value = document.get(keys[0], ABSENT)
        else:
            value = value_at(document, keys)
        if self.is_optional and (value is ABSENT or value is None):
            return None
        if value is ABSENT:
            raise DecodeError(f"{self.path} is missing")
        return self.read(value, self.path)


def value_at(document: Any, keys: tuple[str, ...]) -> Any:
    """Return what stands at ``keys``, or `ABSENT`.

    Raises:
        DecodeError: If one of them occurs more than once.
    """
    for key in keys:
        if type(document) is not dict:
            if not isinstance(document, _Repeating):
                return ABSENT
            if key in document.repeated:
                raise DecodeError(f"{key!r} occurs more than once")
        document = document.get(key, ABSENT)
    return document


def check_fields(
    fields: Iterable[tuple[str, str | Mapping[str, Any]]], kinds: Collection[str] = KINDS
) -> None:
    """Check that ``fields`` can be watched together.

    Args:
        fields: As a `FieldScanner` takes them, or a `RowScanner`.
        kinds: What they may be, besides words with a meaning.

    Raises:
        UsageError: If a kind is unknown, or for what `check_paths` says of the paths.
    """
    for path, kind in fields:
        if isinstance(kind, str) and kind.removesuffix("?") not in kinds:
            raise UsageError(f"{path}: kind {kind!r} is none of {', '.join(kinds)}")
    check_paths([path for path, _ in fields])


def fields_of(fields: Iterable[tuple[str, str | Mapping[str, Any]]]) -> list[Field]:
    """Return what is read, a field a value: a level is two."""
    found = []
    for path, kind in fields:
        if kind in ("level", "level?"):
            mark = str(kind).removeprefix("level")
            found += [Field(path, part + mark) for part in LEVEL_PARTS]
        else:
            found.append(Field(path, kind))
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
