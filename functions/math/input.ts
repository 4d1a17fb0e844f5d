import * as z from "zod";

export const mathInput = z.strictObject({ num1: z.number().default(0), num2: z.number().default(0) });
