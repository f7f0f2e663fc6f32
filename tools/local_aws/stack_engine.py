"""What CloudFormation does in a stack operation and the emulator's engine does not.

An update deletes what it replaced or removed in a cleanup phase of its own, and nested stacks wait
for the root's; a resource that failed to create is deleted by the rollback; a stack whose rollback
is disabled stays as it is, and the next operation deletes what failed to create.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from contextvars import ContextVar
from typing import Any, TypeAlias

from local_aws.emulator import Stack, module, replace, timestamp

CLEANUP = "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"
PARENT = "_parent_stack_name"
ROLLBACK_DISABLED = "_rollback_disabled"
FAILED_CREATION = "_failed_creation"
_PENDING_DELETES = "_pending_deletes"
_CLEANUP_ATTEMPTS = 3
_STACK_TYPE = "AWS::CloudFormation::Stack"
_RETAINING = ("Retain", "RetainExceptOnCreate")
_WRAPPED_IN = ("stacks", "handlers", "changesets")

_Operation: TypeAlias = Callable[..., Coroutine[Any, Any, None]]
_deployed: ContextVar[Stack] = ContextVar("deployed")


class StackEngine:
    """The emulator's engine, corrected; ``install`` puts it in place."""

    def __init__(self) -> None:
        """Find the engine."""
        self._engine = module("cloudformation.stacks")
        self.stacks: dict[str, Stack] = module("cloudformation")._stacks  # noqa: SLF001
        self._delete_resource = self._engine._delete_resource  # noqa: SLF001
        self._loop: asyncio.AbstractEventLoop

    def install(self) -> None:
        """Replace the engine's functions wherever the emulator looks them up."""
        functions: dict[str, Callable[..., Any]] = {
            "_deploy_stack_async": self._deploy,
            "_roll_back_operation": self._roll_back,
            "_delete_stack_async": self._delete_stack,
            "_delete_resource": self._delete,
            "_resolve_stack_outputs": self._resolve_outputs,
            "_failed_operation": self._describe_failed_operation,
        }
        for place in (module(f"cloudformation.{name}") for name in _WRAPPED_IN):
            replace(place, **{name: one for name, one in functions.items() if hasattr(place, name)})

    def wait_for(self, operation: Coroutine[Any, Any, None]) -> None:
        """Run an operation of a nested stack to its end, from the thread of its resource."""
        asyncio.run_coroutine_threadsafe(operation, self._loop).result()

    async def _deploy(
        self,
        deploy: _Operation,
        stack_name: str,
        *arguments: Any,  # noqa: ANN401 - the engine's own
        **options: Any,  # noqa: ANN401 - likewise
    ) -> None:
        """Create or update a stack; a nested one then waits for its root's cleanup."""
        self._loop = asyncio.get_running_loop()
        stack = self.stacks[stack_name]
        parent = self.stacks.get(stack.get(PARENT, ""))
        *_, disable_rollback, _tags = arguments
        stack[ROLLBACK_DISABLED] = parent[ROLLBACK_DISABLED] if parent else disable_rollback
        _deployed.set(stack)
        await self._delete_failed_creations(stack, options.get("previous_stack"))
        await deploy(stack_name, *arguments, **options)
        if stack["StackStatus"] == "UPDATE_COMPLETE":
            # No reader runs in between: the status does not go back and forth.
            if parent is None:
                await self._clean_up(stack)
            else:
                self._enter(stack, CLEANUP)

    async def _roll_back(  # noqa: PLR0913, PLR0917 - the engine's own
        self,
        roll_back: _Operation,
        stack_name: str,
        stack_id: str,
        stack: Stack,
        operation: dict[str, Any],
        reason_override: str = "",
    ) -> None:
        """Roll an operation back; what it would have deleted in its cleanup stays."""
        if not operation["is_update"]:
            stack["DeletionTime"] = timestamp()
        stack.pop(_PENDING_DELETES, None)
        await roll_back(stack_name, stack_id, stack, operation, reason_override)

    async def _delete_stack(
        self, delete: _Operation, stack_name: str, *arguments: object, **options: object
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self.stacks[stack_name]["DeletionTime"] = timestamp()
        await delete(stack_name, *arguments, **options)

    def _delete(  # noqa: PLR0913, PLR0917 - the engine's own
        self,
        delete: Callable[..., None],
        resource_type: str,
        physical_id: str,
        properties: dict[str, Any],
        stack_name: str = "",
        logical_id: str = "",
    ) -> None:
        """Delete a resource; in a cleanup with events, several attempts, and the root's consent."""
        arguments = (resource_type, physical_id, properties, stack_name, logical_id)
        stack = self.stacks.get(stack_name)
        if stack is None or stack["StackStatus"] != CLEANUP:
            delete(*arguments)
        elif PARENT in stack:
            stack.setdefault(_PENDING_DELETES, []).append(arguments)
        else:
            self._delete_in_cleanup(*arguments)

    def _resolve_outputs(self, resolve: Callable[..., object], *arguments: Any) -> object:  # noqa: ANN401
        """Resolve a stack's outputs: the last that can fail before an update's cleanup."""
        outputs = resolve(*arguments)
        stack = self.stacks[arguments[-2]]
        if stack["StackStatus"] == "UPDATE_IN_PROGRESS":
            self._enter(stack, CLEANUP)
        return outputs

    def _describe_failed_operation(
        self,
        describe: Callable[..., dict[str, Any]],
        *arguments: Any,  # noqa: ANN401 - the engine's own
    ) -> dict[str, Any]:
        """Describe a failed operation, with the resource that failed to create."""
        is_update, previous, created, failed_update, failed_logical_id, *rest = arguments
        replaced, _cancelled, template = rest[:3]
        stack = _deployed.get()
        record = stack.pop(FAILED_CREATION, None)
        if record is not None and record["LogicalResourceId"] == failed_logical_id:
            stack["_resources"][failed_logical_id] = record
            created = [*created, record["LogicalResourceId"]]
        if stack[ROLLBACK_DISABLED] and PARENT not in stack:
            self._keep_replaced(stack, previous or {}, replaced, template)
            if failed_update is not None:
                # It was put back already, while the stack was UPDATE_IN_PROGRESS.
                failed_update = (*failed_update[:3], None, None, None)
        return describe(is_update, previous, created, failed_update, failed_logical_id, *rest)

    def _keep_replaced(
        self, stack: Stack, previous: Stack, replaced: list[str], template: dict[str, Any]
    ) -> None:
        """Remember what the next successful update has to delete."""
        for logical_id in replaced:
            record = previous["_resources"][logical_id]
            policy = template["Resources"][logical_id].get("UpdateReplacePolicy")
            if policy not in _RETAINING:
                stack.setdefault(_PENDING_DELETES, []).append(_deletion(stack, record))

    async def _delete_failed_creations(self, stack: Stack, previous: Stack | None) -> None:
        """Delete what an operation without rollback left in ``CREATE_FAILED``."""
        resources = stack.get("_resources", {})
        failed = [one for one in resources.values() if one["ResourceStatus"] == "CREATE_FAILED"]
        for record in failed:
            await self._in_thread(self._delete_resource, *_deletion(stack, record))
            for holder in filter(None, (stack, previous)):
                holder["_resources"].pop(record["LogicalResourceId"], None)

    async def _clean_up(self, root: Stack) -> None:
        """Delete what nested stacks, or earlier updates without rollback, have left to delete."""
        nested = [one for one in self._descendants(root) if one["StackStatus"] == CLEANUP]
        pending = [one for stack in (*nested, root) for one in stack.pop(_PENDING_DELETES, [])]
        if not (nested or pending):
            return
        root["StackStatus"] = CLEANUP
        for deletion in pending:
            await self._in_thread(self._try_in_cleanup, *deletion)
        for stack in (*nested, root):
            self._enter(stack, "UPDATE_COMPLETE")

    def _descendants(self, stack: Stack) -> Iterator[Stack]:
        for child in list(self.stacks.values()):
            if child.get(PARENT) == stack["StackName"]:
                yield from self._descendants(child)
                yield child

    def _delete_in_cleanup(
        self, kind: str, physical_id: str, properties: dict[str, Any], name: str, logical_id: str
    ) -> None:
        about = (self.stacks[name]["StackId"], name, logical_id, kind)
        self._engine._add_event(*about, "DELETE_IN_PROGRESS", physical_id=physical_id)  # noqa: SLF001
        for attempt in range(1, _CLEANUP_ATTEMPTS + 1):
            try:
                self._delete_resource(kind, physical_id, properties, name, logical_id)
                break
            except Exception:
                if attempt == _CLEANUP_ATTEMPTS:
                    raise
        self._engine._add_event(*about, "DELETE_COMPLETE", physical_id=physical_id)  # noqa: SLF001

    def _try_in_cleanup(self, *deletion: Any) -> None:  # noqa: ANN401 - see delete_resource
        kind, physical_id, _, name, logical_id = deletion
        try:
            self._delete_in_cleanup(*deletion)
        except Exception as problem:  # noqa: BLE001 - a failing cleanup fails no update
            about = (self.stacks[name]["StackId"], name, logical_id, kind)
            self._engine._add_event(*about, "DELETE_FAILED", str(problem), physical_id)  # noqa: SLF001

    def _enter(self, stack: Stack, status: str) -> None:
        stack["StackStatus"] = status
        name, stack_id = stack["StackName"], stack["StackId"]
        self._engine._add_event(stack_id, name, name, _STACK_TYPE, status, physical_id=stack_id)  # noqa: SLF001

    async def _in_thread(self, act: Callable[..., None], *arguments: Any) -> None:  # noqa: ANN401
        # A thread of its own: what is deleted may call the emulator and wait.
        await self._engine.run_reentrant(act, *arguments)


def _deletion(stack: Stack, record: dict[str, Any]) -> tuple[Any, ...]:
    keys = ("ResourceType", "PhysicalResourceId", "Properties")
    return (*(record[key] for key in keys), stack["StackName"], record["LogicalResourceId"])
