"""Rights: who may do what to whom, decided in one pure function.

Words: a *right* is `area:right`; a *role* is a named set of rights, held over a *scope*; deny wins.
`rules.may(actor, act, target)` guards the act, greys the button and answers "why can't I?" (RIGHT-7).
An *able administrator* (RIGHT-5) is one who could repair the server today; the last one is never taken away.
"""
