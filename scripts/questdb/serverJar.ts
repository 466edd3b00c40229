import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

/** The newest server whose jar Maven has and that runs on Java 17. */
export const QUESTDB_VERSION = "9.3.4";
const JAVA_MIN = 17;
const CACHE = fileURLToPath(new URL("../../.cache/questdb", import.meta.url));
const HOW = "apt-get install openjdk-17-jre-headless maven (Debian, Ubuntu) or brew install openjdk@17 maven (macOS)";
const run = promisify(execFile);

/**
 * Path of the server's jar, fetched once by Maven into `.cache/questdb` (30 MB, no dependencies). Throws with the way to get
 * Java or Maven where one is missing.
 */
export const serverJar = async (cache = CACHE): Promise<string> => {
  const name = `questdb-${QUESTDB_VERSION}.jar`;
  const jar = resolve(cache, name);
  await checkJava();
  if (existsSync(jar)) return jar;
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(join(cache, "download-")); // a broken download leaves no jar
  try {
    const artifact = `-Dartifact=org.questdb:questdb:${QUESTDB_VERSION}`;
    await run("mvn", ["-q", "-B", "dependency:copy", artifact, `-DoutputDirectory=${folder}`], { timeout: 300_000 });
    await rename(join(folder, name), jar);
  } catch (error) {
    const { code, stdout = "", message } = error as NodeJS.ErrnoException & { stdout?: string };
    if (code === "ENOENT") throw new Error(`mvn is not on this machine, and ${jar} is not there: ${HOW}`, { cause: error });
    throw new Error(`Maven could not fetch QuestDB ${QUESTDB_VERSION}: ${stdout.split("\n")[0] || message}`, { cause: error });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return jar;
};

const checkJava = async (): Promise<void> => {
  let said: string;
  try {
    said = (await run("java", ["-version"])).stderr;
  } catch (error) {
    throw new Error(`java is not on this machine: ${HOW}`, { cause: error });
  }
  const major = Number(/version "(\d+)/.exec(said)?.[1]);
  if (!(major >= JAVA_MIN)) throw new Error(`java ${major} is too old for QuestDB ${QUESTDB_VERSION}, which needs ${JAVA_MIN}: ${HOW}`);
};
