"""A site on this machine: local AWS, the playbooks that run against it, and the local edge."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import os
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import yaml

from demo.inputs import REPOSITORY
from localaws.geo import load_pops
from localaws.local_aws import ROOT, Credentials, LocalAws

# The rights in docs/deployer, and no others: for a first deployment, with names in Route 53 and a web ACL; for changes
# of what exists, a map and logs; to remove; to check replication; and to publish.
FIRST = ("storage", "roles", "delivery", "names", "web-acl")
TO_DEPLOY = (*FIRST, "changes", "region-map", "logs")
TO_REMOVE = ("removal",)
TO_CHECK = ("checks",)
TO_PUBLISH = ("publish",)
# What the administrator makes once, and the site's roles may do at most.
BOUNDARY = "boundary"
_ROLE_NAME = re.compile(r"[\w+=,.@-]+")

# The edge locations that failover.yml probes from, on several continents.
PROBED = ("ARN", "LHR", "IAD", "SFO", "GRU", "BOM", "NRT", "SYD")

_EDGE_READY = "edge ready "
_EDGE_DEADLINE = 60.0


class SiteError(Exception):
    """A playbook or the edge failed; its output has been shown."""


def deployer_policy(
    site: str,
    account_id: str,
    documents: Sequence[str] = TO_DEPLOY + TO_CHECK + TO_REMOVE,
    **words: str,
) -> dict[str, Any]:
    """The policy for this site. An invalid name is left for the playbooks to refuse.

    *words*: what DOMAIN, HOME and STORE become.
    """
    values = {"ACCOUNT": account_id, "SITE": site, "DOMAIN": "example.com", **words}
    texts = [(REPOSITORY / "docs" / "deployer" / f"{document}.json").read_text() for document in documents]
    for word, value in values.items():
        texts = [text.replace(word, json.dumps(value)[1:-1]) for text in texts]
    statements = [statement for text in texts for statement in json.loads(text)["Statement"]]
    return {"Version": "2012-10-17", "Statement": statements}


def create_boundary(local_aws: LocalAws, site: str) -> str:
    """The ARN of the boundary of the site's roles, which an administrator makes; "" for an invalid name."""
    name = f"multiregion-edge-{site}-boundary"
    arn = f"arn:aws:iam::{local_aws.account_id}:policy/{name}"
    document = deployer_policy(site, local_aws.account_id, [BOUNDARY])
    if not _ROLE_NAME.fullmatch(site):
        return ""
    iam = local_aws.client("iam")
    with suppress(iam.exceptions.EntityAlreadyExistsException):
        iam.create_policy(PolicyName=name, PolicyDocument=json.dumps(document))
    return arn


