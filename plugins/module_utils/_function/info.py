# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What there is of functions."""

from __future__ import annotations

import functools
import hashlib
import typing as t

from .._core.aws import AnsibleAWSModule, Aws
from .._core.parallel import in_parallel
from .._rules.cloudfront import check_cloudfront_name
from .._rules.ownership import MARK
from .api import (
    DEVELOPMENT,
    LIVE,
    Config,
    FunctionApi,
)

INFO_ARGUMENTS: dict[str, t.Any] = {"name": {"type": "str"}}

_CONFIG = ("comment", "runtime", "key_value_store_arns")


def functions(module: AnsibleAWSModule, aws: Aws) -> dict[str, t.Any]:
    return {"functions": _functions(FunctionApi(aws), module.params["name"])}


def _functions(api: FunctionApi, name: str | None) -> list[Config]:
    """Both stages of the one of this *name*, or of all managed ones."""
    if name is not None:
        check_cloudfront_name(name)
        names = [name]
    else:
        names = sorted(each for each, comment in api.comments().items() if MARK in comment)
    reads = {
        f"{each} ({stage})": functools.partial(api.stage, each, stage)
        for each in names
        for stage in (DEVELOPMENT, LIVE)
    }
    stages = in_parallel(reads)
    there = [each for each in names if stages[f"{each} ({DEVELOPMENT})"]]
    used = api.associations() if there else {}
    found = []
    for each in there:
        development, live = stages[f"{each} ({DEVELOPMENT})"] or {}, stages[f"{each} ({LIVE})"]
        found.append(
            {
                "name": each,
                "arn": development["arn"],
                "managed": MARK in development["comment"],
                "distributions": used.get(development["arn"], []),
                "published": live is not None and all(live[key] == development[key] for key in (*_CONFIG, "code")),
                "development": _described(development),
                "live": live and _described(live),
            }
        )
    return found


def _described(stage: Config) -> Config:
    code = stage["code"].encode()
    shown = {key: stage[key] for key in (*_CONFIG, "etag", "status", "last_modified")}
    return {**shown, "code_bytes": len(code), "code_sha256": hashlib.sha256(code).hexdigest()}
