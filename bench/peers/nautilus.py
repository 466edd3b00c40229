"""nautilus_trader (Rust and Cython core, strategy in Python) on the reference workload: nautilus.py DATA.f64 [repeats]

Its BacktestEngine with its own EMAs, margin account, risk engine and cache as they are by default. A market order sent in
`on_bar` fills at the close of that bar, its native way for bars: hence the hash of the same-close variant. Timed: `run()`,
which ends with its analysis. Python 3.12 or newer.
"""

import sys
from decimal import Decimal

import nautilus_trader
import pandas as pd
from nautilus_trader.backtest.engine import BacktestEngine, BacktestEngineConfig
from nautilus_trader.config import LoggingConfig
from nautilus_trader.indicators import ExponentialMovingAverage
from nautilus_trader.model.currencies import BTC, USDT
from nautilus_trader.model.data import BarType
from nautilus_trader.model.enums import AccountType, OmsType, OrderSide
from nautilus_trader.model.identifiers import InstrumentId, Symbol, Venue
from nautilus_trader.model.instruments import CryptoPerpetual
from nautilus_trader.model.objects import Money, Price, Quantity
from nautilus_trader.persistence.wranglers import BarDataWrangler
from nautilus_trader.trading.strategy import Strategy

from result_line import FAST, FEE_RATE, QTY, SLOW, START, print_result, read_bars, timed

MINUTE_MS = 60_000
columns = read_bars(sys.argv[1])
repeats = int(sys.argv[2]) if len(sys.argv) > 2 else 1

VENUE = Venue("BINANCE")
INSTRUMENT = CryptoPerpetual(
    instrument_id=InstrumentId(Symbol("BTCUSDT-PERP"), VENUE),
    raw_symbol=Symbol("BTCUSDT"),
    base_currency=BTC,
    quote_currency=USDT,
    settlement_currency=USDT,
    is_inverse=False,
    price_precision=2,
    price_increment=Price.from_str("0.01"),
    size_precision=5,
    size_increment=Quantity.from_str("0.00001"),
    margin_init=Decimal("0.05"),
    margin_maint=Decimal("0.025"),
    maker_fee=Decimal(str(FEE_RATE)),
    taker_fee=Decimal(str(FEE_RATE)),
    ts_event=0,
    ts_init=0,
)
BAR_TYPE = BarType.from_str("BTCUSDT-PERP.BINANCE-1-MINUTE-LAST-EXTERNAL")
frame = pd.DataFrame(
    {name: columns[name] for name in ("open", "high", "low", "close", "volume")},
    index=pd.to_datetime(columns["time"] + MINUTE_MS, unit="ms", utc=True),
)
BARS = BarDataWrangler(BAR_TYPE, INSTRUMENT).process(frame)


class EmaCross(Strategy):
    def __init__(self):
        super().__init__()
        self.fast, self.slow = ExponentialMovingAverage(FAST), ExponentialMovingAverage(SLOW)
        self.side, self.fills = 0, []

    def on_start(self):
        self.lot, self.flip = INSTRUMENT.make_qty(QTY), INSTRUMENT.make_qty(2 * QTY)
        for average in (self.fast, self.slow):
            self.register_indicator_for_bars(BAR_TYPE, average)
        self.subscribe_bars(BAR_TYPE)

    def on_bar(self, bar):
        fast, slow = self.fast.value, self.slow.value
        wish = 1 if fast > slow else -1 if fast < slow else self.side
        if wish == self.side:
            return
        direction = OrderSide.BUY if wish > 0 else OrderSide.SELL
        quantity = self.flip if self.side else self.lot
        self.side = wish
        self.submit_order(self.order_factory.market(INSTRUMENT.id, direction, quantity))

    def on_order_filled(self, event):
        self.fills.append((event.ts_event // 1_000_000, 1 if event.order_side == OrderSide.BUY else -1, event.last_px.as_double()))


def prepare():
    engine = BacktestEngine(BacktestEngineConfig(logging=LoggingConfig(bypass_logging=True)))
    engine.add_venue(
        venue=VENUE,
        oms_type=OmsType.NETTING,
        account_type=AccountType.MARGIN,
        starting_balances=[Money(START, USDT)],
        default_leverage=Decimal(10),
    )
    engine.add_instrument(INSTRUMENT)
    engine.add_data(BARS)
    strategy = EmaCross()
    engine.add_strategy(strategy)
    return engine, strategy


times = []
for _ in range(repeats):
    engine, strategy = prepare()
    _, one = timed(engine.run, 1)
    times += one
# An order larger than a bar's quarter of volume fills in parts, all at one price: the parts are one entry.
entries = [fill for k, fill in enumerate(strategy.fills) if k == 0 or fill != strategy.fills[k - 1]]
balance = float(engine.trader.generate_account_report(VENUE)["total"].iloc[-1])
_, side, price = entries[-1]
equity = balance + side * QTY * (columns["close"][-1] - price)  # its balance is realised only
print_result("nautilus_trader (Python)", nautilus_trader.__version__, len(BARS), "same close", times, entries, equity)
