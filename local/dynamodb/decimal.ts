import { AwsError } from "../errors.ts";

/** `coefficient` × 10^`exponent`, with no zero at the end of the coefficient. */
interface Decimal {
  readonly coefficient: bigint;
  readonly exponent: number;
}

/** DynamoDB's numbers: 38 digits, magnitudes from 1E-130 to 9.99E+125 (Developer Guide, "Data types"). */
const MOST_DIGITS = 38;
const LARGEST_MAGNITUDE = 125;
const SMALLEST_MAGNITUDE = -130;

/** @throws AwsError ValidationException for what is no number of DynamoDB's */
export function canonicalNumber(text: string): string {
  return format(parse(text));
}

export function addNumbers(one: string, other: string, sign: 1 | -1 = 1): string {
  const [left, right] = [parse(one), parse(other)];
  const exponent = Math.min(left.exponent, right.exponent);
  const scaled = ({ coefficient, exponent: own }: Decimal) => coefficient * 10n ** BigInt(own - exponent);
  return format(checked(scaled(left) + BigInt(sign) * scaled(right), exponent));
}

export function compareNumbers(one: string, other: string): number {
  return Buffer.compare(sortableNumber(one), sortableNumber(other));
}

/** Bytes whose order is the numbers' order: sign, magnitude, digits; all turned over for negative ones. */
export function sortableNumber(text: string): Buffer {
  const { coefficient, exponent } = parse(text);
  if (coefficient === 0n) return Buffer.from("1");
  const negative = coefficient < 0n;
  const digits = String(negative ? -coefficient : coefficient);
  const bytes = String(digits.length + exponent + 500) + digits;
  if (!negative) return Buffer.from(`2${bytes}`);
  return Buffer.from(`0${bytes.replace(/\d/g, (digit) => String(9 - Number(digit)))}~`);
}

function parse(text: string): Decimal {
  const [, sign, whole = "", fraction = "", power = "0"] = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?$/.exec(text) ?? [];
  if (sign === undefined || whole + fraction === "") throw invalid(`The parameter cannot be converted to a numeric value: ${text}`);
  return checked(BigInt(`${whole}${fraction}`) * (sign === "-" ? -1n : 1n), Number(power) - fraction.length);
}

function checked(coefficient: bigint, exponent: number): Decimal {
  if (coefficient === 0n) return { coefficient, exponent: 0 };
  const [, digits = "", zeros = ""] = /^-?(\d*?)(0*)$/.exec(String(coefficient)) ?? [];
  const magnitude = digits.length + zeros.length - 1 + exponent;
  if (digits.length > MOST_DIGITS) throw invalid("Attempting to store more than 38 significant digits in a Number");
  if (magnitude > LARGEST_MAGNITUDE) throw invalid("Number overflow. Attempting to store a number with magnitude larger than supported range");
  if (magnitude < SMALLEST_MAGNITUDE) throw invalid("Number underflow. Attempting to store a number with magnitude smaller than supported range");
  return { coefficient: BigInt(digits) * (coefficient < 0n ? -1n : 1n), exponent: exponent + zeros.length };
}

function format({ coefficient, exponent }: Decimal): string {
  const negative = coefficient < 0n;
  const digits = String(negative ? -coefficient : coefficient);
  const point = digits.length + exponent;
  const plain =
    exponent >= 0 ? digits + "0".repeat(exponent) : point > 0 ? `${digits.slice(0, point)}.${digits.slice(point)}` : `0.${"0".repeat(-point)}${digits}`;
  return negative ? `-${plain}` : plain;
}

function invalid(message: string): AwsError {
  return new AwsError("ValidationException", message);
}
