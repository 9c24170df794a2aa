# Decimals as cheaply as Python allows.
#
# CPython offers no C interface to its decimals: each is made by calling the type with a text, about 0.2 µs.
# But quotes and trades repeat their numbers, so the last ones are kept in a small table, one place for each
# hash of the text. Decimals are immutable: sharing one shows only in `is`.

from cpython.mem cimport PyMem_RawFree, PyMem_RawMalloc, PyMem_RawRealloc
from cpython.object cimport PyObject
from cpython.ref cimport Py_DECREF, Py_INCREF, Py_XDECREF

from decimal import Decimal

from tickwright.errors import DecodeError, InvalidNumber, UsageError
from tickwright.kernel.fixed import check_scale, to_raw
from tickwright.kernel import fixed as _fixed

cdef extern from "Python.h":
    object PyUnicode_New(Py_ssize_t size, Py_UCS4 maxchar)
    void *PyUnicode_DATA(object text)
    object PyObject_CallOneArg(object callable, object argument)

cdef enum:
    CACHE_BITS = 10
    CACHED_LENGTH_MAX = 16  # characters: two words
    RAW_TEXT_MAX = 24       # sign, 19 digits, point, a zero before it

cdef struct CachedDecimal:
    uint64_t low
    uint64_t high
    PyObject *value

cdef CachedDecimal CACHE[1 << CACHE_BITS]
cdef object _Decimal = Decimal


cdef object new_decimal(const unsigned char *text, Py_ssize_t length):
    cdef object string = PyUnicode_New(length, 127)
    memcpy(PyUnicode_DATA(string), text, length)
    return PyObject_CallOneArg(_Decimal, string)


cdef object make_decimal(const unsigned char *text, Py_ssize_t length):
    # The text is ASCII and keeps to the grammar of numbers, so it holds no zero byte, and padding is no clash.
    cdef uint64_t words[2]
    cdef uint64_t mixed
    cdef CachedDecimal *place
    cdef object value
    cdef PyObject *old
    if length > CACHED_LENGTH_MAX:
        return new_decimal(text, length)
    words[0] = 0
    words[1] = 0
    memcpy(words, text, length)
    # Two odd constants spread the bits; the upper ones of the product choose the place.
    mixed = (words[0] ^ (words[1] * 0xFF51AFD7ED558CCDULL)) * 0x9E3779B97F4A7C15ULL
    place = &CACHE[mixed >> (64 - CACHE_BITS)]
    if place.low == words[0] and place.high == words[1] and place.value != NULL:
        return <object>place.value
    value = new_decimal(text, length)
    old = place.value
    Py_INCREF(value)
    place.low = words[0]
    place.high = words[1]
    place.value = <PyObject *>value
    Py_XDECREF(old)
    return value


cdef object raw_decimal(int64_t raw, int scale):
    # The number with exactly `scale` digits after the point.
    cdef unsigned char text[RAW_TEXT_MAX]
    cdef int at = RAW_TEXT_MAX, digits = 0
    cdef uint64_t rest = <uint64_t>(-raw if raw < 0 else raw)
    while rest or digits <= scale:
        if digits == scale and scale:
            at -= 1
            text[at] = c'.'
        at -= 1
        text[at] = c'0' + <unsigned char>(rest % 10)
        rest //= 10
        digits += 1
    if raw < 0:
        at -= 1
        text[at] = c'-'
    return make_decimal(text + at, RAW_TEXT_MAX - at)
