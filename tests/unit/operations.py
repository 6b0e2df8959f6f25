# SPDX-License-Identifier: GPL-3.0-or-later

"""The operations to which plans refer."""

from __future__ import annotations

import typing as t

T = t.TypeVar("T")


def operations(of: type[T]) -> T:
    """The class in place of an instance: a plan refers to its methods and calls none."""
    return t.cast(T, of)
