"""What people do about second factors: `secret_key`, `allowlist`, `exclusions`, `own_key`; `states` serves them all."""
