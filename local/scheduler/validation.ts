import { isTimeZone, parseExpression } from "../../operator/schedule/expression.ts";
import type { ScheduleDeclaration } from "../declarations.ts";
import { AwsError } from "../errors.ts";
import { targetPayload } from "./target-input.ts";

const LAMBDA_ARN = /^arn:[\w-]+:lambda:[\w-]+:\d{12}:function:[\w-]+(?::[\w$-]+)?$/;

/**
 * What Scheduler checks of a schedule before it takes it.
 *
 * @throws AwsError ValidationException
 */
export function validateSchedule(schedule: ScheduleDeclaration): void {
  try {
    parseExpression(schedule.scheduleExpression);
  } catch (error) {
    throw invalid((error as Error).message);
  }
  const { scheduleExpressionTimezone: timeZone, startDate, endDate, target } = schedule;
  if (!isTimeZone(timeZone)) throw invalid(`The ScheduleExpressionTimezone ${timeZone} is not valid.`);
  if (startDate !== undefined && endDate !== undefined && Date.parse(startDate) >= Date.parse(endDate)) {
    throw invalid("The StartDate you specify must come before the EndDate.");
  }
  if (!LAMBDA_ARN.test(target.arn)) {
    throw invalid(`The local stack starts Lambda functions only, not the target ${target.arn}.`);
  }
  if (!isJsonOnceFilledIn(schedule)) throw invalid("The Input of a Lambda target must be well-formed JSON.");
}

function isJsonOnceFilledIn(schedule: ScheduleDeclaration): boolean {
  const identity = { partition: "aws", region: "us-east-1", accountId: "000000000000" };
  try {
    JSON.parse(targetPayload(schedule, { moment: 0, executionId: "0123456789abcdef", attempt: 1 }, identity));
    return true;
  } catch {
    return false;
  }
}

function invalid(message: string): AwsError {
  return new AwsError("ValidationException", message);
}
