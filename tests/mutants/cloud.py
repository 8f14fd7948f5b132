"""Guards of what is said to Google's clients."""

from __future__ import annotations

from tests.mutants.guard import guard

CLOUD = "tests/mutants/test_cloud.py"

GUARDS = (
    guard(
        "a create in the cloud never overwrites",
        "shared/gcp/files.py",
        "                    if_generation_match=0,",
        "                    if_generation_match=None,",
        "of two deliveries at once both would have decided",
        f"{CLOUD}::test_a_create_has_the_precondition_that_nothing_is_there",
    ),
    guard(
        "one's own retried write in the cloud is one's own",
        "shared/gcp/files.py",
        "(found.metadata or {}).get(WRITE) == token",
        "False",
        "a lost answer would make a decision nobody's",
        f"{CLOUD}::test_a_412_is_ones_own_object_exactly_when_it_bears_ones_own_token",
    ),
    guard(
        "another's write in the cloud is another's",
        "shared/gcp/files.py",
        "(found.metadata or {}).get(WRITE) == token",
        "True",
        "two deliveries at once would both have decided",
        f"{CLOUD}::test_a_412_is_ones_own_object_exactly_when_it_bears_ones_own_token",
    ),
    guard(
        "a row in the cloud has our id",
        "shared/gcp/journal.py",
        "                row_ids=[row_id for row_id, _ in rows],",
        "                row_ids=[None for _ in rows],",
        "a repeated insert would be two rows at once",
        f"{CLOUD}::test_rows_are_inserted_under_our_ids_and_what_is_not_taken_is_told",
    ),
    guard(
        "a row that the cloud did not take is told",
        "shared/gcp/journal.py",
        "        if errors:\n            raise",
        "        if False:\n            raise",
        "a handler would confirm rows that are not there",
        f"{CLOUD}::test_rows_are_inserted_under_our_ids_and_what_is_not_taken_is_told",
    ),
    guard(
        "a query in the cloud has its price limit",
        "shared/gcp/journal.py",
        "                maximum_bytes_billed=_MAXIMUM_BYTES,",
        "                maximum_bytes_billed=None,",
        "one query could read the whole table every quarter of an hour",
        f"{CLOUD}::test_the_one_query_is_bound_to_its_partition_its_files_and_its_price",
    ),
    guard(
        "a file's rows come in whole or not at all",
        "shared/gcp/warehouse.py",
        "                    max_bad_records=0,",
        "                    max_bad_records=1,",
        "a load would be told as done with a row missing",
        "tests/mutants/test_cloud.py::test_a_load_job_takes_all_rows_or_none_under_the_loads_id",
    ),
    guard(
        "a load job is named by its load",
        "shared/gcp/warehouse.py",
        'self._job(f"{request.load_id}_{n}", request.table, body)',
        'self._job(f"{id(body)}_{n}", request.table, body)',
        "a doubled announcement would load twice",
        "tests/mutants/test_cloud.py::test_a_load_job_takes_all_rows_or_none_under_the_loads_id",
    ),
)
