"""The simulated world of the sources: facts by hash, real answer shapes, troubles, a server."""
