"""A polite HTTP client: so many requests a second, retries with backoff, what the server asks to wait is waited."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import TracebackType

import httpx
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential

TRIES = 6
LONGEST_WAIT = 120.0
"""Seconds that a server may ask to wait before its refusal is taken for final."""

LARGEST_ANSWER = 200_000_000
"""Bytes of the largest answer that is read."""

_BACKOFF = wait_random_exponential(multiplier=0.5, max=30)


class FetchError(Exception):
    """A server that does not give what it is asked for; says which, and why. It never holds what a request carries."""


class _AgainError(Exception):
    """Worth another try, after so many seconds if the server says so."""

    def __init__(self, reason: str, after: float | None = None) -> None:
        super().__init__(reason)
        self.after = after


class Client:
    """Requests to one service, in order, no faster than it wants them.

    `base` is its address, to which paths are added; `per_second` the requests that it allows.
    """

    def __init__(self, base: str, per_second: float, *, seconds: float = 60.0) -> None:
        self._base = base.rstrip("/")
        self._gap = 1 / per_second
        self._next = 0.0
        self._seconds = seconds
        self._http = httpx.Client(timeout=httpx.Timeout(seconds, connect=min(seconds, 20.0)), follow_redirects=True)

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def get(self, path: str, fields: Mapping[str, str], whole: Callable[[bytes], None]) -> bytes:
        """The body of an answer; `fields` are posted as a form, so that long queries fit and no log of addresses has
        the key. `whole` raises `ValueError` for a body that is not all of an answer, which is then asked for again.

        Raises:
            FetchError: the server refuses, or still gives no whole answer after `TRIES`.
        """
        again = Retrying(
            retry=retry_if_exception_type(_AgainError), stop=stop_after_attempt(TRIES), wait=_wait, reraise=True
        )
        try:
            return again(self._try, path, fields, whole)
        except _AgainError as error:
            raise FetchError(f"{self._base}{path}: {error}, {TRIES} times") from None

    def _try(self, path: str, fields: Mapping[str, str], whole: Callable[[bytes], None]) -> bytes:
        time.sleep(max(0.0, self._next - time.monotonic()))
        self._next = time.monotonic() + self._gap
        deadline = time.monotonic() + 10 * self._seconds  # for all of an answer that trickles in
        try:
            with self._http.stream("POST", f"{self._base}{path}", data=dict(fields)) as answer:
                if answer.status_code == httpx.codes.TOO_MANY_REQUESTS or answer.is_server_error:
                    raise _AgainError(f"answer {answer.status_code}", _asked_to_wait(answer))
                if not answer.is_success:
                    raise FetchError(f"{self._base}{path}: answer {answer.status_code} {answer.reason_phrase}")
                body = bytearray()
                for piece in answer.iter_bytes():
                    body += piece
                    if len(body) > LARGEST_ANSWER:
                        raise FetchError(f"{self._base}{path}: an answer of more than {LARGEST_ANSWER:,} bytes")
                    if time.monotonic() > deadline:
                        raise _AgainError("answer too slow")
        except httpx.TransportError as error:
            raise _AgainError(f"{type(error).__name__}: {error}") from None
        try:
            whole(bytes(body))
        except ValueError as error:
            raise _AgainError(f"answer cut off or broken: {error}") from None
        return bytes(body)


def _asked_to_wait(answer: httpx.Response) -> float | None:
    """Seconds of the header Retry-After, given as such or as a date."""
    value = answer.headers.get("Retry-After", "").strip()
    if value.isdigit():
        return float(value)
    try:
        return max(0.0, (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None


def _wait(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    after = error.after if isinstance(error, _AgainError) else None
    if after is not None and after > LONGEST_WAIT:
        raise FetchError(f"the server asks to wait for {after:.0f} seconds: try again later")
    return _BACKOFF(state) if after is None else after