class LocalSite:
    """Local AWS with a deployer, during the ``with`` block; playbooks and edge are started on demand.

    *repository* has the playbooks and the collection: this one, or the files of a commit. The deployer has the rights
    in *documents*.
    """

    def __init__(
        self,
        variables: Mapping[str, Any],
        build: Path = REPOSITORY / "build",
        as_root: bool = False,
        repository: Path = REPOSITORY,
        documents: Sequence[str] = TO_DEPLOY,
    ) -> None:
        self.variables = {"origin_request_directory": str(REPOSITORY / "build" / "cache"), **variables}
        self._build = build
        self._as_root = as_root
        self._repository = repository
        self._documents = documents
        self._stack = ExitStack()
        self.local_aws: LocalAws
        self.credentials: Credentials
        self.workdir: Path
        self.edge_url = ""

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            self.workdir = Path(tempfile.mkdtemp(prefix="multiregion-edge-"))
            stack.callback(shutil.rmtree, self.workdir, ignore_errors=True)
            self.local_aws = stack.enter_context(LocalAws(self.workdir))
            name = str(self.variables["edge_name"])
            domain = {"DOMAIN": self._zone} if self._zone else {}
            policy = deployer_policy(name, self.local_aws.account_id, self._documents, **domain)
            if self._repository != REPOSITORY:  # local AWS refuses what the documents of an earlier commit grant
                policy = {**policy, "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
            self.credentials = ROOT if self._as_root else self.local_aws.create_user("deployer", policy)
            if not self._as_root and self._repository == REPOSITORY:
                self.variables.setdefault("edge_permissions_boundary", create_boundary(self.local_aws, name))
            self._make_zone()
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def _make_zone(self) -> None:
        """Create the hosted zone of the site's names, which exists before the site."""
        if self._zone:
            self.local_aws.client("route53").create_hosted_zone(Name=self._zone, CallerReference=self._zone)

    @property
    def _zone(self) -> str:
        """Its name; "" if there is none, or only its id is given."""
        zone = str(self.variables.get("edge_dns_zone") or "")
        return zone if "." in zone else ""

    def environment(self, region: str | None = "us-east-1") -> dict[str, str]:
        """The additional environment of a process that uses this local AWS as the deployer."""
        return {
            **self.local_aws.environment(self.credentials, region=region),
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
            "ANSIBLE_COLLECTIONS_PATH": str(self._repository / "build" / "collections"),
            "ANSIBLE_HOME": str(REPOSITORY / "build" / "ansible"),
            "ANSIBLE_PIPELINING": "true",  # faster
        }

    def playbook(self, *arguments: str, capture: bool = False) -> subprocess.CompletedProcess[str]:
        """Run ansible-playbook in the repository with this site's variables; its output is shown unless captured."""
        variables = self.workdir / "variables.yml"
        variables.write_text(yaml.safe_dump(self.variables, sort_keys=False, allow_unicode=True))
        command = ["ansible-playbook", "--inventory", "localhost,", "--extra-vars", f"@{variables}", *arguments]
        environment = {**os.environ, **self.environment(region=None)}
        with subprocess.Popen(
            command,
            cwd=self._repository,
            env=environment,
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if capture else None,
            stderr=subprocess.STDOUT if capture else None,
            start_new_session=True,
        ) as process:
            try:
                output, _ = process.communicate()
            except BaseException:
                os.killpg(process.pid, signal.SIGKILL)  # also its workers
                raise
        return subprocess.CompletedProcess(command, process.returncode, output or "", "")

    @property
    def home_region(self) -> str:
        regions = self.variables["edge_regions"]
        parsed = yaml.safe_load(regions) if isinstance(regions, str) else regions
        first = parsed.split(",") if isinstance(parsed, str) else parsed
        return str(self.variables.get("edge_home_region") or first[0]).strip()

    def distribution_id(self) -> str:
        items = self.local_aws.client("cloudfront").list_distributions()["DistributionList"].get("Items", [])
        if len(items) != 1:
            raise SiteError(f"There are {len(items)} distributions in the local AWS; one was to be deployed.")
        return str(items[0]["Id"])

    def start_edge(self, port: int = 0) -> str:
        """Start the local edge and return its URL."""
        log = self.workdir / "edge.log"
        command = [
            *(sys.executable, "-m", "localaws.edge", "--endpoint", self.local_aws.url),
            *("--distribution", self.distribution_id(), "--port", str(port), "--home-region", self.home_region),
            *("--workdir", str(self.workdir), "--log", str(log), "--watch-stdin"),
        ]
        environment = {**os.environ, "PYTHONPATH": str(REPOSITORY / "tests")}
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment, start_new_session=True
        )
        self._stack.callback(_end, process)
        line = _first_line(process, _EDGE_DEADLINE)
        if not line.startswith(_EDGE_READY):
            raise SiteError(f"The local edge did not start: {line or log_tail(log)}")
        self.edge_url = line.removeprefix(_EDGE_READY).strip()
        # The local edge has all edge locations: a header selects the one of a request.
        self.variables["edge_probes"] = [
            {"name": load_pops()[code].city, "url": self.edge_url, "headers": {"X-Edge-Location": code}}
            for code in PROBED
        ]
        return self.edge_url

    def write_local_env(self, hint: Sequence[str] = ()) -> None:
        """build/local.env and build/demo.yml, for other terminals; removed at the end."""
        self._build.mkdir(parents=True, exist_ok=True)
        environment = self._build / "local.env"
        variables = self._build / "demo.yml"
        self._stack.callback(variables.unlink, missing_ok=True)
        self._stack.callback(environment.unlink, missing_ok=True)
        lines = [
            f"export {name}={_quoted(value)}" for name, value in sorted(self.environment().items()) if name != "PATH"
        ]
        lines.append(f'export PATH={_quoted(str(Path(sys.executable).parent))}:"$PATH"')
        environment.touch(mode=0o600)
        environment.write_text("".join(f"{line}\n" for line in [*hint, *lines]))
        variables.write_text(yaml.safe_dump(self.variables, sort_keys=False, allow_unicode=True))


def _end(process: subprocess.Popen[str]) -> None:
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()  # the process ends at the end of its input
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _first_line(process: subprocess.Popen[str], seconds: float) -> str:
    assert process.stdout is not None
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if select.select([process.stdout], [], [], 0.2)[0]:
            return process.stdout.readline()
    return ""


def log_tail(path: Path, lines: int = 5) -> str:
    return "\n".join(path.read_text(errors="replace").splitlines()[-lines:]) if path.exists() else "it printed nothing"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"
