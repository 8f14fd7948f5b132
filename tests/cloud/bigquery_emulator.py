"""bqemulator without its download: run in .venv-emulators.

    python bigquery_emulator.py PORT

At its start it would fetch DuckDB's spatial extension from its vendor, and end where there is
no network. Nothing here is spatial.
"""

from __future__ import annotations

import asyncio
import sys

from bqemulator.config import Settings
from bqemulator.server import EmulatorServer
from bqemulator.storage.engine import DuckDBEngine


def _no_spatial(_: DuckDBEngine) -> None:
    """In place of DuckDBEngine._load_spatial."""


async def serve(port: int) -> None:
    """Serve on a loopback port until the process ends; rows live in memory."""
    settings = Settings(
        rest_port=port, grpc_port=0, log_level="error", enable_format_extensions=False
    )
    await EmulatorServer(settings).start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    DuckDBEngine._load_spatial = _no_spatial
    asyncio.run(serve(int(sys.argv[1])))
