# A cursor over bytes, JSON's grammar, and exact fixed-point numbers. No Python objects here.
#
# Functions return 0, or -1 with `problem` set; the cursor then stands at the offending byte.

from libc.stdint cimport INT64_MAX, int64_t, uint64_t
from libc.string cimport memcpy

cdef extern from *:
    """
    /* Eight digits at a time, where the machine is one on which that is right. */
    #if defined(__GNUC__) && defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    #define TW_HAS_WORDS 1
    #define tw_first_byte(mask) (__builtin_ctzll(mask) >> 3)
    #else
    #define TW_HAS_WORDS 0
    #define tw_first_byte(mask) 0
    #endif
    #if defined(__GNUC__)
    #define tw_likely(x) __builtin_expect(!!(x), 1)
    #else
    #define tw_likely(x) (x)
    #endif
    """
    const int TW_HAS_WORDS
    int tw_first_byte(uint64_t mask) noexcept nogil
    bint tw_likely(bint x) noexcept nogil

cdef enum:
    DEPTH_MAX = 200         # nesting; venues need 4. Bounds the C stack.
    NUMBER_LENGTH_MAX = 64  # characters of one number, as in the twin
    WORD_DIGITS = 8         # digits that fit one machine word
    FAST_LEVEL_BYTES = 48   # ["12345678.12345678","12345678.12345678"] is 41, and words are read past its end
    FAST_INT_BYTES = 20     # two words, and what stands behind them

cdef int64_t POWERS[19]
cdef int _power
POWERS[0] = 1
for _power in range(1, 19):
    POWERS[_power] = POWERS[_power - 1] * 10


cdef struct Cursor:
    const unsigned char *start
    const unsigned char *at
    const unsigned char *end
    const char *problem


cdef struct Span:
    # A string's or number's bytes, without quotes.
    const unsigned char *start
    Py_ssize_t length
    bint is_escaped


cdef inline int fail(Cursor *c, const char *problem) noexcept nogil:
    c.problem = problem
    return -1


cdef inline int next_char(Cursor *c) noexcept nogil:
    # The next byte that is no white space, not consumed; -1 at the end.
    while c.at < c.end:
        if c.at[0] > 32:
            return c.at[0]
        if c.at[0] != 32 and c.at[0] != 10 and c.at[0] != 13 and c.at[0] != 9:
            return c.at[0]
        c.at += 1
    return -1


cdef inline int expect(Cursor *c, int wanted, const char *problem) noexcept nogil:
    if next_char(c) != wanted:
        return fail(c, problem)
    c.at += 1
    return 0


# --- eight bytes at a time ---------------------------------------------------------------------------------
#
# A word holds the next 8 bytes, the first one lowest; the lowest marked byte is where something ends. Whoever
# reads a word has made sure that there are 8 bytes.

cdef inline uint64_t load_word(const unsigned char *at) noexcept nogil:
    cdef uint64_t word
    memcpy(&word, at, 8)
    return word


cdef inline uint64_t load_digits(const unsigned char *at) noexcept nogil:
    # Exclusive-or with "00000000" makes digits 0 to 9.
    return load_word(at) ^ 0x3030303030303030ULL


cdef inline uint64_t non_digits(uint64_t word) noexcept nogil:
    return ((word + 0x7676767676767676ULL) | word) & 0x8080808080808080ULL


cdef inline uint64_t non_plain(uint64_t word) noexcept nogil:
    # Marks quotes, backslashes, control characters, and what is beyond ASCII. Each term sets the high bit of a byte
    # that it looks for. A borrow may mark bytes above one that is marked rightly; the lowest mark is always right.
    return (
        ((word ^ 0x2222222222222222ULL) - 0x0101010101010101ULL)
        | ((word ^ 0x5C5C5C5C5C5C5C5CULL) - 0x0101010101010101ULL)
        | (word - 0x2020202020202020ULL)
        | word
    ) & 0x8080808080808080ULL


# --- strings -----------------------------------------------------------------------------------------------

cdef inline bint is_hex(int byte) noexcept nogil:
    return 48 <= byte <= 57 or 65 <= byte <= 70 or 97 <= byte <= 102


cdef int skip_escape(Cursor *c) noexcept nogil:
    # At a backslash.
    cdef int n
    if c.end - c.at < 2:
        c.at = c.end
        return fail(c, b"truncated in a string")
    c.at += 1
    if c.at[0] == c'u':
        if c.end - c.at < 5:
            return fail(c, b"truncated in a string")
        for n in range(1, 5):
            if not is_hex(c.at[n]):
                return fail(c, b"four hexadecimal digits expected")
        c.at += 5
        return 0
    if c.at[0] in (c'"', c'\\', c'/', c'b', c'f', c'n', c'r', c't'):
        c.at += 1
        return 0
    return fail(c, b"no such escape")


cdef int skip_utf8(Cursor *c) noexcept nogil:
    # At a byte above 127: one character, neither overlong nor a surrogate.
    cdef int lead = c.at[0]
    cdef int low = 0x80, high = 0xBF, more, n
    if 0xC2 <= lead <= 0xDF:
        more = 1
    elif 0xE0 <= lead <= 0xEF:
        more = 2
        if lead == 0xE0:
            low = 0xA0
        elif lead == 0xED:
            high = 0x9F
    elif 0xF0 <= lead <= 0xF4:
        more = 3
        if lead == 0xF0:
            low = 0x90
        elif lead == 0xF4:
            high = 0x8F
    else:
        return fail(c, b"UTF-8 expected")
    if c.end - c.at <= more or not low <= c.at[1] <= high:
        return fail(c, b"UTF-8 expected")
    for n in range(2, more + 1):
        if not 0x80 <= c.at[n] <= 0xBF:
            return fail(c, b"UTF-8 expected")
    c.at += more + 1
    return 0


