"""Mutations that each remove the fix of one situation; each must be noticed by a test.

Situation 20 is about permissions, which the construct grants: see ``tests/security``.
"""

from typing import Final

from simulation.mutation import Mutation

STACK: Final = (
    Mutation(
        "1: a Delete trusts a status that goes forward",
        "core/operation.py",
        "return stack.status == _CLEANING_UP and self",
        "return stack.status in (_CLEANING_UP, *_FORWARD) and self",
    ),
    Mutation(
        "1: a Delete decides by the first read",
        "core/delete.py",
        "    if not observed.is_stack_confirmed:\n        return Observe(Fact.STACK)\n",
        "",
    ),
    Mutation(
        "1: cleaning up deletes what this update took",
        "core/operation.py",
        "_CLEANING_UP and self.began_after(created_at)",
        "_CLEANING_UP",
    ),
    Mutation(
        "1: a short timeout ends an unclear request",
        "core/decide.py",
        "    if wait.event is LogEvent.OPERATION_UNCLEAR:",
        "    if False:",
    ),
    Mutation(
        "1: a cleanup without times proves that an update ended",
        "core/operation.py",
        "began_at is not None and time is not None and time < began_at",
        "began_at is None or time is None or time < began_at",
    ),
    Mutation(
        "2: a reversal that is not visible takes a snapshot",
        "core/operation.py",
        "is_proof and self.began_after(used_at):",
        "is_proof:",
    ),
    Mutation(
        "2: a reversal without a snapshot takes one at once",
        "core/operation.py",
        "is_proof and self.began_after(used_at):",
        "(used_at is None or (is_proof and self.began_after(used_at))):",
    ),
    Mutation(
        "2: an update that began in its rollback changes what a snapshot stands for",
        "core/update.py",
        "tags=not is_earlier",
        "tags=True",
    ),
    Mutation(
        "13: what was reused after it was returned is like any replaced snapshot",
        "core/generations.py",
        "in pairwise(generations(tags))",
        "in list(pairwise(generations(tags)))[-1:]",
    ),
    Mutation(
        "2: a rollback is believed at once",
        "core/operation.py",
        "        if not self.is_settled:\n            return Verdict.UNCLEAR",
        "        if not self.is_settled and phase is not Phase.REVERTING:\n"
        "            return Verdict.UNCLEAR",
    ),
    Mutation(
        "2: an operation without a time began after every snapshot",
        "core/operation.py",
        "is_proof and self.began_after(used_at):",
        "is_proof and not self._is_of_this_operation(used_at):",
    ),
    Mutation(
        "3: a rollback that stays invisible is none",
        "core/operation.py",
        "        if phase is Phase.FORWARD and not self._is_of_this_operation(used_at):",
        "        if phase is Phase.FORWARD:",
    ),
    Mutation(
        "3: the old properties say whether a snapshot is wanted",
        "core/update.py",
        "    if not isinstance(current, Found):\n        return not ownership",
        "    if True:\n        return not ownership",
    ),
    Mutation(
        "3: a repeated update wants no snapshot",
        "core/ownership.py",
        "    if request.old is None or request.is_repeated:",
        "    if request.old is None:",
    ),
    Mutation(
        "3: an unclear Delete ends in a deletion",
        "core/operation.py",
        "created_at):\n            return Verdict.ALLOWED\n        return Verdict.REFUSED if",
        "created_at):\n            return Verdict.ALLOWED\n        return Verdict.ALLOWED if",
    ),
    Mutation(
        "4: an idle parent's rollback counts",
        "core/operation.py",
        "[s for s in (self.stack.status, *self.stack.ancestors) if _is_in_progress(s)]",
        "[self.stack.status, *self.stack.ancestors]",
    ),
    Mutation(
        "4: a Delete ignores the operation of its parent",
        "core/operation.py",
        "        if any(_is_in_progress(one) and one not in _ENDS for one in stack.ancestors):\n"
        "            return False\n",
        "",
    ),
    Mutation(
        "5: retention does not ask whether the operation goes on",
        "core/operation.py",
        "return Verdict.ALLOWED if self.phase is Phase.FORWARD else Verdict.REFUSED",
        "return Verdict.REFUSED if self.phase is Phase.SUPERSEDED else Verdict.ALLOWED",
    ),
    Mutation(
        "5: the parameter is written in a deletion",
        "core/operation.py",
        "        is_current = self.phase in (Phase.FORWARD, Phase.UNKNOWN)",
        "        is_current = self.phase is not Phase.SUPERSEDED",
    ),
    Mutation(
        "6: an unknown stack is an error",
        "aws/stacks.py",
        "            if code(error) == _UNKNOWN_STACK:",
        "            if False:",
    ),
    Mutation(
        "6: a snapshot of an unknown stack is deleted",
        "core/operation.py",
        "        if phase in (Phase.UNKNOWN, Phase.REVERTING, Phase.SUPERSEDED):\n",
        "        if phase is Phase.UNKNOWN:\n            return Verdict.ALLOWED\n"
        "        if phase in (Phase.REVERTING, Phase.SUPERSEDED):\n",
    ),
    Mutation(
        "12: the last resource does not learn what is replaced",
        "finalizer.py",
        'name = properties.replaced or (newest if is_same else "")',
        "name = newest",
    ),
    Mutation(
        "12: the first resource does not say what it replaces",
        "finalizer.py",
        "return response.identifier if response.is_final else request.physical_id",
        'return ""',
    ),
    Mutation(
        "12: with nothing replaced everything older goes",
        "core/retention.py",
        '        return "nothing-replaced"',
        '        return ""',
    ),
    Mutation(
        "13: a retry deletes the snapshots of failed attempts",
        "core/retention.py",
        'return "newer-than-replaced" if candidate.used_at > replaced_at else ""',
        'return ""',
    ),
    Mutation(
        "13: what the parameter names is deleted",
        "core/retention.py",
        "    if name == last_good:",
        "    if False:",
    ),
    Mutation(
        "13: the parameter names the last attempt",
        "core/retention.py",
        "    if is_own_attempt and (replaced_at is None or last_good.used_at >= replaced_at):",
        "    if False:",
    ),
    Mutation(
        "13: a failed deployment that reused a snapshot is forgotten",
        "core/ownership.py",
        "    return not is_last(tags, request.old)",
        "    return False",
    ),
    Mutation(
        "13: an old snapshot that a failed deployment reused is deleted",
        "core/retention.py",
        "        return used_at(self.snapshot, self.tags) or 0.0",
        "        return self.snapshot.created_at or 0.0",
    ),
    Mutation(
        "13: the parameter moves after a failed deployment that reused an older snapshot",
        "core/retention.py",
        "        (one.snapshot.created_at or 0) < replaced_at < one.used_at\n",
        "        False\n",
    ),
    Mutation(
        "13: what a reversal returned is like any replaced snapshot",
        "finalizer.py",
        "        return None if was_returned(tags) else used_at(snapshot, tags)",
        "        return used_at(snapshot, tags)",
    ),
    Mutation(
        "13: what a reversal returned protects the retry",
        "core/generations.py",
        "    return _value(tags, [generation(properties)] * 2, *",
        "    return _value(tags, [], *",
    ),
    Mutation(
        "13: the quota error advises deleting any own snapshot",
        "core/retention.py",
        "        if reason := _reason_to_retain(candidate, newest, replaced_at, last_good):",
        "        if newest and (\n            reason := _reason_to_retain("
        "candidate, newest, replaced_at, last_good)\n        ):",
    ),
    Mutation(
        "13: a log line says that none were deleted",
        "finalizer.py",
        "        if deleted:\n",
        "        if True:\n",
    ),
    Mutation(
        "16: a reused snapshot does not learn its new trigger",
        "core/ownership.py",
        "    return {OwnerTag.TRIGGER: after_reuse(tags, properties, at)}",
        "    return {}",
    ),
    Mutation(
        "16: a reused snapshot forgets what it was taken for",
        "core/generations.py",
        "    taken_for, *reused_for = [*generations(tags), *used_for]",
        "    taken_for, *reused_for = used_for or generations(tags)",
    ),
    Mutation(
        "16: any trigger of a reused snapshot is its current one",
        "core/update.py",
        "    if is_last(tags, properties):",
        "    if True:",
    ),
    Mutation(
        "16: a reuse for the same properties leaves no trace",
        "core/generations.py",
        "    used_for = [] if is_last(tags, properties) else [generation(properties)]\n",
        "    if is_last(tags, properties):\n        return tags[OwnerTag.TRIGGER]\n"
        "    used_for = [generation(properties)]\n",
    ),
    Mutation(
        "16: a reversal does not say that a reuse has failed",
        "core/update.py",
        "    if is_possible and (step :=",
        "    if False and (step :=",
    ),
    Mutation(
        "16: another engine's reversal finds only an older explicit name",
        "core/update.py",
        "    is_older = (snapshot.created_at or 0) <=",
        "    is_older = (snapshot.created_at or 0) <",
    ),
    Mutation(
        "21: a parent that may not be described is an error",
        "aws/stacks.py",
        "            if code(error) in (*DENIED, _UNKNOWN_STACK):",
        "            if False:",
    ),
    Mutation(
        "21: a parent that is not known may be rolled back",
        "core/operation.py",
        "            return stack.ancestors_known",
        "            return True",
    ),
)

