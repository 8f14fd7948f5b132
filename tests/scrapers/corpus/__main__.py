"""`python -m tests.scrapers.corpus`: the confusion table; exit code 1 when a case is wrong."""

from __future__ import annotations

import sys

from tests.scrapers.corpus.table import all_cases, confusion, judge

judged = [judge(case) for case in all_cases()]
sys.stdout.write("\n".join(confusion(judged)) + "\n")
sys.exit(not all(each.right for each in judged))
