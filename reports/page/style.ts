// The look of the page: one column, system fonts, light and dark by the reader's setting, printable, phone width.

const LIGHT = `
--paper:#fff;--ink:#1a1d21;--soft:#5b6470;--line:#d9dee4;--card:#f6f7f9;--accent:#0063a6;
--ok:#00704f;--ok-bg:#e2f4ed;--bad:#a93a00;--bad-bg:#fdebe2;--mute-bg:#eceff2;
--c-ink:#1a1d21;--c-blue:#0072b2;--c-orange:#c77700;--c-green:#009e73;--c-red:#d55e00;--c-purple:#a64d87;--c-sky:#56b4e9;--c-quiet:#98a2ad;--c-fill:#e8ebef;--c-rule:#98a2ad;--c-on-pale:#1a1d21;
--st-load:#2e6b4f;--st-scrape:#004c7a;--st-hpa:#0072b2;--st-adapter:#56b4e9;--st-window:#2f5d8a;--st-create:#5b6470;--st-schedule:#6a737e;--st-node:#3f4650;--st-container:#a35c00;--st-model:#cc5200;--st-probe:#a64d87;--st-endpoints:#7d3a66;`;

const DARK = `
--paper:#14171b;--ink:#e8eaed;--soft:#a2abb6;--line:#323941;--card:#1c2026;--accent:#74b9ee;
--ok:#5fd0a8;--ok-bg:#12332a;--bad:#ff9d66;--bad-bg:#3d2113;--mute-bg:#272c33;
--c-ink:#e8eaed;--c-blue:#4aa3e0;--c-orange:#f0a830;--c-green:#2fc79a;--c-red:#ff8a4c;--c-purple:#d98bbd;--c-sky:#9ad4f7;--c-quiet:#6b7581;--c-fill:#272c33;--c-rule:#6b7581;--c-on-pale:#14171b;
--st-load:#63b08c;--st-scrape:#3a8ec8;--st-hpa:#4aa3e0;--st-adapter:#9ad4f7;--st-window:#6f9cc9;--st-create:#8b95a1;--st-schedule:#aab3bd;--st-node:#7f8995;--st-container:#f0a830;--st-model:#ff8a4c;--st-probe:#d98bbd;--st-endpoints:#b06f97;`;