CALLS: Final = (
    Mutation(
        "7: a refused change of a rule is not repeated",
        "aws/rules.py",
        "_ATTEMPTS: Final = 5",
        "_ATTEMPTS: Final = 1",
    ),
    Mutation(
        "7: a rule that is not found yet is left",
        "aws/rules.py",
        "                    raise\n            # Also",
        "                    raise\n                return\n            # Also",
    ),
    Mutation(
        "8: a partial failure is a success",
        "aws/rules.py",
        '    if response.get("FailedEntryCount"):',
        "    if False:",
    ),
    Mutation(
        "9: every HTTP status is a success",
        "responses.py",
        "        if isinstance(outcome, int) and outcome in _OK:",
        "        if isinstance(outcome, int):",
    ),
    Mutation(
        "9: a response is sent once",
        "responses.py",
        "ATTEMPTS_MAX: Final = 30",
        "ATTEMPTS_MAX: Final = 1",
    ),
    Mutation(
        "9: a response that was not accepted is forgotten",
        "crhelper_adapter.py",
        "        if not self._is_accepted:",
        "        if False:",
    ),
    Mutation(
        "10: an invocation waits however much remains",
        "core/schedule.py",
        "    hand_over_beyond: float = LONG",
        "    hand_over_beyond: float = math.inf",
    ),
    Mutation(
        "10: a late invocation waits as long as others",
        "core/schedule.py",
        "            length = min(length, LATE_LENGTH)",
        "            pass",
    ),
    Mutation(
        "10: a late invocation does not name concurrency",
        "core/deadline.py",
        "    if delay <= LATE_AFTER:",
        "    if True:",
    ),
    Mutation(
        "11: a copy is own if its name ends like one",
        "core/ownership.py",
        "    return is_tagged and not snapshot.source_arn and",
        "    return is_tagged and",
    ),
    Mutation(
        "11: tags alone make a snapshot own",
        "core/ownership.py",
        "    return is_tagged and not snapshot.source_arn and _has_own_name("
        "snapshot, tags, explicit_name)",
        "    return is_tagged and not snapshot.source_arn",
    ),
    Mutation(
        "11: a snapshot of the previous cluster is reused",
        "core/create.py",
        "    is_same_cluster = snapshot.cluster_created_at == cluster.created_at",
        "    is_same_cluster = True",
    ),
    Mutation(
        "14: a denied call after the snapshot is made once",
        "retries.py",
        "            return now < self._budget.started_at + self._budget.propagation",
        "            return False",
    ),
    Mutation(
        "15: a response has any length",
        "crhelper_adapter.py",
        "responses.fit(body, self._shortened)",
        "body",
    ),
    Mutation(
        "17: a stopped cluster is waited for",
        "core/create.py",
        '    "stopped",\n',
        "",
    ),
    Mutation(
        "17: the command that starts a cluster is not named",
        "core/create.py",
        '    if status == "stopped":',
        "    if False:",
    ),
    Mutation(
        "17: a cluster without its key is waited for",
        "core/create.py",
        '    "inaccessible-encryption-credentials",\n    "inaccessible-encryption-credentials-",\n',
        "",
    ),
    Mutation(
        "18: a tag with an email address is refused",
        "contract.py",
        '"_.:/=+-@"',
        '"_.:/=+-"',
    ),
    Mutation(
        "18: a tag of this library has an @, which Neptune may refuse",
        "core/generations.py",
        '_REUSED_AT: Final = "t="',
        '_REUSED_AT: Final = "@"',
    ),
    Mutation(
        "18: a setting with an @, which Neptune may refuse, is stored",
        "contract.py",
        'TAG_PUNCTUATION_UNPROVEN: Final = "@"',
        'TAG_PUNCTUATION_UNPROVEN: Final = ""',
    ),
    Mutation(
        "19: a dual-stack cluster is restored as IPv4",
        "core/restore.py",
        'if values["network_type"] == "IPV4":',
        'if values["network_type"]:',
    ),
    Mutation(
        "19: what is missing is not reported",
        "core/restore.py",
        "        if self.missing:\n",
        "        if False:\n",
    ),
    Mutation(
        "19: a setting that does not fit drops all later ones",
        "core/restore.py",
        "                left_out.add(tag_name)\n",
        "                left_out.add(tag_name)\n                break\n",
    ),
)

MUTATIONS: Final = STACK + CALLS
