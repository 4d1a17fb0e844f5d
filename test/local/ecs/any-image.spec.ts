import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { secretAccess } from "../../../local/ecs/secrets.ts";
import { identity, policy, role, trust } from "../iam/fixtures.ts";
import { EcsHarness, executionRole, taskRole, temporaryFolder } from "./fixtures.ts";

const RUN = "FROM alpine:3.22\nRUN apk add --no-cache nonesuch-tool\nWORKDIR /app\nCOPY job.sh /app/\n";

describe("the image of an ECS task", () => {
  it("runs although its RUN is not executed, and the stack names it", async () => {
    using folder = temporaryFolder();
    await using ecs = new EcsHarness({ folder: folder.path, dockerfile: `${RUN}ENTRYPOINT ["sh", "/app/job.sh"]\n`, script: "exit 0" });
    const notes = ecs.tasks.definitions.startNotes;
    assert.equal(notes[0], "Tasks run as processes of this machine, without their base images: alpine:3.22.");
    assert.match(notes.join("\n"), /\nNot executed locally:\n {2}.*Dockerfile:2: RUN apk add --no-cache nonesuch-tool; `nonesuch-tool` must exist on this machine$/);
    assert.equal((await ecs.stopped(await ecs.run())).containers[0]!.exitCode, 0);
  });

  it("whose entry point this machine lacks fails its task with a reason that says so", async () => {
    using folder = temporaryFolder();
    await using ecs = new EcsHarness({ folder: folder.path, dockerfile: `${RUN}ENTRYPOINT ["nonesuch-tool"]\n` });
    const { stopCode, stoppedReason } = await ecs.stopped(await ecs.run());
    assert.equal(stopCode, "TaskFailedToStart");
    assert.match(stoppedReason!, /^CannotStartContainerError: exec: "nonesuch-tool": executable file not found in \$PATH\. .*this machine has no such program\. Not executed locally: .*RUN apk add/);
  });

  it("whose script misses a program says which instruction would have installed programs", async () => {
    using folder = temporaryFolder();
    await using ecs = new EcsHarness({ folder: folder.path, dockerfile: `${RUN}CMD ["sh", "job.sh"]\n`, script: "nonesuch-tool" });
    const [container] = (await ecs.stopped(await ecs.run())).containers;
    assert.equal(container!.exitCode, 127);
    assert.match(container!.reason!, /^A program was not found\. Not executed locally: .*RUN apk add --no-cache nonesuch-tool/);
  });

  it("without a command, or with that of its base image only, says what is missing", async () => {
    using folder = temporaryFolder();
    await using ecs = new EcsHarness({ folder: folder.path, dockerfile: "FROM python:3\n" });
    assert.match((await ecs.stopped(await ecs.run())).stoppedReason!, /no command specified: the local stack does not use the base image python:3/);
  });

  it("finds its files at their absolute paths: in its command, its script and its environment, and can write beside them", async () => {
    using folder = temporaryFolder();
    await using ecs = new EcsHarness({
      folder: folder.path,
      dockerfile: 'FROM alpine\nENV DATA=/data/in.txt LIBRARY=/opt/lib:/usr/lib MESSAGE="see /data/in.txt" PATH=/opt/bin:$PATH\nCOPY in.txt /data/\nCOPY lib /opt/lib\nCOPY --chmod=755 tool /opt/bin/tool\nENTRYPOINT ["/bin/sh", "-c", "tool; cat /data/in.txt > /data/out.txt && cat /data/out.txt; echo $DATA $LIBRARY; echo $MESSAGE; ls /etc/hosts https://x/data/in.txt"]\n',
      files: { "in.txt": "content\n", "lib/x": "x", tool: "#!/bin/sh\necho from the tool\n" },
    });
    const task = await ecs.run();
    await ecs.stopped(task);
    const printed = ecs.messages();
    assert.deepEqual(printed.slice(0, 2), ["from the tool", "content"]);
    assert.match(printed[2]!, /^\/.+\/tasks\/.+\/data\/in\.txt \/.+\/tasks\/.+\/opt\/lib:\/usr\/lib$/);
    assert.equal(printed[3], "see /data/in.txt", "a text that is no path stays as it is");
    assert.ok(printed.includes("/etc/hosts"), "this machine's own paths stay");
    assert.ok(printed.some((line) => line.includes("https://x/data/in.txt")));
  });

  it("is replaced by the container's label local.command, with the command of the request behind it", async () => {
    using folder = temporaryFolder();
    await using ecs = new EcsHarness({ folder: folder.path, dockerfile: 'FROM alpine\nENTRYPOINT ["nonesuch-tool"]\nCMD ["default"]\n', container: { localCommand: ["echo", "instead"] } });
    await ecs.stopped(await ecs.run());
    await ecs.stopped(await ecs.run({ overrides: { containerOverrides: [{ name: "job", command: ["given"] }] } }));
    assert.deepEqual(ecs.messages(), ["instead", "instead given"]);
  });
});

