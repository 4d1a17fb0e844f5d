import * as pulumi from "@pulumi/pulumi";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

export const ACCOUNT = "123456789012";
export const REPOSITORY = "octo-org/octo-repo";
const PROJECT_NAME = "ci-bootstrap";

export interface Registered {
  readonly type: string;
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}

export interface Evaluated {
  readonly resources: readonly Registered[];
  readonly outputs: Readonly<Record<string, unknown>>;
}

/** Exported by the runtime, but missing from its types. */
const runtime = pulumi.runtime as typeof pulumi.runtime & { waitForRPCs(): Promise<void> };

const evaluations = new Map<string, Promise<Evaluated>>();

/** Evaluates bootstrap/index.ts under Pulumi's mocks, once for each configuration. @throws what the program throws */
export function evaluateBootstrap(config: Readonly<Record<string, string>> = { repository: REPOSITORY, environments: '["dev","staging","prod"]' }): Promise<Evaluated> {
  const key = JSON.stringify(config);
  const evaluation = evaluations.get(key) ?? evaluate(config);
  evaluations.set(key, evaluation);
  return evaluation;
}

async function evaluate(config: Readonly<Record<string, string>>): Promise<Evaluated> {
  const resources: Registered[] = [];
  pulumi.runtime.setAllConfig(Object.fromEntries(Object.entries(config).map(([key, value]) => [`${PROJECT_NAME}:${key}`, value])));
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs }) => {
        const plain = inputs as Record<string, unknown>;
        resources.push({ type, name, inputs: plain });
        return { id: `${name}-id`, state: { ...plain, name, region: "eu-west-1", arn: arnOf(type, name, plain) } };
      },
      call: ({ token }) => {
        const known: Record<string, Record<string, string>> = {
          "aws:index/getCallerIdentity:getCallerIdentity": { accountId: ACCOUNT },
          "aws:index/getPartition:getPartition": { partition: "aws" },
        };
        return known[token] ?? {};
      },
    },
    PROJECT_NAME,
    "account",
  );
  // A module is evaluated once for each address: the number makes this one new.
  const entry = `${pathToFileURL(join(import.meta.dirname, "../../bootstrap/index.ts")).href}?evaluation=${evaluations.size}`;
  const program = (await import(entry)) as { default: Record<string, unknown> };
  const outputs = await new Promise<Record<string, unknown>>((resolve) => pulumi.output(program.default).apply((plain) => resolve(plain as Record<string, unknown>)));
  await runtime.waitForRPCs();
  return { resources, outputs };
}

function arnOf(type: string, name: string, inputs: Readonly<Record<string, unknown>>): string {
  const path = typeof inputs.path === "string" ? inputs.path : "/";
  const physical = typeof inputs.name === "string" ? inputs.name : name;
  switch (type) {
    case "aws:iam/role:Role":
      return `arn:aws:iam::${ACCOUNT}:role${path}${physical}`;
    case "aws:iam/policy:Policy":
      return `arn:aws:iam::${ACCOUNT}:policy${path}${physical}`;
    case "aws:s3/bucket:Bucket":
      return `arn:aws:s3:::${physical}`;
    case "aws:kms/key:Key":
      return `arn:aws:kms:eu-west-1:${ACCOUNT}:key/${physical}`;
    case "aws:iam/openIdConnectProvider:OpenIdConnectProvider":
      return `arn:aws:iam::${ACCOUNT}:oidc-provider/token.actions.githubusercontent.com`;
    default:
      return `arn:aws:unknown::${ACCOUNT}:${physical}`;
  }
}
