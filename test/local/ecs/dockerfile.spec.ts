import assert from "node:assert/strict";
import { parseDockerfile } from "../../../local/ecs/dockerfile.ts";
import { describeNotExecuted } from "../../../local/ecs/not-executed.ts";

const message = (text: string) => {
  let found = "";
  assert.throws(
    () => parseDockerfile(text),
    (error: Error) => {
      found = error.message;
      return error.name === "UserError";
    },
  );
  return found;
};

describe("a Dockerfile", () => {
  it("is followed through its last stage and the stages that one is based on", () => {
    const plan = parseDockerfile(`# syntax=docker/dockerfile:1
ARG NODE=24
FROM node:\${NODE} AS build
RUN npm ci
COPY . .

FROM node:\${NODE}-slim AS base
WORKDIR /srv
ENV NODE_ENV=production
FROM base
LABEL a=b
EXPOSE 80
USER node
WORKDIR app
COPY --chown=node:node --chmod=644 index.mjs *.json ./
STOPSIGNAL SIGINT
ENTRYPOINT ["node", "--enable-source-maps"]
CMD ["index.mjs"]
`);
    assert.deepEqual(plan, {
      workingDirectory: "/srv/app",
      environment: { NODE_ENV: "production" },
      entryPoint: ["node", "--enable-source-maps"],
      command: ["index.mjs"],
      stopSignal: "SIGINT",
      copies: [{ sources: ["index.mjs", "*.json"], destination: "/srv/app/", mode: 0o644, origin: "Dockerfile:15: COPY" }],
      baseImage: "node:24-slim",
      notExecuted: [],
    });
  });

  it("expands variables as Docker does", () => {
    const { environment, workingDirectory } = parseDockerfile(`ARG GLOBAL=global
FROM scratch
ARG GLOBAL
ARG LOCAL=local EMPTY
ENV A=1 \\
    B="b $A"
ENV A=2 C=$A D='$A' E=\\$A F=\${MISSING:-default} G=\${A:+set}\${MISSING:+unset} H=$GLOBAL-$LOCAL
ENV OLD the old form of $A
ENV PATH=/app/bin:$PATH
WORKDIR /\${LOCAL}
`);
    assert.deepEqual(environment, {
      A: "2",
      B: "b ",
      C: "1",
      D: "$A",
      E: "$A",
      F: "default",
      G: "set",
      H: "global-local",
      OLD: "the old form of 2",
      PATH: "/app/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    });
    assert.equal(workingDirectory, "/local");
  });

  it("has commands in exec form and in shell form", () => {
    const commands = (lines: string) => {
      const { entryPoint, command } = parseDockerfile(`FROM scratch\n${lines}`);
      return [entryPoint, command];
    };
    assert.deepEqual(commands('CMD ["a b", "c\\u0021"]'), [[], ["a b", "c!"]]);
    assert.deepEqual(commands("CMD node index.mjs && echo $HOME"), [[], ["/bin/sh", "-c", "node index.mjs && echo $HOME"]]);
    assert.deepEqual(commands("ENTRYPOINT ['node']"), [["/bin/sh", "-c", "['node']"], []]);
    assert.deepEqual(parseDockerfile("FROM gcr.io/distroless/nodejs24-debian13:nonroot\nCMD [\"index.mjs\"]").entryPoint, ["node"]);
  });

  it("copies to a folder when the destination says so, or when there are several sources", () => {
    const destination = (line: string) => parseDockerfile(`FROM scratch\nWORKDIR /app\n${line}`).copies[0]!.destination;
    assert.equal(destination("COPY a ."), "/app/");
    assert.equal(destination("COPY a ./"), "/app/");
    assert.equal(destination("COPY a lib/"), "/app/lib/");
    assert.equal(destination("COPY a b"), "/app/b");
    assert.equal(destination("COPY a b /opt"), "/opt/");
    assert.equal(destination('COPY ["with space", "/opt/x"]'), "/opt/x");
    assert.equal(destination("ADD a /"), "/");
  });

  it("has a shell form that runs in the shell of SHELL", () => {
    assert.deepEqual(parseDockerfile('FROM a\nSHELL ["/bin/bash", "-eu", "-c"]\nCMD work').command, ["/bin/bash", "-eu", "-c", "work"]);
  });

  it("names what takes a container, and what this machine must have instead", () => {
    const lines = (text: string) => parseDockerfile(text).notExecuted.map(describeNotExecuted);
    assert.deepEqual(lines("FROM a\n\nRUN make"), ["Dockerfile:3: RUN make"]);
    assert.deepEqual(lines("FROM a\nRUN apk add --no-cache \\\n    jq curl=8.1 && make"), ["Dockerfile:2: RUN apk add --no-cache jq curl=8.1 && make; `jq`, `curl` must exist on this machine"]);
    assert.deepEqual(lines("FROM a\nRUN apt-get update && apt-get install -y jq | cat"), ["Dockerfile:2: RUN apt-get update && apt-get install -y jq | cat; `jq` must exist on this machine"]);
    assert.deepEqual(lines("FROM a AS b\nRUN build\nFROM c\nCOPY --from=b /x /y"), ["Dockerfile:4: COPY --from=b /x /y; files of another stage or image are not copied"]);
    assert.deepEqual(lines("FROM a AS b\nRUN build\nFROM b"), ["Dockerfile:2: RUN build"]);
    assert.deepEqual(lines("FROM a\nADD https://example.com/x /x"), ["Dockerfile:2: ADD https://example.com/x /x; nothing is downloaded"]);
    assert.deepEqual(lines("FROM a\nADD x.tar.gz /x"), ["Dockerfile:2: ADD x.tar.gz /x; archives are not unpacked"]);
    assert.match(lines("FROM a\nCOPY <<EOF /x\ntext\nEOF")[0]!, /^Dockerfile:2: COPY .*; here-documents are not written$/);
    assert.match(lines("FROM a\nRUN <<EOF\napk add jq\nEOF\nCMD [\"x\"]")[0]!, /^Dockerfile:2: RUN <<EOF apk add jq EOF; `jq`/);
    assert.deepEqual(lines("FROM a\nSTOPSIGNAL SIGRTMIN+3"), ["Dockerfile:2: STOPSIGNAL SIGRTMIN+3; SIGTERM is sent instead"]);
    assert.deepEqual(lines("FROM a\nCOPY --parents a/b /x"), ["Dockerfile:2: COPY --parents a/b /x; --parents is not followed"]);
    assert.deepEqual(parseDockerfile("ARG V=3\nFROM alpine:$V AS b\nFROM b").baseImage, "alpine:3");
  });

  it("is refused where Docker refuses it", () => {
    assert.equal(message("FROM a\nCOPY x"), "Dockerfile:2: COPY needs a source and a destination.");
    assert.equal(message("FROM a\nSTOPSIGNAL NEVER"), "Dockerfile:2: STOPSIGNAL names no signal: NEVER.");
    assert.equal(message("# nothing"), "Dockerfile: there is no FROM instruction.");
  });
});
