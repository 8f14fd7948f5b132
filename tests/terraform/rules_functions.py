"""Rules for functions: each its own code, account, limits and settings."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from shared.config import load_config
from tests.terraform.grants import hyphened
from tests.terraform.plans import Plan, first
from tipoff.packaging import ROOT, functions

#: Runtimes that the platform keeps for another year, and that requires-python allows.
RUNTIMES = ("python311", "python312", "python313")


def deployed(plan: Plan, folder: Path) -> Iterator[str]:
    """Each function is its own zip, at its own entry point, as its own account, within limits."""
    sources = load_config(folder / "config").sources
    want = {hyphened(name): name for name in functions() if name != "scraper"}
    want |= {f"scraper-{hyphened(name)}": "scraper" for name in sources}
    found = {
        str(each.values["name"]): each.values for each in plan.of("google_cloudfunctions2_function")
    }
    yield from (f"function {name} is not deployed" for name in sorted(want.keys() - found.keys()))
    yield from (f"function {name} has no code" for name in sorted(found.keys() - want.keys()))
    accounts = [
        first(values, "service_config", "service_account_email") for values in found.values()
    ]
    if len(set(accounts)) < len(accounts) or None in accounts:
        yield "functions share an account"
    waits = plan.block("google_cloudfunctions2_function", "function").get("depends_on", [])
    if "google_bigquery_table.table" not in waits:
        yield "functions write columns before their tables have them"
    for name in sorted(want.keys() & found.keys()):
        yield from (f"{name}: {said}" for said in _function(found[name], want[name]))


def _function(values: Mapping[str, Any], package: str) -> Iterator[str]:
    entry = first(values, "build_config", "entry_point")
    tree = ast.parse((ROOT / "functions" / package / "main.py").read_text("utf-8"))
    named = {
        node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.decorator_list
    }
    if entry not in named:
        yield f"entry point [{entry}] is not in functions/{package}/main.py"
    zipped = str(first(values, "build_config", "source", "storage_source", "object"))
    if not re.fullmatch(rf"{package}-[0-9a-f]{{64}}\.zip", zipped):
        yield f"is built from [{zipped}], not from the hashed zip of {package}"
    if (runtime := first(values, "build_config", "runtime")) not in RUNTIMES:
        yield f"runtime [{runtime}]"
    if "tipoff-build@" not in str(first(values, "build_config", "service_account")):
        yield "is built as somebody else"
    service = values["service_config"][0]
    requests, threads = (
        service["max_instance_request_concurrency"],
        service["environment_variables"].get("THREADS"),
    )
    if str(requests) != threads:
        yield f"{requests} requests at once are served by {threads} threads"
    if not re.fullmatch(r"\d+(Mi|Gi)", str(service["available_memory"])):
        yield f"memory [{service['available_memory']}]"
    most = service["max_instance_count"]
    if most is None or most > (1 if package == "scraper" else 5):
        yield f"{most} instances: more than its source or its work allows"
    if service["ingress_settings"] not in ("ALLOW_ALL", "ALLOW_INTERNAL_ONLY"):
        yield f"ingress {service['ingress_settings']}"
    if values["event_trigger"]:
        yield "an event trigger has no dead letters"
    for name in ("GOOGLE_CLOUD_PROJECT", "TIPOFF_STATE_BUCKET", "TIPOFF_RAW_BUCKET"):
        if name not in service["environment_variables"]:
            yield f"is not told {name}"
