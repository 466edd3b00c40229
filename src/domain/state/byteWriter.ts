/** Numbers and texts as bytes, little-endian, in a buffer that grows. */
export class ByteWriter {
  private bytes = new Uint8Array(1 << 16);
  private view = new DataView(this.bytes.buffer);
  private at = 0;

  byte(value: number): void {
    this.room(1);
    this.bytes[this.at] = value;
    this.at += 1;
  }

  /** A whole number from 0 to 2^53, seven bits a byte. */
  count(value: number): void {
    let rest = value;
    while (rest > 127) {
      this.byte((rest % 128) | 128);
      rest = Math.floor(rest / 128);
    }
    this.byte(rest);
  }

  float64(value: number): void {
    this.room(8);
    this.view.setFloat64(this.at, value, true);
    this.at += 8;
  }

  /** Code units as they are: half a surrogate pair comes back as it was. */
  text(value: string): void {
    const { length } = value;
    let wide = false;
    for (let i = 0; i < length; i += 1) if (value.charCodeAt(i) > 255) wide = true;
    this.count(length * 2 + (wide ? 1 : 0));
    for (let i = 0; i < length; i += 1) {
      const unit = value.charCodeAt(i);
      this.byte(unit & 255);
      if (wide) this.byte(unit >> 8);
    }
  }

  raw(bytes: Uint8Array): void {
    this.room(bytes.length);
    this.bytes.set(bytes, this.at);
    this.at += bytes.length;
  }

  get written(): Uint8Array {
    return this.bytes.subarray(0, this.at);
  }

  private room(bytes: number): void {
    if (this.at + bytes <= this.bytes.length) return;
    const larger = new Uint8Array(Math.max(this.bytes.length * 2, this.at + bytes));
    larger.set(this.written);
    this.bytes = larger;
    this.view = new DataView(larger.buffer);
  }
}
