import { irrelevant, notSimulated, simulated, type Properties } from "./treatment.ts";

const noRegistry = irrelevant("no image is built, pushed or pulled");

export const repositoryProperties: Properties = {
  encryptionConfigurations: noRegistry,
  forceDelete: noRegistry,
  imageScanningConfiguration: noRegistry,
  imageTagMutability: noRegistry,
  imageTagMutabilityExclusionFilters: noRegistry,
  lifecyclePolicy: noRegistry,
  name: simulated,
  region: noRegistry,
  tags: noRegistry,
};

export const imageProperties: Properties = {
  args: notSimulated,
  builderVersion: noRegistry,
  cacheFrom: noRegistry,
  context: simulated,
  dockerfile: simulated,
  imageName: noRegistry,
  imageTag: noRegistry,
  platform: irrelevant("processes run on this machine's processor"),
  registryId: noRegistry,
  repositoryUrl: simulated,
  target: notSimulated,
};
