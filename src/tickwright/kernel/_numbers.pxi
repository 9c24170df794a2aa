# Exact fixed-point numbers, and integers, from a JSON frame's bytes. No Python objects here.
#
# Like `_json.pxi`: functions return 0, or -1 with `problem` set, the cursor at the offending byte.

from libc.stdint cimport INT64_MAX, int64_t

cdef enum:
    NUMBER_LENGTH_MAX = 64  # characters of one number, as in the twin
    WORD_DIGITS = 8         # digits that fit one machine word
    FAST_INT_BYTES = 17     # two words, and what stands behind them

cdef int64_t POWERS[19]
cdef int _power
POWERS[0] = 1
for _power in range(1, 19):
    POWERS[_power] = POWERS[_power - 1] * 10


# --- numbers, one character at a time ----------------------------------------------------------------------

cdef inline int read_number(Cursor *c, Span *span) noexcept nogil:
    # A number, quoted or bare, checked against the grammar that the twin has as `_NUMBER`.
    cdef bint is_quoted = next_char(c) == c'"'
    cdef const unsigned char *exponent = NULL
    if is_quoted:
        c.at += 1
    span.start = c.at
    span.is_escaped = False
    if skip_plain_number(c) < 0:
        return -1
    if is_at_exponent(c):
        exponent = c.at + 1
        if skip_exponent(c) < 0:
            return -1
        if not c'0' <= exponent[0] <= c'9':
            exponent += 1
    span.length = c.at - span.start
    if span.length > NUMBER_LENGTH_MAX:
        return fail(c, b"number too long")
    if exponent != NULL and c.at - exponent > 3:
        return fail(c, b"exponent too long")
    if is_quoted:
        if c.at >= c.end or c.at[0] != c'"':
            return fail(c, b"a number expected")
        c.at += 1
    return 0


cdef inline bint is_positive(const Span *number) noexcept nogil:
    # Of the grammar above.
    cdef Py_ssize_t n
    if number.start[0] == c'-':
        return False
    for n in range(number.length):
        if c'1' <= number.start[n] <= c'9':
            return True
        if (number.start[n] | 32) == c'e':
            return False
    return False


cdef inline int read_int(Cursor *c, int64_t *value) noexcept nogil:
    # An integer, quoted or bare: -?(0|[1-9][0-9]{0,18}) of at most 63 bits.
    cdef const unsigned char *at = NULL
    if TW_HAS_WORDS and c.end - c.at >= FAST_INT_BYTES:
        at = fast_int(c.at, value)
    if at != NULL:
        c.at = at
        return 0
    return read_any_int(c, value)


cdef int read_any_int(Cursor *c, int64_t *value) noexcept nogil:
    # The same in any of its spellings.
    cdef bint is_quoted = next_char(c) == c'"'
    cdef bint is_negative
    cdef const unsigned char *first
    cdef uint64_t total = 0
    if is_quoted:
        c.at += 1
    is_negative = c.at < c.end and c.at[0] == c'-'
    if is_negative:
        c.at += 1
    first = c.at
    while c.at < c.end and c'0' <= c.at[0] <= c'9':
        if c.at - first >= 19:
            return fail(c, b"integer beyond 64 bits")
        total = total * 10 + (c.at[0] - c'0')
        c.at += 1
    if c.at == first:
        return fail(c, b"an integer expected")
    if first[0] == c'0' and c.at - first > 1:
        return fail(c, b"an integer without leading zeros expected")
    if total > <uint64_t>INT64_MAX:
        return fail(c, b"integer beyond 64 bits")
    if is_quoted:
        if c.at >= c.end or c.at[0] != c'"':
            return fail(c, b"an integer expected")
        c.at += 1
    elif c.at < c.end and (c.at[0] == c'.' or (c.at[0] | 32) == c'e'):
        return fail(c, b"an integer expected")
    value[0] = -<int64_t>total if is_negative else <int64_t>total
    return 0


