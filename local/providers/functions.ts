import type { Identity } from "../identity.ts";
import { policyDocumentResult } from "./policy-document.ts";

/**
 * The result of a provider function (an "invoke").
 *
 * @returns nothing when the local stack has no result for it
 */
export function invokeResult(token: string, inputs: Readonly<Record<string, unknown>>, identity: Identity): Record<string, unknown> | undefined {
  switch (token) {
    case "aws:index/getRegion:getRegion":
      return { id: identity.region, name: identity.region, region: identity.region };
    case "aws:index/getCallerIdentity:getCallerIdentity":
      return { accountId: identity.accountId, arn: `arn:${identity.partition}:iam::${identity.accountId}:user/local-developer`, id: identity.accountId, userId: "AIDALOCALDEVELOPER" };
    case "aws:index/getPartition:getPartition":
      return { id: identity.partition, partition: identity.partition, dnsSuffix: "amazonaws.com", reverseDnsPrefix: "com.amazonaws" };
    case "aws:index/getAvailabilityZones:getAvailabilityZones":
      return { id: identity.region, names: ["a", "b", "c"].map((zone) => `${identity.region}${zone}`) };
    // To the program, the local stack is always new: nothing is there before its resources are.
    case "aws:lambda/getFunctions:getFunctions":
      return { id: identity.region, functionNames: [], functionArns: [] };
    case "aws:cloudwatch/getLogGroups:getLogGroups":
      return { id: identity.region, logGroupNames: [], arns: [] };
    case "aws:iam/getPolicyDocument:getPolicyDocument":
      return policyDocumentResult(inputs);
    default:
      return undefined;
  }
}
