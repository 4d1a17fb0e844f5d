"""Makes Lambda calls by botocore: takes a request a line as JSON, and answers in the same way."""

import json
import sys

from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.session import get_session

endpoint, region = sys.argv[1:3]
client = get_session().create_client(
    "lambda", region_name=region, endpoint_url=endpoint, config=Config(retries={"total_max_attempts": 1})
)


def call(operation: str, parameters: dict) -> dict:
    try:
        body = getattr(client, xform_name(operation))(**parameters)
        status = body.pop("ResponseMetadata")["HTTPStatusCode"]
        if "Payload" in body:
            body["Payload"] = body["Payload"].read().decode()
        return {"status": status, "body": body}
    except ClientError as error:
        return {"status": error.response["ResponseMetadata"]["HTTPStatusCode"], "error": error.response["Error"]["Code"]}


for line in sys.stdin:
    print(json.dumps(call(**json.loads(line)), default=lambda value: value.isoformat()), flush=True)
