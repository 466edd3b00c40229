import { readFileSync } from "node:fs";
import { join } from "node:path";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { expect, it } from "vitest";
import { configSchema } from "../../../config/schema.ts";
import { rngOf } from "../../../models/trained/fixtures/rng.ts";
import { listMembers } from "../../store/models/listMembers.ts";
import { verifyMember } from "../../store/models/verifyMember.ts";
import { optionsOf } from "./work.ts";

const ROWS = 2000;

/** A few at, just above and just below a number that a model was trained on; the rest wander around it. */
const rowsLike = (golden: readonly (readonly number[])[]): Float64Array => {
  const rng = rngOf(7);
  const nudges = [0, 1e-7, -1e-7];
  const numberAt = (row: number, column: number): number => {
    const known = (golden[row % golden.length] as readonly number[])[column] as number;
    return Math.fround(row % 4 === 0 ? known + rng.normal() : known * (1 + (nudges[(row + column) % 3] as number)));
  };
  const width = golden[0]?.length ?? 0;
  return Float64Array.from({ length: ROWS * width }, (_, i) => numberAt(Math.floor(i / width), i % width));
};

const options = await optionsOf(configSchema.parse({}));
const SHIPPED = listMembers(options.dir);

it("some members ship, of L1 and of L3", () => {
  expect(new Set(SHIPPED.map(({ layer }) => layer))).toEqual(new Set(["regime", "signal"]));
});

it.each(SHIPPED)("$layer member $member may speak, and ONNX Runtime gives its raw scores within a millionth", async (of) => {
  const { member, artefact } = verifyMember(of, options);
  const golden = (JSON.parse(String(artefact.files.get("golden.json"))) as { input: number[][] }).input;
  const rows = rowsLike(golden);
  const width = rows.length / ROWS;
  expect(member.answer(rows, ROWS, new Float64Array(ROWS * 7))).toBe("ok");
  const [layer, name, version] = [of.layer, ...of.member.split("@")] as [string, string, string];
  expect(artefact.manifest.onnx.length).toBeGreaterThan(0);
  for (const { file, raw } of artefact.manifest.onnx) {
    const session = await InferenceSession.create(readFileSync(join(options.dir, layer, name, version, file)), { intraOpNumThreads: 1 });
    const { raw: said } = await session.run({ x: new Tensor("float32", Float32Array.from(rows), [ROWS, width]) });
    let [largest, spread] = [0, 0];
    for (let row = 0; row < ROWS; row += 1)
      for (const [k, place] of raw.entries()) {
        const own = member.rawOf(row)[place] as number;
        largest = Math.max(largest, Math.abs(own - (said?.data[row * raw.length + k] as number)));
        spread = Math.max(spread, Math.abs(own));
      }
    // Logits are of the order of 1; float32 keeps seven digits of them.
    expect(largest / Math.max(1, spread)).toBeLessThan(1e-6);
    await session.release();
  }
});
