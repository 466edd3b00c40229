import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

/** The real process: loader, signals, pipes. Each test starts Node, so there are few. */
const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const BIN = join(ROOT, "bin/riposte.mjs");
const LOADER = join(ROOT, "bin/loader.mjs");

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "riposte-cli-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}
const node = (args: string[], during?: (child: ReturnType<typeof spawn>, stderr: string) => void): Promise<Ended> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
    let [stdout, stderr] = ["", ""];
    child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => {
      stderr += chunk.toString();
      during?.(child, stderr);
    });
    child.on("error", reject);
    child.on("close", (code) => {
      resolve({ code, stdout, stderr });
    });
  });

describe("bin/riposte.mjs", () => {
  it("shows help from any folder, and says what is wrong with exit 2", async () => {
    const [help, wrong] = await Promise.all([node([BIN, "--help"]), node([BIN, "bakctest"])]);
    expect(help).toMatchObject({ code: 0, stderr: "" });
    expect(help.stdout).toContain("backtest");
    expect(wrong).toEqual({
      code: 2,
      stdout: "",
      stderr: "riposte: there is no command bakctest (did you mean backtest?); see riposte --help\n",
    });
  });
});

/** A script that runs the frame with one command of its own. */
const frame = async (name: string, body: string): Promise<string> => {
  const path = join(folder, name);
  await writeFile(
    path,
    `import { main } from ${JSON.stringify(join(ROOT, "src/cli/frame/main.ts"))};
     import { COMMANDS } from ${JSON.stringify(join(ROOT, "src/cli/commands.ts"))};
     const run = async (options: unknown, context: import(${JSON.stringify(join(ROOT, "src/cli/frame/command.ts"))}).CommandContext) => { ${body} };
     (COMMANDS as unknown[]).push({ name: "probe", summary: "", load: async () => ({ name: "probe", summary: "", options: {}, run }) });
     await main();`,
  );
  return path;
};

describe("signals and pipes", () => {
  const waiting = `const tick = setInterval(() => undefined, 1000); context.log("ready");
    await new Promise((done) => context.signal.addEventListener("abort", done)); clearInterval(tick); context.log("kept 1 file");`;

  it("ends clean at the first Ctrl-C, even when npm doubles it", async () => {
    const script = await frame("wait.ts", waiting);
    let sent = false;
    const ended = await node(["--import", LOADER, script, "probe"], (child, stderr) => {
      if (sent || !stderr.includes("ready")) return;
      sent = true;
      child.kill("SIGINT");
      child.kill("SIGINT");
    });
    expect(ended.code).toBe(130);
    expect(ended.stderr).toMatch(/riposte: stopping; once more to kill\nkept 1 file\n$/);
  });

  it("is killed by a second one when the command does not end", async () => {
    const script = await frame("deaf.ts", `setInterval(() => undefined, 1000); context.log("ready"); await new Promise(() => undefined);`);
    let sent = 0;
    const ended = await node(["--import", LOADER, script, "probe"], (child, stderr) => {
      if (sent > 0 || !stderr.includes("ready")) return;
      sent = 1;
      child.kill("SIGTERM");
      setTimeout(() => child.kill("SIGTERM"), 700);
    });
    expect(ended.code).toBe(143);
  });

  it("ends quietly when the reader closes the pipe", async () => {
    const script = await frame(
      "flood.ts",
      `for (let i = 0; i < 20000; i++) { context.print("x".repeat(100)); await new Promise(setImmediate); }`,
    );
    const child = spawn(process.execPath, ["--import", LOADER, script, "probe"], { stdio: ["ignore", "pipe", "pipe"] });
    let stderr = "";
    child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    child.stdout.once("data", () => child.stdout.destroy());
    const code = await new Promise((resolve) => child.on("close", resolve));
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  });
});

describe("loadUserModule", () => {
  it("loads TypeScript outside any package, and names the file in every refusal", async () => {
    const files: Record<string, string> = {
      "good.ts": `import { UserError } from ${JSON.stringify(join(ROOT, "src/domain/units.ts"))};
        enum Side { long } const later = await Promise.resolve(1); export default (): unknown => [Side.long, later, UserError];`,
      "syntax.ts": "export default {{;",
      "named.ts": "export const rule = 1;",
      "empty.ts": "export {};",
      "throws.ts": "throw new Error('at the top\\nsecond line');",
      "import.ts": "import './nowhere.ts'; export default () => 1;",
      "shape.ts": "export default 42;",
      "wrong.ts": "export default 'x' satisfies",
    };
    await Promise.all(Object.entries(files).map(([name, text]) => writeFile(join(folder, name), text)));
    await writeFile(
      join(folder, "load.ts"),
      `import { loadUserModule } from ${JSON.stringify(join(ROOT, "src/cli/members/userModule.ts"))};
       import { UserError } from ${JSON.stringify(join(ROOT, "src/domain/units.ts"))};
       const validate = (value: unknown) => { if (typeof value !== "function") throw new Error("the default export must be a function, got " + typeof value); return value; };
       const results: Record<string, unknown> = {};
       for (const name of process.argv.slice(2)) {
         try { const [side, later, error] = (await loadUserModule(name, validate))(); results[name] = [side, later, error === UserError]; }
         catch (error) { results[name] = error instanceof UserError ? error.message : error; }
       }
       console.log(JSON.stringify(results));`,
    );
    const names = [...Object.keys(files).map((name) => `./${name}`), "missing.ts", "."];
    const { stdout, stderr } = await node(["--import", LOADER, "load.ts", ...names]);
    expect(stderr).toBe("");
    const results = JSON.parse(stdout) as Record<string, unknown>;
    expect(results["./good.ts"]).toEqual([0, 1, true]);
    expect(results["./syntax.ts"]).toMatch(
      /^module \.\/syntax\.ts does not load \(by tsx\): .*syntax\.ts:1:16: ERROR: Expected identifier but found "\{"$/,
    );
    expect(results["./named.ts"]).toBe('module ./named.ts has no default export; it exports rule; add "export default …"');
    expect(results["./empty.ts"]).toBe('module ./empty.ts has no default export; it exports nothing; add "export default …"');
    expect(results["./throws.ts"]).toBe("module ./throws.ts does not load (by tsx): at the top");
    expect(results["./import.ts"]).toMatch(/^module \.\/import\.ts does not load \(by tsx\): Cannot find module .*nowhere\.ts/);
    expect(results["./shape.ts"]).toBe("module ./shape.ts: the default export must be a function, got number");
    expect(results["./wrong.ts"]).toMatch(/ERROR: Unexpected end of file$/);
    expect(results["missing.ts"]).toBe(`module missing.ts does not exist (looked for ${join(folder, "missing.ts")})`);
    expect(results["."]).toBe("module . is no file; name the .ts file itself");
  });
});
