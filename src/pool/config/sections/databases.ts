import { text, yesNo } from "../../../config/value-types.ts";
import type { PoolSectionRule } from "../rule.ts";
import { accountName, compressMode, positiveNumber, secretFile } from "../value-types.ts";

const shared = {
  all: {
    schema: yesNo,
    default: "no",
    description: "dump all databases into one file",
    example: "yes",
  },
  database: {
    schema: text,
    repeats: true,
    default: [],
    description: "dump this database into a file of its own",
    example: "wiki",
  },
  compress_mode: {
    schema: compressMode,
    default: "gzip",
    description: "none, gzip, bzip2 or zstd",
    example: "zstd",
  },
  run_as: {
    schema: accountName,
    absent: "the user who runs bakup",
    description: "the system user who runs the dump",
    example: "postgres",
  },
} as const;

export const mysql = {
  description: "the extension mysql: dumps of MySQL and MariaDB",
  keys: {
    user: {
      schema: text,
      absent: "as the options_file says",
      description: "the database user",
      example: "backup",
    },
    options_file: {
      schema: secretFile,
      absent: "the configuration of MySQL",
      description: "a file with user and password in its section [client], or credential:NAME; mode 0600",
      example: "credential:mysql",
    },
    ...shared,
  },
} as const satisfies PoolSectionRule;

export const postgresql = {
  description: "the extension postgresql: dumps of PostgreSQL",
  keys: {
    user: { schema: text, absent: "as PostgreSQL chooses", description: "the database user", example: "backup" },
    host: {
      schema: text,
      absent: "the local socket",
      description: "the server, or the folder of its socket",
      example: "db.example.org",
    },
    port: { schema: positiveNumber, absent: "5432", description: "its port", example: "5433" },
    password_file: {
      schema: secretFile,
      absent: "~/.pgpass",
      description: "a file as pgpass of PostgreSQL describes it, or credential:NAME; mode 0600",
      example: "credential:pgpass",
    },
    ...shared,
  },
} as const satisfies PoolSectionRule;
