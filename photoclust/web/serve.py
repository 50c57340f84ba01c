"""Serving the review page on this machine, until Ctrl-C."""

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
    """Serve the page of a library; returns how many acts were done once Ctrl-C ends it.

    Parameters
    ----------
    port : 0 takes any that is free.
    ready : called with the address that opens the page, once.

    Raises
    ------
    NotFound : nothing was scanned yet.
    UsageError : the port is taken.
    """
    import uvicorn

    from photoclust.web.crops import Crops
    from photoclust.web.desk import Desk
    from photoclust.web.guard import Guard
    from photoclust.web.site import site

    with Library.open(path) as library:
        pack_in_use(library)
        read_only = read_only or library.read_only
    listening = listen(port)
    port = listening.getsockname()[1]
    desk = Desk(path)
    crops = Crops(desk.lookup)
    try:
        hosts = [f"{name}:{port}" for name in (LOOPBACK, "localhost")]
        page = site(desk, crops, read_only=read_only, is_ending=lambda: server.should_exit)
        app = Guard(page, hosts, read_only=read_only)
        server = uvicorn.Server(
            uvicorn.Config(
                app,
                log_level="error",
                access_log=False,
                server_header=False,
                proxy_headers=False,
                ws="none",
                timeout_graceful_shutdown=3,
            )
        )
        ready(f"http://{LOOPBACK}:{port}/?token={app.token}")
        server.run(sockets=[listening])
    except KeyboardInterrupt:
        pass
    finally:
        listening.close()
        crops.close()
        desk.close()
    return desk.answers


def listen(port: int) -> socket.socket:
    """A socket that only this machine reaches.

    Raises
    ------
    UsageError : the port is taken.
    """
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
