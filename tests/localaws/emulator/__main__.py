"""Start the emulator: `python -m localaws.emulator --port N --workdir DIR`. It ends at SIGTERM or the end of stdin."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from importlib import metadata
from pathlib import Path

_MINISTACK = "1.5.33"
ACCOUNT_ID = "111122223333"


def _prepare(port: int, workdir: Path) -> None:
    """MiniStack reads its settings at import, so they are set before."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]  # AWS_ACCESS_KEY_ID would replace the root key `test`
    for name in ("tmp", "state", "s3", "home"):
        (workdir / name).mkdir(parents=True, exist_ok=True)
    os.environ.update(
        BIND_HOST="127.0.0.1",
        GATEWAY_PORT=str(port),
        IOT_MTLS_ENABLED="0",  # it would open a port on all interfaces, regardless of BIND_HOST
        SFTP_ENABLED="0",
        AUTH="true",
        LAMBDA_EXECUTOR="local",
        MINISTACK_ACCOUNT_ID=ACCOUNT_ID,
        MINISTACK_REGION="us-east-1",
        TMPDIR=str(workdir / "tmp"),
        STATE_DIR=str(workdir / "state"),
        S3_DATA_DIR=str(workdir / "s3"),
        HOME=str(workdir / "home"),
    )
    tempfile.tempdir = None


def main() -> int:
    parser = argparse.ArgumentParser(prog="localaws.emulator", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--workdir", type=Path, required=True)
    arguments = parser.parse_args()
    try:
        found = metadata.version("ministack")
    except metadata.PackageNotFoundError:
        found = "none"
    if found != _MINISTACK:
        # The modules here replace private names of MiniStack.
        print(f"localaws.emulator needs ministack=={_MINISTACK}; this Python has {found}", file=sys.stderr)
        return 2
    _prepare(arguments.port, arguments.workdir.resolve())

    from localaws.emulator import server

    return server.run(arguments.port)


if __name__ == "__main__":
    sys.exit(main())
