"""Guards of the embedded bus and its scheduler."""

from __future__ import annotations

from tests.mutants.guard import guard

BUS = "local/bus.py"
MESSAGES = "local/messages.py"
FILES = "local/files.py"
TEST_BUS = "tests/local/test_bus.py"
MINE = "tests/mutants/test_machine.py"

GUARDS = (
    guard(
        "a late ack ends nobody else's delivery",
        MESSAGES,
        """        " WHERE id = ? AND state = 'running' AND attempt = ? AND claimed_by = ?",""",
        """        " WHERE id = ? AND state = 'running' AND attempt >= ? AND claimed_by = ?",""",
        "a delivery that is under way would be lost when it fails",
        f"{TEST_BUS}::test_a_late_ack_does_not_end_the_delivery_that_took_over",
    ),
    guard(
        "what a dead process ran comes again",
        BUS,
        "                if not alive[claim.mark] or (own and claim.mark == self._mark):",
        "                if own and claim.mark == self._mark:",
        "every kill would lose what was under way",
        f"{TEST_BUS}::test_a_delivery_of_a_killed_process_comes_again_at_its_own_instant",
    ),
    guard(
        "what runs past its deadline comes again",
        BUS,
        "                    if now - claim.since > deadline:",
        "                    if False:",
        "a handler that hangs would keep its message for ever",
        f"{TEST_BUS}::test_a_late_ack_does_not_end_the_delivery_that_took_over",
    ),
    guard(
        "what is given up is a dead letter",
        BUS,
        "        if delivery.attempt < subscription.max_attempts:",
        "        if True:",
        "a poisonous message would come for ever",
        f"{TEST_BUS}::test_a_failed_delivery_waits_longer_each_time_and_dies_after_the_last",
    ),
    guard(
        "a failed delivery waits",
        BUS,
        "                now + subscription.backoff(delivery.attempt),",
        "                now,",
        "30 deliveries would be used up in seconds",
        f"{TEST_BUS}::test_a_failed_delivery_waits_longer_each_time_and_dies_after_the_last",
    ),
    guard(
        "the back-off has an end",
        "local/delivery.py",
        "        return min(doubled, self.max_backoff)",
        "        return doubled",
        "the last delivery would come after years",
        f"{TEST_BUS}::test_the_back_off_doubles_up_to_ten_minutes",
    ),
    guard(
        "a dedup key makes two publishes one message",
        BUS,
        "            if known is not None:",
        "            if False:",
        "a tick would be published again after a crash",
        f"{TEST_BUS}::test_a_dedup_key_makes_two_publishes_one_message",
    ),
    guard(
        "the oldest come first",
        BUS,
        "ORDER BY deliver_at, id LIMIT ?",
        "ORDER BY deliver_at DESC, id LIMIT ?",
        "under load the first would wait for ever",
        f"{TEST_BUS}::test_the_oldest_come_first_and_a_limit_holds",
    ),
    guard(
        "what is not done is not forgotten",
        BUS,
        "DELETE FROM messages WHERE state IN ('done', 'lost') AND published_at < ?",
        "DELETE FROM messages WHERE published_at < ?",
        "pruning would lose what waits, and the dead letters",
        f"{TEST_BUS}::test_what_is_done_is_forgotten_when_it_is_old",
    ),
    guard(
        "what is claimed is claimed by nobody else",
        MESSAGES,
        "UPDATE messages SET state = 'running', attempt = attempt + 1,",
        "UPDATE messages SET attempt = attempt + 1,",
        "every message would be delivered until its first ack",
        f"{TEST_BUS}::test_no_delivery_is_claimed_twice",
    ),
    guard(
        "a kill is no attempt",
        BUS,
        "                    again.append((delivery.attempt - 1, delivery.id))",
        "                    again.append((delivery.attempt, delivery.id))",
        "thirty restarts would give up what never failed",
        f"{TEST_BUS}::test_an_interrupted_driver_takes_its_own_deliveries_back",
    ),
    guard(
        "an id is never given twice",
        BUS,
        "        return arrival.message_id, following + len(subscriptions)",
        "        return arrival.message_id, following",
        "two messages would be one run by hand",
        "tests/contracts/test_bus_and_others.py::test_ids_of_messages_are_their_own_also_for_equal_messages[local]",
    ),
    guard(
        "two names are two files",
        FILES,
        '    return part.replace("%", "%25").replace("~", "%7E") if "~" in part or "%" in part else part',
        "    return part",
        "a record would be found under another's name",
        f"{MINE}::test_names_that_are_nearly_the_same_are_different_files",
    ),
    guard(
        "a tick is published once",
        "local/schedule.py",
        "            self._store.set_fact(_key(each.job.name), iso(each.at))",
        "            pass",
        "every look at the clock would publish it",
        "tests/local/test_schedule.py::test_a_restart_publishes_nothing_twice_and_goes_on_from_the_last_tick",
    ),
    guard(
        "a tick repeated after a crash is the same message",
        "local/schedule.py",
        """                {"dedup": f"{each.job.name} {iso(each.at)}"},""",
        "                {},",
        "a kill between publish and fact would tick twice",
        "tests/local/test_schedule.py::test_a_crash_between_publish_and_memory_repeats_the_same_message",
    ),
)
