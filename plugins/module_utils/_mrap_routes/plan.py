# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Which traffic dials have to be turned. Pure."""

from __future__ import annotations

import dataclasses
import typing as t

from .._core.errors import EdgeError
from .._core.plan import KNOWN_AFTER_APPLY, Plan, Step

if t.TYPE_CHECKING:
    from .operations import Operations

IN_SERVICE, OUT_OF_SERVICE = 100, 0

# Its dial by Region.
Routes = t.Mapping[str, int]


@dataclasses.dataclass(frozen=True)
class Desired:
    arn: str
    dials: Routes
    others: int | None = None  # the dial of all Regions that dials does not name; None: as it is

    @property
    def alias(self) -> str:
        return self.arn.rpartition("/")[2]


def desired(
    arn: str, present: bool, out_of_service: t.Sequence[str] | None, dials: t.Mapping[str, t.Any] | None
) -> Desired:
    """What the options ask for. Raises EdgeError for a dial that AWS does not have."""
    if not present:
        return Desired(arn, {}, IN_SERVICE)
    if out_of_service is not None:
        return Desired(arn, dict.fromkeys(out_of_service, OUT_OF_SERVICE), IN_SERVICE)
    return Desired(arn, {region: _dial(region, dial) for region, dial in (dials or {}).items()})


def _dial(region: str, dial: t.Any) -> int:
    if isinstance(dial, bool) or str(dial) not in (str(IN_SERVICE), str(OUT_OF_SERVICE)):
        raise EdgeError(f"dials: {region} must be {IN_SERVICE} (in service) or {OUT_OF_SERVICE}, not {dial!r}.")
    return int(dial)


def wanted(live: Routes, desired: Desired) -> dict[str, int]:
    """The dial of every Region of the MRAP. Raises EdgeError for what AWS refuses."""
    unknown = sorted(set(desired.dials) - set(live))
    if unknown:
        raise EdgeError(
            f"{', '.join(unknown)} is not in the Multi-Region Access Point {desired.alias}: its Regions are "
            f"{', '.join(sorted(live))}."
        )
    others = desired.others
    result = {region: desired.dials.get(region, dial if others is None else others) for region, dial in live.items()}
    if not any(result.values()):
        if len(live) == 1:
            raise one_region(desired.arn)
        raise EdgeError(
            f"No Region of the Multi-Region Access Point {desired.alias} would be left in service: leave at least one "
            f"of {', '.join(sorted(live))}."
        )
    return result


def one_region(arn: str) -> EdgeError:
    return EdgeError(
        f"{arn} is a Multi-Region Access Point with one Region, for which AWS has no routes: there is no other Region "
        "that could take over."
    )


def changes(live: Routes, desired: Desired) -> dict[str, int]:
    return {region: dial for region, dial in wanted(live, desired).items() if dial != live[region]}


def plan(operations: Operations, live: Routes | None, desired: Desired) -> Plan:
    """*live* is None for an MRAP that is yet to be created; all Regions of a new one are in service."""
    if live is None:
        after = dict(desired.dials)
        turned = {region: dial for region, dial in after.items() if dial == OUT_OF_SERVICE}
    else:
        after, turned = wanted(live, desired), changes(live, desired)
    steps = (Step(operations.submit_routes, {"dials": turned}, _sentence(turned, desired.alias)),) if turned else ()
    return Plan(None if live is None else dict(live), after, steps)


def _sentence(turned: Routes, alias: str) -> str:
    taken, put = (sorted(r for r, dial in turned.items() if dial == end) for end in (OUT_OF_SERVICE, IN_SERVICE))
    words = [f"take {', '.join(taken)} out of service"] * bool(taken) + [f"put {', '.join(put)} in service"] * bool(put)
    text = " and ".join(words)
    known = "" if alias == KNOWN_AFTER_APPLY else f" at {alias}"
    return f"{text[:1].upper()}{text[1:]}{known}"
