"""What a client has never seen: more keys, another order of them, names that no documentation lists.

Venues add fields and values without notice. A client that survives this survives their next release.
"""

from __future__ import annotations

import json
from random import Random
from typing import TYPE_CHECKING, Any

from tickwright.sandbox.faults import Faults


if TYPE_CHECKING:
    from tickwright.venues.dialects import Dialect


__all__ = ["UNHEARD_OF", "Strange"]

UNHEARD_OF = "UNHEARD_OF"
"""The value that no documentation lists."""
_KEY = "zz9"


class Strange:
    """Rewrites JSON texts.

    Args:
        rng: Shuffles keys.
    """

    def __init__(self, rng: Random) -> None:
        self._rng = rng

    def payload(self, text: str, faults: Faults, dialect: Dialect) -> str:
        """Return a stream's payload, or a body, with the faults of content set."""
        try:
            value = json.loads(text)
        except json.JSONDecodeError:
            return text
        if faults.unknown_enums:
            dialect.estrange(value, UNHEARD_OF)
        return json.dumps(self._rewritten(value, faults), separators=(",", ":"), ensure_ascii=False)

    def _rewritten(self, value: Any, faults: Faults) -> Any:
        if isinstance(value, list):
            return [self._rewritten(item, faults) for item in value]
        if not isinstance(value, dict):
            return value
        items = [(key, self._rewritten(inner, faults)) for key, inner in value.items()]
        if faults.unknown_keys:
            items.append((_KEY, {"is": ["new", 1, None, True]}))
        if faults.shuffled_keys:
            self._rng.shuffle(items)
        return dict(items)
