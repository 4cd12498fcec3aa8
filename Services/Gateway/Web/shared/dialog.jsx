import { useEffect, useRef } from "react";
import { Icon } from "./icons.jsx";

/** A modal dialog: focus stays inside, Esc closes it, focus returns to where it was. */
export function Dialog({ label, className = "ask", onClose, children }) {
  const element = useRef(null);
  useEffect(() => {
    const before = document.activeElement;
    const dialog = element.current;
    dialog.showModal();
    // React's autoFocus comes before the dialog is open and is lost.
    dialog.querySelector("[data-focus]")?.focus();
    return () => {
      if (dialog.open) dialog.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    <dialog ref={element} className={className} aria-label={label} onCancel={(event) => { event.preventDefault(); onClose(); }}
      onPointerDown={(event) => { if (event.target === element.current) onClose(); }} onKeyDown={(event) => event.stopPropagation()}>
      {children}
    </dialog>
  );
}

export function DialogTitle({ children, onClose }) {
  return <div className="row title"><h2>{children}</h2><button className="btn s icon ghost" type="button" aria-label="Close" onClick={onClose}><Icon name="x" /></button></div>;
}
