import type { TaskDefinitionDeclaration } from "../declarations.ts";
import type { Image } from "./images.ts";

/** What differs from AWS in the tasks of a stack, in plain words: said once, at the start. */
export function startNotes(images: readonly Image[], definitions: readonly TaskDefinitionDeclaration[], environment: NodeJS.ProcessEnv): string[] {
  const bases = new Set(images.map(({ baseImage }) => baseImage).filter((base) => base !== undefined && base !== "scratch"));
  const notExecuted = new Set(images.flatMap((image) => image.notExecuted ?? []));
  const missing = definitions.flatMap(({ family, containers }) =>
    containers.flatMap(({ secrets = {} }) => Object.keys(secrets).filter((name) => environment[name] === undefined).map((name) => `${name} (${family})`)),
  );
  return [
    ...(bases.size > 0 ? [`Tasks run as processes of this machine, without their base images: ${[...bases].join(", ")}.`] : []),
    ...(notExecuted.size > 0 ? ["Not executed locally:", ...[...notExecuted].map((line) => `  ${line}`)] : []),
    ...(missing.length > 0 ? [`Secrets without a local value: ${missing.join(", ")}. Set an environment variable of the same name for npm start; until then, the tasks that need it fail.`] : []),
  ];
}
