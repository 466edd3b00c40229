/** Whether the process has handlers of SIGINT and SIGTERM of its own, which a module that does not come back keeps from running. */
export const ownSignals = { handled: false };
