"""FreqAI on the rows of a dataset of Riposte: the same features, labels, model and windows. Prints one JSON line.

usage: python bench/freqai/freqai.py DATASET TRAIN_DAYS TEST_DAYS FROM TO

The rows become candles of 15 minutes without a price: FreqAI trains and predicts, and trades nothing. Offline, freqtrade is given one market by
replacing what asks the exchange for its list.
"""

import json
import os
import sys
import tempfile
import time
from functools import wraps
from pathlib import Path

import pandas as pd

DATASET, TRAIN, TEST, FROM, TO = Path(sys.argv[1]).resolve(), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4], sys.argv[5]
PAIR, FRAME, FRAME_MS = "BTC/USDT:USDT", "15m", 900_000
LIMITS = {"amount": {"min": 1e-5, "max": 1e3}, "price": {"min": 0.01, "max": 1e7}, "cost": {"min": 1.0, "max": None}}
MARKET = {
    **{"id": "BTCUSDT", "symbol": PAIR, "base": "BTC", "quote": "USDT", "settle": "USDT", "baseId": "BTC", "quoteId": "USDT"},
    **{"settleId": "USDT", "type": "swap", "spot": False, "margin": False, "swap": True, "future": False, "option": False},
    **{"active": True, "contract": True, "linear": True, "inverse": False, "subType": "linear", "taker": 0.0005, "maker": 0.0002},
    **{"contractSize": 1.0, "precision": {"amount": 1e-5, "price": 0.01}, "info": {}, "percentage": True, "tierBased": False},
    **{"feeSide": "get", "limits": {**LIMITS, "leverage": {"min": 1, "max": 125}, "market": {"min": 1e-5, "max": 1e3}}},
}
MODEL = {  # training/riposte_training/boosters.py
    **{"n_estimators": 150, "learning_rate": 0.03, "num_leaves": 15, "min_child_samples": 200, "reg_lambda": 100.0},
    **{"colsample_bytree": 0.3, "subsample": 0.5, "subsample_freq": 1, "n_jobs": 1, "random_state": 1, "verbosity": -1},
}
STRATEGY = '''
import pandas as pd
from freqtrade.strategy import IStrategy

ROWS = pd.read_feather("rows.feather")
class Rows(IStrategy):
    INTERFACE_VERSION = 3
    can_short = True
    timeframe = "15m"
    stoploss = -0.99
    startup_candle_count = 0
    def feature_engineering_standard(self, df, metadata, **kw):
        return df.merge(ROWS.drop(columns=["long", "short"]), on="date", how="left")
    def set_freqai_targets(self, df, metadata, **kw):
        said = df[["date"]].merge(ROWS[["date", "long", "short"]], on="date", how="left")
        df["&-long"], df["&-short"] = said["long"], said["short"]
        return df
    def populate_indicators(self, df, metadata):
        return self.freqai.start(df, metadata, self)
    def populate_entry_trend(self, df, metadata):
        return df
    def populate_exit_trend(self, df, metadata):
        return df
'''


