/** An answer that refuses, as RFC 9457 says it. `code` is the last part of `type`; `fields` maps a field's name to its sentence. */
export class Problem extends Error {
  constructor(status, body, retryAfterSeconds = null) {
    super(body.detail || body.title || `The service answered ${status}.`);
    this.name = "Problem";
    this.status = status;
    this.title = body.title || "";
    this.code = String(body.type || "").split(/[/:#]/).pop() || "";
    this.body = body;
    this.retryAfterSeconds = retryAfterSeconds;
    this.fields = Object.fromEntries((body.errors || []).map((error) => [error.field, error.detail]));
  }

  /** Sending the same again later may succeed: the service was away or too busy, and said nothing about the request itself. */
  get isTemporary() {
    return this.status === 429 || this.status === 408 || this.status >= 500;
  }
}

/** No answer came: the line is down, or it took too long. Whether the request was carried out is not known. */
export class Unreachable extends Error {
  constructor(message = "The service did not answer.") {
    super(message);
    this.name = "Unreachable";
    this.isTemporary = true;
  }
}

/** There is no session any more; only signing in helps. */
export class SignedOut extends Error {
  constructor() {
    super("You are signed out.");
    this.name = "SignedOut";
  }
}
