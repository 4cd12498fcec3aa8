/* Runs before the first paint (a small blocking script), so that a remembered theme does not flash. */
try {
  const kept = localStorage.getItem("switchboard.theme");
  if (kept === "light" || kept === "dark") document.documentElement.dataset.theme = kept;
} catch {
  // Storage may be forbidden; then the system's scheme is used.
}
