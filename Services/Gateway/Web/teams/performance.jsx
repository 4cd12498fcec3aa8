import { lazy, Suspense } from "react";
import { query } from "../shared/api.js";
import { Failed, NotFresh, useAnswer } from "../shared/answer.jsx";
import { Icon } from "../shared/icons.jsx";
import { request } from "../shared/api.js";
import { counted } from "../shared/words.js";
import { filledDays, firstRange, lastDays, minutes, percent, ranges, summary } from "./days.js";

/** Chart.js is loaded when somebody looks at a chart. */
const Chart = lazy(() => import("./chart.jsx"));

/** The team's days in the chosen range, and their sum. */
export function useDays(team, wanted) {
  const range = ranges[wanted] ? wanted : firstRange;
  const days = lastDays(Number(range), Date.now());
  const answer = useAnswer((signal) => request("GET", query(`/api/teams/${team.id}/performance`, { from: days[0], to: days[days.length - 1], limit: 200 }), undefined, { signal }), `${team.id} ${range}`);
  const filled = answer.value && filledDays(answer.value.items, days);
  return { ...answer, range, name: ranges[range], filled, sum: filled && summary(filled) };
}

const shortDay = (day) => new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone: "UTC" }).format(new Date(day));

export function Performance({ team, days, onRange }) {
  const { filled, sum } = days;
  const nothing = filled && sum.assigned === 0 && sum.resolved === 0 && sum.givenUp === 0;
  return (
    <>
      <NotFresh problem={days.value && days.problem} onAgain={days.again} />
      <div className="row"><fieldset className="seg"><legend className="vh">Period</legend>{Object.entries(ranges).map(([range, name]) => <label key={range}><input type="radio" name="range" checked={range === days.range} onChange={() => onRange(range === firstRange ? undefined : range)} />{name}</label>)}</fieldset></div>
      {days.phase === "error" ? <Failed title="The figures did not load" problem={days.problem} onAgain={days.again} />
        : !filled ? <div className="card fig late" aria-busy="true" aria-label="Loading the figures"><span className="sk tall" /></div>
          : nothing ? <div className="card"><div className="void"><Icon name="report" /><h2>No conversation in {days.name}</h2><p>How many {team.name} got, and how many of them ended well, is drawn here day by day.</p></div></div>
            : (
              <>
                <section className="card" aria-labelledby="heading-day"><header><h2 id="heading-day">Conversations a day</h2><span className="small quiet push">{counted(sum.assigned, "conversation")} given, {sum.resolved} resolved{sum.givenUp ? `, ${sum.givenUp} handed on` : ""}</span></header>
                  <figure className="fig"><figcaption className="vh">{dayWords(filled, sum, days.name)}</figcaption>
                    <Suspense fallback={<span className="sk tall late" />}><Chart kind="bar" labels={filled.map((day) => shortDay(day.day))} series={[{ name: "Given", values: filled.map((day) => day.assigned_count), colour: "--chart-3" }, { name: "Resolved", values: filled.map((day) => day.resolved_count), colour: "--chart-1" }]} /></Suspense></figure></section>
                <section className="card" aria-labelledby="heading-success"><header><h2 id="heading-success">Success</h2><span className="small quiet push">{sum.success === null ? "nothing measured yet" : `${percent(sum.success)} of what ended`}</span></header>
                  <figure className="fig"><figcaption className="vh">{sum.success === null ? "No conversation ended in this period." : `${percent(sum.success)} of what ended in ${days.name} ended well.`}</figcaption>
                    <Suspense fallback={<span className="sk tall late" />}><Chart kind="line" unit="%" labels={filled.map((day) => shortDay(day.day))} series={[{ name: "Success", values: filled.map((day) => (day.success_rate === null ? null : Math.round(day.success_rate * 100))), colour: "--chart-1" }]} /></Suspense></figure></section>
                <Twin filled={filled} />
              </>
            )}
    </>
  );
}

function dayWords(filled, sum, name) {
  const most = filled.reduce((best, day) => (day.assigned_count > best.assigned_count ? day : best));
  return `${counted(sum.assigned, "conversation")} given and ${sum.resolved} resolved in ${name}; most on ${shortDay(most.day)}, with ${most.assigned_count}. The table below has every day.`;
}

/** The same figures as a table, newest day first. */
function Twin({ filled }) {
  return (
    <details className="card twin" open><summary>Every day as a table</summary>
      <div className="wide" tabIndex={0} role="region" aria-label="Days table"><table>
        <thead><tr><th scope="col">Day (UTC)</th><th scope="col" className="num">Given</th><th scope="col" className="num">Resolved</th><th scope="col" className="num">Handed on</th><th scope="col" className="num">Success</th><th scope="col" className="num">Mean wait</th><th scope="col" className="num">Mean handling</th></tr></thead>
        <tbody>{[...filled].reverse().map((day) => (
          <tr key={day.day}><th scope="row"><time dateTime={day.day}>{shortDay(day.day)}</time></th><td className="num">{day.assigned_count}</td><td className="num">{day.resolved_count}</td><td className="num">{day.given_up_count}</td><td className="num">{percent(day.success_rate)}</td><td className="num">{minutes(day.mean_wait_seconds)}</td><td className="num">{minutes(day.mean_handling_seconds)}</td></tr>
        ))}</tbody></table></div></details>
  );
}
