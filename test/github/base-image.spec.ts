import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { git, runStep } from "./run-step.ts";

const DOCKERFILE = "container/sample/Dockerfile";
const digest = (digit: string) => `sha256:${digit.repeat(64)}`;

describe("The workflow that renews the base image", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "base-image-"));
    git(folder, "init", "--quiet");
    git(folder, "init", "--quiet", "--bare", join(folder, ".git/origin"));
    git(folder, "remote", "add", "origin", join(folder, ".git/origin"));
    cpSync(join(import.meta.dirname, "../..", DOCKERFILE), join(folder, DOCKERFILE));
    git(folder, "add", DOCKERFILE);
    git(folder, "commit", "--quiet", "--message", "first");
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const from = () => /^FROM (.*)$/m.exec(readFileSync(join(folder, DOCKERFILE), "utf8"))?.[1] ?? "";
  /** The registry prints this when it is asked for the one tag. */
  const pin = (printed: string) => runStep("base-image.yml", "Pin", folder, { docker: `[[ "$*" == "buildx imagetools inspect ${from().split("@")[0]!} "* ]] && ${printed}` });
  const openPullRequest = (open: number) =>
    runStep("base-image.yml", "Open a pull request", folder, { gh: `echo "$*" >> .git/gh.log; if [ "$2" = list ]; then echo ${open}; fi` }, { BRANCH: "base-image" });
  const created = () => readFileSync(join(folder, ".git/gh.log"), "utf8").split("\n").filter((line) => line.startsWith("pr create")).length;

  it("writes the digest that the registry has behind the tag, and replaces an older one", () => {
    const [tag] = from().split("@");
    for (const digit of ["1", "2"]) {
      assert.equal(pin(`echo ${digest(digit)}`).status, 0);
      assert.equal(from(), `${tag!}@${digest(digit)}`);
    }
  });

  it("fails, and writes nothing, when the registry gives no digest", () => {
    const before = from();
    for (const printed of ["exit 1", "echo", "echo sha256:too-short"]) assert.notEqual(pin(printed).status, 0, printed);
    assert.equal(from(), before);
  });

  it("opens one pull request with the change", () => {
    assert.equal(pin(`echo ${digest("1")}`).status, 0);
    const { status, output } = openPullRequest(0);
    assert.equal(status, 0, output);
    assert.match(git(folder, "show", `origin/base-image:${DOCKERFILE}`), new RegExp(`@${digest("1")}`));
    assert.equal(created(), 1);
  });

  it("renews the pull request that is open", () => {
    assert.equal(pin(`echo ${digest("1")}`).status, 0);
    assert.equal(openPullRequest(1).status, 0);
    assert.equal(created(), 0);
  });

  it("does nothing when the digest is the same", () => {
    assert.match(openPullRequest(0).output, /up to date/);
    assert.throws(() => created(), /ENOENT/);
  });
});
