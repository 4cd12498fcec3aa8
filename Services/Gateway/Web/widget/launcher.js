/* The look of the launcher and the frame's place. Colours arrive from the frame, which knows the site's accent and the visitor's scheme. */
export const launcherStyle = `
:host { all: initial !important; position: fixed !important; inset: 0 !important; z-index: 2147483000 !important; display: block !important; pointer-events: none !important; color-scheme: light dark !important; --edge: 20px; }
* { box-sizing: border-box; }
[hidden] { display: none !important; }
.launcher { position: absolute; inset-block-end: var(--edge); inset-inline-end: var(--edge); display: grid; place-items: center; inline-size: 56px; block-size: 56px; padding: 0; border: 0; border-radius: 6px; background: var(--accent); color: var(--on-accent); box-shadow: var(--shadow); font: 600 12px/1 system-ui, sans-serif; cursor: pointer; pointer-events: auto; }
.launcher:hover { background: var(--accent-hover); }
.launcher:focus-visible { outline: 3px solid var(--focus); outline-offset: 3px; }
.launcher svg { grid-area: 1 / 1; inline-size: 24px; block-size: 24px; fill: none; stroke: currentColor; stroke-width: 1.5; stroke-linecap: round; stroke-linejoin: round; }
.launcher svg:nth-of-type(2) { display: none; }
:host(.open) .launcher svg:first-of-type { display: none; }
:host(.open) .launcher svg:nth-of-type(2) { display: block; }
.count { position: absolute; inset-block-start: -8px; inset-inline-end: -8px; display: grid; place-items: center; min-inline-size: 22px; block-size: 22px; padding: 0 5px; border-radius: 11px; background: var(--surface); color: var(--accent-text); box-shadow: 0 0 0 2px var(--accent); font-variant-numeric: tabular-nums; }
.frame { position: absolute; inset-block-end: calc(var(--edge) + 72px); inset-inline-end: var(--edge); inline-size: 380px; block-size: min(672px, 100% - 2 * var(--edge) - 72px); border: 0; border-radius: 6px; background: transparent; box-shadow: var(--shadow); visibility: hidden; pointer-events: none; color-scheme: light dark; }
:host(.open) .frame { visibility: visible; pointer-events: auto; animation: rise 140ms ease-out; }
:host(.teasing) .frame { visibility: visible; pointer-events: auto; inset-block-end: calc(var(--edge) - 20px); inset-inline-end: calc(var(--edge) + 56px); inline-size: min(308px, 100% - 56px - var(--edge)); box-shadow: none; }
:host([data-position="start"]) .launcher, :host([data-position="start"]) .frame { inset-inline: var(--edge) auto; }
:host([data-position="start"].teasing) .frame { inset-inline: calc(var(--edge) + 56px) auto; }
@keyframes rise { from { opacity: 0; transform: translateY(8px); } }
@media (max-width: 479px), (max-height: 479px) {
  :host(.open) .frame { inset: 0; inline-size: 100%; block-size: 100%; border-radius: 0; box-shadow: none; }
  :host(.open) .launcher { display: none; }
}
@media (prefers-reduced-motion: reduce) { .frame { animation: none !important; } }
@media (forced-colors: active) { .launcher, .frame, .count { border: 1px solid; } }
`;
