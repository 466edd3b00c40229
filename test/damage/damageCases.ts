import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { FILE_LIST } from "../../src/store/hashing/fileList.ts";
import { chanceOf, damage, filesIn } from "./damage.ts";
import type { Damage } from "./damage.ts";
import type { Answer, Reader } from "./readers.ts";
import { BELIEVING, READERS } from "./readers.ts";
import { writeSmallStore } from "./smallStore.ts";

/**
 * What came of a case: the command refused and named the file; it said that files have no hash, and its output is otherwise the same; the
 * output is the same; or none of these, which is a fault.
 */
type Verdict = "noticed" | "told" | "harmless" | "SILENT";

export interface DamageCase {
  readonly number: number;
  readonly reader: string;
  readonly what: string;
  readonly verdict: Verdict;
  /** Of a fault: what the command answered. */
  readonly answer?: Answer;
}

/** A folder that cases are run in, one after the other: paths are in what commands write, so they must not change. */
class Place {
  readonly #folder: string;
  readonly #expected = new Map<Reader, Promise<Outcome>>();

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async made(seed: number): Promise<Place> {
    const place = new Place(await mkdtemp(join(tmpdir(), "riposte-damage-")));
    await writeSmallStore(join(place.#folder, "whole", "h"), seed);
    await mkdir(join(place.#folder, "whole", "b"));
    return place;
  }

  async run(reader: Reader, chance: () => number): Promise<Omit<DamageCase, "number">> {
    const expected = await (this.#expected.get(reader) ?? this.#remember(reader));
    await this.#restore();
    const target = reader === BELIEVING && chance() < 0.5 ? "b" : "h";
    const done = await damage(join(this.#folder, target), chance);
    const found = await this.#outcome(reader);
    const verdict = judged(found, expected, done);
    return { reader: reader.name, what: done.what, verdict, ...(verdict === "SILENT" ? { answer: found.answer } : {}) };
  }

  remove(): Promise<void> {
    return rm(this.#folder, { recursive: true, force: true });
  }

  /** What a reader makes of the undamaged store; beliefs are stored on the way. */
  async #remember(reader: Reader): Promise<Outcome> {
    await this.#restore();
    if (reader === BELIEVING) {
      await reader.run(this.#folder);
      await cp(join(this.#folder, "b"), join(this.#folder, "whole", "b"), { recursive: true });
      await rm(join(this.#folder, "out"), { recursive: true, force: true });
    }
    const outcome = this.#outcome(reader);
    this.#expected.set(reader, outcome);
    const { answer } = await outcome;
    if (answer.code !== 0) throw new Error(`${reader.name} fails on the undamaged store: ${answer.stderr}`);
    return outcome;
  }

  async #restore(): Promise<void> {
    for (const name of ["h", "b", "out", "trials.jsonl"]) await rm(join(this.#folder, name), { recursive: true, force: true });
    await cp(join(this.#folder, "whole"), this.#folder, { recursive: true });
  }

  async #outcome(reader: Reader): Promise<Outcome> {
    const answer = await reader.run(this.#folder);
    const out = join(this.#folder, "out");
    const hash = createHash("sha256").update(said(answer.stdout));
    for (const file of existsSync(out) ? await filesIn(out) : []) hash.update(file).update(steady(file, await readFile(join(out, file))));
    return { answer, wrote: existsSync(out), sha256: hash.digest("hex") };
  }
}

interface Outcome {
  readonly answer: Answer;
  readonly wrote: boolean;
  /** Of what it said and wrote, but for what differs from run to run. */
  readonly sha256: string;
}

/** The word on files without a hash, which is no part of what the history gives. */
const UNHASHED = /no hash/;

/** What a command prints, without its speed, the id of the run, the code's version and the word on files without a hash. */
const said = (stdout: string): string =>
  stdout
    .split("\n")
    .filter((line) => !/^(?:Speed|Kept as) /.test(line) && !UNHASHED.test(line))
    .join("\n")
    .replace(/\d+(?:\.\d+)? s\b|commit \S+/g, "");

/** The same of a file; the page, and the hashes that it is in, are not compared. */
const steady = (file: string, bytes: Buffer): Buffer | string => {
  if (file.endsWith(".html") || basename(file) === FILE_LIST) return "";
  return file.endsWith(".json") ? JSON.stringify(JSON.parse(bytes.toString("utf8"), lasting)) : bytes;
};

const PASSING = ["replaySeconds", "barsPerSecond", "peakRssMb", "seconds", "commit", "code", "id", "startedAt", "endedAt"];

const lasting = (key: string, value: unknown): unknown => {
  if (PASSING.includes(key)) return undefined;
  return key === "warnings" && Array.isArray(value) ? value.filter((warning) => !UNHASHED.test(JSON.stringify(warning))) : value;
};

const judged = ({ answer, wrote, sha256 }: Outcome, expected: Outcome, { files }: Damage): Verdict => {
  const { code, stdout, stderr } = answer;
  if (code === 0 && sha256 === expected.sha256) return UNHASHED.test(stdout + stderr) ? "told" : "harmless";
  const lines = stderr.split("\n").filter((line) => line !== "" && !/^NOTE |^[a-z ]+ .* % \(/.test(line));
  const names = [...files.map((file) => basename(file)), FILE_LIST];
  const oneLine = lines.length === 1 && (lines[0]?.startsWith("riposte: ") ?? false) && !stderr.includes("not a mistake of yours");
  return code === 1 && oneLine && !wrote && names.some((name) => stderr.includes(name)) ? "noticed" : "SILENT";
};

/** So many damages that the seed decides, each met by one of the readers, in the order of their numbers, which begin at `first`. */
export async function* damageCases(
  seed: number,
  count: number,
  readers: readonly Reader[] = READERS,
  first = 0,
): AsyncGenerator<DamageCase, void, undefined> {
  const place = await Place.made(seed);
  try {
    for (let number = first; number < first + count; number++) {
      const chance = chanceOf(seed * 1_000_003 + number);
      const reader = readers[Math.floor(chance() * readers.length)] as Reader;
      yield { number, ...(await place.run(reader, chance)) };
    }
  } finally {
    await place.remove();
  }
}
