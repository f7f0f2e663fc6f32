#!/usr/bin/env bash
# A snapshot before `terraform apply` changes a cluster, such as its engine version.
#
#     examples/terraform/apply.sh my-graph "$RUN_ID"
#
# RUN_ID names the snapshot. Give the same ID to each attempt at one change, such as the ID of the CI
# run: a script that was killed finds the snapshot that it started, and after a failed apply the
# snapshot of before the first attempt stays the one. Without changes there is no snapshot.
set -euo pipefail
cluster=$1 run_id=$2

status=0
terraform plan -input=false -detailed-exitcode -out=change.tfplan || status=$?
case $status in
  0) exit 0 ;; # Nothing changes.
  2) ;;        # Something does.
  *) exit "$status" ;;
esac

arn=$(neptune-snapshot take "$cluster" --request "terraform-$run_id")
terraform apply -input=false change.tfplan
neptune-snapshot confirm "$arn"
