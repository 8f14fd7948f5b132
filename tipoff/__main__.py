"""`python -m tipoff`: the same as `tipoff`."""

from __future__ import annotations

from tipoff.cli import main

main()
