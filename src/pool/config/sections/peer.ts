import { choice, yesNo } from "../../../config/value-types.ts";
import type { PoolSectionRule } from "../rule.ts";
import { accountName, actionNames, commandLine, path, peerName } from "../value-types.ts";

export const peer = {
  description: "a machine of the pool",
  keys: {
    name: {
      schema: peerName,
      absent: "the name of the section",
      description: "its name, which is also the name of its folder in the staging directory; of a remote peer its host",
      example: "web.example.org",
    },
    type: {
      schema: choice(["local", "remote"]),
      default: "remote",
      description: "whether it is this machine or another",
      example: "local",
    },
    collect_dir: {
      schema: path,
      required: true,
      description: "the folder there in which its collect action leaves the archives",
      example: "/var/lib/bakup-pool/collect",
    },
    ignore_failures: {
      schema: choice(["none", "all", "daily", "weekly"]),
      default: "none",
      description:
        "on which days it may be away without that being an error; weekly is the starting day, daily the others",
      example: "daily",
    },
    managed: {
      schema: yesNo,
      default: "no",
      description: "whether this machine runs the actions of that one; remote peers only",
      example: "yes",
    },
    backup_user: {
      schema: accountName,
      absent: "that of [options]",
      description: "the user to log in as; remote peers only",
      example: "backup",
    },
    rcp_command: {
      schema: commandLine,
      absent: "that of [options]",
      description: "copies its files; remote peers only",
      example: "/usr/bin/scp -B -P 2222",
    },
    rsh_command: {
      schema: commandLine,
      absent: "that of [options]",
      description: "runs commands on it; remote peers only",
      example: "/usr/bin/ssh -p 2222",
    },
    cback_command: {
      schema: commandLine,
      absent: "that of [options]",
      description: "the program to run there; remote peers only",
      example: "/usr/bin/cback3",
    },
    managed_actions: {
      schema: actionNames,
      absent: "those of [options]",
      description: "the actions that are run there; remote peers only",
      example: "collect, purge",
    },
  },
} as const satisfies PoolSectionRule;
