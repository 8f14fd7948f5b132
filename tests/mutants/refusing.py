"""Guards of the doors: what is refused and acked, and what is retried."""

from __future__ import annotations

from tests.mutants.guard import Guard, guard

ENTRY = "tests/functions/test_entry_points.py"
EDGES = "tests/shared/test_edges.py"
WIRING = "shared/wiring.py"
MESSAGES = "shared/messages.py"
TEST_MESSAGES = "tests/shared/test_bad_messages.py"
MALFORMED = "tests/config/test_malformed.py"
PLANNING = "shared/planning.py"


def acks(function: str, allowed: str) -> Guard:
    """An entry point that acks after one of our own ports failed."""
    return guard(
        f"the {function} does not ack after a port failed",
        f"functions/{function}/main.py",
        f"    serve(event, handle, ({allowed}))",
        f"    try:\n        serve(event, handle, ({allowed}))\n"
        "    except Exception:\n        return",
        "what a failed port kept from being done would be lost, or left to the sweep",
        f"{ENTRY}::test_our_own_ports_failure_answers_500_so_that_it_comes_again[{function}]",
    )


GUARDS = (
    acks("schedule_locker", "Tick,"),
    acks("controller", "Tick,"),
    acks("executor", "RunOrder, RunRequest, Advance, Tick"),
    acks("scraper", "ChunkOrder, ScrapeRequest"),
    acks("loader", "FileReady,"),
    acks("cleanup", "Tick,"),
    guard(
        "a publish does not ignore what failed",
        "shared/world.py",
        "        if failed:",
        "        if False:",
        "a handler would confirm what never left",
        f"{EDGES}::test_a_topic_that_refuses_one_message_names_how_many_did_not_go",
    ),
    guard(
        "what can never be right is acked",
        WIRING,
        "        except BadInput as e:",
        "        except ZeroDivisionError as e:",
        "a malformed message would come again 30 times",
        f"{EDGES}::test_a_delivery_that_can_never_be_right_is_acked_and_logged_once",
    ),
    guard(
        "everything else that fails is raised",
        WIRING,
        """            )
            raise
""",
        """            )
""",
        "a bug would be told as done",
        f"{EDGES}::test_everything_else_that_goes_wrong_is_raised",
    ),
    guard(
        "simulated time needs the settings' leave",
        WIRING,
        "    if here.settings.simulated_time and NOW in attributes:",
        "    if NOW in attributes:",
        "anybody who publishes could set the clock",
        f"{EDGES}::test_simulated_time_is_honoured_only_where_settings_allow_it",
    ),
    guard(
        "a message of another version is refused",
        MESSAGES,
        "    if version != VERSION:",
        "    if False:",
        "a changed envelope would be misread",
        f"{ENTRY}::test_a_message_that_can_never_be_right_is_acked_and_logged_once",
    ),
    guard(
        "a topic decides what its messages may be",
        MESSAGES,
        "    if model is None or model not in allowed:\n        where",
        "    if model is None:\n        where",
        "a report on a tick's topic would be handled as one",
        TEST_MESSAGES,
        f"{ENTRY}::test_a_topic_decides_what_its_messages_may_be",
    ),
    guard(
        "a topic decides what our own messages may be",
        MESSAGES,
        "    if model is None or model not in allowed:\n        return None",
        "    if model is None:\n        return None",
        "a report on a tick's topic would be handled as one",
        TEST_MESSAGES,
        f"{ENTRY}::test_a_topic_decides_what_its_messages_may_be",
    ),
    guard(
        "an unknown key is refused",
        "shared/typed.py",
        '                extra="forbid"',
        '                extra="ignore"',
        "a misspelt key would be left out without a word",
        TEST_MESSAGES,
        MALFORMED,
    ),
    guard(
        "an instant in a message has its offset",
        MESSAGES,
        '            aware(instant, f"{found.kind} message {name}")',
        "            pass",
        "a handler would raise at every delivery again",
        TEST_MESSAGES,
    ),
    guard(
        "an unknown scraper of a newer configuration waits",
        PLANNING,
        "    if entry is None and config_version != world.config.version:",
        "    if False:",
        "a deployment under way would refuse what is right",
        "tests/functions/test_executor.py::test_an_unknown_scraper_is_refused_and_one_of_a_newer_configuration_waits",
    ),
    guard(
        "a scraper without a fetcher is refused by name",
        PLANNING,
        "    if entry is None or not entry.available:",
        "    if entry is None:",
        "it would fail where nobody says why",
        "tests/functions/test_scraper.py::test_a_scraper_that_is_not_available_is_refused_by_name",
    ),
    guard(
        "a report of an unknown execution is refused",
        "functions/executor/main.py",
        "    if world.state.stat(name) is None:",
        "    if False:",
        "it would come again 30 times",
        "tests/functions/test_executor.py::test_a_report_of_an_execution_nobody_knows_is_refused",
    ),
    guard(
        "a file that can never be loaded is a failed row",
        "functions/loader/main.py",
        "    except (BadInput, NotFound) as e:",
        "    except BadInput as e:",
        "a file that is gone would be announced until it is a dead letter",
        "tests/functions/test_loader_cleanup.py::test_a_file_that_can_never_be_loaded_is_logged_failed_and_acked",
    ),
)
