"""The joined reads that lists and figures are made of: SELECT and nothing else, over the tables of many features."""
