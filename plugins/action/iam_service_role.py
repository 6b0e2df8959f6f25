# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.multiregion.edge.plugins.plugin_utils._direct import DirectAction


class ActionModule(DirectAction):
    """Direct execution of the module of the same name."""
