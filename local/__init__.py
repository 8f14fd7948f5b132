"""The ports on one machine: one SQLite file, a folder, an in-process bus."""
