"""Operators' acts: `adding`, `editing` (also enabling, password resets), `grouping`, and `first` (welcome, rescue)."""
