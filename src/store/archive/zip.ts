import { crc32 } from "node:zlib";
import type { Entry, ZipFile } from "yauzl";
import { fromBuffer } from "yauzl";
import { UserError } from "../../domain/units.ts";
import { REMEDY } from "../../venues/binance/archive/csv.ts";

/** Largest CSV that is unpacked: a month of klines has 6 MB, a day of BTCUSDT trades 100 MB. */
const CSV_BYTES_MAX = 512 * 1024 * 1024;

/** The one CSV inside an archive's zip. Truncated, damaged, empty or foreign zips are a `UserError` that names the file. */
export const unzipCsv = async (zip: Uint8Array, file: string): Promise<Buffer> => {
  try {
    return await firstEntry(Buffer.from(zip.buffer, zip.byteOffset, zip.byteLength));
  } catch (error) {
    const reason = error instanceof Error ? error.message.split("\n")[0] : String(error);
    throw new UserError(`${file} is not a whole zip (${reason}); nothing of this file was imported; ${REMEDY}`);
  }
};

const firstEntry = async (zip: Buffer): Promise<Buffer> => {
  const archive = await new Promise<ZipFile>((resolve, reject) => {
    fromBuffer(zip, { lazyEntries: true }, (error, opened) => (error ? reject(error) : resolve(opened)));
  });
  const entry = await new Promise<Entry>((resolve, reject) => {
    archive.once("entry", resolve).once("error", reject);
    archive.once("end", () => reject(new Error("it is empty")));
    archive.readEntry();
  });
  if (archive.entryCount !== 1 || !entry.fileName.endsWith(".csv"))
    throw new Error(`it must hold one CSV, not ${archive.entryCount} × ${entry.fileName}`);
  if (entry.uncompressedSize > CSV_BYTES_MAX) throw new Error(`its CSV has ${entry.uncompressedSize} bytes`);
  const csv = await unpacked(archive, entry);
  if (crc32(csv) !== entry.crc32) throw new Error("its CRC-32 is wrong");
  return csv;
};

const unpacked = (archive: ZipFile, entry: Entry): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    archive.openReadStream(entry, (error, stream) => {
      if (error) {
        reject(error);
        return;
      }
      // One buffer of the size that the zip states (yauzl refuses another length): a day of trades has 100 MB.
      const csv = Buffer.allocUnsafe(entry.uncompressedSize);
      let length = 0;
      stream.on("data", (part: Buffer) => (length += part.copy(csv, length)));
      stream.on("error", reject);
      stream.on("end", () => resolve(csv.subarray(0, length)));
    });
  });
