import { asset, CustomResource } from "@pulumi/pulumi";
import { resolve } from "node:path";
import { UserError } from "../errors.ts";

/** Marks a value wrapped as secret on Pulumi's wire; the wrapped value is its sibling `value`. */
const SIGNATURE_KEY = "4dabf18193072939515e22adb298388d";

/**
 * A resource's inputs as plain data: secrets unwrapped, archives as the files and folders they hold, paths absolute.
 *
 * @throws UserError for assets that need a network (RemoteAsset, RemoteArchive)
 */
export async function plainInputs(value: unknown): Promise<unknown> {
  if (value === null || typeof value !== "object") return value;
  // A provider is given the id of a resource that the program passes whole, as in `new RolePolicy("p", { role })`.
  if (CustomResource.isInstance(value)) return new Promise((done) => value.id.apply(done));
  if (value instanceof asset.Archive) return { archive: await archiveParts(value) };
  if (value instanceof asset.Asset) return { file: await assetPath(value) };
  if (Array.isArray(value)) return Promise.all(value.map(plainInputs));
  if (SIGNATURE_KEY in value) return plainInputs((value as { value?: unknown }).value);
  const entries = await Promise.all(Object.entries(value).map(async ([key, member]) => [key, await plainInputs(member)] as const));
  return Object.fromEntries(entries);
}

/** Files and folders by their path in the archive; the archive's root is "". */
async function archiveParts(archive: asset.Archive): Promise<Record<string, string>> {
  if (archive instanceof asset.AssetArchive) {
    const assets = await archive.assets;
    const parts = await Promise.all(
      Object.entries(assets).map(async ([path, member]) => {
        if (member instanceof asset.Asset) return [[path, await assetPath(member)] as const];
        return Object.entries(await archiveParts(member)).map(([inner, part]) => [inner === "" ? path : `${path}/${inner}`, part] as const);
      }),
    );
    return Object.fromEntries(parts.flat());
  }
  if (archive instanceof asset.FileArchive) return { "": resolve(await archive.path) };
  throw new UserError("The local stack runs archives of local files only (AssetArchive or a FileArchive of a folder).");
}

async function assetPath(value: asset.Asset): Promise<string> {
  if (value instanceof asset.FileAsset) return resolve(await value.path);
  throw new UserError("The local stack runs FileAsset assets only: write the text or download to a file first.");
}
