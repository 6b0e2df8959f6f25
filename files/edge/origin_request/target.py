# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an origin mode is given, and what it returns. Each has a class `Targets` with `owns(asked)`: whether it resolves
requests for this origin, and `resolve(asked)`: the target."""

from __future__ import annotations

from collections.abc import Callable

Target = tuple[str, Callable]  # the host to ask, and what signs for it


class OriginRequest:
    """*host*: of the origin. *failover*: it is the second member of an origin group, asked after the first one has
    failed. *record*: the name of the TXT record that the origin names, if it does."""

    __slots__ = ("failover", "host", "record", "request_id")

    def __init__(self, host: str, failover: bool, record: str | None, request_id: str) -> None:
        self.host, self.failover, self.record, self.request_id = host, failover, record, request_id
