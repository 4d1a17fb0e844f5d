import * as z from "zod";

const defaultTags = z.object({ tags: z.record(z.string(), z.string()).default({}) });

/** Default tags of each AWS provider: those of the program's own, and of the one that Pulumi makes from the stack's file. */
export class ProviderTags {
  readonly #ofDefaultProvider: Readonly<Record<string, string>>;
  readonly #byProvider = new Map<string, Readonly<Record<string, string>>>();

  /** @param ofDefaultProvider `aws:defaultTags` of the stack's file */
  constructor(ofDefaultProvider: Readonly<Record<string, string>>) {
    this.#ofDefaultProvider = ofDefaultProvider;
  }

  /** Notes a provider that the program declares. @param inputs as on Pulumi's wire, where nested ones are JSON */
  add(id: string, inputs: Readonly<Record<string, unknown>>): void {
    const given = typeof inputs.defaultTags === "string" ? defaultTags.parse(JSON.parse(inputs.defaultTags)) : { tags: {} };
    this.#byProvider.set(id, given.tags);
  }

  /** @param reference `<URN>::<id>` of the resource's provider; empty for the default provider */
  of(reference: string | undefined): Readonly<Record<string, string>> {
    const id = reference?.split("::").at(-1) ?? "";
    return this.#byProvider.get(id) ?? this.#ofDefaultProvider;
  }
}
