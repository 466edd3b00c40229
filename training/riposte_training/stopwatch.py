"""Seconds inside fit and predict of the models: what a walk-forward costs above them is its own."""

from collections.abc import Callable
from functools import wraps
from time import perf_counter
from typing import TypeVar

F = TypeVar("F", bound=Callable)
_spent = 0.0
_running = False


def model_seconds() -> float:
    """Of this process, since it began."""
    return _spent


def timed(function: F) -> F:
    """Counts the time inside; a call inside of another one counts once."""

    @wraps(function)
    def counted(*args: object, **options: object) -> object:
        global _spent, _running
        if _running:
            return function(*args, **options)
        _running, began = True, perf_counter()
        try:
            return function(*args, **options)
        finally:
            _running = False
            _spent += perf_counter() - began

    return counted  # type: ignore[return-value]
