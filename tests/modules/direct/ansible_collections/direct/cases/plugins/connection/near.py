# SPDX-License-Identifier: GPL-3.0-or-later

"""This machine, by a connection that is not called local."""

from __future__ import annotations

from ansible.plugins.connection.local import DOCUMENTATION as _LOCAL
from ansible.plugins.connection.local import Connection as LocalConnection

DOCUMENTATION = _LOCAL.replace("name: local", "name: near")


class Connection(LocalConnection):
    transport = "direct.cases.near"
