/** The look of the timelines in `report.html`; colours are those of the page. */
export const TIMELINE_STYLE = `
.stories { margin-top: 12px; background: var(--card); border: 1px solid var(--line); border-radius: 8px; }
.story { border-bottom: 1px solid var(--line); padding: 7px 14px; } .story:last-child { border-bottom: 0; }
.story summary { cursor: pointer; font-size: 14px; overflow-wrap: anywhere; }
.story .thing { font-weight: 600; } .story .why { color: var(--bad); } .story .when { color: var(--muted); font-size: 13px; }
.story .note { margin: 4px 0 0; } .story .scroll { margin: 6px 0; }
.legend { color: var(--muted); font-size: 13px; margin: 12px 0 0; } .legend span { margin-right: 16px; white-space: nowrap; }
.legend svg.strip { display: inline-block; width: 12px; height: 9px; margin: 0 6px 0 0; }
svg.strip { display: block; width: 100%; height: 18px; margin-top: 4px; background: var(--page); border-radius: 3px; }
svg.strip .good { fill: var(--teal); } svg.strip .throttled { fill: var(--orange); } svg.strip .failed { fill: var(--red); }
svg.strip .work { fill: var(--grey); opacity: .55; } svg.strip .wait { fill: var(--violet); opacity: .35; } svg.strip .late { fill: var(--p50); }
`
