"""Start, stop and refresh the edge; find the host and the point of presence of a request."""

from __future__ import annotations

import dataclasses
import shutil
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from localaws.edge.cache.store import Cache
from localaws.edge.deployment import Deployment, DeploymentReader
from localaws.edge.flow import Flow, Send
from localaws.edge.messages import Answer, EdgeError, ViewerRequest, error_answer
from localaws.edge.origin.origin_request import via
from localaws.edge.server import Server
from localaws.edge.snapshot import Snapshot
from localaws.geo import Pop, great_circle_km, load_pops, load_regions

_ADDRESS = "127.0.0.1"
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})


class Edge:
    """CloudFront for one distribution. `send` may change a request to the origin before it is sent."""

    def __init__(
        self,
        endpoint: str,
        distribution_id: str,
        home_region: str,
        workdir: Path | str,
        *,
        port: int = 0,
        clock: Callable[[], float] = time.time,
        send: Send | None = None,
    ) -> None:
        regions = load_regions()
        if home_region not in regions:
            raise EdgeError(f"There is no Region {home_region}; known are {', '.join(sorted(regions))}")
        home = regions[home_region].location
        self.home_pop = min(load_pops().values(), key=lambda pop: great_circle_km(home, pop.location))
        self._endpoint = endpoint.rstrip("/")
        self._distribution_id = distribution_id
        self._parent = Path(workdir)
        self._port = port
        self._clock = clock
        self._send = send
        self._directory: Path | None = None
        self._deployment: Deployment | None = None
        self._flow: Flow | None = None
        self._server: Server | None = None
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def url(self) -> str:
        if self._server is None:
            raise EdgeError("The edge is not running")
        return f"http://{_ADDRESS}:{self._server.server_address[1]}"

    @property
    def snapshot(self) -> Snapshot:
        if self._deployment is None:
            raise EdgeError("The edge is not running")
        return self._deployment.current

    def start(self) -> None:
        """EdgeError if the edge does not support the distribution; OSError if the port is taken."""
        self._parent.mkdir(parents=True, exist_ok=True)
        self._server = Server((_ADDRESS, self._port), self.answer)
        try:
            self._directory = Path(tempfile.mkdtemp(prefix="edge-", dir=self._parent))
            (self._directory / "packages").mkdir()
            reader = DeploymentReader(self._endpoint, self._distribution_id, self._directory / "packages")
            self._deployment = Deployment(reader)
            cache = Cache(self._directory / "bodies")
            self._flow = Flow(self._endpoint, cache, self._clock, self._send)
            self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="edge", daemon=True)
            self._thread.start()
            self._deployment.start()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End the server and its workers, and remove its files. Does nothing if it is not running."""
        if self._server is not None:
            if self._thread is not None:
                self._server.shutdown()
                self._thread.join()
            self._server.server_close()
        if self._deployment is not None:
            self._deployment.stop()
        if self._flow is not None:
            self._flow.stop()
        if self._directory is not None:
            shutil.rmtree(self._directory, ignore_errors=True)
        self._server = self._thread = self._deployment = self._flow = self._directory = None

    def refresh(self) -> None:
        """Read the deployment now, instead of within the next second."""
        if self._deployment is None:
            raise EdgeError("The edge is not running")
        self._deployment.refresh()

    def fail_reads(self, *beginnings: str) -> None:
        """From now on, the viewer function cannot read the keys of its store that begin so; none, if none is given."""
        if self._flow is None:
            raise EdgeError("The edge is not running")
        self._flow.fail_reads(beginnings)

    def answer(self, request: ViewerRequest, location: str | None) -> Answer:
        """The whole answer, with CloudFront's own headers."""
        pop = self.home_pop
        deployment, flow = self._deployment, self._flow
        if deployment is None or flow is None:
            return error_answer(503, "The edge is stopping", "Error from cloudfront")
        snapshot = deployment.at(pop.code)
        if location is not None and location.upper() not in load_pops():
            known = ", ".join(sorted(load_pops()))
            answer = error_answer(400, f"X-Edge-Location must be one of {known}", "Error from cloudfront")
        else:
            pop = load_pops()[location.upper()] if location is not None else pop
            snapshot = deployment.at(pop.code)
            answer = self._on_host(snapshot, flow, pop, request)
        answer.headers += [
            ("via", via(snapshot.domain_name)),
            ("x-amz-cf-pop", f"{pop.code}50-P1"),
            ("x-amz-cf-id", request.request_id),
        ]
        return answer

    def _on_host(self, snapshot: Snapshot, flow: Flow, pop: Pop, request: ViewerRequest) -> Answer:
        host = _known_host(request.host, snapshot)
        if host is None:
            text = f"No distribution answers for the host {request.host!r}"
            return error_answer(404, text, "Error from cloudfront")
        headers = [(name, host if name == "host" else value) for name, value in request.headers]
        changed = dataclasses.replace(request, host=host, headers=headers)
        return flow.answer(snapshot, pop, changed)


def _known_host(host: str, snapshot: Snapshot) -> str | None:
    name = host.lower()
    bare = name.rpartition(":")[0] if name.rpartition(":")[2].isdigit() else name
    if bare in _LOOPBACK:
        # For a browser: the function gets the distribution's own name.
        return snapshot.domain_name
    wildcard = "*." + bare.partition(".")[2]
    return bare if bare == snapshot.domain_name or {bare, wildcard} & snapshot.aliases else None
