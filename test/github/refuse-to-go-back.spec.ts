import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Ended, git, runStep } from "./run-step.ts";

describe("A deployment", () => {
  let folder: string;
  const commits: string[] = [];
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "refuse-to-go-back-"));
    git(folder, "init", "--quiet");
    for (const message of ["first", "second", "third"]) {
      git(folder, "commit", "--quiet", "--allow-empty", "--message", message);
      commits.push(git(folder, "rev-parse", "HEAD"));
    }
    git(folder, "checkout", "--quiet", commits[1]!);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** Runs the check on the second of three commits; `history` is the script that stands for `pulumi stack history`. */
  const check = (history: string): Ended => runStep("deploy-stack.yml", "Refuse to go back", folder, { pulumi: history }, { STACK: "prod" });
  const deployed = (environment: Readonly<Record<string, string>>) => `echo '${JSON.stringify([{ kind: "update", environment }])}'`;

  it("goes on over an older commit, over the same one, and where there is none yet", () => {
    for (const history of [deployed({ "git.head": commits[0]! }), deployed({ "git.head": commits[1]! }), "echo '[]'"]) assert.equal(check(history).status, 0, history);
  });

  it("is refused over a newer commit", () => {
    const { status, output } = check(deployed({ "git.head": commits[2]! }));
    assert.equal(status, 1);
    assert.match(output, /::error::prod has [0-9a-f]{40}, which is newer/);
  });

  it("is refused over a commit that the repository doesn't have, and over none", () => {
    for (const history of [deployed({ "git.head": "0123456789abcdef0123456789abcdef01234567" }), deployed({})]) {
      const { status, output } = check(history);
      assert.equal(status, 1);
      assert.match(output, /::error::prod has (0123\S+|an unknown commit), which is not in this repository/);
    }
  });

  it("is refused when the history can't be read", () => {
    assert.notEqual(check("echo 'error: could not read the history' >&2; exit 255").status, 0);
  });
});
