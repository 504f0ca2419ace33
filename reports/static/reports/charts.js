/* Draws the charts of a page: data from its JSON, colours from its style sheet.

   Tooltips are drawn as rich text, since the content security policy forbids styles in
   markup. A chart is drawn anew when its width or the theme changes, and for paper. */

const OUTCOMES = ["answered", "overflowed", "abandoned", "short_abandoned", "waiting", "unknown"];
const PAPER_WIDTH = 1030;
const NARROW = 560;
const RATE_HEIGHT = 84;

/* Colours differ by theme (light-dark()); only the colour of an element is one of them. */
const probe = document.createElement("span");
probe.hidden = true;
document.body.append(probe);

const token = (name) => {
  probe.style.color = `var(${name})`;
  return getComputedStyle(probe).color;
};

const stripes = (color, rotation) => ({
  symbol: "rect",
  dashArrayX: [1, 0],
  dashArrayY: [2, 3],
  rotation,
  color,
  symbolSize: 1,
});

const dots = (color) => ({
  symbol: "circle",
  dashArrayX: [4, 4],
  dashArrayY: [4, 4],
  color,
  symbolSize: 0.6,
});

/* As the swatches beside the words: colour and pattern of each outcome. */
const fill = (outcome) => {
  switch (outcome) {
    case "short_abandoned":
      return { color: token("--oc-short-bg"), decal: stripes(token("--oc-abandoned"), Math.PI / 4) };
    case "waiting":
      return { color: token("--oc-waiting-bg"), decal: stripes(token("--oc-answered"), 0) };
    case "unknown":
      return { color: token("--oc-unknown-bg"), decal: dots(token("--oc-unknown")) };
    default:
      return { color: token(`--oc-${outcome}`) };
  }
};

const title = (text, top) => ({
  text,
  left: 0,
  top,
  textStyle: { fontSize: 12, fontWeight: 500, color: token("--body-quiet-color") },
});

const legend = () => ({
  left: 0,
  top: 0,
  itemWidth: 10,
  itemHeight: 10,
  selectedMode: false,
  textStyle: { color: token("--body-quiet-color") },
});

const categories = (labels, more) => ({
  type: "category",
  data: labels,
  axisTick: { show: false },
  axisLine: { lineStyle: { color: token("--border-color") } },
  axisLabel: { color: token("--body-quiet-color"), hideOverlap: true },
  ...more,
});

const values = (more) => ({
  type: "value",
  minInterval: 1,
  axisLine: { show: false },
  axisTick: { show: false },
  splitLine: { lineStyle: { color: token("--hairline-color") } },
  axisLabel: { color: token("--body-quiet-color") },
  ...more,
});

