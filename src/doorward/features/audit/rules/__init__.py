"""The decisions about entries: what they hold, what they mean in words, and when they expire."""
