"""Pure rules: no clock, no randomness, no I/O and nothing outside the standard library."""
