import { UserError } from "./units.ts";

/**
 * A setting that cannot be used, by the paths in the config of those that are at fault (`position.options.leverage`). Whoever reads the
 * command line makes it wrong usage where one of them was typed there; else the run is refused.
 */
export class SettingError extends UserError {
  readonly paths: readonly string[];
  constructor(paths: readonly string[], message: string) {
    super(message);
    this.paths = paths;
  }
}
