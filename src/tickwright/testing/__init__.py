"""The testing kit: virtual time, a WebSocket network in memory, and an HTTP host that is a function."""
