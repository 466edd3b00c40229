import { readFileSync } from "node:fs";
import type { NetworkManifest } from "../models/runtime/networkMember.ts";

interface Golden {
  /** Windows of 32 bars × 8 features, flat. */
  readonly input: readonly (readonly number[])[];
  readonly raw: readonly (readonly number[])[];
  readonly output: readonly (readonly number[])[];
}

const read = (folder: string, outputs: number) => {
  const file = (name: string): Buffer => readFileSync(new URL(`./fixtures/${folder}/${name}`, import.meta.url));
  return {
    model: new Uint8Array(file("model.onnx")),
    manifest: JSON.parse(file("manifest.json").toString()) as NetworkManifest,
    golden: JSON.parse(file("golden.json").toString()) as Golden,
    shape: { window: 32, width: 8, outputs },
  };
};

/** The networks of scripts/window_network.py, of L2 and of L1: random weights, which have learnt nothing. */
export const NETWORK = read("windowNetwork", 4);
export const REGIME_NETWORK = read("regimeNetwork", 7);

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
