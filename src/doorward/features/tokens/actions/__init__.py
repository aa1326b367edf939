"""Reading files of tokens, taking them into the inventory, and looking at it."""
