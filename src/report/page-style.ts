/** The look of `report.html`. One palette for text and charts: the script reads the colours here. */
export const PAGE_STYLE = `
:root {
  color-scheme: light dark;
  --page: #f4f5f7; --card: #ffffff; --line: #e1e5ea; --text: #18202b; --muted: #5a6675; --accent: #1d4ed8;
  --good: #15803d; --bad: #c81e1e; --void: #a35200; --good-soft: #e7f6ec; --bad-soft: #fdecec; --void-soft: #fdf3e1;
  --grid: #e9ecf0; --band: rgba(24, 60, 120, 0.045); --drain: rgba(110, 110, 110, 0.13); --unwell: rgba(220, 38, 38, 0.16);
  --blue: #2563eb; --teal: #0d9488; --orange: #d97706; --red: #dc2626; --violet: #7c3aed; --grey: #8490a0;
  --p50: #7db3f2; --p90: #2f7de1; --p99: #173f8f; --limit: #b42318;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0e1319; --card: #161c24; --line: #2a323d; --text: #e5e9ef; --muted: #98a4b3; --accent: #8ab4ff;
    --good: #4ade80; --bad: #f87171; --void: #fbbf24; --good-soft: #11261a; --bad-soft: #2c1618; --void-soft: #2a2110;
    --grid: #242c36; --band: rgba(140, 180, 255, 0.06); --drain: rgba(190, 190, 190, 0.12); --unwell: rgba(251, 106, 106, 0.2);
    --blue: #5b9bff; --teal: #2dd4bf; --orange: #fbab3c; --red: #fb6a6a; --violet: #a78bfa; --grey: #8b97a6;
    --p50: #3f74b8; --p90: #66a8ff; --p99: #d7e6ff; --limit: #ff8a80;
  }
}
* { box-sizing: border-box; }
html { scroll-behavior: smooth; scroll-padding-top: 3.2rem; -webkit-text-size-adjust: 100%; }
body {
  margin: 0; background: var(--page); color: var(--text); font: 15px/1.55 system-ui, -apple-system, "Segoe UI", Roboto,
  "Helvetica Neue", "Liberation Sans", Arial, sans-serif; font-variant-numeric: tabular-nums;
}
main, header.top, footer { max-width: 1180px; margin: 0 auto; padding: 0 20px; }
header.top { padding-top: 30px; }
.brand { margin: 0; color: var(--muted); font-size: 13px; letter-spacing: .02em; }
h1 { margin: 2px 0 0; font-size: 29px; line-height: 1.2; letter-spacing: -.015em; overflow-wrap: anywhere; }
.question { margin: 8px 0 0; font-size: 16.5px; color: var(--muted); max-width: 75ch; overflow-wrap: anywhere; }
.facts { margin: 8px 0 18px; color: var(--muted); font-size: 13.5px; }
h2 { font-size: 19px; letter-spacing: -.01em; margin: 40px 0 4px; }
h2 + p.lead { margin: 0 0 12px; }
.lead, .note { color: var(--muted); max-width: 110ch; font-size: 14px; }
.verdict { border: 1px solid var(--line); border-left: 6px solid var(--tone); background: var(--soft); border-radius: 8px; padding: 16px 20px; }
.verdict.good { --tone: var(--good); --soft: var(--good-soft); }
.verdict.bad { --tone: var(--bad); --soft: var(--bad-soft); }
.verdict.void { --tone: var(--void); --soft: var(--void-soft); }
.verdict .word { margin: 0; font-size: 25px; font-weight: 700; line-height: 1.2; color: var(--tone); text-transform: capitalize; }
.verdict .reason { margin: 4px 0 0; font-size: 16.5px; overflow-wrap: anywhere; }
.verdict ul { margin: 8px 0 0; padding-left: 20px; color: var(--muted); overflow-wrap: anywhere; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(158px, 1fr)); gap: 10px; margin: 12px 0 0; padding: 0; }
.tile { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 11px 14px; }
.tile dt { color: var(--muted); font-size: 13px; }
.tile dd { margin: 0; }
.tile .figure { font-size: 23px; font-weight: 650; letter-spacing: -.015em; line-height: 1.3; }
.tile .under { color: var(--muted); font-size: 12.5px; line-height: 1.4; }
nav { position: sticky; top: 0; z-index: 200; background: var(--page); border-bottom: 1px solid var(--line); margin-top: 18px; }
nav ul { max-width: 1180px; margin: 0 auto; padding: 9px 20px; display: flex; gap: 18px; list-style: none; overflow-x: auto; font-size: 14px; }
a { color: var(--accent); text-decoration: none; white-space: nowrap; } a:hover { text-decoration: underline; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
figure.chart { position: relative; margin: 12px 0 0; background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 12px 14px 6px; }
figure.chart.strip { margin-top: 4px; }
figure.chart figcaption h3 { margin: 0; font-size: 15px; }
figure.chart figcaption p { margin: 0 0 4px; color: var(--muted); font-size: 13px; line-height: 1.4; max-width: 125ch; }
.plot { min-height: 60px; }
.plot .u-legend { margin: 2px 0 0; text-align: left; font-size: 12.5px; line-height: 1.35; font-family: inherit; }
.plot .u-legend th { font-weight: 500; color: var(--muted); }
.plot .u-legend .u-series { margin-right: 14px; }
.plot .u-legend.u-inline.u-live th::after { content: ""; }
.plot .u-legend .u-series > * { padding: 2px 6px 2px 0; }
.plot .u-legend .u-marker { width: 13px; height: 9px; border-radius: 2px; margin-right: 6px; }
.plot .u-legend .u-series:first-child .u-marker { display: none; }
.plot .u-legend .u-value { min-width: 7.5ch; font-weight: 600; }
.plot .uplot, .plot .uplot .u-legend { width: 100%; }
.plot .u-hz .u-cursor-x, .plot .u-hz .u-cursor-y { border-color: var(--muted); }
.plot .u-select { background: rgba(90, 140, 230, .17); }
details.values { margin: 2px 0 4px; font-size: 13px; color: var(--muted); }
details.values summary { cursor: pointer; width: max-content; }
#unzoom { position: fixed; right: 22px; bottom: 22px; z-index: 300; font: inherit; font-size: 14px; padding: 8px 14px; border-radius: 999px;
  border: 1px solid var(--line); background: var(--card); color: var(--accent); box-shadow: 0 4px 14px rgba(0, 0, 0, .2); cursor: pointer; }
.scroll { width: fit-content; min-width: min(100%, 600px); max-width: 100%; overflow-x: auto; background: var(--card); border: 1px solid var(--line); border-radius: 8px; margin: 8px 0 0; }
.scroll.tall { max-height: 340px; overflow-y: auto; }
table { border-collapse: collapse; width: 100%; font-size: 14px; }
.plot table { width: auto; }
.scroll th, .scroll td { padding: 6px 12px; text-align: right; white-space: nowrap; border-bottom: 1px solid var(--line); }
.scroll tbody tr:last-child > * { border-bottom: 0; }
.scroll thead th { color: var(--muted); font-weight: 500; font-size: 13px; vertical-align: bottom; }
.scroll th[scope=row] { font-weight: 600; }
.scroll th[scope=row]:first-child { position: sticky; left: 0; background: var(--card); }
.scroll .left { text-align: left; }
.scroll .say { text-align: left; white-space: normal; min-width: 26ch; overflow-wrap: anywhere; }
.scroll .group { border-left: 1px solid var(--line); }
.scroll thead .over { text-align: left; }
.zero { color: var(--muted); opacity: .75; }
.mark { font-weight: 650; } .mark.good { color: var(--good); } .mark.bad { color: var(--bad); } .mark.void { color: var(--void); }
.warn { color: var(--void); font-weight: 600; }
code, pre { font: 13px/1.5 ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace; }
pre { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 14px 16px; overflow-x: auto; margin: 8px 0 0; }
.bar { max-width: 600px; display: flex; height: 12px; border-radius: 6px; overflow: hidden; background: var(--line); margin: 10px 0 8px; }
.bar span { min-width: 2px; }
dl.about { display: grid; grid-template-columns: max-content 1fr; gap: 4px 20px; margin: 8px 0 0; font-size: 14px; }
dl.about dt { color: var(--muted); } dl.about dd { margin: 0; overflow-wrap: anywhere; }
footer { margin-top: 44px; padding-top: 14px; padding-bottom: 40px; color: var(--muted); font-size: 13px; border-top: 1px solid var(--line); }
@media (max-width: 640px) {
  main, header.top, footer { padding-left: 12px; padding-right: 12px; } nav ul { padding: 8px 12px; gap: 15px; }
  h1 { font-size: 23px; } .verdict { padding: 13px 14px; } .verdict .reason { font-size: 15.5px; }
  .tiles { grid-template-columns: 1fr 1fr; } figure.chart { padding: 10px 8px 4px; } .scroll th, .scroll td { padding: 6px 9px; }
  .scroll th[scope=row] { white-space: normal; min-width: 11ch; }
  dl.about { grid-template-columns: 1fr; gap: 0; } dl.about dd { margin-bottom: 8px; }
}
@media print { nav, #unzoom, details.values { display: none; } figure.chart, .scroll { break-inside: avoid; } }
`
