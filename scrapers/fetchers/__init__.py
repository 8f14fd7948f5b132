"""How each source is asked, and how its answers are read: one module a source or format."""
