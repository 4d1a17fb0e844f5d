import { published } from "../providers/published.ts";
import { fillIn } from "./placeholders.ts";
import type { Evaluation, Publication, RegisteredResource, Revisions } from "./resource.ts";

/**
 * Reads the code that an evaluation refers to, gives what has changed a new revision, and puts revisions and digests in the
 * place of the evaluation's placeholders. A change of code alone needs this only, and no new evaluation.
 *
 * @param before the revisions of the last publication
 * @throws UserError when a file of the code is missing
 */
export async function publish(evaluation: Evaluation, before: Revisions): Promise<Publication> {
  const values = new Map<string, string>();
  const revisions: Record<string, Revisions[string]> = {};
  const resources: RegisteredResource[] = [];
  // In the order of registration: what a resource refers to was registered before it.
  for (const registered of evaluation.resources) {
    const resource = { ...registered, inputs: fillIn(registered.inputs, values) };
    const own = await published(resource, before);
    for (const [placeholder, value] of Object.entries(own?.values ?? {})) values.set(placeholder, value);
    if (own?.revision !== undefined) revisions[own.revision.resource] = own.revision.current;
    resources.push({ ...resource, outputs: { ...fillIn(registered.outputs, values), ...own?.outputs } });
  }
  return { resources, revisions, outputs: fillIn(evaluation.outputs, values) };
}
