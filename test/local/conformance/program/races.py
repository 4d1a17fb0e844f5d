"""The handlers of the races, by the Python SDK."""

from aws_durable_execution_sdk_python import DurableContext, durable_execution
from aws_durable_execution_sdk_python.config import Duration


def branch(context: DurableContext) -> None:
    context.step(lambda _: 1, name="before")
    context.wait(Duration.from_seconds(1), name="pause")
    context.step(lambda _: 2, name="after")


def five_branches(context: DurableContext) -> None:
    context.parallel([branch] * 5, name="five").throw_if_error()


def answered(context: DurableContext) -> str:
    result = context.create_callback(name="callback").result()
    return context.step(lambda _: result, name="after")


def three_callbacks(context: DurableContext) -> list:
    return context.parallel([answered] * 3, name="three").get_results()


CASES = {"fiveBranches": five_branches, "threeCallbacks": three_callbacks}


@durable_execution
def handler(event, context: DurableContext):
    return CASES[event["case"]](context)
