# Levels: an immutable run of price levels.
#
# Price and quantity alternate in one allocation, so that NumPy sees rows, and a run costs one malloc and one
# object from the free list.

cimport cython
from cpython.buffer cimport PyBUF_FORMAT, PyBUF_ND, PyBUF_STRIDES, PyBUF_WRITABLE
from cpython.bytes cimport PyBytes_FromStringAndSize
from libc.string cimport memcmp


cdef inline int check_scales(int price_scale, int quantity_scale) except -1:
    if not (0 <= price_scale <= 18 and 0 <= quantity_scale <= 18):
        check_scale(price_scale, "price scale")
        check_scale(quantity_scale, "quantity scale")
    return 0


@cython.final
@cython.freelist(64)
cdef class Levels:
    """An immutable run of price levels, as 64-bit integers at the instrument's own scales.

    Scanners make it from frames. Reading it makes exact ``Decimal`` pairs ``(price, quantity)``; a quantity
    of zero in a delta means that the level is gone. It supports the buffer protocol, without a copy, as rows
    of price and quantity: ``numpy.asarray(levels)``.
    """

    cdef Py_ssize_t count
    cdef int64_t *data  # price, quantity, price, …; NULL for none
    cdef int _price_scale
    cdef int _quantity_scale
    cdef Py_ssize_t shape[2]
    cdef Py_ssize_t strides[2]

    def __init__(self):
        raise TypeError("Levels come from a scanner, a book or Levels.from_pairs")

    def __dealloc__(self):
        PyMem_RawFree(self.data)

    @staticmethod
    def from_pairs(pairs, int price_scale, int quantity_scale):
        """Return the levels of ``pairs`` (text, int or Decimal), in their order.

        Raises:
            InvalidNumber: For a float, a negative quantity, or a number that a scale cannot hold exactly.
        """
        cdef Py_ssize_t n = 0
        check_scales(price_scale, quantity_scale)
        raws = [(to_raw(price, price_scale, "price"), to_raw(quantity, quantity_scale, "quantity"))
                for price, quantity in pairs]
        cdef Levels levels = new_levels(len(raws), price_scale, quantity_scale)
        for price, quantity in raws:
            if quantity < 0:
                raise InvalidNumber(f"quantity: {fixed_decimal(quantity, quantity_scale)} is negative")
            levels.data[2 * n] = price
            levels.data[2 * n + 1] = quantity
            n += 1
        return levels

    @property
    def price_scale(self):
        """Digits after the point of a price."""
        return self._price_scale

    @property
    def quantity_scale(self):
        """Digits after the point of a quantity."""
        return self._quantity_scale

    @property
    def nbytes(self):
        """Bytes of the levels themselves: 16 each."""
        return 16 * self.count

    cdef Py_ssize_t place(self, Py_ssize_t index) except -1:
        cdef Py_ssize_t place = index + self.count if index < 0 else index
        if not 0 <= place < self.count:
            raise IndexError(f"level {index} of {self.count}")
        return place

    def raw(self, Py_ssize_t index, /):
        """Return price and quantity of a level as integers at the two scales."""
        index = self.place(index)
        return self.data[2 * index], self.data[2 * index + 1]

    def as_array(self):
        """Return the levels as a read-only view of shape (n, 2) and format ``q``: price, quantity."""
        return memoryview(self)

    def __len__(self):
        return self.count

    def __getitem__(self, Py_ssize_t index):
        return self.pair(self.place(index))

    def __iter__(self):
        cdef Py_ssize_t index
        for index in range(self.count):
            yield self.pair(index)

    cdef tuple pair(self, Py_ssize_t index):
        return (
            raw_decimal(self.data[2 * index], self._price_scale),
            raw_decimal(self.data[2 * index + 1], self._quantity_scale),
        )

    def __eq__(self, other):
        if not isinstance(other, Levels):
            return NotImplemented
        cdef Levels that = other
        return (
            self.count == that.count
            and self._price_scale == that._price_scale
            and self._quantity_scale == that._quantity_scale
            and (self.count == 0 or memcmp(self.data, that.data, 16 * self.count) == 0)
        )

    def __hash__(self):
        return hash((
            self._price_scale,
            self._quantity_scale,
            PyBytes_FromStringAndSize(<char *>self.data, 16 * self.count) if self.count else b"",
        ))

    def __repr__(self):
        shown = ", ".join([f"{p:f} x {q:f}" for p, q in [self.pair(n) for n in range(min(3, self.count))]])
        return f"Levels({self.count}: {shown}{', …' if self.count > 3 else ''})"

    def __sizeof__(self):
        return sizeof(Levels) + 16 * self.count

    def __getbuffer__(self, Py_buffer *view, int flags):
        if flags & PyBUF_WRITABLE:
            raise BufferError("Levels are immutable")
        self.shape[0] = self.count
        self.shape[1] = 2
        self.strides[0] = 16
        self.strides[1] = 8
        # A view of nothing still wants an address.
        view.buf = <void *>self.data if self.count else <void *>self.shape
        view.obj = self
        view.len = 16 * self.count
        view.readonly = 1
        view.itemsize = 8
        view.format = NULL
        if flags & PyBUF_FORMAT:
            view.format = b"q"
        view.ndim = 2 if flags & PyBUF_ND else 1
        view.shape = self.shape if flags & PyBUF_ND else NULL
        view.strides = self.strides if (flags & PyBUF_STRIDES) == PyBUF_STRIDES else NULL
        view.suboffsets = NULL
        view.internal = NULL


cdef object fixed_decimal(object raw, int scale):
    return _fixed.to_decimal(raw, scale)


cdef Levels new_levels(Py_ssize_t count, int price_scale, int quantity_scale):
    cdef Levels levels = Levels.__new__(Levels)
    if count:
        levels.data = <int64_t *>PyMem_RawMalloc(16 * count)
        if levels.data == NULL:
            raise MemoryError()
    levels.count = count
    levels._price_scale = price_scale
    levels._quantity_scale = quantity_scale
    return levels
