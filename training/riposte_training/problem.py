"""Mistakes of the user, as one line."""


class Problem(Exception):
    """What was given, what is wrong with it, what to do; printed without a traceback."""
