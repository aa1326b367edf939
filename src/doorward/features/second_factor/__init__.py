"""The second factor and who may set one up: the states of KEY, allowlist, exclusions, reset, delete, regenerate.

Words: *reset* deletes every second factor and puts the account on the allowlist; *delete* deletes them and takes any
allowlist entry away, so that the account is blocked on every way in; *regenerate* replaces one's own secret key. The
*allowlist* is permission to enrol, not exemption; *exclusions* sign in without a second factor and never administer.
"""
