import * as z from "zod";
import type { RegisteredResource } from "../program/resource.ts";

const functionCode = z.object({ code: z.object({ archive: z.record(z.string(), z.unknown()) }) });
const image = z.object({ contextFolder: z.string(), dockerfilePath: z.string() });

/** Files and folders of the code that functions and images are made of. */
export function codePlaces(resources: readonly RegisteredResource[]): Set<string> {
  const places = resources.flatMap(({ inputs, outputs }) => [
    ...Object.values(functionCode.safeParse(inputs).data?.code.archive ?? {}),
    ...Object.values(image.safeParse(outputs).data ?? {}),
  ]);
  // What is no path is a text, which is part of the program.
  return new Set(places.filter((place) => typeof place === "string"));
}
