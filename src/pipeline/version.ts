import { version } from "../../package.json";

/** What states and runs say they were made by. */
export const TOOL_VERSION = `coverslip ${version}`;
