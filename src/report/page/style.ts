import { themedRules, themeVariables } from '../charts/palette.ts';

/** Colours of the page itself beside those of the charts: [light, dark]. Text on any of them keeps a contrast of 4.5:1. */
const pageColours = {
  page: ['#f4f6f9', '#0d1117'],
  line: ['#d5dce4', '#30363d'],
  accent: ['#005a92', '#6cc1f5'],
  good: ['#00684e', '#4fdcb0'],
  bad: ['#a52a00', '#ff9e7a'],
} as const;

function variables(theme: 'light' | 'dark'): string {
  const index = theme === 'light' ? 0 : 1;
  const page = Object.entries(pageColours).map(([name, pair]) => `--${name}:${pair[index]};`);
  return `color-scheme:${theme};${page.join('')}${themeVariables(theme)}`;
}

/** The page's style sheet; the theme follows the system until the reader chooses one, and paper is always light. */
export const pageStyle = `
:root{${variables('light')}}
@media (prefers-color-scheme:dark){:root:not([data-theme=light]){${variables('dark')}}}
:root[data-theme=dark]{${variables('dark')}}
@media print{:root,:root[data-theme=dark]{${variables('light')}}}
${themedRules}
*{box-sizing:border-box}
html{scroll-padding-top:4rem;-webkit-text-size-adjust:100%}
body{margin:0;background:var(--page);color:var(--ink);font:16px/1.55 Inter,system-ui,"Segoe UI",Roboto,"Helvetica Neue",sans-serif;overflow-wrap:anywhere}
a{color:var(--accent);text-underline-offset:.15em}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px;border-radius:3px}
.skip{position:absolute;left:-9999px}.skip:focus{left:1rem;top:.5rem;z-index:9;background:var(--surface);padding:.5rem 1rem}
.wrap{max-width:1400px;margin:0 auto;padding:0 clamp(.75rem,2.5vw,2rem)}
header h1{font-size:1.05rem;font-weight:600;color:var(--quiet);line-height:1.3;margin:1.1rem 0 0}
.lede{max-width:78ch;margin:.4rem 0;color:var(--quiet)}
.lede:first-of-type{color:var(--ink)}
code{font:.9em ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;background:var(--band);padding:.1em .35em;border-radius:4px}
.ledes{margin:0 0 1.2rem}
.bar{position:sticky;top:0;z-index:5;background:var(--page);border-bottom:1px solid var(--line);margin-top:1.4rem}
.bar .items{display:flex;flex-wrap:wrap;justify-content:space-between;gap:.3rem 1.2rem;align-items:center;padding-top:.55rem;padding-bottom:.55rem}
.bar nav{flex:1 1 20rem;display:flex;flex-wrap:wrap;gap:.1rem 1.1rem;font-size:.92rem}
.bar nav a{padding:.2rem 0;text-decoration:none;white-space:nowrap}.bar nav a:hover{text-decoration:underline}
.tools{display:flex;flex-wrap:wrap;gap:.6rem;align-items:center;font-size:.9rem}
input,select,button{font:inherit;color:inherit}
input[type=search],select,.theme{background:var(--surface);border:1px solid var(--line);border-radius:7px;padding:.28rem .6rem;min-height:2.1rem}
input[type=search]{width:11rem;max-width:100%}
.theme{cursor:pointer}
section{margin:2.6rem 0 3.4rem}
#answer{margin:.2rem 0 1.2rem}
#answer h2{font-size:clamp(1.5rem,3.4vw,2rem);letter-spacing:-.02em;margin-bottom:.5rem}
#answer .charts{grid-template-columns:1fr}
#answer figure{display:grid;grid-template-columns:minmax(0,5fr) minmax(0,7fr);gap:.6rem 2rem;padding:1.2rem 1.4rem .8rem}
#answer .headline{font-size:clamp(1.15rem,2.2vw,1.45rem)}
#answer .verdict ul{font-size:.98rem}
.verdict .place{margin:0 0 .2rem;font-size:.88rem;color:var(--quiet)}
.verdict .headline{font-weight:650;line-height:1.3;margin:0 0 .6rem}
.verdict ul{margin:0 0 .6rem;padding-left:1.1rem;font-size:.9rem}
.verdict li{margin:.3rem 0}.verdict .note{margin:0 0 .6rem}
@media (max-width:900px){#answer figure{display:flex;flex-direction:column;gap:.4rem;padding:.9rem .9rem .5rem}#answer .verdict{display:contents}#answer .headline,#answer .place{margin:0}#answer .drawing{order:1}#answer .verdict ul{order:2}#answer .verdict .note{order:3}}
h2{font-size:1.5rem;letter-spacing:-.015em;line-height:1.25;margin:0 0 .4rem}
.intro{max-width:78ch;color:var(--quiet);margin:.2rem 0 1rem}
.pickers{display:flex;flex-wrap:wrap;gap:.6rem 1.2rem;margin:.8rem 0 1rem;font-size:.92rem}
.pickers label{display:flex;gap:.5rem;align-items:center;max-width:100%}
.pickers select{max-width:100%;min-width:0}
.charts{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,560px),1fr));gap:1.1rem;align-items:start}
figure{margin:0;background:var(--surface);border:1px solid var(--line);border-radius:12px;padding:1rem 1rem .6rem;min-width:0;display:flex;flex-direction:column}
figcaption{font-weight:600;line-height:1.35}
figcaption small{display:block;font-weight:400;color:var(--quiet);font-size:.82rem;line-height:1.125rem;min-height:calc(var(--wide)*1.125rem);margin-top:.2rem}figcaption .told{color:var(--ink);font-weight:500}
.by-touch{display:none}@media (pointer:coarse){.by-mouse{display:none}.by-touch{display:inline}}
figure svg{display:block;width:100%;height:auto;max-width:760px;margin:.5rem auto 0}
.narrow{display:none}
@media (max-width:560px){.wide{display:none}.narrow{display:block}figure{padding:.8rem .5rem .4rem}figcaption{padding:0 .3rem}figcaption small{min-height:calc(var(--narrow)*1.125rem)}}
.plot text{pointer-events:none}.mark{cursor:default}.dim [data-model]:not(.hit){opacity:.14}.plot .hit{opacity:1}.mark.hit{stroke:var(--ink);stroke-width:1.5}
.dim .asked.hit{visibility:visible}
.plot{border-radius:6px}
.tables{display:flex;flex-wrap:wrap;gap:0 1.4rem}.tables+.charts,.notes+.charts{margin-top:1.4rem}
.block{margin:1.8rem 0 0;flex:1 1 auto;min-width:0;max-width:100%;position:relative}
.cue{display:none;margin:-.2rem 0 .35rem;font-size:.8rem;color:var(--quiet)}.wider .cue{display:block;visibility:hidden}.more .cue{visibility:visible}
.more .scroll{border-right:3px solid var(--accent)}
.block h3{font-size:1.08rem;margin:0 0 .5rem}
.scroll{overflow-x:auto;width:100%;background:var(--surface);border:1px solid var(--line);border-radius:12px}
table{border-collapse:separate;border-spacing:0;width:100%;font-size:.88rem;font-variant-numeric:tabular-nums}
th,td{padding:.38rem .7rem;text-align:left;white-space:nowrap;overflow-wrap:normal;border-bottom:1px solid var(--grid);vertical-align:baseline}
td.text{white-space:normal;min-width:9rem;overflow-wrap:anywhere}td.long{min-width:18rem}
wbr,.note.folded{display:none}
.right{text-align:right}
thead th{font-weight:600;background:var(--band);color:var(--ink);vertical-align:bottom}
thead th.group{text-align:center;border-left:1px solid var(--line)}
.first{border-left:1px solid var(--line)}
tbody th{font-weight:500;position:sticky;left:0;background:var(--surface);box-shadow:1px 0 0 var(--line)}
thead th[data-column="0"]{position:sticky;left:0;z-index:1;box-shadow:1px 0 0 var(--line)}
tbody tr:last-child>*{border-bottom:0}
tbody tr:hover>*{background:var(--band)}
.sort{all:unset;cursor:pointer;display:inline-flex;gap:.3em;align-items:baseline}
.sort:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
.sort::after{content:"";width:.7em;text-align:center}
[aria-sort=ascending] .sort::after{content:"▲";font-size:.7em}
[aria-sort=descending] .sort::after{content:"▼";font-size:.7em}
@media (max-width:560px){th,td{padding:.34rem .4rem}table{font-size:.82rem}tbody th,thead .spaced{white-space:normal}wbr{display:inline}.folds{display:none}.note.folded{display:block}.folded>:not([hidden])~:not([hidden])::before{content:", "}tbody th{min-width:6.6rem;max-width:9rem}td.text{min-width:8rem}td.long{min-width:15rem}.sort{gap:0}.sort::after{width:auto}}
.good{color:var(--good)}.bad{color:var(--bad)}.none{color:var(--quiet)}
.ref{font-size:.72em;margin-left:.25em;text-decoration:none;font-weight:400}
.note{font-size:.78em;color:var(--quiet);display:block}
.bad .note{color:inherit}
.notes{color:var(--quiet);font-size:.85rem;max-width:95ch;padding-left:1.1rem;margin:.6rem 0 0}
.sources{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,380px),1fr));gap:1rem;align-items:start}
.source{background:var(--surface);border:1px solid var(--line);border-radius:12px;padding:.9rem 1rem;font-size:.88rem;min-width:0}
.source:target{outline:3px solid var(--accent)}
.source h3{margin:0 0 .5rem;font-size:1rem}
.source dl{display:grid;grid-template-columns:minmax(6rem,auto) 1fr;gap:.2rem .8rem;margin:0}
.source dt{color:var(--quiet)}.source dd{margin:0;min-width:0}
footer{color:var(--quiet);font-size:.85rem;margin:2rem 0 2.5rem}
[hidden],.left-out{display:none!important}
.nothing{color:var(--quiet)}
@media (max-width:560px){.bar nav a{white-space:normal}.bar{position:static}.bar nav{flex-wrap:wrap}.tools{width:100%}input[type=search]{flex:1;width:auto}}
@media print{
@page{margin:14mm 12mm}
.readout{min-height:0!important}
.bar,.skip,.cue,.by-mouse,.by-touch{display:none!important}
.pickers select{appearance:none;border:0;padding:0;background:none;min-height:0;font-weight:600}
html{font-size:13px}body{background:#fff;font-size:9.5pt;line-height:1.4}
section{margin:1rem 0 1.4rem}header h1,.ledes{margin:0}#answer figure{padding:.5rem .8rem .2rem}
figure,.source,tr,.short,.intro,.pickers,.verdict li{break-inside:avoid}
h2,h3,.intro,.pickers,figcaption{break-after:avoid}
.charts{grid-template-columns:1fr 1fr;gap:.8rem}figure{padding:.6rem .5rem .2rem}figure svg{max-width:74mm;margin-top:.2rem}
.wide{display:none}.narrow{display:block}
#answer .charts{display:block}#answer .wide{display:block}#answer .narrow{display:none}#answer figure svg{max-width:139mm}
#answer figure:not([hidden]){display:block}#answer .verdict{display:block}
.tables{display:block}
.scroll{overflow:visible;border:0}.more .scroll{border:0}
table{font-size:clamp(4.5pt,90pt/var(--columns),7.5pt)}thead{display:table-header-group}
th,td{padding:.25em .3em}thead .spaced,tbody th,.note{white-space:normal}wbr{display:inline}.wrap{padding:0;max-width:none}td.text,td.long{min-width:0}.sort{gap:0}.sort::after{width:auto}tbody th,thead th[data-column="0"]{position:static}
.sources{display:block}.source{margin:0 0 .8rem}
}
`;

/** Only of pages that have a banner. */
export const bannerStyle = `.banner{max-width:90ch;margin:.8rem 0;padding:.7rem 1rem;border:2px solid var(--bad);border-radius:10px;background:var(--surface);color:var(--bad);font-weight:600}
`;
