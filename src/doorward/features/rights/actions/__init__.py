"""Roles, who holds them, what follows from that, and the last able administrator."""
