"""HTTP/1.1 on a loopback port over plain sockets, a thread a connection, able to break every rule when told to."""

from __future__ import annotations

import socket
import struct
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from threading import Event, Lock, Thread

from tui.demo.exchange import MalformedRequest, Request, body_length, json_response, parse_head
from tui.demo.faults import Delivery, Ending

HOST = "127.0.0.1"
"""The only address it ever listens on."""

_MOST_HEAD = 64 * 1024
_MOST_BODY = 1024 * 1024
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)
"""Linger for no time at all: what was not sent is dropped, and the peer is told so by a reset."""


class HttpServer:
    """Listens from its making until `stop`."""

    def __init__(self, respond: Callable[[Request], Delivery], now: Callable[[], datetime], port: int = 0) -> None:
        """Port 0 lets the system choose one.  Raises OSError where the port can't be had."""
        self._respond = respond
        self._now = now
        self._stopping = Event()
        self._lock = Lock()
        self._connections: dict[socket.socket, Thread] = {}
        self._listener = socket.create_server((HOST, port), backlog=128)
        self.port = int(self._listener.getsockname()[1])
        self._acceptor = Thread(target=self._accept, name="demo-server", daemon=True)
        self._acceptor.start()

    def stop(self) -> None:
        """Close every connection, whatever is under way on it, and wait until all threads have ended."""
        self._stopping.set()
        with suppress(OSError):
            socket.create_connection((HOST, self.port)).close()  # nothing else wakes `accept` on every system
        self._acceptor.join()
        self._listener.close()
        with self._lock:
            connections = dict(self._connections)
        for connection in connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in connections.values():
            thread.join()

    def _accept(self) -> None:
        while True:
            connection, _ = self._listener.accept()
            if self._stopping.is_set():
                connection.close()
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            thread = Thread(target=self._serve, args=(connection,), name="demo-connection", daemon=True)
            with self._lock:
                self._connections[connection] = thread
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            with connection, suppress(OSError):  # a client that goes away is no news
                reader = _Reader(connection, self._now)
                while self._exchange(connection, reader):
                    pass
        finally:
            with self._lock:
                del self._connections[connection]

    def _exchange(self, connection: socket.socket, reader: _Reader) -> bool:
        """One request and its answer; False where the connection ends with it."""
        try:
            request = reader.next_request()
        except MalformedRequest as error:
            connection.sendall(json_response({"message": str(error)}, error.status).whole())
            connection.shutdown(socket.SHUT_WR)
            reader.drain()  # a close with bytes unread would be a reset, and the answer lost
            return False
        if request is None:
            return False
        return self._deliver(connection, self._respond(request)) and request.keeps_alive

    def _deliver(self, connection: socket.socket, delivery: Delivery) -> bool:
        if delivery.gate is not None:
            delivery.gate.wait()
        delay = delivery.pause
        for piece in delivery.pieces:
            if self._stopping.is_set() or (delay and self._stopping.wait(delay)):
                return False
            connection.sendall(piece)
            delay = delivery.gap
        if delivery.ending is Ending.RESET:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        return delivery.ending is Ending.KEEP


class _Reader:
    """Requests as they come out of a connection."""

    def __init__(self, connection: socket.socket, now: Callable[[], datetime]) -> None:
        self._connection = connection
        self._now = now
        self._buffer = bytearray()

    def next_request(self) -> Request | None:
        """The next one, None at the end of the connection.  Raises `MalformedRequest`."""
        while (end := self._buffer.find(b"\r\n\r\n")) < 0:
            if len(self._buffer) > _MOST_HEAD:
                raise MalformedRequest(431, f"a request's head has at most {_MOST_HEAD} bytes here")
            if not self._receive():
                return None
        request = parse_head(bytes(self._buffer[:end]), self._now())
        stop = end + 4 + body_length(request, _MOST_BODY)
        while len(self._buffer) < stop:
            if not self._receive():
                return None
        body = bytes(self._buffer[end + 4 : stop])
        del self._buffer[:stop]
        return request.with_body(body)

    def drain(self) -> None:
        """Read on until the peer has closed its side."""
        while self._receive():
            self._buffer.clear()

    def _receive(self) -> bool:
        data = self._connection.recv(65536)
        self._buffer += data
        return bool(data)
