import { describe, expect, it } from "vitest";
import { checksumOf, zipOf } from "../../../test/contract/archiveFiles.ts";
import { parseChecksum } from "./checksum.ts";
import { parseFundingCsv } from "../../venues/binance/archive/fundingCsv.ts";
import { unzipCsv } from "./zip.ts";

describe("unzipCsv", () => {
  const zip = zipOf("X-1m-2023-03.csv", "1,2\n".repeat(500));

  it("gives the one CSV", async () => {
    expect((await unzipCsv(zip, "X.zip")).toString()).toBe("1,2\n".repeat(500));
  });

  it.each([
    ["truncated", zip.subarray(0, zip.length - 30)],
    ["empty", Buffer.alloc(0)],
    ["an error page", Buffer.from("<html>not found</html>")],
    ["another file", zipOf("readme.txt", "hello")],
    [
      "a damaged body",
      ((): Buffer => {
        const broken = Buffer.from(zip);
        broken[50] = (broken[50] as number) ^ 0xff;
        return broken;
      })(),
    ],
    ["a wrong CRC", zip.map((byte, i) => (zip.length - 22 - 16 - 46 + 16 === i ? byte ^ 1 : byte))],
  ])("refuses a zip that is %s in one line", async (_, bytes) => {
    await expect(unzipCsv(bytes, "X-1m-2023-03.zip")).rejects.toThrow(
      /^X-1m-2023-03\.zip is not a whole zip \([^\n]+\); nothing of this file was imported; download it again[^\n]*$/,
    );
  });
});

describe("parseChecksum", () => {
  const sum = "a".repeat(64);
  it.each([
    ["text mode", `${sum}  X.zip\n`],
    ["binary mode", `${sum} *X.zip`],
    ["a folder, capitals and Windows line ends", `${sum.toUpperCase()}  ./data/X.zip\r\n`],
    ["several files", `${"b".repeat(64)}  Y.zip\n${sum}  X.zip\n`],
  ])("reads %s", (_, text) => expect(parseChecksum(text, "X.zip")).toBe(sum));

  it("refuses what is none", () => {
    expect(() => parseChecksum("<html>", "X.zip")).toThrow('X.zip.CHECKSUM does not name X.zip ("<html>")');
    expect(() => parseChecksum(checksumOf(Buffer.from("x"), "Y.zip"), "X.zip")).toThrow("does not name X.zip");
  });
});

describe("parseFundingCsv", () => {
  const FILE = "BTCUSDT-fundingRate-2023-01.zip";
  const FROM_MS = Date.UTC(2023, 0, 1);
  const HEADER = "calc_time,funding_interval_hours,last_funding_rate";
  const parse = (...lines: string[]): ReturnType<typeof parseFundingCsv> => parseFundingCsv(Buffer.from(lines.join("\n")), FILE);

  it("floors times to the minute and keeps negative rates", () => {
    const { events } = parse(HEADER, `${FROM_MS + 6},8,0.00010000`, `${FROM_MS + 28_800_009},8,-0.00012345`);
    expect(
      events.map(({ eventTimeMs, knownAtMs, rate, intervalHours }) => [eventTimeMs - FROM_MS, knownAtMs - FROM_MS, rate, intervalHours]),
    ).toEqual([
      [0, 0, 0.0001, 8],
      [28_800_000, 28_800_000, -0.00012345, 8],
    ]);
    expect(events[0]?.markPrice).toBeNaN();
  });

  it("counts duplicates; the later of two that differ wins", () => {
    const parsed = parse(`${FROM_MS},8,0.0001`, `${FROM_MS + 3},8,0.0001`, `${FROM_MS + 5},8,0.0002`);
    expect([parsed.identicalDuplicates, parsed.conflictingDuplicates, parsed.events.map((event) => event.rate)]).toEqual([1, 1, [0.0002]]);
  });

  it.each([
    ["a rate that is none", [`${FROM_MS},8,x`], 'line 1 has last_funding_rate "x", which is not a finite number'],
    ["a rate of 1 and more", [`${FROM_MS},8,1.5`], 'line 1 has last_funding_rate "1.5", which is no fraction'],
    ["an interval of 0", [`${FROM_MS},0,0.1`], 'line 1 has funding_interval_hours "0", which is not above 0'],
    ["another month", [HEADER, `${FROM_MS - 1},8,0.1`], `line 2 has the time ${FROM_MS - 1}, which is not in 2023-01`],
    ["times out of order", [`${FROM_MS + 28_800_000},8,0.1`, `${FROM_MS},8,0.1`], `line 2 is out of order: time ${FROM_MS} comes after`],
    ["too few columns", [`${FROM_MS},8`], "line 1 has 2 columns instead of 3"],
  ])("refuses %s", (_, lines, message) => expect(() => parse(...lines)).toThrow(`${FILE} ${message}`));

  it("refuses a file without rows", () => expect(() => parse(HEADER)).toThrow(`${FILE} has no rows`));
});
