"""Game days in which everything breaks, in virtual time and one process."""
