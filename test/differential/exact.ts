/** A rational number in lowest terms: every sum, product and comparison of the oracle is exact. */
export class Exact {
  static readonly ZERO = new Exact(0n, 1n);
  static readonly ONE = new Exact(1n, 1n);
  readonly #numerator: bigint;
  /** Above 0, and without a divisor in common with the numerator. */
  readonly #denominator: bigint;

  private constructor(numerator: bigint, denominator: bigint) {
    this.#numerator = numerator;
    this.#denominator = denominator;
  }

  static #reduced(numerator: bigint, denominator: bigint): Exact {
    const divisor = gcd(numerator < 0n ? -numerator : numerator, denominator);
    return new Exact(numerator / divisor, denominator / divisor);
  }

  /** A number as the decimal that it prints as: 0.1 is one tenth. Throws on what is not finite. */
  static of(value: number): Exact {
    if (Number.isSafeInteger(value)) return new Exact(BigInt(value), 1n);
    const matched = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(value));
    if (matched === null) throw new Error(`${value} is no decimal`);
    const [, sign, whole = "", part = "", exponent = "0"] = matched;
    const digits = BigInt(`${sign}${whole}${part}`);
    const power = Number(exponent) - part.length;
    return power >= 0 ? new Exact(digits * 10n ** BigInt(power), 1n) : Exact.#reduced(digits, 10n ** BigInt(-power));
  }

  plus(other: Exact): Exact {
    return Exact.#reduced(
      this.#numerator * other.#denominator + other.#numerator * this.#denominator,
      this.#denominator * other.#denominator,
    );
  }
  minus(other: Exact): Exact {
    return this.plus(other.negated());
  }
  times(other: Exact | number): Exact {
    const by = typeof other === "number" ? Exact.of(other) : other;
    return Exact.#reduced(this.#numerator * by.#numerator, this.#denominator * by.#denominator);
  }
  over(other: Exact | number): Exact {
    const by = typeof other === "number" ? Exact.of(other) : other;
    if (by.#numerator === 0n) throw new Error("divided by 0");
    const sign = by.#numerator < 0n ? -1n : 1n;
    return Exact.#reduced(sign * this.#numerator * by.#denominator, sign * this.#denominator * by.#numerator);
  }
  negated(): Exact {
    return new Exact(-this.#numerator, this.#denominator);
  }

  /** Below 0, 0, or above 0, as this is less than, equal to or more than the other. */
  compare(other: Exact): number {
    const [left, right] = [this.#numerator * other.#denominator, other.#numerator * this.#denominator];
    return left < right ? -1 : left > right ? 1 : 0;
  }
  isMoreThan(other: Exact): boolean {
    return this.compare(other) > 0;
  }
  get sign(): number {
    return this.compare(Exact.ZERO);
  }
  atMost(other: Exact): Exact {
    return this.isMoreThan(other) ? other : this;
  }
  atLeast(other: Exact): Exact {
    return other.isMoreThan(this) ? other : this;
  }

  floor(): number {
    const quotient = this.#numerator / this.#denominator;
    return Number(this.#numerator < 0n && quotient * this.#denominator !== this.#numerator ? quotient - 1n : quotient);
  }
  ceil(): number {
    return -this.negated().floor();
  }
  /** The nearest whole number; a half goes down or up. */
  nearest(half: "down" | "up"): number {
    const halfMore = new Exact(1n, 2n);
    return half === "up" ? this.plus(halfMore).floor() : this.minus(halfMore).ceil();
  }
  /** The double nearest to it, within a few units of its last place. */
  toNumber(): number {
    const whole = this.#numerator / this.#denominator;
    const rest = this.#numerator - whole * this.#denominator;
    return Number(whole) + Number((rest * SCALE) / this.#denominator) / Number(SCALE);
  }
}

const SCALE = 10n ** 15n;

const gcd = (a: bigint, b: bigint): bigint => {
  let [x, y] = [a, b];
  while (y !== 0n) [x, y] = [y, x % y];
  return x === 0n ? 1n : x;
};
