"""TA-Lib's values of the raw indicator columns, from zips of one-minute klines as the public archive has them."""

import hashlib
import io
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import talib

MINUTE_MS = 60_000
# Wilder's smoothing forgets its seed by 13/14 a bar: after 1,500 bars nothing of it is left in a double.
WARM_UP_BARS = 1_500


def read_klines(zips):
    """Rows of all zips in order of open time: times in ms (spot files since 2025 have microseconds), the rest as float64."""
    frames = []
    for path in zips:
        with zipfile.ZipFile(path) as archive:
            text = archive.read(archive.namelist()[0])
        frame = pd.read_csv(
            io.BytesIO(text),
            header=0 if text.startswith(b"open_time") else None,
            usecols=range(6),
            float_precision="round_trip",
        )
        frame.columns = ["openTimeMs", "open", "high", "low", "close", "volume"]
        if frame.openTimeMs.iloc[0] > 1e13:
            frame.openTimeMs //= 1000
        frames.append(frame)
    klines = pd.concat(frames).drop_duplicates("openTimeMs", keep="last").sort_values("openTimeMs")
    return klines.reset_index(drop=True).astype({name: float for name in ("open", "high", "low", "close", "volume")})


def segments(klines):
    """Runs of klines without a hole."""
    number = (klines.openTimeMs.diff() != MINUTE_MS).cumsum()
    return [segment for _, segment in klines.groupby(number)]


def indicators(segment):
    """Every raw column of one segment; NaN before TA-Lib knows it."""
    high, low, close, volume = (segment[name].to_numpy() for name in ("high", "low", "close", "volume"))
    macd, signal, _ = talib.MACD(close, 12, 26, 9)
    upper, _, lower = talib.BBANDS(close, 20, 2, 2)
    slow_k, slow_d = talib.STOCH(high, low, close, fastk_period=14, slowk_period=3, slowd_period=3)
    aroon_down, aroon_up = talib.AROON(high, low, 25)
    return {
        "raw_ema_20": talib.EMA(close, 20),
        "raw_macd_12_26_9": macd,
        "raw_macd_signal_12_26_9": signal,
        "raw_bb_upper_20_2": upper,
        "raw_bb_lower_20_2": lower,
        "raw_atr_14": talib.ATR(high, low, close, 14),
        "raw_adx_14": talib.ADX(high, low, close, 14),
        "raw_plus_di_14": talib.PLUS_DI(high, low, close, 14),
        "raw_minus_di_14": talib.MINUS_DI(high, low, close, 14),
        "raw_aroon_up_25": aroon_up,
        "raw_aroon_down_25": aroon_down,
        "raw_trix_15": talib.TRIX(close, 15),
        "raw_rsi_14": talib.RSI(close, 14),
        "raw_cci_20": talib.CCI(high, low, close, 20),
        "raw_mfi_14": talib.MFI(high, low, close, volume, 14),
        "raw_stoch_k_14_3_3": slow_k,
        "raw_stoch_d_14_3_3": slow_d,
        "raw_obv": talib.OBV(close, volume),
    }


def reference(klines):
    """One row per kline: openTimeMs, `bar` (its number in its segment, from 0) and the raw columns."""
    parts = []
    for segment in segments(klines):
        times = segment.openTimeMs.to_numpy()
        parts.append(pd.DataFrame({"openTimeMs": times, "bar": np.arange(len(times)), **indicators(segment)}))
    return pd.concat(parts, ignore_index=True)


def inputs(zips):
    return [{"file": Path(path).name, "sha256": hashlib.sha256(Path(path).read_bytes()).hexdigest()} for path in zips]


def versions():
    return {
        "TA-Lib": talib.__ta_version__.decode().split()[0],
        "ta-lib (Python)": talib.__version__,
        "numpy": np.__version__,
        "pandas": pd.__version__,
    }
