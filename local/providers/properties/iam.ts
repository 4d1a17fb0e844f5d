import { deployment, description, irrelevant, members, onlyFor, simulated, tags, type Properties } from "./treatment.ts";

export const roleProperties: Properties = {
  assumeRolePolicy: simulated,
  description,
  forceDetachPolicies: deployment,
  inlinePolicies: members({ name: simulated, policy: simulated }),
  managedPolicyArns: simulated,
  maxSessionDuration: irrelevant("sessions last as long as their process"),
  name: simulated,
  namePrefix: simulated,
  path: onlyFor("/"),
  permissionsBoundary: simulated,
  tags,
};

export const rolePolicyProperties: Properties = { name: simulated, namePrefix: simulated, policy: simulated, role: simulated };

export const policyProperties: Properties = {
  delayAfterPolicyCreationInMs: deployment,
  description,
  name: simulated,
  namePrefix: simulated,
  path: simulated,
  policy: simulated,
  tags,
};

export const attachmentProperties: Properties = { policyArn: simulated, role: simulated };
