# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The steps to a function whose LIVE stage is what is asked for, or to none. Pure."""

from __future__ import annotations

import dataclasses
import hashlib
import typing as t

from .._core.errors import EdgeError
from .._core.plan import Plan, Step
from .._rules.ownership import assert_managed

if t.TYPE_CHECKING:
    from .operations import Operations

# comment, runtime, key_value_store_arns, code (and more, where it is observed)
Stage = dict[str, t.Any]


@dataclasses.dataclass(frozen=True)
class Observed:
    """``tags`` only where some are asked for, ``distributions`` (that use it) only where it shall go.

    ``live_status``: what LIVE has come to in the end.
    """

    development: Stage | None
    live: Stage | None
    tags: dict[str, str] = dataclasses.field(default_factory=dict)
    distributions: tuple[str, ...] = ()
    live_status: str = ""


@dataclasses.dataclass(frozen=True)
class Proof:
    """What DEVELOPMENT has to pass before it is published."""

    cases: list[dict[str, t.Any]] = dataclasses.field(default_factory=list)
    max_compute_utilization: int = 100


def plan(
    operations: Operations, observed: Observed, name: str, desired: Stage, tags: dict[str, str], proof: Proof
) -> Plan:
    """DEVELOPMENT is brought to *desired* and tested, then LIVE to DEVELOPMENT; also after a kill between two of them.

    The test changes nothing. It is a step all the same, for what comes after it depends on it.
    """
    steps: list[Step] = []
    there = observed.development
    _assert_managed(name, there)
    if there is None:
        steps.append(
            Step(
                operations.create_function,
                {"name": name, "tags": tags, **desired},
                f"Create the CloudFront Function {name}",
            )
        )
    elif not _same(there, desired):
        steps.append(
            Step(operations.update_function, {"name": name, **desired}, f"Update the CloudFront Function {name}")
        )
    if there is not None and tags.items() - observed.tags.items():
        steps.append(
            Step(operations.tag_function, {"arn": there["arn"], "tags": tags}, f"Tag the CloudFront Function {name}")
        )
    if not _same(observed.live, desired):
        if proof.cases:
            count = "1 case" if len(proof.cases) == 1 else f"{len(proof.cases)} cases"
            steps.append(
                Step(
                    operations.run_tests,
                    {"name": name, **vars(proof)},
                    f"Test the CloudFront Function {name} with {count}",
                )
            )
        steps.append(
            Step(operations.publish_function, {"name": name}, f"Publish the CloudFront Function {name} to LIVE")
        )
    before = _shown(observed.development, observed.live, desired, {key: observed.tags.get(key) for key in tags})
    return Plan(before, _shown(desired, desired, desired, tags), tuple(steps))


def plan_absent(operations: Operations, observed: Observed, name: str) -> Plan:
    _assert_managed(name, observed.development)
    if observed.development is None:
        return Plan(None, None)
    if observed.distributions:
        raise EdgeError(
            f"The CloudFront Function {name} is used by {', '.join(observed.distributions)}: "
            "take it out of what each of these distributions associates first."
        )
    shown = {key: observed.development[key] for key in ("comment", "runtime", "key_value_store_arns", "code")}
    before = _shown(observed.development, observed.live, shown, {})
    return Plan(
        before, None, (Step(operations.delete_function, {"name": name}, f"Delete the CloudFront Function {name}"),)
    )


def _assert_managed(name: str, there: Stage | None) -> None:
    if there is not None:
        assert_managed(f"The CloudFront Function {name}", there["comment"])


def _same(stage: Stage | None, desired: Stage) -> bool:
    return stage is not None and all(stage[key] == desired[key] for key in desired)


def _shown(development: Stage | None, live: Stage | None, keys: t.Iterable[str], tags: dict[str, t.Any]) -> t.Any:
    """What viewers get in full, and of DEVELOPMENT what shows whether it is the same: the diff has the code once."""
    if development is None:
        return None
    shown = {key: live[key] for key in keys} if live else {}
    digest = {key: development[key] for key in keys if key != "code"}
    digest["code_sha256"] = hashlib.sha256(development["code"].encode()).hexdigest()
    return {**shown, "development": digest, **({"tags": tags} if tags else {})}
