# SPDX-License-Identifier: GPL-3.0-or-later

"""Fakes of a module and of AWS that the unit tests share."""

from __future__ import annotations

import typing as t

from botocore.exceptions import ClientError


class Exited(Exception):
    """The module ended with a result."""

    def __init__(self, result: dict[str, t.Any]) -> None:
        super().__init__(result)
        self.result = result


class Failed(Exited):
    """The module ended with a failure."""


class FakeModule:
    def __init__(self, check_mode: bool = False, diff: bool = False, **params: t.Any) -> None:
        self.params = params
        self.check_mode = check_mode
        self._diff = diff
        self.warnings: list[str] = []

    def warn(self, warning: str) -> None:
        self.warnings.append(warning)

    def exit_json(self, **result: t.Any) -> t.NoReturn:
        raise Exited(result)

    def fail_json(self, **result: t.Any) -> t.NoReturn:
        raise Failed(result)


def client_error(code: str, operation: str, message: str | None = "Refused") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, operation)
