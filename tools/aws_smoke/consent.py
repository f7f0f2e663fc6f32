"""What is said before anything is created, and the question."""

import sys

from aws_smoke.account import SNAPSHOTS_NEEDED, Account
from aws_smoke.naming import TAG, Run
from aws_smoke.run_resources import Thing

PRICES = "https://aws.amazon.com/neptune/pricing/"


def announcement(account: Account, run: Run, cluster: str, wanted: tuple[str, ...]) -> str:
    """Say where the run is going to happen, what it creates and what that costs.

    Without a cluster, one is made; ``wanted`` are the lanes.
    """
    subject = f"the Neptune cluster {run.cluster}, without instances"
    if cluster:
        subject = f"no cluster: {cluster} is used, and neither modified nor deleted"
    return f"""{where(account)}

This creates, and deletes again at its end, even if it fails or is interrupted:
  - {subject};
  - at most {SNAPSHOTS_NEEDED} manual snapshots of it at a time;
  - CloudFormation stacks ({", ".join(wanted)}), with up to two
    Lambda functions each, their IAM roles, policies and log groups;
  - an IAM role that may take snapshots, which this program assumes;
  - for some minutes an EventBridge rule that calls one of the functions.
Everything is named {run.prefix}... and tagged {TAG}={run.id}; nothing else is changed.
The zip files of the functions (about 40 KiB) stay in the CDK's own bucket.

Cost: storage of the cluster and of the snapshots for the time they exist (Neptune bills
both by the GB-month; an empty cluster is allocated 10 GB), some Lambda seconds and log
lines. No database instance is started, so no instance hour is billed.
What a GB-month costs in {account.region}: {PRICES}
Time: not measured yet; expect half an hour to an hour, most of it waiting."""


def where(account: Account) -> str:
    """Say which account this is."""
    url = account.foreign_endpoint
    endpoint = f"\nendpoint {url} (this is not AWS)" if url else ""
    identity = f"account  {account.id}\nregion   {account.region}\ncaller   {account.caller}"
    return identity + endpoint


def clean_up_announcement(account: Account, things: list[Thing]) -> str:
    """Say what a clean-up is going to remove."""
    found = "\n".join(f"  - {thing.kind} {thing.name}" for thing in things)
    return f"{where(account)}\n\nThis removes what earlier runs have left:\n{found}"


def is_given(*, yes: bool) -> bool:
    """Ask, unless the answer was given beforehand; without a terminal the answer is no."""
    if yes:
        return True
    if not sys.stdin.isatty():
        return False
    try:
        return input('Go on? Type "yes": ').strip().lower() == "yes"
    except (EOFError, KeyboardInterrupt):
        return False
