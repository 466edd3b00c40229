import { readFileSync } from "node:fs";
import { hostname } from "node:os";

/** Shows another process whether this one still runs. `startTicks` differs for a later process with the same id (Linux; "" elsewhere). */
export interface ProcessMark {
  readonly pid: number;
  readonly host: string;
  readonly startTicks: string;
}

/** The mark of this process. */
export const thisProcess = (): ProcessMark => ({ pid: process.pid, host: hostname(), startTicks: startTicks(process.pid) });

/** Whether the process of a mark runs: `elsewhere` where it is another machine's or container's, which cannot be asked from here. */
export const stateOf = ({ pid, host, startTicks: started }: ProcessMark): "alive" | "gone" | "elsewhere" => {
  if (host !== hostname()) return "elsewhere";
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM" ? "alive" : "gone";
  }
  const ticks = startTicks(pid);
  return ticks === "" || started === "" || ticks === started ? "alive" : "gone";
};

/** Start of a process in clock ticks since boot (field 22 of /proc/PID/stat); "" where there is no /proc. */
const startTicks = (pid: number): string => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  } catch {
    return ""; // no /proc here: the pid alone has to do
  }
};
