"""From what Google's clients raise to the glossary of shared.errors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from shared.errors import PortUnavailable


@contextmanager
def port(what: str) -> Iterator[None]:
    """Whatever the service, the network or the login raises becomes PortUnavailable, with cause.

    Retryable or not: a refusal (a missing role, a missing topic) is mended outside, and the
    message must come again until it is. Errors of our own program pass as they are.
    """
    try:
        yield
    except Exception as e:
        if not foreign(e):
            raise
        raise PortUnavailable(f"{what}: {type(e).__name__}: {e}") from e


def foreign(error: BaseException) -> bool:
    """Whether `error` came from the service or the way to it, not from our own program."""
    # Imported only once something went wrong, when the client has imported them already.
    from google.api_core.exceptions import GoogleAPIError
    from google.auth.exceptions import GoogleAuthError

    # OSError: timeouts, connections, and requests' own errors, which derive from it.
    return isinstance(error, GoogleAPIError | GoogleAuthError | OSError)
