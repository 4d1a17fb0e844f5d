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
 * @param percent of the starts that go to the newest version, 0 (no canary: all) to 50
 */
export function liveVersions(functionName: string, newest: pulumi.Output<string>, percent: number): LiveVersions {
  if (percent === 0) return { functionVersion: newest };
  const stable = pulumi.all([deployedVersion(functionName), newest]).apply(([deployed, version]) => deployed ?? version);
  return {
    functionVersion: stable,
    routingConfig: pulumi.all([stable, newest]).apply(([from, to]) => (from === to ? undefined : { additionalVersionWeights: { [to]: percent / 100 } })),
  };
}

/** The version that is live on AWS, or undefined for a function that is not there yet. */
function deployedVersion(functionName: string): pulumi.Output<string | undefined> {
  // The list comes first because asking for an alias that is not there is an error like any other.
  return aws.lambda
    .getFunctionsOutput()
    .apply(({ functionNames }) => (functionNames.includes(functionName) ? aws.lambda.getAliasOutput({ functionName, name: LIVE_ALIAS }).functionVersion : pulumi.output(undefined)));
}