export const STYLE = `
:root{${LIGHT}color-scheme:light dark}
@media (prefers-color-scheme:dark){:root:not([data-theme=light]){${DARK}}}
:root[data-theme=dark]{${DARK}color-scheme:dark}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main{max-width:860px;margin:0 auto;padding:28px 24px 64px}
header.top{color:var(--soft);font-size:14px;margin-bottom:22px}
header.top b{color:var(--ink)}
h1{font-size:17px;font-weight:500;color:var(--soft);margin:0 0 10px}
.answer{font-size:24px;line-height:1.36;font-weight:600;margin:0 0 12px;letter-spacing:-.006em;text-wrap:pretty}
.lead{font-size:17px;margin:0 0 20px;text-wrap:pretty}
h2{font-size:21px;margin:52px 0 10px;letter-spacing:-.01em}
h3{font-size:15px;margin:26px 0 2px}
p{margin:0 0 12px}
.soft,figcaption,.note{color:var(--soft)}
.note{font-size:14px}
.verdict{display:flex;gap:12px;align-items:baseline;padding:11px 15px;border-radius:9px;margin:20px 0 14px}
.verdict b{white-space:nowrap;letter-spacing:.03em}
.verdict.pass{background:var(--ok-bg)}.verdict.pass b{color:var(--ok)}
.verdict.fail{background:var(--bad-bg)}.verdict.fail b{color:var(--bad)}
.verdict.other{background:var(--mute-bg)}
.tiles{display:grid;grid-template-columns:repeat(3,1fr);gap:10px;margin:0 0 22px}
.tiles>div{background:var(--card);border-radius:9px;padding:11px 15px 12px}
.tiles dt{font-size:13.5px;line-height:1.35}
.tiles dd{display:flex;flex-wrap:wrap;align-items:baseline;column-gap:7px;font-size:23px;line-height:1.3;font-weight:600;letter-spacing:-.01em;font-variant-numeric:tabular-nums}
.tiles small{font-size:14px;line-height:1.3;font-weight:400;letter-spacing:0;color:var(--soft);white-space:nowrap}
.scroll{overflow-x:auto;margin:0 0 14px}
table{border-collapse:collapse;width:100%;font-size:15px}
th,td{text-align:left;padding:7px 14px 7px 0;border-bottom:1px solid var(--line);vertical-align:baseline}
thead th,thead td{font-weight:500;color:var(--soft);font-size:13.5px}
tbody th{font-weight:400}
tbody tr:last-child>*{border-bottom:0}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
th:last-child,td:last-child{padding-right:4px}
tr.best>*{background:var(--ok-bg)}
tbody .d{display:block;color:var(--soft);font-size:12.5px}td .d span{white-space:nowrap}
.mark{font-size:12.5px;color:var(--soft)}.mark+.mark:before{content:"· "}
.met{color:var(--ok)}.missed{color:var(--bad);font-weight:600}
table.waterfall{margin:0 0 14px}
td.bar{width:36%;font-size:12.5px}
td.bar i{display:block;height:13px;min-width:2px;border-radius:2px}
thead td.bar span+span{float:right}
code{font:13px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;overflow-wrap:anywhere}
figure{margin:30px 0 0}figure+.scroll{margin-top:18px}
figure h3{margin:0 0 2px;font-size:16px}
figcaption{font-size:14.5px;margin:0 0 6px}
.legend{display:flex;flex-wrap:wrap;gap:3px 16px;font-size:13px;margin:0 0 6px;padding:0;list-style:none}
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
summary:focus-visible,.scroll:focus-visible{outline:2px solid var(--accent);outline-offset:2px;border-radius:4px}
details>*:not(summary){margin-top:10px}
.warn{background:var(--bad-bg);border-radius:9px;padding:10px 15px;font-size:14.5px}
dl:not(.tiles){display:grid;grid-template-columns:max-content 1fr;gap:5px 18px;margin:0 0 12px;font-size:14.5px}
details>dl:not(.tiles){margin-top:10px}
dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}
footer{margin-top:44px;color:var(--soft);font-size:13px}
@media (max-width:640px){
main{padding:18px 16px 44px}.answer{font-size:20px}.wide{display:none}.narrow{display:block}
.verdict{flex-direction:column;gap:2px}table{font-size:14px}th,td{padding-right:10px}h2{margin-top:40px}
.lead{font-size:16px}.tiles{grid-template-columns:1fr 1fr;gap:8px}.tiles>div{padding:9px 12px 10px}.tiles dd{font-size:20px;margin:0}.tiles small{font-size:13px}
.share,.compared :is(th,td):nth-child(5),.jobs :is(th,td):is(:nth-child(3),:nth-child(5)),.metrics :is(th,td):nth-child(3){display:none}td.bar{width:34%}
.many table{font-size:12.5px}.many thead th{font-size:11.5px;white-space:normal;vertical-align:bottom}.many .d{font-size:11px}.jobs table{font-size:12px}.many th,.many td{padding-right:5px}.many td.n:has(.d),.many td .d span{white-space:normal}.many .mark{display:block}.mark+.mark:before{content:""}
dl:not(.tiles){grid-template-columns:1fr;gap:0}dd{margin-bottom:8px}}
@media print{
:root,:root:not([data-theme=light]){${LIGHT}color-scheme:light}
body{font-size:11pt}main{max-width:none;padding:0}figure,tr,.tiles,.verdict{break-inside:avoid}.tiles>div,.verdict,tr.best>*,i{print-color-adjust:exact;-webkit-print-color-adjust:exact}h2{break-after:avoid}
details>summary{list-style:none}details::details-content{content-visibility:visible;height:auto}}
`;
