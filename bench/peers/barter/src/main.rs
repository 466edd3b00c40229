//! barter on the reference workload: `riposte-peer-barter DATA.f64 [repeats] [same-close] [threads]`
//!
//! Its `backtest()` as it ships: engine, state, risk manager and mock exchange; one candle event a bar; decimals for
//! orders and fills. The mock exchange is a spot one and fills a market order at the price that the request names, so the
//! strategy names it: by default the open of the bar that follows the decision (it holds its wish for one candle), the
//! reference's fills; with `same-close` the close that decided, at once. Balances are large enough to sell what is not owned.
//!
//! The mock answers over channels, perhaps some bars later: the strategy keeps the position it asked for, as an in-flight
//! check would. Entries are what was asked; `exchangeTrades` counts the fills that came back. Equity is kept here from the
//! entries, since barter's report is of realised profit per instrument. `fees_percent` is a factor, not a percentage.
use barter::{
    backtest::{self, BacktestArgsConstant, BacktestArgsDynamic, market_data::MarketDataInMemory},
    engine::{
        Engine, Processor,
        clock::HistoricalClock,
        execution_tx::MultiExchangeTxMap,
        state::{
            EngineState,
            builder::EngineStateBuilder,
            global::DefaultGlobalData,
            instrument::{data::InstrumentDataState, filter::InstrumentFilter},
            order::in_flight_recorder::InFlightRequestRecorder,
            trading::TradingState,
        },
    },
    risk::DefaultRiskManager,
    statistic::time::Daily,
    strategy::{
        algo::AlgoStrategy,
        close_positions::{ClosePositionsStrategy, close_open_positions_with_market_orders},
        on_disconnect::OnDisconnectStrategy,
        on_trading_disabled::OnTradingDisabled,
    },
    system::config::SystemConfig,
};
use barter_data::{
    event::{DataKind, MarketEvent},
    streams::reconnect::Event,
    subscription::candle::Candle,
};
use barter_execution::{
    AccountEvent, AccountEventKind,
    order::{
        OrderKey, OrderKind, TimeInForce,
        id::{ClientOrderId, StrategyId},
        request::{OrderRequestCancel, OrderRequestOpen, RequestOpen},
    },
};
use barter_instrument::{
    Side,
    asset::AssetIndex,
    exchange::{ExchangeId, ExchangeIndex},
    index::IndexedInstruments,
    instrument::InstrumentIndex,
};
use chrono::{DateTime, Utc};
use rust_decimal::{Decimal, prelude::FromPrimitive};
use serde_json::json;
use sha2::{Digest, Sha256};
use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

const MINUTE_MS: i64 = 60_000;
const QTY: f64 = 0.01;
const FEE_RATE: f64 = 0.0004;
const START: f64 = 10_000.0;

struct Entry {
    time_ms: i64,
    side: i8,
    price: f64,
}
static ENTRIES: Mutex<Vec<Entry>> = Mutex::new(Vec::new());
static EXCHANGE_TRADES: AtomicU64 = AtomicU64::new(0);

/// What the strategy keeps per instrument.
#[derive(Debug, Clone, Default)]
struct Averages {
    same_close: bool,
    seeded: bool,
    fast: f64,
    slow: f64,
    close: f64,
    /// Side asked for so far: +1, -1, or 0 before the first entry.
    side: i8,
    /// Side wanted now, and the time and price at which it would fill.
    wish: i8,
    fill_time_ms: i64,
    fill_price: f64,
}

impl Averages {
    fn sign(&self) -> i8 {
        match self.fast.partial_cmp(&self.slow) {
            Some(std::cmp::Ordering::Greater) => 1,
            Some(std::cmp::Ordering::Less) => -1,
            _ => self.side,
        }
    }

    fn on_candle(&mut self, candle: &Candle) {
        let close_ms = candle.close_time.timestamp_millis();
        if !self.same_close {
            // What the candle before decided fills at this one's open.
            self.wish = self.sign();
            self.fill_time_ms = close_ms - MINUTE_MS;
            self.fill_price = candle.open;
        }
        self.close = candle.close;
        if self.seeded {
            self.fast += 2.0 / 21.0 * (candle.close - self.fast);
            self.slow += 2.0 / 51.0 * (candle.close - self.slow);
        } else {
            (self.fast, self.slow, self.seeded) = (candle.close, candle.close, true);
        }
        if self.same_close {
            self.wish = self.sign();
            self.fill_time_ms = close_ms;
            self.fill_price = candle.close;
        }
    }
}

impl InstrumentDataState for Averages {
    type MarketEventKind = DataKind;
    fn price(&self) -> Option<Decimal> {
        Decimal::from_f64(self.close)
    }
}

impl Processor<&MarketEvent<InstrumentIndex>> for Averages {
    type Audit = ();
    fn process(&mut self, event: &MarketEvent<InstrumentIndex>) {
        if let DataKind::Candle(candle) = &event.kind {
            self.on_candle(candle);
        }
    }
}

