"""Origin access controls and policies against local AWS: others' changes meanwhile are seen, killed runs finished."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._cloudfront.api import ConfigApi
from botocore.exceptions import EndpointConnectionError

from modules.policy_kinds import CACHE, CONTROL, MARK, REQUEST, RESPONSE, RICH, Kind
from modules.runner import ModuleFailed


def test_another_s_change_is_kept_and_one_of_the_same_is_told(kind: Kind, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between observing and applying, so that the ETag is stale."""
    mark = "Description" if kind.name == CONTROL else "Comment"
    made = kind.rich()[kind.name]
    update, foreign = ConfigApi.update, [f"first {MARK}", f"second {MARK}"]

    def late(api: ConfigApi, config_id: str, config: dict[str, Any]) -> None:
        if foreign:
            kind.change(config_id, **{mark: foreign.pop(0)})
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
    told = str(after.get("warnings"))
    assert "first (" not in told and "second (" not in told
    assert after["plan"] == [f"Update the {kind.name.replace('_', ' ')} shop: {member}"]

    foreign.append(f"third {kind.name} {MARK}")
    again = kind.run(**{mark.lower(): "ours", **({member: other} if other else {})})
    assert again[kind.name][mark.lower()] == f"ours {MARK}"
    assert [warning for warning in again["warnings"] if f"third {kind.name}" in str(warning)]


def test_what_is_deleted_meanwhile_is_made_again(kind: Kind, monkeypatch: pytest.MonkeyPatch) -> None:
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


def test_a_run_that_was_killed_before_or_after_its_call_is_finished_by_the_next(
    kind: Kind, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark = "description" if kind.name == CONTROL else "comment"
    call = ConfigApi._call

    def killed(api: ConfigApi, verb: str, **arguments: Any) -> Any:
        answer = call(api, verb, **arguments)
        if verb != "Get":
            raise EndpointConnectionError(endpoint_url="nobody told it of the answer")
        return answer

    for options in (RICH[kind.name], {**RICH[kind.name], mark: "other"}, {"state": "absent"}):
        kind.modules.local_aws.fault(0, of=kind.modules.credentials)
        with pytest.raises(ModuleFailed, match="LocalFault"):
            kind.run(**options)
        kind.modules.local_aws.fault(None)
        assert len(kind.run(check=True, **options)["plan"]) == 1
        with monkeypatch.context() as patched, pytest.raises(ModuleFailed, match="nobody told it"):
            patched.setattr(ConfigApi, "_call", killed)
            kind.run(**options)
        assert kind.run(**options)["mutating"] == []
