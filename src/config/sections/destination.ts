import type { SectionRule } from "../rule.ts";
import { absolutePath, location, passwordSource, sshHost, sshOption, yesNo } from "../value-types.ts";

export const destination = {
  description: "where the backup goes",
  keys: {
    location: {
      schema: location,
      absent: "required",
      description: "the mirror: a local path, an ssh location or an rsync daemon's module",
      example: "/mnt/backup/laptop/latest",
    },
    tunnel: {
      schema: sshHost,
      absent: "no tunnel",
      description: "ssh host to reach an rsync daemon through",
      example: "backup@gateway:2222",
    },
    password_file: {
      schema: passwordSource,
      absent: "no password",
      description: "file with the password for an rsync daemon, or credential:NAME",
      example: "/etc/bakup/laptop.secret",
    },
    ssh_option: {
      schema: sshOption,
      repeats: true,
      default: [],
      description: "option of ssh, as in ssh_config",
      example: "Port=2222",
    },
    identity: {
      schema: absolutePath,
      absent: "as ssh itself is configured",
      description: "file of the private key for ssh",
      example: "/root/.ssh/backup_ed25519",
    },
    sudo: {
      schema: yesNo,
      default: "yes",
      description: "whether an ssh user other than root works with sudo on the other machine",
      example: "no",
    },
  },
} as const satisfies SectionRule;
