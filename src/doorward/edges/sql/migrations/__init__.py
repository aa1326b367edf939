"""The history of the schema: numbered in order, forward only, each step frozen once it was released."""
