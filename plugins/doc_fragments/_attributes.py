# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this doc fragment is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

from __future__ import annotations


class ModuleDocFragment:
    # A module that observes, plans and applies.
    DOCUMENTATION = r"""
attributes:
  check_mode:
    description: Can run in C(check_mode) and return changed status prediction without modifying target.
    support: full
  diff_mode:
    description: Will return details on what has changed (or possibly needs changing in C(check_mode)), in diff mode.
    support: full
  idempotent:
    description: When run twice in a row with the same arguments, the second call makes no mutating call to AWS.
    support: full
"""

    # A module that only reads.
    INFO = r"""
attributes:
  check_mode:
    description: Can run in C(check_mode) and return changed status prediction without modifying target.
    support: full
    details: It changes nothing in any mode.
  diff_mode:
    description: Will return details on what has changed (or possibly needs changing in C(check_mode)), in diff mode.
    support: N/A
  idempotent:
    description: When run twice in a row with the same arguments, the second call makes no mutating call to AWS.
    support: full
"""

    # A module that does not talk to AWS.
    LOCAL = r"""
attributes:
  check_mode:
    description: Can run in C(check_mode) and return changed status prediction without modifying target.
    support: full
    details: It does in check mode what it does otherwise, for what follows in the play needs its result.
  diff_mode:
    description: Will return details on what has changed (or possibly needs changing in C(check_mode)), in diff mode.
    support: none
  idempotent:
    description: When run twice in a row with the same arguments, the second call reports that nothing changed.
    support: full
"""

    ACTIONGROUP_EDGE = r"""
attributes:
  action_group:
    description: Use C(group/multiregion.edge.edge) in C(module_defaults) to set defaults for this module.
    support: full
    membership:
      - multiregion.edge.edge
"""
