// The look of the page: one column, system fonts, light and dark by the reader's setting, printable, phone width.

const LIGHT = `
--paper:#fff;--ink:#1a1d21;--soft:#5b6470;--line:#d9dee4;--card:#f6f7f9;--accent:#0063a6;
--ok:#00704f;--ok-bg:#e2f4ed;--bad:#a93a00;--bad-bg:#fdebe2;--mute-bg:#eceff2;
--c-ink:#1a1d21;--c-blue:#0072b2;--c-orange:#c77700;--c-green:#009e73;--c-red:#d55e00;--c-purple:#a64d87;--c-sky:#56b4e9;--c-quiet:#98a2ad;--c-fill:#e8ebef;--c-rule:#98a2ad;
--st-scrape:#004c7a;--st-hpa:#0072b2;--st-adapter:#56b4e9;--st-window:#2f5d8a;--st-create:#5b6470;--st-schedule:#7b8591;--st-node:#3f4650;--st-container:#b86a00;--st-model:#d55e00;--st-probe:#a64d87;--st-endpoints:#7d3a66;`;

const DARK = `
--paper:#14171b;--ink:#e8eaed;--soft:#a2abb6;--line:#323941;--card:#1c2026;--accent:#74b9ee;
--ok:#5fd0a8;--ok-bg:#12332a;--bad:#ff9d66;--bad-bg:#3d2113;--mute-bg:#272c33;
--c-ink:#e8eaed;--c-blue:#4aa3e0;--c-orange:#f0a830;--c-green:#2fc79a;--c-red:#ff8a4c;--c-purple:#d98bbd;--c-sky:#9ad4f7;--c-quiet:#6b7581;--c-fill:#272c33;--c-rule:#6b7581;
--st-scrape:#2b7fb8;--st-hpa:#4aa3e0;--st-adapter:#9ad4f7;--st-window:#6f9cc9;--st-create:#8b95a1;--st-schedule:#aab3bd;--st-node:#6b7581;--st-container:#f0a830;--st-model:#ff8a4c;--st-probe:#d98bbd;--st-endpoints:#b06f97;`;

export const STYLE = `
:root{${LIGHT}color-scheme:light dark}
@media (prefers-color-scheme:dark){:root:not([data-theme=light]){${DARK}}}
:root[data-theme=dark]{${DARK}color-scheme:dark}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main{max-width:860px;margin:0 auto;padding:28px 24px 64px}
header.top{color:var(--soft);font-size:14px;display:flex;flex-wrap:wrap;gap:4px 14px;margin-bottom:22px}
header.top b{color:var(--ink)}
h1{font-size:17px;font-weight:500;color:var(--soft);margin:0 0 10px}
.answer{font-size:24px;line-height:1.38;font-weight:600;margin:0 0 20px;letter-spacing:-.006em;text-wrap:pretty}
h2{font-size:21px;margin:52px 0 10px;letter-spacing:-.01em}
h3{font-size:15px;margin:26px 0 2px}
p{margin:0 0 12px}
.soft,figcaption,.note{color:var(--soft)}
.note{font-size:14px}
.verdict{display:flex;gap:12px;align-items:baseline;padding:11px 15px;border-radius:9px;margin:0 0 22px}
.verdict b{white-space:nowrap;letter-spacing:.03em}
.verdict.pass{background:var(--ok-bg)}.verdict.pass b{color:var(--ok)}
.verdict.fail{background:var(--bad-bg)}.verdict.fail b{color:var(--bad)}
.verdict.other{background:var(--mute-bg)}
.scroll{overflow-x:auto;margin:0 0 14px}
table{border-collapse:collapse;width:100%;font-size:15px}
th,td{text-align:left;padding:7px 14px 7px 0;border-bottom:1px solid var(--line);vertical-align:baseline}
th{font-weight:500;color:var(--soft);font-size:13.5px}
tr:last-child td{border-bottom:0}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
th:last-child,td:last-child{padding-right:4px}
tr.best td{background:var(--ok-bg)}
td .d{display:block;color:var(--soft);font-size:12.5px}
.met{color:var(--ok)}.missed{color:var(--bad);font-weight:600}
table.key td:last-child{font-weight:600}
i.key{display:inline-block;width:11px;height:11px;border-radius:2px;margin-right:9px}
code{font:13px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;overflow-wrap:anywhere}
figure{margin:30px 0 0}
figure h3{margin:0 0 2px;font-size:16px}
figcaption{font-size:14.5px;margin:0 0 6px}
.legend{display:flex;flex-wrap:wrap;gap:3px 16px;font-size:13px;margin:0 0 2px;padding:0;list-style:none}
.legend li{display:flex;align-items:center;gap:6px}
.legend i{flex:none;width:18px;height:0;border-top:3px solid}
.legend i.dashed{border-top-style:dashed}
.legend i.area{width:12px;height:12px;border:0;border-radius:2px}
.legend i.dot{width:10px;height:10px;border:0;border-radius:50%}
svg.chart{display:block;max-width:100%;height:auto;overflow:visible}
svg.chart text{white-space:pre}
svg.chart [aria-label$="axis tick"]{stroke:var(--c-rule)}
svg.chart [aria-label$="grid"]{stroke:var(--line);stroke-opacity:1}
.narrow{display:none}
details{margin:14px 0;border-top:1px solid var(--line);padding-top:12px}
details:last-of-type{border-bottom:1px solid var(--line);padding-bottom:12px}
summary{cursor:pointer;font-weight:600}
details>*:not(summary){margin-top:10px}
.warn{background:var(--bad-bg);border-radius:9px;padding:10px 15px;font-size:14.5px}
dl{display:grid;grid-template-columns:max-content 1fr;gap:5px 18px;margin:0 0 12px;font-size:14.5px}
dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}
footer{margin-top:44px;color:var(--soft);font-size:13px}
@media (max-width:640px){
main{padding:18px 16px 44px}.answer{font-size:20px}.wide{display:none}.narrow{display:block}
.verdict{flex-direction:column;gap:2px}table{font-size:14px}table.key td.n{white-space:normal}th,td{padding-right:10px}h2{margin-top:40px}
dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:8px}}
@media print{
:root,:root:not([data-theme=light]){${LIGHT}color-scheme:light}
body{font-size:11pt}main{max-width:none;padding:0}figure,table,.verdict{break-inside:avoid}h2{break-after:avoid}
details>summary{list-style:none}details::details-content{content-visibility:visible;height:auto}}
`;
