"""Kraken: public data of its spot markets over the WebSocket API v2."""
