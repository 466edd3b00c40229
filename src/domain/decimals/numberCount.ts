import { DecimalCount } from "./decimalCount.ts";
import type { SeenDecimals } from "./seen.ts";

/** Decimals of the prices and quantities of one symbol, as a file, an answer or a capture writes them. */
export class NumberCount {
  readonly price = new DecimalCount();
  readonly qty = new DecimalCount();

  get seen(): SeenDecimals {
    return { price: this.price.decimals, qty: this.qty.decimals };
  }
}
