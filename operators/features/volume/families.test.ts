import { describe } from "vitest";
import { checkFamilies } from "../../../test/features/checkFamilies.ts";
import { VOLUME_FAMILIES } from "./families.ts";

describe("families of volume", () => {
  checkFamilies(VOLUME_FAMILIES);
});
