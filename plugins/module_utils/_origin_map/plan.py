# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The keys by which the viewer function finds the nearest buckets, and the one call to what they should be. Pure."""

from __future__ import annotations

import dataclasses
import json
import typing as t

from .._core.errors import EdgeError
from .._core.plan import Plan
from .._key_value_store.plan import check_site, plan_keys
from .._rules import latency

if t.TYPE_CHECKING:
    from .api import KeysApi

Values = t.Mapping[str, str]

_VERSION = 1
# CloudFront's limit for an origin group that a function makes.
_GROUP = 2


@dataclasses.dataclass(frozen=True)
class Desired:
    """No *regions*: no keys. *out_of_service* None: as it is."""

    site: str
    regions: tuple[str, ...] = ()
    out_of_service: tuple[str, ...] | None = None
    prefer: latency.Preferences = dataclasses.field(default_factory=dict)

    @property
    def prefix(self) -> str:
        return f"{self.site}/n/"

    @property
    def out_key(self) -> str:
        """Of what the next run has to know; the viewer function does not read it."""
        return self.prefix + "out"

    @property
    def keys(self) -> list[str]:
        return [self.prefix + cache for cache in latency.EDGE_CACHES] + [self.out_key]


def desired(p: t.Mapping[str, t.Any]) -> Desired:
    """What the options ask for. Raises EdgeError for the first thing that is wrong in them."""
    check_site(p["site"])
    if p["state"] == "absent":
        return Desired(p["site"])
    regions, out = p["regions"], p["out_of_service"]
    prefer = latency.as_preferences(p["prefer"], "prefer")
    latency.check(regions, out or (), prefer)
    return Desired(p["site"], tuple(regions), None if out is None else tuple(sorted(out)), prefer)


def wanted(observed: Values, desired: Desired) -> dict[str, str]:
    """Every key of the site's origins that there should be, with its value."""
    if not desired.regions:
        return {}
    out = out_of_service(observed, desired)
    order = latency.nearest(desired.regions, out, desired.prefer)
    keys = {desired.prefix + cache: _text([f"bucket-{near}" for near in order[cache][:_GROUP]]) for cache in order}
    return {**keys, desired.out_key: _text(out)} if out else keys


def plan(operations: KeysApi, observed: Values, desired: Desired, arn: str, store: str) -> Plan:
    """All keys change in one call, so that no cache goes by the new order while another goes by the old one."""
    keys = wanted(observed, desired)
    unwanted = [key for key in observed if key not in keys]
    before, after = words(observed, desired), words(keys, desired)
    steps = plan_keys(operations, observed, keys, unwanted, arn, store).steps
    return Plan(before, after, steps, tuple(_sentences(before or {}, after or {}, desired)) if steps else ())


def words(values: Values, desired: Desired) -> dict[str, t.Any] | None:
    """What the keys mean, in the user's words; a value that cannot be parsed as it is."""
    if not values:
        return None
    origins = {key.removeprefix(desired.prefix): _origins_of(text) for key, text in sorted(values.items())}
    return {"out_of_service": origins.pop("out", []), "origins": origins}


def out_of_service(observed: Values, desired: Desired) -> list[str]:
    """Unless the options set it, what was out stays out: a deployment never undoes a failover."""
    if desired.out_of_service is not None:
        return list(desired.out_of_service)
    text = observed.get(desired.out_key)
    if text is None:
        return []
    remembered = _listed(text)
    if remembered is None:
        raise EdgeError(
            f"The value of {desired.out_key} is not a list of Regions that this version of the collection can read: "
            f"{text[:80]!r}. Name those that are out of service with out_of_service; [] is none."
        )
    out = sorted(set(remembered) & set(desired.regions))
    if len(out) == len(desired.regions):
        raise EdgeError(
            f"All of regions ({', '.join(out)}) are out of service by {desired.out_key}: name those that "
            "stay out of service with out_of_service; [] is none."
        )
    return out


def _sentences(before: dict[str, t.Any], after: dict[str, t.Any], desired: Desired) -> t.Iterator[str]:
    was_out, out = before.get("out_of_service", []), after.get("out_of_service", [])
    was_out = was_out if isinstance(was_out, list) else []
    for region in out:
        if region not in was_out:
            yield f"Take {region} out of service"
    for region in was_out:
        if region not in out and region in desired.regions:
            yield f"Put {region} back into service"
        elif region not in out:
            yield f"Remove {region} from the Regions that are out of service"
    old, new = before.get("origins", {}), after.get("origins", {})
    for cache in sorted(old.keys() | new.keys()):
        if cache not in new:
            yield f"Remove the origins of {cache}"
        elif old.get(cache) != new[cache]:
            until_now = f" (until now {_group(old[cache])})" if cache in old else ""
            yield f"Ask {_group(new[cache])} for what {cache} has not cached{until_now}"


def _group(origins: list[str] | str) -> str:
    return ", then ".join(origins) or "none" if isinstance(origins, list) else repr(origins)


def _origins_of(text: str) -> list[str] | str:
    found = _listed(text)
    return text if found is None else found


def _listed(text: str) -> list[str] | None:
    try:
        record = json.loads(text)
    except (ValueError, RecursionError):
        return None
    found = record.get("o") if isinstance(record, dict) and record.get("v") == _VERSION else None
    return found if isinstance(found, list) and all(isinstance(item, str) for item in found) else None


def _text(items: t.Sequence[str]) -> str:
    return json.dumps({"v": _VERSION, "o": items}, separators=(",", ":"))
