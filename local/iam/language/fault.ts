/** A part of a policy that AWS refuses, or whose meaning AWS does not document. Its message follows the part's path. */
export class PolicyFault extends Error {}
