import { InvalidArgumentError } from "commander";
import { FASTEST } from "./local-clock.ts";

/** Parser of a whole number from `min` to `max`. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < min || value > max) throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
    return value;
  };
}

/** How many declared seconds pass in one real second. */
export function speedFactor(text: string): number {
  const value = Number(text);
  if (!(value >= 1 && value <= FASTEST)) throw new InvalidArgumentError(`It must be a number from 1 to ${FASTEST}.`);
  return value;
}
