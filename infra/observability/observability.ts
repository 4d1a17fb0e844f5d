import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { DurableFunction } from "../durable-function.ts";
import { alarmPrefix } from "../names.ts";
import type { PublishedFunction } from "../published-function.ts";
import { AlarmTopic } from "./alarm-topic.ts";
import { alarmDescription, type AlarmKind, type AlarmRule, ALARMS, SCHEDULES_ALARM } from "./alarms.ts";
import { dashboardBody } from "./dashboard.ts";
import { metricParts } from "./metrics.ts";
import { TaskFailures } from "./task-failures.ts";
import type { Watched } from "./watched.ts";

export interface ObservabilityArgs extends Pick<Watched, "place" | "settings" | "scheduleGroups"> {
  readonly functions: Readonly<Record<string, PublishedFunction>>;
  /** Beside those of the functions. */
  readonly otherDeadLetterQueues: Readonly<Record<string, aws.sqs.Queue>>;
  readonly cluster: aws.ecs.Cluster;
}

/** The span that alarms look at, in seconds. */
const PERIOD = 300;

/**
 * What a person sees of the stack, and what calls for one: a dashboard, and an alarm for everything that does not mend itself,
 * all to one topic.
 *
 * Costs about 10 USD a month (November 2026): 0.10 USD for each of the 54 alarms, 3 USD for the dashboard, 1 USD for the
 * topic's key. An account's first ten alarms and three dashboards are free.
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
    this.alarms = [
      ...this.#alarms("execution-failed", watched.durableFunctions),
      ...this.#alarms("execution-timed-out", watched.durableFunctions),
      ...this.#alarms("operations-near-limit", watched.durableFunctions),
      ...this.#alarms("storage-near-limit", watched.durableFunctions),
      ...this.#alarms("throttled", watched.functions),
      ...this.#alarms("dead-letters", watched.deadLetterQueues),
      ...this.#alarms("schedule-target-errors", watched.scheduleGroups),
      ...this.#alarms("schedule-dropped", watched.scheduleGroups),
      ...this.#alarms("task-not-started", { job: watched.notStartedRule }),
      this.#alarm("account", "running-near-quota"),
      this.#schedulesAlarm(),
    ];
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

  #watched({ place, settings, functions, otherDeadLetterQueues, scheduleGroups, cluster }: ObservabilityArgs): Watched {
    const all = Object.entries(functions);
    const queues = [...all.map(([name, { deadLetterQueue }]) => [name, deadLetterQueue] as const), ...Object.entries(otherDeadLetterQueues)];
    const namesOf = (components: typeof all) => Object.fromEntries(components.map(([name, component]) => [name, component.function.name]));
    return {
      place,
      settings,
      functions: namesOf(all),
      durableFunctions: namesOf(all.filter(([, component]) => component instanceof DurableFunction)),
      deadLetterQueues: Object.fromEntries(queues.map(([name, queue]) => [name, queue.name])),
      scheduleGroups,
      clusterName: cluster.name,
      notStartedRule: this.taskFailures.notStarted.name,
      failedRule: this.taskFailures.failed.name,
    };
  }

  /** One alarm for each of the names. */
  #alarms(kind: AlarmKind, names: Watched["functions"]): aws.cloudwatch.MetricAlarm[] {
    return Object.entries(names).map(([subject, value]) => this.#alarm(subject, kind, value));
  }

  #alarm(subject: string, kind: AlarmKind, value?: pulumi.Input<string>): aws.cloudwatch.MetricAlarm {
    const { metric, statistic, above, spans, means }: AlarmRule = ALARMS[kind];
    const { namespace, metricName, dimension } = metricParts(metric);
    return this.#create(`${subject}-${kind}`, {
      alarmDescription: alarmDescription(kind, `${subject}: ${means}`),
      namespace,
      metricName,
      ...(dimension !== undefined && value !== undefined && { dimensions: { [dimension]: value } }),
      statistic,
      period: PERIOD,
      threshold: above,
      evaluationPeriods: spans?.of ?? 1,
      datapointsToAlarm: spans?.above ?? 1,
    });
  }

  #schedulesAlarm(): aws.cloudwatch.MetricAlarm {
    const { name, query, above, means } = SCHEDULES_ALARM;
    return this.#create(`account-${name}`, {
      alarmDescription: alarmDescription(name, means),
      metricQueries: [{ id: "schedules", expression: query, period: PERIOD, returnData: true }],
      threshold: above,
      evaluationPeriods: 1,
    });
  }

  #create(name: string, args: Partial<aws.cloudwatch.MetricAlarmArgs> & Pick<aws.cloudwatch.MetricAlarmArgs, "evaluationPeriods">): aws.cloudwatch.MetricAlarm {
    return new aws.cloudwatch.MetricAlarm(
      name,
      {
        ...args,
        name: `${alarmPrefix()}${name}`,
        comparisonOperator: "GreaterThanThreshold",
        // Most of these metrics are silent while nothing happens.
        treatMissingData: "notBreaching",
        alarmActions: [this.topic.arn],
      },
      { parent: this },
    );
  }
}
