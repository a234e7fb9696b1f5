"""Measurements: each module here has `run() -> dict[name, Value]` and says against what it measures."""
