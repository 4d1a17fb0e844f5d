/** An event on the default bus, as a rule's pattern and target see it. */
export interface BusEvent {
  /** Such as `aws.ecs`. */
  readonly source: string;
  /** Such as `ECS Task State Change`. */
  readonly detailType: string;
  readonly resources: readonly string[];
  readonly detail: Readonly<Record<string, unknown>>;
}

export interface EventPublisher {
  /** Puts an event on the default bus in this turn's transaction; matching rules deliver it after the commit. */
  publish(event: BusEvent): void;
}
