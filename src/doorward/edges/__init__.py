"""The outside world, each part replaceable: database, time, chance, secrets, mail."""
