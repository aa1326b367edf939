"""Operators' acts: `adding`, `editing` (enabling, password resets), `grouping`, `rule_sets`, and `first` (welcome)."""
