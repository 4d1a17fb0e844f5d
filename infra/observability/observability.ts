import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { DurableFunction } from "../durable-function.ts";
import { alarmPrefix, stackName } from "../names.ts";
import type { PublishedFunction } from "../published-function.ts";
import { alarmChunks, alarmQuery } from "./alarm-query.ts";
import { alarmSubjects, type Term } from "./alarm-subjects.ts";
import { AlarmTopic } from "./alarm-topic.ts";
import { ALARM_KINDS, alarmDescription, type AlarmKind, type AlarmRule, ALARMS } from "./alarms.ts";
import { dashboardBody } from "./dashboard.ts";
import { TaskFailures } from "./task-failures.ts";
import type { Watched } from "./watched.ts";

export interface ObservabilityArgs extends Pick<Watched, "place" | "settings"> {
  readonly functions: Readonly<Record<string, PublishedFunction>>;
  /** A schedule with a group of its own, or a group of schedules. */
  readonly schedules: Readonly<Record<string, { readonly group: aws.scheduler.ScheduleGroup; readonly deadLetterQueue: aws.sqs.Queue }>>;
  /** Dead-letter queues of EventBridge rules. */
  readonly eventDeadLetterQueues: Readonly<Record<string, aws.sqs.Queue>>;
  readonly cluster: aws.ecs.Cluster;
}

/**
 * What a person sees of the stack, and what calls for one: a dashboard, and an alarm for each cause that needs a
 * person, all to one topic.
 *
 * Costs about 10 USD a month (November 2026): 0.10 USD for each metric of each alarm, 3 USD for the dashboard, 1 USD for the
 * topic's key, and 0.30 USD for each metric of our own in the hours in which it is written (docs/cost.md).
 */
export class Observability extends pulumi.ComponentResource {
  readonly topic: aws.sns.Topic;
  readonly dashboard: aws.cloudwatch.Dashboard;
  readonly taskFailures: TaskFailures;
  readonly alarms: readonly aws.cloudwatch.MetricAlarm[];

  constructor(name: string, args: ObservabilityArgs, opts?: pulumi.ComponentResourceOptions) {
    super("durable-workflows:infra:Observability", name, {}, opts);
    this.topic = new AlarmTopic("alarms", { place: args.place, email: args.settings.alarmEmail }, { parent: this }).topic;
    this.taskFailures = new TaskFailures("task-failures", { clusterArn: args.cluster.arn }, { parent: this });
    const watched = this.#watched(args);
    const subjects = alarmSubjects(watched);
    this.alarms = ALARM_KINDS.flatMap((kind) => alarmChunks(subjects[kind]).map((terms, index) => this.#alarm(kind, index, terms)));
    this.dashboard = new aws.cloudwatch.Dashboard(
      name,
      {
        dashboardName: `${pulumi.getProject()}-${pulumi.getStack()}`,
        dashboardBody: pulumi.jsonStringify(dashboardBody(watched, this.alarms.map(({ arn }) => arn))),
      },
      { parent: this },
    );
    this.registerOutputs({ topicArn: this.topic.arn });
  }

  #watched({ place, settings, functions, schedules, eventDeadLetterQueues, cluster }: ObservabilityArgs): Watched {
    const all = Object.entries(functions);
    const durable = all.filter(([, component]) => component instanceof DurableFunction);
    const plain = all.filter(([, component]) => !(component instanceof DurableFunction));
    const namesOf = (components: typeof all) => Object.fromEntries(components.map(([name, component]) => [name, component.function.name]));
    const queuesOf = (components: readonly (readonly [string, { readonly deadLetterQueue: aws.sqs.Queue }])[]) => Object.fromEntries(components.map(([name, { deadLetterQueue }]) => [name, deadLetterQueue.name]));
    const queueNames = (queues: Readonly<Record<string, aws.sqs.Queue>>) => Object.fromEntries(Object.entries(queues).map(([name, queue]) => [name, queue.name]));
    return {
      place,
      settings,
      stackName: stackName(),
      functions: namesOf(all),
      durableFunctions: namesOf(durable),
      deadLetterQueues: { ...queuesOf(all), ...queuesOf(Object.entries(schedules)), ...queueNames(eventDeadLetterQueues) },
      eventQueues: { ...queuesOf(plain), ...queueNames(eventDeadLetterQueues) },
      scheduleGroups: Object.fromEntries(Object.entries(schedules).map(([name, { group }]) => [name, group.name])),
      clusterName: cluster.name,
      notStartedRule: this.taskFailures.notStarted.name,
      failedRule: this.taskFailures.failed.name,
    };
  }

  /** @param index from 0, of the alarms that a kind needs because it watches more than fits into one */
  #alarm(kind: AlarmKind, index: number, terms: readonly Term[]): aws.cloudwatch.MetricAlarm {
    const rule: AlarmRule = ALARMS[kind];
    const name = index === 0 ? kind : `${kind}-${index + 1}`;
    return new aws.cloudwatch.MetricAlarm(
      name,
      {
        ...alarmQuery(terms, rule),
        name: `${alarmPrefix()}${name}`,
        alarmDescription: alarmDescription(kind),
        threshold: rule.above,
        comparisonOperator: "GreaterThanThreshold",
        evaluationPeriods: rule.periods?.of ?? 1,
        datapointsToAlarm: rule.periods?.above ?? 1,
        // Most of these metrics are silent while nothing happens.
        treatMissingData: "notBreaching",
        alarmActions: [this.topic.arn],
      },
      { parent: this },
    );
  }
}
