# Price levels from a JSON frame's bytes, as pairs of fixed-point numbers.

cdef enum:
    FAST_LEVEL_BYTES = 48  # ["12345678.12345678","12345678.12345678"] is 41, and words are read past its end

# Levels are read into this buffer and then copied to an allocation of the right size. There is one for all
# scanners, which is safe because no Python code runs while it is in use.
cdef int64_t *SCRATCH = NULL
cdef Py_ssize_t SCRATCH_LEVELS = 0


cdef int grow_scratch() noexcept:
    global SCRATCH, SCRATCH_LEVELS
    cdef Py_ssize_t levels = max(2 * SCRATCH_LEVELS, 1024)
    cdef void *grown = PyMem_RawRealloc(SCRATCH, 16 * levels)
    if grown == NULL:
        return -1
    SCRATCH = <int64_t *>grown
    SCRATCH_LEVELS = levels
    return 0


cdef inline const unsigned char *fast_level(
    const unsigned char *at, int price_scale, int quantity_scale, int64_t *level
) noexcept nogil:
    # ["digits.digits","digits.digits"] without white space. NULL for anything else, which `read_level` judges.
    # Reads at most FAST_LEVEL_BYTES: the caller has made sure of them.
    if at[0] != c'[' or at[1] != c'"':
        return NULL
    at = fast_fixed(at + 2, price_scale, level)
    if at == NULL or at[0] != c'"' or at[1] != c',' or at[2] != c'"':
        return NULL
    at = fast_fixed(at + 3, quantity_scale, level + 1)
    if at == NULL or at[0] != c'"' or at[1] != c']':
        return NULL
    return at + 2


cdef int read_level(Cursor *c, int price_scale, int quantity_scale, int64_t *level) noexcept nogil:
    # [price, quantity, anything further].
    if expect(c, c'[', b"a level (an array) expected") < 0:
        return -1
    if read_fixed(c, price_scale, level) < 0 or expect(c, c',', b"a quantity expected") < 0:
        return -1
    if read_fixed(c, quantity_scale, level + 1) < 0:
        return -1
    if level[1] < 0:
        return fail(c, b"a quantity is negative, before")
    return end_level(c)


cdef inline int end_level(Cursor *c) noexcept nogil:
    # Behind the quantity.
    cdef int byte
    while True:
        byte = next_char(c)
        if byte == c']':
            c.at += 1
            return 0
        if byte != c',':
            return fail(c, b"comma or ] expected")
        c.at += 1
        if skip_value(c, 3) < 0:
            return -1


cdef Py_ssize_t read_levels(Cursor *c, int price_scale, int quantity_scale) noexcept:
    # Fill SCRATCH; return the number of levels, or -1.
    cdef const unsigned char *at
    cdef Py_ssize_t count = 0
    cdef bint has_words = TW_HAS_WORDS and price_scale <= WORD_DIGITS and quantity_scale <= WORD_DIGITS
    cdef int byte
    if expect(c, c'[', b"an array of levels expected") < 0:
        return -1
    if next_char(c) == c']':
        c.at += 1
        return 0
    while True:
        if count == SCRATCH_LEVELS and grow_scratch() < 0:
            return fail(c, b"out of memory for levels")
        at = NULL
        if has_words and c.end - c.at >= FAST_LEVEL_BYTES:
            at = fast_level(c.at, price_scale, quantity_scale, SCRATCH + 2 * count)
        if at != NULL:
            c.at = at
        elif read_level(c, price_scale, quantity_scale, SCRATCH + 2 * count) < 0:
            return -1
        count += 1
        byte = next_char(c)
        if byte == c']':
            c.at += 1
            return count
        if byte != c',':
            return fail(c, b"comma or ] expected")
        c.at += 1
