# L2Book: two sorted arrays, the best level at the end.
#
# What makes it fast, on how books really change:
# * Most changes are near the best level, so a search starts at the end and gallops: 8, 16, 32, … places.
# * Venues send deltas sorted from the best outward, so the next search starts where the last one ended.
# * A removed level stays as an empty place (quantity 0). A new level takes one close by, and then only
#   the places between have to move. Empty places at the end are dropped, so that the last place is
#   always the best level; when half of all is empty, they are squeezed out.
#
# A key is the price of a bid and the negated price of an ask: keys rise towards the best on both sides.

from libc.string cimport memmove

cdef enum:
    CAPACITY_MIN = 16
    NEAR = 8          # places that are looked at one by one: for a key, or for an empty one
    EMPTY_MIN = 32    # empty places that are never worth squeezing out


cdef struct Side:
    int64_t *keys
    int64_t *quantities
    Py_ssize_t used      # places, empty ones included
    Py_ssize_t live      # levels
    Py_ssize_t capacity
    int sign


cdef int reserve(Side *side, Py_ssize_t needed) except -1:
    cdef Py_ssize_t capacity = side.capacity
    cdef void *grown
    if needed <= capacity:
        return 0
    capacity = max(needed, capacity + capacity // 2, CAPACITY_MIN)
    grown = PyMem_RawRealloc(side.keys, capacity * sizeof(int64_t))
    if grown == NULL:
        raise MemoryError()
    side.keys = <int64_t *>grown
    grown = PyMem_RawRealloc(side.quantities, capacity * sizeof(int64_t))
    if grown == NULL:
        raise MemoryError()
    side.quantities = <int64_t *>grown
    side.capacity = capacity
    return 0


cdef inline Py_ssize_t find(const Side *side, int64_t key, Py_ssize_t high) noexcept nogil:
    # The first place whose key is `key` or more; all from `high` on are.
    cdef const int64_t *keys = side.keys
    cdef Py_ssize_t step = NEAR, low, middle
    cdef int n, more = 0
    if high >= NEAR:
        # Counted without a branch for each place: no processor predicts where such a search ends.
        for n in range(1, NEAR + 1):
            more += keys[high - n] >= key
        high -= more
        if more < NEAR:
            return high
    while True:
        low = high - step
        if low < 0:
            low = -1
            break
        if keys[low] < key:
            break
        high = low
        step *= 2
    # keys[low] < key <= keys[high], as far as there are such places
    while high - low > 1:
        middle = (low + high) >> 1
        if keys[middle] < key:
            low = middle
        else:
            high = middle
    return high


cdef inline void put(Side *side, Py_ssize_t place, int64_t key, int64_t quantity) noexcept nogil:
    side.keys[place] = key
    side.quantities[place] = quantity


cdef inline void move(Side *side, Py_ssize_t to, Py_ssize_t start, Py_ssize_t count) noexcept nogil:
    memmove(side.keys + to, side.keys + start, count * sizeof(int64_t))
    memmove(side.quantities + to, side.quantities + start, count * sizeof(int64_t))


cdef inline Py_ssize_t insert(
    Side *side, Py_ssize_t place, int64_t key, int64_t quantity
) noexcept nogil:
    # Put a new level before `place`; return where it went.
    cdef Py_ssize_t stop = min(place + NEAR, side.used), empty = place, low
    if place and side.quantities[place - 1] == 0:
        put(side, place - 1, key, quantity)
        return place - 1
    while empty < stop and side.quantities[empty]:
        empty += 1
    if empty == stop and stop < side.used:
        # None above: one below, or else everything up to the best level moves.
        low = max(place - NEAR, 0)
        empty = place - 1
        while empty >= low and side.quantities[empty]:
            empty -= 1
        if empty >= low:
            move(side, empty, empty + 1, place - 1 - empty)
            put(side, place - 1, key, quantity)
            return place - 1
        empty = side.used
    if empty == side.used:
        side.used += 1
    move(side, place + 1, place, empty - place)
    put(side, place, key, quantity)
    return place


cdef inline Py_ssize_t set_level(Side *side, Py_ssize_t place, int64_t key, int64_t quantity) noexcept nogil:
    # Set, add or remove the level that belongs at `place`; return where it is or was.
    if place < side.used and side.keys[place] == key:
        side.live += (quantity != 0) - (side.quantities[place] != 0)
        side.quantities[place] = quantity
        while side.used and side.quantities[side.used - 1] == 0:
            side.used -= 1
        return min(place, side.used)
    if quantity == 0:
        return place
    side.live += 1
    return insert(side, place, key, quantity)


cdef void squeeze(Side *side) noexcept nogil:
    # Drop the empty places.
    cdef Py_ssize_t place, to = 0
    for place in range(side.used):
        if side.quantities[place]:
            put(side, to, side.keys[place], side.quantities[place])
            to += 1
    side.used = to


cdef void apply_side(Side *side, const int64_t *data, Py_ssize_t count) noexcept nogil:
    # Room for `count` more levels has been reserved.
    cdef Py_ssize_t n, place = side.used
    cdef int64_t key, previous = INT64_MAX
    for n in range(count):
        key = data[2 * n] * side.sign
        place = find(side, key, place if key <= previous else side.used)
        place = set_level(side, place, key, data[2 * n + 1])
        previous = key
    if side.used - side.live > EMPTY_MIN + side.live:
        squeeze(side)


cdef bint is_best_first(const Side *side, const int64_t *data, Py_ssize_t count) noexcept nogil:
    # Without doubles and zeros, as snapshots are.
    cdef Py_ssize_t n
    for n in range(count):
        if data[2 * n + 1] == 0:
            return False
        if n and data[2 * n] * side.sign >= data[2 * n - 2] * side.sign:
            return False
    return True


cdef void replace_side(Side *side, const int64_t *data, Py_ssize_t count) noexcept nogil:
    # Room for `count` levels has been reserved.
    cdef Py_ssize_t n
    side.used = 0
    side.live = 0
    if not is_best_first(side, data, count):
        apply_side(side, data, count)
        return
    for n in range(count):
        put(side, count - 1 - n, data[2 * n] * side.sign, data[2 * n + 1])
    side.used = count
    side.live = count


@cython.final
cdef class L2Book:
    """Aggregated bids and asks of one instrument in fixed point, changed by `Levels`.

    It checks that scales fit, and nothing else: whether a delta is the next one, and whether the book may be
    trusted, is decided above it. Decimals are made when it is read, not when it changes.

    Args:
        price_scale: Digits after the point of its prices, 0 to 18.
        quantity_scale: Digits after the point of its quantities, 0 to 18.

    Raises:
        InvalidNumber: If a scale is out of range.
    """

    cdef Side _bids
    cdef Side _asks
    cdef int _price_scale
    cdef int _quantity_scale

    def __cinit__(self, int price_scale, int quantity_scale):
        check_scales(price_scale, quantity_scale)
        self._price_scale = price_scale
        self._quantity_scale = quantity_scale
        self._bids.sign = 1
        self._asks.sign = -1

    def __dealloc__(self):
        PyMem_RawFree(self._bids.keys)
        PyMem_RawFree(self._bids.quantities)
        PyMem_RawFree(self._asks.keys)
        PyMem_RawFree(self._asks.quantities)

    @property
    def price_scale(self):
        """Digits after the point of a price."""
        return self._price_scale

    @property
    def quantity_scale(self):
        """Digits after the point of a quantity."""
        return self._quantity_scale

    def apply(self, Levels bids not None, Levels asks not None):
        """Set each level's absolute quantity; zero removes it, and an unknown one removed is no error.

        Where a price occurs twice in a run, the last one counts.

        Raises:
            InvalidNumber: If the scales differ from the book's; the book is unchanged then.
        """
        self.check(bids)
        self.check(asks)
        # All memory comes first, so that a book is never left half changed.
        reserve(&self._bids, self._bids.used + bids.count)
        reserve(&self._asks, self._asks.used + asks.count)
        apply_side(&self._bids, bids.data, bids.count)
        apply_side(&self._asks, asks.data, asks.count)

    def replace(self, Levels bids not None, Levels asks not None):
        """Forget all levels and take these, in any order; see `apply` for zeros, doubles and errors."""
        self.check(bids)
        self.check(asks)
        reserve(&self._bids, bids.count)
        reserve(&self._asks, asks.count)
        replace_side(&self._bids, bids.data, bids.count)
        replace_side(&self._asks, asks.data, asks.count)

    def clear(self):
        """Forget all levels."""
        replace_side(&self._bids, NULL, 0)
        replace_side(&self._asks, NULL, 0)

    def copy(self):
        """Return an independent book with the same levels."""
        cdef L2Book twin = L2Book(self._price_scale, self._quantity_scale)
        twin.replace(self.bid_levels(), self.ask_levels())
        return twin

    @property
    def best_bid(self):
        """Highest bid and its quantity; ``None`` without bids."""
        return self.pair(&self._bids, self._bids.used - 1) if self._bids.used else None

    @property
    def best_ask(self):
        """Lowest ask and its quantity; ``None`` without asks."""
        return self.pair(&self._asks, self._asks.used - 1) if self._asks.used else None

    @property
    def best_bid_raw(self):
        """`best_bid` as integers at the book's scales."""
        return raw_pair(&self._bids, self._bids.used - 1) if self._bids.used else None

    @property
    def best_ask_raw(self):
        """`best_ask` as integers at the book's scales."""
        return raw_pair(&self._asks, self._asks.used - 1) if self._asks.used else None

    cdef int compare_best(self) noexcept:
        # Below, equal or above zero as the best bid is to the best ask; below without both.
        cdef int64_t bid, ask
        if self._bids.used == 0 or self._asks.used == 0:
            return -1
        bid = self._bids.keys[self._bids.used - 1]
        ask = -self._asks.keys[self._asks.used - 1]
        return (bid > ask) - (bid < ask)

    @property
    def is_crossed(self):
        """True if the best bid is above the best ask."""
        return self.compare_best() > 0

    @property
    def is_locked(self):
        """True if the best bid equals the best ask."""
        return self.compare_best() == 0

    @property
    def bid_count(self):
        """Number of bid levels."""
        return self._bids.live

    @property
    def ask_count(self):
        """Number of ask levels."""
        return self._asks.live

    @property
    def nbytes(self):
        """Bytes that the book occupies, its spare room included."""
        return sizeof(L2Book) + 16 * (self._bids.capacity + self._asks.capacity)

    def __sizeof__(self):
        return self.nbytes

    def bids(self, n=None):
        """Return the best ``n`` bids (all if ``None``), highest first."""
        return self.pairs(&self._bids, count_of(n))

    def asks(self, n=None):
        """Return the best ``n`` asks (all if ``None``), lowest first."""
        return self.pairs(&self._asks, count_of(n))

    def bid_levels(self, n=None):
        """Return the best ``n`` bids (all if ``None``) as `Levels`, highest first."""
        return self.levels(&self._bids, count_of(n))

    def ask_levels(self, n=None):
        """Return the best ``n`` asks (all if ``None``) as `Levels`, lowest first."""
        return self.levels(&self._asks, count_of(n))

    def checksum_input(self, n):
        """Return the best ``n`` bids and asks as integers, for a venue that builds its checksum of them."""
        cdef Py_ssize_t count = count_of(n)
        return raw_pairs(&self._bids, count), raw_pairs(&self._asks, count)

    def depth_to(self, quantity, *, is_bid):
        """Walk one side from its best level until ``quantity`` is found.

        Selling into the bids or buying from the asks at once would trade these levels, so the average
        price is ``notional / filled``.

        Args:
            quantity: What is wanted, positive, at the book's quantity scale.
            is_bid: True to walk the bids, False to walk the asks.

        Returns:
            ``(worst price, notional, filled)``, all exact: the last price reached, the sum of price × quantity
            taken, and the quantity found, which is less than asked where the side is too thin. ``None``
            if the side is empty.

        Raises:
            InvalidNumber: If ``quantity`` is not positive or finer than the scale.
        """
        cdef Side *side = &self._bids if is_bid else &self._asks
        cdef Py_ssize_t place = side.used
        cdef int64_t wanted = to_raw(quantity, self._quantity_scale, "quantity")
        cdef int64_t left = wanted, taken = 0, worst = 0
        if wanted <= 0:
            raise InvalidNumber(f"quantity: {quantity!r} is not positive")
        notional = 0  # a Python int: the product of two 64-bit numbers
        while left and place:
            place -= 1
            if side.quantities[place]:
                worst = side.keys[place] * side.sign
                taken = min(left, side.quantities[place])
                notional += <object>worst * <object>taken
                left -= taken
        if left == wanted:
            return None
        return (
            raw_decimal(worst, self._price_scale),
            fixed_decimal(notional, self._price_scale + self._quantity_scale),
            raw_decimal(wanted - left, self._quantity_scale),
        )

    def __repr__(self):
        bid, ask = self.best_bid, self.best_ask
        return (
            f"L2Book({self.bid_count} bids from {bid[0] if bid else None},"
            f" {self.ask_count} asks from {ask[0] if ask else None})"
        )

    cdef int check(self, Levels levels) except -1:
        if levels._price_scale != self._price_scale or levels._quantity_scale != self._quantity_scale:
            raise InvalidNumber(
                f"levels at scales {levels._price_scale} and {levels._quantity_scale} do not fit a book at"
                f" {self._price_scale} and {self._quantity_scale}; scan them at the instrument's own scales"
            )
        return 0

    cdef tuple pair(self, const Side *side, Py_ssize_t place):
        return (
            raw_decimal(side.keys[place] * side.sign, self._price_scale),
            raw_decimal(side.quantities[place], self._quantity_scale),
        )

    cdef list pairs(self, const Side *side, Py_ssize_t count):
        cdef Py_ssize_t place = side.used
        cdef list found = []
        while place and count:
            place -= 1
            if side.quantities[place]:
                found.append(self.pair(side, place))
                count -= 1
        return found

    cdef Levels levels(self, const Side *side, Py_ssize_t count):
        cdef Levels levels = new_levels(
            side.live if count < 0 else min(count, side.live), self._price_scale, self._quantity_scale
        )
        cdef Py_ssize_t place = side.used, n = 0
        while n < levels.count:
            place -= 1
            if side.quantities[place]:
                levels.data[2 * n] = side.keys[place] * side.sign
                levels.data[2 * n + 1] = side.quantities[place]
                n += 1
        return levels


cdef tuple raw_pair(const Side *side, Py_ssize_t place):
    return side.keys[place] * side.sign, side.quantities[place]


cdef list raw_pairs(const Side *side, Py_ssize_t count):
    cdef Py_ssize_t place = side.used
    cdef list found = []
    while place and count:
        place -= 1
        if side.quantities[place]:
            found.append(raw_pair(side, place))
            count -= 1
    return found


cdef Py_ssize_t count_of(n) except -2:
    # -1 for all.
    if n is None:
        return -1
    if n < 0:
        raise InvalidNumber(f"n: {n} levels; give 0 or more, or None for all")
    return n
