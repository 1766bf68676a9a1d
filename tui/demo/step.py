"""One call as the log can be filtered by it; with a time and a number it becomes a record."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any, NamedTuple

from tui.demo.cast import ORGANISATION


class Step(NamedTuple):
    """What is the same whenever this call is made: all that can be filtered by, and how the rest is made up.

    `subject` is the name of what was acted upon, `credential` the actor's, masked; `shares_request` says that the call
    was made under the request id of the call before it.
    """

    method: str
    uri: str
    user_id: str
    user_type: str
    workspace_id: str
    response_status_code: str
    resource_type: str
    action: str
    client_ip: str
    country: str
    body: Body
    subject: str = ""
    agent: str = ""
    credential: str = ""
    query: str = "{}"
    organisation_id: str = ORGANISATION
    shares_request: bool = False


Body = Callable[[Random, Step], Any]
"""Makes up a request body: a JSON value, or text that is sent as it is."""
