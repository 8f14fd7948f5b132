"""All measurements, one after the other: python -m benchmarks [--json]."""

import sys

from benchmarks import fanout, plan

for each in (plan, fanout):
    print(f"== {each.__name__}", file=sys.stderr, flush=True)
    each.main()
