"""All measurements, one after the other: python -m benchmarks [--json]."""

import sys

from benchmarks import coldstart, fanout, plan

for each in (plan, coldstart, fanout):
    print(f"== {each.__name__}", file=sys.stderr, flush=True)
    each.main()
