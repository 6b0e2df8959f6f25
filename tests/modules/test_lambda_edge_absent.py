"""lambda_edge_function with state=absent, and lambda_edge_function_info, against local AWS."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._lambda_edge import log_groups
from ansible_collections.multiregion.edge.plugins.module_utils._lambda_edge.log_groups import REGIONS

from localaws.local_aws import LocalAws
from modules.lambda_edge_functions import LOG_GROUP, NAME, Functions
from modules.role_runner import run_role
from modules.runner import ModuleFailed, Modules

DELETE = f"Delete the Lambda function {NAME} in us-east-1, unless it is still replicated"


@pytest.fixture
def functions(local_aws: LocalAws, tmp_path: Path) -> Functions:
    found = Functions(local_aws, tmp_path)
    found.clear()
    return found


def delete(functions: Functions, **options: Any) -> dict[str, Any]:
    return functions.run(state="absent", package=None, role_arn=None, **options)


def test_it_is_deleted_with_its_log_groups_and_a_second_run_changes_nothing(functions: Functions) -> None:
    functions.run(log_retention=30)
    logs_client = functions.local_aws.client("logs", "eu-west-1")
    logs_client.create_log_group(logGroupName=f"{LOG_GROUP}-eu")
    predicted = delete(functions, check=True)
    assert (predicted["mutating"], functions.versions()) == ([], ["1"])
    gone = delete(functions)
    logs = f"Delete the function's logs in {', '.join(sorted(REGIONS))}"
    assert gone["plan"] == predicted["plan"] == [logs, DELETE]
    assert (gone["function"], gone["pending"], gone["pending_reason"]) == ({}, False, None)
    assert (functions.info(), functions.retentions()) == ([], {})
    assert (
        logs_client.describe_log_groups(logGroupNamePrefix=LOG_GROUP)["logGroups"][0]["logGroupName"]
        == f"{LOG_GROUP}-eu"
    )
    logs_client.delete_log_group(logGroupName=f"{LOG_GROUP}-eu")
    again = delete(functions)
    assert (again["changed"], again["plan"], again["mutating"], again["pending"]) == (False, [], [], False)


def test_an_associated_version_is_refused_with_the_distributions_id(functions: Functions) -> None:
    functions.publish("ab")
    distribution = functions.associate("1", "2")
    before = len(functions.local_aws.requests())
    with pytest.raises(
        ModuleFailed, match=rf"associate it \(version 1 by {distribution}; version 2 by {distribution}\): take it out"
    ):
        delete(functions)
    assert not [entry for entry in functions.local_aws.requests(before) if entry["mutating"]]


def test_a_replicated_version_is_pending_and_deleted_by_a_later_run(functions: Functions) -> None:
    functions.publish("ab")
    functions.local_aws.behave(replicas_linger_seconds=3600.0)
    functions.associate("2")
    functions.associate()
    for _ in range(2):
        pending = delete(functions)
        assert (pending["changed"], pending["pending"], pending["replicated_versions"]) == (True, True, ["2"])
        assert "still replicates version 2" in pending["pending_reason"]
        assert functions.versions() == ["1", "2"]
    functions.local_aws.behave()
    assert delete(functions)["pending"] is False
    assert functions.info() == []


def test_a_deletion_killed_after_any_change_is_completed_by_the_next(
    functions: Functions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_groups, "REGIONS", ("eu-west-1", "us-east-1"))
    functions.run(log_retention=30)
    for calls in range(9):
        functions.local_aws.fault(calls, of=functions.credentials)
        try:
            delete(functions)
            break
        except ModuleFailed:
            continue
        finally:
            functions.local_aws.fault(None)
    assert (functions.info(), functions.retentions()) == ([], {})


def test_info_returns_the_versions_and_associations(functions: Functions) -> None:
    assert functions.info() == []
    functions.run(log_retention=30, tags={"team": "web"})
    published = functions.run(package=functions.package("b"))
    distribution = functions.associate("2")
    (found,) = functions.info(log_groups=True)
    shown = {key: found[key] for key in ("name", "arn", "package_sha256")}
    assert shown == {key: published["function"][key] for key in shown}
    assert (found["runtime"], found["memory_size"], found["timeout"], found["tags"]) == (
        *("python3.13", 128, 5),
        {"team": "web"},
    )
    assert [(version["version"], version["distribution_ids"]) for version in found["versions"]] == [
        ("1", []),
        ("2", [distribution]),
    ]
    assert found["versions"][1]["qualified_arn"] == published["function"]["qualified_arn"]
    assert found["versions"][1]["package_sha256"] == found["package_sha256"] != found["versions"][0]["package_sha256"]
    assert {group["region"]: group["retention_days"] for group in found["log_groups"]} == dict.fromkeys(REGIONS, 30)
    assert "log_groups" not in functions.info()[0]


def test_info_of_an_unmanaged_function(functions: Functions) -> None:
    functions.run()
    functions.client.update_function_configuration(FunctionName=NAME, Description="thumbnails")
    (found,) = functions.info()
    assert (found["description"], found["package_sha256"]) == ("thumbnails", None)


def test_info_without_the_permission(functions: Functions) -> None:
    unread = functions.without("lambda:GetFunctionConfiguration")
    with pytest.raises(ModuleFailed, match=r"AccessDenied.* from GetFunctionConfiguration: .*Allow the call"):
        unread.info()


def test_the_iam_role_is_deleted_when_nothing_is_pending(functions: Functions, tmp_path: Path) -> None:
    functions.run(tags={"multiregion-edge": "shop"})
    modules = Modules(functions.local_aws, functions.credentials)
    roles = functions.local_aws.client("iam")
    functions.local_aws.behave(replicas_linger_seconds=3600.0)
    functions.associate("1")
    functions.associate()

    def remove() -> None:
        variables = {"origin_request_site": "shop"}
        status, output = run_role(modules, tmp_path, "origin_request", variables, tasks_from="absent")
        assert status == 0, output

    def there() -> bool:
        return any(role["RoleName"].endswith(NAME) for role in roles.list_roles()["Roles"])

    remove()
    assert functions.info() and there()
    functions.local_aws.behave()
    remove()
    assert not functions.info() and not there()
    remove()
