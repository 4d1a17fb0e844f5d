/** Who may import whom: each folder of the project with the folders that it may import from, besides itself. Others may import anything. */
export const FLOORS = {
  "index.ts": ["infra", "functions", "container"],
  demo: ["functions", "operator"],
  infra: ["functions", "container", "operator"],
  functions: ["container", "operator"],
  container: [],
  cli: ["operator"],
  console: ["operator"],
  local: ["operator"],
  operator: [],
  policy: ["infra"],
  bootstrap: ["infra"],
};

/** Folders that nothing below may import, because they are on no floor. */
const ABOVE_ALL = ["test", "chaos", "bench", "doctor"];

const DEEPEST = 6;

/** One configuration for each folder and depth: an import goes up as many levels as its file is deep, and then down into another folder. */
export const floors = Object.entries(FLOORS).flatMap(([folder, allowed]) => {
  const denied = [...Object.keys(FLOORS), ...ABOVE_ALL].filter((other) => other !== folder && !allowed.includes(other));
  if (folder === "index.ts") return [floor([folder], String.raw`\.`, denied, folder, allowed)];
  return Array.from({ length: DEEPEST }, (_, depth) =>
    floor([`${folder}/${"*/".repeat(depth)}*.{ts,tsx,mts,mjs}`], `${String.raw`\.\./`.repeat(depth)}${String.raw`\.\.`}`, denied, folder, allowed),
  );
});

function floor(files, up, denied, folder, allowed) {
  const regex = `^${up}/(${denied.map((name) => name.replace(".", String.raw`\.`)).join("|")})(/|$)`;
  const message = `${folder} may import ${allowed.length === 0 ? "nothing outside of itself" : `from ${allowed.join(", ")} only`} (eslint.floors.js, docs/architecture.md).`;
  return {
    files,
    // A spec beside what it tests may use all that the tests have.
    ignores: ["**/*.spec.ts"],
    rules: {
      "no-restricted-imports": ["error", { patterns: [{ regex, message }] }],
      // The rule above doesn't see import().
      "no-restricted-syntax": ["error", { selector: `ImportExpression > Literal[value=/${regex.replaceAll("/", String.raw`\/`)}/]`, message }],
    },
  };
}
