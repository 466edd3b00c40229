import { readFileSync } from "node:fs";
import type { NetworkManifest } from "../models/runtime/networkMember.ts";

const FOLDER = new URL("./fixtures/windowNetwork/", import.meta.url);
const json = (name: string): unknown => JSON.parse(readFileSync(new URL(name, FOLDER), "utf8"));

interface Golden {
  /** Windows of 32 bars × 8 features, flat. */
  readonly input: readonly (readonly number[])[];
  readonly output: readonly (readonly number[])[];
}

/** The network of scripts/window_network.py: random weights, which have learnt nothing. */
export const NETWORK = {
  model: new Uint8Array(readFileSync(new URL("model.onnx", FOLDER))),
  manifest: json("manifest.json") as NetworkManifest,
  golden: json("golden.json") as Golden,
  shape: { window: 32, width: 8, outputs: 4 },
} as const;

/** The same network with every number of one of its weights replaced; a tensor's bytes stand behind its name. */
export const withWeights = (name: string, value: number): Uint8Array => {
  const bytes = Buffer.from(NETWORK.model);
  const at = bytes.lastIndexOf(name) + name.length;
  // Tag and length of the field `raw_data`; its length takes one byte below 128.
  const [tag, length] = [bytes[at], bytes[at + 1] as number];
  if (tag !== 0x4a || length > 127) throw new Error(`no short weights called ${name}`);
  for (let i = 0; i < length; i += 4) bytes.writeFloatLE(value, at + 2 + i);
  return new Uint8Array(bytes);
};
