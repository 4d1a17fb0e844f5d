import { readdir, readFile } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import * as z from "zod";
import type { ImageDeclaration } from "../declarations.ts";
import { arn } from "../identity.ts";
import { digestPlaceholder } from "../program/placeholders.ts";
import type { RegisteredResource } from "../program/resource.ts";
import { declared } from "./declared.ts";
import { physicalName, sha256, type Providers } from "./provider.ts";
import type { Publisher, Publishers } from "./publisher.ts";

const REPOSITORY = "awsx:ecr:Repository";
const IMAGE = "awsx:ecr:Image";

const imageInputs = z.object({ repositoryUrl: z.string(), context: z.string().default("."), dockerfile: z.string().optional() });

export const ecrProviders: Providers = {
  [REPOSITORY]: (resource, context) => {
    const name = physicalName(resource, context).toLowerCase();
    const { accountId, region } = context.identity;
    const url = `${accountId}.dkr.ecr.${region}.amazonaws.com/${name}`;
    return { id: name, outputs: { url, repository: { id: name, name, arn: arn(context.identity, "ecr", `repository/${name}`), repositoryUrl: url } } };
  },
  // Nothing is built here: the image is its build context and Dockerfile, under a digest of their content.
  [IMAGE]: (resource, context) => {
    const inputs = imageInputs.parse(resource.inputs);
    const contextFolder = resolve(context.projectFolder, inputs.context);
    const dockerfile = resolve(context.projectFolder, inputs.dockerfile ?? join(contextFolder, "Dockerfile"));
    const imageUri = `${inputs.repositoryUrl}@sha256:${digestPlaceholder(imageKey(resource))}`;
    return { id: imageUri, outputs: { imageUri, contextFolder, dockerfilePath: dockerfile } };
  },
};

const imageKey = ({ name }: { readonly name: string }) => `image/${name}`;

/** The digest of an image's build context. */
const publishImage: Publisher = async (resource) => {
  const { contextFolder, dockerfilePath } = image.parse(resource.outputs);
  return { values: { [digestPlaceholder(imageKey(resource))]: await contentDigest(contextFolder, dockerfilePath) } };
};
export const ecrPublishers: Publishers = { [IMAGE]: publishImage };

const image = z.object({ imageUri: z.string(), contextFolder: z.string(), dockerfilePath: z.string() });

export function declareImages(resources: readonly RegisteredResource[]): ImageDeclaration[] {
  return declared(resources, IMAGE, image).map(({ imageUri, contextFolder, dockerfilePath }) => ({
    imageUri,
    contextFolder,
    dockerfile: dockerfilePath,
  }));
}

async function contentDigest(folder: string, dockerfile: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const parts = await Promise.all(files.map(async (file) => [relative(folder, file), await readFile(file)] as const));
  return sha256(await readFile(dockerfile), ...parts.flat());
}
