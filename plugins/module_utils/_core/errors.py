# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What goes wrong, as a sentence for the user. Imports nothing: modules that make no AWS call start without boto3."""

from __future__ import annotations

import typing as t


class EdgeError(Exception):
    """A sentence for the user: what is wrong, where, and what to do."""


# What a library's errors mean: each returns None for an error that it does not know. _core/aws.py adds botocore's.
explanations: list[t.Callable[[BaseException], t.Optional[str]]] = []


def explain(error: BaseException) -> str:
    """*error* in one line: what happened, and what to do where that is known."""
    for explanation in explanations:
        text = explanation(error)
        if text is not None:
            return text
    return " ".join(str(error).split())


def error_code(error: BaseException | None) -> str:
    """The code of AWS's answer; empty for an error that is none."""
    return _member(error, "Code")


def error_message(error: BaseException | None) -> str:
    """The message of AWS's answer; empty for an error that is none."""
    return _member(error, "Message")


def _member(error: BaseException | None, name: str) -> str:
    response: t.Any = getattr(error, "response", None)
    return str(response.get("Error", {}).get(name) or "") if isinstance(response, dict) else ""
