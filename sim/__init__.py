"""Memory ports and the simulator that is built on them."""
