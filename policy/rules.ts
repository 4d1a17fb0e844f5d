import { encryptedAtRest } from "./encryption.ts";
import { namedActions, namedResources, ownPolicies, passRoleToOneService } from "./iam-rules.ts";
import { logRetention } from "./log-retention.ts";
import { noPublicAccess } from "./public-access.ts";
import { qualifiedTargets } from "./qualified-targets.ts";
import type { Rule } from "./rule.ts";
import { tagged } from "./tags.ts";

export const RULES: readonly Rule[] = [namedActions, namedResources, ownPolicies, passRoleToOneService, noPublicAccess, encryptedAtRest, logRetention, tagged, qualifiedTargets];
