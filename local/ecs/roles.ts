import type { TaskDefinitionDeclaration } from "../declarations.ts";
import { AwsError } from "../errors.ts";
import type { AccessControl, Credentials, Principal, ServiceCaller } from "../iam/access.ts";
import { arn, type Identity } from "../identity.ts";
import { logStreamName, TaskStartError } from "./launch.ts";
import { secretAccess } from "./secrets.ts";
import type { Task, TaskOverrides } from "./task.ts";

const ECS_TASKS = "ecs-tasks.amazonaws.com";

export interface TaskRoles {
  /** Without one, containers have no credentials. */
  readonly taskRoleArn?: string;
  readonly executionRoleArn: string;
}

export function rolesOf(definition: TaskDefinitionDeclaration, overrides: TaskOverrides): TaskRoles {
  return {
    taskRoleArn: overrides.taskRoleArn ?? definition.taskRoleArn,
    executionRoleArn: overrides.executionRoleArn ?? definition.executionRoleArn,
  };
}

/** The roles of a task, each once. */
export function given({ executionRoleArn, taskRoleArn }: TaskRoles): Set<string> {
  return new Set(taskRoleArn === undefined ? [executionRoleArn] : [taskRoleArn, executionRoleArn]);
}

/** What ECS does with the roles of a task: the execution role is the platform's, the task role is the containers'. */
export class RoleSessions {
  readonly #iam: AccessControl;
  readonly #identity: Identity;

  constructor(iam: AccessControl, identity: Identity) {
    this.#iam = iam;
    this.#identity = identity;
  }

  /** @throws AwsError ClientException naming the role that ECS may not assume */
  check(roles: TaskRoles, task: Pick<Task, "id" | "arn">): void {
    for (const roleArn of given(roles)) this.#assume(roleArn, task);
  }

  /**
   * Credentials of the task role, where there is one.
   *
   * @throws TaskStartError when the task role cannot be assumed any more
   */
  credentials({ taskRoleArn }: TaskRoles, task: Task): Required<Credentials> | undefined {
    if (taskRoleArn === undefined) return undefined;
    return failing("", () => this.#iam.issueCredentials(this.#assume(taskRoleArn, task)));
  }

  /**
   * What the platform needs before a container can start: the image and a log stream.
   *
   * @throws TaskStartError with the refusal of IAM
   */
  prepare(roles: TaskRoles, task: Task, definition: TaskDefinitionDeclaration): void {
    const session = failing("", () => this.#assume(roles.executionRoleArn, task));
    for (const container of definition.containers) {
      this.#pull(session, container.image);
      for (const valueFrom of Object.values(container.secrets ?? {})) {
        failing("ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: ", () => {
          this.#iam.authorize(session, secretAccess(valueFrom, this.#identity));
        });
      }
      if (container.logGroupName === undefined) continue;
      const resource = arn(this.#identity, "logs", `log-group:${container.logGroupName}:log-stream:${logStreamName(task, container)}`);
      failing("ResourceInitializationError: failed to validate logger args: create stream: ", () => {
        this.#iam.authorize(session, { action: "logs:CreateLogStream", resource });
        this.#iam.authorize(session, { action: "logs:PutLogEvents", resource });
      });
    }
  }

  #pull(session: Principal, image: string): void {
    const repository = /^\d{12}\.dkr\.ecr\.[\w-]+\.amazonaws\.com\/([^:@]+)/.exec(image)?.[1];
    if (repository === undefined) return;
    failing("ResourceInitializationError: unable to pull secrets or registry auth: ", () => {
      this.#iam.authorize(session, { action: "ecr:GetAuthorizationToken", resource: "*" });
    });
    const resource = arn(this.#identity, "ecr", `repository/${repository}`);
    failing(`CannotPullContainerError: ${image}: `, () => {
      this.#iam.authorize(session, { action: "ecr:BatchGetImage", resource });
      this.#iam.authorize(session, { action: "ecr:GetDownloadUrlForLayer", resource });
    });
  }

  #assume(roleArn: string, task: Pick<Task, "id" | "arn">): Principal {
    const caller: ServiceCaller = { service: ECS_TASKS, sourceArn: task.arn, sourceAccount: this.#identity.accountId };
    try {
      return this.#iam.assumeRole(roleArn, caller, task.id);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      throw new AwsError(
        "ClientException",
        `ECS was unable to assume the role '${roleArn}' that was provided for this task. Please verify that the role being passed has the proper trust relationship and permissions and that your IAM user has permissions to pass this role. (${error.message})`,
      );
    }
  }
}

function failing<T>(prefix: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw new TaskStartError(`${prefix}${prefix === "" ? "" : `${error.code}: `}${error.message}`, { cause: error });
  }
}
