import { Icon } from "./icons.jsx";
import { remember } from "./storage.js";

/** Light or dark, remembered in this browser; without a choice the system's scheme is used. */
export function flipTheme() {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
  remember("switchboard.theme", root.dataset.theme);
}

export function ThemeButton({ className = "btn s icon ghost push" }) {
  return (
    <button className={className} type="button" onClick={flipTheme} title="Light or dark" aria-label="Switch between light and dark">
      <Icon name="moon" />
    </button>
  );
}
