"""Measuring a whole installation from outside: `python -m tests.load.bench`."""
