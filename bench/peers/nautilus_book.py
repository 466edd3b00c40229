"""nautilus_trader's order book on a capture: nautilus_book.py CAPTURE [repeats]

Its Binance adapter's own structs decode each diff and make the `OrderBookDeltas` that its `OrderBook` (L2_MBP, Rust behind Cython)
takes: outside the book's time, and a row of its own. Timed for the book: `apply_deltas` once for the snapshot and once a diff into
a new book; with, as a second row, the best bid and ask read behind each. Python 3.12 or newer.
"""

import sys

import msgspec
import nautilus_trader
import numpy as np
from nautilus_trader.adapters.binance.common.schemas.market import BinanceOrderBookData, BinanceOrderBookDelta, BinanceOrderBookMsg
from nautilus_trader.model.book import OrderBook
from nautilus_trader.model.enums import BookType
from nautilus_trader.model.identifiers import InstrumentId

from book_capture import LOTS_PER_UNIT, TICKS_PER_UNIT, print_book_result, read_book, row

repeats = int(sys.argv[2]) if len(sys.argv) > 2 else 5
snapshot, diffs = read_book(sys.argv[1])
INSTRUMENT = InstrumentId.from_str("BTCUSDT-PERP.BINANCE")
decoder = msgspec.json.Decoder(BinanceOrderBookMsg)


def parse():
    return [decoder.decode(text).data.parse_to_order_book_deltas(INSTRUMENT, local_ns) for local_ns, text in diffs]


def levels_of(side):
    return [BinanceOrderBookDelta(price, size) for price, size in side]


last_id = snapshot["lastUpdateId"]
whole = BinanceOrderBookData(
    e="snapshot", E=snapshot["E"], s="BTCUSDT", U=last_id, u=last_id, T=snapshot["T"],
    b=levels_of(snapshot["bids"]), a=levels_of(snapshot["asks"]),
)  # fmt: skip
first = whole.parse_to_order_book_deltas(INSTRUMENT, diffs[0][0], snapshot=True)
batches = parse()


def apply():
    book = OrderBook(INSTRUMENT, BookType.L2_MBP)
    apply_deltas = book.apply_deltas
    apply_deltas(first)
    for deltas in batches:
        apply_deltas(deltas)
    return book


def apply_and_read():
    book = OrderBook(INSTRUMENT, BookType.L2_MBP)
    apply_deltas, bid, ask = book.apply_deltas, book.best_bid_price, book.best_ask_price
    bid_size, ask_size = book.best_bid_size, book.best_ask_size
    apply_deltas(first)
    for deltas in batches:
        apply_deltas(deltas)
        top = (bid(), bid_size(), ask(), ask_size())
    return top


def tops():
    book = OrderBook(INSTRUMENT, BookType.L2_MBP)
    book.apply_deltas(first)
    out = np.empty((len(batches), 4))
    for k, deltas in enumerate(batches):
        book.apply_deltas(deltas)
        out[k, 0], out[k, 1] = book.best_bid_price(), book.best_ask_price()
        out[k, 2], out[k, 3] = book.best_bid_size(), book.best_ask_size()
    return np.rint(out * [TICKS_PER_UNIT, TICKS_PER_UNIT, LOTS_PER_UNIT, LOTS_PER_UNIT]).astype(np.int64)


rows = [
    row("OrderBook.apply_deltas, nothing read", "book", apply, repeats),
    row("OrderBook.apply_deltas, best bid and ask read from Python", "book", apply_and_read, repeats),
    row("Binance adapter: raw line → OrderBookDeltas", "wire", parse, repeats),
]
print_book_result("nautilus_trader", nautilus_trader.__version__, diffs, tops(), rows)
