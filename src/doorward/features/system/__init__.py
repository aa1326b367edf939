"""The server itself, as operators see it: which version, on which database, who does its duties, what is wrong."""
