"""Sign-in: the machine that joins password, second factor, lock, device authorization and session.

Words: a *pending sign-in* is one that has given its right password and not yet everything; it is bound to its token
(and, in a browser, to the cookie that holds it) and dies after 15 minutes. Each *step* answers with the next one.
What is not in `rules.machine.TRANSITIONS` is refused.
"""
