"""Machines as plain objects: events in, effects out. No asyncio, no clock, no I/O."""
