"""Every module returns the same by direct execution as by ansible-core: predicted, changed, unchanged, refused.

modules/every_module.py has the table of the modules. A module that is missing there fails here.
"""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import http.server
import json
import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from demo.inputs import REPOSITORY
from localaws.local_aws import Credentials, LocalAws
from modules.direct_plays import DIRECT, ORDINARY, Task, play
from modules.every_module import CASES, HOME, REGIONS, Case, prepare
from modules.runner import SITE

pytestmark = pytest.mark.both_cores

# Random values of AWS, which differ in any two runs. Each is replaced by its kind and number, so that values that are
# equal in one result must be equal in the other.
_RANDOM = {
    "uuid": re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),  # stores, policies, certificates, ETags
    "id": re.compile(r"\b[EZ][0-9A-Z]{13}\b"),  # distributions, origin access controls, zones
    "domain": re.compile(r"\bd[0-9a-z]{13}(?=\.cloudfront\.net)"),  # distributions
    "alias": re.compile(r"\b[0-9a-z]{13}(?=\.mrap)"),  # MRAPs
    "key": re.compile(r"\bAKIA[0-9A-Z]{16}\b"),  # users, in the invocation, which core leaves in a loop's results
    "port": re.compile(r"(?<=127\.0\.0\.1:)\d+"),  # each run has its own local AWS
}
# Times and durations. Two may be equal in one run only.
_TIME = {
    '"(a time)"': re.compile(r'"\d{4}-\d\d-\d\dT[0-9:.]+[+]00:?00"'),
    '"probe_seconds": 0.1': re.compile(r'"probe_seconds": [0-9.]+'),
}


@dataclass(frozen=True)
class Way:
    """The results of a play of every module."""

    ways: set[str]
    registered: dict[str, dict[str, Any]]  # by module, and by step
    changes_by_observer: list[str]


def comparable(results: dict[str, Any]) -> Any:
    text = json.dumps(results, sort_keys=True)
    for replacement, pattern in _TIME.items():
        text = pattern.sub(replacement, text)
    for kind, pattern in _RANDOM.items():
        found = list(dict.fromkeys(match[0] for match in pattern.finditer(text)))
        text = pattern.sub(lambda match, kind=kind, found=found: f"({kind} {found.index(match[0]) + 1})", text)
    return json.loads(text)


def differences(one: Any, other: Any, path: str = "") -> dict[str, tuple[Any, Any]]:
    """The differences, by their place in the result."""
    if isinstance(one, dict) and isinstance(other, dict):
        pairs = {f"{path}.{key}": (one.get(key, "(none)"), other.get(key, "(none)")) for key in {**one, **other}}
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        pairs = {f"{path}[{number}]": pair for number, pair in enumerate(zip(one, other, strict=True))}
    else:
        return {} if (type(one), one) == (type(other), other) else {path: (one, other)}
    return {where: both for key, pair in pairs.items() for where, both in differences(*pair, key).items()}


def steps(name: str, case: Case, users: dict[str, Credentials]) -> dict[str, Task]:
    """The observer runs all steps that must not change anything: the request log shows whether they did.

    The other keywords show that they make no difference either; test_direct_execution.py tests them.
    """
    module = f"multiregion.edge.{name}"
    observer, denied = users["observer"], users["powerless"]
    observing = {"AWS_ACCESS_KEY_ID": observer.access_key_id, "AWS_SECRET_ACCESS_KEY": observer.secret_access_key}
    powerless = {"access_key": denied.access_key_id, "secret_key": denied.secret_access_key}
    found: dict[str, Task] = {
        "predicted": {module: case.arguments, "check_mode": True, "diff": True, "environment": observing},
        "made": {module: case.arguments, "diff": True},
        "unchanged": {module: case.arguments, "environment": observing, "loop": ["once"]},
        "refused": {module: {**case.arguments, **(case.refused or powerless)}, "no_log": True, "until": True},
    }
    if not case.changes:
        del found["unchanged"]
    return found


def run(directory: Path, interpreter: str, probed_url: str) -> Way:
    """Run every module in every step, against a separate local AWS."""
    (directory / "site").mkdir(parents=True)
    (directory / "site" / "index.html").write_text("home")
    with LocalAws(directory) as local_aws:
        users = prepare(local_aws)
        tasks = {(name, step): task for name, case in CASES.items() for step, task in steps(name, case, users).items()}
        variables = {
            "origin_request_source": str(REPOSITORY / "files" / "edge" / "origin_request"),
            "probed_url": probed_url,
            "edge_name": SITE,
            "edge_regions": REGIONS,
            **{f"{name}_{step}": f"{{{{ result_{number} }}}}" for number, (name, step) in enumerate(tasks)},
        }
        env = {**local_aws.environment(users["operator"]), "ANSIBLE_PIPELINING": "true"}  # faster
        played = play(directory, list(tasks.values()), interpreter, env=env, vars=variables)
        assert played.output.count("Direct execution: ") == len(tasks)
        changes = [
            f"{request['method']} {request['path']}"
            for request in local_aws.requests()
            if request["mutating"] and request["access_key_id"] == users["observer"].access_key_id
        ]
    registered: dict[str, dict[str, Any]] = {name: {} for name in CASES}
    for (name, step), result in zip(tasks, played.registered, strict=True):
        registered[name][step] = result
    return Way(played.ways, registered, changes)


@contextmanager
def probed() -> Iterator[str]:
    """The URL of a site that is served from one Region."""

    class Served(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(HOME.encode())

        def log_message(self, *_: Any) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Served) as server:
        threading.Thread(target=server.serve_forever).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()


@pytest.fixture(scope="module")
def ways(tmp_path_factory: pytest.TempPathFactory) -> tuple[Way, Way]:
    """Direct execution, and execution by ansible-core."""
    directory = tmp_path_factory.mktemp("ways")
    with probed() as url, ThreadPoolExecutor() as pool:
        direct = pool.submit(run, directory / "direct", DIRECT, url)
        ordinary = pool.submit(run, directory / "ordinary", ORDINARY, url)
        return direct.result(), ordinary.result()


def test_every_module_is_in_the_table() -> None:
    modules = {path.stem for path in (REPOSITORY / "plugins" / "modules").glob("*.py")}
    assert set(CASES) == modules - {"site_summary"}  # implemented by its action plugin alone


def test_each_play_was_executed_as_intended(ways: tuple[Way, Way]) -> None:
    assert [way.ways for way in ways] == [{"direct"}, {"another Python interpreter is set"}]


@pytest.mark.parametrize("name", CASES)
def test_both_executions_give_the_same_results(ways: tuple[Way, Way], name: str) -> None:
    direct, ordinary = ways
    assert differences(comparable(direct.registered[name]), comparable(ordinary.registered[name])) == {}


@pytest.mark.parametrize("name", CASES)
def test_each_step_has_the_outcome_of_its_name(ways: tuple[Way, Way], name: str) -> None:
    changes = CASES[name].changes
    results = ways[0].registered[name]
    assert results["predicted"]["changed"] == results["made"]["changed"] == changes
    assert results["predicted"].get("plan") == results["made"].get("plan")
    assert changes == bool(results["made"].get("plan")) == ("diff" in results["made"])
    assert not results.get("unchanged", {"changed": False})["changed"]
    refused = results["refused"]
    assert refused["failed"] and not refused["changed"]
    assert refused["msg"].endswith((".", "?")) and "Traceback" not in refused["msg"]


def test_steps_that_must_not_change_anything_do_not(ways: tuple[Way, Way]) -> None:
    assert [way.changes_by_observer for way in ways] == [[], []]
