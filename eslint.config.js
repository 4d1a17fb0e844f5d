import tseslint from "typescript-eslint";
import { floors } from "./eslint.floors.js";

export default tseslint.config(
  { ignores: ["node_modules/", ".build/", ".local/"] },
  {
    files: ["**/*.ts", "**/*.tsx", "**/*.mts"],
    extends: [...tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true, allowBoolean: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
      // Interface implementations are async by contract, whether or not this one awaits.
      "@typescript-eslint/require-await": "off",
      eqeqeq: "error",
      "no-console": "error",
    },
  },
  {
    // mocha's describe and it return nothing worth awaiting; assertions on possibly missing values read better with `!`.
    files: ["test/**/*.ts", "**/*.spec.ts"],
    rules: {
      "@typescript-eslint/no-floating-promises": ["error", { allowForKnownSafeCalls: [] }],
      "@typescript-eslint/no-non-null-assertion": "off",
    },
  },
  ...floors,
  { files: ["local/cli/**/*.ts", "test/stack/**/*.ts", "bench/**/*.ts"], rules: { "no-console": "off" } },
);
