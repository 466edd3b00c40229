import type { CaptureSummary } from "../../venues/binance/capture/captureScan.ts";

/** What of a capture's messages was left out, a sentence each without its point: those that could not be read, and types that are not known. */
export const captureNotes = ({
  faults,
  firstFault,
  unknownTypes,
}: Pick<CaptureSummary, "faults" | "firstFault" | "unknownTypes">): string[] => {
  const notes: string[] = [];
  if (faults > 0)
    notes.push(
      `${faults === 1 ? "1 message" : `${faults} messages`} of known types could not be read and were left out, the first at ${firstFault}`,
    );
  const [first] = unknownTypes;
  if (first === undefined) return notes;
  const count = unknownTypes.reduce((sum, each) => sum + each.count, 0);
  const types = unknownTypes.map(({ type }) => type).join(", ");
  notes.push(
    `${count === 1 ? "1 message" : `${count} messages`} of types that are not known (${types}) were left out, the first at ${first.at}`,
  );
  return notes;
};
