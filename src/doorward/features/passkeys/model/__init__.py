"""Facts of passkeys, and what their owners ask and are answered."""
