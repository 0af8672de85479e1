import type { PoolConfig } from "../config/model.ts";
import type { PoolContext } from "../context.ts";
import { secretPath } from "../secret.ts";
import { type Dump, writeDumps } from "./dump.ts";

/** The extension mysql. No password is ever an argument: mysqldump reads it from its options file. */
export async function dumpMysql(context: PoolContext): Promise<void> {
  const { mysql } = context.config;
  if (mysql !== undefined) {
    const optionsFile = mysql.optionsFile === undefined ? undefined : secretPath(mysql.optionsFile);
    await writeDumps(context, mysqlDumps(mysql, optionsFile));
  }
}

/** The extension postgresql. pg_dump reads the password from the password file. */
export async function dumpPostgresql(context: PoolContext): Promise<void> {
  const { postgresql } = context.config;
  if (postgresql !== undefined) {
    const passwordFile = postgresql.passwordFile === undefined ? undefined : secretPath(postgresql.passwordFile);
    await writeDumps(context, postgresqlDumps(postgresql, passwordFile));
  }
}

/** The options file must be the first option. One transaction sees each database as it was at one moment. */
function mysqlDumps(settings: NonNullable<PoolConfig["mysql"]>, optionsFile: string | undefined): Dump[] {
  const { user, all, database, compressMode, runAs } = settings;
  const access = [
    ...(optionsFile === undefined ? [] : [`--defaults-extra-file=${optionsFile}`]),
    ...(user === undefined ? [] : [`--user=${user}`]),
  ];
  const how = ["--opt", "--single-transaction", "--routines", "--events", "--flush-logs"];
  const dump = (name: string, what: readonly string[]): Dump => ({
    name,
    compressMode,
    as: runAs,
    command: ["mysqldump", ...access, ...how, ...what],
  });
  return all
    ? [dump("mysqldump.txt", ["--all-databases"])]
    : database.map((name) => dump(`mysqldump-${name}.txt`, ["--databases", name]));
}

function postgresqlDumps(settings: NonNullable<PoolConfig["postgresql"]>, passwordFile: string | undefined): Dump[] {
  const { user, host, port, all, database, compressMode, runAs } = settings;
  const access = [
    "--no-password",
    ...(user === undefined ? [] : [`--username=${user}`]),
    ...(host === undefined ? [] : [`--host=${host}`]),
    ...(port === undefined ? [] : [`--port=${port}`]),
  ];
  const dump = (name: string, command: readonly string[]): Dump => ({
    name,
    compressMode,
    as: runAs,
    command,
    ...(passwordFile === undefined ? {} : { env: { PGPASSFILE: passwordFile } }),
  });
  return all
    ? [dump("postgresqldump.txt", ["pg_dumpall", ...access])]
    : database.map((name) => dump(`postgresqldump-${name}.txt`, ["pg_dump", ...access, `--dbname=${name}`]));
}
