"""The handlers of the races, by the Python SDK."""

from aws_durable_execution_sdk_python import DurableContext, durable_execution
from aws_durable_execution_sdk_python.config import Duration


def branch(context: DurableContext) -> None:
    context.step(lambda _: 1, name="before")
    context.wait(Duration.from_seconds(1), name="pause")
    context.step(lambda _: 2, name="after")


def five_branches(context: DurableContext) -> None:
    context.parallel([branch] * 5, name="five").throw_if_error()


def three_callbacks(context: DurableContext) -> list:
    callbacks = [context.create_callback(name=name) for name in ("one", "two", "three")]
    return [callback.result() for callback in callbacks]


CASES = {"fiveBranches": five_branches, "threeCallbacks": three_callbacks}


@durable_execution
def handler(event, context: DurableContext):
    return CASES[event["case"]](context)
