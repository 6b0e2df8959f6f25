# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What goes wrong, said to the user. Imports nothing: modules that do not talk to AWS start without boto3."""

from __future__ import annotations


class EdgeError(Exception):
    """A sentence for the user: what is wrong, where, and what to do."""
