import { UserError } from "../../domain/units.ts";

/** Place of the server, prefix of the tables' names, and user with password (both absent: none). */
export interface QuestDbSettings {
  readonly host: string;
  /** The port of SQL over HTTP and of line protocol, 9000 unless the server was told another. */
  readonly httpPort: number;
  /** Lower-case letters, digits and underscores. */
  readonly prefix: string;
  readonly user?: string | undefined;
  readonly password?: string | undefined;
}

/** The variables that hold the credentials: never the config, which reports print. */
export const USER_VARIABLE = "RIPOSTE_QUESTDB_USER";
export const PASSWORD_VARIABLE = "RIPOSTE_QUESTDB_PASSWORD";

/** User and password from the environment; one without the other is a `UserError`. */
export const credentialsOf = (env: Readonly<Record<string, string | undefined>>): Pick<QuestDbSettings, "user" | "password"> => {
  const [user, password] = [env[USER_VARIABLE] ?? "", env[PASSWORD_VARIABLE] ?? ""];
  if (user === "" && password === "") return {};
  if (user === "" || password === "")
    throw new UserError(`${user === "" ? USER_VARIABLE : PASSWORD_VARIABLE} is not set: set both variables for QuestDB, or neither`);
  return { user, password };
};

/** `http://127.0.0.1:9000`. */
export const urlOf = ({ host, httpPort }: QuestDbSettings): string => `http://${host.includes(":") ? `[${host}]` : host}:${httpPort}`;
