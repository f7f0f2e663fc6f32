"""Times how long each boto3 client takes to make, in this fresh process; prints milliseconds.

Run by path, like ``invocation.py``. The first client carries what all share.
"""

import json
import sys
import time

import boto3


def main() -> None:
    """Make Neptune's client and then those that crhelper makes."""
    taken = {}
    for service in ("neptune", "lambda", "events", "logs"):
        started = time.perf_counter()
        boto3.client(service)
        taken[service] = (time.perf_counter() - started) * 1000
    json.dump(taken, sys.stdout)


if __name__ == "__main__":
    main()
