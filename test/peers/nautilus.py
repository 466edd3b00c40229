"""nautilus_trader on the scenarios of standard input (test/peers/scenario.ts); what it filled goes to standard output.

It hears a bar as trades: the open, the extreme against the position, the other extreme, the close, and each level that lies on the way.
Orders take a nanosecond, so that those of a close meet the next open. Stop and target are sent when the entry has filled.
"""

import json
import sys
from decimal import Decimal

from nautilus_trader.backtest.engine import BacktestEngine, BacktestEngineConfig
from nautilus_trader.backtest.models import LatencyModel
from nautilus_trader.config import LoggingConfig, RiskEngineConfig, StrategyConfig
from nautilus_trader.model.currencies import BTC, USDT
from nautilus_trader.model.data import TradeTick
from nautilus_trader.model.enums import AccountType, AggressorSide, OmsType, OrderSide
from nautilus_trader.model.identifiers import InstrumentId, Symbol, TradeId, TraderId, Venue
from nautilus_trader.model.instruments import CryptoPerpetual
from nautilus_trader.model.objects import Money, Price, Quantity
from nautilus_trader.trading.strategy import Strategy

VENUE = Venue("BINANCE")
MS = 1_000_000
MINUTE_MS = 60_000
CLOSE_MS = 59_999


def instrument_of(fee_rate):
    return CryptoPerpetual(
        instrument_id=InstrumentId(Symbol("UNIT-PERP"), VENUE),
        raw_symbol=Symbol("UNIT"),
        base_currency=BTC,
        quote_currency=USDT,
        settlement_currency=USDT,
        is_inverse=False,
        price_precision=0,
        price_increment=Price.from_str("1"),
        size_precision=0,
        size_increment=Quantity.from_str("1"),
        margin_init=Decimal("0.05"),
        margin_maint=Decimal("0.025"),
        maker_fee=Decimal(str(fee_rate)),
        taker_fee=Decimal(str(fee_rate)),
        ts_event=0,
        ts_init=0,
    )


def path_of(bar, trade):
    """Prices of a bar in the order in which they are traded, without the close."""
    down_first = trade is None or trade["direction"] > 0
    turns = [bar["open"], bar["low"], bar["high"]] if down_first else [bar["open"], bar["high"], bar["low"]]
    levels = [] if trade is None else [trade["stopTicks"], trade["targetTicks"]]
    path = [turns[0]]
    for to in [*turns[1:], bar["close"]]:
        between = sorted((level for level in levels if min(path[-1], to) < level < max(path[-1], to)), reverse=to < path[-1])
        path += [*between, to]
    return path[:-1]


def ticks_of(scenario, instrument):
    trades = sorted(scenario["trades"], key=lambda trade: trade["entryBar"])
    ticks = []

    def print_at(ms, price):
        ns = ms * MS
        ticks.append(
            TradeTick(
                instrument.id, Price(price, 0), Quantity(1_000_000, 0), AggressorSide.NO_AGGRESSOR, TradeId(str(len(ticks))), ns, ns
            )
        )

    current = None
    for at, bar in enumerate(scenario["bars"]):
        while trades and trades[0]["entryBar"] <= at:
            current = trades.pop(0)
        for i, price in enumerate(path_of(bar, current)):
            print_at(bar["openTimeMs"] + i * 100, price)
        print_at(bar["openTimeMs"] + CLOSE_MS, bar["close"])
    return ticks


class Planned(Strategy):
    def __init__(self, scenario, instrument):
        super().__init__(StrategyConfig())
        self.entries = {trade["entryBar"]: trade for trade in scenario["trades"]}
        self.bar_at = {bar["openTimeMs"]: at for at, bar in enumerate(scenario["bars"])}
        self.traded = instrument
        self.trade = None
        self.fills = []

    def on_start(self):
        self.subscribe_trade_ticks(self.traded.id)

    def on_trade_tick(self, tick):
        if tick.ts_event // MS % MINUTE_MS != CLOSE_MS:
            return
        bar = self.bar_of(tick)
        if self.trade is not None and self.trade["exitBar"] == bar + 1:
            for position in self.cache.positions_open():
                self.cancel_all_orders(self.traded.id)
                self.submit_order(self.order_factory.market(self.traded.id, self.away(), position.quantity, reduce_only=True))
        entry = self.entries.get(bar + 1)
        if entry is not None:
            self.trade = entry
            side = OrderSide.BUY if entry["direction"] > 0 else OrderSide.SELL
            quantity = Quantity(entry["lots"], 0)
            self.submit_order(self.order_factory.market(self.traded.id, side, quantity, tags=["entry"]))

    def on_order_filled(self, event):
        direction = 1 if event.order_side == OrderSide.BUY else -1
        self.fills.append(
            {"bar": self.bar_of(event), "direction": direction, "ticks": round(event.last_px.as_double()), "lots": int(event.last_qty)}
        )
        if self.cache.order(event.client_order_id).tags != ["entry"]:
            self.cancel_all_orders(self.traded.id)
            return
        terms = (self.traded.id, self.away(), event.last_qty)
        if self.trade["stopTicks"] > 0:
            self.submit_order(self.order_factory.stop_market(*terms, Price(self.trade["stopTicks"], 0), reduce_only=True))
        if self.trade["targetTicks"] > 0:
            self.submit_order(self.order_factory.market_if_touched(*terms, Price(self.trade["targetTicks"], 0), reduce_only=True))

    def bar_of(self, event):
        ms = event.ts_event // MS
        return self.bar_at[ms - ms % MINUTE_MS]

    def away(self):
        return OrderSide.SELL if self.trade["direction"] > 0 else OrderSide.BUY


def replay(scenario):
    instrument = instrument_of(scenario["feeRate"])
    engine = BacktestEngine(
        BacktestEngineConfig(
            trader_id=TraderId("PEER-001"),
            logging=LoggingConfig(bypass_logging=True),
            risk_engine=RiskEngineConfig(bypass=True),
            run_analysis=False,
        )
    )
    engine.add_venue(
        venue=VENUE,
        oms_type=OmsType.NETTING,
        account_type=AccountType.MARGIN,
        base_currency=None,
        starting_balances=[Money(scenario["startUsdt"], USDT)],
        default_leverage=Decimal(10),
        latency_model=LatencyModel(base_latency_nanos=1),
        bar_execution=False,
        trade_execution=True,
        reject_stop_orders=False,
    )
    engine.add_instrument(instrument)
    engine.add_data(ticks_of(scenario, instrument))
    strategy = Planned(scenario, instrument)
    engine.add_strategy(strategy)
    engine.run()
    equity = engine.cache.account_for_venue(VENUE).balance_total(USDT).as_double()
    engine.dispose()
    return {"fills": strategy.fills, "equityUsdt": equity}


json.dump([replay(scenario) for scenario in json.load(sys.stdin)], sys.stdout)
