"""What decides about a sign-in, as pure functions."""
