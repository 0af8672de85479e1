import { createTitles, type IniSection } from "./ini.ts";
import type { XmlNode } from "./xml.ts";

/** What the sections of a cback.conf become. */
export interface Imported {
  sections: IniSection[];
  /** What the reader has to see to. */
  notes: string[];
}

/** Turns a cback.conf into the sections of a pool.conf with the same meaning. Pure. */
export function importSections(root: XmlNode): Imported {
  const notes: string[] = [];
  const task: Task = { root, titles: createTitles(), note: (text) => notes.push(text) };
  const sections = [
    ...reference(task),
    ...options(task),
    ...peers(task, root.one("peers"), "peer"),
    ...collect(task),
    ...stage(task),
    ...store(task),
    ...s3(task),
    ...purge(task),
    ...extensions(task),
    ...databases(task),
    ...subversion(task),
    ...encrypt(task),
  ];
  return { sections: sections.filter(({ keys }) => keys.some(([, value]) => value !== undefined)), notes };
}

interface Task {
  root: XmlNode;
  titles: ReturnType<typeof createTitles>;
  note(text: string): void;
}

type Keys = IniSection["keys"];

/** Keys that have the same name and value in both files. */
function same(node: XmlNode, names: readonly string[]): Keys {
  return names.map((name) => [name, node.text(name)] as const);
}

/** Y and N of Cedar Backup. */
function switches(node: XmlNode, names: readonly string[]): Keys {
  return names.map((name) => {
    const value = node.text(name);
    return [name, value === undefined ? undefined : /^y/i.test(value) ? "yes" : "no"] as const;
  });
}

function reference({ root }: Task): IniSection[] {
  const node = root.one("reference");
  return node === undefined
    ? []
    : [{ title: "reference", keys: same(node, ["author", "revision", "description", "generator"]) }];
}

function options({ root }: Task): IniSection[] {
  const node = root.one("options");
  if (node === undefined) {
    return [];
  }
  const hooks = (name: string) =>
    node.all(name).map((hook) => `${hook.text("action") ?? ""} ${hook.text("command") ?? ""}`);
  const overrides = node.all("override").map((each) => `${each.text("command") ?? ""} ${each.text("abs_path") ?? ""}`);
  return [
    {
      title: "options",
      keys: [
        ...same(node, ["starting_day", "working_dir", "backup_user", "backup_group", "rcp_command", "rsh_command"]),
        ...same(node, ["cback_command", "managed_actions"]),
        ["override", overrides],
        ["pre_action_hook", hooks("pre_action_hook")],
        ["post_action_hook", hooks("post_action_hook")],
        ["order_mode", root.one("extensions")?.text("order_mode")],
      ],
    },
  ];
}

function peers({ titles }: Task, node: XmlNode | undefined, prefix: string): IniSection[] {
  return (node?.all("peer") ?? []).map((peer) => {
    const name = peer.text("name") ?? "";
    const remote = peer.text("type") === "remote";
    return {
      title: titles(prefix, name),
      keys: [
        ["name", name],
        ...same(peer, ["type", "collect_dir", "ignore_failures"]),
        ...(remote ? switches(peer, ["managed"]) : []),
        ...(remote
          ? same(peer, ["backup_user", "rcp_command", "rsh_command", "cback_command", "managed_actions"])
          : []),
      ],
    };
  });
}

function collect({ root, titles }: Task): IniSection[] {
  const node = root.one("collect");
  if (node === undefined) {
    return [];
  }
  const mode = (item: XmlNode): Keys => [
    ["abs_path", item.text("abs_path")],
    ["collect_mode", item.text("collect_mode") ?? item.text("mode")],
    ["archive_mode", item.text("archive_mode")],
  ];
  const files = node
    .all("file")
    .map((item) => ({ title: titles("file", item.text("abs_path") ?? ""), keys: mode(item) }));
  const dirs = node.all("dir").map((item) => ({
    title: titles("dir", item.text("abs_path") ?? ""),
    keys: [
      ...mode(item),
      ...same(item, ["ignore_file", "link_depth"]),
      ...switches(item, ["dereference"]),
      ...same(item, ["recursion_level"]),
      ["exclude_abs_path", item.one("exclude")?.texts("abs_path")],
      ["exclude_rel_path", item.one("exclude")?.texts("rel_path")],
      ["exclude_pattern", item.one("exclude")?.texts("pattern")],
    ] satisfies Keys,
  }));
  const shared: Keys = [
    ...same(node, ["collect_dir", "collect_mode", "archive_mode", "ignore_file"]),
    ["exclude_abs_path", node.one("exclude")?.texts("abs_path")],
    ["exclude_pattern", node.one("exclude")?.texts("pattern")],
  ];
  return [{ title: "collect", keys: shared }, ...files, ...dirs];
}

