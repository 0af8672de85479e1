import { choice, durationSeconds } from "../../../config/value-types.ts";
import type { PoolSectionRule } from "../rule.ts";
import {
  accountName,
  actionNames,
  commandLine,
  hook,
  override,
  path,
  positiveNumber,
  weekday,
} from "../value-types.ts";

export const options = {
  description: "what holds for the whole pool",
  keys: {
    starting_day: {
      schema: weekday,
      default: "monday",
      description: "the day on which the week of the backup begins",
      example: "tuesday",
    },
    working_dir: {
      schema: path,
      default: "/var/lib/bakup-pool/work",
      description: "folder for temporary files and for what is remembered between runs; never purge it",
      example: "/srv/bakup/work",
    },
    backup_user: {
      schema: accountName,
      default: "root",
      description: "who owns the archives, and runs the commands that reach other machines",
      example: "backup",
    },
    backup_group: {
      schema: accountName,
      default: "root",
      description: "the group of the archives",
      example: "backup",
    },
    rcp_command: {
      schema: commandLine,
      default: "/usr/bin/scp -B -o ConnectTimeout=30 -o ServerAliveInterval=15",
      description: "copies files from and to remote peers, as rcp does",
      example: "/usr/bin/scp -B -1 -C",
    },
    rsh_command: {
      schema: commandLine,
      default: "/usr/bin/ssh -o BatchMode=yes -o ConnectTimeout=30 -o ServerAliveInterval=15",
      description: "runs a command on managed clients, as rsh does",
      example: "/usr/bin/ssh -p 2222",
    },
    cback_command: {
      schema: commandLine,
      default: "/usr/bin/bakup pool",
      description: "the program to run on managed clients",
      example: "/usr/bin/cback3",
    },
    managed_actions: {
      schema: actionNames,
      absent: "each managed client must have its own",
      description: "the actions that are run on managed clients, with commas between them",
      example: "collect, purge",
    },
    override: {
      schema: override,
      repeats: true,
      default: [],
      description: "use this file for a command that bakup runs",
      example: "xorriso /opt/bin/xorriso",
    },
    pre_action_hook: {
      schema: hook,
      repeats: true,
      default: [],
      description: "run this command before an action; when it fails, the action is not done",
      example: "collect /usr/local/sbin/before-collect",
    },
    post_action_hook: {
      schema: hook,
      repeats: true,
      default: [],
      description: "run this command after an action that was done",
      example: "store /usr/local/sbin/after-store --quiet",
    },
    order_mode: {
      schema: choice(["index", "dependency"]),
      default: "index",
      description: "whether the indexes of the actions or their dependencies say in which order they are done",
      example: "dependency",
    },
    max_connections: {
      schema: positiveNumber,
      default: "8",
      description: "how many peers and managed clients are served at the same time",
      example: "16",
    },
    peer_timeout: {
      schema: durationSeconds,
      default: "4h",
      description: "how long one command for a peer or a managed client may take",
      example: "30m",
    },
  },
} as const satisfies PoolSectionRule;
