"""Start the emulator, and use it: clients, credentials, the request log, behaviours and faults."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from localaws.clients import ROOT, Credentials, pinned_client

__all__ = ["ROOT", "Credentials", "LocalAws", "LocalAwsError"]
_PACKAGE = Path(__file__).resolve().parent
_GUARD = _PACKAGE / "guard"
_ACCOUNT_ID = "111122223333"
_ADDRESS = "127.0.0.1"
_START_ATTEMPTS = 3
_LOG_TAIL_BYTES = 4000


class LocalAwsError(Exception):
    """The emulator did not start, or one of its own endpoints refused a request."""


class LocalAws:
    """An emulator that runs during the `with` block."""

    account_id = _ACCOUNT_ID

    def __init__(
        self,
        workdir: Path | None = None,
        port: int | None = None,
        python: Path | None = None,
        start_timeout: float = 30.0,
    ) -> None:
        self.python = python or _emulator_python()
        self._parent = workdir
        self._fixed_port = port
        self._start_timeout = start_timeout
        self._process: subprocess.Popen[bytes] | None = None
        self._workdir: Path | None = None
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://{_ADDRESS}:{self.port}"

    @property
    def pid(self) -> int:
        if self._process is None:
            raise LocalAwsError("The emulator is not running")
        return self._process.pid

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        if not self.python.exists():
            raise LocalAwsError(f"{self.python} does not exist: set LOCALAWS_EMULATOR_PYTHON to the emulator's Python")
        if self._parent is not None:
            self._parent.mkdir(parents=True, exist_ok=True)
        self._workdir = Path(tempfile.mkdtemp(prefix="local-aws-", dir=self._parent))
        # Between choosing a free port and listening on it, another process may take it.
        attempts = 1 if self._fixed_port else _START_ATTEMPTS
        for attempt in range(1, attempts + 1):
            self.port = self._fixed_port or _free_port()
            try:
                self._launch()
                return
            except LocalAwsError:
                if attempt == attempts:
                    self.stop()
                    raise
                self._end_process()
            except BaseException:
                self.stop()
                raise

    def _launch(self) -> None:
        assert self._workdir is not None
        log_path = self._workdir / "emulator.log"
        command = [
            str(self.python),
            "-m",
            "localaws.emulator",
            "--port",
            str(self.port),
            "--workdir",
            str(self._workdir),
        ]
        environment = {
            "PATH": os.environ.get("PATH", os.defpath),
            "PYTHONPATH": str(_PACKAGE.parent),
            "PYTHONDONTWRITEBYTECODE": "1",
            # TestFunction runs the edge's JavaScript engine, which the emulator's Python does not have.
            "LOCALAWS_EDGE_PYTHON": sys.executable,
        }
        with log_path.open("wb") as log:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,  # the emulator ends when this does
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self._workdir,
                env=environment,
                start_new_session=True,  # Ctrl-C reaches the tests only; the emulator ends after them
            )
        deadline = time.monotonic() + self._start_timeout
        while time.monotonic() < deadline and self._process.poll() is None:
            with contextlib.suppress(OSError, http.client.HTTPException, ValueError):
                # Its own process id: another program could answer on that port.
                if self._ask("GET", "/_local/health").get("pid") == self._process.pid:
                    return
            time.sleep(0.02)
        reason = "ended" if self._process.poll() is not None else f"was not ready after {self._start_timeout} s"
        tail = log_path.read_bytes()[-_LOG_TAIL_BYTES:].decode("utf-8", "replace")
        raise LocalAwsError(f"The emulator {reason}. The end of its log:\n{tail}")

    def stop(self) -> None:
        """End the emulator and remove its files. Does nothing if it is not running."""
        self._end_process()
        if self._workdir is not None:
            shutil.rmtree(self._workdir, ignore_errors=True)
            self._workdir = None

    def _end_process(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        assert process.stdin is not None
        process.stdin.close()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        # Its Lambda workers are in its session. They outlive it only if it was killed.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)

    def client(self, service: str, region: str = "us-east-1", credentials: Credentials | None = None) -> Any:
        """A boto3 client that sends every request to the emulator."""
        return pinned_client(self.url, service, region, credentials)

    def create_user(self, name: str, policy: dict[str, Any]) -> Credentials:
        """An IAM user with this inline policy."""
        iam = self.client("iam")
        iam.create_user(UserName=name)
        iam.put_user_policy(UserName=name, PolicyName=name, PolicyDocument=json.dumps(policy))
        key = iam.create_access_key(UserName=name)["AccessKey"]
        return Credentials(key["AccessKeyId"], key["SecretAccessKey"])

    def lambda_session(self, role_arn: str, function_arn: str) -> Credentials:
        """The role's credentials as Lambda@Edge gives them to a function. LocalAwsError if the role refuses."""
        body = {"role_arn": role_arn, "function_arn": function_arn}
        keys = self._ask("POST", "/_local/lambda-session", body)
        return Credentials(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])

    def requests(self, after: int = 0) -> list[dict[str, Any]]:
        """The log of the requests to AWS, without the first `after` ones."""
        found: list[dict[str, Any]] = self._ask("GET", f"/_local/requests?after={after}")
        return found

    def authorisations(self, after: int = 0) -> list[dict[str, Any]]:
        """The decisions of IAM, without the first `after` ones and those for root: principal, access_key_id, action,
        resource, keys (the condition keys of the request, in lower case) and allowed."""
        found: list[dict[str, Any]] = self._ask("GET", f"/_local/authorisations?after={after}")
        return found

    def fault(self, after_mutating: int | None, of: Credentials | None = None) -> None:
        """Refuse every request (*of* one user) after this many more changes; None ends the fault."""
        fault = {"after_mutating": after_mutating, "access_key_id": of.access_key_id if of else None}
        self._ask("POST", "/_local/faults", fault)

    def behave(self, **values: float | str) -> None:
        """Set how AWS behaves (names: emulator/core/behaviour.py); names left out get their defaults."""
        self._ask("POST", "/_local/behaviour", values)

    def environment(self, credentials: Credentials | None = None, region: str | None = "us-east-1") -> dict[str, str]:
        """Variables for a program that runs Ansible, the AWS CLI or boto3 against the emulator."""
        who = credentials or ROOT
        inherited = os.environ.get("PYTHONPATH")
        variables = {
            "AWS_URL": self.url,  # amazon.aws reads this one
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": who.access_key_id,
            "AWS_SECRET_ACCESS_KEY": who.secret_access_key,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "PYTHONPATH": str(_GUARD) + (os.pathsep + inherited if inherited else ""),
        }
        if who.session_token is not None:
            variables["AWS_SESSION_TOKEN"] = who.session_token
        if region is not None:
            variables["AWS_DEFAULT_REGION"] = region
        return variables

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        connection = http.client.HTTPConnection(_ADDRESS, self.port, timeout=10)
        try:
            connection.request(method, path, None if body is None else json.dumps(body))
            answer = connection.getresponse()
            document = json.loads(answer.read())
        finally:
            connection.close()
        if answer.status != 200:
            raise LocalAwsError(document["message"])
        return document


def _emulator_python() -> Path:
    """LOCALAWS_EMULATOR_PYTHON, or that of the nearest .venv-emulator in a parent directory."""
    if configured := os.environ.get("LOCALAWS_EMULATOR_PYTHON"):
        return Path(configured)
    found = [parent / ".venv-emulator" for parent in _PACKAGE.parents if (parent / ".venv-emulator").is_dir()]
    return (found[0] if found else Path(".venv-emulator")) / "bin" / "python"


def _free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((_ADDRESS, 0))
        return int(probe.getsockname()[1])
