"""What it means that no complete answer came: httpx's errors, told in ours."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator

from tui.domain.clean import clean
from tui.domain.errors import Garbled, SourceError, TimedOut, Unreachable, Untrusted
from tui.sources.lean_httpx import httpx


def outage(error: httpx.HTTPError, host: str) -> SourceError:
    """The error to raise for what httpx met while asking `host`."""
    if isinstance(error, httpx.ConnectTimeout):
        return TimedOut(f"{host} does not answer.", "Check the network: VPN, proxy, firewall.")
    if isinstance(error, httpx.TimeoutException):
        return TimedOut(f"{host} fell silent.", "It may be busy: a shorter range of time is less work for it.")
    if isinstance(error, httpx.ProxyError):
        return Unreachable(f"The proxy on the way to {host} does not let us through.", "Check HTTPS_PROXY.")
    if isinstance(error, httpx.ConnectError):
        return _no_connection(error, host)
    if isinstance(error, httpx.RemoteProtocolError):
        return Garbled(f"{host} broke off its answer, or it does not speak HTTP.")
    return Unreachable(f"The connection to {host} was lost.", "Check the network.")


def _no_connection(error: httpx.ConnectError, host: str) -> SourceError:
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return Untrusted(
                f"The certificate of {host} can't be verified: {clean(cause.verify_message)}.",
                "If your organisation signs certificates itself, name its authority with ca_bundle in config.toml.",
            )
        if isinstance(cause, ssl.SSLError):
            return Untrusted(f"{host} does not speak TLS as it should.", "Check scheme and port of the base URL.")
        if isinstance(cause, socket.gaierror):
            return Unreachable(f"The name {host} can't be found.", "Check the base URL, and network or VPN.")
        if isinstance(cause, ConnectionRefusedError):
            return Unreachable(f"{host} refuses the connection.", "Check the port, and that the server is running.")
    return Unreachable(f"{host} can't be reached.", "Check the network: VPN, proxy, firewall.")


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Everything that led to the error, nearest first."""
    pending: list[BaseException | None] = [error]
    while pending:
        current = pending.pop(0)
        if current is None:
            continue
        yield current
        pending += [current.__cause__, current.__context__]
        if isinstance(current, BaseExceptionGroup):
            pending += current.exceptions
