import { Component } from "react";
import { Icon } from "./icons.jsx";

/** When drawing fails: says so instead of showing nothing. What was typed is in the browser's storage by then. */
export class Boundary extends Component {
  state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  render() {
    if (!this.state.failed) return this.props.children;
    return (
      <main className="void whole" role="alert"><Icon name="alert" /><h1>This page stopped working</h1><p>It is our fault. Drafts and replies on their way are kept in this browser.</p>
        <button className="btn" type="button" onClick={() => location.reload()}><Icon name="retry" />Load it again</button></main>
    );
  }
}
