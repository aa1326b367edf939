"""Operators' acts: `adding`, `editing` (with enabling and password resets), and `first` (welcome link and rescue)."""