describe("the secrets of an ECS task", () => {
  const PARAMETER = "arn:aws:ssm:eu-west-1:000000000000:parameter/token";
  const mayFetch = role(
    "execution",
    { ...executionRole.policies, secrets: policy({ Effect: "Allow", Action: "ssm:GetParameters", Resource: PARAMETER }) },
    trust("ecs-tasks.amazonaws.com", { ArnLike: { "aws:SourceArn": "arn:aws:ecs:eu-west-1:000000000000:*" } }),
  );
  const options = { script: 'echo "length ${#TOKEN_OF_THE_TEST}"', container: { secrets: { TOKEN_OF_THE_TEST: PARAMETER } } };
  afterEach(() => {
    delete process.env["TOKEN_OF_THE_TEST"];
  });

  it("come from environment variables of the stack, and are written nowhere", async () => {
    using folder = temporaryFolder();
    process.env["TOKEN_OF_THE_TEST"] = "hush-hush";
    await using ecs = new EcsHarness({ ...options, folder: folder.path, roles: [taskRole, mayFetch] });
    assert.deepEqual(ecs.tasks.definitions.startNotes, []);
    const task = await ecs.stopped(await ecs.run());
    assert.deepEqual(ecs.messages(), ["length 9"]);
    await ecs.store.committed();
    const files = readdirSync(folder.path, { recursive: true, encoding: "utf8", withFileTypes: true }).filter((entry) => entry.isFile());
    for (const { parentPath, name } of files) assert.ok(!readFileSync(join(parentPath, name)).includes("hush-hush"), name);
    assert.ok(!JSON.stringify([task, ecs.events, ecs.messages()]).includes("hush-hush"));
  });

  it("without a local value are named at start, and fail the task as a secret that ECS cannot fetch", async () => {
    using folder = temporaryFolder();
    await using ecs = new EcsHarness({ ...options, folder: folder.path, roles: [taskRole, mayFetch] });
    assert.match(ecs.tasks.definitions.startNotes.join("\n"), /^Secrets without a local value: TOKEN_OF_THE_TEST \(job\)\./);
    const { stopCode, stoppedReason } = await ecs.stopped(await ecs.run());
    assert.equal(stopCode, "TaskFailedToStart");
    assert.match(stoppedReason!, /^ResourceInitializationError: unable to pull secrets or registry auth: .*unable to retrieve secrets from ssm: .*set the environment variable TOKEN_OF_THE_TEST for npm start$/);
  });

  it("are refused to an execution role without the permission", async () => {
    using folder = temporaryFolder();
    process.env["TOKEN_OF_THE_TEST"] = "hush-hush";
    await using ecs = new EcsHarness({ ...options, folder: folder.path });
    const { stoppedReason } = await ecs.stopped(await ecs.run());
    assert.match(stoppedReason!, /^ResourceInitializationError: unable to pull secrets or registry auth: .*AccessDeniedException: .*ssm:GetParameters/);
  });

  it("are authorized under the ARN that IAM sees", () => {
    const secret = "arn:aws:secretsmanager:eu-west-1:000000000000:secret:db";
    assert.deepEqual(secretAccess("token", identity), { action: "ssm:GetParameters", resource: PARAMETER });
    for (const valueFrom of [secret, `${secret}-AbCdEf`, `${secret}-AbCdEf:password::`]) {
      assert.deepEqual(secretAccess(valueFrom, identity), { action: "secretsmanager:GetSecretValue", resource: `${secret}-AbCdEf` });
    }
  });
});
