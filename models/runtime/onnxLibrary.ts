import { createRequire } from "node:module";
import { UserError } from "../../src/domain/units.ts";

const PACKAGE = "onnxruntime-node";
const VERSION = "1.30.0";
const resolve = createRequire(import.meta.url).resolve;

/** Path of onnxruntime-node, which only networks need. Throws a `UserError` with the command that installs it. `find` throws for what is not there. */
export const onnxLibrary = (find: (name: string) => string = resolve): string => {
  try {
    return find(PACKAGE);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "MODULE_NOT_FOUND") throw error;
    throw new UserError(
      `networks need the package ${PACKAGE}, which is not installed: npm install --no-save --ignore-scripts ${PACKAGE}@${VERSION}`,
    );
  }
};
