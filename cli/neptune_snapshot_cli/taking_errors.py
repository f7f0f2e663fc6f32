"""What went wrong while a snapshot was taken, and what to do about it; pure."""

from collections.abc import Iterator
from contextlib import contextmanager

from neptune_snapshot_cli.errors import CliError, Failed, NoAccess, NotFound, TimedOut
from neptune_snapshot_cli.refusals import credentials_problem, denied, explain
from neptune_snapshot_provider.core.refusals import Refusal
from neptune_snapshot_provider.errors import (
    AccessDenied,
    ApiFault,
    ClusterUnusable,
    DBClusterNotFoundFault,
    DBClusterSnapshotAlreadyExistsFault,
    DBClusterSnapshotNotFoundFault,
    DeadlineExceeded,
    ProviderError,
    SnapshotFailed,
)


@contextmanager
def explained(resume: str) -> Iterator[None]:
    """Turn the provider's errors into those of the command line.

    Args:
        resume: The command that continues.
    """
    try:
        yield
    except Refusal as refusal:
        raise explain(refusal) from refusal
    except ProviderError as error:
        raise _explain(error, resume) from error


def to_continue(resume: str) -> str:
    """Say how to go on."""
    return f"To continue: {resume}"


def other_request(request_id: str, snapshot: str, difference: str) -> Failed:
    """A request is repeated with other parameters."""
    return Failed(
        f"Request {request_id} has snapshot {snapshot} already, which was taken with {difference}; "
        "the snapshot is unchanged.",
        "Repeat the request with the same options, or give another --request.",
    )


def _explain(error: ProviderError, resume: str) -> CliError:
    what = error.message[:1].upper() + error.message[1:]
    if isinstance(error, AccessDenied):
        return denied(error.operation, error.message)
    if isinstance(error, ApiFault):
        return credentials_problem(error.status, what) or NoAccess(f"AWS refuses: {what}")
    if isinstance(error, DBClusterNotFoundFault):
        return NotFound(what, "Check the identifier, --region and --profile.")
    if isinstance(error, DeadlineExceeded):
        return TimedOut(what, to_continue(resume))
    if isinstance(error, ClusterUnusable):
        return Failed(what, _start_cluster(error, resume))
    if isinstance(error, SnapshotFailed):
        return Failed(
            what,
            "Neptune may say why: aws neptune describe-events --source-type db-cluster-snapshot "
            f"--source-identifier {error.snapshot}\nThen delete it (aws neptune "
            f"delete-db-cluster-snapshot --db-cluster-snapshot-identifier {error.snapshot}), and "
            f"take it again: {resume}",
        )
    if isinstance(error, DBClusterSnapshotNotFoundFault):
        return Failed(f"Snapshot {error.snapshot} was deleted while this command waited for it.")
    if isinstance(error, DBClusterSnapshotAlreadyExistsFault):
        return Failed(what, "Give another --request.")
    return Failed(what, error.advice)


def _start_cluster(error: ProviderError, resume: str) -> str:
    if error.status == "stopped":
        start = f"aws neptune start-db-cluster --db-cluster-identifier {error.cluster}"
        return f"Start it: {start}\n{to_continue(resume)}"
    return f"Fix the cluster.\n{to_continue(resume)}"