/* Two panels over one axis: the service level as a line, the outcomes as bars. */
const byInterval = (data) => {
  const { words, counts, labels } = data;
  const total = labels.map((_, place) =>
    OUTCOMES.reduce((sum, outcome) => sum + counts[outcome][place], 0));
  const highest = Math.max(1, ...total, ...(data.compared || []));
  const below = 32 + RATE_HEIGHT + 42;
  const shown = OUTCOMES.filter((outcome) => counts[outcome].some(Boolean));
  const level = data.target ? `${words.rate}  ·  ${words.target}` : words.rate;
  const heading = data.compared ? `${words.count}  ·  ${words.compared}` : words.count;
  const series = [
    {
      name: words.rate,
      type: "line",
      xAxisIndex: 0,
      yAxisIndex: 0,
      data: data.rate,
      symbol: "circle",
      symbolSize: 5,
      lineStyle: { color: token("--body-fg"), width: 1.5 },
      itemStyle: { color: token("--body-fg") },
    },
    ...shown.map((outcome) => ({
      name: words.outcomes[outcome],
      type: "bar",
      stack: "entered",
      xAxisIndex: 1,
      yAxisIndex: 1,
      barCategoryGap: "28%",
      data: counts[outcome].map((count) => count || null),
      itemStyle: { borderColor: token("--body-bg"), borderWidth: 0.5, ...fill(outcome) },
    })),
  ];
  if (data.target) {
    series.push({
      name: words.target,
      type: "line",
      step: "middle",
      xAxisIndex: 0,
      yAxisIndex: 0,
      data: data.target,
      symbol: "none",
      lineStyle: { color: token("--ok-line"), width: 1.5, type: [6, 4] },
      itemStyle: { color: token("--ok-line") },
    });
  }
  if (data.unfinished !== null) {
    // On a hidden axis of its own, or it would squeeze the bars.
    series.push({
      name: words.unfinished,
      type: "bar",
      silent: true,
      xAxisIndex: 2,
      yAxisIndex: 1,
      z: 0,
      barWidth: "98%",
      tooltip: { show: false },
      data: labels.map((_, place) => (place === data.unfinished ? highest : null)),
      itemStyle: { color: token("--warn-bg") },
      label: {
        show: true,
        position: "insideTop",
        formatter: words.unfinished,
        color: token("--warn"),
        fontSize: 11,
        fontWeight: 600,
      },
    });
  }
  if (data.compared) {
    series.push({
      name: words.compared,
      type: "line",
      step: "middle",
      xAxisIndex: 1,
      yAxisIndex: 1,
      data: data.compared,
      symbol: "none",
      z: 5,
      lineStyle: { color: token("--chart-ghost"), width: 1.5, type: [3, 3] },
      itemStyle: { color: token("--chart-ghost") },
    });
  }
  return {
    title: [title(level, 0), title(heading, 32 + RATE_HEIGHT + 12)],
    grid: [
      { left: 40, right: 8, top: 32, height: RATE_HEIGHT },
      { left: 40, right: 8, top: below, bottom: 26 },
    ],
    xAxis: [
      categories(labels, { gridIndex: 0, axisLabel: { show: false }, axisPointer: { label: { show: false } } }),
      categories(labels, { gridIndex: 1 }),
      { type: "category", gridIndex: 1, data: labels, show: false },
    ],
    yAxis: [
      values({ gridIndex: 0, min: 0, max: 100, interval: 50 }),
      values({ gridIndex: 1 }),
    ],
    series,
  };
};

/* Bars by spans of waits, and how many of those answered had waited no longer. */
const byWait = (data, width) => {
  const { words, labels } = data;
  const answered = token("--oc-answered");
  const bars = (name, wanted, style) => ({
    name,
    type: "bar",
    stack: "answered",
    barGap: "8%",
    barCategoryGap: "24%",
    data: data.answered.map((count, place) => (data.beyond[place] === wanted && count) || null),
    itemStyle: style,
  });
  const hollow = { color: token("--oc-waiting-bg"), borderColor: answered, borderWidth: 1 };
  return {
    legend: legend(),
    grid: { left: 40, right: 46, top: width < NARROW ? 74 : 42, bottom: 48 },
    xAxis: categories(labels, {
      name: words.wait,
      nameLocation: "middle",
      nameGap: 30,
      nameTextStyle: { color: token("--body-quiet-color") },
    }),
    yAxis: [
      values({}),
      values({
        min: 0,
        max: 100,
        interval: 25,
        splitLine: { show: false },
        axisLabel: { formatter: "{value}%", color: token("--body-quiet-color") },
      }),
    ],
    series: [
      bars(words.within || words.answered, false, { color: answered }),
      ...(words.beyond ? [bars(words.beyond, true, hollow)] : []),
      {
        name: words.abandoned,
        type: "bar",
        data: data.abandoned.map((count) => count || null),
        itemStyle: { color: token("--oc-abandoned") },
        label: {
          show: true,
          position: "top",
          color: token("--body-quiet-color"),
          fontSize: 11,
          formatter: ({ value }) => value || "",
        },
      },
      {
        name: words.share,
        type: "line",
        yAxisIndex: 1,
        data: data.share,
        symbol: "circle",
        symbolSize: 5,
        lineStyle: { color: token("--body-fg"), width: 1.5 },
        itemStyle: { color: token("--body-fg") },
      },
    ],
  };
};

