"""What Tickwright costs, measured end to end and side by side with its peers: ``python -m benchmarks.run``."""
