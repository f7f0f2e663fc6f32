#!/usr/bin/env bash
# Runs a migration that is a script on a fast clone, and deletes the clone.
#
#     examples/rehearsal/rehearse.sh my-graph ./migrate
#
# The command gets the clone's endpoint as its last argument. The clone has the network and the parameter
# group of the cluster, and one instance (INSTANCE_CLASS, db.r6g.large if not set). The status is the
# command's.
set -euo pipefail
cluster=$1
shift
clone=$cluster-rehearsal-$(date +%s)

of_cluster() { # one field of a cluster's description
  aws neptune describe-db-clusters --db-cluster-identifier "$1" --query "DBClusters[0].$2" --output text
}
clean_up() { # also after a failure
  status=$?
  aws neptune delete-db-instance --db-instance-identifier "$clone-1" --skip-final-snapshot > /dev/null ||
    echo "Delete the instance $clone-1, if it exists." >&2
  aws neptune delete-db-cluster --db-cluster-identifier "$clone" --skip-final-snapshot > /dev/null ||
    echo "Delete the cluster $clone, if it exists." >&2
  exit "$status"
}

subnets=$(of_cluster "$cluster" DBSubnetGroup)
parameters=$(of_cluster "$cluster" DBClusterParameterGroup)
groups=$(of_cluster "$cluster" 'VpcSecurityGroups[].VpcSecurityGroupId')
echo "Cloning $cluster as $clone" >&2
trap clean_up EXIT
# shellcheck disable=SC2086 # $groups is a list
aws neptune restore-db-cluster-to-point-in-time --source-db-cluster-identifier "$cluster" \
  --db-cluster-identifier "$clone" --restore-type copy-on-write --use-latest-restorable-time \
  --db-subnet-group-name "$subnets" --db-cluster-parameter-group-name "$parameters" \
  --vpc-security-group-ids $groups > /dev/null
aws neptune create-db-instance --db-cluster-identifier "$clone" --db-instance-identifier "$clone-1" \
  --engine neptune --db-instance-class "${INSTANCE_CLASS:-db.r6g.large}" > /dev/null
aws neptune wait db-instance-available --db-instance-identifier "$clone-1"

SECONDS=0
"$@" "$(of_cluster "$clone" Endpoint)"
echo "The migration of $clone took $SECONDS s" >&2
