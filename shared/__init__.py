"""What every function carries: the pure core, typed configuration, messages, settings and logs."""
