"""The classic indicators by TA-Lib over whole arrays. usage: talib.py DATA.f64 REPEATS; prints one line of JSON."""

import json
import resource
import sys
import time

import numpy as np
import talib

data = np.fromfile(sys.argv[1], dtype="<f8").reshape(6, -1)
_, _, high, low, close, volume = (np.ascontiguousarray(column) for column in data)


def compute():
    talib.RSI(close, 14)
    talib.ATR(high, low, close, 14)
    talib.EMA(close, 20)
    talib.MACD(close, 12, 26, 9)
    talib.BBANDS(close, 20, 2, 2)
    talib.ADX(high, low, close, 14)
    talib.PLUS_DI(high, low, close, 14)
    talib.MINUS_DI(high, low, close, 14)
    talib.CCI(high, low, close, 20)
    talib.MFI(high, low, close, volume, 14)
    talib.STOCH(high, low, close, 14, 3, 0, 3, 0)
    talib.OBV(close, volume)
    talib.AROON(high, low, 25)
    talib.TRIX(close, 15)


runs = []
for _ in range(int(sys.argv[2])):
    wall, cpu = time.perf_counter(), time.process_time()
    compute()
    runs.append([time.perf_counter() - wall, time.process_time() - cpu])
print(json.dumps({"bars": len(close), "runs": runs, "peakRssMb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))
