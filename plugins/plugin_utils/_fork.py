# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Work in a fork of this process, which leaves nothing behind but its exit code and what it wrote."""

from __future__ import annotations

import atexit
import contextlib
import gc
import os
import signal
import sys
import tempfile
import time
import traceback
import typing as t

Show = t.Callable[[str], object]

# Seconds that the work has to end after an interrupt.
_GRACE = 2.0

_ALARM = {signal.SIGALRM}


def in_a_fork(work: t.Callable[[Show], None], display: Show) -> tuple[int, str, str]:
    """Run *work* in a fork of this process; its exit code, and what it wrote to stdout and stderr.

    *work* is given a function that hands a line to *display* in this process. It goes through a pipe: Ansible's workers
    share their display's queue and its lock, which a fork that is killed might hold.
    """
    with _memory() as output, _memory() as errors:
        lines, pipe = os.pipe()

        def show(line: str) -> None:
            with contextlib.suppress(OSError):  # without a reader, what is being done goes on
                os.write(pipe, f"{line}\n".encode(errors="backslashreplace"))

        signal.pthread_sigmask(signal.SIG_BLOCK, _ALARM)  # a task's timeout, until there is something to end
        try:
            child = os.fork()
        except OSError:  # no process or memory left: the worker goes on, with its timeouts
            os.close(lines)
            os.close(pipe)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _ALARM)
            raise
        if not child:
            os.close(lines)
            _end_with(lambda: work(show), output.fileno(), errors.fileno())
        os.close(pipe)
        try:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _ALARM)
            with os.fdopen(lines, encoding="utf-8") as file:
                for line in file:
                    display(line.rstrip())
            _pid, status = os.waitpid(child, 0)
        except BaseException:
            _end(child)
            raise
        texts = []
        for written in (output, errors):
            written.seek(0)
            texts.append(written.read().decode("utf-8", "surrogateescape"))
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code, texts[0], texts[1]  # a signal as a shell has it


def _memory() -> t.IO[bytes]:
    """A file of no disk, where the system has such: a result may have secrets, and the disk may be full."""
    if hasattr(os, "memfd_create"):
        return os.fdopen(os.memfd_create("module"), "w+b")
    return tempfile.TemporaryFile()


def _end(child: int) -> None:
    """End the module whose task is over: what went on unseen would change AWS beside the next run.

    An interrupt first, on which it ends its own processes and removes its directories.
    """
    with contextlib.suppress(ProcessLookupError, ChildProcessError):
        os.kill(child, signal.SIGINT)
        deadline = time.monotonic() + _GRACE
        while os.waitpid(child, os.WNOHANG) == (0, 0):
            if time.monotonic() > deadline:
                os.kill(child, signal.SIGKILL)
            time.sleep(0.02)


def _end_with(work: t.Callable[[], None], output: int, errors: int) -> t.NoReturn:
    """Be a process that does *work* and nothing of what the worker would still do, or do at its end."""
    code = 1
    try:
        # The worker's handlers would end the worker.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _ALARM)
        atexit._clear()
        gc.freeze()  # what is inherited is neither looked through nor copied
        sys.argv = [""]
        os.dup2(output, 1)
        os.dup2(errors, 2)
        text: dict[str, t.Any] = {"encoding": "utf-8", "errors": "surrogateescape", "closefd": False}
        sys.stdout, sys.stderr = os.fdopen(1, "w", **text), os.fdopen(2, "w", buffering=1, **text)
        tempfile.tempdir = None  # the module's environment may name another one
        ended = 0
        try:
            work()
        except SystemExit as end:
            if end.code is not None and not isinstance(end.code, int):
                print(end.code, file=sys.stderr)
            ended = end.code & 0xFF if isinstance(end.code, int) else int(end.code is not None)
        except BaseException:
            traceback.print_exc()
            ended = 1
        # The module's temporary directory is removed here.
        atexit._run_exitfuncs()
        sys.stdout.flush()
        code = ended
    finally:
        os._exit(code)