/* Operators at work as bars, and those needed as a line of steps over them. */
const byOperators = (data) => {
  const { words, labels } = data;
  return {
    legend: legend(),
    grid: { left: 40, right: 8, top: 36, bottom: 26 },
    xAxis: categories(labels, {}),
    yAxis: values({}),
    series: [
      {
        name: words.atWork,
        type: "bar",
        barCategoryGap: "12%",
        data: data.atWork,
        itemStyle: {
          color: token("--oc-waiting-bg"),
          borderColor: token("--oc-answered"),
          borderWidth: 1,
        },
      },
      {
        name: words.needed,
        type: "line",
        step: "middle",
        data: data.needed,
        symbol: "none",
        lineStyle: { color: token("--body-fg"), width: 2 },
        itemStyle: { color: token("--body-fg") },
      },
    ],
  };
};

/* Calls as streams: menus and keys from left to right, and what became of them. */
const byPath = (data, width) => {
  const { words } = data;
  const colors = {
    answered: "--oc-answered",
    overflowed: "--oc-overflowed",
    abandoned: "--oc-abandoned",
    short_abandoned: "--oc-abandoned",
  };
  const labels = Object.fromEntries(data.nodes.map((node) => [node.name, node.label]));
  return {
    tooltip: {
      renderMode: "richText",
      trigger: "item",
      confine: true,
      backgroundColor: token("--body-bg"),
      borderColor: token("--border-color"),
      textStyle: { color: token("--body-fg"), fontSize: 12 },
      formatter: ({ dataType, data: item, value }) =>
        dataType === "edge"
          ? `${labels[item.source]} › ${labels[item.target]}\n${words.calls}: ${value}`
          : `${labels[item.name]}\n${words.calls}: ${value}`,
    },
    series: [
      {
        type: "sankey",
        left: 0,
        right: width < NARROW ? 90 : 150,
        top: 8,
        bottom: 8,
        nodeWidth: 10,
        nodeGap: 10,
        draggable: false,
        emphasis: { focus: "adjacency" },
        lineStyle: { color: token("--body-quiet-color"), opacity: 0.18, curveness: 0.5 },
        label: {
          color: token("--body-fg"),
          fontSize: width < NARROW ? 10 : 12,
          formatter: ({ name }) => labels[name],
        },
        data: data.nodes.map((node) => ({
          name: node.name,
          itemStyle: {
            color: token(colors[node.end] || "--body-quiet-color"),
            borderWidth: 0,
          },
        })),
        links: data.links.map(([source, target, value]) => ({
          source,
          target,
          value,
          ...(colors[target] && { lineStyle: { color: token(colors[target]), opacity: 0.3 } }),
        })),
      },
    ],
  };
};

const KINDS = { interval: byInterval, waits: byWait, operators: byOperators, paths: byPath };

const options = (data, width) => ({
  animation: false,
  aria: { enabled: false },
  textStyle: {
    fontFamily: getComputedStyle(document.body).fontFamily,
    fontSize: 12,
    color: token("--body-quiet-color"),
  },
  tooltip: {
    renderMode: "richText",
    trigger: "axis",
    confine: true,
    axisPointer: { type: "shadow", shadowStyle: { color: token("--body-fg"), opacity: 0.06 } },
    backgroundColor: token("--body-bg"),
    borderColor: token("--border-color"),
    textStyle: { color: token("--body-fg"), fontSize: width < NARROW ? 11 : 12 },
  },
  ...KINDS[data.kind](data, width),
});

const charts = () => document.querySelectorAll(".chart[data-chart]");

const draw = () => {
  for (const place of charts()) {
    const data = JSON.parse(document.getElementById(place.dataset.chart).textContent);
    echarts.getInstanceByDom(place)?.dispose();
    const chart = echarts.init(place, null, { renderer: "svg" });
    chart.setOption(options(data, place.clientWidth));
  }
};

draw();
addEventListener("resize", draw);
// Without the flush the picture would still have the width of the screen.
addEventListener("beforeprint", () => {
  for (const place of charts()) {
    const chart = echarts.getInstanceByDom(place);
    chart.resize({ width: PAPER_WIDTH });
    chart.getZr().flush();
  }
});
addEventListener("afterprint", draw);
new MutationObserver(draw).observe(document.documentElement, {
  attributes: true,
  attributeFilter: ["data-theme"],
});
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
