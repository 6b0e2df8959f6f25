"""Origin access controls and policies against local AWS: concurrent changes are detected, killed runs completed."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._cloudfront.api import ConfigApi
from botocore.exceptions import EndpointConnectionError

from modules.policy_kinds import CACHE, CONTROL, MARK, REQUEST, RESPONSE, RICH, Kind
from modules.runner import ModuleFailed


def test_a_concurrent_change_is_kept_and_an_overwritten_one_is_reported(
    kind: Kind, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The change is made between observing and applying, so the ETag is stale."""
    mark = "Description" if kind.name == CONTROL else "Comment"
    made = kind.rich()[kind.name]
    update, others = ConfigApi.update, [f"first {MARK}", f"second {MARK}"]

    def late(api: ConfigApi, config_id: str, config: dict[str, Any]) -> None:
        if others:
            kind.change(config_id, **{mark: others.pop(0)})
        update(api, config_id, config)

    monkeypatch.setattr(ConfigApi, "update", late)
    member, value, other = {
        CONTROL: ("signing_behavior", "never", "always"),
        CACHE: ("max_ttl", 700, 600),
        REQUEST: ("cookies_config", {"cookie_behavior": "none"}, {"cookie_behavior": "all"}),
        RESPONSE: ("server_timing_headers_config", {"enabled": False, "sampling_rate": None}, None),
    }[kind.name]
    after = kind.run(**{member: value})
    assert after[kind.name]["id"] == made["id"]
    assert after[kind.name][mark.lower()] == f"second {MARK}"
    warnings = str(after.get("warnings"))
    assert "first (" not in warnings and "second (" not in warnings
    assert after["plan"] == [f"Update the {kind.name.replace('_', ' ')} shop: {member}"]

    others.append(f"third {kind.name} {MARK}")
    again = kind.run(**{mark.lower(): "wanted", **({member: other} if other else {})})
    assert again[kind.name][mark.lower()] == f"wanted {MARK}"
    assert [warning for warning in again["warnings"] if f"third {kind.name}" in str(warning)]


def test_a_concurrent_deletion_is_followed_by_a_creation(kind: Kind, monkeypatch: pytest.MonkeyPatch) -> None:
    made = kind.rich()[kind.name]
    update = ConfigApi.update

    def late(api: ConfigApi, config_id: str, config: dict[str, Any]) -> None:
        kind.remove_all()
        update(api, config_id, config)

    monkeypatch.setattr(ConfigApi, "update", late)
    mark = "description" if kind.name == CONTROL else "comment"
    after = kind.rich(**{mark: "other"})
    assert after[kind.name]["id"] != made["id"]
    assert kind.rich(**{mark: "other"})["mutating"] == []


def test_a_run_killed_before_or_after_its_call_is_completed_by_the_next(
    kind: Kind, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark = "description" if kind.name == CONTROL else "comment"
    call = ConfigApi._call

    def killed(api: ConfigApi, verb: str, **arguments: Any) -> Any:
        answer = call(api, verb, **arguments)
        if verb != "Get":
            raise EndpointConnectionError(endpoint_url="the answer is lost")
        return answer

    for options in (RICH[kind.name], {**RICH[kind.name], mark: "other"}, {"state": "absent"}):
        kind.modules.local_aws.fault(0, of=kind.modules.credentials)
        with pytest.raises(ModuleFailed, match="LocalFault"):
            kind.run(**options)
        kind.modules.local_aws.fault(None)
        assert len(kind.run(check=True, **options)["plan"]) == 1
        with monkeypatch.context() as patched, pytest.raises(ModuleFailed, match="the answer is lost"):
            patched.setattr(ConfigApi, "_call", killed)
            kind.run(**options)
        assert kind.run(**options)["mutating"] == []
