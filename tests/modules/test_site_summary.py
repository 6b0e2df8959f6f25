"""The artifact of a run: that of its site, and of each site where there are several."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import ansible_runner

from demo.inputs import REPOSITORY


def test_each_site_of_a_run_has_its_artifact(tmp_path: Path) -> None:
    values = {"site": "{{ inventory_hostname }}", "domain_name": "{{ inventory_hostname }}.cloudfront.net"}
    tasks = [{"multiregion.edge.site_summary": {"values": values}}]
    (tmp_path / "play.yml").write_text(json.dumps([{"hosts": "all", "gather_facts": False, "tasks": tasks}]))
    outcome = ansible_runner.run(
        private_data_dir=str(tmp_path),
        project_dir=str(tmp_path),
        playbook="play.yml",
        inventory="shop ansible_connection=local\nblog ansible_connection=local",
        envvars={
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
            "ANSIBLE_COLLECTIONS_PATH": str(REPOSITORY / "build" / "collections"),
            "ANSIBLE_HOME": str(tmp_path),
        },
        quiet=True,
    )
    assert outcome.status == "successful", outcome.stdout.read()
    (stats,) = [each["event_data"] for each in outcome.events if each["event"] == "playbook_on_stats"]
    sites = {name: {"site": name, "domain_name": f"{name}.cloudfront.net", "changes": []} for name in ("shop", "blog")}
    assert stats["artifact_data"]["multiregion_edge_sites"] == sites
    assert stats["artifact_data"]["multiregion_edge"]["site"] in sites
