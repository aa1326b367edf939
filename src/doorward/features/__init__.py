"""What the product decides and remembers, one folder per subject."""
