import { useRef } from "react";

/** Tabs as the WAI-ARIA pattern has them: one stop for Tab, arrows choose. `tabs`: [{id, name, count}]. */
export function Tabs({ label, tabs, current, onChoose, prefix = "tab" }) {
  const list = useRef(null);
  function keyDown(event) {
    const index = tabs.findIndex((tab) => tab.id === current);
    const forward = getComputedStyle(list.current).direction === "rtl" ? "ArrowLeft" : "ArrowRight";
    const backward = forward === "ArrowRight" ? "ArrowLeft" : "ArrowRight";
    const next = { [forward]: index + 1, [backward]: index - 1, Home: 0, End: tabs.length - 1 }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    const tab = tabs[(next + tabs.length) % tabs.length];
    onChoose(tab.id);
    document.getElementById(`${prefix}-${tab.id}`)?.focus();
  }
  return (
    <div className="tabs" role="tablist" aria-label={label} ref={list} onKeyDown={keyDown}>
      {tabs.map((tab) => (
        <button key={tab.id} type="button" role="tab" id={`${prefix}-${tab.id}`} aria-selected={tab.id === current} aria-controls={`panel-${prefix}`} tabIndex={tab.id === current ? 0 : -1} onClick={() => onChoose(tab.id)}>
          {tab.name}{tab.count !== undefined && tab.count !== null && <span className="quiet">{tab.count}</span>}
        </button>
      ))}
    </div>
  );
}

export function TabPanel({ current, prefix = "tab", children }) {
  return <div className="pane" role="tabpanel" id={`panel-${prefix}`} aria-labelledby={`${prefix}-${current}`} tabIndex={0}>{children}</div>;
}
