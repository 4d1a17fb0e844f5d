import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { LIVE_ALIAS } from "./names.ts";

type LiveVersions = Pick<aws.lambda.AliasArgs, "functionVersion" | "routingConfig">;

/**
 * Which version, or which two, the alias of a function points to.
 *
 * With a canary, most starts stay with the version that is live on AWS at this moment. The alias itself is asked for it:
 * neither the program nor its settings could know, and an answer from anywhere else could be wrong. A function whose newest
 * version is live already, or that is new, has no canary.
 *
 * @param parent whose provider asks AWS
 * @param percent of the starts that go to the newest version, 0 (no canary: all) to 50
 */
export function liveVersions(parent: pulumi.Resource, functionName: string, newest: pulumi.Output<string>, percent: number): LiveVersions {
  if (percent === 0) return { functionVersion: newest };
  const stable = pulumi.all([deployedVersion(parent, functionName), newest]).apply(([deployed, version]) => deployed ?? version);
  return {
    functionVersion: stable,
    routingConfig: pulumi.all([stable, newest]).apply(([from, to]) => (from === to ? undefined : { additionalVersionWeights: { [to]: percent / 100 } })),
  };
}

/** The version that is live on AWS, or undefined for a function that isn't there yet, or that has lost its alias. */
function deployedVersion(parent: pulumi.Resource, functionName: string): pulumi.Output<string | undefined> {
  // The list comes first, so that a new function needs no failed call.
  return aws.lambda.getFunctionsOutput({}, { parent }).apply(({ functionNames }) => (functionNames.includes(functionName) ? pulumi.output(aliasedVersion(parent, functionName)) : pulumi.output(undefined)));
}

/** @throws what GetAlias throws, but for a missing alias: the next deployment creates that one */
async function aliasedVersion(parent: pulumi.Resource, functionName: string): Promise<string | undefined> {
  try {
    return (await aws.lambda.getAlias({ functionName, name: LIVE_ALIAS }, { parent })).functionVersion;
  } catch (error) {
    // The provider hands on the text of AWS's error. Any other error must stop the run: it would give every start to the newest version.
    if (error instanceof Error && error.message.includes("ResourceNotFoundException")) return undefined;
    throw error;
  }
}
