/** The account and Region that the local stack plays. */
export interface Identity {
  readonly partition: string;
  readonly region: string;
  /** 12 digits. */
  readonly accountId: string;
}

/** An account id that AWS never gives out, so that nothing local is ever mistaken for a real account. */
export const LOCAL_ACCOUNT_ID = "000000000000";

export function arn(identity: Identity, service: string, resource: string): string {
  return `arn:${identity.partition}:${service}:${identity.region}:${identity.accountId}:${resource}`;
}
