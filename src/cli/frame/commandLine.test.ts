import { describe, expect, it } from "vitest";
import { UserError } from "../../domain/units.ts";
import type { OptionSpec } from "./command.ts";
import { parseCommandLine } from "./commandLine.ts";

const SPECS: Record<string, OptionSpec> = {
  symbol: { type: "string", multiple: true, value: "SYMBOL", help: "" },
  from: { type: "string", value: "TIME", help: "" },
  out: { type: "string", help: "", default: "out" },
  frames: { type: "string", multiple: true, help: "", default: "1h" },
  force: { type: "boolean", help: "" },
};
const parse = (...args: string[]) => parseCommandLine("backtest", SPECS, args);

describe("parseCommandLine", () => {
  it("reads values, repeats, flags, the last of a repeated single and the defaults", () => {
    expect(parse("--symbol", "A", "--symbol=B", "--from", "1", "--from=2", "--force").options).toEqual({
      symbol: ["A", "B"],
      from: "2",
      out: "out",
      frames: ["1h"],
      force: true,
    });
    expect(parse().options).toEqual({ out: "out", frames: ["1h"] });
    expect(parse("--frames", "2h").options["frames"]).toEqual(["2h"]);
  });

  it("keeps the frame's own options out of the command's", () => {
    const parsed = parse("--json", "-h");
    expect(parsed).toEqual({ options: { out: "out", frames: ["1h"] }, words: [], json: true, help: true });
    expect(parse("--help").help).toBe(true);
  });

  it("takes negative numbers and values with equals signs or dashes", () => {
    expect(parse("--from", "-1").options["from"]).toBe("-1");
    expect(parse("--from=--odd").options["from"]).toBe("--odd");
    expect(parse("--from", "a=b").options["from"]).toBe("a=b");
  });

  it("hands a command that takes words those that belong to no option, in their order", () => {
    const parsed = parseCommandLine("compare", SPECS, ["a", "--from", "1", "b", "--force", "c", "--", "--d"], true);
    expect(parsed).toMatchObject({ words: ["a", "b", "c", "--d"], options: { from: "1", force: true } });
  });

  it.each([
    [["--form", "1"], /backtest has no option --form \(did you mean --from\?\); see riposte backtest --help/],
    [["--frmo=1"], /did you mean --from\?/],
    [["--zzzzzz"], /backtest has no option --zzzzzz; see/],
    [["-x"], /backtest has no option -x/],
    [["--constructor"], /backtest has no option --constructor/],
    [["--from"], /--from needs a value \(TIME\)/],
    [["--from", ""], /--from needs a value \(TIME\)/],
    [["--symbol="], /--symbol needs a value \(SYMBOL\)/],
    [["--timerange", "x"], /no option --timerange \(did you mean --from\?\)/],
    [["--start=x"], /no option --start \(did you mean --from\?\)/],
    [["-p", "x"], /no option -p \(did you mean --symbol\?\)/],
    [["--strategy", "x"], /no option --strategy; see/],
    [["--from", "--force"], /--from needs a value \(TIME\)/],
    [["--force=yes"], /--force takes no value, got "yes"/],
    [["--no-force"], /has no option --no-force/],
    [["BTCUSDT"], /backtest does not know what to do with "BTCUSDT"/],
    [["--", "x"], /does not know what to do with "x"/],
  ])("refuses %j", (args, message) => {
    const run = () => parse(...args);
    expect(run).toThrow(message);
    expect(run).toThrow(expect.objectContaining({ exitCode: 2, constructor: UserError }) as Error);
  });
});
