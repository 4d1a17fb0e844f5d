#!/usr/bin/env node
// A custom runtime in its entirety: it polls the Runtime API.
const api = `http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/invocation`;
for (;;) {
  const next = await fetch(`${api}/next`);
  const event = await next.json();
  const id = next.headers.get("lambda-runtime-aws-request-id");
  await fetch(`${api}/${id}/response`, { method: "POST", body: JSON.stringify({ custom: event, arn: next.headers.get("lambda-runtime-invoked-function-arn") }) });
}
