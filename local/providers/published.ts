import type { RegisteredResource, Revisions } from "../program/resource.ts";
import { ecrPublishers } from "./ecr.ts";
import { ecsPublishers } from "./ecs.ts";
import { lambdaPublishers } from "./lambda.ts";
import type { PublishedResource, Publishers } from "./publisher.ts";

const publishers: Publishers = { ...ecrPublishers, ...ecsPublishers, ...lambdaPublishers };

/** What the resource's code determines; nothing for a resource without code or revision. */
export async function published(resource: RegisteredResource, revisions: Revisions): Promise<PublishedResource | undefined> {
  return publishers[resource.type]?.(resource, revisions);
}
