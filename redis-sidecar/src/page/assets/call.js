// Calls to this sidecar, and to nothing else.

export class Refused extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

export async function call(method, path, body, headers = {}) {
  const response = await fetch(path, {
    method,
    headers: { "content-type": "application/json", ...headers },
    body: body === undefined ? undefined : JSON.stringify(body),
    credentials: "same-origin",
    cache: "no-store",
  });
  if (response.status === 204) return null;
  const answer = await response.json().catch(() => ({}));
  if (response.ok) return answer;
  if (response.status === 401) document.dispatchEvent(new CustomEvent("signed-out"));
  throw new Refused(response.status, answer.error?.message ?? `The sidecar answered ${response.status}.`);
}

// Calls `onreport` with each report, and `onlink` with whether they come. The browser itself comes back after a loss.
export function listen(onreport, onlink) {
  const source = new EventSource("/v1/live");
  source.addEventListener("report", (event) => {
    onlink(true);
    onreport(JSON.parse(event.data));
  });
  source.addEventListener("error", async () => {
    onlink(false);
    if (source.readyState !== EventSource.CLOSED) return;
    // Refused: the session has ended, too many listen, or a proxy stands in between.
    const session = await call("GET", "/v1/session").catch(() => null);
    if (session && !session.signed_in) document.dispatchEvent(new CustomEvent("signed-out"));
    else document.dispatchEvent(new CustomEvent("listen-again"));
  });
  return source;
}
