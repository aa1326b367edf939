"""Facts of rights, and the commands and outcomes of the acts on them."""
