#!/usr/bin/python

# SPDX-License-Identifier: GPL-3.0-or-later

"""A module that performs a list of actions that modules may perform; it returns its findings."""

from __future__ import annotations

import locale
import logging
import os
import subprocess
import sys
import tempfile
import threading
import time
import typing as t
from pathlib import Path

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.multiregion.edge.plugins.module_utils._core import progress

ARGUMENTS = {
    "do": {"type": "list", "elements": "str", "default": []},
    "text": {"type": "str", "default": "text"},
    "values": {"type": "raw"},
    "secret": {"type": "str", "no_log": True},
    "defaulted": {"type": "dict", "default": {"key": "value"}},
    "count_file": {"type": "path"},
}


def warn_from_a_thread(module: AnsibleModule) -> None:
    thread = threading.Thread(target=lambda: module.warn("a thread's warning"))
    thread.start()
    thread.join()


def deprecate(module: AnsibleModule) -> None:
    module.deprecate("an old option", version="9.0.0", collection_name="multiregion.edge")


def change_the_process(module: AnsibleModule) -> None:
    """Change the state of the process, which must not affect the next module."""
    os.environ["LEFT_BEHIND"] = "yes"
    os.chdir("/")
    os.umask(0o007)
    locale.setlocale(locale.LC_ALL, "C")
    sys.path.insert(0, "/left/behind")
    progress.EVERY = 99.0
    ARGUMENTS["defaulted"]["default"]["left"] = "behind"  # type: ignore[index]
    module.warn("a warning of the one who changed the process")


def seen(module: AnsibleModule) -> dict[str, t.Any]:
    umask = os.umask(0o022)
    os.umask(umask)
    return {
        "cwd": str(Path.cwd()),
        "umask": umask,
        "left_behind": os.environ.get("LEFT_BEHIND"),
        "variable": os.environ.get("A_VARIABLE"),
        "every": progress.EVERY,
        "left_path": "/left/behind" in sys.path,
        "defaulted": dict(module.params["defaulted"]),
        "temporary": tempfile.gettempdir(),
        "stdin_closed": sys.stdin is None or sys.stdin.closed or sys.stdin.read() == "",
        "check_mode": module.check_mode,
        "locale": locale.setlocale(locale.LC_COLLATE),
        "types": {name: type(value).__name__ for name, value in (module.params["values"] or {}).items()},
    }


def crash(module: AnsibleModule) -> None:
    raise RuntimeError("no module should do this")


def log_requests(module: AnsibleModule) -> None:
    """Log requests as amazon.aws does for its option debug_botocore_endpoint_logs."""
    logger = logging.getLogger("behave")
    logger.setLevel(logging.DEBUG)
    logger.debug("an unspeakable request")


def fail(module: AnsibleModule) -> None:
    module.fail_json(msg=f"it failed: {module.params['text']}", done=["one step"])


def count(module: AnsibleModule) -> None:
    """Fail until it has been called three times."""
    path = Path(module.params["count_file"])
    called = path.read_text().count("\n") + 1 if path.exists() else 1
    path.write_text("called\n" * called)
    if called < 3:
        module.fail_json(msg=f"call {called} fails", calls=called)


def sleep_in_a_process(module: AnsibleModule) -> None:
    """Start a process and create a directory beside the count file, until the module ends."""
    marker = Path(module.params["count_file"])
    with tempfile.TemporaryDirectory(prefix="left-", dir=marker.parent):
        code = f"import time; time.sleep(3); open({str(marker)!r}, 'w').close()"
        subprocess.run([sys.executable, "-c", code], check=True)


def temporary_directory(module: AnsibleModule) -> str:
    Path(module.tmpdir, "file").write_text("x")
    return str(module.tmpdir)


ACTIONS: dict[str, t.Callable[[AnsibleModule], object]] = {
    "change": lambda module: None,
    "change_the_process": change_the_process,
    "count": count,
    "crash": crash,
    "deprecate": deprecate,
    "die": lambda module: os._exit(7),
    "exit": lambda module: sys.exit(3),
    "exit_with_text": lambda module: sys.exit("the end"),
    "fail": fail,
    "log_requests": log_requests,
    "print": lambda module: print("not JSON"),
    "print_to_stderr": lambda module: print("an error", file=sys.stderr),
    "odd_progress": lambda module: progress.Progress("The \udcff").report("CREATING"),
    "progress": lambda module: progress.Progress("The thing").report("CREATING"),
    "sleep": lambda module: time.sleep(5),
    "sleep_in_a_process": sleep_in_a_process,
    "sleep_long": lambda module: time.sleep(60),
    "temporary_directory": temporary_directory,
    "warn": lambda module: module.warn("a warning"),
    "warn_from_a_thread": warn_from_a_thread,
    "write_process_id": lambda module: Path(module.params["count_file"]).write_text(f"{os.getpid()}\n"),
}


def main() -> None:
    module = AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    found = seen(module)
    answers = {name: ACTIONS[name](module) for name in module.params["do"]}
    result: dict[str, t.Any] = {
        "changed": "change" in module.params["do"],
        "seen": found,
        "text": module.params["text"],
    }
    if module._diff:
        result["diff"] = {"before": "a\n", "after": "b\n"}
    module.exit_json(**result, values=module.params["values"], made=answers.get("temporary_directory"))


if __name__ == "__main__":
    main()
