import { doWork } from "../kit/do-work.ts";
import { work } from "./work.ts";

doWork(work);
