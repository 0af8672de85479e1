/** For people: the time in this machine's zone, as in "2026-11-22 03:00:13". */
export function localTime(instant: Date): string {
  const two = (number: number) => String(number).padStart(2, "0");
  const day = `${instant.getFullYear()}-${two(instant.getMonth() + 1)}-${two(instant.getDate())}`;
  return `${day} ${two(instant.getHours())}:${two(instant.getMinutes())}:${two(instant.getSeconds())}`;
}
