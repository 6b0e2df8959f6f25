# SPDX-License-Identifier: GPL-3.0-or-later

"""Invalid options of an origin request function are refused before the first call."""

from __future__ import annotations

import io
import typing as t
import zipfile
from pathlib import Path

import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._core.errors import EdgeError
from ansible_collections.multiregion.edge.plugins.module_utils._lambda_edge import options

ROLE = "arn:aws:iam::111122223333:role/signer"


@pytest.fixture
def given(tmp_path: Path) -> dict[str, t.Any]:
    """The options of a valid function."""
    defaults = {name: option.get("default") for name, option in options.ARGUMENTS.items()}
    return {**defaults, "name": "signer", "role_arn": ROLE, "package": write(tmp_path, "handler.py")}


def write(directory: Path, *names: str) -> str:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as files:
        for name in names:
            files.writestr(name, "x")
    path = directory / "package.zip"
    path.write_bytes(archive.getvalue())
    return str(path)


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("timeout", 0, "timeout: 0 s; Lambda@Edge allows 1 to 30 s"),
        ("timeout", 31, "timeout: 31 s"),
        ("memory_size", 127, "memory_size: 127 MB; Lambda@Edge allows 128 to 10240 MB"),
        ("memory_size", 10241, "memory_size: 10241 MB"),
        ("keep_versions", -1, "keep_versions: -1"),
        ("log_retention", 0, "log_retention: 0 days; CloudWatch Logs takes 1, 3, 5,"),
        ("log_retention", 31, "log_retention: 31 days"),
        ("role_arn", "signer", "role_arn: 'signer' is not the ARN of an IAM role"),
        ("role_arn", "arn:aws:iam::111122223333:user/signer", "is not the ARN of an IAM role"),
        ("package", "/nowhere.zip", "there is no file /nowhere.zip: build it first"),
        ("handler", "handler", "handler: 'handler' is not a module and a function in it"),
        ("handler", "a.b " * 40, "is not a module and a function in it"),
        ("handler", "other.handler", "other.handler would be in other.py or other.js, which"),
    ],
)
def test_invalid_options(given: dict[str, t.Any], option: str, value: t.Any, message: str) -> None:
    with pytest.raises(EdgeError) as caught:
        options.desired({**given, option: value})
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("timeout", 1),
        ("timeout", 30),
        ("memory_size", 128),
        ("memory_size", 10240),
        ("keep_versions", 0),
        ("log_retention", 3653),
        ("log_retention", None),
        ("role_arn", "arn:aws:iam::111122223333:role/path/signer"),
        ("role_arn", "(known after apply)"),
    ],
)
def test_valid_options(given: dict[str, t.Any], option: str, value: t.Any) -> None:
    options.desired({**given, option: value})


@pytest.mark.parametrize(
    ("handler", "file"),
    [
        ("handler.handler", "handler.py"),
        ("site.signer.handler", "site/signer.py"),
        ("site/signer.handler", "site/signer.py"),
        ("site.handler", "site/__init__.py"),
        ("index.handler", "index.mjs"),
        ("dist/index.handler", "dist/index.js"),
    ],
)
def test_valid_places_of_a_handler(given: dict[str, t.Any], tmp_path: Path, handler: str, file: str) -> None:
    options.desired({**given, "handler": handler, "package": write(tmp_path, file)})


def test_a_package_that_is_too_large(given: dict[str, t.Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(options, "_MAX_UNZIPPED", 1)
    with pytest.raises(EdgeError, match=r"the files in .* have 2 bytes; Lambda takes 1"):
        options.desired({**given, "package": write(tmp_path, "handler.py", "other.py")})
    monkeypatch.setattr(options, "_MAX_PACKAGE", 10)
    with pytest.raises(EdgeError, match="bytes; Lambda@Edge takes 10"):
        options.desired(given)


def test_an_invalid_zip_file(given: dict[str, t.Any], tmp_path: Path) -> None:
    (tmp_path / "package.zip").write_bytes(b"half a zip")
    with pytest.raises(EdgeError, match="cannot be read as a zip"):
        options.desired(given)


@pytest.mark.parametrize(("name", "region"), [("a b", "us-east-1"), ("", "us-east-1"), ("a" * 65, "us-east-1")])
def test_an_invalid_name(name: str, region: str) -> None:
    with pytest.raises(EdgeError, match="is not a valid function name"):
        options.check_name(name, region)


@pytest.mark.parametrize("region", ["cn-north-1", "us-gov-west-1"])
def test_partitions_without_lambda_at_edge(region: str) -> None:
    options.check_name("signer", "eu-north-1")
    with pytest.raises(EdgeError, match=f"there is no Lambda@Edge where {region} is"):
        options.check_name("signer", region)


def test_a_role_must_be_of_the_same_account() -> None:
    options.check_account(ROLE, "111122223333")
    options.check_account("(known after apply)", "111122223333")
    with pytest.raises(EdgeError, match="is another account's"):
        options.check_account(ROLE, "444455556666")


BOTH = ["lambda.amazonaws.com", "edgelambda.amazonaws.com"]


def statement(services: t.Any, **other: t.Any) -> dict[str, t.Any]:
    return {"Effect": "Allow", "Principal": {"Service": services}, "Action": "sts:AssumeRole", **other}


@pytest.mark.parametrize(
    ("statements", "missing"),
    [
        ([statement(BOTH)], []),
        (statement(BOTH), []),
        ([statement(BOTH[0]), statement([BOTH[1]], Action=["sts:TagSession", "STS:assumerole"])], []),
        ([statement(BOTH, Condition={"StringEquals": {"aws:SourceAccount": "111122223333"}})], []),
        ([statement(BOTH, Principal="*")], []),
        ([statement(BOTH[0])], BOTH[1:]),
        ([statement(BOTH, Action="sts:TagSession")], BOTH),
        ([statement(BOTH, Effect="Deny")], BOTH),
        ([statement(BOTH, Principal={"AWS": "111122223333"})], BOTH),
        ([], BOTH),
    ],
    ids=["both", "no list", "one each", "on a condition", "all", "one", "another action", "denied", "a user", "none"],
)
def test_both_services_may_assume_the_role(statements: t.Any, missing: list[str]) -> None:
    trust = {"Version": "2012-10-17", "Statement": statements}
    if not missing:
        options.check_trust(ROLE, trust)
        return
    with pytest.raises(EdgeError) as caught:
        options.check_trust(ROLE, trust)
    assert str(caught.value).startswith(
        f"role_arn: {' and '.join(missing)} may not assume {ROLE}: let its trust policy"
    )
