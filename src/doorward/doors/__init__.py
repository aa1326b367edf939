"""How the product is reached: each door parses, runs one action and renders the outcome; it decides nothing."""
