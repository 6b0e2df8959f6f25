"""Imported by every Python with this directory first on PYTHONPATH. It does what tests/localaws/guard does, and also
records every call of boto3, so that the same calls can be made without Ansible."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import importlib.abc
import importlib.machinery
import os
import pickle
import runpy
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

runpy.run_path(str(Path(__file__).parents[2] / "localaws" / "guard" / "sitecustomize.py"))

_MODULE = "botocore.client"


def _recorded(call: Callable[..., Any], directory: Path) -> Callable[..., Any]:
    def make_api_call(client: Any, operation: str, parameters: dict[str, Any]) -> Any:
        made = (time.time(), client.meta.service_model.service_name, client.meta.region_name, operation, parameters)
        with (directory / str(os.getpid())).open("ab") as file:
            pickle.dump(made, file)
        return call(client, operation, parameters)

    return make_api_call


class _Finder(importlib.abc.MetaPathFinder):
    """Patch boto3's client when botocore is imported, which most processes never do."""

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        spec = importlib.machinery.PathFinder.find_spec(name, path) if name == _MODULE else None
        if spec is None or spec.loader is None:
            return None
        load = spec.loader.exec_module

        def exec_module(module: ModuleType) -> None:
            load(module)
            of_all: Any = module.BaseClient
            of_all._make_api_call = _recorded(of_all._make_api_call, Path(os.environ["BENCH_RECORD"]))

        spec.loader.exec_module = exec_module  # type: ignore[method-assign]
        return spec


if "BENCH_RECORD" in os.environ:
    sys.meta_path.insert(0, _Finder())
