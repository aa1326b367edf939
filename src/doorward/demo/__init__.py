"""The two stories of the product, played on a throw-away server as a black box.

A person is locked out by wrong guesses and let in again; a lost phone is replaced without leaving a gap. The server is
the real one in a process of its own. The demo knows nothing of it but what anybody can see: it speaks HTTP, reads the
Maildir, and makes codes with its own RFC 6238. Every line that it prints is an observation: what was asked, what was
answered, and whether that was right.
"""
