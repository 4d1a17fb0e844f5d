export interface MessageSender {
  /**
   * Sends a message in this turn's transaction.
   *
   * @throws AwsError when there is no such queue
   */
  send(queueArn: string, body: string, attributes?: Readonly<Record<string, string>>): void;
}
