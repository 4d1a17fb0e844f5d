/** An error in the shape that AWS services answer: thrown anywhere in a service, written to the wire by the gateway. */
export class AwsError extends Error {
  readonly code: string;
  readonly status: number;
  /** Members beside the message, such as `Type` or `retryAfterSeconds`. */
  readonly members: Readonly<Record<string, unknown>>;

  /** @param code the error code without namespace, such as `ResourceNotFoundException` */
  constructor(code: string, message: string, status = 400, members: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.name = code;
    this.code = code;
    this.status = status;
    this.members = members;
  }
}

/** A mistake of the person at the keyboard: shown as its message alone, without a stack trace. */
export class UserError extends Error {
  override readonly name = "UserError";
}