impl Processor<&AccountEvent> for Averages {
    type Audit = ();
    fn process(&mut self, event: &AccountEvent) {
        if matches!(event.kind, AccountEventKind::Trade(_)) {
            EXCHANGE_TRADES.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl InFlightRequestRecorder for Averages {
    fn record_in_flight_cancel(&mut self, _: &OrderRequestCancel<ExchangeIndex, InstrumentIndex>) {}
    fn record_in_flight_open(&mut self, _: &OrderRequestOpen<ExchangeIndex, InstrumentIndex>) {
        self.side = self.wish;
        let entry = Entry {
            time_ms: self.fill_time_ms,
            side: self.side,
            price: self.fill_price,
        };
        ENTRIES.lock().unwrap().push(entry);
    }
}

type State = EngineState<DefaultGlobalData, Averages>;
type Risk = DefaultRiskManager<State>;

#[derive(Debug, Clone)]
struct EmaCross {
    id: StrategyId,
}

impl AlgoStrategy for EmaCross {
    type State = State;
    fn generate_algo_orders(
        &self,
        state: &State,
    ) -> (
        impl IntoIterator<Item = OrderRequestCancel<ExchangeIndex, InstrumentIndex>>,
        impl IntoIterator<Item = OrderRequestOpen<ExchangeIndex, InstrumentIndex>>,
    ) {
        let opens = state
            .instruments
            .instruments(&InstrumentFilter::None)
            .filter_map(|instrument| {
                let averages = &instrument.data;
                if averages.wish == averages.side {
                    return None;
                }
                let lots = if averages.side == 0 { 1 } else { 2 };
                Some(OrderRequestOpen {
                    key: OrderKey {
                        exchange: instrument.instrument.exchange,
                        instrument: instrument.key,
                        strategy: self.id.clone(),
                        cid: ClientOrderId::random(),
                    },
                    state: RequestOpen {
                        side: if averages.wish > 0 {
                            Side::Buy
                        } else {
                            Side::Sell
                        },
                        price: Decimal::from_f64(averages.fill_price)?,
                        quantity: Decimal::new(lots, 2),
                        kind: OrderKind::Market,
                        time_in_force: TimeInForce::ImmediateOrCancel,
                    },
                })
            });
        (std::iter::empty(), opens)
    }
}

impl ClosePositionsStrategy for EmaCross {
    type State = State;
    fn close_positions_requests<'a>(
        &'a self,
        state: &'a State,
        filter: &'a InstrumentFilter,
    ) -> (
        impl IntoIterator<Item = OrderRequestCancel<ExchangeIndex, InstrumentIndex>> + 'a,
        impl IntoIterator<Item = OrderRequestOpen<ExchangeIndex, InstrumentIndex>> + 'a,
    )
    where
        ExchangeIndex: 'a,
        AssetIndex: 'a,
        InstrumentIndex: 'a,
    {
        close_open_positions_with_market_orders(&self.id, state, filter, |_| {
            ClientOrderId::random()
        })
    }
}

type EmaEngine = Engine<HistoricalClock, State, MultiExchangeTxMap, EmaCross, Risk>;

impl OnDisconnectStrategy<HistoricalClock, State, MultiExchangeTxMap, Risk> for EmaCross {
    type OnDisconnect = ();
    fn on_disconnect(_: &mut EmaEngine, _: ExchangeId) {}
}

impl OnTradingDisabled<HistoricalClock, State, MultiExchangeTxMap, Risk> for EmaCross {
    type OnTradingDisabled = ();
    fn on_trading_disabled(_: &mut EmaEngine) {}
}

fn system_config(start: DateTime<Utc>) -> SystemConfig {
    let balance = |asset: &str| json!({ "asset": asset, "balance": { "total": 1_000_000_000_000u64, "free": 1_000_000_000_000u64 }, "time_exchange": start });
    let config = json!({
        "executions": [{
            "mocked_exchange": "binance_spot",
            "latency_ms": 0,
            "fees_percent": FEE_RATE,
            "initial_state": {
                "exchange": "binance_spot",
                "balances": [balance("usdt"), balance("btc")],
                "instruments": [{ "instrument": "BTCUSDT", "orders": [] }],
            },
        }],
        "instruments": [{
            "exchange": "binance_spot",
            "name_exchange": "BTCUSDT",
            "underlying": { "base": "btc", "quote": "usdt" },
            "quote": "underlying_quote",
            "kind": "spot",
        }],
    });
    serde_json::from_value(config).expect("barter's own configuration format")
}

/// User and system CPU seconds of all threads so far (Linux; clock ticks of 10 ms), else NaN.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<f64> = stat
        .rsplit(')')
        .next()
        .unwrap_or("")
        .split_whitespace()
        .skip(11)
        .take(2)
        .flat_map(str::parse)
        .collect();
    if fields.len() == 2 {
        (fields[0] + fields[1]) / 100.0
    } else {
        f64::NAN
    }
}

fn peak_rss_mb() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .unwrap_or("");
    line.split_whitespace()
        .next()
        .and_then(|kb| kb.parse::<f64>().ok())
        .map_or(f64::NAN, |kb| kb / 1024.0)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let mid = values.len() / 2;
    if values.len() % 2 == 1 {
        values[mid]
    } else {
        (values[mid - 1] + values[mid]) / 2.0
    }
}

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let repeats: usize = args.get(2).map_or(6, |text| text.parse().expect("repeats"));
    let same_close = args.iter().any(|arg| arg == "same-close");
    let threads = args.iter().any(|arg| arg == "threads");
    let bytes = std::fs::read(&args[1]).expect("data file");
    let values: Vec<f64> = bytes
        .chunks_exact(8)
        .map(|b| f64::from_le_bytes(b.try_into().unwrap()))
        .collect();
    let bars = values.len() / 6;
    let at = |column: usize, bar: usize| values[column * bars + bar];

    let time = |ms: f64| DateTime::from_timestamp_millis(ms as i64).expect("a time");
    let start = time(at(0, 0));
    let events: Vec<_> = (0..bars)
        .map(|bar| {
            let close_time = time(at(0, bar) + MINUTE_MS as f64);
            Event::Item(MarketEvent {
                time_exchange: close_time,
                time_received: close_time,
                exchange: ExchangeId::BinanceSpot,
                instrument: InstrumentIndex(0),
                kind: DataKind::Candle(Candle {
                    close_time,
                    open: at(1, bar),
                    high: at(2, bar),
                    low: at(3, bar),
                    close: at(4, bar),
                    volume: at(5, bar),
                    trade_count: 0,
                }),
            })
        })
        .collect();
    let SystemConfig {
        instruments,
        executions,
    } = system_config(start);
    let instruments = IndexedInstruments::new(instruments);
    let engine_state =
        EngineStateBuilder::new(&instruments, DefaultGlobalData::default(), |_| Averages {
            same_close,
            ..Default::default()
        })
        .time_engine_start(start)
        .trading_state(TradingState::Enabled)
        .build();
    let constant = Arc::new(BacktestArgsConstant {
        instruments,
        executions,
        market_data: MarketDataInMemory::new(Arc::new(events)),
        summary_interval: Daily,
        engine_state,
    });
    let (mut wall, mut cpu) = (Vec::new(), Vec::new());
    for _ in 0..repeats {
        ENTRIES.lock().unwrap().clear();
        EXCHANGE_TRADES.store(0, Ordering::Relaxed);
        let mut builder = if threads {
            tokio::runtime::Builder::new_multi_thread()
        } else {
            tokio::runtime::Builder::new_current_thread()
        };
        let runtime = builder.enable_all().build().expect("runtime");
        let dynamic = BacktestArgsDynamic {
            id: "emaCross".into(),
            risk_free_return: Decimal::ZERO,
            strategy: EmaCross {
                id: StrategyId::new("emaCross"),
            },
            risk: Risk::default(),
        };
        let (started, cpu_before) = (Instant::now(), cpu_seconds());
        let summary = runtime
            .block_on(backtest::backtest(Arc::clone(&constant), dynamic))
            .expect("backtest");
        wall.push(started.elapsed().as_secs_f64());
        cpu.push(cpu_seconds() - cpu_before);
        drop(summary);
    }
    let entries = ENTRIES.lock().unwrap();
    let (mut cash, mut position, mut hash) = (START, 0.0, Sha256::new());
    for Entry {
        time_ms,
        side,
        price,
    } in entries.iter()
    {
        let quantity = f64::from(*side) * QTY - position;
        cash -= quantity * price + quantity.abs() * price * FEE_RATE;
        position += quantity;
        hash.update(format!("{time_ms},{side},{price:.2}\n"));
    }
    let equity = cash + position * at(4, bars - 1);
    let warm = usize::from(repeats > 1);
    println!(
        "{}",
        json!({
            "peer": if threads { "barter-rs, threads" } else { "barter-rs" },
            "version": "0.14.0",
            "bars": bars,
            "fills": if same_close { "same close" } else { "next open" },
            "replaySeconds": median(wall[warm..].to_vec()),
            "firstReplaySeconds": wall[0],
            "repeats": repeats,
            "replayCpuSeconds": median(cpu[warm..].to_vec()),
            "entries": entries.len(),
            "exchangeTrades": EXCHANGE_TRADES.load(Ordering::Relaxed),
            "tradeHash": format!("{:x}", hash.finalize())[..16],
            "equity": (equity * 1e4).round() / 1e4,
            "peakRssMb": (peak_rss_mb() * 10.0).round() / 10.0,
        })
    );
}
