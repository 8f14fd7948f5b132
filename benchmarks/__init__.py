"""Measurements of the real code; each prints a table, or JSON with --json."""
