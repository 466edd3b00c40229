"""Which columns stand at 0 where the history lacks an input, by the column that says so."""

_OPEN_INTEREST = "open_interest_change_60 open_interest_change_1440 open_interest_volume_ratio"
_RATIOS = "top_account_ratio top_position_ratio global_account_ratio taker_volume_ratio global_account_change_60"
_BOOK = "depth_imbalance_10 depth_slope_10 depth_ratio_1_10"
_TRADES = "trade_sign_run trade_sign_autocorrelation_15 trade_imbalance_15 kyle_lambda_60 trade_rate_ratio"

FAMILIES: dict[str, tuple[str, ...]] = {
    mask: tuple(names.split())
    for mask, names in {
        "mask_funding": "funding_rate funding_sum_day funding_sum_week funding_zscore_30d funding_extreme_30d",
        "mask_markPrice": "basis basis_change_60 next_funding_rate mark_close_gap",
        "mask_openInterest": _OPEN_INTEREST,
        "mask_longShortRatio": _RATIOS,
        "mask_liquidation": "liquidation_imbalance_60 liquidation_share_60",
        "mask_bestBidAsk": "spread microprice_offset order_flow_imbalance_1 order_flow_imbalance_15",
        "mask_book": _BOOK,
        "mask_trade": _TRADES,
    }.items()
}

MASK_OF: dict[str, str] = {name: mask for mask, names in FAMILIES.items() for name in names}
"""The mask of each column that has one."""
