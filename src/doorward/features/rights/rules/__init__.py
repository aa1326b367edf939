"""The decisions about rights: which roles there are, over whom a right is held, and who may do what to whom."""
