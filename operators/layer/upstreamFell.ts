import type { Upstreams } from "../../models/serving.ts";

/** Somebody else than the member that `upstreams` names spoke in L1 or L2 at this bar. */
export const upstreamFell = (
  fellBack: { readonly regime: boolean; readonly pattern: boolean },
  { upstreams }: { readonly upstreams?: Upstreams },
): boolean =>
  upstreams !== undefined && ((fellBack.regime && upstreams.regime !== undefined) || (fellBack.pattern && upstreams.pattern !== undefined));
