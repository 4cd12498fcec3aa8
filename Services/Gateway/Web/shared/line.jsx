/** A quiet dot while the line is there, a word when it is not. */
export function LineMark({ state }) {
  if (state === "live") return <span className="conn"><span className="dot on" />Live</span>;
  return <span className="conn lost"><span className="dot away" />{state === "lost" ? "Reconnecting" : "Connecting"}</span>;
}
