"""Runs the providers beside Plaza, at a port of their own: another site, as real ones are."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from time import sleep
from typing import Any

import uvicorn

from server.demo.providers.app import create
from server.demo.providers.world import World


@contextmanager
def running(client_origin: str, **tls: Any) -> Iterator[World]:
    """Until the block ends; `tls` are uvicorn's options for a certificate."""
    with socket.socket() as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # By number, while Plaza is at a name: cookies and forms then cross from one site to another.
        listening.bind(("127.0.0.1", 0))
        world = World(f"{'https' if tls else 'http'}://127.0.0.1:{listening.getsockname()[1]}", client_origin)
        config = uvicorn.Config(create(world), access_log=False, log_config=None, ws="none", lifespan="off", **tls)
        server = uvicorn.Server(config)
        thread = Thread(target=server.run, args=([listening],), daemon=True)
        thread.start()
        while not server.started and thread.is_alive():
            sleep(0.01)
        try:
            yield world
        finally:
            server.should_exit = server.force_exit = True
            thread.join()
