"""The kernel's look at a frame's first bytes in plain Python: which stream it belongs to."""

from __future__ import annotations


__all__ = ["name_after"]


def name_after(frame: bytes, prefix: bytes) -> str | None:
    r"""Return what stands between ``prefix`` at the frame's start and the next quote.

    ``None`` where the frame begins otherwise, the quote is missing, or the name has an escape in it or is no UTF-8.

    Example:
        >>> name_after(b'{"stream":"btcusdt@trade","data":{}}', b'{"stream":"')
        'btcusdt@trade'
    """
    if not frame.startswith(prefix):
        return None
    start = len(prefix)
    try:
        name = str(frame[start : frame.index(b'"', start)], "utf-8")
    except ValueError:  # no quote, or no UTF-8
        return None
    return None if "\\" in name else name
