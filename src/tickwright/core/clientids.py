"""Client order ids: made before anything is sent, so that whatever becomes of a request, the order has a name.

``desk1-3f9k2m7q0x-1b`` is the user's prefix, the run, and a count. The run is drawn by chance once (50 bits), so that ids
of other processes and of earlier runs never collide, and nothing has to be remembered for it. Letters are lower case, digits
and hyphens only: what every venue's alphabet has in common; 36 characters is the shortest of their limits.
"""

from __future__ import annotations

import re
from random import Random

from tickwright.errors import UsageError


__all__ = ["ClientOrderIds"]

LENGTH_MAX = 36
_DIGITS = "0123456789abcdefghijklmnopqrstuv"
_RUN_DIGITS = 10
_PREFIX = re.compile(r"[a-z0-9]{1,12}")


class ClientOrderIds:
    """Makes the ids of one run.

    Args:
        prefix: Up to 12 lower-case letters and digits; tells these orders from those of other programs.
        rng: Chance for the run's part; must not be seeded outside of tests.

    Raises:
        UsageError: For a prefix that no venue would take.

    Example:
        >>> ids = ClientOrderIds("desk1", Random(7))
        >>> ids.next().rpartition("-")[2], ids.next().rpartition("-")[2]
        ('1', '2')
        >>> ids.owns("desk1-anything"), ids.owns("web_4711")
        (True, False)
    """

    __slots__ = ("_count", "_head", "prefix")

    def __init__(self, prefix: str, rng: Random) -> None:
        if _PREFIX.fullmatch(prefix) is None:
            raise UsageError(
                f"prefix {prefix!r}: 1 to 12 lower-case letters and digits, which every venue takes"
            )
        self.prefix = prefix
        run = "".join(rng.choices(_DIGITS, k=_RUN_DIGITS))
        self._head = f"{prefix}-{run}-"
        self._count = 0

    def next(self) -> str:
        """Return an id that was never used."""
        self._count += 1
        return f"{self._head}{self._count:x}"

    def owns(self, client_order_id: str) -> bool:
        """Tell whether an order goes by this prefix, whichever run placed it; all others are external."""
        return client_order_id.startswith(f"{self.prefix}-")
