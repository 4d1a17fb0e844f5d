import * as pulumi from "@pulumi/pulumi";
import { type Build, bundle } from "./bundle.ts";

/** Bundles as a part of the program, which shows the message of what is wrong and no stack trace. */
export async function buildCode(projectFolder: string): Promise<Build> {
  try {
    return await bundle(projectFolder);
  } catch (error) {
    throw new pulumi.RunError((error as Error).message);
  }
}
