"""The stand-in where a client finds it: at a base URL on loopback, with a route to control it."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from tui.demo.control import CONTROL_PATH, control_response
from tui.demo.exchange import Request
from tui.demo.faults import Delivery, delivered
from tui.demo.http_server import HOST, HttpServer
from tui.demo.keys import ADMIN_KEY
from tui.demo.stand_in import StandIn


class DemoServer(StandIn):
    """A `StandIn` that serves between `start` and `stop`, or inside a `with`; made with the same arguments."""

    key = ADMIN_KEY
    """The key that may do everything."""

    def start(self, port: int = 0) -> Self:
        """Begin to serve; port 0 lets the system choose one.  Raises OSError where the port can't be had."""
        self._http = HttpServer(self._dispatch, self.now, port)
        return self

    def stop(self) -> None:
        """End all that is under way, and wait until it has ended."""
        self.release()
        self._http.stop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def port(self) -> int:
        return self._http.port

    @property
    def origin(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def base_url(self) -> str:
        """The API's root, without a slash at its end."""
        return self.origin + self.prefix

    def _dispatch(self, request: Request) -> Delivery:
        if request.path == CONTROL_PATH:
            return delivered(control_response(self, request))
        return self.respond(request)
