import { render } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { StackView } from "../operator/page/api.ts";
import { type Connection, follow } from "./client.ts";
import { executionHref } from "./format.ts";
import { useRead, useRoute } from "./hooks.ts";
import { ClockControl } from "./parts/clock.tsx";
import { DeadLetters } from "./views/dead-letters.tsx";
import { Execution } from "./views/execution.tsx";
import { Executions } from "./views/executions.tsx";
import { Functions } from "./views/functions.tsx";
import { Home } from "./views/home.tsx";
import { Jobs } from "./views/jobs.tsx";
import { SchedulesView } from "./views/schedules.tsx";
import { Start } from "./views/start.tsx";
import { Tasks } from "./views/tasks.tsx";

const PLACES = [
  ["", "Home"],
  ["executions", "Executions"],
  ["schedules", "Schedules"],
  ["tasks", "Tasks"],
  ["jobs", "Jobs"],
  ["dead-letters", "Dead letters"],
  ["functions", "Functions"],
] as const;

function App() {
  const [connection, setConnection] = useState<Connection>("connecting");
  useEffect(() => void follow(setConnection), []);
  const stack = useRead("stack", {}, ["clock", "reload"]);
  const { path, query } = useRoute();
  const [place = ""] = path;
  useEffect(() => {
    document.title = `${PLACES.find(([key]) => key === place)?.[1] ?? (place === "start" ? "Start" : "Execution")} – durable workflows`;
  }, [place]);
  if (connection === "refused") return <Refused />;
  return (
    <>
      <header class="top">
        <a class="brand" href="#/">
          <img src="/console/icon.svg" alt="" width="22" height="22" /> {stack.data?.stack ?? "durable workflows"}
        </a>
        <nav aria-label="Places">
          {PLACES.map(([key, name]) => (
            <a key={key} href={`#/${key}`} aria-current={place === key || (place === "execution" && key === "executions") ? "page" : undefined}>
              {name}
            </a>
          ))}
        </nav>
        {stack.data !== undefined && <ClockControl speed={stack.data.speed} />}
        <Find />
      </header>
      {connection === "lost" && (
        <p class="lost" role="status">
          The stack does not answer. What you see is from before; the page goes on by itself when it is back.
        </p>
      )}
      {stack.data?.failedReload !== undefined && (
        <div class="lost" role="status">
          The last change is not live; the version before it keeps running.
          <pre>{stack.data.failedReload}</pre>
        </div>
      )}
      <main>{stack.data !== undefined && <Place path={path} query={query} stack={stack.data} />}</main>
    </>
  );
}

function Place({ path, query, stack }: { readonly path: readonly string[]; readonly query: URLSearchParams; readonly stack: StackView }) {
  const { workflows } = stack;
  const [place = "", first] = path;
  switch (place) {
    case "":
      return <Home stack={stack.stack} />;
    case "executions":
      return <Executions query={query} workflows={workflows} />;
    case "execution":
      return <Execution arn={first ?? ""} query={query} />;
    case "start":
      return <Start workflow={first} from={query.get("from") ?? undefined} workflows={workflows} />;
    case "schedules":
      return <SchedulesView workflows={workflows} />;
    case "tasks":
      return <Tasks />;
    case "jobs":
      return <Jobs />;
    case "dead-letters":
      return <DeadLetters />;
    case "functions":
      return <Functions />;
    default:
      return (
        <div class="empty">
          <p>There is nothing here.</p>
          <a href="#/">Home</a>
        </div>
      );
  }
}

/** Takes an ARN, an id or a name; `/` leads to it from anywhere. */
function Find() {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      const typing = event.target instanceof Element && event.target.closest("input, textarea, select") !== null;
      if (event.key !== "/" || typing) return;
      event.preventDefault();
      input.current?.focus();
    };
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  }, []);
  const find = (event: Event) => {
    event.preventDefault();
    const text = input.current?.value.trim() ?? "";
    if (text === "") return;
    location.hash = text.includes("/durable-execution/") ? executionHref(text) : `#/executions?text=${encodeURIComponent(text)}`;
    if (input.current !== null) input.current.value = "";
  };
  return (
    <form class="find" onSubmit={find}>
      <input ref={input} aria-label="Find an execution by ARN, id or name" placeholder="Find… ( / )" />
    </form>
  );
}

function Refused() {
  return (
    <main class="refused">
      <h1>This page needs its token</h1>
      <p>
        Open the console by the address that <code>npm start</code> prints: it ends in <code>?token=…</code>.
      </p>
    </main>
  );
}

const root = document.getElementById("app");
if (root !== null) render(<App />, root);
