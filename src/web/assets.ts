/** The look of the page: follows the system's light or dark, and any width. */
export const STYLE = `
:root { color-scheme: light dark; --text: #1b1f24; --back: #ffffff; --soft: #f2f4f7; --line: #8a93a0; --good: #1f6f43; --bad: #b3261e; --link: #0b57b0; }
@media (prefers-color-scheme: dark) { :root { --text: #e8eaed; --back: #14171a; --soft: #1f2429; --line: #7d8793; --good: #6fcf97; --bad: #ff8a80; --link: #8ab4f8; } }
* { box-sizing: border-box; }
body { margin: 0; font: 1rem/1.5 system-ui, sans-serif; color: var(--text); background: var(--back); overflow-wrap: anywhere; }
h1 { font-size: clamp(1.4rem, 5vw, 2rem); line-height: 1.2; }
header { background: var(--soft); padding: .5rem 1rem; }
header ol { list-style: none; display: flex; flex-wrap: wrap; gap: .25rem; margin: 0; padding: 0; }
header li + li::before { content: "› "; }
main { max-width: 75rem; margin: 0 auto; padding: 1rem; }
a { color: var(--link); }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.skip { position: absolute; left: -100vw; }
.skip:focus { left: 1rem; top: .25rem; background: var(--back); padding: .25rem .5rem; }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(22rem, 100%), 1fr)); gap: 1rem; padding: 0; list-style: none; }
.card { border: 1px solid var(--line); border-left: .5rem solid var(--good); border-radius: .25rem; padding: 0 1rem 1rem; }
.card.trouble { border-left-color: var(--bad); }
.good { color: var(--good); fill: var(--good); }
.bad { color: var(--bad); fill: var(--bad); }
dl { margin: 0; }
dl div { display: flex; flex-wrap: wrap; gap: 0 .75rem; }
dt { flex: 0 0 8rem; font-weight: 600; }
dd { margin: 0; flex: 1 1 10rem; }
.troubles { padding-left: 1.25rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
caption { text-align: left; font-weight: 600; padding: .5rem 0; }
th, td { text-align: left; padding: .25rem .75rem .25rem 0; border-bottom: 1px solid var(--line); font-weight: 400; vertical-align: top; }
thead th { font-weight: 600; }
figure { margin: 1rem 0; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(16rem, 100%), 1fr)); gap: 0 1.5rem; }
svg { width: 100%; height: 7.5rem; background: var(--soft); }
.timeline { height: 4.25rem; }
.timeline line { stroke: var(--line); }
.timeline text { fill: var(--text); font-size: .8rem; }
.timeline circle { fill: var(--good); stroke: var(--good); stroke-width: 2; }
.timeline .going { fill: var(--soft); }
.timeline .flawed { fill: var(--bad); stroke: var(--bad); }
pre ins, pre del { text-decoration: none; }
pre ins { color: var(--good); }
pre del { color: var(--bad); }
pre { background: var(--soft); padding: .75rem; overflow-x: auto; }
form { display: grid; gap: .75rem; max-width: 40rem; }
input[type=text], button { font: inherit; padding: .4rem .6rem; color: inherit; background: var(--back); border: 1px solid var(--line); border-radius: .25rem; }
input[type=text] { width: 100%; }
button { background: var(--soft); cursor: pointer; justify-self: start; }
progress { width: 100%; }
`;

/** Keeps the state of running backups fresh; without it the page shows what it was when it was loaded. */
export const SCRIPT = `
for (const element of document.querySelectorAll("[data-live]")) {
  const watch = async () => {
    try {
      const response = await fetch(element.dataset.live, { credentials: "same-origin" });
      if (!response.ok) return;
      const { text, percent, running } = await response.json();
      const was = element.dataset.running === "yes";
      if (was && !running) { location.reload(); return; }
      element.dataset.running = running ? "yes" : "no";
      element.hidden = !running;
      element.querySelector("output").textContent = text;
      const bar = element.querySelector("progress");
      if (percent === null) bar.removeAttribute("value"); else bar.value = percent;
    } catch {}
    setTimeout(watch, 1500);
  };
  watch();
}
`;

export const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="3" fill="#0b57b0"/><path d="M4 11h8M8 3v5M5.5 6 8 8.5 10.500 6" stroke="#fff" stroke-width="1.500" fill="none"/></svg>`;
