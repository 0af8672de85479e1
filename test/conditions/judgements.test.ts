import assert from "node:assert/strict";
import { test } from "node:test";
import { judgeBattery } from "../../src/conditions/battery.ts";
import { judgeMetered } from "../../src/conditions/metered.ts";
import { judgeNetwork } from "../../src/conditions/network.ts";
import { leadsOut, parseIpv4Routes, parseIpv6Routes } from "../../src/conditions/routes.ts";
import { leavesMachine } from "../../src/destination/leaves-machine.ts";
import { parseLocation } from "../../src/destination/location.ts";

test("only a machine that says so is on battery", () => {
  assert.deepEqual(judgeBattery(true), { condition: "battery", reason: "the machine runs on battery" });
  assert.deepEqual([judgeBattery(false), judgeBattery(undefined)], [undefined, undefined]);
});

test("NetworkManager's yes (1) and guessed yes (3) are metered; no (2, 4), not known (0) and no NetworkManager are not", () => {
  const reasons = [0, 1, 2, 3, 4].map((metered) => judgeMetered({ metered })?.reason);
  assert.deepEqual(reasons, [
    undefined,
    "the network connection is metered",
    undefined,
    "the network connection seems to be metered",
    undefined,
  ]);
  assert.equal(judgeMetered(undefined), undefined);
});

const NETWORKS = [
  ["no route and no NetworkManager", false, undefined, "there is no network"],
  [
    "no route while NetworkManager connects",
    false,
    { state: 40, connectivity: 1 },
    "there is no network (NetworkManager: connecting)",
  ],
  ["no route while it does not know", false, { state: 0, connectivity: 0 }, "there is no network"],
  ["a route that NetworkManager does not know of", true, { state: 20, connectivity: 1 }, undefined],
  ["a captive portal", true, { state: 60, connectivity: 2 }, "the network asks to log in first (a captive portal)"],
  ["a network without internet", true, { state: 60, connectivity: 3 }, undefined],
  ["the whole internet", true, { state: 70, connectivity: 4 }, undefined],
] as const;

for (const [name, hasRouteOut, manager, reason] of NETWORKS) {
  test(`${name}: ${reason ?? "the run goes on"}`, () => {
    assert.equal(judgeNetwork({ hasRouteOut, manager })?.reason, reason);
  });
}

const HEADER = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n";
const DEFAULT = "eth0\t00000000\t0101A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0\n";
const LAN = "eth0\t0001A8C0\t00000000\t0001\t0\t0\t100\t00FFFFFF\t0\t0\t0\n";
const CONTAINERS = "docker0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0\n";
const LINK_LOCAL = "eth0\t0000FEA9\t00000000\t0001\t0\t0\t1000\t0000FFFF\t0\t0\t0\n";
const UNREACHABLE = "*\t00000000\t00000000\t0200\t0\t0\t0\t00000000\t0\t0\t0\n";
const TUNNEL = "wg0\t00000000\t00000000\t0001\t0\t0\t0\t00000000\t0\t0\t0\n";

const ZERO = "0".repeat(32);
const V6_DEFAULT = `${ZERO} 00 ${ZERO} 00 fe80000000000000021122fffe334455 00000400 00000001 00000000 00450003     eth0\n`;
const V6_LAN = `fd000000000000000000000000000000 40 ${ZERO} 00 ${ZERO} 00000100 00000001 00000000 00000001     eth0\n`;
const V6_LINK = `fe800000000000000000000000000000 40 ${ZERO} 00 ${ZERO} 00000100 00000001 00000000 00000001     eth0\n`;
const V6_MULTICAST = `ff000000000000000000000000000000 08 ${ZERO} 00 ${ZERO} 00000100 00000004 00000000 00000001     eth0\n`;
const V6_NONE = `${ZERO} 00 ${ZERO} 00 ${ZERO} ffffffff 00000001 00000000 00200200       lo\n`;
const V6_LOOPBACK = `00000000000000000000000000000001 80 ${ZERO} 00 ${ZERO} 00000000 00000002 00000000 80200001       lo\n`;

const ROUTES = [
  ["a default route", DEFAULT, "", true],
  ["a network without a gateway", LAN, "", true],
  ["a tunnel that takes everything", TUNNEL, "", true],
  ["a bridge for containers", CONTAINERS, "", false],
  ["link-local addresses", LINK_LOCAL, V6_LINK + V6_MULTICAST, false],
  ["a default route that refuses", UNREACHABLE, V6_NONE, false],
  ["nothing but this machine", "", V6_NONE + V6_LOOPBACK, false],
  ["a default route of IPv6 alone", "", V6_LINK + V6_DEFAULT, true],
  ["a network of IPv6 without a router", "", V6_LAN, true],
] as const;

for (const [name, v4, v6, expected] of ROUTES) {
  test(`${name} ${expected ? "leads" : "does not lead"} out`, () => {
    const routes = [...parseIpv4Routes(HEADER + v4), ...parseIpv6Routes(v6)];
    assert.equal(
      leadsOut(routes, (name) => name === "eth0"),
      expected,
    );
  });
}

const PLACES = [
  ["/mnt/backup/latest", false],
  ["nas:/backup/latest", true],
  ["root@localhost:/backup/latest", false],
  ["127.0.0.1::module/x", false],
  ["[::1]::module/x", false],
  ["nas::module/x", true],
] as const;

for (const [location, expected] of PLACES) {
  test(`a backup to ${location} ${expected ? "needs" : "needs no"} network`, () => {
    assert.equal(leavesMachine(parseLocation(location), false), expected);
  });
}

test("what lies behind a tunnel needs a network, whatever it is called there", () => {
  assert.equal(leavesMachine(parseLocation("localhost::module/x"), true), true);
});
