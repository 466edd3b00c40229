/** Reads what `ByteWriter` wrote. Bytes that end too soon throw a `RangeError`. */
export class ByteReader {
  private readonly bytes: Uint8Array;
  private readonly view: DataView;
  private at = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  byte(): number {
    this.at += 1;
    return this.view.getUint8(this.at - 1);
  }

  count(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.byte();
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  }

  float64(): number {
    this.at += 8;
    return this.view.getFloat64(this.at - 8, true);
  }

  text(): string {
    const head = this.count();
    const wide = head % 2 === 1;
    const units = Array.from({ length: Math.floor(head / 2) }, () => (wide ? this.byte() | (this.byte() << 8) : this.byte()));
    let text = "";
    for (let i = 0; i < units.length; i += UNITS) text += String.fromCharCode(...units.slice(i, i + UNITS));
    return text;
  }

  /** Everything that was not read yet; a view. */
  get rest(): Uint8Array {
    return this.bytes.subarray(this.at);
  }

  /** A view. */
  raw(length: number): Uint8Array {
    this.at += length;
    if (this.at > this.bytes.length) throw new RangeError("the bytes end too soon");
    return this.bytes.subarray(this.at - length, this.at);
  }
}

/** Arguments of one call. */
const UNITS = 4096;
