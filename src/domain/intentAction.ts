/** What L4, or risk itself, asks for. `cancelEntries` (withdraw resting entries) comes from the risk gate alone. */
export type IntentAction = "enter" | "scaleIn" | "reduce" | "exit" | "moveStop" | "cancelEntries";

/** Whether an intent opens a position or grows it. */
export const isEntry = (action: IntentAction): boolean => action === "enter" || action === "scaleIn";
