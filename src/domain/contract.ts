/** What a message or `exchangeInfo` states about a contract besides its name; absent: nothing. */
interface ContractFacts {
  /** `ps` of a message: of a perpetual settled in what it is quoted in, its own symbol. */
  readonly pair?: unknown;
  /** `st` of a message: 1 is USD-M, 2 is COIN-M. */
  readonly margin?: unknown;
  /** `contractType` and `marginAsset` of `exchangeInfo`. */
  readonly contractType?: unknown;
  readonly marginAsset?: unknown;
}

const COIN_MARGINED = /[^B]USD_|_PERP$/;
const DATED = /_\d{6}$/;
/** Assets of about one dollar, in which the exchange settles contracts. */
const DOLLARS = /(?:USDC|FDUSD|BUSD|TUSD|USD1|USDE)$/;
/** Other quote assets of the exchange's symbols, spot included. */
const OTHERS = /(?<=.{2})(?:BTC|ETH|BNB|EUR|GBP|TRY|BRL|JPY|AUD|RUB|UAH|ARS|MXN|PLN|ZAR)$/;

/**
 * Why a contract cannot be traded here, as a sentence without its point; null: it can. Riposte trades perpetuals whose quantity is in the
 * base asset and whose profit and loss are in dollars. COIN-M contracts count 10 or 100 USD each and pay in the coin, dated contracts
 * expire, and a USDT account cannot settle in another coin.
 */
export const contractFault = (symbol: string, { pair, margin, contractType, marginAsset }: ContractFacts = {}): string | null => {
  if (COIN_MARGINED.test(symbol) || margin === 2)
    return `${symbol} is a COIN-M contract, of 10 or 100 USD, with inverse profit and loss; choose a USD-M perpetual such as BTCUSDT`;
  const dated = typeof contractType === "string" && contractType !== "" && !contractType.includes("PERPETUAL");
  if (DATED.test(symbol) || dated || (pair !== undefined && pair !== symbol))
    return `${symbol} is a dated contract, which expires; choose a perpetual such as BTCUSDT`;
  const settled = typeof marginAsset === "string" && marginAsset !== "" ? marginAsset : symbol;
  const other = OTHERS.exec(settled === symbol ? symbol : `??${settled}`)?.[0];
  return other === undefined
    ? null
    : `${symbol} is settled in ${other}, and the account is in USDT; choose a contract that is settled in USDT, such as BTCUSDT`;
};

/** The asset of about one dollar that a symbol is settled in instead of USDT; undefined: USDT. */
export const dollarOf = (symbol: string): string | undefined => DOLLARS.exec(symbol)?.[0];
