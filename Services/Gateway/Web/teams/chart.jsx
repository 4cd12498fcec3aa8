import { useEffect, useRef } from "react";
import { BarController, BarElement, CategoryScale, Chart as Drawing, Legend, LineController, LineElement, LinearScale, PointElement, Tooltip } from "chart.js";

Drawing.register(BarController, BarElement, CategoryScale, Legend, LineController, LineElement, LinearScale, PointElement, Tooltip);

/** Bars or lines by day, from zero, in the page's colours. For the eye only: the caption and the table say the same. */
export default function Chart({ kind, labels, series, unit = "" }) {
  const canvas = useRef(null);
  useEffect(() => {
    const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
    let drawing = null;
    function draw() {
      drawing?.destroy();
      const text = { color: token("--text-3"), font: { family: getComputedStyle(document.body).fontFamily, size: 12 } };
      drawing = new Drawing(canvas.current, {
        type: kind,
        data: {
          labels,
          datasets: series.map(({ name, values, colour }) => ({
            label: name, data: values, backgroundColor: token(colour), borderColor: token(colour), borderWidth: kind === "line" ? 2 : 0, borderRadius: 2, maxBarThickness: 18,
            pointRadius: values.filter((value) => value !== null).length < 15 ? 3 : 0, pointHoverRadius: 4, spanGaps: true, clip: 8,
          })),
        },
        options: {
          animation: false, responsive: true, maintainAspectRatio: false, interaction: { mode: "index", intersect: false },
          plugins: {
            legend: { display: series.length > 1, align: "start", labels: { ...text, color: token("--text-2"), boxWidth: 10, boxHeight: 10 } },
            tooltip: { callbacks: { label: (item) => ` ${item.dataset.label}: ${item.formattedValue}${unit && ` ${unit}`}` } },
          },
          scales: {
            x: { grid: { display: false }, border: { display: false }, ticks: { ...text, maxRotation: 0, autoSkipPadding: 16 } },
            y: { beginAtZero: true, max: unit === "%" ? 100 : undefined, grid: { color: token("--chart-grid"), drawBorder: false }, ticks: { ...text, precision: 0, maxTicksLimit: 5, callback: (value) => (unit ? `${value} ${unit}` : value) } },
          },
        },
      });
    }
    draw();
    const scheme = matchMedia("(prefers-color-scheme: dark)");
    const theme = new MutationObserver(draw);
    theme.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
    scheme.addEventListener("change", draw);
    return () => { theme.disconnect(); scheme.removeEventListener("change", draw); drawing.destroy(); };
  }, [kind, JSON.stringify(labels), JSON.stringify(series), unit]);
  return <div className="canvas" aria-hidden="true"><canvas ref={canvas} /></div>;
}
