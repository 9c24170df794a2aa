# A cursor over bytes, and JSON's grammar. No Python objects here.
#
# Functions return 0, or -1 with `problem` set; the cursor then stands at the offending byte.

from libc.stdint cimport uint64_t
from libc.string cimport memcpy

cdef extern from *:
    """
    /* Eight bytes at a time, where the machine is one on which that is right. */
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
    DEPTH_MAX = 200  # nesting; venues need 4. Bounds the C stack.
    WORD_BYTES = 8


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
        if TW_HAS_WORDS and c.end - at >= WORD_BYTES:
            others = non_plain(load_word(at))
            if others == 0:
                at += WORD_BYTES
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
    while TW_HAS_WORDS and c.end - c.at >= WORD_BYTES:
        others = non_digits(load_digits(c.at))
        if others:
            c.at += tw_first_byte(others)
            return 0
        c.at += WORD_BYTES
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