cdef int read_fixed(Cursor *c, int scale, int64_t *value) noexcept nogil:
    # A number at `scale`, quoted or bare, in any of its spellings.
    cdef Span span
    cdef const unsigned char *at
    cdef const unsigned char *end
    cdef uint64_t mantissa = 0
    cdef int shift = scale, zeros = 0, exponent = 0
    cdef bint is_fraction = False, is_negative = False
    if read_number(c, &span) < 0:
        return -1
    at, end = span.start, span.start + span.length
    while at < end and (at[0] | 32) != c'e':
        if at[0] == c'-':
            is_negative = True
        elif at[0] == c'.':
            is_fraction = True
        else:
            shift -= is_fraction
            zeros += 1
            # Zeros wait until a digit follows: those at the end cost no room in the mantissa.
            if at[0] != c'0':
                while zeros:
                    if mantissa > (<uint64_t>INT64_MAX) // 10:
                        return fail(c, b"number beyond 64 bits")
                    mantissa *= 10
                    zeros -= 1
                mantissa += at[0] - c'0'
        at += 1
    if mantissa == 0:
        value[0] = 0
        return 0
    if at < end:
        exponent = read_exponent(at + 1, end)
    shift += zeros + exponent
    if shift < 0:
        return fail(c, b"more digits after the point than the scale has")
    if shift > 18 or mantissa > (<uint64_t>INT64_MAX) // <uint64_t>POWERS[shift]:
        return fail(c, b"number beyond 64 bits")
    value[0] = <int64_t>mantissa * POWERS[shift]
    if is_negative:
        value[0] = -value[0]
    return 0


cdef int read_exponent(const unsigned char *at, const unsigned char *end) noexcept nogil:
    # [+-]?[0-9]{1,3}, which the grammar has checked.
    cdef int exponent = 0
    cdef bint is_negative = at[0] == c'-'
    if is_negative or at[0] == c'+':
        at += 1
    while at < end:
        exponent = exponent * 10 + (at[0] - c'0')
        at += 1
    return -exponent if is_negative else exponent


# --- numbers, eight digits at a time -----------------------------------------------------------------------
#
# Shifting a word's digits to the top puts zeros in front, and three multiplications add up pairs, fours and eights.

cdef inline int64_t eight_digits(uint64_t word) noexcept nogil:
    word = word * 10 + (word >> 8)
    word = ((word & 0x000000FF000000FFULL) * 0x000F424000000064ULL
            + ((word >> 16) & 0x000000FF000000FFULL) * 0x0000271000000001ULL) >> 32
    return <int64_t>(word & 0xFFFFFFFFULL)


cdef inline const unsigned char *fast_fixed(
    const unsigned char *at, int scale, int64_t *value
) noexcept nogil:
    # Digits[.digits] of at most 8 + 8, scale <= 8. NULL for anything else, which `read_fixed` then judges.
    # Reads up to 17 bytes: the caller has made sure of them.
    cdef uint64_t word = load_digits(at)
    cdef uint64_t others = non_digits(word)
    cdef int digits = tw_first_byte(others) if others else WORD_DIGITS
    if digits == 0 or (digits > 1 and at[0] == c'0'):
        return NULL
    value[0] = eight_digits(word << (64 - 8 * digits)) * POWERS[scale]
    at += digits
    if at[0] != c'.':
        return at
    at += 1
    word = load_digits(at)
    others = non_digits(word)
    if tw_likely(others == 0):
        digits = WORD_DIGITS
    else:
        digits = tw_first_byte(others)
        if digits == 0:
            return NULL
        word &= (<uint64_t>1 << (8 * digits)) - 1
    if scale < WORD_DIGITS:
        if word >> (8 * scale):
            return NULL
        if scale == 0:
            return at + digits
        word <<= 64 - 8 * scale
    value[0] += eight_digits(word)
    return at + digits


cdef inline const unsigned char *fast_int(const unsigned char *at, int64_t *value) noexcept nogil:
    # Up to 16 digits, bare. NULL for anything else, which `read_any_int` then judges.
    # Reads up to 17 bytes: the caller has made sure of them.
    cdef uint64_t word = load_digits(at)
    cdef uint64_t others = non_digits(word)
    cdef int digits = tw_first_byte(others) if others else WORD_DIGITS
    if digits == 0 or (digits > 1 and at[0] == c'0'):
        return NULL
    value[0] = eight_digits(word << (64 - 8 * digits))
    at += digits
    if digits == WORD_DIGITS:
        word = load_digits(at)
        others = non_digits(word)
        digits = tw_first_byte(others) if others else WORD_DIGITS
        if digits:
            value[0] = value[0] * POWERS[digits] + eight_digits(word << (64 - 8 * digits))
            at += digits
    # A further digit, a fraction or an exponent.
    if c'0' <= at[0] <= c'9' or at[0] == c'.' or (at[0] | 32) == c'e':
        return NULL
    return at
