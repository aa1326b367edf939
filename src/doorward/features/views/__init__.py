"""Saved views: searches of the user list that somebody keeps under a name of their own, or takes away as a file.

Words: a *view* is a name and a search; it belongs to one account, and nobody else sees or shares it. What it finds is
looked for each time anew, as the person may see it then.
"""
