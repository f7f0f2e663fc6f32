"""Runs every migration of this folder, in the order of their names."""

import logging
import os
from pathlib import Path

logger = logging.getLogger()
logger.setLevel(logging.INFO)


def handler(event: object, context: object) -> list[str]:  # noqa: ARG001 - Lambda's signature
    """Apply what has not been applied; raising an exception fails the deployment."""
    statements = sorted(Path(__file__).parent.glob("*.cypher"))
    for statement in statements:
        # Here: send statement.read_text() to the cluster's openCypher endpoint, and remember in
        # the graph that it has been applied, so that it is not applied twice.
        logger.info("%s: %s", os.environ["CLUSTER"], statement.name)
    return [statement.name for statement in statements]
