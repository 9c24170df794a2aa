"""Feeds, books, trades, candles, captures and their replay."""
