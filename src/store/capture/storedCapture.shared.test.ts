import { join } from "node:path";
import { storedCaptureContract } from "../../../test/storedCapture.ts";

storedCaptureContract("Parquet", {
  data: (folder) => ({ dir: join(folder, "history") }),
  options: (folder) => ({ data: join(folder, "history") }),
});
