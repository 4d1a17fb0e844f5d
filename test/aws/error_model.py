"""Prints, from botocore's service models, the errors of each operation, and its method and path where the protocol has them."""

import json
import sys

from botocore.session import get_session


def described(model, name: str) -> dict:
    operation = model.operation_model(name)
    errors = sorted(shape.name for shape in operation.error_shapes)
    if model.metadata["protocol"] != "rest-json":
        return {"errors": errors}
    return {"http": f"{operation.http['method']} {operation.http['requestUri'].split('?')[0]}", "errors": errors}


def service(name: str) -> dict:
    model = get_session().get_service_model(name)
    return {operation: described(model, operation) for operation in sorted(model.operation_names)}


print(json.dumps({name: service(name) for name in sys.argv[1:]}))