cdef inline int read_string(Cursor *c, Span *span) noexcept nogil:
    # At the opening quote; leaves the cursor behind the closing one.
    cdef const unsigned char *at = c.at + 1
    cdef uint64_t others
    cdef int byte
    span.start = at
    span.is_escaped = False
    while at < c.end:
        if TW_HAS_WORDS and c.end - at >= 8:
            others = non_plain(load_word(at))
            if others == 0:
                at += 8
                continue
            at += tw_first_byte(others)
        byte = at[0]
        if byte == c'"':
            span.length = at - span.start
            c.at = at + 1
            return 0
        if 32 <= byte < 128 and byte != c'\\':
            at += 1
            continue
        c.at = at
        if byte < 32:
            return fail(c, b"control character in a string")
        if byte == c'\\':
            span.is_escaped = True
            if skip_escape(c) < 0:
                return -1
        elif skip_utf8(c) < 0:
            return -1
        at = c.at
    c.at = at
    return fail(c, b"truncated in a string")


# --- values that nobody asked for --------------------------------------------------------------------------

cdef inline int skip_digits(Cursor *c) noexcept nogil:
    # At least one.
    cdef uint64_t others
    if c.at >= c.end or not c'0' <= c.at[0] <= c'9':
        return fail(c, b"a digit expected")
    while TW_HAS_WORDS and c.end - c.at >= WORD_DIGITS:
        others = non_digits(load_digits(c.at))
        if others:
            c.at += tw_first_byte(others)
            return 0
        c.at += WORD_DIGITS
    while c.at < c.end and c'0' <= c.at[0] <= c'9':
        c.at += 1
    return 0


cdef inline int skip_plain_number(Cursor *c) noexcept nogil:
    # -?(0|[1-9][0-9]*)(\.[0-9]+)?
    if c.at < c.end and c.at[0] == c'-':
        c.at += 1
    if c.at < c.end and c.at[0] == c'0':
        c.at += 1
    elif skip_digits(c) < 0:
        return -1
    if c.at < c.end and c.at[0] == c'.':
        c.at += 1
        return skip_digits(c)
    return 0


cdef inline bint is_at_exponent(const Cursor *c) noexcept nogil:
    return c.at < c.end and (c.at[0] | 32) == c'e'


cdef int skip_exponent(Cursor *c) noexcept nogil:
    # [eE][+-]?[0-9]+, at its letter.
    c.at += 1
    if c.at < c.end and (c.at[0] == c'+' or c.at[0] == c'-'):
        c.at += 1
    return skip_digits(c)


cdef inline int skip_number(Cursor *c) noexcept nogil:
    # JSON's grammar.
    if skip_plain_number(c) < 0:
        return -1
    return skip_exponent(c) if is_at_exponent(c) else 0


cdef int skip_word(Cursor *c, const char *word, Py_ssize_t length) noexcept nogil:
    cdef Py_ssize_t n
    if c.end - c.at < length:
        return fail(c, b"true, false or null expected")
    for n in range(length):
        if c.at[n] != <unsigned char>word[n]:
            return fail(c, b"true, false or null expected")
    c.at += length
    return 0


cdef int skip_array(Cursor *c, int depth) noexcept nogil:
    cdef int byte
    c.at += 1
    if next_char(c) == c']':
        c.at += 1
        return 0
    while True:
        if skip_value(c, depth + 1) < 0:
            return -1
        byte = next_char(c)
        if byte == c']':
            c.at += 1
            return 0
        if byte != c',':
            return fail(c, b"comma or ] expected")
        c.at += 1


cdef int skip_object(Cursor *c, int depth) noexcept nogil:
    cdef Span key
    cdef int byte
    c.at += 1
    if next_char(c) == c'}':
        c.at += 1
        return 0
    while True:
        if next_char(c) != c'"':
            return fail(c, b"a key expected")
        if read_string(c, &key) < 0 or expect(c, c':', b"colon expected") < 0:
            return -1
        if skip_value(c, depth + 1) < 0:
            return -1
        byte = next_char(c)
        if byte == c'}':
            c.at += 1
            return 0
        if byte != c',':
            return fail(c, b"comma or } expected")
        c.at += 1


cdef int skip_value(Cursor *c, int depth) noexcept nogil:
    cdef Span text
    cdef int byte = next_char(c)
    if byte == c'"':
        return read_string(c, &text)
    if byte == c'{' or byte == c'[':
        if depth >= DEPTH_MAX:
            return fail(c, b"nested too deeply")
        return skip_object(c, depth) if byte == c'{' else skip_array(c, depth)
    if byte == c't':
        return skip_word(c, b"true", 4)
    if byte == c'f':
        return skip_word(c, b"false", 5)
    if byte == c'n':
        return skip_word(c, b"null", 4)
    if byte == c'-' or c'0' <= byte <= c'9':
        return skip_number(c)
    return fail(c, b"truncated" if byte < 0 else b"a value expected")


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
