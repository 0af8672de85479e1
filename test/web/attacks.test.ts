import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { runCommand } from "../../src/process/command.ts";
import { serveWeb } from "../../src/web/serve.ts";
import { readOrMakeToken } from "../../src/web/token.ts";
import { run } from "../integration/file-system.ts";
import { temporaryFolder } from "../store/make-store.ts";
import { isRoot } from "../store/make-tree.ts";
import { serve } from "./served.ts";

const SNAPSHOT = "/profile/box/snapshot/2026-03-01T02-00-00Z";

test("without the token there is nothing to see, and a wrong one is no better", async (t) => {
  const { origin, token, get } = await serve(t);
  for (const path of ["/", "/profile/box", "/style.css", "/profile/box/live", "/?token=", `/?token=${token}x`]) {
    assert.equal((await fetch(`${origin}${path}`)).status, 401, path);
  }
  assert.equal((await fetch(`${origin}/`, { headers: { cookie: `bakup_session=${token}` } })).status, 401);
  assert.equal((await get("/")).status, 200);
});

test("the session's cookie is out of reach of scripts and of other pages", async (t) => {
  const { web } = await serve(t);
  const cookie = (await fetch(web.url, { redirect: "manual" })).headers.get("set-cookie") ?? "";
  assert.match(cookie, /HttpOnly/);
  assert.match(cookie, /SameSite=Strict/);
  assert.ok(!cookie.includes(new URL(web.url).searchParams.get("token") ?? "?"));
});

test("called by another name the page does not answer, so that no foreign name can be turned into ours", async (t) => {
  const { origin, get } = await serve(t);
  const { port } = new URL(origin);
  for (const host of [
    "evil.example",
    `evil.example:${port}`,
    "localhost",
    `localhost.evil.example:${port}`,
    `127.0.0.1:1`,
  ]) {
    const status = await new Promise((resolve, reject) => {
      request({ port, path: "/", headers: { Host: host } }, ({ statusCode }) => resolve(statusCode))
        .on("error", reject)
        .end();
    });
    assert.equal(status, 421, host);
  }
  assert.equal((await get("/")).status, 200);
});

test("an action needs to come from a form of this page", async (t) => {
  const served = await serve(t);
  served.write("a", "one");
  await served.backUp("2026-03-01T02:00:00Z");
  const path = `${SNAPSHOT}/restore?path=a`;
  const to = join(served.folder, "out");
  const form = await served.formSecret(path);
  assert.notEqual(form, "");
  const refused: [Record<string, string>, Record<string, string>][] = [
    [{ to }, {}],
    [{ to, form: "guess" }, {}],
    [{ to, form }, { origin: "http://evil.example" }],
    [{ to, form }, { origin: "null" }],
    [{ to, form }, { "sec-fetch-site": "cross-site" }],
    [{ to, form }, { "sec-fetch-site": "same-site" }],
  ];
  for (const [fields, headers] of refused) {
    assert.equal((await served.post(path, fields, headers)).status, 403, JSON.stringify(headers));
  }
  const { token } = served;
  const anonymous = await fetch(`${served.origin}${path}&token=${token}`, {
    method: "POST",
    headers: { origin: served.origin },
  });
  assert.equal(anonymous.status, 401);
  assert.ok(!existsSync(to));
});

test("no address leads out of a snapshot: not with dots, not by links that lie in it", async (t) => {
  const served = await serve(t);
  const secret = join(served.folder, "secret");
  mkdirSync(secret);
  writeFileSync(join(secret, "file"), "do not show");
  served.write("a", "one");
  symlinkSync(secret, join(served.source, "folder-link"));
  symlinkSync(join(secret, "file"), join(served.source, "file-link"));
  await served.backUp("2026-03-01T02:00:00Z");
  const paths = [
    "..",
    "../../secret/file",
    "a/../../../secret/file",
    "/etc/passwd",
    "folder-link",
    "folder-link/file",
    "file-link",
    "./a",
    "a//b",
    "%00",
  ];
  for (const path of paths) {
    for (const what of ["folder", "file"]) {
      const response = await served.get(
        `${SNAPSHOT}/${what}?path=${path.startsWith("%") ? path : encodeURIComponent(path)}`,
      );
      assert.equal(response.status, 404, `${what} ${path}`);
      assert.ok(!(await response.text()).includes("do not show"));
    }
  }
  for (const snapshot of ["..", ".bakup", "latest/..", "%2e%2e", "..%2f..%2fsecret"]) {
    assert.equal((await served.get(`/profile/box/snapshot/${snapshot}/folder?path=`)).status, 404, snapshot);
  }
  assert.equal((await served.get("/profile/other/snapshot/x/folder")).status, 404);
});

