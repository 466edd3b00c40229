import { describe, expect, it } from "vitest";
import { UserError } from "../../domain/units.ts";
import type { Command } from "./command.ts";
import { COMMANDS } from "../commands.ts";
import type { CommandEntry } from "../commands.ts";
import { runCommandLine } from "./main.ts";
import type { Terminal } from "./main.ts";

const entryOf = (run: Command["run"]): CommandEntry => {
  const command: Command = {
    name: "probe",
    summary: "does what the test says",
    options: {
      depth: { type: "string", value: "N", help: "how deep", default: "3" },
      tag: { type: "string", multiple: true, help: "a mark" },
    },
    run,
  };
  return { name: command.name, summary: command.summary, load: () => Promise.resolve(command) };
};

const play = async (args: string[], run: Command["run"] = () => Promise.resolve(), options: Partial<Terminal> = {}) => {
  const out = { stdout: "", stderr: "" };
  const code = await runCommandLine(args, {
    env: {},
    commands: [entryOf(run)],
    stderrIsTty: false,
    stderrColumns: 80,
    stdout: (text) => (out.stdout += text),
    stderr: (text) => (out.stderr += text),
    nowMs: () => 0,
    stop: new AbortController().signal,
    ...options,
  });
  return { code, ...out };
};

describe("help and version", () => {
  it.each([["--help"], ["-h"], ["help"]])("%s lists the commands without loading one", async (arg) => {
    const load = () => Promise.reject(new Error("loaded"));
    const result = await play([arg], undefined, { commands: [{ name: "probe", summary: "does what the test says", load }] });
    expect(result.code).toBe(0);
    expect(result.stdout).toMatch(/probe {2}does what the test says/);
    expect(result.stderr).toBe("");
  });

  it.each([
    ["probe", "--help"],
    ["probe", "-h"],
    ["help", "probe"],
  ])("%s %s shows the options", async (...args) => {
    const result = await play(args);
    expect(result.code).toBe(0);
    expect(result.stdout).toMatch(/--depth N +how deep \(default 3\)/);
    expect(result.stdout).toMatch(/--tag VALUE +a mark \(repeatable\)/);
    expect(result.stdout).toMatch(/--json +print exactly one JSON document/);
  });

  it.each([40, 60, 200])("keeps to %i columns, and to its own where nobody tells", async (columns) => {
    const help = "how deep it goes, which is said in more words than fit one line of a narrow terminal or of a wide one";
    const load = (): Promise<Command> =>
      Promise.resolve({ name: "probe", summary: help, options: { depth: { type: "string", help } }, run: () => Promise.resolve() });
    const commands = [{ name: "probe", summary: help, load }];
    const widest = async (args: string[], asked: number | undefined): Promise<number> =>
      Math.max(...(await play(args, undefined, { commands, columns: asked })).stdout.split("\n").map((line) => line.length));
    expect(await widest(["probe", "--help"], columns)).toBeLessThanOrEqual(Math.max(columns, 50));
    expect(await widest(["--help"], columns)).toBeLessThanOrEqual(Math.max(columns, 60));
    expect(await widest(["probe", "--help"], undefined)).toBeLessThanOrEqual(110);
  });

  it("prints the version of the package", async () => {
    expect((await play(["--version"])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it("without a command is wrong usage", async () => {
    const result = await play([]);
    expect(result).toMatchObject({ code: 2, stdout: "" });
    expect(result.stderr).toContain("usage: riposte <command>");
  });
});

describe("wrong usage", () => {
  it.each([
    [["prboe"], "riposte: there is no command prboe (did you mean probe?); see riposte --help\n"],
    [["train"], "riposte: there is no command train (there are: probe); see riposte --help\n"],
    [["--versoin"], "riposte: there is no option --versoin (there are: probe); see riposte --help\n"],
    [["probe", "--dept", "1"], "riposte: probe has no option --dept (did you mean --depth?); see riposte probe --help\n"],
  ])("%j", async (args, stderr) => {
    expect(await play(args)).toEqual({ code: 2, stdout: "", stderr });
  });
});

describe("output", () => {
  it("goes to stdout when printed and to stderr when logged", async () => {
    const result = await play(["probe"], (options, context) => {
      context.log("a log");
      context.print(`depth ${String(options["depth"])}`);
      context.print("whole line\n");
      return Promise.resolve({ unseen: true });
    });
    expect(result).toEqual({ code: 0, stdout: "depth 3\nwhole line\n", stderr: "a log\n" });
  });

  it("with --json is one document on stdout and all else on stderr", async () => {
    const result = await play(["probe", "--json"], (_options, context) => {
      context.log("a log");
      context.print("text");
      for (let done = 0; done <= 10; done++) context.progress("work", done, 10);
      return Promise.resolve({ json: context.json, nan: NaN });
    });
    expect(JSON.parse(result.stdout)).toEqual({ json: true, nan: null });
    expect(result.stderr).toBe("a log\ntext\n");
    expect((await play(["probe", "--json"])).stdout).toBe("null\n");
  });

  it("takes the bar off a terminal before a line is written", async () => {
    const { stderr } = await play(
      ["probe"],
      (_options, context) => {
        context.progress("work", 1, 10);
        context.log("a log");
        return Promise.resolve();
      },
      { stderrIsTty: true },
    );
    expect(stderr.endsWith("\r\u001b[2Ka log\n")).toBe(true);
  });
});

describe("errors", () => {
  it.each([[1] as const, [2] as const])("of the user are one line and exit %i", async (exitCode) => {
    const result = await play(["probe", "--json"], () => Promise.reject(new UserError("file x: mend it", exitCode)));
    expect(result).toEqual({ code: exitCode, stdout: "", stderr: "riposte: file x: mend it\n" });
  });

  it("of ours are one line, and a stack only on demand", async () => {
    const fail = () => Promise.reject(new TypeError("broken\n  in two"));
    const plain = await play(["probe"], fail);
    expect(plain.code).toBe(1);
    expect(plain.stderr).toBe("riposte: broken in two (not a mistake of yours; RIPOSTE_DEBUG=1 shows where)\n");
    const loud = await play(["probe"], fail, { env: { RIPOSTE_DEBUG: "1" } });
    expect(loud.stderr).toMatch(/^riposte: broken in two\nTypeError: broken\n {2}in two\n {4}at /);
    const thrown = await play(["probe"], () => {
      throw new Error("synchronously");
    });
    expect(thrown).toMatchObject({ code: 1 });
  });
});

describe("stop", () => {
  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ])("by %s keeps what the command returns and exits %i", async (signal, code) => {
    const stop = new AbortController();
    const run: Command["run"] = (_options, context) => {
      stop.abort(signal);
      context.log(`stopped: ${String(context.signal.aborted)}; kept 3 files`);
      return Promise.resolve({ kept: 3 });
    };
    const result = await play(["probe", "--json"], run, { stop: stop.signal });
    expect(result).toEqual({ code, stdout: '{\n  "kept": 3\n}\n', stderr: "stopped: true; kept 3 files\n" });
  });

  it("that ends in an abort or a user error exits the same way", async () => {
    const stop = new AbortController();
    stop.abort("SIGINT");
    const abort = (): Promise<never> => {
      stop.signal.throwIfAborted();
      throw new Error("unreachable");
    };
    expect(await play(["probe"], abort, { stop: stop.signal })).toMatchObject({ code: 130, stderr: "riposte: stopped\n" });
    const refuse = () => Promise.reject(new UserError("stopped; 2 months kept"));
    expect(await play(["probe"], refuse, { stop: stop.signal })).toMatchObject({ code: 130, stderr: "riposte: stopped; 2 months kept\n" });
  });
});

describe("the shipped commands", () => {
  it.each(COMMANDS)("$name has the name and summary that the help shows", async ({ name, summary, load }) => {
    const command = await load();
    expect({ name: command.name, summary: command.summary }).toEqual({ name, summary });
  });
});
