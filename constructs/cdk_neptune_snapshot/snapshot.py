"""The construct that takes a snapshot."""

from collections.abc import Mapping

import aws_cdk as cdk
import jsii
from constructs import Construct, IConstruct

from cdk_neptune_snapshot import chain, limitations, permissions, reference, validation
from cdk_neptune_snapshot import cluster as clusters
from cdk_neptune_snapshot import trigger as triggers
from cdk_neptune_snapshot.attributes import SnapshotAttributes, SnapshotReference
from cdk_neptune_snapshot.provider import SnapshotProvider, permissions_of
from cdk_neptune_snapshot.removal import ChosenPolicy
from cdk_neptune_snapshot.snapshot_policies import SnapshotPolicies
from cdk_neptune_snapshot.tags import SnapshotTags
from cdk_neptune_snapshot.trigger import SnapshotTrigger
from neptune_snapshot_provider import contract, name_rules
from neptune_snapshot_provider.contract import WhenClusterMissing


@jsii.implements(cdk.ITaggableV2)
class DatabaseClusterSnapshot(SnapshotAttributes):
    """Takes a snapshot of a Neptune DB cluster and waits until it is available.

    Args:
        scope: The parent construct.
        id: The construct's id. Another id is another resource, which takes a new snapshot.
        cluster: The cluster: its identifier, a ``CfnDBCluster`` or an ``IDatabaseCluster`` of
            ``aws_neptune_alpha``, in the region and account of the snapshot's stack. Another
            cluster means a new snapshot. An identifier known only at deployment must be in lower
            case, because ARNs in the role's policy are case-sensitive. If it is not, give the
            identifier as plain text. Never change its spelling in the cluster.
        trigger: When a deployment takes a new snapshot. Default: once, when the resource is
            created.
        snapshot_identifier: The name of the snapshot, 1 to 63 letters, digits and hyphens, in
            lower case. It must not exist yet. Default: the provider generates a unique name.
        identifier_prefix: The start of the generated name, cut to 35 characters. Default: the
            cluster's identifier.
        timeout: How long the deployment waits for the snapshot, in whole seconds, up to 12 hours.
            Default: 55 minutes. CloudFormation waits an hour for one resource, so each further 55
            minutes add one resource that continues to wait. The cluster must become available in
            the first 55 minutes. At the deadline the deployment fails, and the snapshot continues.
        removal_policy: ``RETAIN`` retains the snapshot when it is replaced or the stack is
            deleted; ``DESTROY`` deletes it. A rollback always retains the snapshots of the failed
            deployment. A failed creation that deletes its stack (a StackSet, ``OnFailure=DELETE``)
            is not a rollback. Policies that are set from outside, as by
            ``RemovalPolicies.of(app)``, are not applied to the snapshot.
        tags: Tags of the snapshot, at most 43. ``Tags.of(...)`` overrides them, and they override
            the tags of the stack. Inherited tags that the snapshot cannot have are left off, with
            a warning.
        keep_last: How many snapshots of this resource to retain. The provider deletes older ones
            after the new one is available, or before if the quota is used up. It never deletes the
            snapshot that is being replaced, snapshots tagged ``neptune-snapshot:keep`` and
            snapshots shared with another account, and none while the stack rolls back. Default:
            all are retained.
        last_good_parameter: The name of a parameter of Parameter Store that holds the ARN of the
            newest available snapshot. A rollback does not change the parameter, and it remains
            when the stack is deleted. Default: no parameter.
        reuse_younger_than: Return a snapshot of this resource that is younger than this, if
            cluster and trigger are the same. Default: a new snapshot is taken.
        when_cluster_missing: What to do if the cluster does not exist. Default: fail.

    Raises:
        ValueError: A property breaks a rule; names the property, the value and the rule.
        RuntimeError: crhelper, a dependency of this package, is not installed.

    The role's policy refers to a cluster of the same stack that has no explicit name, and every
    snapshot of the stack waits for that policy. Such a cluster cannot be restored from a snapshot
    of the stack: name the cluster, or define the second snapshot in another stack.
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
        name_of_cluster = clusters.name_of(cluster)
        clusters.require_same_environment(name_of_cluster, self)
        trigger = triggers.checked(trigger)
        policy = validation.removal_policy(removal_policy)
        policies = SnapshotPolicies(
            keep_last=keep_last,
            last_good_parameter=last_good_parameter,
            reuse_younger_than=reuse_younger_than,
            when_cluster_missing=when_cluster_missing,
        )
        name = _name(snapshot_identifier, identifier_prefix, trigger)
        prefix = _prefix(identifier_prefix)
        links = chain.split(validation.timeout_seconds(timeout))
        self._cluster = name_of_cluster.construct
        self._tags = SnapshotTags(self, tags)
        self.node.add_validation(self._tags)

        limitations.check(self, name_of_cluster, trigger, policy)
        with limitations.publishing_code(self):
            provider = SnapshotProvider.get_or_create(self)
        pattern = permissions.snapshot_pattern(name_of_cluster.permitted, name, prefix)
        granted = permissions_of(provider)
        granted.allow(name_of_cluster.permitted, pattern)
        granted.allow_policies(
            deletes=policies.keep_last is not None, parameter=policies.last_good_parameter
        )
        permissions.warn_of_every_name(self, pattern)
        ends_here = len(links) == 1
        properties = {
            contract.Property.CLUSTER_IDENTIFIER: name_of_cluster.sent,
            contract.Property.SNAPSHOT_IDENTIFIER: name,
            contract.Property.IDENTIFIER_PREFIX: prefix,
            contract.Property.TRIGGER: triggers.render(trigger, self),
            contract.Property.TAGS: cdk.Lazy.any(self._tags),
            **chain.timing(links, 0),
            **policies.for_creation(),
            **(policies.for_last_resource() if ends_here else policies.for_first_resource()),
        }
        resource = cdk.CustomResource(
            self,
            "Resource",
            resource_type=contract.RESOURCE_TYPE,
            service_token=provider.function.function_arn,
            service_timeout=chain.service_timeout(links[0]),
            removal_policy=policy,
            properties={key: value for key, value in properties.items() if value is not None},
        )
        self.node.add_validation(ChosenPolicy(self, resource, policy))
        # Also when the stack is deleted, the provider's role and logs go after the snapshot.
        resource.node.add_dependency(provider)
        self._taking = resource
        # Attributes are read where the snapshot is available.
        for_last = policies.for_last_resource()
        if for_last:
            for_last[contract.Property.CLUSTER_IDENTIFIER] = name_of_cluster.sent
        self._resource = chain.add_waits(
            self,
            resource,
            provider.function.function_arn,
            links,
            for_last,
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
            scope: The parent construct.
            id: The construct's id.
            identifier: The snapshot's identifier, also of an automated one (``rds:...``).

        Raises:
            ValueError: The identifier breaks a rule of the API.
        """
        existing = reference.existing_identifier("snapshot_identifier", identifier)
        arn = reference.arn_of(scope, existing)
        return reference.ImportedSnapshot(scope, id, snapshot_identifier=existing, snapshot_arn=arn)

    @classmethod
    def from_snapshot_arn(
        cls,
        scope: Construct,
        id: str,  # noqa: A002 - the CDK's own name for it
        arn: str,
    ) -> SnapshotReference:
        """Refer to an existing snapshot, also one that another account shares.

        Args:
            scope: The parent construct.
            id: The construct's id.
            arn: The snapshot's ARN, which may be a token.

        Raises:
            ValueError: It is not the ARN of a DB cluster snapshot.
        """
        identifier = reference.identifier_in(arn)
        return reference.ImportedSnapshot(
            scope, id, snapshot_identifier=identifier, snapshot_arn=arn
        )

    @property
    @jsii.member(jsii_name="cdkTagManager")
    def cdk_tag_manager(self) -> cdk.TagManager:
        """The manager to which ``Tags.of(...)`` adds the tags of this snapshot."""
        return self._tags.manager

    def before(self, *constructs: IConstruct) -> None:
        """Let constructs wait until the snapshot is available.

        Args:
            *constructs: The constructs that wait, such as a migration or the cluster itself.

        Raises:
            ValueError: No construct is given, or it is the cluster that the snapshot was given
                as a construct: each would wait for the other. Give the cluster's identifier as
                plain text.
        """
        if not constructs:
            raise validation.invalid("constructs", constructs, "must name at least one construct")
        for construct in constructs:
            validation.construct("constructs", construct)
            if self._cluster is not None and _holds(construct, self._cluster):
                rule = (
                    "must not be the cluster the snapshot is taken of, as each would wait for the "
                    "other; define the snapshot with the cluster's identifier as plain text"
                )
                raise validation.invalid("constructs", construct.node.path, rule)
            construct.node.add_dependency(self)


def _holds(construct: IConstruct, cluster: IConstruct) -> bool:
    return any(scope is construct for scope in cluster.node.scopes)


def _name(name: str | None, prefix: str | None, trigger: SnapshotTrigger) -> str | None:
    if name is None:
        return None
    if prefix is not None:
        rule = "must not be given together with snapshot_identifier, which is the whole name"
        raise validation.invalid("identifier_prefix", prefix, rule)
    if trigger != SnapshotTrigger.once():
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
    return checked if cdk.Token.is_unresolved(checked) else name_rules.shorten_prefix(checked)
