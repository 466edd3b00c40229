import { UserError } from "./units.ts";

/**
 * Settings that cannot be used, as paths in the config (`position.options.leverage`). The command line turns it into wrong usage if one of
 * them was typed there; otherwise the run is refused.
 */
export class SettingError extends UserError {
  readonly paths: readonly string[];
  constructor(paths: readonly string[], message: string) {
    super(message);
    this.paths = paths;
  }
}
