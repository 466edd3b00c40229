import { createRequire } from "node:module";
import { UserError } from "../../src/domain/units.ts";

const PACKAGE = "onnxruntime-node";
const VERSION = "1.30.0";
const require = createRequire(import.meta.url);
const { resolve } = require;

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

/** Version of the onnxruntime-node that is installed. */
export const onnxVersion = (): string => (require(`${PACKAGE}/package.json`) as { readonly version: string }).version;
