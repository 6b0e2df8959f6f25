# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The phases of a deployment: phases() has the input of each role in each of them. Pure.

What changes on a live site changes in three phases, so that no viewer is without an origin that may be read: *expand*
(the new beside the old, rights for both), *switch* (the distribution uses the new origins) and *contract* (what nothing
uses is revoked and removed, everything else is as it shall be). Where nothing is replaced there is one phase,
*deploy*, which is contract with nothing to remove. After a killed run, the plan starts from what is live. The last
things that contract removes, old origins and old MRAPs, are those by which the next run knows what was under way.
"""

from __future__ import annotations

import dataclasses
import typing as t

from .origin_modes import SELECTED_ORIGIN_SETS, lambda_config
from .references import CERTIFICATE_ARN, DISTRIBUTION_ARN, FUNCTION_ARN, MRAP_ARN
from .sentences import sentences
from .setting_checks import NO_LOGS
from .target import Target

DEPLOY, EXPAND, SWITCH, CONTRACT = "deploy", "expand", "switch", "contract"

# AWS's Managed-CachingOptimized, which the role distribution has where a site has no cache policy of its own.
_CACHING_OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6"
_ORIGIN_REQUEST = {"event_type": "origin-request", "lambda_function_arn": FUNCTION_ARN, "include_body": False}

Data = dict[str, t.Any]


@dataclasses.dataclass(frozen=True)
class Phase:
    """*tasks*: what playbooks/tasks/converge.yml runs, by name, and what each of it is given. *sentences*: the phase's
    changes, for a check that comes before the phases in front of it have run."""

    name: str
    tasks: Data
    sentences: tuple[str, ...] = ()

    def as_data(self) -> Data:
        return {"name": self.name, **self.tasks}


def phases(target: Target) -> list[Phase]:
    if not (target.switching or target.leaving or (target.live_set and (target.growing or target.arriving))):
        return [_phase(target, DEPLOY)]
    return [_phase(target, name) for name in (EXPAND, SWITCH, *([CONTRACT] if target.leaving else []))]


def _phase(target: Target, phase: str) -> Phase:
    made = {name: make(target, phase) for name, make in _TASKS.items()}
    tasks = {name: data for name, data in made.items() if data is not None}
    return Phase(phase, tasks, tuple(sentences(target, tasks)))


def _is_first(phase: str) -> bool:
    return phase in (DEPLOY, EXPAND)


def _is_last(target: Target, phase: str) -> bool:
    return phase in (DEPLOY, CONTRACT) or (phase == SWITCH and not target.leaving)


def _buckets(target: Target, phase: str) -> Data | None:
    if phase == SWITCH:
        return None
    return {
        "names": target.buckets,
        "kms_keys": target.kms_keys(target.buckets),
        "distribution_arns": _readers(target, phase),
    }


def _readers(target: Target, phase: str) -> list[str]:
    """The distribution, where CloudFront signs: for the new origins, and for the old ones while an edge location may
    still use them. The policies of a new distribution are set when it has an ARN, by the task *grant*."""
    distribution = target.live.distribution
    if distribution is None:
        return []
    still = [] if _is_last(target, phase) else distribution.origin_sets
    return [distribution.arn] if any(origin_set.protocol for origin_set in (target.origin_set, *still)) else []


def _left(target: Target, phase: str) -> Data | None:
    """The buckets of Regions that leave: no longer read, no longer a source of replication."""
    if phase != CONTRACT or not target.left_buckets:
        return None
    return {"names": target.left_buckets, "kms_keys": target.kms_keys(target.left_buckets)}


def _mrap(target: Target, phase: str) -> Data | None:
    if not target.mode.mrap or phase == SWITCH:
        return None
    return {"buckets": target.buckets, "distribution_arns": _mrap_readers(target, phase)}


def _mrap_readers(target: Target, phase: str) -> list[str] | None:
    """None: the policy stays as it is. AWS takes a policy back by another one only, so that an MRAP which never had one
    needs none."""
    readers = _readers(target, phase)
    if target.origin_set.protocol:
        return readers or None
    had_one = any(mrap.has_policy for mrap in target.live.mraps if mrap.name == target.mrap_name)
    return [] if had_one and not readers else None


def _mrap_start(target: Target, phase: str) -> Data | None:
    """Started first, since it takes longest; what waits for it is the task *mrap*."""
    ready = any(mrap.name == target.mrap_name and mrap.serves for mrap in target.live.mraps)
    return {} if target.mode.mrap and _is_first(phase) and not ready else None


def _certificate(target: Target, phase: str) -> Data | None:
    return {} if target.requests_certificate and _is_first(phase) else None


def _replication(target: Target, phase: str) -> Data | None:
    if phase == SWITCH:
        return None
    names = target.serving_buckets if phase == EXPAND else target.buckets
    return {"buckets": names, "kms_keys": target.kms_keys(names)}


def _backfill(target: Target, phase: str) -> Data | None:
    """A new Region has none of the objects from before. Nor has a new home Region. Before there is a distribution,
    nothing is published."""
    home, complete = target.settings["home_region"], target.live.serving
    if phase != EXPAND or not complete or not (target.replacing or target.growing):
        return None
    return {"buckets": target.serving_buckets, "source_region": home if home in complete else next(iter(complete))}


def _viewer_function(target: Target, phase: str) -> Data | None:
    """It selects origins only when the distribution has them everywhere, and stops before they leave."""
    if phase == SWITCH:
        return None
    return {"selects_origins": target.mode.selects_origins and not (phase == EXPAND and target.switching)}


def _records(target: Target, phase: str) -> Data | None:
    wanted = target.mode.record and target.settings["dns_zone"] and _is_first(phase)
    return {"buckets": target.buckets} if wanted else None


def _origin_request(target: Target, phase: str) -> Data | None:
    if target.origin_set.protocol or phase == SWITCH:
        return None
    names = target.serving_buckets if phase == EXPAND else target.buckets
    # One that is still being created has no ARN, and does not serve.
    old = [mrap.arn for mrap in target.retiring if mrap.arn.startswith("arn:")] if phase == EXPAND else []
    return {
        "config": lambda_config(target.settings["origin"], target.settings, target.ordered),
        "buckets": names,
        "kms_keys": target.kms_keys(names),
        "mrap_arns": [*([MRAP_ARN] if target.mode.mrap else []), *old],
    }


def _distribution(target: Target, phase: str) -> Data | None:
    live = target.live.distribution
    origins, failover_origins = target.origins.origins, target.origins.failover
    if phase == EXPAND:
        # What is there by its id is in use, and stays as it is until the switch.
        known = live.origins if live else {}
        origins = [origin for origin in origins if origin["id"] not in known]
        failover_origins = [origin for origin in failover_origins if origin["id"] not in known]
        if not live or not (origins or failover_origins):
            return None
    return {
        "tasks": "add_origins" if phase == EXPAND else "main",
        "origins": origins,
        "failover_origins": failover_origins,
        "origin_groups": target.origins.groups,
        "target": target.origins.target,
        "signing_protocol": target.origin_set.protocol,
        "response_headers": target.response_headers,
        "purge_origins": phase == CONTRACT,
        "certificate_arn": CERTIFICATE_ARN if target.requests_certificate else target.settings["certificate_arn"],
        "lambda_function_associations": [] if target.origin_set.protocol else [_ORIGIN_REQUEST],
    }


def _grant(target: Target, phase: str) -> Data | None:
    """The policies name the distribution, so that those of a new one come after it. It has no viewers yet."""
    if target.live.distribution or not target.origin_set.protocol or not _is_last(target, phase):
        return None
    return {"distribution_arns": [DISTRIBUTION_ARN]}


def _logs(target: Target, phase: str) -> Data | None:
    destination = target.settings["logs"]
    if not destination or not _is_last(target, phase):
        return None
    return {"state": "absent"} if destination == NO_LOGS else {"state": "present", "destination_arn": destination}


def _origin_keys(target: Target, phase: str) -> Data | None:
    """They come after the distribution knows the origins, and leave before it forgets them."""
    if target.mode.selects_origins:
        return {"state": "present"} if phase in (DEPLOY, SWITCH) else None
    selected = set(target.live.origin_sets) & set(SELECTED_ORIGIN_SETS)
    return {"state": "absent"} if phase == EXPAND and selected else None


def _retire(target: Target, phase: str) -> Data | None:
    """What nothing uses any more."""
    if not _is_last(target, phase):
        return None
    live, s = target.live.distribution, target.settings
    old_protocols = (live.protocols if live else set()) - target.origin_set.protocols(target.origins.ids)
    found = {
        "mraps": [mrap.name for mrap in target.retiring],
        "origin_access_controls": list(map(target.access_control, sorted(old_protocols))),
        "cache_policy": bool(live and not s["query_strings"] and live.cache_policy_id not in ("", _CACHING_OPTIMIZED)),
        "response_headers_policy": bool(
            live
            and not target.response_headers
            and live.response_headers_policy_id not in ("", s["response_headers_policy_id"])
        ),
        # In each run: AWS deletes its replicas some hours after the last distribution stopped using it.
        "function": bool(target.origin_set.protocol),
        "records": not target.mode.record and target.has_zone_of_record,
    }
    return {**found, "buckets": target.buckets} if any(found.values()) else None


def _names(target: Target, phase: str) -> Data | None:
    """Last: the aliases lead to a distribution that serves."""
    return {} if target.settings["aliases"] and _is_last(target, phase) else None


# In the order in which converge.yml runs them.
_TASKS: dict[str, t.Callable[[Target, str], Data | None]] = {
    "buckets": _buckets,
    "left": _left,
    "mrap_start": _mrap_start,
    "certificate": _certificate,
    "replication": _replication,
    "backfill": _backfill,
    "viewer_function": _viewer_function,
    "mrap": _mrap,
    "records": _records,
    "origin_request": _origin_request,
    "distribution": _distribution,
    "grant": _grant,
    "logs": _logs,
    "origin_keys": _origin_keys,
    "retire": _retire,
    "names": _names,
}
