"""What decides about one-time codes, as pure functions: `codes`, `clock_errors`, `provisioning`."""
