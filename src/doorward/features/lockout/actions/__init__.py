"""Attempts, locks, and what the worker clears up."""
