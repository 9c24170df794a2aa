# FieldScanner and DepthScanner: a tree of wanted keys, filled in one pass over the frame.

from cpython.buffer cimport PyBUF_SIMPLE, PyBuffer_Release, PyObject_GetBuffer
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_CheckExact, PyBytes_GET_SIZE
from cpython.tuple cimport PyTuple_New, PyTuple_SET_ITEM

from tickwright.kernel.pure_fields import FIELDS_MAX as _FIELDS_MAX
from tickwright.kernel.pure_fields import check_fields, check_paths

cdef enum:
    FIELDS_MAX = 60  # they are bits of one word; as in the twin
    NOWHERE = -1

assert FIELDS_MAX == _FIELDS_MAX


cdef struct Field:
    const char *key
    Py_ssize_t key_length
    int kind
    bint is_optional
    int slot     # place in the result; a LEVEL has two
    int child    # an OBJECT's first field
    int sibling  # the next field of the same object


cdef inline bint is_key(const Field *field, const Span *key) noexcept nogil:
    # Venues on a hot path use one-letter keys, for which calling `memcmp` is most of the cost.
    if field.key_length != key.length or <unsigned char>field.key[0] != key.start[0]:
        return False
    return key.length == 1 or memcmp(field.key, key.start, key.length) == 0


cdef class _Scanner:
    # The tree, and the walk along it.

    cdef list keys      # holds the bytes that fields point to
    cdef list names     # the same as text, for keys with escapes
    cdef list paths     # of each slot, for errors
    cdef list words     # of each slot that is a WORD
    cdef list given     # the slots that no field fills
    cdef Field fields[FIELDS_MAX]
    cdef int count
    cdef int slots
    cdef uint64_t required  # bits of fields

    @cython.final
    cdef int build(self, fields) except -1:
        # `fields` is a list of (path, kind) that `check_fields` has passed; `None` leaves a slot open.
        self.keys = []
        self.names = []
        self.paths = []
        self.words = []
        self.given = []
        self.count = 0
        self.slots = 0
        self.required = 0
        for field in fields:
            if field is None:
                self.given.append(self.slots)
                self.take_slots(None, None, 1)
            else:
                self.build_field(field[0], field[1])
        return 0

    @cython.final
    cdef int build_field(self, str path, kind) except -1:
        cdef int parent = NOWHERE, found, number = WORD
        cdef bint is_optional = False
        *parents, last = path.split(".")
        for key in parents:
            found = self.child_of(parent, key)
            parent = found if found != NOWHERE else self.add(parent, key, OBJECT, False)
        if isinstance(kind, str):
            is_optional = kind.endswith("?")
            number = KINDS[kind.removesuffix("?")]
        found = self.add(parent, last, number, is_optional)
        self.fields[found].slot = self.slots
        self.take_slots(path, spelled(kind) if number == WORD else None, 2 if number == LEVEL else 1)
        return 0

    @cython.final
    cdef int take_slots(self, path, words, int count) except -1:
        self.slots += count
        self.paths += [path] * count
        self.words += [words] * count
        return 0

    @cython.final
    cdef int first_of(self, int parent) noexcept:
        if parent == NOWHERE:
            return 0 if self.count else NOWHERE
        return self.fields[parent].child

    @cython.final
    cdef int child_of(self, int parent, str key) except -2:
        cdef int field = self.first_of(parent)
        while field != NOWHERE and self.names[field] != key:
            field = self.fields[field].sibling
        return field

    @cython.final
    cdef int add(self, int parent, str key, int kind, bint is_optional) except -1:
        cdef int this = self.count, last = self.first_of(parent)
        cdef Field *field = &self.fields[this]
        cdef bytes encoded = key.encode()
        self.keys.append(encoded)
        self.names.append(key)
        field.key = PyBytes_AS_STRING(encoded)
        field.key_length = len(encoded)
        field.kind = kind
        field.is_optional = is_optional
        field.slot = field.child = field.sibling = NOWHERE
        if last == NOWHERE:
            if parent != NOWHERE:
                self.fields[parent].child = this
        else:
            while self.fields[last].sibling != NOWHERE:
                last = self.fields[last].sibling
            self.fields[last].sibling = this
        if kind != OBJECT and not is_optional:
            self.required |= <uint64_t>1 << this
        self.count += 1
        return this

    @cython.final
    cdef tuple run(self, frame, int price_scale, int quantity_scale):
        cdef Py_buffer view
        if PyBytes_CheckExact(frame):
            return self.walk(
                <const unsigned char *>PyBytes_AS_STRING(frame),
                PyBytes_GET_SIZE(frame),
                price_scale,
                quantity_scale,
            )
        PyObject_GetBuffer(frame, &view, PyBUF_SIMPLE)
        try:
            return self.walk(<const unsigned char *>view.buf, view.len, price_scale, quantity_scale)
        finally:
            PyBuffer_Release(&view)

    @cython.final
    cdef tuple walk(self, const unsigned char *data, Py_ssize_t length, int price_scale, int quantity_scale):
        cdef Cursor c
        cdef uint64_t seen = 0
        c.start = c.at = data
        c.end = data + length
        c.problem = NULL
        values = self.read_values(&c, &seen, price_scale, quantity_scale)
        if next_char(&c) != -1:
            raise_problem(&c, b"data after the end")
        self.require(seen)
        return values

    @cython.final
    cdef tuple read_values(self, Cursor *c, uint64_t *seen, int price_scale, int quantity_scale):
        # One object, and what is wanted of it.
        cdef int n
        cdef tuple values = PyTuple_New(self.slots)
        # Filled before anything can look at the tuple.
        for n in range(self.slots):
            Py_INCREF(None)
            PyTuple_SET_ITEM(values, n, None)
        if next_char(c) != c'{':
            raise_problem(c, b"an object expected")
        self.read_object(c, self.first_of(NOWHERE), values, seen, price_scale, quantity_scale)
        return values

    @cython.final
    cdef int require(self, uint64_t seen) except -1:
        cdef int n
        if self.required & ~seen:
            for n in range(self.count):
                if (self.required & ~seen) >> n & 1:
                    raise DecodeError(f"{self.paths[self.fields[n].slot]} is missing")
        return 0

    @cython.final
    cdef int read_object(
        self, Cursor *c, int first, tuple values, uint64_t *seen, int price_scale, int quantity_scale
    ) except -1:
        # At the opening brace.
        cdef Span key
        cdef int field, byte
        c.at += 1
        if next_char(c) == c'}':
            c.at += 1
            return 0
        while True:
            if next_char(c) != c'"':
                raise_problem(c, b"a key expected")
            if read_string(c, &key) < 0 or expect(c, c':', b"colon expected") < 0:
                raise_problem(c, NULL)
            field = self.match(&key, first)
            if field == NOWHERE:
                if skip_value(c, 3) < 0:
                    raise_problem(c, NULL)
            else:
                if seen[0] >> field & 1:
                    raise_problem(c, b"the key occurs more than once, before")
                seen[0] |= <uint64_t>1 << field
                self.read_field(c, &self.fields[field], values, seen, price_scale, quantity_scale)
            byte = next_char(c)
            if byte == c'}':
                c.at += 1
                return 0
            if byte != c',':
                raise_problem(c, b"comma or } expected")
            c.at += 1

    @cython.final
    cdef inline int match(self, const Span *key, int field) except -2:
        if key.is_escaped:
            name = text_of(key)
            while field != NOWHERE and self.names[field] != name:
                field = self.fields[field].sibling
            return field
        while field != NOWHERE:
            if is_key(&self.fields[field], key):
                return field
            field = self.fields[field].sibling
        return NOWHERE

    @cython.final
    cdef int read_field(
        self, Cursor *c, Field *field, tuple values, uint64_t *seen, int price_scale, int quantity_scale
    ) except -1:
        cdef int byte = next_char(c)
        cdef object value
        if field.kind == OBJECT:
            if byte == c'{':
                return self.read_object(c, field.child, values, seen, price_scale, quantity_scale)
            if skip_value(c, 3) < 0:
                raise_problem(c, NULL)
            return 0
        if byte == c'n' and field.is_optional:
            if skip_word(c, b"null", 4) < 0:
                raise_problem(c, NULL)
            return 0
        if field.kind == LEVEL:
            return scan_level(c, values, field.slot)
        if field.kind == BIDS or field.kind == ASKS:
            value = scan_levels(c, price_scale, quantity_scale)
        elif field.kind == WORD:
            value = scan_word(c, self.words[field.slot])
        else:
            value = scan_value(c, field.kind, byte)
        fill(values, field.slot, value)
        return 0


