import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** What an account has. Each member that is `denied` is refused. */
export interface FakeAccount {
  readonly durableApi: "there" | "missing" | "denied";
  readonly ecsRole: boolean | "denied";
  readonly concurrency: number | "denied";
  /** `none`: no applied quota, so that the default must be asked for. */
  readonly vcpus: number | "none" | "denied";
  readonly durableQuotas: Readonly<Record<string, number>> | "denied";
}

export interface FakeAws {
  readonly endpoint: string;
  /** Actions that were called, in their order. */
  readonly calls: readonly string[];
  close(): void;
}

type Response = readonly [status: number, body: object | string];

const XML = "https://sts.amazonaws.com/doc/2011-06-15/";
const ROLE = "<RoleName>AWSServiceRoleForECS</RoleName><Path>/</Path><RoleId>R</RoleId><Arn>arn:aws:iam::123456789012:role/r</Arn><CreateDate>2026-01-01T00:00:00Z</CreateDate>";
const DEFAULT_VCPUS = 6;

/** Answers the calls of the doctor as AWS's service models describe, for an account that a test describes. */
export async function startFakeAws(account: FakeAccount): Promise<FakeAws> {
  const calls: string[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      const action = actionOf(request.method ?? "", request.url ?? "", request.headers["x-amz-target"], body);
      calls.push(action);
      const [status, answer] = respond(account, action);
      const xml = typeof answer === "string";
      // restJson names the error in a header, awsJson in the body.
      const errorType = xml ? undefined : (answer as { __type?: string }).__type;
      response.writeHead(status, { "content-type": xml ? "text/xml" : "application/x-amz-json-1.1", ...(errorType !== undefined && { "x-amzn-errortype": errorType }) });
      response.end(xml ? answer : JSON.stringify(answer));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, calls, close: () => server.close() };
}

function actionOf(method: string, url: string, target: string | string[] | undefined, body: string): string {
  if (typeof target === "string") return target.slice(target.lastIndexOf(".") + 1);
  const query = new URLSearchParams(body).get("Action");
  if (query !== null) return query;
  if (method === "GET" && url.startsWith("/2016-08-19/account-settings")) return "GetAccountSettings";
  if (method === "GET" && /^\/2025-12-01\/functions\/[^/]+\/durable-executions/.test(url)) return "ListDurableExecutionsByFunction";
  return `${method} ${url}`;
}

function respond(account: FakeAccount, action: string): Response {
  const quota = (value: number): Response => [200, { Quota: { Value: value } }];
  switch (action) {
    case "GetCallerIdentity":
      return [200, `<GetCallerIdentityResponse xmlns="${XML}"><GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:user/me</Arn><UserId>U</UserId><Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`];
    case "GetRole":
      if (account.ecsRole === "denied") return xmlError(403, "AccessDenied");
      return account.ecsRole ? [200, `<GetRoleResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><GetRoleResult><Role>${ROLE}</Role></GetRoleResult></GetRoleResponse>`] : xmlError(404, "NoSuchEntity");
    case "ListDurableExecutionsByFunction":
      if (account.durableApi === "denied") return denied("User: me is not authorized to perform: lambda:ListDurableExecutionsByFunction");
      return account.durableApi === "missing" ? denied("Unable to determine service/operation name to be authorized") : [404, { __type: "ResourceNotFoundException", Message: "Function not found" }];
    case "GetAccountSettings":
      return account.concurrency === "denied" ? denied() : [200, { AccountLimit: { ConcurrentExecutions: account.concurrency, UnreservedConcurrentExecutions: account.concurrency } }];
    case "GetServiceQuota":
      if (account.vcpus === "denied") return denied();
      return account.vcpus === "none" ? [400, { __type: "NoSuchResourceException", Message: "none" }] : quota(account.vcpus);
    case "GetAWSDefaultServiceQuota":
      return quota(DEFAULT_VCPUS);
    case "ListServiceQuotas":
      return account.durableQuotas === "denied" ? denied() : [200, { Quotas: Object.entries({ "Concurrent executions": 1000, ...account.durableQuotas }).map(([QuotaName, Value]) => ({ QuotaName, Value })) }];
    default:
      return [404, { __type: "UnknownOperationException", Message: action }];
  }
}

function denied(Message = "User: me is not authorized"): Response {
  return [403, { __type: "AccessDeniedException", Message }];
}

function xmlError(status: number, code: string): Response {
  return [status, `<ErrorResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><Error><Type>Sender</Type><Code>${code}</Code><Message>no</Message></Error></ErrorResponse>`];
}
