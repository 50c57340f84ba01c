"""Serving the review page on this machine."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path

from photoclust.actions.lookup import pack_in_use
from photoclust.errors import UsageError
from photoclust.library import Library

LOOPBACK = "127.0.0.1"


def serve(
    path: Path, *, port: int = 0, read_only: bool = False, ready: Callable[[str], None]
) -> int:
    """Serve the page of a library until Ctrl-C; returns how many acts were done.

    Parameters
    ----------
    port : 0 takes any that is free.
    ready : called with the address that opens the page, once.

    Raises
    ------
    NotFound : nothing was scanned yet.
    UsageError : the port is taken.
    """
    serving = Serving(path, port=port, read_only=read_only)
    try:
        ready(serving.address)
        serving.run()
    except KeyboardInterrupt:
        pass
    finally:
        serving.close()
    return serving.desk.answers


class Serving:
    """A library's page, listening.

    Attributes
    ----------
    address : opens the page, once.
    """

    def __init__(self, path: Path, *, port: int = 0, read_only: bool = False) -> None:
        import uvicorn

        from photoclust.web.crops import Crops
        from photoclust.web.desk import Desk
        from photoclust.web.guard import Guard
        from photoclust.web.site import site

        with Library.open(path) as library:
            pack_in_use(library)
            read_only = read_only or library.read_only
        self._socket = _listening(port)
        self.host = f"{LOOPBACK}:{self._socket.getsockname()[1]}"
        self.desk = Desk(path)
        self.crops = Crops(self.desk.lookup)
        hosts = [self.host, self.host.replace(LOOPBACK, "localhost")]
        page = site(
            self.desk,
            self.crops,
            read_only=read_only,
            is_ending=lambda: self._server.should_exit,
            end=self.stop,
        )
        guard = Guard(page, hosts, read_only=read_only)
        self.address = f"http://{self.host}/?token={guard.token}"
        self._server = uvicorn.Server(
            uvicorn.Config(
                guard,
                log_level="error",
                access_log=False,
                server_header=False,
                proxy_headers=False,
                ws="none",
                timeout_graceful_shutdown=3,
            )
        )

    def run(self) -> None:
        """Answer until Ctrl-C, or `stop` from another thread."""
        self._server.run(sockets=[self._socket])
        if self.desk.failure:
            raise self.desk.failure

    def stop(self) -> None:
        """Have `run` return."""
        self._server.should_exit = True

    def close(self) -> None:
        """Finish what was begun, and close the library."""
        self._socket.close()
        self.crops.close()
        self.desk.close()


def _listening(port: int) -> socket.socket:
    # Where the protocol is told, asyncio sends answers without waiting for more to send (Nagle).
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((LOOPBACK, port))
        listening.listen()  # who is told the address may come at once
    except OSError as error:
        listening.close()
        raise UsageError(
            f"Port {port} is taken.", "Give another with --port, or none for any that is free."
        ) from error
    return listening
