"""Chance, as everything above ``io`` is given it: a ``random.Random``, either truly random or from a seed."""

from __future__ import annotations

from random import Random


__all__ = ["Entropy", "system_random"]

_ID_ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz"


def system_random() -> Random:
    """Return a generator seeded by the operating system.

    It spreads delays and makes names; it is no source of keys.
    """
    return Random()


class Entropy:
    """One root of chance, from which every part takes a stream of its own.

    Streams are named, so that a new part, or one that draws more often, leaves the draws of all the
    others as they were: with the same seed a whole run repeats itself.

    Args:
        seed: Repeats a run; ``None`` takes a new one, to be found in `seed` afterwards.

    Example:
        >>> Entropy(7).stream("restart").random() == Entropy(7).stream("restart").random()
        True
    """

    __slots__ = ("_ids", "seed")

    def __init__(self, seed: int | None = None) -> None:
        self.seed = system_random().getrandbits(63) if seed is None else seed
        self._ids = self.stream("ids")

    def stream(self, name: str) -> Random:
        """Return a new generator for the part called ``name``; the same name gives the same draws."""
        return Random(f"{self.seed}/{name}")

    def new_id(self, prefix: str = "", length: int = 20) -> str:
        """Return ``prefix`` and ``length`` letters and digits, unlike any before (about 5.2 bits a letter)."""
        return prefix + "".join(self._ids.choices(_ID_ALPHABET, k=length))

    def __repr__(self) -> str:
        return f"Entropy(seed={self.seed})"
