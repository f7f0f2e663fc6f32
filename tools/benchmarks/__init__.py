"""Measures the library beside what one would otherwise use; ``python -m benchmarks``."""
