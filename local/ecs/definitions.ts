import { readdir, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import type { ClusterDeclaration, ImageDeclaration, StackDeclaration, TaskDefinitionDeclaration } from "../declarations.ts";
import { arn, type Identity } from "../identity.ts";
import type { Store } from "../store/store.ts";
import { type Image, materialiseImage } from "./images.ts";
import { startNotes } from "./start-notes.ts";

export const definitionsSchema = `
CREATE TABLE IF NOT EXISTS ecs_task_definition (
  arn TEXT PRIMARY KEY,
  family TEXT NOT NULL,
  revision INTEGER NOT NULL,
  definition TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS ecs_image (
  uri TEXT PRIMARY KEY,
  image TEXT NOT NULL
);
`;

/**
 * What can be run, and where. Task definitions and images stay known after the program has moved on, because executions
 * that began with the old ones go on with them.
 */
export class Definitions {
  readonly #store: Store;
  readonly #identity: Identity;
  readonly #imagesFolder: string;
  /** Images that this process has unpacked, by URI. */
  readonly #unpacked = new Map<string, Image>();
  #declaration: Pick<StackDeclaration, "images" | "taskDefinitions"> = { images: [], taskDefinitions: [] };
  #clusters: readonly ClusterDeclaration[] = [];
  #startNotes: readonly string[] = [];

  constructor(options: { store: Store; identity: Identity; imagesFolder: string }) {
    this.#store = options.store;
    this.#identity = options.identity;
    this.#imagesFolder = options.imagesFolder;
  }

  /** @throws UserError when an image cannot be made from its Dockerfile */
  apply(declaration: Pick<StackDeclaration, "clusters" | "images" | "taskDefinitions">): void {
    const images = declaration.images.map((image) => [image.imageUri, this.#unpack(image)] as const);
    this.#declaration = declaration;
    this.#clusters = declaration.clusters;
    this.#startNotes = startNotes(images.map(([, image]) => image), declaration.taskDefinitions, process.env);
    this.#store.write((store) => {
      for (const [uri, image] of images) store.run("INSERT OR REPLACE INTO ecs_image (uri, image) VALUES (?, ?)", uri, JSON.stringify(image));
      for (const definition of declaration.taskDefinitions) {
        store.run(
          "INSERT OR REPLACE INTO ecs_task_definition (arn, family, revision, definition) VALUES (?, ?, ?, ?)",
          definition.arn,
          definition.family,
          definition.revision,
          JSON.stringify(definition),
        );
      }
    });
  }

  /** What differs from AWS in the tasks of the program, in plain words. */
  get startNotes(): readonly string[] {
    return this.#startNotes;
  }

  get clusters(): readonly ClusterDeclaration[] {
    return this.#clusters;
  }

  /** The ARN that a cluster's name or ARN means, whether or not there is such a cluster. */
  clusterArn(nameOrArn = "default"): string {
    return nameOrArn.startsWith("arn:") ? nameOrArn : arn(this.#identity, "ecs", `cluster/${nameOrArn}`);
  }

  cluster(nameOrArn?: string): ClusterDeclaration | undefined {
    const wanted = this.clusterArn(nameOrArn);
    return this.#clusters.find((cluster) => cluster.arn === wanted);
  }

  /** By ARN, `family:revision`, or `family` for its newest revision. */
  taskDefinition(reference: string): TaskDefinitionDeclaration | undefined {
    const [family = "", revision] = reference.replace(/^arn:.*:task-definition\//, "").split(":");
    const row = this.#store
      .prepare("SELECT definition FROM ecs_task_definition WHERE family = ? AND revision = coalesce(?, revision) ORDER BY revision DESC")
      .get(family, revision === undefined ? null : Number(revision)) as { definition: string } | undefined;
    if (row === undefined) return undefined;
    const definition = JSON.parse(row.definition) as TaskDefinitionDeclaration;
    return reference.startsWith("arn:") && revision !== undefined && definition.arn !== reference ? undefined : definition;
  }

  /** The ARN that a reference means to IAM, whether or not there is such a task definition. */
  taskDefinitionArn(reference: string): string {
    const known = this.taskDefinition(reference)?.arn;
    if (known !== undefined || reference.startsWith("arn:")) return known ?? reference;
    return arn(this.#identity, "ecs", `task-definition/${reference}${reference.includes(":") ? "" : ":*"}`);
  }

  image(uri: string): Image | undefined {
    const row = this.#store.prepare("SELECT image FROM ecs_image WHERE uri = ?").get(uri) as { image: string } | undefined;
    return row && (JSON.parse(row.image) as Image);
  }

  /**
   * Removes the files of images that no task can be started from: of no declared task definition, of no task, and of no
   * version of a function.
   *
   * @param inUse text with the ARNs of other task definitions that may be run
   */
  async removeOtherImages(inUse: string): Promise<void> {
    const declared = new Set(this.#declaration.taskDefinitions.map(({ arn }) => arn));
    const rows = this.#store.prepare("SELECT arn, definition FROM ecs_task_definition").all() as { arn: string; definition: string }[];
    const used = rows.filter(({ arn }) => declared.has(arn) || names(inUse, arn));
    const uris = new Set([
      ...this.#declaration.images.map(({ imageUri }) => imageUri),
      ...used.flatMap(({ definition }) => (JSON.parse(definition) as TaskDefinitionDeclaration).containers.map(({ image }) => image)),
    ]);
    const images = this.#store.prepare("SELECT uri, image FROM ecs_image").all() as { uri: string; image: string }[];
    const kept = new Set<string>();
    for (const { uri, image } of images) {
      if (uris.has(uri)) kept.add(basename((JSON.parse(image) as Image).rootFolder));
      else this.#forget(uri);
    }
    const folders = await readdir(this.#imagesFolder, { withFileTypes: true }).catch(() => []);
    for (const { name } of folders.filter((entry) => entry.isDirectory() && !kept.has(entry.name))) await rm(join(this.#imagesFolder, name), { recursive: true, force: true });
  }

  #forget(uri: string): void {
    this.#unpacked.delete(uri);
    this.#store.run("DELETE FROM ecs_image WHERE uri = ?", uri);
  }

  /** The URI says what is in the image, and a task may be about to copy its files: they are written once. */
  #unpack(declaration: ImageDeclaration): Image {
    const known = this.#unpacked.get(declaration.imageUri);
    if (known !== undefined) return known;
    const image = materialiseImage(declaration, this.#imagesFolder, new Set([...this.#unpacked.values()].map(({ rootFolder }) => rootFolder)));
    this.#unpacked.set(declaration.imageUri, image);
    return image;
  }
}

/** Whether a text has the ARN, and not only one of a later revision that begins like it. */
function names(text: string, arn: string): boolean {
  return text.split(arn).slice(1).some((rest) => !/^\d/.test(rest));
}
