import { InvariantError } from "../../src/domain/units.ts";

/**
 * A seeded stream of random numbers: the generator sfc32 (C. Doty-Humphrey, PractRand) on four 32-bit words, so that a
 * seed gives the same bits on every machine and Node version. Only + − × ÷, sqrt, log and integer operations are used.
 */
export class Random {
  private a: number;
  private b: number;
  private c: number;
  private counter = 1;
  private spare = 0;
  private hasSpare = false;

  constructor(a: number, b: number, c: number) {
    this.a = a | 0;
    this.b = b | 0;
    this.c = c | 0;
    // The first words still resemble the seed; sfc32's author mixes 12 to 15 rounds away.
    for (let round = 0; round < 15; round++) this.word();
  }

  /** The next 32 bits, signed. */
  word(): number {
    const out = (this.a + this.b + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (((this.c << 21) | (this.c >>> 11)) + out) | 0;
    return out;
  }

  /** Uniform on the open interval (0, 1), in steps of 2⁻³². */
  uniform(): number {
    return ((this.word() >>> 0) + 0.5) * 2.3283064365386963e-10;
  }

  /** Standard normal by the polar method (Marsaglia and Bray 1964); the second of each pair is kept for the next call. */
  normal(): number {
    if (this.hasSpare) {
      this.hasSpare = false;
      return this.spare;
    }
    for (;;) {
      const u = 2 * this.uniform() - 1;
      const v = 2 * this.uniform() - 1;
      const square = u * u + v * v;
      if (square < 1 && square > 0) {
        const factor = Math.sqrt((-2 * Math.log(square)) / square);
        this.spare = v * factor;
        this.hasSpare = true;
        return u * factor;
      }
    }
  }

  /** Chi-square with 5 degrees of freedom: −2 ln(u₁u₂) has 4, a squared normal the fifth. */
  chiSquare5(): number {
    const z = this.normal();
    return -2 * Math.log(this.uniform() * this.uniform()) + z * z;
  }
}

/**
 * The stream that belongs to a seed and a name: streams of different names are unrelated, so a symbol's path does not
 * depend on which other symbols are simulated. The seed is a safe integer ≥ 0; throws otherwise.
 */
export const randomStream = (seed: number, name: string): Random => {
  if (!Number.isSafeInteger(seed) || seed < 0) throw new InvariantError(`a seed is an integer ≥ 0, got ${seed}`);
  // FNV-1a over the name's UTF-16 units: only has to tell names apart.
  let hash = 0x811c9dc5;
  for (let at = 0; at < name.length; at++) hash = Math.imul(hash ^ name.charCodeAt(at), 0x01000193);
  return new Random(seed % 4294967296, Math.floor(seed / 4294967296), hash);
};

const DEGREES_OF_FREEDOM = 5;
/** Keeps one innovation below about 12 standard deviations, so that a price can never fall by more than its value. */
const MAX_VARIANCE = 12;

/**
 * Symmetric innovations of variance (close to) 1 with Student-t tails, ν = 5: a normal whose variance is itself random,
 * (ν − 2) / χ²_ν. The mixing variance is kept, because the bar's range belongs to it.
 */
export class FatTails {
  private readonly random: Random;
  /** Variance of the last innovation given its mixing draw, ≤ 12. */
  variance = 1;

  constructor(random: Random) {
    this.random = random;
  }

  next(): number {
    const variance = (DEGREES_OF_FREEDOM - 2) / this.random.chiSquare5();
    this.variance = variance < MAX_VARIANCE ? variance : MAX_VARIANCE;
    const z = this.random.normal();
    return (z > 4 ? 4 : z < -4 ? -4 : z) * Math.sqrt(this.variance);
  }
}

/** A stationary AR(1) with mean 0: `value ← decay · value + noise`, stated by its half-life in minutes and its standard deviation. */
export class MeanReverting {
  value = 0;
  private readonly decay: number;
  private readonly noise: number;

  constructor(halfLifeMinutes: number, standardDeviation: number) {
    this.decay = Math.exp(-Math.LN2 / halfLifeMinutes);
    this.noise = standardDeviation * Math.sqrt(1 - this.decay * this.decay);
  }

  step(random: Random): number {
    this.value = this.decay * this.value + this.noise * random.normal();
    return this.value;
  }
}
