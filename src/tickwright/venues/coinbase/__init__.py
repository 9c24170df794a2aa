"""Coinbase Advanced Trade: public data of its spot markets."""
