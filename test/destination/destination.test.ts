import assert from "node:assert/strict";
import { test } from "node:test";
import { Destination } from "../../src/destination/destination.ts";
import { ensureTrailingSlash } from "../../src/destination/trailing-slash.ts";
import { InvalidDestinationError, ParentDirectoryUnavailable } from "../../src/errors/errors.ts";

function recordingTunnel(calls: string[]) {
  return {
    localPort: 49_500,
    open: async () => void calls.push("open"),
    close: async () => void calls.push("close"),
  };
}

test("an expression fills the parts, and changed parts change the expression", () => {
  const destination = new Destination({ expression: "me@host:/backups/latest" });
  assert.equal(destination.username, "me");
  assert.equal(destination.hostname, "host");
  assert.equal(destination.directory, "/backups/latest");
  destination.directory = "/other";
  destination.username = null;
  assert.equal(destination.expression, "host:/other");
});

test("a new expression leaves nothing of the old one", () => {
  const destination = new Destination({ expression: "rsync://me@host:8730/module/dir" });
  assert.equal(destination.portNumber, 8730);
  destination.expression = "/mnt/backup";
  const { hostname, username, module, portNumber } = destination;
  assert.deepEqual(
    { hostname, username, module, portNumber },
    { hostname: null, username: null, module: null, portNumber: 873 },
  );
  assert.equal(destination.expression, "/mnt/backup");
});

test("single properties do instead of an expression, and beat it", () => {
  const made = new Destination({ hostname: "host", module: "module", directory: "dir", portNumber: 8730 });
  assert.equal(made.expression, "rsync://host:8730/module/dir");
  assert.equal(new Destination({ expression: "a:/x", hostname: "b" }).expression, "b:/x");
});

test("an expression that cannot be read is refused when it is set", () => {
  assert.throws(() => new Destination({ expression: "host::" }), InvalidDestinationError);
  const destination = new Destination({ expression: "/a" });
  assert.throws(() => {
    destination.expression = "";
  }, InvalidDestinationError);
  assert.equal(destination.expression, "/a");
});

const PARENTS: [directory: string, parent: string][] = [
  ["/mnt/backup/latest", "/mnt/backup"],
  ["/mnt/backup/latest//", "/mnt/backup"],
  ["/mnt//latest", "/mnt"],
  ["/latest", "/"],
  ["latest", "."],
  ["./latest", "."],
  ["a/b", "a"],
  ["host:/backups/latest", "/backups"],
  ["host:latest", "."],
];

for (const [expression, parent] of PARENTS) {
  test(`the parent directory of ${expression} is ${parent}`, () => {
    assert.equal(new Destination({ expression }).parentDirectory, parent);
  });
}

test("an empty directory and the root have no parent", () => {
  for (const expression of ["host:", "/", "//", "host:/", "host::module"]) {
    assert.throws(() => new Destination({ expression }).parentDirectory, ParentDirectoryUnavailable);
  }
  assert.equal(new Destination({ expression: "/", parentDirectory: "/snapshots" }).parentDirectory, "/snapshots");
});

test("the port is the given one, else the tunnel's, else 873", () => {
  const sshTunnel = recordingTunnel([]);
  assert.equal(new Destination({ expression: "localhost::m" }).portNumber, 873);
  assert.equal(new Destination({ expression: "localhost::m", sshTunnel }).expression, "rsync://localhost:49500/m");
  assert.equal(new Destination({ expression: "rsync://localhost:8730/m", sshTunnel }).portNumber, 8730);
  assert.equal(new Destination({ expression: "localhost::m", sshTunnel, portNumber: 7 }).portNumber, 7);
});

test("opening and closing a destination opens and closes its tunnel", async () => {
  const calls: string[] = [];
  const destination = new Destination({ expression: "localhost::m", sshTunnel: recordingTunnel(calls) });
  await destination.open();
  await destination.close();
  assert.deepEqual(calls, ["open", "close"]);
  const without = new Destination({ expression: "localhost::m" });
  assert.equal(without.sshTunnel, null);
  await without.open();
  await without.close();
});

const SLASHES: [expression: string, expected: string][] = [
  ["/a", "/a/"],
  ["/a///", "/a/"],
  ["/", "/"],
  ["a", "a/"],
  ["host:/a", "host:/a/"],
  ["host:/", "host:/"],
  ["host:", "host:./"],
  ["", "./"],
  ["/mnt/a:", "/mnt/a:/"],
  ["rsync://host/module", "rsync://host/module/"],
];

for (const [expression, expected] of SLASHES) {
  test(`"${expression}" with one trailing slash is "${expected}"`, () => {
    assert.equal(ensureTrailingSlash(expression), expected);
  });
}
