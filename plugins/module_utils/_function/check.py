# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What CloudFront would refuse, or fail at, found before any call. Pure."""

from __future__ import annotations

import re
import typing as t

from .._core.errors import EdgeError
from .._core.plan import KNOWN_AFTER_APPLY
from .._rules.cloudfront import check_cloudfront_name

# Source: CloudFront Developer Guide, "Quotas on CloudFront Functions".
MAX_CODE_BYTES = 10 * 1024
MAX_STORES = 1

_STORE_ARN = re.compile(r"arn:aws:cloudfront::[0-9]{12}:key-value-store/[a-zA-Z0-9_-]{1,64}")
_HANDLER = re.compile(r"\bfunction\s+handler\s*\(|\b(?:const|let|var)\s+handler\s*=")
# Those that begin a line: others could be in a string.
_COMMENT = re.compile(r"^\s*(?:/\*.*?\*/|//[^\n]*)", re.DOTALL | re.MULTILINE)
# What CloudFront's first runtime, ECMAScript 5.1, does not read.
_SECOND_RUNTIME = {
    "import": re.compile(r"^\s*import\b", re.MULTILINE),
    "async functions": re.compile(r"\basync\s+function\b"),
}


def check_code(name: str, code: str, runtime: str) -> None:
    check_cloudfront_name(name)
    size = len(code.encode())
    if not 0 < size <= MAX_CODE_BYTES:
        raise EdgeError(f"code: the function {name} has {size} bytes; CloudFront takes 1 to {MAX_CODE_BYTES}.")
    if any(ord(letter) < 32 and letter not in "\t\n\r\f\v" for letter in code):
        raise EdgeError(f"code: the function {name} is not text: it has control characters.")
    statements = _COMMENT.sub("", code)
    if not _HANDLER.search(statements):
        raise EdgeError(f"code: the function {name} has no function handler(event), which is what CloudFront calls.")
    if runtime == "cloudfront-js-1.0":
        for what, pattern in _SECOND_RUNTIME.items():
            if pattern.search(statements):
                raise EdgeError(
                    f"runtime: {runtime} has no {what}, which the function {name} uses: cloudfront-js-2.0 has."
                )


def check_stores(arns: t.Sequence[str], runtime: str, check_mode: bool) -> None:
    if len(arns) > MAX_STORES:
        raise EdgeError(
            f"key_value_store_arns: {len(arns)} are given; CloudFront associates {MAX_STORES} with a function."
        )
    if arns and runtime != "cloudfront-js-2.0":
        raise EdgeError(
            f"runtime: functions of {runtime} cannot read a key value store; those of cloudfront-js-2.0 can."
        )
    for arn in arns:
        if not _STORE_ARN.fullmatch(arn) and not (check_mode and arn == KNOWN_AFTER_APPLY):
            raise EdgeError(
                f"key_value_store_arns: {arn!r} is not the ARN of a key value store: cloudfront_key_value_store "
                "returns it as key_value_store.arn."
            )