def rows() -> pd.DataFrame:
    """Features that vary, and both labels, one row a candle."""
    about = json.loads((DATASET / "dataset.json").read_text())
    frame = pd.concat([pd.read_feather(DATASET / file["file"]) for file in about["files"]], ignore_index=True)
    features = [c["name"] for c in about["columns"] if c.get("role") == "feature" and not c["name"].startswith("mask_")]
    varying = [name for name in features if frame[name].nunique() > 1]
    out = frame[varying].rename(columns=lambda name: f"%-{name}").astype("float64")
    out.insert(0, "date", pd.to_datetime(frame["timeMs"] // FRAME_MS * FRAME_MS, unit="ms", utc=True))
    out["long"], out["short"] = frame["longReturn"], frame["shortReturn"]
    return out.drop_duplicates("date").sort_values("date").reset_index(drop=True)


def timed(cls: type, name: str, spent: dict[str, float]) -> None:
    inner = getattr(cls, name)

    @wraps(inner)
    def outer(self: object, *args: object, **options: object) -> object:
        began = time.perf_counter()
        try:
            return inner(self, *args, **options)
        finally:
            spent[name] = spent.get(name, 0.0) + time.perf_counter() - began

    setattr(cls, name, outer)


def config() -> dict:
    return {
        **{"trading_mode": "futures", "margin_mode": "isolated", "max_open_trades": 1, "stake_currency": "USDT", "stake_amount": 300},
        **{"dry_run": True, "dry_run_wallet": 10_000, "timeframe": FRAME, "fee": 0.0005, "dataformat_ohlcv": "feather"},
        "exchange": {"name": "binance", "key": "", "secret": "", "pair_whitelist": [PAIR], "pair_blacklist": []},
        "entry_pricing": {"price_side": "other", "use_order_book": True, "order_book_top": 1},
        "exit_pricing": {"price_side": "other", "use_order_book": True, "order_book_top": 1},
        "pairlists": [{"method": "StaticPairList"}],
        "internals": {},
        "freqai": {
            **{"enabled": True, "purge_old_models": 2, "train_period_days": TRAIN, "backtest_period_days": TEST, "identifier": "rows"},
            **{"live_retrain_hours": 0, "save_backtest_models": False},
            "feature_parameters": {"include_timeframes": [FRAME], "include_corr_pairlist": [], "label_period_candles": 4, "indicator_periods_candles": [1], "DI_threshold": 0},
            "data_split_parameters": {"test_size": 0, "shuffle": False},
            "model_training_parameters": MODEL,
        },
    }


def main() -> None:
    frame = rows()
    os.chdir(tempfile.mkdtemp())
    frame.to_feather("rows.feather")
    root = Path("user_data")
    folder = root / "data/binance/futures"
    folder.mkdir(parents=True)
    for name in ("strategies", "backtest_results", "models", "freqaimodels"):
        (root / name).mkdir()
    grid = pd.date_range(frame["date"].iloc[0], frame["date"].iloc[-1], freq="15min")
    candles = pd.DataFrame({"date": grid, **{name: 100.0 for name in ("open", "high", "low", "close")}, "volume": 1.0})
    candles.to_feather(folder / f"BTC_USDT_USDT-{FRAME}-futures.feather", compression="lz4")
    for span in ("1h", "8h"):
        sparse = candles.set_index("date").resample(span).first().reset_index()
        sparse.to_feather(folder / f"BTC_USDT_USDT-{span}-mark.feather", compression="lz4")
        sparse.assign(**{name: 0.0 for name in ("open", "high", "low", "close", "volume")}).to_feather(
            folder / f"BTC_USDT_USDT-{span}-funding_rate.feather", compression="lz4"
        )
    (root / "strategies/rows.py").write_text(STRATEGY)
    Path("config.json").write_text(json.dumps(config()))

    import freqtrade
    import lightgbm
    from freqtrade.exchange.exchange import Exchange
    from freqtrade.main import main as freqtrade_main
    from freqtrade.strategy.interface import IStrategy

    Exchange._load_async_markets = lambda self, reload=False: self._api_async.set_markets([MARKET])
    spent: dict[str, float] = {}
    timed(lightgbm.LGBMRegressor, "fit", spent)
    timed(lightgbm.LGBMRegressor, "predict", spent)
    timed(IStrategy, "advise_all_indicators", spent)
    began = time.perf_counter()
    args = ["backtesting", "-c", "config.json", "--userdir", str(root), "--datadir", str(root / "data/binance"), "-s", "Rows"]
    code: object = None
    try:
        freqtrade_main([*args, "--cache", "none", "--export", "none", "--freqaimodel", "LightGBMRegressorMultiTarget", "--timerange", f"{FROM}-{TO}"])
    except SystemExit as end:
        code = end.code
    model = spent.get("fit", 0.0) + spent.get("predict", 0.0)
    found = {
        **{"version": freqtrade.__version__, "exit": code, "rows": len(frame), "columns": frame.shape[1] - 3},
        **{"model": model, "learning": spent.get("advise_all_indicators", 0.0), "command": time.perf_counter() - began},
    }
    print("RESULT " + json.dumps(found), flush=True)


main()
