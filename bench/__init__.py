"""The benchmark: `python -m bench` measures this machine and writes docs/performance.md."""
