"""lambda_edge_function against local AWS: versions, log groups, concurrent changes, and killed runs."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._lambda_edge import log_groups
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
    predicted = functions.run(check=True)
    assert (predicted["mutating"], predicted["function"]["version"]) == ([], "(known after apply)")
    made = functions.run()
    assert made["plan"] == predicted["plan"] == [f"Create the Lambda function {NAME} in us-east-1", PUBLISH]
    assert made["function"]["version"] == "1"
    unchanged = functions.run()
    assert (unchanged["changed"], unchanged["mutating"], unchanged["function"]) == (False, [], made["function"])

    for change in ({"memory_size": 256}, {"timeout": 10}, {"runtime": "python3.14"}, {"handler": "other.handler"}):
        predicted = functions.run(check=True, diff=True, keep_versions=9, **change)
        changed = functions.run(diff=True, keep_versions=9, **change)
        assert predicted["plan"] == changed["plan"] == [CONFIGURE, PUBLISH]
        assert predicted["diff"] == changed["diff"]
        assert functions.run(**change)["mutating"] == []
        assert functions.run()["plan"] == [CONFIGURE], "the version that fits is there already"


PUBLISH = f"Publish a version of the Lambda function {NAME}"
CONFIGURE = f"Update the configuration of the Lambda function {NAME}"


def test_other_code_is_a_new_version_and_the_first_code_the_first_version(functions: Functions) -> None:
    assert functions.run()["function"]["version"] == "1"
    other = functions.run(package=functions.package("b"))
    assert other["function"]["version"] == "2"
    assert functions.run()["function"]["version"] == "1"
    assert functions.versions() == ["1", "2"]


def test_tags_are_added_and_check_mode_returns_the_known_version(functions: Functions) -> None:
    functions.run()
    predicted = functions.run(check=True, tags={"team": "web"})
    assert predicted["plan"] == [f"Tag the Lambda function {NAME}"]
    assert predicted["function"]["version"] == "1"
    functions.run(tags={"team": "web"})
    assert functions.run(tags={"team": "web"})["mutating"] == []


def test_the_log_groups_of_all_regions_have_the_retention(functions: Functions) -> None:
    predicted = functions.run(check=True, log_retention=30)
    sentence = f"Keep the function's logs for 30 days in {', '.join(sorted(REGIONS))}"
    assert predicted["plan"] == [f"Create the Lambda function {NAME} in us-east-1", sentence, PUBLISH]
    made = functions.run(log_retention=30, tags={"multiregion-edge": "shop"})
    assert made["plan"] == predicted["plan"]
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


def test_old_versions_are_deleted_when_a_new_one_is_published(functions: Functions) -> None:
    functions.publish("abc")
    functions.local_aws.behave(replicas_linger_seconds=3600.0)
    functions.associate("2")
    functions.associate("1", "3")
    functions.associate("3")  # 1 is still replicated, 3 is in use
    predicted = functions.run(check=True, package=functions.package("d"), keep_versions=0)
    published = functions.run(package=functions.package("d"), keep_versions=0)
    assert published["plan"] == predicted["plan"]
    assert published["replicated_versions"] == ["1", "2"]
    assert functions.versions() == ["1", "2", "3", "4"]
    again = functions.run(package=functions.package("d"), keep_versions=0)
    assert (again["changed"], again["mutating"], again["replicated_versions"]) == (False, [], [])

    functions.local_aws.behave()
    assert functions.run(package=functions.package("e"), keep_versions=1)["replicated_versions"] == []
    assert functions.versions() == ["3", "4", "5"]


def test_a_version_with_an_alias_is_kept(functions: Functions) -> None:
    functions.publish("a")
    functions.client.create_alias(FunctionName=NAME, Name="mine", FunctionVersion="1")
    functions.run(package=functions.package("b"), keep_versions=0)
    assert functions.versions() == ["1", "2"]


def test_the_module_waits_for_updates_in_progress(functions: Functions) -> None:
    functions.local_aws.behave(lambda_update_seconds=0.3)
    assert functions.run()["function"]["version"] == "1"
    changed = functions.run(package=functions.package("b"), memory_size=256)
    assert changed["function"]["version"] == "2"
    # Another change is in progress when the run starts.
    functions.client.update_function_configuration(FunctionName=NAME, MemorySize=512)
    assert functions.run(memory_size=1024)["function"]["version"] == "3"
    assert functions.run(memory_size=1024)["mutating"] == []


def test_the_published_version_is_active_when_the_module_ends(functions: Functions, shown: list[str]) -> None:
    functions.local_aws.behave(lambda_version_seconds=1.0)
    version = functions.run()["function"]["version"]
    assert any(line.startswith(f"Version 1 of the Lambda function {NAME}: state Pending") for line in shown)
    assert functions.associate(version), "CloudFront refuses a version that is not active"


def test_the_module_waits_for_a_version_of_a_killed_run(functions: Functions) -> None:
    functions.local_aws.behave(lambda_version_seconds=3600.0)
    for _run in range(2):  # the second one has nothing to publish
        with pytest.raises(ModuleFailed, match=r"Version 1 of .* not ready after 2 s \(state Pending"):
            functions.run(wait_timeout=2)
    functions.local_aws.behave(lambda_version_seconds=1.0)
    result = functions.run()
    assert result["mutating"] == []
    assert functions.associate(result["function"]["version"])


def test_few_concurrent_functions_are_a_warning(functions: Functions) -> None:
    """A run that publishes a version reads all Regions, another one us-east-1."""
    functions.local_aws.behave(lambda_concurrency=10)
    everywhere = ", ".join(f"{region} (10)" for region in sorted(REGIONS))
    for warned in (everywhere, "us-east-1 (10)"):
        (warning,) = functions.run(log_retention=30)["warnings"]
        assert f"at once in this account: {warned}. " in warning
        assert "L-B99A9384" in warning
    functions.local_aws.behave(lambda_concurrency=200)
    assert functions.run(log_retention=30)["warnings"] == []


def test_the_concurrency_that_cannot_be_read_is_a_warning(functions: Functions) -> None:
    unread = functions.without("lambda:GetAccountSettings")
    (warning,) = unread.run(log_retention=30)["warnings"]
    assert "was not checked: AccessDeniedException from GetAccountSettings" in warning


def test_log_groups_that_an_organization_denies_are_left_alone(functions: Functions) -> None:
    denied = ("eu-west-1", "sa-east-1")
    functions.local_aws.behave(denied_regions=", ".join(denied))
    for _run in range(2):
        result = functions.run(log_retention=30)
        (warning,) = result["warnings"]
        assert "denies CloudWatch Logs in eu-west-1, sa-east-1: " in warning
        assert "origin_request_log_retention: 0" in warning
        (facts,) = functions.info(log_groups=True)
        assert {group["region"] for group in facts["log_groups"]} == set(REGIONS) - set(denied)
    assert result["mutating"] == []
    (warning,) = functions.run(state="absent")["warnings"]
    assert "eu-west-1, sa-east-1" in warning


@pytest.mark.parametrize("step", ["update_code", "update_configuration", "publish_version"])
def test_a_concurrent_change_is_detected(functions: Functions, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    functions.run()
    functions.interfere(
        monkeypatch, step, lambda: functions.client.update_function_configuration(FunctionName=NAME, Timeout=29)
    )
    changed = functions.run(package=functions.package("b"), memory_size=256)
    assert "Timeout was changed to 29 by another process during this run; it is set to 5." in str(changed["warnings"])
    version = functions.client.get_function_configuration(FunctionName=NAME, Qualifier=changed["function"]["version"])
    assert (version["Timeout"], version["MemorySize"]) == (5, 256)
    assert functions.run(package=functions.package("b"), memory_size=256)["mutating"] == []


def test_concurrently_changed_code_is_not_published(functions: Functions, monkeypatch: pytest.MonkeyPatch) -> None:
    functions.run()
    theirs = package("theirs")
    functions.interfere(
        monkeypatch, "publish_version", lambda: functions.client.update_function_code(FunctionName=NAME, ZipFile=theirs)
    )
    changed = functions.run(package=functions.package("b"))
    wanted = Path(functions.package("b")).read_bytes()
    assert functions.code(changed["function"]["version"]) == zipped_files(wanted)


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
def test_a_role_that_cannot_be_assumed_is_refused_before_any_change(
    functions: Functions, services: list[str], message: str
) -> None:
    functions.trust(*services)
    before = len(functions.local_aws.requests())
    with pytest.raises(ModuleFailed, match=f"role_arn: {message}.*trust policy"):
        functions.run()
    assert not [entry for entry in functions.local_aws.requests(before) if entry["mutating"]]


def test_a_role_that_cannot_be_read_is_a_warning(functions: Functions) -> None:
    unread = functions.without("iam:GetRole")
    made = unread.run()
    assert "was not checked: AccessDenied from GetRole" in str(made["warnings"])
    assert made["function"]["version"] == "1"


def test_check_mode_accepts_a_role_that_does_not_exist_yet(functions: Functions) -> None:
    role = f"arn:aws:iam::{functions.local_aws.account_id}:role/multiregion-edge-shop-none"
    for role_arn in (role, "(known after apply)"):
        assert functions.run(check=True, role_arn=role_arn)["changed"]


@pytest.mark.parametrize("calls", range(9))
@pytest.mark.parametrize("makes", ["function", "change"])
def test_a_run_killed_after_any_change_is_completed_by_the_next(
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


def test_an_unmanaged_function_is_refused(functions: Functions) -> None:
    functions.run()
    functions.client.update_function_configuration(FunctionName=NAME, Description="thumbnails")
    for state in ("present", "absent"):
        before = len(functions.local_aws.requests())
        with pytest.raises(ModuleFailed, match="is not this collection's"):
            functions.run(state=state)
        assert not [entry for entry in functions.local_aws.requests(before) if entry["mutating"]]
