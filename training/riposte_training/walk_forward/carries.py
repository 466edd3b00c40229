"""Groups of columns, and rows in which one of them comes from other days."""

from collections.abc import Iterator

import numpy as np

from ..folds import DAY_MS
from ..rows import Rows

GROUPS: dict[str, tuple[str, ...]] = {
    "price/trend": tuple(
        "return_ ema_distance macd adx_ di_ rsi_ bollinger_position stochastic donchian_position aroon trix slope_ r2_ cci_ keltner "
        "efficiency_ratio trend_t".split()
    ),
    "volatility": tuple(
        "realised_volatility atr_ natr_ bollinger_width donchian_width volatility_ parkinson garman rogers yang_zhang".split()
    ),
    "volume/flow": tuple(
        "volume_ taker_imbalance trades_ratio average_trade_size vpin vwap obv money_flow chaikin price_volume amihud".split()
    ),
    "distribution": tuple("skew_ kurtosis_ autocorrelation variance_ratio hurst sign_entropy up_share sign_run".split()),
    "candles": tuple("candle_body upper_shadow lower_shadow close_location range inside_bar engulfing body_share shadow_balance".split()),
    "time of day": tuple("hour_ weekday_ minute_ funding_distance weekend session_".split()),
    "funding": ("funding_",),
    "mark price": tuple("basis next_funding mark_close".split()),
    "open interest": ("open_interest",),
    "long/short ratios": tuple("top_account top_position global_account taker_volume_ratio".split()),
    "liquidations": ("liquidation",),
    "order book": tuple("spread microprice order_flow depth_".split()),
    "trades": tuple("trade_ kyle".split()),
    "masks": ("mask_",),
}
"""Beginnings of the columns' names; the first group that fits has it. Belief columns make a group a layer, all else is `others`."""


def group_of(name: str) -> str:
    if "." in name:
        return f"beliefs of {name.split('.')[0]}"
    return next((group for group, starts in GROUPS.items() if name.startswith(starts)), "others")


def groups_of(names: tuple[str, ...]) -> dict[str, list[int]]:
    """Places of each group's columns, in the order of the columns."""
    found: dict[str, list[int]] = {}
    for place, name in enumerate(names):
        found.setdefault(group_of(name), []).append(place)
    return found


def shuffled(rows: Rows, seed: int) -> Iterator[tuple[str, list[int], np.ndarray]]:
    """Each group, its columns, and the matrix with these columns from the same hour of other days of the same symbol."""
    source = other_days(rows, seed)
    for group, places in groups_of(rows.names).items():
        x = rows.x.copy(order="F")
        x[:, places] = rows.x[np.ix_(source, places)]
        yield group, places, x


def other_days(rows: Rows, seed: int) -> np.ndarray:
    """Of each row, the row at or next behind its time of day on another day: days stay whole, and none stays where it is."""
    source = np.arange(len(rows))
    random = np.random.default_rng(seed)
    for number in np.unique(rows.symbol):
        own = np.flatnonzero(rows.symbol == number)
        own = own[np.argsort(rows.time[own], kind="stable")]
        time = rows.time[own]
        days = np.unique(time // DAY_MS)
        cycle = random.permutation(days)
        follows = dict(zip(cycle.tolist(), np.roll(cycle, 1).tolist(), strict=True))
        target = np.array([follows[day] for day in (time // DAY_MS).tolist()]) * DAY_MS + time % DAY_MS
        source[own] = own[np.minimum(np.searchsorted(time, target), len(own) - 1)]
    return source
