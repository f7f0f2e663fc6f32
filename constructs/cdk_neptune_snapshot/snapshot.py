"""The construct."""

from collections.abc import Mapping

import aws_cdk as cdk
import jsii
from constructs import Construct, IConstruct

from cdk_neptune_snapshot import chain, imported, permissions, validation
from cdk_neptune_snapshot.attributes import SnapshotAttributes, SnapshotReference
from cdk_neptune_snapshot.habits import Habits, WhenClusterMissing
from cdk_neptune_snapshot.provider import SnapshotProvider
from cdk_neptune_snapshot.tags import SnapshotTags
from cdk_neptune_snapshot.trigger import SnapshotTrigger
from neptune_snapshot_provider import contract


@jsii.implements(cdk.ITaggableV2)
class DatabaseClusterSnapshot(SnapshotAttributes):
    """Takes a snapshot of a Neptune DB cluster and waits until it is available.

    Args:
        scope: Where the construct belongs.
        id: Its name there. Another name is another resource: a new snapshot.
        cluster: The cluster: its identifier, a ``CfnDBCluster`` or an ``IDatabaseCluster`` of
            ``aws_neptune_alpha``. Another cluster means a new snapshot. An identifier known only
            when deployed must be in lower case then: ARNs in the provider's rights are
            case-sensitive, and only plain text can be lower-cased here.
        trigger: When a deployment takes a new snapshot; once, when the resource is created, if
            not given.
        snapshot_identifier: The name of the snapshot, 1 to 63 letters, digits and hyphens,
            lower-cased. It must not exist yet. A unique name is made up if not given.
        identifier_prefix: What the made-up name starts with; the cluster's identifier if not
            given. Cut to 35 characters where it is longer.
        timeout: How long to wait for the snapshot, in whole seconds, up to 12 hours; 55 minutes
            if not given. CloudFormation waits an hour for one resource, so each further 55
            minutes add one that waits on; the cluster has to become available in the first. A
            deployment that runs out of time fails and leaves the snapshot to finish.
        removal_policy: ``RETAIN`` keeps the snapshot when it is replaced or the stack deleted;
            ``DESTROY`` deletes it. What belongs to a deployment that failed is always kept.
        tags: Tags of the snapshot; ``Tags.of(...)`` takes precedence over them, as usual, and
            they over the tags of the stack. At most 43 in all.
        keep_last: How many snapshots of this resource to keep; older ones are deleted once the
            new one is available, and before it where the quota is full. Never deleted are the
            one being replaced, those tagged ``neptune-snapshot:keep`` and those shared with
            another account; none at all while the stack rolls back. All are kept if not given.
        last_good_parameter: Name of a parameter of Parameter Store that is to hold the ARN of
            the newest available snapshot; untouched by rollbacks, and left when the stack is
            deleted. None if not given.
        reuse_younger_than: Answer with a snapshot of this resource that is younger than this
            instead of taking another one, if cluster and trigger are the same. A new one is
            taken if not given.
        when_cluster_missing: What to do when there is no such cluster; fail if not given.

    Raises:
        ValueError: A property breaks a rule; names the property, the value and the rule.
        RuntimeError: crhelper, a dependency of this package, is not installed.

    A cluster that is a resource of the same stack is named in the provider's rights, for which
    all snapshots of the stack wait. Where such a cluster in turn waits for a snapshot of the
    stack, as it is restored from it, the two are a circle: define the second snapshot in another
    stack, or give its cluster's identifier as plain text.
    """

    def __init__(  # noqa: PLR0913 - one argument per property, all but two by keyword
        self,
        scope: Construct,
        id: str,  # noqa: A002 - the CDK's own name for it
        *,
        cluster: validation.Cluster,
        trigger: SnapshotTrigger | None = None,
        snapshot_identifier: str | None = None,
        identifier_prefix: str | None = None,
        timeout: cdk.Duration | None = None,
        removal_policy: cdk.RemovalPolicy = cdk.RemovalPolicy.RETAIN,
        tags: Mapping[str, str] | None = None,
        keep_last: int | None = None,
        last_good_parameter: str | None = None,
        reuse_younger_than: cdk.Duration | None = None,
        when_cluster_missing: WhenClusterMissing = WhenClusterMissing.FAIL,
    ) -> None:
        super().__init__(scope, id)
        cluster_identifier = validation.cluster_identifier(cluster)
        habits = Habits(
            keep_last=keep_last,
            last_good_parameter=last_good_parameter,
            reuse_younger_than=reuse_younger_than,
            when_cluster_missing=when_cluster_missing,
        )
        name = _name(snapshot_identifier, identifier_prefix, trigger)
        prefix = _prefix(identifier_prefix)
        links = chain.split(validation.timeout_seconds(timeout))
        self._cluster = cluster if isinstance(cluster, Construct) else None
        self._tags = SnapshotTags(self, tags)
        self.node.add_validation(self._tags)

        provider = SnapshotProvider.get_or_create(self)
        pattern = permissions.snapshot_pattern(cluster_identifier, name, prefix)
        provider.allow_snapshots(cluster_identifier, pattern)
        permissions.warn_of_every_name(self, pattern)
        provider.allow_habits(habits)
        ends_here = len(links) == 1
        properties = {
            contract.Property.CLUSTER_IDENTIFIER: cluster_identifier,
            contract.Property.SNAPSHOT_IDENTIFIER: name,
            contract.Property.IDENTIFIER_PREFIX: prefix,
            contract.Property.TRIGGER: trigger.render(self) if trigger else None,
            contract.Property.TAGS: cdk.Lazy.any(self._tags),
            **chain.timing(links, 0),
            **habits.before_taking(),
            **(habits.afterwards() if ends_here else habits.at_taking()),
        }
        resource = cdk.CustomResource(
            self,
            "Resource",
            resource_type=contract.RESOURCE_TYPE,
            service_token=provider.function.function_arn,
            service_timeout=chain.service_timeout(links[0]),
            removal_policy=validation.removal_policy(removal_policy),
            properties={key: value for key, value in properties.items() if value is not None},
        )
        # Also when the stack is deleted, the provider's rights and logs go after the snapshot.
        resource.node.add_dependency(provider)
        self._taking = resource
        # Attributes are read where the snapshot is available.
        about_cluster = {contract.Property.CLUSTER_IDENTIFIER: cluster_identifier}
        afterwards = habits.afterwards()
        self._resource = chain.add_waits(
            self,
            resource,
            provider.function.function_arn,
            links,
            {**about_cluster, **afterwards} if afterwards else {},
        )

    @classmethod
    def from_snapshot_identifier(
        cls,
        scope: Construct,
        id: str,  # noqa: A002 - the CDK's own name for it
        identifier: str,
    ) -> SnapshotReference:
        """Refer to an existing snapshot in the stack's account and region.

        Args:
            scope: Where the reference belongs.
            id: Its name there.
            identifier: The snapshot's; automated ones (``rds:...``) are welcome.

        Raises:
            ValueError: It can be no snapshot's identifier.
        """
        existing = imported.existing_identifier("snapshot_identifier", identifier)
        arn = imported.arn_of(scope, existing)
        return imported.ImportedSnapshot(scope, id, snapshot_identifier=existing, snapshot_arn=arn)

    @classmethod
    def from_snapshot_arn(
        cls,
        scope: Construct,
        id: str,  # noqa: A002 - the CDK's own name for it
        arn: str,
    ) -> SnapshotReference:
        """Refer to an existing snapshot, also one that another account shares.

        Args:
            scope: Where the reference belongs.
            id: Its name there.
            arn: The snapshot's, which may be a token.

        Raises:
            ValueError: It is not the ARN of a DB cluster snapshot.
        """
        identifier = imported.identifier_in(arn)
        return imported.ImportedSnapshot(
            scope, id, snapshot_identifier=identifier, snapshot_arn=arn
        )

    @property
    @jsii.member(jsii_name="cdkTagManager")
    def cdk_tag_manager(self) -> cdk.TagManager:
        """Where ``Tags.of(...)`` leaves the tags of this snapshot."""
        return self._tags.manager

    def before(self, *constructs: IConstruct) -> None:
        """Let constructs wait until the snapshot is available.

        Args:
            *constructs: What is created, updated or run afterwards, such as a migration, or the
                upgrade of the cluster itself.

        Raises:
            ValueError: The snapshot is of a cluster that it was given as a construct: the one
                would wait for the other. Give the cluster's identifier as plain text.
        """
        for construct in constructs:
            if self._cluster is not None and _holds(construct, self._cluster):
                rule = (
                    "must not be the cluster the snapshot is taken of, as each would wait for the "
                    "other; define the snapshot with the cluster's identifier as plain text"
                )
                raise validation.invalid("constructs", construct.node.path, rule)
            construct.node.add_dependency(self)


def _holds(construct: IConstruct, cluster: IConstruct) -> bool:
    return any(scope is construct for scope in cluster.node.scopes)


def _name(name: str | None, prefix: str | None, trigger: SnapshotTrigger | None) -> str | None:
    if name is None:
        return None
    if prefix is not None:
        rule = "must not be given together with snapshot_identifier, which is the whole name"
        raise validation.invalid("identifier_prefix", prefix, rule)
    if trigger is not None and trigger != SnapshotTrigger.once():
        rule = (
            "must not be given together with a trigger, which would use the same name again; "
            "give identifier_prefix instead"
        )
        raise validation.invalid("snapshot_identifier", name, rule)
    return validation.identifier("snapshot_identifier", name)


def _prefix(prefix: str | None) -> str | None:
    if prefix is None:
        return None
    checked = validation.identifier("identifier_prefix", prefix)
    return checked if cdk.Token.is_unresolved(checked) else contract.shorten_prefix(checked)
