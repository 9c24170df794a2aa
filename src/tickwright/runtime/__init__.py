"""Where asyncio lives: supervisor, sessions, bus."""
