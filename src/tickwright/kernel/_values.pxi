# What a scanner makes of one JSON value: a number, a text, a price level. Errors become exceptions here.

import json

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_GET_SIZE
from cpython.tuple cimport PyTuple_GET_ITEM, PyTuple_GET_SIZE, PyTuple_SET_ITEM
from cpython.unicode cimport PyUnicode_DecodeUTF8

from tickwright.kernel.pure_values import read_id

cdef enum:
    NS_PER_MS = 1_000_000
    ID_DIGITS_MAX = 19  # of the largest number of 63 bits

cdef int64_t TIME_MS_MAX = INT64_MAX // NS_PER_MS

cdef enum Kind:
    OBJECT  # leads to fields
    INT
    DECIMAL
    BOOL
    TEXT
    LEVEL
    BIDS
    ASKS
    ID
    MS
    POSITIVE
    WORD

cdef dict KINDS = {
    "int": INT, "decimal": DECIMAL, "bool": BOOL, "text": TEXT, "level": LEVEL, "bids": BIDS, "asks": ASKS,
    "id": ID, "ms": MS, "positive": POSITIVE,
}


cdef inline void fill(tuple values, int slot, object value) noexcept:
    Py_INCREF(value)
    PyTuple_SET_ITEM(values, slot, value)
    Py_DECREF(None)  # which stood there


cdef int raise_problem(Cursor *c, const char *problem) except -1:
    cdef const char *what = problem if problem != NULL else c.problem
    if c.at >= c.end:
        raise DecodeError(f"truncated: {what.decode()}", c.end - c.start)
    raise DecodeError(what.decode(), c.at - c.start)


cdef object text_of(const Span *span):
    # `read_string` has checked UTF-8 and escapes.
    cdef str text = PyUnicode_DecodeUTF8(<const char *>span.start, span.length, NULL)
    return json.loads(f'"{text}"') if span.is_escaped else text


cdef Levels scan_levels(Cursor *c, int price_scale, int quantity_scale):
    cdef Py_ssize_t count = read_levels(c, price_scale, quantity_scale)
    cdef Levels levels
    if count < 0:
        raise_problem(c, NULL)
    levels = new_levels(count, price_scale, quantity_scale)
    if count:
        memcpy(levels.data, SCRATCH, 16 * count)
    return levels


cdef int scan_level(Cursor *c, tuple values, int slot) except -1:
    # [[price, quantity, anything further]], or [], which puts nothing.
    cdef int byte
    if expect(c, c'[', b"an array of levels expected") < 0:
        raise_problem(c, NULL)
    if next_char(c) != c']':
        if expect(c, c'[', b"a level (an array) expected") < 0:
            raise_problem(c, NULL)
        fill(values, slot, scan_decimal(c))
        if expect(c, c',', b"a quantity expected") < 0:
            raise_problem(c, NULL)
        fill(values, slot + 1, scan_decimal(c))
        if end_level(c) < 0:
            raise_problem(c, NULL)
        byte = next_char(c)
        if byte == c',':
            raise_problem(c, b"one level expected")
        if byte != c']':
            raise_problem(c, b"] expected")
    c.at += 1
    return 0


cdef inline object scan_decimal(Cursor *c):
    cdef Span span
    span.length = 0
    if read_number(c, &span) < 0:
        raise_problem(c, NULL)
    return make_decimal(span.start, span.length)


cdef object scan_positive(Cursor *c):
    cdef Span span
    span.length = 0
    if read_number(c, &span) < 0:
        raise_problem(c, NULL)
    if not is_positive(&span):
        raise_problem(c, b"a positive number expected, before")
    return make_decimal(span.start, span.length)


cdef object id_of(const Span *span):
    # A number where it is one that 64 bits hold, as any other text otherwise.
    cdef uint64_t total = 0
    cdef Py_ssize_t n
    if span.is_escaped:
        return read_id(text_of(span))
    if not 0 < span.length <= ID_DIGITS_MAX or (span.start[0] == c'0' and span.length > 1):
        return text_of(span)
    for n in range(span.length):
        if not c'0' <= span.start[n] <= c'9':
            return text_of(span)
        total = total * 10 + (span.start[n] - c'0')
    return total if total <= <uint64_t>INT64_MAX else text_of(span)


cdef tuple spelled(words):
    # A mapping from words, as `scan_word` looks at it: itself, then each word's bytes and what it stands for.
    found = [dict(words)]
    for word, value in words.items():
        found += [word.encode(), value]
    return tuple(found)


cdef object scan_word(Cursor *c, tuple words):
    cdef Span span
    cdef Py_ssize_t n
    if next_char(c) != c'"':
        raise_problem(c, b"a text expected")
    if read_string(c, &span) < 0:
        raise_problem(c, NULL)
    if not span.is_escaped:
        for n in range(1, PyTuple_GET_SIZE(words), 2):
            word = <bytes>PyTuple_GET_ITEM(words, n)
            if PyBytes_GET_SIZE(word) == span.length and memcmp(PyBytes_AS_STRING(word), span.start, span.length) == 0:
                return <object>PyTuple_GET_ITEM(words, n + 1)
    meanings, text = words[0], text_of(&span)
    if text in meanings:
        return meanings[text]
    if "" in meanings:
        return meanings[""]
    raise_problem(c, b"no such word, before")


cdef object scan_value(Cursor *c, int kind, int byte):
    cdef int64_t number = 0
    cdef Span span
    if kind == INT or kind == MS:
        if read_int(c, &number) < 0:
            raise_problem(c, NULL)
        if kind == INT:
            return number
        if not -TIME_MS_MAX <= number <= TIME_MS_MAX:
            raise_problem(c, b"a time beyond 64 bits of ns, before")
        return number * NS_PER_MS
    if kind == DECIMAL:
        return scan_decimal(c)
    if kind == POSITIVE:
        return scan_positive(c)
    if kind == TEXT or kind == ID:
        if byte != c'"':
            raise_problem(c, b"a text expected")
        if read_string(c, &span) < 0:
            raise_problem(c, NULL)
        if kind == TEXT:
            return text_of(&span)
        return id_of(&span)
    if byte == c't' and skip_word(c, b"true", 4) == 0:
        return True
    if byte == c'f' and skip_word(c, b"false", 5) == 0:
        return False
    raise_problem(c, b"true or false expected")
