# SPDX-License-Identifier: GPL-3.0-or-later

"""The modules that do more than run(): their results and their error messages."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import botocore.session
import pytest
from ansible.module_utils.testing import patch_module_args
from ansible_collections.multiregion.edge.plugins.module_utils._core.parallel import MultiRegionError
from ansible_collections.multiregion.edge.plugins.module_utils._distribution import info as distribution_info
from ansible_collections.multiregion.edge.plugins.module_utils._lambda_edge import package
from ansible_collections.multiregion.edge.plugins.modules import (
    cloudfront_distribution_info,
    lambda_edge_package,
)

from unit.fakes import client_error

CREDENTIALS = {"region": "us-east-1", "access_key": "AKIDEXAMPLE", "secret_key": "secret"}


def outcome(capsys: pytest.CaptureFixture[str], main: t.Callable[[], None], **options: t.Any) -> dict[str, t.Any]:
    with patch_module_args(options), pytest.raises(SystemExit):
        main()
    result: dict[str, t.Any] = json.loads(capsys.readouterr().out)
    return result


class TestPackage:
    @pytest.fixture
    def options(self, tmp_path: Path) -> dict[str, t.Any]:
        """The options of a package for single buckets, which needs no wheel."""
        source = tmp_path / "source"
        (source / "proof").mkdir(parents=True)
        (source / "handler.py").write_text("x = 1\n")
        (source / "proof" / "prove.py").write_text("print('{\"proven\": true}')\n")
        dest = str(tmp_path / "build" / "package.zip")
        return {"source": str(source), "dest": dest, "config": {"mode": "region_map"}}

    def test_it_is_built_once(self, capsys: pytest.CaptureFixture[str], options: dict[str, t.Any]) -> None:
        first = outcome(capsys, lambda_edge_package.main, **options)
        assert (first["changed"], first["package"]["built"]) == (False, True)
        assert first["package"]["path"] == options["dest"]
        assert first["package"]["sha256"] == package.identity(package.unzipped(Path(options["dest"])))
        again = outcome(capsys, lambda_edge_package.main, **options)
        assert (again["changed"], again["package"]) == (False, {**first["package"], "built": False})

    def test_another_handler_is_another_package(
        self, capsys: pytest.CaptureFixture[str], options: dict[str, t.Any]
    ) -> None:
        first = outcome(capsys, lambda_edge_package.main, **options)
        Path(options["source"], "handler.py").write_text("x = 2\n")
        second = outcome(capsys, lambda_edge_package.main, **options)
        assert second["package"]["built"] is True
        assert second["package"]["sha256"] != first["package"]["sha256"]

    def test_a_damaged_package_is_built_again(
        self, capsys: pytest.CaptureFixture[str], options: dict[str, t.Any]
    ) -> None:
        dest = Path(options["dest"])
        dest.parent.mkdir()
        dest.write_bytes(b"half a zip")
        result = outcome(capsys, lambda_edge_package.main, **options)
        assert "package" in result and result["package"]["built"] is True, result

    def test_a_wheel_with_other_bytes_is_refused(
        self, capsys: pytest.CaptureFixture[str], options: dict[str, t.Any], tmp_path: Path
    ) -> None:
        given = {**options, "config": {"mode": "mrap"}, "wheel": str(tmp_path / "other.whl")}
        result = outcome(capsys, lambda_edge_package.main, **given)
        assert result["failed"] and "with SHA-256" in result["msg"]


class FakeDistributions:
    """Two distributions, of which one is managed; reading tags raises ``error`` if set."""

    error: t.ClassVar[Exception | None] = None
    config_shape = botocore.session.get_session().get_service_model("cloudfront").shape_for("DistributionConfig")

    def __init__(self, aws: t.Any) -> None:
        pass

    def find(self, tag: str, value: str) -> str | None:
        if self.error:
            raise self.error
        return "E1" if value == "my-site" else None

    def distribution(self, distribution_id: str) -> tuple[dict[str, t.Any], dict[str, t.Any], str]:
        facts = {"id": "E1", "arn": "arn:E1", "domain_name": "d1.cloudfront.net", "status": "Deployed"}
        return facts, {"Aliases": {"Quantity": 1, "Items": ["a.example.com"]}}, "etag"

    def tags(self, arn: str) -> dict[str, str]:
        return {"multiregion-edge": "my-site"}


class TestDistributionInfo:
    def run(
        self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, error: Exception | None, name: str
    ) -> dict[str, t.Any]:
        monkeypatch.setattr(FakeDistributions, "error", error)
        monkeypatch.setattr(distribution_info, "DistributionApi", FakeDistributions)
        return outcome(capsys, cloudfront_distribution_info.main, **CREDENTIALS, name=name)

    @pytest.mark.parametrize(("name", "ids"), [("my-site", ["E1"]), ("my-site-eu", [])])
    def test_it_is_found_by_its_full_name(
        self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, name: str, ids: list[str]
    ) -> None:
        result = self.run(capsys, monkeypatch, None, name)
        assert result["changed"] is False
        assert [found["id"] for found in result["distributions"]] == ids
        assert [found["aliases"] for found in result["distributions"]] == [["a.example.com"]] * len(ids)

    def test_aws_refuses(self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        error = client_error("AccessDenied", "ListDistributions", "not you")
        result = self.run(capsys, monkeypatch, error, "my-site")
        assert result["failed"] and result["msg"].startswith("AccessDenied from ListDistributions: not you.")

    def test_aws_refuses_the_tags_of_several_distributions(
        self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """find() reads tags with in_parallel, which raises several failures as one MultiRegionError."""
        denied = client_error("AccessDenied", "ListTagsForResource", "not you")
        result = self.run(capsys, monkeypatch, MultiRegionError({"E1": denied, "E2": denied}), "my-site")
        assert result["failed"] and "E2: AccessDenied from ListTagsForResource" in result["msg"]
