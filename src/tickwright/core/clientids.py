"""Client order ids: made before anything is sent, so that whatever becomes of a request, the order has a name.

``desk1-3f9k2m7q0x-1b`` is the user's prefix, the run, and a count. The run is drawn by chance once (50 bits), so that ids
of other processes and of earlier runs never collide, and nothing has to be remembered for it. Letters are lower case, digits
and hyphens only: what every venue's alphabet has in common; 36 characters is the shortest of their limits. Names that users give
are held to the form of the venue that they are for, before anything is written down or sent.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from random import Random

import msgspec

from tickwright.errors import UsageError


__all__ = ["ClientIdForm", "ClientOrderIds", "is_made"]

LENGTH_MAX = 36
_DIGITS = "0123456789abcdefghijklmnopqrstuv"
_RUN_DIGITS = 10
_PREFIX = re.compile(r"[a-z0-9]{1,12}")
_MADE = re.compile(rf"[a-z0-9]{{1,12}}-[a-z0-9]{{{_RUN_DIGITS}}}-[0-9a-f]+")


class ClientIdForm(msgspec.Struct, frozen=True):
    """What a venue takes as a client order id.

    Args:
        pattern: What it matches as a whole.
        text: The same in words.

    Example:
        >>> ClientIdForm().check("web_4711")
        'web_4711'
    """

    pattern: re.Pattern[str] = re.compile(rf"[A-Za-z0-9_-]{{1,{LENGTH_MAX}}}")
    text: str = f"1 to {LENGTH_MAX} letters of A-Z and a-z, digits, - and _"

    def check(self, client_order_id: str) -> str:
        """Return an id that the venue takes.

        Raises:
            UsageError: The venue would refuse it; the text says what it takes.
        """
        if self.pattern.fullmatch(client_order_id) is None:
            raise UsageError(f"client order id {client_order_id!r}: the venue takes {self.text}")
        return client_order_id


COMMON = ClientIdForm()
"""Of all venues."""


def is_made(client_order_id: str) -> bool:
    """Tell whether an id has the form of those that are made here, of which none ever comes twice.

    Example:
        >>> is_made("desk1-3f9k2m7q0x-1b"), is_made("web_4711")
        (True, False)
    """
    return _MADE.fullmatch(client_order_id) is not None


class ClientOrderIds:
    """Makes the ids of one run, and checks those that users give.

    Args:
        prefix: Up to 12 lower-case letters and digits; tells these orders from those of other programs.
        rng: Chance for the run's part; must not be seeded outside of tests.
        forms: Product → what it takes as an id; what all venues take where a product is not named.

    Raises:
        UsageError: For a prefix that no venue would take.

    Example:
        >>> ids = ClientOrderIds("desk1", Random(7))
        >>> ids.next().rpartition("-")[2], ids.next().rpartition("-")[2]
        ('1', '2')
        >>> ids.owns("desk1-anything"), ids.owns("web_4711")
        (True, False)
    """

    __slots__ = ("_count", "_forms", "_head", "prefix")

    def __init__(
        self, prefix: str, rng: Random, forms: Mapping[str, ClientIdForm] | None = None
    ) -> None:
        if _PREFIX.fullmatch(prefix) is None:
            raise UsageError(
                f"prefix {prefix!r}: 1 to 12 lower-case letters and digits, which every venue takes"
            )
        self.prefix = prefix
        run = "".join(rng.choices(_DIGITS, k=_RUN_DIGITS))
        self._head = f"{prefix}-{run}-"
        self._count = 0
        self._forms = forms or {}

    def next(self) -> str:
        """Return an id that was never used."""
        self._count += 1
        return f"{self._head}{self._count:x}"

    def named(self, given: str | None, product: str) -> str:
        """Return the name of a new order: the one that its user gave, or else one that was never used.

        Raises:
            UsageError: The product's venue would not take the user's.
        """
        return self.next() if given is None else self._forms.get(product, COMMON).check(given)

    def owns(self, client_order_id: str) -> bool:
        """Tell whether an order goes by this prefix, whichever run placed it; all others are external."""
        return client_order_id.startswith(f"{self.prefix}-")
