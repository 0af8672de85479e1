import { statSync } from "node:fs";
import { userInfo } from "node:os";
import type { KeyPath } from "../../config/schema.ts";
import { parseLocation } from "../../destination/location.ts";
import { readCrypttab } from "../../disk/crypttab.ts";
import { readFstab } from "../../disk/fstab.ts";
import { type DiskInfo, listDisks } from "../../disk/list.ts";
import { describeError } from "../../errors/describe.ts";
import type { Choice, Questions } from "../ask.ts";
import { crypttabKeyOf, describeDisk, isCandidate, placeOnDisk, type Tables } from "./disk-place.ts";
import { mirrorIn, problemOf, type Settings } from "./settings.ts";

type Where = { kind: "disk"; disk: DiskInfo } | { kind: "folder" } | { kind: "remote" } | { kind: "again" };

/** Asks where the backup goes: a disk, a folder or another machine. @returns the keys of [destination] and [disk]. */
export async function askDestination(name: string, questions: Questions): Promise<Settings> {
  for (;;) {
    const where = await questions.choose("Where does the backup go?", await listChoices(questions));
    switch (where.kind) {
      case "again":
        break;
      case "folder":
        return askFolder(name, questions);
      case "remote":
        return askRemote(questions);
      case "disk": {
        const settings = await askDisk(name, where.disk, questions);
        if (settings !== undefined) {
          return settings;
        }
      }
    }
  }
}

/** Asks where on the disk that the options name the mirror is. */
export async function askMirror(name: string, questions: Questions): Promise<Settings> {
  const location = await questions.text("Which folder of the disk is the mirror, when the disk is mounted?", {
    initial: mirrorIn(`/media/${userInfo().username}/backup`, name),
    problemOf: (text) => problemOf("destination.location", text),
  });
  return new Map<KeyPath, string[]>([["destination.location", [location]]]);
}

async function listChoices({ say }: Questions): Promise<Choice<Where>[]> {
  const others: Choice<Where>[] = [
    { text: "a folder of this machine, or a disk that is always mounted", value: { kind: "folder" } },
    { text: "another machine: by ssh, or its rsync daemon", value: { kind: "remote" } },
  ];
  try {
    const disks = (await listDisks()).filter(isCandidate).sort((a, b) => Number(a.system) - Number(b.system));
    const found = disks.map((disk): Choice<Where> => ({ text: describeDisk(disk), value: { kind: "disk", disk } }));
    return [...found, ...others, { text: "look for disks again", value: { kind: "again" } }];
  } catch (error) {
    say(`The disks of this machine cannot be listed, because udisks2 does not answer: ${describeError(error)}`);
    return others;
  }
}

async function askFolder(name: string, questions: Questions): Promise<Settings> {
  const folder = await questions.text("In which folder?", {
    initial: "/mnt/backup",
    problemOf: (text) => problemOf("destination.location", mirrorIn(text, name)) ?? problemOfFolder(text),
  });
  return new Map<KeyPath, string[]>([["destination.location", [mirrorIn(folder, name)]]]);
}

/** A run makes no folder that a disk should be mounted on. */
function problemOfFolder(path: string): string | undefined {
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  return isFolder ? undefined : `there is no folder ${path}; is its disk mounted? If this is right: mkdir -p ${path}`;
}

async function askRemote(questions: Questions): Promise<Settings> {
  const location = await questions.text(
    "Which location? USER@HOST:/DIR/latest for ssh, HOST::MODULE or rsync://USER@HOST/MODULE for a daemon:",
    { problemOf: (text) => problemOf("destination.location", text) ?? problemOfRemote(text) },
  );
  const parsed = parseLocation(location);
  const password =
    parsed.kind === "daemon" && parsed.username !== null
      ? await questions.text("Which file holds the password? (the file, never the password; Enter for none)", {
          problemOf: (text) => (text === "" ? undefined : problemOf("destination.password_file", text)),
        })
      : "";
  return new Map<KeyPath, string[]>([
    ["destination.location", [location]],
    ...(password === "" ? [] : [["destination.password_file", [password]] satisfies [KeyPath, string[]]]),
  ]);
}

function problemOfRemote(text: string): string | undefined {
  return parseLocation(text).kind === "local" ? "this is a folder of this machine; write HOST:DIR" : undefined;
}

/** @returns nothing when something must be done with the disk first; then the person knows what. */
async function askDisk(name: string, disk: DiskInfo, questions: Questions): Promise<Settings | undefined> {
  const tables: Tables = { fstab: readFstab(), crypttab: readCrypttab(), user: userInfo().username };
  const place = placeOnDisk(disk, tables);
  if (place.kind === "not ready") {
    const commands = place.commands.map((command) => `    ${command}`).join("\n");
    questions.say(`${place.why}. These commands help, in another terminal:\n${commands}`);
    if (disk.fileSystem === "" && !disk.encrypted) {
      questions.say(
        "  They DESTROY whatever is on it. For a disk that is not encrypted, only the third, on the device.",
      );
    }
    await questions.text("Enter, when it is done:");
    return undefined;
  }
  const key = disk.encrypted && crypttabKeyOf(disk, tables) === undefined ? await askKey(name, questions) : [];
  if (place.fstabLine !== undefined) {
    questions.say(
      `  Add this line to /etc/fstab, so that it is mounted there the next time too:\n    ${place.fstabLine}`,
    );
  }
  const plugged = disk.system
    ? []
    : (await questions.confirm("Back up, if it is due, when the disk is plugged in?", true))
      ? ["yes"]
      : [];
  return new Map<KeyPath, string[]>([
    ["destination.location", [mirrorIn(place.folder, name)]],
    [disk.encrypted ? "disk.crypto" : "disk.device", [`UUID=${disk.uuid}`]],
    ...(place.mount === undefined ? [] : [["disk.mount", [place.mount]] satisfies [KeyPath, string[]]]),
    ...(key.length === 0 ? [] : [["disk.key", key] satisfies [KeyPath, string[]]]),
    ...(plugged.length === 0 ? [] : [["schedule.when_plugged", plugged] satisfies [KeyPath, string[]]]),
  ]);
}

async function askKey(name: string, questions: Questions): Promise<string[]> {
  const askText = (question: string, initial: string, prefix: string) =>
    questions.text(question, { initial, problemOf: (text) => problemOf("disk.key", `${prefix}:${text}`) });
  const kind = await questions.choose("Where does the passphrase of the disk come from?", [
    { text: "a key file, which a run reads by itself", value: "file" },
    { text: "a credential of systemd, which the unit is given", value: "credential" },
    { text: "it is asked for in each run", value: "ask" },
  ] as const);
  switch (kind) {
    case "ask":
      return ["ask"];
    case "credential": {
      return [`credential:${await askText("Its name?", `bakup-${name}`, "credential")}`];
    }
    case "file":
      return [`file:${await askText("Which file?", `/etc/bakup/${name}.key`, "file")}`];
  }
}
