"""The command line: one file per subject; each command parses, runs an act as the server's owner, tells the outcome.

Run on the server's machine it opens the data directory itself (RIGHT-8). `root.py` holds the one table of commands;
what a command needs is imported when that command runs, so that `doorward --help` is there at once.
"""
