# The name of a stream at a fixed place in a frame: the one look that every frame takes before anything is parsed.

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_GET_SIZE
from cpython.unicode cimport PyUnicode_DecodeUTF8
from libc.string cimport memchr, memcmp


def name_after(bytes frame not None, bytes prefix not None):
    """Return what stands between ``prefix`` at the frame's start and the next quote."""
    cdef const char* start = PyBytes_AS_STRING(frame)
    cdef Py_ssize_t size = PyBytes_GET_SIZE(frame)
    cdef Py_ssize_t skip = PyBytes_GET_SIZE(prefix)
    cdef const char* name
    cdef const char* quote
    if size <= skip or memcmp(start, PyBytes_AS_STRING(prefix), skip) != 0:
        return None
    name = start + skip
    quote = <const char*>memchr(name, b'"', size - skip)
    if quote is NULL or memchr(name, b'\\', quote - name) is not NULL:
        return None
    try:
        return PyUnicode_DecodeUTF8(<char*>name, quote - name, NULL)
    except UnicodeDecodeError:
        return None
