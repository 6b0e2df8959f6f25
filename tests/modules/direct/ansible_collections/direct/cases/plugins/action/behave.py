# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.multiregion.edge.plugins.plugin_utils._direct import DirectAction


class ActionModule(DirectAction):
    """Direct execution of the module of the same name."""
