import assert from "node:assert/strict";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import "../seed.ts";
import { formatComplaint } from "../../src/config/complaint.ts";
import { defaultConfigFile } from "../../src/config/default-file.ts";
import { type LoadOptions, loadConfiguration } from "../../src/config/load.ts";
import { makeFolder } from "./folder.ts";
import { loadProfiles } from "./load-profiles.ts";

const PLACE = "[destination]\nlocation = /mnt/backup/main/latest\n";

function complaintsOf(options: LoadOptions): string[] {
  const result = loadConfiguration(options);
  assert.ok(!result.ok);
  return result.complaints.map(formatComplaint);
}

const at = (place: string, id = 1, more = "") =>
  `[profile]\nid = ${id}\n[destination]\nlocation = /mnt/backup/${place}/latest\n${more}`;

test("true, false and null stay text", (context) => {
  const text = `${PLACE}[source]\nexclude[] = true\nexclude[] = "null"\nexclude[] = false\nexclude[] = 007\n`;
  const [profile] = loadProfiles({ file: join(makeFolder(context, { "bakup.conf": text }), "bakup.conf") });
  assert.deepEqual(profile?.source.exclude, ["true", "null", "false", "007"]);
});

test("profiles come from profiles.d in the order of their names; other files there do not count", (context) => {
  const folder = makeFolder(context, {
    "bakup.conf": "",
    "profiles.d/b.conf": at("b", 2),
    "profiles.d/a.conf": at("a", 1),
    "profiles.d/c.conf.example": "broken",
    "profiles.d/.d.conf": "broken",
  });
  const profiles = loadProfiles({ file: join(folder, "bakup.conf") });
  assert.deepEqual(
    profiles.map(({ name, id, file }) => [name, id, file]),
    [
      ["a", "1", join(folder, "profiles.d/a.conf")],
      ["b", "2", join(folder, "profiles.d/b.conf")],
    ],
  );
});

test("an empty profiles.d leaves the main file as the one profile", (context) => {
  const folder = makeFolder(context, { "bakup.conf": PLACE, "profiles.d/README": "" });
  assert.deepEqual(
    loadProfiles({ file: join(folder, "bakup.conf") }).map(({ name }) => name),
    ["main"],
  );
});

test("a profile wins key by key, list by list, and with its frequencies as a set", (context) => {
  const folder = makeFolder(context, {
    "bakup.conf":
      "[source]\npath = /home\nexclude[] = x\nexclude[] = y\n[rotation]\nhourly = 5\ndaily = 6\nrelaxed = yes\n[transfer]\nmax_delete = 10%\n",
    "profiles.d/a.conf": at("a", 1, "[source]\nexclude[] = z\n[rotation]\nweekly = 2\n[transfer]\nmax_rewrite = 20%\n"),
    "profiles.d/b.conf": at("b", 2, "[source]\npath = /srv\n"),
  });
  const [a, b] = loadProfiles({ file: join(folder, "bakup.conf") });
  assert.deepEqual(a?.source.exclude, ["z"]);
  assert.equal(a?.source.path, "/home");
  assert.deepEqual(a?.rotation.scheme, { weekly: 2 });
  assert.equal(a?.rotation.relaxed, true);
  assert.deepEqual([a?.transfer.maxDeletePercent, a?.transfer.maxRewritePercent], [10, 20]);
  assert.deepEqual(b?.source.exclude, ["x", "y"]);
  assert.equal(b?.source.path, "/srv");
  assert.deepEqual(b?.rotation.scheme, { hourly: 5, daily: 6 });
});

test("the profiles that are named come in that order, once", (context) => {
  const files = { "bakup.conf": "", "profiles.d/a.conf": at("a", 1), "profiles.d/b.conf": at("b", 2) };
  const file = join(makeFolder(context, files), "bakup.conf");
  assert.deepEqual(
    loadProfiles({ file, profiles: ["b", "a", "b"] }).map(({ name }) => name),
    ["b", "a"],
  );
  assert.deepEqual(complaintsOf({ file, profiles: ["a", "bb"] }), [
    `${file}: there is no profile "bb"; did you mean "b"?`,
  ]);
});

