"""The ``tickwright`` command."""
