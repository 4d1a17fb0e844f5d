/** Statements that nothing on one machine asks for, each with the reason. */
export const NOT_EXERCISED: readonly { readonly id: RegExp; readonly reason: string }[] = [
  { id: /\/WriteTraces$/, reason: "X-Ray is not simulated" },
  { id: /^network-flow-logs-/, reason: "the network, and with it its flow logs, is not simulated" },
  { id: /^alarms-(key|policy)\//, reason: "alarms, their topic and its key are not simulated" },
];

/** Actions of exercised statements that nothing here asks for, each with the reason. */
export const NOT_ASKED: Readonly<Record<string, string>> = {
  "lambda:GetDurableExecutionState": "asked for when the state of an execution has more than one page",
  "ecr:BatchCheckLayerAvailability": "images are not pulled here, and AWS's own policy for the role has it",
};
