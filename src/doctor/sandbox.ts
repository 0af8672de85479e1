import type { Finding } from "./finding.ts";

/** A service of bakup under the settings that apply after all drop-ins. */
export interface ServiceFacts {
  unit: string;
  /** By systemd's names, as `systemctl show` prints them. */
  properties: ReadonlyMap<string, string>;
}

/** What makes a backup lack something, by the values that do. */
const LOSSY: Readonly<Record<string, { values: RegExp; loss: string }>> = {
  PrivateTmp: { values: /^(yes|disconnected)$/, loss: "/tmp and /var/tmp in the backup are the unit's own" },
  ProtectHome: { values: /^(yes|tmpfs)$/, loss: "homes are backed up empty" },
  PrivateDevices: { values: /^yes$/, loss: "device nodes are not backed up" },
  PrivateUsers: { values: /^(yes|self)$/, loss: "files of other users lose their owners, or cannot be read" },
  DynamicUser: { values: /^yes$/, loss: "files of other users cannot be read" },
  User: { values: /^(?!root$|0$)./, loss: "files of other users cannot be read" },
  RestrictSUIDSGID: { values: /^yes$/, loss: "setuid programs lose that bit" },
  MemoryDenyWriteExecute: { values: /^yes$/, loss: "bakup does not start" },
  RootDirectory: { values: /^(?!\/$)./, loss: "only that folder is backed up" },
  InaccessiblePaths: { values: /./, loss: "what lies there is not backed up" },
  TemporaryFileSystem: { values: /./, loss: "what lies there is backed up empty" },
};

/** What the units come with for the safety of the machine, by the values that leave it so. */
const PROTECTING: Readonly<Record<string, RegExp>> = {
  NoNewPrivileges: /^yes$/,
  ProtectSystem: /^strict$/,
  ProtectHome: /^(read-only|yes|tmpfs)$/,
  ProtectKernelTunables: /^yes$/,
  ProtectKernelModules: /^yes$/,
  ProtectControlGroups: /^yes$/,
  RestrictNamespaces: /^(?!no$)/,
};

const NEEDED_CAPABILITIES = [
  ...["cap_chown", "cap_dac_override", "cap_dac_read_search", "cap_fowner", "cap_fsetid", "cap_mknod"],
  ...["cap_setfcap", "cap_sys_admin"],
];

/** The settings that are looked at. */
export const SANDBOX_PROPERTIES: readonly string[] = [
  ...new Set([...Object.keys(LOSSY), ...Object.keys(PROTECTING)]),
  ...["CapabilityBoundingSet", "DropInPaths"],
];

/** What local drop-ins have changed: too little sandbox is advice, too much is a problem, as backups lack something. */
export function judgeSandbox({ unit, properties }: ServiceFacts): Finding[] {
  const found = [...properties].flatMap(([name, value]): Finding[] => {
    const lossy = LOSSY[name];
    if (lossy?.values.test(value)) {
      return [problem(unit, `${name}=${value}: ${lossy.loss}`, properties)];
    }
    const weakened = PROTECTING[name]?.test(value) === false;
    return weakened ? [{ ...problem(unit, `${name}=${value} weakens its sandbox`, properties), level: "advice" }] : [];
  });
  const lacking = lackingCapabilities(properties.get("CapabilityBoundingSet"));
  const all = [
    ...found,
    ...(lacking.length === 0
      ? []
      : [problem(unit, `lacks ${lacking.join(", ")}: files cannot be read, or lose attributes`, properties)]),
  ];
  return all.length > 0 ? all : [{ check: "sandbox", level: "fine", text: `${unit} runs as it should` }];
}

function problem(unit: string, what: string, properties: ServiceFacts["properties"]): Finding {
  const own = (properties.get("DropInPaths") ?? "").split(" ").filter((path) => /^\/(etc|run)\//.test(path));
  const where = own.length === 0 ? "" : `; local changes are in ${own.join(", ")}`;
  return { check: "sandbox", level: "problem", text: `${unit}: ${what}`, hint: `systemctl revert ${unit}${where}` };
}

function lackingCapabilities(bounding: string | undefined): string[] {
  const given = bounding?.toLowerCase().split(" ");
  return given === undefined ? [] : NEEDED_CAPABILITIES.filter((name) => !given.includes(name));
}
