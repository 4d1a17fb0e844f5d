/** The API of the local stack's clock, which AWS has no counterpart of: what server and callers agree on. */

/** What the requests are signed for. No AWS service has this name, and no policy of a program should name its actions. */
export const SIGNING_NAME = "local";
/** Operations are named by the header `X-Amz-Target: <prefix>.<operation>`, as in AWS JSON 1.0. */
export const TARGET_PREFIX = "LocalStack";

/** The greatest speed: beyond it, answers come too late for what waits for them. */
export const FASTEST = 1_000;
