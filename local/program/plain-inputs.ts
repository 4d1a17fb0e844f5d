import { resolve } from "node:path";

/** A file or folder on this machine, or a text. */
type ArchivePart = string | { readonly text: string };

/** Marks a value wrapped as secret on Pulumi's wire; the wrapped value is its sibling `value`. */
const SIGNATURE_KEY = "4dabf18193072939515e22adb298388d";

/** Pulumi's assets and archives, by their own marks: the program may have a Pulumi SDK of its own, and so other classes. */
type Marked = Readonly<Record<string, unknown>>;
const isArchive = (value: Marked) => value["__pulumiArchive"] === true;
const isAsset = (value: Marked) => value["__pulumiAsset"] === true;
const isResource = (value: Marked) => value["__pulumiCustomResource"] === true;

/**
 * A resource's inputs as plain data: secrets unwrapped, archives as the files and folders they hold, paths absolute. Assets and archives
 * that would have to be downloaded are left out.
 */
export async function plainInputs(value: unknown): Promise<unknown> {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return Promise.all(value.map(plainInputs));
  const object = value as Marked;
  // A provider is given the id of a resource that the program passes whole, as in `new RolePolicy("p", { role })`.
  if (isResource(object)) return new Promise((done) => (object["id"] as { apply(done: (id: unknown) => void): void }).apply(done));
  if (isArchive(object)) {
    const archive = await archiveParts(object);
    return archive && { archive };
  }
  if (isAsset(object)) return assetPart(object);
  if (SIGNATURE_KEY in object) return plainInputs(object["value"]);
  const entries = await Promise.all(Object.entries(object).map(async ([key, member]) => [key, await plainInputs(member)] as const));
  return Object.fromEntries(entries);
}

/** Files and folders by their path in the archive; the archive's root is "". */
async function archiveParts(archive: Marked): Promise<Record<string, ArchivePart> | undefined> {
  if ("assets" in archive) {
    const assets = (await archive["assets"]) as Record<string, Marked>;
    const parts = await Promise.all(Object.entries(assets).map(([path, member]) => memberParts(path, member)));
    return parts.includes(undefined) ? undefined : Object.fromEntries(parts.flatMap((each) => each ?? []));
  }
  return "path" in archive ? { "": resolve((await archive["path"]) as string) } : undefined;
}

async function memberParts(path: string, member: Marked): Promise<(readonly [string, ArchivePart])[] | undefined> {
  if (isArchive(member)) {
    const inner = await archiveParts(member);
    return inner && Object.entries(inner).map(([name, part]) => [name === "" ? path : `${path}/${name}`, part] as const);
  }
  const part = await assetPart(member);
  return part === undefined ? undefined : [[path, part]];
}

async function assetPart(value: Marked): Promise<ArchivePart | undefined> {
  if ("path" in value) return resolve((await value["path"]) as string);
  return "text" in value ? { text: String(await value["text"]) } : undefined;
}