test("a mistake in a profile that is not wanted is a warning", (context) => {
  const folder = makeFolder(context, {
    "bakup.conf": "",
    "profiles.d/a.conf": at("a", 1),
    "profiles.d/b.conf": at("b", 0),
  });
  const file = join(folder, "bakup.conf");
  const result = loadConfiguration({ file, profiles: ["a"] });
  assert.ok(result.ok);
  assert.deepEqual(
    result.warnings.map(({ line, message }) => [line, message]),
    [[2, 'id must be a whole number above 0, not "0"']],
  );
  assert.equal(complaintsOf({ file, profiles: ["b"] }).length, 1);
  assert.equal(complaintsOf({ file }).length, 1);
});

test("a file that is missing, a folder, too large or a pipe is one clear complaint", (context) => {
  const folder = makeFolder(context, { "large.conf": "; x\n".repeat(300_000) });
  const missing = join(folder, "none.conf");
  assert.deepEqual(complaintsOf({ file: missing }), [
    `${missing}: there is no such file; write one (man 5 bakup.conf has an example) or name another with --config`,
  ]);
  assert.match(complaintsOf({ file: folder }).join("\n"), /^[^\n]*: this is a folder; [^\n]*$/);
  assert.match(complaintsOf({ file: join(folder, "large.conf") }).join("\n"), /^[^\n]*: this file is larger [^\n]*$/);
  assert.match(complaintsOf({ file: "/dev/zero" }).join("\n"), /^\/dev\/zero: this is no regular file; [^\n]*$/);
});

test("a missing main file is reported even when there are profiles, and their mistakes with it", (context) => {
  const folder = makeFolder(context, { "profiles.d/a.conf": at("a", 0) });
  const complaints = complaintsOf({ file: join(folder, "bakup.conf") });
  assert.equal(complaints.length, 2);
  assert.match(complaints[1] ?? "", /a\.conf:2: id /);
});

test("user-callback beside the configuration is the callback of every profile that names none", (context) => {
  const folder = makeFolder(context, {
    "bakup.conf": "",
    "user-callback": "#!/bin/sh\n",
    "profiles.d/a.conf": at("a", 1),
    "profiles.d/b.conf": at("b", 2, "[callback]\npath = /bin/true\n"),
  });
  const file = join(folder, "bakup.conf");
  assert.deepEqual(
    loadProfiles({ file }).map(({ callback }) => callback.path),
    [join(folder, "user-callback"), "/bin/true"],
  );
  chmodSync(join(folder, "user-callback"), 0o644);
  assert.deepEqual(complaintsOf({ file }), [
    `${join(folder, "user-callback")}: this callback lacks its run bit; chmod +x ${join(folder, "user-callback")}`,
  ]);
});

test("callbacks that are still known are told of a broken configuration", (context) => {
  const folder = makeFolder(context, {
    "bakup.conf": "[callback]\ntimeout = 10s\n",
    "user-callback": "#!/bin/sh\n",
    "profiles.d/a.conf": at("a", 7, "[source]\npath = home\n"),
    "profiles.d/b.conf": at("b", 0, "[callback]\npath = /bin/true\ntimeout = never\n"),
    "profiles.d/c.conf": at("c", 3, "[callback]\npath = /nowhere/x\n"),
  });
  const result = loadConfiguration({ file: join(folder, "bakup.conf") });
  assert.ok(!result.ok);
  assert.deepEqual(result.callbacks, [
    { path: join(folder, "user-callback"), id: "7", name: "a", timeoutSeconds: 10 },
    { path: "/bin/true", id: "1", name: "b", timeoutSeconds: 300 },
  ]);
});

