import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import * as esbuild from "esbuild";
import { join } from "node:path";

const here = import.meta.dirname;
const folder = process.env.EVIDENCE_FOLDER;
if (folder === undefined) throw new Error("EVIDENCE_FOLDER must name the folder for the marks that the functions leave.");

// Below the run's own folder, so that runs side by side don't share it.
const bundle = join(folder, "bundle", "index.mjs");
await esbuild.build({
  entryPoints: [join(here, "functions.ts")],
  outfile: bundle,
  bundle: true,
  platform: "node",
  target: "node24",
  format: "esm",
  mainFields: ["module", "main"],
  logLevel: "silent",
});

const accountId = aws.getCallerIdentityOutput().accountId;
const prefix = `arn:aws:lambda:eu-west-1`;
const physicalName = (name: string) => `${pulumi.getProject()}-${name}`;
const functionArn = (name: string) => pulumi.interpolate`${prefix}:${accountId}:function:${physicalName(name)}`;

function roleFor(name: string, service: string, statements: aws.iam.PolicyStatement[]): aws.iam.Role {
  const role = new aws.iam.Role(`${name}-role`, {
    assumeRolePolicy: { Version: "2012-10-17", Statement: [{ Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" }] },
  });
  new aws.iam.RolePolicy(`${name}-policy`, { role: role.name, policy: { Version: "2012-10-17", Statement: statements } });
  return role;
}

function publish(name: string, durable: boolean, variables: Record<string, pulumi.Input<string>>, invokes: pulumi.Input<string>[]): aws.lambda.Alias {
  const role = roleFor(name, "lambda.amazonaws.com", [
    {
      Effect: "Allow",
      Action: ["lambda:CheckpointDurableExecution", "lambda:GetDurableExecutionState"],
      Resource: [pulumi.interpolate`${functionArn(name)}:*`],
    },
    ...(invokes.length === 0 ? [] : [{ Effect: "Allow" as const, Action: ["lambda:InvokeFunction"], Resource: invokes }]),
  ]);
  const fn = new aws.lambda.Function(name, {
    name: physicalName(name),
    role: role.arn,
    runtime: "nodejs24.x",
    handler: `index.${name}`,
    code: new pulumi.asset.AssetArchive({ "index.mjs": new pulumi.asset.FileAsset(bundle) }),
    timeout: 60,
    memorySize: 256,
    publish: true,
    environment: { variables: { EVIDENCE_FOLDER: folder ?? "", ...variables } },
    durableConfig: durable ? { executionTimeout: 3600, retentionPeriod: 1 } : undefined,
  });
  return new aws.lambda.Alias(`${name}-live`, { name: "live", functionName: fn.name, functionVersion: fn.version });
}

const steps = publish("steps", true, {}, []);
const callback = publish("callback", true, {}, []);
const note = publish("note", false, {}, []);
const tick = publish("tick", true, {}, []);
const chain = publish("chain", true, { CHILD_ARN: steps.arn, NOTE_ARN: note.arn }, [steps.arn, note.arn]);

const group = new aws.scheduler.ScheduleGroup("ticks");
const schedulerRole = roleFor("scheduler", "scheduler.amazonaws.com", [{ Effect: "Allow", Action: ["lambda:InvokeFunction"], Resource: [tick.arn] }]);
const everyMinute = new aws.scheduler.Schedule("every-minute", {
  name: "every-minute",
  groupName: group.name,
  scheduleExpression: "cron(* * * * ? *)",
  flexibleTimeWindow: { mode: "OFF" },
  target: {
    arn: tick.arn,
    roleArn: schedulerRole.arn,
    input: JSON.stringify({ schedule: "every-minute", moment: "<aws.scheduler.scheduled-time>" }),
  },
});

const functions = { steps, callback, chain, note, tick };

/** Named as in the project's own program, so that both are looked at in the same way. */
export default {
  ...Object.fromEntries(
    Object.entries(functions).flatMap(([name, alias]) => [
      [`${name}AliasArn`, alias.arn],
      [`${name}FunctionName`, alias.functionName],
      [`${name}Version`, alias.functionVersion],
    ]),
  ),
  scheduleGroupName: group.name,
  scheduleRoleArn: schedulerRole.arn,
  cronScheduleArn: everyMinute.arn,
};