function stage(task: Task): IniSection[] {
  const node = task.root.one("stage");
  return node === undefined
    ? []
    : [{ title: "stage", keys: same(node, ["staging_dir"]) }, ...peers(task, node, "stage-peer")];
}

function store({ root, note }: Task): IniSection[] {
  const node = root.one("store");
  if (node === undefined) {
    return [];
  }
  if (node.text("target_scsi_id") !== undefined || node.text("device_type") !== undefined) {
    note("device_type and target_scsi_id are left out: xorriso knows a drive by its target_device");
  }
  const blanking = node.one("blank_behavior");
  return [
    {
      title: "store",
      keys: [
        ...same(node, ["source_dir", "media_type", "target_device", "drive_speed"]),
        ...switches(node, ["check_data", "check_media", "warn_midnite", "no_eject"]),
        ...same(node, ["refresh_media_delay", "eject_delay"]),
        ["blank_mode", blanking?.text("mode")],
        ["blank_factor", blanking?.text("factor")],
      ],
    },
  ];
}

function s3({ root, note }: Task): IniSection[] {
  const node = root.one("amazons3");
  if (node === undefined) {
    return [];
  }
  note("[s3]: write region and credentials where they are not in the environment or ~/.aws");
  note("[s3]: the action amazons3 uploads, as before; without its section the action store does, and so all");
  const command = node.text("encrypt");
  return [
    {
      title: "s3",
      keys: [
        ...same(node, ["s3_bucket"]),
        ...switches(node, ["warn_midnite"]),
        ["encrypt_command", command],
        ["full_size_limit", node.text("full_size_limit")],
        ["incr_size_limit", node.text("incr_size_limit")],
      ],
    },
  ];
}

function purge({ root, titles }: Task): IniSection[] {
  return (root.one("purge")?.all("dir") ?? []).map((dir) => ({
    title: titles("purge", dir.text("abs_path") ?? ""),
    keys: same(dir, ["abs_path", "retain_days"]),
  }));
}

const KNOWN = ["mysql", "postgresql", "subversion", "encrypt", "amazons3"];

function extensions({ root, titles, note }: Task): IniSection[] {
  return (root.one("extensions")?.all("action") ?? []).flatMap((action) => {
    const name = action.text("name") ?? "";
    const type = /^CedarBackup[23]?\.extend\.(\w+)$/.exec(action.text("module") ?? "")?.[1] ?? "";
    if (!KNOWN.includes(type)) {
      note(
        `the extension ${name} is left out: bakup has no ${action.text("module") ?? "such module"}; see [action-NAME] in bakup-pool.conf(5)`,
      );
      return [];
    }
    const depends = action.one("depends");
    return [
      {
        title: titles("action", name),
        keys: [
          ["name", name],
          ["type", type],
          ["index", action.text("index")],
          ["run_before", depends?.text("run_before")],
          ["run_after", depends?.text("run_after")],
        ],
      } satisfies IniSection,
    ];
  });
}

function databases({ root, note }: Task): IniSection[] {
  return ["mysql", "postgresql"].flatMap((name) => {
    const node = root.one(name);
    if (node === undefined) {
      return [];
    }
    if (node.text("password") !== undefined) {
      note("[mysql]: the password is left out; put it into a file of mode 0600 and name that with options_file");
    }
    return [
      {
        title: name,
        keys: [
          ...same(node, ["user", "compress_mode"]),
          ...switches(node, ["all"]),
          ["database", node.texts("database")],
        ] satisfies Keys,
      },
    ];
  });
}

function subversion({ root, titles }: Task): IniSection[] {
  const node = root.one("subversion");
  if (node === undefined) {
    return [];
  }
  const modes = ["abs_path", "collect_mode", "compress_mode"];
  return [
    { title: "subversion", keys: same(node, modes.slice(1)) },
    ...node.all("repository").map((each) => ({
      title: titles("repository", each.text("abs_path") ?? ""),
      keys: same(each, modes),
    })),
    ...node.all("repository_dir").map((each) => ({
      title: titles("repositories", each.text("abs_path") ?? ""),
      keys: [
        ...same(each, modes),
        ["exclude_rel_path", each.one("exclude")?.texts("rel_path")],
        ["exclude_pattern", each.one("exclude")?.texts("pattern")],
      ] satisfies Keys,
    })),
  ];
}

function encrypt({ root }: Task): IniSection[] {
  const node = root.one("encrypt");
  return node === undefined ? [] : [{ title: "encrypt", keys: same(node, ["encrypt_mode", "encrypt_target"]) }];
}
