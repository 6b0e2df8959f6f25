"""lambda_edge_function against local AWS: versions, logs, other people's changes, and kills."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._lambda_edge import log_groups, operations
from ansible_collections.multiregion.edge.plugins.module_utils._lambda_edge.log_groups import REGIONS

from localaws.local_aws import LocalAws
from modules.lambda_edge_functions import LOG_GROUP, NAME, Functions, package
from modules.runner import ModuleFailed


@pytest.fixture
def functions(local_aws: LocalAws, tmp_path: Path) -> Functions:
    found = Functions(local_aws, tmp_path)
    found.clear()
    return found


def test_created_unchanged_and_changed(functions: Functions) -> None:
    foretold = functions.run(check=True)
    assert (foretold["mutating"], foretold["function"]["version"]) == ([], "(known after apply)")
    made = functions.run()
    assert made["plan"] == foretold["plan"] == [f"Create the Lambda function {NAME} in us-east-1", PUBLISH]
    assert made["function"]["version"] == "1"
    unchanged = functions.run()
    assert (unchanged["changed"], unchanged["mutating"], unchanged["function"]) == (False, [], made["function"])

    for change in ({"memory_size": 256}, {"timeout": 10}, {"runtime": "python3.14"}, {"handler": "other.handler"}):
        foretold = functions.run(check=True, diff=True, keep_versions=9, **change)
        changed = functions.run(diff=True, keep_versions=9, **change)
        assert foretold["plan"] == changed["plan"] == [CONFIGURE, PUBLISH]
        assert foretold["diff"] == changed["diff"]
        assert functions.run(**change)["mutating"] == []
        assert functions.run()["plan"] == [CONFIGURE], "the version that fits is there already"


PUBLISH = f"Publish a version of the Lambda function {NAME}"
CONFIGURE = f"Update the configuration of the Lambda function {NAME}"


def test_other_code_is_another_version_and_back_is_the_first_one(functions: Functions) -> None:
    assert functions.run()["function"]["version"] == "1"
    other = functions.run(package=functions.package("b"))
    assert other["function"]["version"] == "2"
    assert functions.run()["function"]["version"] == "1"
    assert functions.versions() == ["1", "2"]


def test_tags_are_added_and_a_known_version_is_told_in_check_mode(functions: Functions) -> None:
    functions.run()
    foretold = functions.run(check=True, tags={"team": "web"})
    assert foretold["plan"] == [f"Tag the Lambda function {NAME}"]
    assert foretold["function"]["version"] == "1"
    functions.run(tags={"team": "web"})
    assert functions.run(tags={"team": "web"})["mutating"] == []


def test_all_logs_are_kept_for_so_long_in_each_region_and_no_longer(functions: Functions) -> None:
    foretold = functions.run(check=True, log_retention=30)
    sentence = f"Keep the function's logs for 30 days in {', '.join(sorted(REGIONS))}"
    assert foretold["plan"] == [f"Create the Lambda function {NAME} in us-east-1", sentence, PUBLISH]
    made = functions.run(log_retention=30, tags={"multiregion-edge": "shop"})
    assert made["plan"] == foretold["plan"]
    assert functions.retentions() == dict.fromkeys(REGIONS, 30)
    calls = [entry["operation"] for entry in functions.local_aws.requests() if entry["mutating"]]
    last = max(number for number, call in enumerate(calls) if call == "PutRetentionPolicy")
    assert f"POST {functions.path}/versions" in calls[last:]
    assert functions.run(log_retention=30, tags={"multiregion-edge": "shop"})["mutating"] == []

    logs = functions.local_aws.client("logs", "eu-west-1")
    arn = f"arn:aws:logs:eu-west-1:{functions.local_aws.account_id}:log-group:{LOG_GROUP}"
    assert logs.list_tags_for_resource(resourceArn=arn)["tags"] == {"multiregion-edge": "shop"}
    logs.delete_retention_policy(logGroupName=LOG_GROUP)
    functions.local_aws.client("logs", "sa-east-1").delete_log_group(logGroupName=LOG_GROUP)
    assert functions.run(log_retention=30)["plan"] == ["Keep the function's logs for 30 days in eu-west-1, sa-east-1"]
    assert functions.retentions() == dict.fromkeys(REGIONS, 30)
    assert functions.run()["mutating"] == [], "by default they are left alone"


def test_old_versions_go_when_another_one_is_published(functions: Functions) -> None:
    functions.publish("abc")
    functions.local_aws.behave(replicas_linger_seconds=3600.0)
    functions.associate("2")
    functions.associate("1", "3")
    functions.associate("3")  # 1 is still replicated, 3 is in use
    foretold = functions.run(check=True, package=functions.package("d"), keep_versions=0)
    published = functions.run(package=functions.package("d"), keep_versions=0)
    assert published["plan"] == foretold["plan"]
    assert published["replicated_versions"] == ["1", "2"]
    assert functions.versions() == ["1", "2", "3", "4"]
    again = functions.run(package=functions.package("d"), keep_versions=0)
    assert (again["changed"], again["mutating"], again["replicated_versions"]) == (False, [], [])

    functions.local_aws.behave()
    assert functions.run(package=functions.package("e"), keep_versions=1)["replicated_versions"] == []
    assert functions.versions() == ["3", "4", "5"]


def test_a_version_with_an_alias_stays(functions: Functions) -> None:
    functions.publish("a")
    functions.client.create_alias(FunctionName=NAME, Name="mine", FunctionVersion="1")
    functions.run(package=functions.package("b"), keep_versions=0)
    assert functions.versions() == ["1", "2"]


def test_what_is_set_up_is_waited_for(functions: Functions) -> None:
    functions.local_aws.behave(lambda_update_seconds=0.3)
    assert functions.run()["function"]["version"] == "1"
    changed = functions.run(package=functions.package("b"), memory_size=256)
    assert changed["function"]["version"] == "2"
    # Another change is in progress when the run begins.
    functions.client.update_function_configuration(FunctionName=NAME, MemorySize=512)
    assert functions.run(memory_size=1024)["function"]["version"] == "3"
    assert functions.run(memory_size=1024)["mutating"] == []


def test_a_version_that_a_killed_run_left_on_its_way_is_waited_for(
    functions: Functions, monkeypatch: pytest.MonkeyPatch
) -> None:
    functions.run()
    versions, awaited = operations.Operations.versions, []

    def on_its_way(self: operations.Operations, name: str) -> list[dict[str, Any]]:
        return [{**version, "State": "Pending"} for version in versions(self, name)]

    monkeypatch.setattr(operations.Operations, "versions", on_its_way)
    monkeypatch.setattr(operations.Operations, "await_version", lambda self, *version: awaited.append(version))
    assert functions.run()["mutating"] == []
    assert awaited == [(NAME, "1")]


@pytest.mark.parametrize("step", ["update_code", "update_configuration", "publish_version"])
def test_somebody_elses_change_in_between_is_seen(
    functions: Functions, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    functions.run()
    functions.interfere(
        monkeypatch, step, lambda: functions.client.update_function_configuration(FunctionName=NAME, Timeout=29)
    )
    changed = functions.run(package=functions.package("b"), memory_size=256)
    assert "Timeout was changed to 29 by another process during this run; it is set to 5." in str(changed["warnings"])
    version = functions.client.get_function_configuration(FunctionName=NAME, Qualifier=changed["function"]["version"])
    assert (version["Timeout"], version["MemorySize"]) == (5, 256)
    assert functions.run(package=functions.package("b"), memory_size=256)["mutating"] == []


def test_somebody_elses_code_is_not_published(functions: Functions, monkeypatch: pytest.MonkeyPatch) -> None:
    functions.run()
    theirs = package("theirs")
    functions.interfere(
        monkeypatch, "publish_version", lambda: functions.client.update_function_code(FunctionName=NAME, ZipFile=theirs)
    )
    changed = functions.run(package=functions.package("b"))
    ours = Path(functions.package("b")).read_bytes()
    assert functions.code(changed["function"]["version"]) == zipped_files(ours)


def zipped_files(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.parametrize(
    ("services", "message"),
    [
        (["lambda"], r"edgelambda\.amazonaws\.com may not assume"),
        (["s3"], r"lambda\.amazonaws\.com and edgelambda\.amazonaws\.com may not assume"),
    ],
)
def test_a_role_that_cannot_be_assumed_is_refused_before_a_change(
    functions: Functions, services: list[str], message: str
) -> None:
    functions.trust(*services)
    before = len(functions.local_aws.requests())
    with pytest.raises(ModuleFailed, match=f"role_arn: {message}.*trust policy"):
        functions.run()
    assert not [entry for entry in functions.local_aws.requests(before) if entry["mutating"]]


def test_a_role_that_cannot_be_read_is_told_and_used(functions: Functions) -> None:
    unread = functions.without("iam:GetRole")
    made = unread.run()
    assert "was not checked: AccessDenied from GetRole" in str(made["warnings"])
    assert made["function"]["version"] == "1"


def test_a_role_that_will_be_made_is_foretold(functions: Functions) -> None:
    role = f"arn:aws:iam::{functions.local_aws.account_id}:role/multiregion-edge-shop-none"
    for role_arn in (role, "(known after apply)"):
        assert functions.run(check=True, role_arn=role_arn)["changed"]


@pytest.mark.parametrize("calls", range(9))
@pytest.mark.parametrize("makes", ["function", "change"])
def test_a_run_that_was_killed_anywhere_is_finished_by_the_next(
    functions: Functions, monkeypatch: pytest.MonkeyPatch, makes: str, calls: int
) -> None:
    monkeypatch.setattr(log_groups, "REGIONS", ("eu-west-1", "us-east-1"))
    functions.local_aws.behave(lambda_update_seconds=0.05)
    wanted: dict[str, Any] = {"log_retention": 7, "keep_versions": 0, "tags": {"team": "web"}}
    if makes == "change":
        functions.run(**wanted)
        wanted |= {"package": functions.package("b"), "memory_size": 256, "log_retention": 30, "tags": {"team": "new"}}
    functions.local_aws.fault(calls, of=functions.credentials)
    killed = False
    try:
        functions.run(**wanted)
    except ModuleFailed as failed:
        killed = "LocalFault" in str(failed)
    functions.local_aws.fault(None)
    assert killed == (calls <= (6 if makes == "function" else 7)), "after the last change the reads fail"
    version = functions.run(**wanted)["function"]["version"]
    assert functions.run(**wanted)["mutating"] == []
    assert functions.retentions() == dict.fromkeys(log_groups.REGIONS, wanted["log_retention"])
    found = functions.client.get_function_configuration(FunctionName=NAME, Qualifier=version)
    assert found["MemorySize"] == wanted.get("memory_size", 128)
    assert functions.code(version) == zipped_files(Path(wanted.get("package", functions.package("a"))).read_bytes())


def test_somebody_elses_function_is_refused(functions: Functions) -> None:
    functions.run()
    functions.client.update_function_configuration(FunctionName=NAME, Description="thumbnails")
    for state in ("present", "absent"):
        before = len(functions.local_aws.requests())
        with pytest.raises(ModuleFailed, match="is not this collection's"):
            functions.run(state=state)
        assert not [entry for entry in functions.local_aws.requests(before) if entry["mutating"]]
