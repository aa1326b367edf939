"""Lockout: reserving attempts, counting failures, locking, opening again (LOCK-1 to LOCK-14).

Words: an *attempt* is *reserved* before it is checked and then *concluded*: a wrong answer becomes a failure, a right
one gives the reservation back. Failures are counted by account, factor and context. A *lapsed* lock has come to its
end and counts as open at once. Source of the limit of 100 failures: NIST SP 800-63B-4 section 3.2.2.
"""