test("names and contents are text, whatever they hold", async (t) => {
  const served = await serve(t);
  const name = `<img src=x onerror=alert(1)> "'&`;
  served.write(name, "old <script>alert(1)</script>\n");
  await served.backUp("2026-03-01T02:00:00Z");
  served.write(name, "new <script>alert(2)</script>, and longer\n");
  await served.backUp("2026-03-02T02:00:00Z");
  const path = encodeURIComponent(name);
  const difference = `/profile/box/difference?path=${path}&older=2026-03-01T02-00-00Z&newer=2026-03-02T02-00-00Z`;
  for (const address of [
    `${SNAPSHOT}/folder?path=`,
    `/profile/box/versions?path=${path}`,
    difference,
    `${SNAPSHOT}/restore?path=${path}`,
  ]) {
    const text = await (await served.get(address)).text();
    assert.ok(!/<(script>|img)/.test(text), address);
    assert.ok(text.includes("&lt;"), address);
  }
  const file = await served.get(`${SNAPSHOT}/file?path=${path}`);
  assert.equal(file.headers.get("content-type"), "application/octet-stream");
  assert.match(file.headers.get("content-disposition") ?? "", /^attachment; filename\*=UTF-8''[A-Za-z0-9%._~-]+$/);
  assert.equal(await file.text(), "old <script>alert(1)</script>\n");
});

test("every answer forbids foreign scripts, frames and guesses at types", async (t) => {
  const { get, origin } = await serve(t);
  for (const response of [await get("/"), await get("/nowhere"), await get("/style.css"), await fetch(origin)]) {
    assert.match(response.headers.get("content-security-policy") ?? "", /default-src 'none'.*frame-ancestors 'none'/);
    assert.equal(response.headers.get("x-content-type-options"), "nosniff");
    assert.equal(response.headers.get("x-frame-options"), "DENY");
    assert.equal(response.headers.get("cache-control"), "no-store");
    assert.equal(response.headers.get("access-control-allow-origin"), null);
  }
});

test("a plan is carried out once, and only for what it was made", async (t) => {
  const served = await serve(t);
  served.write("a", "one");
  served.write("b", "two");
  await served.backUp("2026-03-01T02:00:00Z");
  const path = `${SNAPSHOT}/restore?path=a`;
  const form = await served.formSecret(path);
  const to = join(served.folder, "out");
  const page = await (await served.post(path, { form, to })).text();
  const plan = /name="plan" value="([^"]+)"/.exec(page)?.[1] ?? "";
  assert.ok(!existsSync(to), "a plan changes nothing");
  assert.match(
    await (await served.post(`${SNAPSHOT}/restore?path=b`, { form, plan })).text(),
    /carried out already, or is too old/,
  );
  assert.ok(!existsSync(to));
  const again = await (await served.post(path, { form, to })).text();
  const second = /name="plan" value="([^"]+)"/.exec(again)?.[1] ?? "";
  assert.match(await (await served.post(path, { form, plan: second })).text(), /Restored a/);
  assert.ok(existsSync(join(to, "a")));
  assert.match(await (await served.post(path, { form, plan: second })).text(), /carried out already/);
});

test("another user of the machine cannot use the socket, and a token that others may read is refused", {
  skip: !isRoot && "only root can become another user",
}, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "bakup-web-"));
  t.after(() => run("rm", ["-rf", folder]));
  run("chmod", ["755", folder]);
  const socket = join(folder, "socket");
  const web = await serveWeb({ profiles: () => [], listen: { socket }, token: undefined });
  t.after(() => web.close());
  assert.equal(statSync(socket).mode & 0o777, 0o600);
  const status = await new Promise((resolve, reject) => {
    request({ socketPath: socket, path: "/", headers: { Host: "localhost" } }, ({ statusCode }) => resolve(statusCode))
      .on("error", reject)
      .end();
  });
  assert.equal(status, 200);
  const connect = `require("node:net").connect(process.argv[1]).on("error", ({ code }) => console.log(code))`;
  const asNobody = ["--reuid=65534", "--regid=65534", "--clear-groups", process.execPath, "-e", connect, socket];
  const { stdout } = await runCommand("setpriv", asNobody);
  assert.equal(stdout.toString(), "EACCES\n");
});

test("the token file is made for its owner alone, and one that others may read is refused", (t) => {
  const file = join(temporaryFolder(t), "token");
  const token = readOrMakeToken(file);
  assert.equal(readOrMakeToken(file), token);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  run("chmod", ["644", file]);
  assert.throws(() => readOrMakeToken(file), /others may read it/);
  const short = join(temporaryFolder(t), "short");
  writeFileSync(short, "abc\n", { mode: 0o600 });
  assert.throws(() => readOrMakeToken(short), /fewer than/);
  const link = join(temporaryFolder(t), "link");
  symlinkSync(file, link);
  assert.throws(() => readOrMakeToken(link), /cannot be used/);
});
