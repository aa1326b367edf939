"""What a seed, a line of a file and an encrypted container must be, and which token may be handed out."""
