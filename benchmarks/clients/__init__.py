"""The measured clients, each a program of its own: ``python -m benchmarks.clients.<name> --rest … --ws …``."""
