def handler(event, context):
    return {"snake": event, "arn": context.invoked_function_arn}