test("a missing configuration is told to the callback beside it", (context) => {
  const folder = makeFolder(context, { "user-callback": "#!/bin/sh\n" });
  const result = loadConfiguration({ file: join(folder, "bakup.conf") });
  assert.ok(!result.ok);
  const path = join(folder, "user-callback");
  assert.deepEqual(result.callbacks, [{ path, id: "1", name: "main", timeoutSeconds: 300 }]);
});

test("what is allowed but hardly meant is a warning with its line", (context) => {
  const text =
    "[destination]\nlocation = h:/b/l\ntunnel = gate\n[schedule]\ntimer_arg[] = 20h\n[disk]\ncrypto = x\ndevice = LABEL=y\n";
  const result = loadConfiguration({ file: join(makeFolder(context, { "bakup.conf": text }), "bakup.conf") });
  assert.ok(result.ok);
  assert.deepEqual(
    result.warnings.map(({ line, message }) => [line, message.split(/[:;,]/)[0]]),
    [
      [3, "tunnel has no effect"],
      [5, "no time band follows the interval"],
      [8, "device has no effect"],
    ],
  );
});

test("root is warned of a configuration that others may write", { skip: process.getuid?.() !== 0 }, (context) => {
  const file = join(makeFolder(context, { "bakup.conf": PLACE }), "bakup.conf");
  for (const [mode, who] of [
    [0o664, "its group"],
    [0o666, "everyone"],
  ] as const) {
    chmodSync(file, mode);
    const result = loadConfiguration({ file });
    assert.ok(result.ok);
    assert.deepEqual(
      result.warnings.map(({ message }) => message.split(" may ")[0]),
      [who],
    );
  }
});

test("a timer script judges its arguments itself", (context) => {
  const text = `${PLACE}[schedule]\ntimer_script = /bin/true\ntimer_arg[] = anything\n`;
  const [profile] = loadProfiles({ file: join(makeFolder(context, { "bakup.conf": text }), "bakup.conf") });
  assert.deepEqual(profile?.schedule.timerArgs, ["anything"]);
});

test("the default file is root's in /etc, and anyone else's below XDG_CONFIG_HOME or .config", () => {
  assert.equal(defaultConfigFile(0, { HOME: "/root" }), "/etc/bakup/bakup.conf");
  assert.equal(defaultConfigFile(1000, { HOME: "/home/u", XDG_CONFIG_HOME: "/x" }), "/x/bakup/bakup.conf");
  assert.equal(defaultConfigFile(1000, { HOME: "/home/u" }), "/home/u/.config/bakup/bakup.conf");
  assert.equal(defaultConfigFile(1000, { HOME: "/home/u", XDG_CONFIG_HOME: "x" }), "/home/u/.config/bakup/bakup.conf");
});

test("whatever stands in the files, the loader neither throws nor hangs", (context) => {
  const folder = makeFolder(context, { "bakup.conf": "", "profiles.d/a.conf": "" });
  mkdirSync(join(folder, "single"));
  const piece = fc.oneof(
    fc.constantFrom(..."[]=;#\"'\\ \t\n\r.", "[source]\n", "[destination]\n", "location = ", "path=", "exclude[] = "),
    fc.constantFrom("[rotation]\n", "daily = 7\n", "[profile]\nid = ", "/mnt/b/latest\n", "[\n", "__proto__", "**/[a-"),
    fc.string({ unit: "binary", maxLength: 8 }),
  );
  const text = fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join(""));
  const content = fc.oneof(text, fc.uint8Array({ maxLength: 200 }));
  fc.assert(
    fc.property(content, content, (first, second) => {
      writeFileSync(join(folder, "bakup.conf"), first);
      writeFileSync(join(folder, "single/bakup.conf"), first);
      writeFileSync(join(folder, "profiles.d/a.conf"), second);
      for (const file of [join(folder, "bakup.conf"), join(folder, "single/bakup.conf")]) {
        const start = performance.now();
        const result = loadConfiguration({ file });
        assert.ok(result.ok || result.complaints.length > 0);
        assert.ok(performance.now() - start < 1000);
      }
    }),
    { numRuns: 300 },
  );
});
