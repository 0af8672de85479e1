import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { lookThere } from "../../../src/run/look-there.ts";
import { startFarHost } from "../../remote/far-host.ts";
import { BAKUP, startBakup } from "../../run/child.ts";
import { makePlace } from "../place.ts";
import { openTerminal } from "../terminal.ts";

const SSH = { location: "", tunnel: undefined, passwordFile: undefined, sudo: true };

test("the way to a store over there holds whatever the folder is called", () => {
  const look = (directory: string, username: string | null = null) =>
    lookThere({
      ...SSH,
      parsed: { kind: "ssh", username, hostname: "nas", directory },
      sshOptions: ["Port=2222", "ProxyCommand=nc %h %p"],
      identity: "/keys/my key",
    });
  assert.equal(
    look("/srv/laptop/latest/", "me"),
    "ssh -t -o Port=2222 -o 'ProxyCommand=nc %h %p' -i '/keys/my key' me@nas sudo bakup browse --store /srv/laptop",
  );
  assert.match(look("my store/latest"), / nas bakup browse --store ''\\''my store'\\'''$/);
});

for (const CI of [undefined, "true"]) {
  test(`a store on another machine is browsed by the command that bakup names${CI === undefined ? "" : ", in CI too"}`, async (t) => {
    const place = makePlace(t);
    const host = await startFarHost(t, place.folder);
    writeFileSync(join(host.bin, "bakup"), `#!/bin/sh\nexec ${BAKUP.map((word) => `'${word}'`).join(" ")} "$@"\n`, {
      mode: 0o755,
    });
    place.write("letter", "dear reader\n");
    const config = join(place.folder, "far.conf");
    const store = join(place.folder, "far disk");
    mkdirSync(store);
    const options = (host.reach.sshOptions ?? []).map((option) => `ssh_option[] = ${option}\n`).join("");
    writeFileSync(
      config,
      `[profile]\nname = far-box\n[source]\npath = ${place.source}\n[notifications]\ndesktop = no\n[destination]
location = root@127.0.0.1:${store}/latest\nidentity = ${host.reach.identity}\n${options}`,
      { mode: 0o600 },
    );
    const run = await startBakup(["run", "--config", config], {}).ended;
    assert.equal(run.code, 0, run.stderr);
    const here = openTerminal([...BAKUP, "browse", "--config", config], { CI });
    assert.equal(await here.ended, 64);
    assert.match(here.screen(), /far disk\/latest is on another machine: this version looks into local stores only/);
    const command = /hint: look into it over there: (.*)/s.exec(here.screen())?.[1]?.replaceAll(/\r?\n/g, "") ?? "";
    const there = openTerminal(["sh", "-c", command], { CI });
    const snapshot = await there.sees(/which snapshot\? \n❯ (\S+)\n/);
    assert.match(snapshot, /^\d{4}-\d\d-\d\dT/);
    there.type("leave");
    await there.sees(/leave\n❯ leave/);
    there.type("\r");
    assert.equal(await there.ended, 0);
  });
}
