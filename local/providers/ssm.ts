import * as z from "zod";
import type { ParameterDeclaration } from "../declarations.ts";
import { arn } from "../identity.ts";
import type { RegisteredResource } from "../program/resource.ts";
import { declared } from "./declared.ts";
import { physicalName, type Providers } from "./provider.ts";

const PARAMETER = "aws:ssm/parameter:Parameter";

export const ssmProviders: Providers = {
  [PARAMETER]: (resource, context) => {
    const name = physicalName(resource, context);
    return { id: name, outputs: { name, version: 1, arn: arn(context.identity, "ssm", `parameter/${name.replace(/^\//, "")}`) } };
  },
};

const parameter = z
  .object({
    name: z.string(),
    arn: z.string(),
    type: z.enum(["String", "StringList", "SecureString"]),
    value: z.string().optional(),
    insecureValue: z.string().optional(),
    valueWo: z.string().optional(),
  })
  .transform(({ insecureValue = "", valueWo = insecureValue, value = valueWo, ...rest }) => ({ ...rest, value }));

export function declareParameters(resources: readonly RegisteredResource[]): ParameterDeclaration[] {
  return declared(resources, PARAMETER, parameter);
}
