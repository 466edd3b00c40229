import { existsSync, readFileSync } from "node:fs";

const STATUS = "/proc/self/status";

/** This process's own peak in MB. Linux's maxRSS starts at that of the process that spawned it, VmHWM does not. */
export const peakRssMb = (): number => {
  const own = existsSync(STATUS) ? /VmHWM:\s+(\d+)/.exec(readFileSync(STATUS, "utf8"))?.[1] : undefined;
  return Math.round((own === undefined ? process.resourceUsage().maxRSS : Number(own)) / 102.4) / 10;
};
