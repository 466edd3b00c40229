/** Binance USD-M: `newClientOrderId`, a unique id among open orders. */
const CLIENT_ORDER_ID = /^[.A-Z:/a-z0-9_-]{1,36}$/;

/** Whether Binance takes the text as a client order id. */
export const isClientOrderId = (id: string): boolean => CLIENT_ORDER_ID.test(id);
