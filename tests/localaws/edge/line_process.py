"""A subprocess that answers a line of JSON with a line of JSON. It ends when its stdin does."""

from __future__ import annotations

import contextlib
import json
import os
import select
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

_READ_BYTES = 1 << 20


class ProcessTimeout(Exception):
    pass


class ProcessEnded(Exception):
    pass


class LineProcess:
    def __init__(
        self, command: Sequence[str], environment: dict[str, str], directory: Path, log: Callable[[str], None]
    ) -> None:
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
            cwd=directory,
            start_new_session=True,  # Ctrl-C reaches the edge only, which then stops its workers
            bufsize=0,
        )
        self._rest = b""
        threading.Thread(target=self._copy_stderr, args=(log,), daemon=True).start()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def ask(self, message: Any, timeout: float) -> Any:
        """One call at a time. A timeout ends the process: its late answer would be read as the next one."""
        assert self._process.stdin is not None
        try:
            with memoryview(json.dumps(message).encode("ascii") + b"\n") as left:
                sent = 0
                while sent < len(left):
                    sent += self._process.stdin.write(left[sent:]) or 0
            return json.loads(self._read_line(time.monotonic() + timeout))
        except (ProcessTimeout, ProcessEnded, ValueError):
            self.close(grace=0)
            raise
        except OSError as error:
            self.close(grace=0)
            raise ProcessEnded("the process ended") from error

    def _read_line(self, deadline: float) -> bytes:
        assert self._process.stdout is not None
        source = self._process.stdout.fileno()
        parts = [self._rest]
        while b"\n" not in parts[-1]:
            ready, _, _ = select.select([source], [], [], max(0.0, deadline - time.monotonic()))
            if not ready:
                raise ProcessTimeout
            parts.append(os.read(source, _READ_BYTES))
            if not parts[-1]:
                raise ProcessEnded("the process ended")
        line, _, self._rest = b"".join(parts).partition(b"\n")
        return line

    def close(self, grace: float = 2.0) -> None:
        assert self._process.stdin is not None and self._process.stdout is not None
        with contextlib.suppress(OSError):
            self._process.stdin.close()
        try:
            self._process.wait(grace)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()

    def _copy_stderr(self, log: Callable[[str], None]) -> None:
        assert self._process.stderr is not None
        with self._process.stderr as lines:
            for line in lines:
                log(line.decode("utf-8", "replace").rstrip())
