// Stands in for a desktop: shows what it is told in a file, one JSON array a line.
// usage: node --import tsx notification-server.ts ADDRESS FILE
import { appendFileSync } from "node:fs";
import { serve } from "../dbus/service.ts";

const [address = "", file = ""] = process.argv.slice(2);

await serve(address, "org.freedesktop.Notifications", ({ member, body }) => {
  if (member !== "Notify") {
    return { error: "org.freedesktop.DBus.Error.UnknownMethod", text: member };
  }
  appendFileSync(file, `${JSON.stringify(body)}\n`);
  return { signature: "u", body: [1] };
});
appendFileSync(file, "");
process.stdout.write("ready\n");