@cython.final
cdef class FieldScanner(_Scanner):
    """Takes chosen values out of a JSON frame, in one pass.

    Args:
        fields: ``(dotted path, kind)`` of each value. Kinds are ``int`` (64 bits), ``decimal``, ``bool``, ``text``,
            and ``level``: the price level of an array that has one or none. A question mark after it makes the value
            optional.

    Raises:
        UsageError: If a kind is unknown, or the paths cannot be watched together.
    """

    def __init__(self, *, fields):
        check_fields(fields)
        self.build(fields)

    def scan(self, frame):
        """Return the values of ``frame`` in the order of ``fields``; ``None`` for an optional one without.

        A level is two of them, price and quantity; ``None`` both for an empty array.

        Raises:
            DecodeError: If the frame is not JSON, or lacks a value, or one is not of its kind.
        """
        return self.run(frame, 0, 0)


@cython.final
cdef class DepthScanner(_Scanner):
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
    """

    def __init__(self, *, ints=(), bids, asks, optional_ints=(), texts=()):
        check_paths([*ints, *optional_ints, *texts, bids, asks])
        self.build([
            *[(path, "int") for path in ints],
            *[(path, "int?") for path in optional_ints],
            *[(path, "text") for path in texts],
            (bids, "bids"),
            (asks, "asks"),
        ])

    def scan(self, frame, int price_scale, int quantity_scale):
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
        check_scales(price_scale, quantity_scale)
        return self.run(frame, price_scale, quantity_scale)
