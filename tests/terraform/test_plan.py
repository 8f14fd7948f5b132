"""What `terraform apply` would make, planned offline, against the rules that no provider checks."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.terraform.grants import granted
from tests.terraform.iam import PAGE, written
from tests.terraform.plans import Checked, Plan, check, first, stage
from tests.terraform.rules import RULES, Rule


def test_the_checker_is_content(checked: Checked) -> None:
    assert checked.code == 0, checked.output
    assert checked.output.rstrip().endswith("plan lint: clean")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_plan_keeps_to_the_rule(plan: Plan, staged: Path, rule: Rule) -> None:
    assert list(rule(plan, staged)) == []


def test_only_the_project_must_be_given(plan: Plan) -> None:
    variables = plan.told["configuration"]["root_module"]["variables"]
    assert [name for name, said in variables.items() if "default" not in said] == ["project_id"]
    assert [name for name, said in variables.items() if not said["description"].endswith(".")] == []


def test_the_table_of_roles_is_current(plan: Plan, staged: Path) -> None:
    assert PAGE.read_text("utf-8") == written(plan, staged), "python -m tests.terraform.iam"


OPERATOR = "user:ann@example.org"


def test_operators_get_what_the_page_says_and_nobody_else_gets_more(
    plan: Plan, tmp_path: Path
) -> None:
    found = check(stage(tmp_path / "staged"), operators=json.dumps([OPERATOR]))
    assert found.plan is not None, found.output
    assert found.code == 0, found.output
    more = set(granted(found.plan)) - set(granted(plan))
    assert {grant.identity for grant in more} == {OPERATOR}
    assert {(grant.role, grant.on.partition(" ")[0]) for grant in more} == {
        ("roles/run.invoker", "function"),
        ("roles/pubsub.publisher", "topic"),
        ("roles/pubsub.subscriber", "subscription"),
        ("roles/storage.objectCreator", "bucket"),
        ("roles/storage.objectViewer", "bucket"),
        ("roles/bigquery.dataViewer", "dataset"),
        ("roles/bigquery.jobUser", "project"),
    }


# --- One line of config/ is one change of the plan, and nothing else is edited ----------------

#: (file, what stands there once, what stands there then)
EDITS = (
    ("schedules.yaml", "cron: 5 * * * *", "cron: 7 * * * *"),
    (
        "tables/cleanup_operations.json",
        '\n  "fields": [\n',
        '\n  "fields": [\n    {"name": "note", "type": "STRING", "description": "N."},\n',
    ),
    (
        "sources.yaml",
        "    host: site.api.espn.com\n",
        "    host: site.api.espn.com\n    key_in: bearer\n    secret: ESPN_KEY\n",
    ),
)


@pytest.fixture(scope="module")
def edited(tmp_path_factory: pytest.TempPathFactory, plan: Plan) -> Plan:
    """The plan after all edits, and with another zip of the loader."""
    folder = stage(tmp_path_factory.mktemp("edited"))
    for name, old, new in EDITS:
        path = folder / "config" / name
        text = path.read_text("utf-8")
        assert text.count(old) == 1, (name, old)
        path.write_text(text.replace(old, new), "utf-8")
    (folder / "dist" / "loader.zip").write_text("another loader", "utf-8")
    found = check(folder)
    assert found.plan is not None, found.output
    return found.plan


def changed(before: Plan, after: Plan) -> dict[str, tuple[Any, Any]]:
    """Values by address where two plans differ; None where one has no such resource."""
    have, now = ({r.address: r.values for r in each.resources} for each in (before, after))
    return {
        address: (have.get(address), now.get(address))
        for address in have.keys() | now.keys()
        if have.get(address) != now.get(address)
    }


JOB = 'google_cloud_scheduler_job.job["execute-workflows"]'
TABLE = 'google_bigquery_table.table["cleanup_operations"]'
KEY = 'google_secret_manager_secret.key["ESPN_KEY"]'
ZIP = 'google_storage_bucket_object.package["loader"]'
LOADER = 'google_cloudfunctions2_function.function["loader"]'
READS = "scraper-espn secretmanager.secretAccessor ESPN_KEY"
GRANT = f'google_secret_manager_secret_iam_member.function["{READS}"]'


def test_another_cron_is_another_job_and_nothing_else(plan: Plan, edited: Plan) -> None:
    before, after = changed(plan, edited)[JOB]
    assert differing(before, after) == {"schedule": ("5 * * * *", "7 * * * *")}


def test_another_column_is_another_schema_and_nothing_else(plan: Plan, edited: Plan) -> None:
    before, after = changed(plan, edited)[TABLE]
    ((name, (old, new)),) = differing(before, after).items()
    columns = [{field["name"] for field in json.loads(text)} for text in (old, new)]
    assert (name, columns[1] - columns[0]) == ("schema", {"note"})


def test_a_source_that_needs_a_key_gets_a_secret_that_its_scraper_alone_reads(
    plan: Plan, edited: Plan
) -> None:
    found = changed(plan, edited)
    assert found[KEY][1]["secret_id"] == "ESPN_KEY"
    member = found[GRANT][1]["member"]
    assert member == "serviceAccount:scrape-espn@my-project.iam.gserviceaccount.com"


def test_another_zip_is_another_object_and_its_function_is_built_from_it(
    plan: Plan, edited: Plan
) -> None:
    found = changed(plan, edited)
    name = found[ZIP][1]["name"]
    assert name.startswith("loader-")
    assert name != found[ZIP][0]["name"]
    assert first(found[LOADER][1], "build_config", "source", "storage_source", "object") == name


def test_nothing_else_changes(plan: Plan, edited: Plan) -> None:
    assert changed(plan, edited).keys() == {JOB, TABLE, KEY, GRANT, ZIP, LOADER}


def differing(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    return {name: (before[name], after[name]) for name in before if before[name] != after[name]}


def test_a_value_inside_blocks_is_found() -> None:
    assert first({"a": [{"b": [{"c": 1}]}]}, "a", "b", "c") == 1
    assert first({"a": []}, "a", "b") is None
